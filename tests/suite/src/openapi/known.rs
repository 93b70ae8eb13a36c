//! The operations of the crate, as the document is compared with them.

use std::fmt::{self, Debug};

use cycle_images::Operation;
use cycle_images::operation::{ListStyle, Output};
use http::{Request, Response};
use serde::Serialize;
use serde_json::{Value, json};

use crate::operations::{Visit, folder, visit_all};
use crate::recording;
use crate::support::{hub, ids};

/// An operation of the crate.
pub struct Known {
    /// Its name, such as `GetImages`.
    pub name: &'static str,
    /// The capability that it needs.
    pub capability: &'static str,
    /// The requests, among them the fullest ones.
    pub requests: Vec<Sent>,
    read: Box<Reader>,
}

/// A request as the crate builds it.
pub type Sent = Request<Vec<u8>>;

/// Reads the body of a response; `None` if the crate refuses it.
type Reader = dyn Fn(&str) -> Option<Read>;

/// A response as the typed models have it.
#[derive(Debug)]
pub(super) struct Read {
    /// Its data and includes, written again.
    pub(super) value: Value,
    /// The reply, whose `Debug` shows the unknown words.
    pub(super) reply: Box<dyn Debug>,
}

impl Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Known {
    /// The name in the document: `getImages`.
    #[must_use]
    pub fn id(&self) -> String {
        let mut name = self.name.chars();
        name.next().iter().flat_map(|first| first.to_lowercase()).chain(name).collect()
    }

    /// The method and the path, whose ids are written as `{}`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        let Some(request) = self.requests.first() else { return String::new() };
        let ids = ids();
        let segment = |of: &str| if ids.iter().any(|id| id == of) { "{}" } else { of }.to_owned();
        let path: Vec<String> = request.uri().path().split('/').map(segment).collect();
        format!("{} {}", request.method(), path.join("/"))
    }

    /// The recordings of its responses that have every documented property and nothing else.
    pub fn recordings(&self) -> impl Iterator<Item = String> {
        let names = ["documented", "with_includes", "every_origin"];
        let has_all = move |name: &String| names.iter().any(|of| name.ends_with(of));
        recording::names(&folder(self.name)).into_iter().filter(has_all)
    }

    /// Reads a response; `None` if the crate refuses it.
    pub(super) fn read(&self, body: &Value) -> Option<Read> {
        (self.read)(&body.to_string())
    }
}

/// All operations on images, image sources and jobs.
#[must_use]
pub fn operations() -> Vec<Known> {
    let mut all = All(Vec::new());
    visit_all(&mut all);
    all.0
}

struct All(Vec<Known>);

impl Visit for All {
    /// Requests are built in both list styles.
    #[allow(clippy::unwrap_used, reason = "the operations are written in this crate")]
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Debug + Serialize, Includes: Debug + Serialize>>
            + Debug
            + 'static,
    {
        let styles = [ListStyle::Comma, ListStyle::Repeat];
        let hubs = styles.map(|style| hub().with_list_style(style));
        let requests = operations
            .iter()
            .flat_map(|operation| hubs.iter().map(move |hub| hub.request(operation).unwrap()));
        let requests = requests.collect();
        let read = move |body: &str| {
            let reply = hub().response(operations.first()?, Response::new(body)).ok()?;
            let mut value = json!({"data": serde_json::to_value(&reply.data).ok()?});
            let includes = serde_json::to_value(&reply.includes).ok()?;
            let is_none = includes.as_object().is_none_or(serde_json::Map::is_empty);
            if let (false, Value::Object(value)) = (is_none, &mut value) {
                value.insert("includes".to_owned(), includes);
            }
            Some(Read { value, reply: Box::new(reply) })
        };
        let read = Box::new(read);
        self.0.push(Known { name: O::NAME, capability: O::CAPABILITY, requests, read });
    }
}
