use http::Method;

use crate::event::{Event, EventKind};
use crate::hub::Hub;
use crate::operation::Operation;
use crate::request::path::Path;
use crate::wire::redact::Secrets;

/// An operation as an object: so that what observes it is compiled once, and not for each
/// operation.
pub(super) trait Observed {
    fn name(&self) -> &'static str;
    fn method(&self) -> Method;
    fn write_path(&self, path: &mut Path<'_>);
    fn add_secrets<'a>(&'a self, secrets: &mut Secrets<'a>);
}

impl<O: Operation> Observed for O {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn method(&self) -> Method {
        Operation::method(self)
    }

    fn write_path(&self, path: &mut Path<'_>) {
        Operation::path(self, path);
    }

    fn add_secrets<'a>(&'a self, secrets: &mut Secrets<'a>) {
        Operation::secrets(self, secrets);
    }
}

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
    pub(super) fn of(flow: &'static str, operation: &dyn Observed, hub: &Hub) -> Option<Box<Self>> {
        if hub.observers().is_empty() {
            return None;
        }
        let mut path = String::new();
        operation.write_path(&mut Path::new(&mut path));
        // A program may have taken an id from a response, which may repeat any part of a request.
        let mut secrets = hub.secrets();
        operation.add_secrets(&mut secrets);
        let path = secrets.plain(&path);
        let (method, template, host) = (operation.method(), template(operation), hub.host(false));
        Some(Box::new(Self { flow, operation: operation.name(), path, template, method, host }))
    }

    pub(super) fn observe(&self, hub: &Hub, attempt: u32, kind: EventKind<'_>) {
        let Self { flow, operation, path, template, method, host } = self;
        let event = Event { flow, operation, path, template, method, host, attempt, kind };
        hub.observers().call(&event);
    }
}

/// The path of an operation without ids.
pub(super) fn template(operation: &dyn Observed) -> String {
    let mut template = String::with_capacity(32);
    operation.write_path(&mut Path::template(&mut template));
    template
}
