use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::operation::{One, Operation, Path, Query, Secrets, json_body};
use crate::request_error::RequestError;

/// One request that this crate has no operation for: a method, a path, and perhaps a query and a
/// JSON body. It returns the response's `data` as a [`Value`].
///
/// It is sent like every other operation, with the key, hub id, errors and retries. A `POST` is not
/// idempotent, every other method is. For a request that a program sends often, or for a list of
/// pages, [implement `Operation`](Operation).
///
/// ```
/// use cycle_images::http::{Method, Response};
/// use cycle_images::{Hub, RawOperation};
///
/// let hub = Hub::new("key", "hub")?;
/// let list = RawOperation::new(Method::GET, "/v1/containers").query("page[size]", "2");
/// let request = hub.request(&list)?;
/// assert_eq!(request.uri(), "https://api.cycle.io/v1/containers?page%5Bsize%5D=2");
///
/// let response = Response::new(r#"{"data": [{"id": "c1", "name": "web"}]}"#);
/// assert_eq!(hub.response(&list, response)?.data[0]["name"], "web");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct RawOperation {
    #[serde(with = "method")]
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Value>,
}

impl RawOperation {
    /// A request with this method for this path, from `/v1` on. Each segment of the path is
    /// percent-encoded.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), body: None }
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sets the JSON body. All strings in it count as secrets: they are redacted in errors.
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.body = Some(body.into());
        self
    }
}

impl Operation for RawOperation {
    const NAME: &'static str = "RawOperation";
    /// That of an operation is [`method`](Operation::method).
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "";
    type Output = One<Value>;

    fn method(&self) -> Method {
        self.method.clone()
    }

    fn check(&self) -> Result<(), RequestError> {
        let refuse = |reason| Err(RequestError::new("path", reason));
        let Some(segments) = self.path.strip_prefix("/v1/") else {
            return refuse("does not begin with /v1/");
        };
        match segments.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            true => refuse("has a segment that is empty, `.` or `..`"),
            false if self.path.contains(['?', '#']) => {
                refuse("has a query or a fragment; use `query`")
            }
            false => Ok(()),
        }
    }

    fn path(&self, path: &mut Path<'_>) {
        path.raw(&self.path);
    }

    fn query(&self, query: &mut Query<'_>) {
        for (name, value) in &self.query {
            query.raw(name, value);
        }
    }

    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        self.body.as_ref().map_or(Ok(None), json_body)
    }

    fn secrets<'a>(&'a self, secrets: &mut Secrets<'a>) {
        if let Some(body) = &self.body {
            secrets.value(body);
        }
    }
}

/// Without the query and the body, which may contain credentials.
impl std::fmt::Debug for RawOperation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawOperation({} {})", self.method, self.path)
    }
}

mod method {
    use http::Method;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(method: &Method, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(method.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Method, D::Error> {
        let method = String::deserialize(from)?;
        Method::from_bytes(method.as_bytes()).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::Hub;

    fn request(operation: &RawOperation) -> Result<http::Request<Vec<u8>>, RequestError> {
        Hub::new("key", "hub").unwrap().request(operation)
    }

    #[test]
    fn method_path_query_and_body_are_sent() {
        let create = RawOperation::new(Method::POST, "/v1/dns/zones/a b/records")
            .query("filter[name]", "a&b")
            .body(serde_json::json!({"name": "www"}));
        let sent = request(&create).unwrap();
        assert_eq!(sent.method(), "POST");
        assert_eq!(sent.uri().path(), "/v1/dns/zones/a%20b/records");
        assert_eq!(sent.uri().query(), Some("filter%5Bname%5D=a%26b"));
        assert_eq!(sent.body(), br#"{"name":"www"}"#);
        assert!(!create.is_idempotent());
        assert!(RawOperation::new(Method::DELETE, "/v1/dns").is_idempotent());
        let stored = serde_json::to_string(&create).unwrap();
        assert_eq!(serde_json::from_str::<RawOperation>(&stored).unwrap(), create);
    }

    #[test]
    fn a_path_that_addresses_something_else_is_refused() {
        for path in
            ["/v2/images", "v1/images", "/v1/", "/v1/a//b", "/v1/../x", "/v1/a?b", "/v1/a#b"]
        {
            let error = request(&RawOperation::new(Method::GET, path)).unwrap_err();
            assert_eq!(error.argument(), "path", "{path}");
        }
        assert!(request(&RawOperation::new(Method::GET, "/v1/images/sources")).is_ok());
    }

    #[test]
    fn a_body_is_shown_neither_by_debug_nor_by_an_error() {
        let update = RawOperation::new(Method::PATCH, "/v1/x")
            .query("token", "sec-in-query")
            .body(serde_json::json!({"password": "sec-in-body"}));
        assert_eq!(format!("{update:?}"), "RawOperation(PATCH /v1/x)");
        let hub = Hub::new("key", "hub").unwrap();
        let response = http::Response::builder().status(422).body("no sec-in-body").unwrap();
        let error = hub.response(&update, response).unwrap_err();
        assert!(!format!("{error:?} {}", crate::error::report(&error)).contains("sec-in-body"));
    }
}
