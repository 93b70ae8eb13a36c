//! The operations on images.

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::later;
use crate::errors::{Refusal, Reply};
use crate::fields::Fields;
use crate::image::{self, Image};
use crate::includes::{Includes, OF_IMAGES};
use crate::query::{Query, sort_by};
use crate::source::{self, Source};
use crate::state::State;
use crate::wire;

const META: &[&str] = &["containers_count"];
const SORT: &[&str] = &["id", "name", "size", "created", "updated"];

pub(crate) fn list(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    let mut query = call.query();
    let meta = query.list_of("meta", META)?;
    let include = query.list_of("include", OF_IMAGES)?;
    let filter = Filter::read(&mut query)?;
    let sort = query.sort(SORT)?;
    let page = query.page(&state.settings)?;
    query.done()?;

    let mut found: Vec<&Image> =
        state.images.iter().filter(|image| filter.lets_through(image, state)).collect();
    let count = found.len();
    sort_by(&mut found, &sort, |key, a, b| match key {
        "id" => a.id.cmp(&b.id),
        "name" => a.name.cmp(&b.name),
        "size" => a.bytes().cmp(&b.bytes()),
        "created" => a.created.cmp(&b.created),
        _ => a.updated.cmp(&b.updated),
    });
    let images = page.cut(found);
    let data: Vec<Value> =
        images.iter().map(|image| image.to_json(&state.hub_id, !meta.is_empty())).collect();
    let includes = Includes::new(state, &include).of_images(&images);
    Ok(Reply::page(count, data, includes))
}

/// `filter[...]` of the image list.
struct Filter {
    identifier: Option<String>,
    search: Option<String>,
    state: Option<Vec<String>>,
    source_type: Option<Vec<String>>,
    source_id: Option<String>,
}

impl Filter {
    fn read(query: &mut Query) -> Result<Self, Refusal> {
        Ok(Self {
            identifier: query.one("filter[identifier]")?,
            search: query.one("filter[search]")?,
            state: query.set_of("filter[state]", image::STATES)?,
            source_type: query.set_of("filter[source_type]", source::TYPES)?,
            source_id: query.one("filter[source_id]")?,
        })
    }

    fn lets_through(&self, image: &Image, state: &State) -> bool {
        let is = |wanted: &Option<Vec<String>>, value: &str| match wanted {
            Some(values) => values.iter().any(|v| v == value),
            None => true,
        };
        let identifier = self.identifier.as_ref().is_none_or(|wanted| {
            let source = state.source(image.source_id());
            wire::identifier(&image.name) == *wanted
                || source.is_ok_and(|source| source.identifier == *wanted)
        });
        let search = self.search.as_ref().is_none_or(|wanted| {
            let name = image.name.to_lowercase();
            name.contains(&wanted.to_lowercase())
        });
        let source_id = self.source_id.as_ref();
        identifier
            && search
            && is(&self.state, image.state)
            && is(&self.source_type, image.source_type())
            && source_id.is_none_or(|wanted| wanted == image.source_id())
    }
}

pub(crate) fn get(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    let mut query = call.query();
    let meta = query.list_of("meta", META)?;
    let include = query.list_of("include", OF_IMAGES)?;
    // They are documented for one image as well.
    query.sort(SORT)?;
    query.page(&state.settings)?;
    query.done()?;
    let image = state.image(call.id())?;
    let data = image.to_json(&state.hub_id, !meta.is_empty());
    let includes = Includes::new(state, &include).of_images(&[image]);
    Ok(Reply::one(data, includes))
}

pub(crate) fn create(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    let mut fields = call.fields()?;
    let name = fields.text("name")?.unwrap_or_default();
    let source_id = fields.need_text("source_id")?;
    let source = state
        .source(&source_id)
        .ok()
        .filter(|source| source.state == "live")
        .ok_or_else(|| fields.wrong("source_id", "there is no such image source"))?;
    let mut of_image = source.of_image();
    if let Some(overriding) = overriding(&mut fields, source)? {
        if let Some(of_image) = of_image.as_object_mut() {
            of_image.insert("override".to_owned(), overriding);
        }
    }
    let now = state.clock.now();
    let mut image = Image::new(name, of_image, call.caller.clone(), now);
    image.builder = source
        .builder
        .get("integration_id")
        .and_then(Value::as_str)
        .and_then(|id| state.integration_id(id))
        .map_or(Value::Null, |id| json!({"integration_id": id}));
    if let Some(mut build) = fields.object("build")? {
        let args = build.texts_by_key("args")?;
        let use_disk = build.flag("use_disk")?.unwrap_or_default();
        build.done()?;
        image.build = json!({"args": args, "use_disk": use_disk});
    }
    fields.done()?;
    if source.origin_type() == "cycle-upload" {
        let expires = later(now, state.settings.upload_expiry);
        image.expect_upload(expires);
    }
    let document = json!({"data": image.to_json(&state.hub_id, false)});
    state.images.push(image);
    Ok(Reply::created(document))
}

/// Each override is for some origins.
fn overriding(fields: &mut Fields, source: &Source) -> Result<Option<Value>, Refusal> {
    let Some(mut given) = fields.object("override")? else {
        return Ok(None);
    };
    let mut overriding = json!({});
    let origin = source.origin_type();
    for (name, origins) in
        [("target", ["docker-hub", "docker-registry"].as_slice()), ("targz_url", &["docker-file"])]
    {
        if let Some(value) = given.text(name)? {
            if !origins.contains(&origin) {
                return Err(given.wrong(name, "does not go with the origin of this source"));
            }
            if let Some(overriding) = overriding.as_object_mut() {
                overriding.insert(name.to_owned(), json!(value));
            }
        }
    }
    given.done()?;
    Ok(Some(overriding))
}

pub(crate) fn update(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    state.image(call.id())?;
    let mut fields = call.fields()?;
    let name = fields.text("name")?;
    fields.done()?;
    let now = state.clock.now();
    let image = state.image_mut(call.id())?;
    if let Some(name) = name {
        image.name = name;
        image.updated = now;
    }
    let image = state.image(call.id())?;
    Ok(Reply::ok(json!({"data": image.to_json(&state.hub_id, false)})))
}

pub(crate) fn build_log(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    call.no_query()?;
    let image = state.image(call.id())?;
    let since = image.log_since.ok_or_else(|| Refusal::not_found("image.build-log"))?;
    Ok(Reply::ok(json!({
        "data": {
            // An image has one log, so the id is made of the image's.
            "id": format!("b{}", image.id.get(1..).unwrap_or_default()),
            "hub_id": state.hub_id,
            "image_id": image.id,
            "log": image.log(),
            "events": wire::events(since, image.changed),
        },
    })))
}
