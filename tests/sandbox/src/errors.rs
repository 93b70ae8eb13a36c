//! The platform's responses: refusals and successes.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::{nulls, wire};

/// A refusal: a status and the JSON that goes with it.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    body: Value,
}

impl Refusal {
    /// The platform's envelope with these properties, and the status at the beginning of the code.
    fn new(code: &str, properties: Value) -> Self {
        let title = match code {
            "400.invalid-syntax" => "The request could not be understood.",
            "403.invalid-state" => "The resource is in a state that does not allow this.",
            "403.permissions" => "You do not have permission to do this.",
            "403.wrong-hub" => "This key does not belong to the hub named in X-Hub-Id.",
            "405.method-not-allowed" => "The resource does not have this method.",
            "408.timeout" => "The request did not arrive in time.",
            "413.content-too-large" => "The body of the request is too large.",
            "415.invalid-content-type" => "The content type of the request is not supported.",
            "422.invalid-argument" => "An argument is invalid.",
            "422.missing-argument" => "A required argument is missing.",
            code if code.starts_with("404.") => "The requested resource could not be found.",
            _ => "Forbidden.",
        };
        let status = code.get(..3).and_then(|status| status.parse().ok()).unwrap_or(500);
        let mut error = json!({"status": status, "code": code, "title": title});
        if let (Some(error), Value::Object(properties)) = (error.as_object_mut(), properties) {
            error.extend(properties);
        }
        Self { status, body: json!({"error": error, "data": null}) }
    }

    fn detailed(code: &str, detail: &str) -> Self {
        Self::new(code, json!({"detail": detail}))
    }

    /// An OAuth error, not the envelope.
    pub(crate) fn unauthorized(description: &str) -> Self {
        let body = json!({"error": "invalid_client", "error_description": description});
        Self { status: 401, body }
    }

    pub(crate) fn wrong_hub() -> Self {
        Self::new("403.wrong-hub", Value::Null)
    }

    pub(crate) fn lacks(capability: &str) -> Self {
        let detail = format!("The key lacks the capability {capability}.");
        let extra = json!({"capability": capability});
        Self::new("403.permissions", json!({"detail": detail, "extra": extra}))
    }

    pub(crate) fn invalid_state(detail: &str) -> Self {
        Self::detailed("403.invalid-state", detail)
    }

    pub(crate) fn forbidden(code: &str, detail: &str) -> Self {
        Self::detailed(code, detail)
    }

    /// The rest of the code is `what`: `image`, `image.source`, `job`, `uri`.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(&format!("404.{what}"), Value::Null)
    }

    pub(crate) fn syntax(detail: &str) -> Self {
        Self::detailed("400.invalid-syntax", detail)
    }

    pub(crate) fn content_type(wanted: &str) -> Self {
        Self::detailed("415.invalid-content-type", &format!("Send {wanted}."))
    }

    pub(crate) fn too_large() -> Self {
        Self::new("413.content-too-large", Value::Null)
    }

    pub(crate) fn method() -> Self {
        Self::new("405.method-not-allowed", Value::Null)
    }

    pub(crate) fn timeout() -> Self {
        Self::new("408.timeout", Value::Null)
    }

    pub(crate) fn missing(pointer: impl Into<String>) -> Self {
        Self::new("422.missing-argument", json!({"source": pointer.into()}))
    }

    pub(crate) fn invalid(pointer: impl Into<String>, detail: &str) -> Self {
        Self::new("422.invalid-argument", json!({"detail": detail, "source": pointer.into()}))
    }

    /// The pointer of a query parameter is its name.
    pub(crate) fn parameter(name: &str, detail: &str) -> Self {
        Self::invalid(format!("/{name}"), detail)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        json_response(self.status, &self.body)
    }
}

/// A success: a status and the document.
#[derive(Debug)]
pub(crate) struct Reply {
    status: u16,
    document: Value,
}

impl Reply {
    pub(crate) fn ok(document: Value) -> Self {
        Self { status: 200, document }
    }

    /// One page of a list.
    ///
    /// It is `null` if no record fits the filters, and empty past the last page, as slices of Go.
    pub(crate) fn page(found: usize, data: Vec<Value>, includes: Value) -> Self {
        let data = (found > 0).then_some(data);
        Self::ok(json!({"data": data, "includes": includes}))
    }

    /// One record; includes are left out if none are requested.
    pub(crate) fn one(data: Value, includes: Value) -> Self {
        let mut document = json!({"data": data});
        if let (false, Some(members)) = (includes.is_null(), document.as_object_mut()) {
            members.insert("includes".to_owned(), includes);
        }
        Self::ok(document)
    }

    /// With empty lists and maps instead of `null`.
    pub(crate) fn without_nulls(mut self) -> Self {
        nulls::fill(&mut self.document);
        self
    }

    pub(crate) fn created(document: Value) -> Self {
        Self { status: 201, document }
    }

    pub(crate) fn accepted(document: Value) -> Self {
        Self { status: 202, document }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        json_response(self.status, &self.document)
    }
}

fn json_response(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/json".to_owned()),
        ("x-request-id", wire::new_id()),
    ];
    (status, headers, body.to_string()).into_response()
}
