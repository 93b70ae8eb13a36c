//! The document: its operations, and where their schemas are.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

/// A parsed OpenAPI 3.1 document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Document {
    /// The whole document.
    pub root: Value,
}

impl From<Value> for Document {
    fn from(root: Value) -> Self {
        Self { root }
    }
}

/// An operation of the document.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Documented<'a> {
    /// Its `operationId`.
    pub id: &'a str,
    /// Its method, in capitals.
    pub method: &'static str,
    /// Its path, with the parameters' names in braces.
    pub path: &'a str,
    /// Its definition.
    pub definition: &'a Value,
}

const METHODS: [(&str, &str); 7] = [
    ("delete", "DELETE"),
    ("get", "GET"),
    ("head", "HEAD"),
    ("options", "OPTIONS"),
    ("patch", "PATCH"),
    ("post", "POST"),
    ("put", "PUT"),
];

/// What an absent part of the document is.
pub(super) static NULL: Value = Value::Null;

/// A part of a document, or `null`.
pub(super) fn part<'a>(value: &'a Value, key: &str) -> &'a Value {
    value.get(key).unwrap_or(&NULL)
}

/// The elements of a list; none if it is something else.
pub(super) fn elements(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// The entries of an object; none if it is something else.
pub(super) fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

impl Document {
    /// Parses a document.
    ///
    /// # Errors
    /// If it isn't JSON.
    pub fn parse(json: &[u8]) -> serde_json::Result<Self> {
        Ok(Self { root: serde_json::from_slice(json)? })
    }

    /// The operations under `/v1/images` and `/v1/jobs`.
    pub fn operations(&self) -> impl Iterator<Item = Documented<'_>> {
        let ours = ["/v1/images", "/v1/jobs"];
        let paths = entries(part(&self.root, "paths"))
            .filter(move |(path, _)| ours.iter().any(|ours| is_under(path, ours)));
        paths.flat_map(|(path, methods)| {
            METHODS.iter().filter_map(move |(key, method)| {
                let definition = methods.get(key)?;
                let id = part(definition, "operationId").as_str().unwrap_or_default();
                Some(Documented { id, method, path, definition })
            })
        })
    }

    /// What stands behind a `$ref`, or the value itself.
    #[must_use]
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut value = value;
        // More references in a row than any document has: they go round in circles.
        for _ in 0..32 {
            let target = part(value, "$ref").as_str().and_then(|to| to.strip_prefix('#'));
            match target {
                Some(target) => value = self.root.pointer(target).unwrap_or(&NULL),
                None => break,
            }
        }
        value
    }

    /// The query parameters of an operation.
    pub fn query<'a>(&'a self, operation: Documented<'a>) -> impl Iterator<Item = &'a Value> {
        let parameters = elements(part(operation.definition, "parameters"));
        parameters.map(|parameter| self.resolve(parameter)).filter(|of| part(of, "in") == "query")
    }

    /// The schema of the operation's request body.
    #[must_use]
    pub fn body<'a>(&'a self, operation: Documented<'a>) -> Option<&'a Value> {
        let body = self.resolve(operation.definition.get("requestBody")?);
        body.pointer("/content/application~1json/schema")
    }

    /// The status of the operation's success.
    #[must_use]
    pub fn status<'a>(&'a self, operation: Documented<'a>) -> Option<&'a str> {
        let mut responses = entries(part(operation.definition, "responses"));
        let (status, _) = responses.find(|(status, _)| status.starts_with('2'))?;
        Some(status)
    }

    /// The schema of the operation's success.
    #[must_use]
    pub fn success<'a>(&'a self, operation: Documented<'a>) -> Option<&'a Value> {
        let success = part(operation.definition, "responses").get(self.status(operation)?)?;
        self.resolve(success).pointer("/content/application~1json/schema")
    }

    /// The capabilities that the operation's description names.
    #[must_use]
    pub fn capabilities(&self, operation: Documented<'_>) -> BTreeSet<String> {
        let description = part(operation.definition, "description").as_str().unwrap_or_default();
        // Every second part stands between backticks.
        let parts: Vec<&str> = description.split('`').skip(1).collect();
        let named = parts.chunks(2).filter_map(|pair| match pair {
            [name, after] => {
                let after = after.trim_start();
                let is_one = after.starts_with("capability") || after.starts_with("permission");
                is_one.then(|| (*name).to_owned())
            }
            _ => None,
        });
        named.collect()
    }
}

fn is_under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A parameter's name in a query: `page[size]` is `size` of the object `page`.
#[must_use]
pub(super) fn parameter_names(parameter: &Value) -> Vec<(String, &Value)> {
    let name = part(parameter, "name").as_str().unwrap_or_default();
    let schema = part(parameter, "schema");
    match schema.get("properties") {
        Some(properties) => {
            entries(properties).map(|(member, of)| (format!("{name}[{member}]"), of)).collect()
        }
        None => vec![(name.to_owned(), schema)],
    }
}

/// The words of an enumeration, or those of a list's elements.
pub(super) fn words(schema: &Value) -> impl Iterator<Item = &str> {
    let of = schema.get("enum").or_else(|| schema.pointer("/items/enum"));
    of.into_iter().flat_map(elements).filter_map(Value::as_str)
}

/// A path whose parameters have no name: `/v1/images/{}`.
#[must_use]
pub fn template(path: &str) -> Cow<'_, str> {
    if !path.contains('{') {
        return path.into();
    }
    let segment = |segment: &str| if segment.starts_with('{') { "{}" } else { segment }.to_owned();
    path.split('/').map(segment).collect::<Vec<_>>().join("/").into()
}
