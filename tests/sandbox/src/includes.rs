//! The includes of a document.

use serde_json::{Map, Value, json};

use crate::image::Image;
use crate::state::State;
use crate::wire::Creator;

/// The includes of operations on images.
pub(crate) const OF_IMAGES: &[&str] =
    &["creators", "stack_builds", "stacks", "sources", "integrations"];

/// The includes of operations on image sources.
pub(crate) const OF_SOURCES: &[&str] = &["creators", "integrations"];

/// The includes of the list of jobs.
pub(crate) const OF_JOBS: &[&str] = &["creators"];

/// Collects the records that those of a document refer to.
pub(crate) struct Includes<'a> {
    state: &'a State,
    wanted: &'a [String],
    found: Map<String, Value>,
}

impl<'a> Includes<'a> {
    pub(crate) fn new(state: &'a State, wanted: &'a [String]) -> Self {
        Self { state, wanted, found: Map::new() }
    }

    fn wants(&self, name: &str) -> bool {
        self.wanted.iter().any(|wanted| wanted == name)
    }

    /// The value of `includes`: `null` if none are requested.
    pub(crate) fn done(self) -> Value {
        if self.wanted.is_empty() { Value::Null } else { Value::Object(self.found) }
    }

    pub(crate) fn creators<'b>(&mut self, creators: impl Iterator<Item = &'b Creator> + Clone) {
        if !self.wants("creators") {
            return;
        }
        let linked = &self.state.linked;
        let of = |kind: &'static str, records| {
            let ids = creators.clone().filter(|c| c.kind == kind);
            pick(records, ids.map(|c| c.id.as_str()))
        };
        let creators = json!({
            "accounts": of("account", &linked.accounts),
            "employees": null,
            "visitors": null,
            "environments": of("environment", &linked.environments),
            "api_keys": of("api-key", &linked.api_keys),
        });
        self.found.insert("creators".to_owned(), creators);
    }

    /// The integrations of `builder` objects, by id or identifier.
    pub(crate) fn integrations<'b>(&mut self, builders: impl Iterator<Item = &'b Value>) {
        if !self.wants("integrations") {
            return;
        }
        let records = &self.state.linked.integrations;
        let names: Vec<&str> =
            builders.filter_map(|builder| builder.get("integration_id")?.as_str()).collect();
        let named = records.iter().filter(|(id, record)| {
            let identifier = record.get("identifier").and_then(Value::as_str);
            names.contains(&id.as_str()) || identifier.is_some_and(|i| names.contains(&i))
        });
        let ids: Vec<&str> = named.map(|(id, _)| id.as_str()).collect();
        self.with_identifiers("integrations", pick(records, ids.into_iter()));
    }

    pub(crate) fn of_images(mut self, images: &[&Image]) -> Value {
        self.creators(images.iter().map(|image| &image.creator));
        self.integrations(images.iter().map(|image| &image.builder));
        let linked = &self.state.linked;
        if self.wants("stack_builds") {
            let ids = images.iter().map(|image| image.source_id());
            let builds = pick(&linked.stack_builds, ids);
            self.found.insert("stack_builds".to_owned(), builds);
        }
        if self.wants("stacks") {
            let ids = images.iter().filter_map(|image| {
                let id = image.source.pointer("/details/stack_id");
                id.and_then(Value::as_str)
            });
            self.with_identifiers("stacks", pick(&linked.stacks, ids));
        }
        if self.wants("sources") {
            let mut sources = Map::new();
            for image in images {
                if let Ok(source) = self.state.source(image.source_id()) {
                    let record = source.to_json(&self.state.hub_id, None);
                    sources.insert(source.id.clone(), record);
                }
            }
            self.with_identifiers("sources", Value::Object(sources));
        }
        self.done()
    }

    /// Inserts the records, and the ids of their identifiers.
    fn with_identifiers(&mut self, name: &str, records: Value) {
        let mut identifiers = Map::new();
        for (id, record) in records.as_object().into_iter().flatten() {
            let identifier = record.get("identifier").and_then(Value::as_str);
            let ids =
                identifiers.entry(identifier.unwrap_or_default()).or_insert_with(|| json!([]));
            if let Some(ids) = ids.as_array_mut() {
                ids.push(json!(id));
            }
        }
        self.found.insert(format!("{name}:identifiers"), Value::Object(identifiers));
        self.found.insert(name.to_owned(), records);
    }
}

/// The records with these ids; `null` if there are none, as an empty map of Go.
fn pick<'a>(records: &Map<String, Value>, ids: impl Iterator<Item = &'a str>) -> Value {
    let picked: Map<String, Value> =
        ids.filter_map(|id| Some((id.to_owned(), records.get(id)?.clone()))).collect();
    if picked.is_empty() { Value::Null } else { Value::Object(picked) }
}
