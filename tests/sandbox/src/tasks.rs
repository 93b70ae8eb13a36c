//! The operations on images that start a job: delete, prune and import.

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::later;
use crate::errors::{Refusal, Reply};
use crate::image::IMPORT;
use crate::job::{Plan, Task, Work};
use crate::state::State;
use crate::wire;

pub(crate) const IMPORT_STEPS: &[(&str, &str)] = &[
    ("Download", "Fetches the image or its sources."),
    ("Build", "Builds the image."),
    ("Verify", "Checks the layers."),
    ("Save", "Stores the image where servers can fetch it."),
];

const DELETE_STEPS: &[(&str, &str)] =
    &[("Evict", "Takes the image off the servers."), ("Remove", "Removes the stored file.")];

pub(crate) fn import(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    let image = state.image(call.id())?;
    let mut fields = call.fields()?;
    let action = fields.need_text("action")?;
    if action != "import" {
        return Err(fields.wrong("action", "must be import"));
    }
    fields.done()?;
    let failed = image.error.is_some() && image.state != "uploading";
    if state.is_busy(call.id()) {
        return Err(Refusal::invalid_state("A job of this image has not ended."));
    }
    if !(image.state == "new" || failed) {
        let detail = format!("The image is {}.", image.state);
        return Err(Refusal::invalid_state(&detail));
    }
    let now = state.clock.now();
    let image = state.image_mut(call.id())?;
    image.error = None;
    image.enter("new", now);
    let plan = Plan {
        action: "import",
        caption: format!("Import image {}", call.id()),
        tasks: vec![task("image.import", call.id(), IMPORT_STEPS)],
        work: Work::Import { image: call.id().to_owned(), states: IMPORT },
    };
    let descriptor = state.submit(plan, &call.caller);
    Ok(Reply::ok(json!({"data": descriptor})))
}

pub(crate) fn delete(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    call.no_query()?;
    state.image(call.id())?;
    if state.is_busy(call.id()) {
        return Err(Refusal::invalid_state("A job of this image has not ended."));
    }
    let plan = Plan {
        action: "delete",
        caption: format!("Delete image {}", call.id()),
        tasks: vec![task("image.delete", call.id(), DELETE_STEPS)],
        work: Work::DeleteImages(vec![call.id().to_owned()]),
    };
    let now = state.clock.now();
    state.image_mut(call.id())?.delete(now);
    let descriptor = state.submit(plan, &call.caller);
    Ok(Reply::ok(json!({"data": descriptor})))
}

/// Deletes the images that no container uses; if there are none, there is no job.
pub(crate) fn prune(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    let mut fields = call.fields()?;
    let action = fields.need_text("action")?;
    if action != "prune" {
        return Err(fields.wrong("action", "must be prune"));
    }
    let mut contents = fields.need_object("contents")?;
    let source_ids = contents.need_texts("source_ids")?;
    if let Some(id) = source_ids.iter().find(|id| state.source(id).is_err()) {
        let detail = format!("there is no image source {id}");
        return Err(contents.wrong("source_ids", &detail));
    }
    contents.done()?;
    fields.done()?;
    let (now, age) = (state.clock.now(), state.settings.prune_age);
    let ids: Vec<String> = state
        .images
        .iter()
        .filter(|image| source_ids.iter().any(|id| id == image.source_id()))
        .filter(|image| image.containers == 0 && later(image.created, age) <= now)
        .filter(|image| !state.is_busy(&image.id))
        .map(|image| image.id.clone())
        .collect();
    if ids.is_empty() {
        return Ok(Reply::accepted(json!({"data": {"action": "prune"}})));
    }
    for id in &ids {
        state.image_mut(id)?.delete(now);
    }
    let plan = Plan {
        action: "prune",
        caption: "Prune images".to_owned(),
        tasks: ids.iter().map(|id| task("image.prune", id, &[])).collect(),
        work: Work::DeleteImages(ids),
    };
    let descriptor = state.submit(plan, &call.caller);
    Ok(Reply::accepted(json!({"data": descriptor})))
}

/// A task about one record.
pub(crate) fn task(
    header: &'static str,
    id: &str,
    steps: &'static [(&'static str, &'static str)],
) -> Task {
    let (caption, name) = match header {
        "image.import" => ("Import image", "image_id"),
        "image.upload" => ("Take in uploaded image", "image_id"),
        "image.source.delete" => ("Delete image source", "source_id"),
        _ => ("Delete image", "image_id"),
    };
    let mut input = serde_json::Map::new();
    input.insert(name.to_owned(), json!(id));
    Task { id: wire::new_id(), caption, header, input: Value::Object(input), steps }
}
