//! An image source and its JSON.

use serde_json::{Value, json};

use crate::image::Image;
use crate::wire::{self, Creator, Moment};

/// All types of sources.
pub(crate) const TYPES: &[&str] = &["direct", "stack-build", "bucket"];

/// All states of sources.
pub(crate) const STATES: &[&str] = &["live", "deleting", "deleted"];

#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) id: String,
    pub(crate) identifier: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) origin: Value,
    /// `null`, or an object with the integration's id.
    pub(crate) builder: Value,
    pub(crate) acl: Value,
    pub(crate) creator: Creator,
    pub(crate) state: &'static str,
    pub(crate) changed: Moment,
    /// The message of its last deletion, if that failed.
    pub(crate) error: Option<String>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

impl Source {
    pub(crate) fn new(
        name: &str,
        kind: &str,
        origin: Value,
        creator: Creator,
        now: Moment,
    ) -> Self {
        Self {
            id: wire::new_id(),
            identifier: wire::identifier(name),
            kind: kind.to_owned(),
            name: name.to_owned(),
            description: None,
            origin,
            builder: Value::Null,
            acl: Value::Null,
            creator,
            state: "live",
            changed: now,
            error: None,
            created: now,
            updated: now,
        }
    }

    pub(crate) fn enter(&mut self, state: &'static str, error: Option<&str>, at: Moment) {
        self.state = state;
        self.error = error.map(str::to_owned);
        self.changed = at;
    }

    /// The `source` object of an image of this source.
    pub(crate) fn of_image(&self) -> Value {
        json!({"type": self.kind, "details": {"id": self.id, "origin": self.origin}})
    }

    pub(crate) fn origin_type(&self) -> &str {
        let kind = self.origin.get("type").and_then(Value::as_str);
        kind.unwrap_or_default()
    }

    pub(crate) fn to_json(&self, hub_id: &str, images: Option<&[Image]>) -> Value {
        let mut source = json!({
            "id": self.id,
            "identifier": self.identifier,
            "type": self.kind,
            "hub_id": hub_id,
            "name": self.name,
            "about": {"description": self.description},
            "origin": self.origin,
            "builder": self.builder,
            "creator": self.creator.to_json(),
            "acl": self.acl,
            "state": wire::state_with_error(self.state, self.changed, self.error.as_deref()),
            "events": wire::events(self.created, self.updated),
        });
        if let (Some(images), Some(fields)) = (images, source.as_object_mut()) {
            fields.insert("meta".to_owned(), self.meta(images));
        }
        source
    }

    fn meta(&self, images: &[Image]) -> Value {
        let of_this: Vec<&str> = images
            .iter()
            .filter(|image| image.source_id() == self.id)
            .map(|image| image.state)
            .collect();
        let count = |state: &str| of_this.iter().filter(|s| **s == state).count();
        json!({
            "images_count": {
                "total": of_this.len(),
                "state": {
                    "new": count("new"),
                    "downloading": count("downloading"),
                    "building": count("building"),
                    "verifying": count("verifying"),
                    "saving": count("saving"),
                    "live": count("live"),
                    "deleting": count("deleting"),
                },
            },
        })
    }
}
