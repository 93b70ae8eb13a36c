use http::Method;

use crate::event::{Event, EventKind};
use crate::hub::Hub;
use crate::operation::Operation;
use crate::request::path::Path;

/// What all events of a request have in common.
pub(super) struct Subject {
    flow: &'static str,
    operation: &'static str,
    path: String,
    template: String,
    method: Method,
    host: String,
}

impl Subject {
    /// `None` without an observer: then no event is built.
    pub(super) fn of<O: Operation>(
        flow: &'static str,
        operation: &O,
        hub: &Hub,
    ) -> Option<Box<Self>> {
        if hub.observers().is_empty() {
            return None;
        }
        let (mut path, mut template) = (String::new(), String::new());
        operation.path(&mut Path::new(&mut path));
        operation.path(&mut Path::template(&mut template));
        // A program may have taken an id from a response, which may repeat any part of a request.
        let mut secrets = hub.secrets();
        operation.secrets(&mut secrets);
        let path = secrets.plain(&path);
        let (method, host) = (operation.method(), hub.host(false));
        Some(Box::new(Self { flow, operation: O::NAME, path, template, method, host }))
    }

    pub(super) fn observe(&self, hub: &Hub, attempt: u32, kind: EventKind<'_>) {
        let Self { flow, operation, path, template, method, host } = self;
        let event = Event { flow, operation, path, template, method, host, attempt, kind };
        hub.observers().call(&event);
    }
}
