//! The operations on image sources.

use serde_json::{Value, json};

use crate::call::Call;
use crate::errors::{Refusal, Reply};
use crate::fields::Fields;
use crate::includes::{Includes, OF_SOURCES};
use crate::job::{Plan, Work};
use crate::origin;
use crate::query::sort_by;
use crate::source::{STATES, Source, TYPES};
use crate::state::State;
use crate::tasks::task;
use crate::wire;

const EMPTY: &str = "must not be empty";
const META: &[&str] = &["images_count"];
const SORT: &[&str] = &["id", "name", "identifier", "created", "updated"];
const DELETE_STEPS: &[(&str, &str)] = &[("Remove", "Removes the image source.")];

pub(crate) fn list(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    let mut query = call.query();
    let meta = query.list_of("meta", META)?;
    let include = query.list_of("include", OF_SOURCES)?;
    let identifier = query.one("filter[identifier]")?;
    let search = query.one("filter[search]")?.map(|text| text.to_lowercase());
    let states = query.set_of("filter[state]", STATES)?;
    let sort = query.sort(SORT)?;
    let page = query.page(&state.settings)?;
    query.done()?;

    let wanted = |source: &&Source| {
        identifier.as_ref().is_none_or(|i| *i == source.identifier)
            && search.as_ref().is_none_or(|text| source.name.to_lowercase().contains(text))
            && states.as_ref().is_none_or(|states| states.iter().any(|s| s == source.state))
    };
    let mut found: Vec<&Source> = state.sources.iter().filter(wanted).collect();
    sort_by(&mut found, &sort, |key, a, b| match key {
        "id" => a.id.cmp(&b.id),
        "name" => a.name.cmp(&b.name),
        "identifier" => a.identifier.cmp(&b.identifier),
        "created" => a.created.cmp(&b.created),
        _ => a.updated.cmp(&b.updated),
    });
    let count = found.len();
    let sources = page.cut(found);
    let images = (!meta.is_empty()).then_some(state.images.as_slice());
    let data: Vec<Value> =
        sources.iter().map(|source| source.to_json(&state.hub_id, images)).collect();
    let includes = includes(state, &include, &sources);
    Ok(Reply::page(count, data, includes))
}

fn includes(state: &State, include: &[String], sources: &[&Source]) -> Value {
    let mut includes = Includes::new(state, include);
    includes.creators(sources.iter().map(|source| &source.creator));
    includes.integrations(sources.iter().map(|source| &source.builder));
    includes.done()
}

pub(crate) fn get(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    let mut query = call.query();
    let meta = query.list_of("meta", META)?;
    let include = query.list_of("include", OF_SOURCES)?;
    query.done()?;
    let source = state.source(call.id())?;
    let images = (!meta.is_empty()).then_some(state.images.as_slice());
    let data = source.to_json(&state.hub_id, images);
    let includes = includes(state, &include, &[source]);
    Ok(Reply::one(data, includes))
}

pub(crate) fn create(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    let mut fields = call.fields()?;
    let name = fields.text("name")?;
    let identifier = fields.text("identifier")?;
    if identifier.as_deref() == Some("") {
        return Err(fields.wrong("identifier", EMPTY));
    }
    let kind = fields.need_text("type")?;
    if !TYPES.contains(&kind.as_str()) {
        return Err(fields.wrong("type", "must be direct, stack-build or bucket"));
    }
    let origin =
        origin::check(&mut fields)?.ok_or_else(|| Refusal::missing(fields.pointer("origin")))?;
    let builder = builder(&mut fields, state, true)?;
    let acl = acl(&mut fields)?;
    let description = description(&mut fields)?;
    fields.done()?;

    let name = name.unwrap_or_default();
    let now = state.clock.now();
    let mut source = Source::new(&name, &kind, origin, call.caller.clone(), now);
    source.identifier = identifier.unwrap_or(source.identifier);
    source.builder = builder.unwrap_or_default();
    source.acl = acl.unwrap_or_default();
    source.description = description.flatten();
    let data = source.to_json(&state.hub_id, None);
    state.sources.push(source);
    Ok(Reply::created(json!({"data": data})))
}

/// Only given properties change; `null` clears one.
pub(crate) fn update(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    live(state, call.id())?;
    let mut fields = call.fields()?;
    let name = fields.text("name")?;
    let identifier = fields.text_or_null("identifier")?;
    if identifier.as_ref().is_some_and(|text| text.as_deref() == Some("")) {
        return Err(fields.wrong("identifier", EMPTY));
    }
    let origin = origin::check(&mut fields)?;
    let builder = builder(&mut fields, state, false)?;
    let description = description(&mut fields)?;
    fields.done()?;

    let now = state.clock.now();
    let source = state.source_mut(call.id())?;
    source.updated = now;
    source.name = name.unwrap_or_else(|| source.name.clone());
    source.origin = origin.unwrap_or_else(|| source.origin.clone());
    source.builder = builder.unwrap_or_else(|| source.builder.clone());
    source.description = description.unwrap_or_else(|| source.description.clone());
    if let Some(identifier) = identifier {
        // Otherwise the identifier is made of the name.
        source.identifier = identifier.unwrap_or_else(|| wire::identifier(&source.name));
    }
    let data = state.source(call.id())?.to_json(&state.hub_id, None);
    Ok(Reply::ok(json!({"data": data})))
}

pub(crate) fn access(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    live(state, call.id())?;
    let mut fields = call.fields()?;
    let acl = acl(&mut fields)?;
    fields.done()?;
    let now = state.clock.now();
    let source = state.source_mut(call.id())?;
    source.updated = now;
    source.acl = acl.unwrap_or_else(|| source.acl.clone());
    let data = state.source(call.id())?.to_json(&state.hub_id, None);
    Ok(Reply::ok(json!({"data": data})))
}

pub(crate) fn delete(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    call.no_query()?;
    live(state, call.id())?;
    let now = state.clock.now();
    let source = state.source_mut(call.id())?;
    source.enter("deleting", None, now);
    let plan = Plan {
        action: "delete",
        caption: format!("Delete image source {}", call.id()),
        tasks: vec![task("image.source.delete", call.id(), DELETE_STEPS)],
        work: Work::DeleteSource(call.id().to_owned()),
    };
    let descriptor = state.submit(plan, &call.caller);
    Ok(Reply::accepted(json!({"data": descriptor})))
}

/// Refuses to change a source that is being deleted.
fn live(state: &State, id: &str) -> Result<(), Refusal> {
    match state.source(id)?.state {
        "live" => Ok(()),
        state => Err(Refusal::invalid_state(&format!("The image source is {state}."))),
    }
}

/// `builder`: the outer option says whether it was given, `null` whether it was cleared.
fn builder(fields: &mut Fields, state: &State, new: bool) -> Result<Option<Value>, Refusal> {
    let pointer = fields.pointer("builder");
    let Some(sent) = fields.any("builder") else {
        return Ok(None);
    };
    if sent.is_null() {
        return Ok(Some(Value::Null));
    }
    let mut builder = fields.within(pointer, sent.clone())?;
    let id = if new {
        Some(builder.need_text("integration_id")?)
    } else {
        builder.text_or_null("integration_id")?.flatten()
    };
    if id.is_some_and(|id| state.integration_id(&id).is_none()) {
        return Err(builder.wrong("integration_id", "there is no such integration"));
    }
    builder.done()?;
    Ok(Some(sent))
}

fn description(fields: &mut Fields) -> Result<Option<Option<String>>, Refusal> {
    let Some(mut about) = fields.object("about")? else {
        return Ok(None);
    };
    let description = about.text_or_null("description")?;
    let description = description.ok_or_else(|| Refusal::missing(about.pointer("description")))?;
    about.done()?;
    Ok(Some(description))
}

fn acl(fields: &mut Fields) -> Result<Option<Value>, Refusal> {
    let pointer = fields.pointer("acl");
    let Some(sent) = fields.any("acl") else {
        return Ok(None);
    };
    if sent.is_null() {
        return Ok(Some(Value::Null));
    }
    let mut acl = fields.within(pointer, sent.clone())?;
    if let Some(mut roles) = acl.object("roles")? {
        for role in roles.names() {
            let mut entry = roles.need_object(&role)?;
            for right in ["view", "modify", "manage"] {
                entry.need_flag(right)?;
            }
            entry.done()?;
        }
    }
    acl.done()?;
    Ok(Some(sent))
}
