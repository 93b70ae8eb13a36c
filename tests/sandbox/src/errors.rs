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
    /// The platform's envelope, with the status at the beginning of the code.
    fn envelope(code: &str, title: &str, more: &[(&str, Value)]) -> Self {
        let status = code.get(..3).and_then(|n| n.parse().ok()).unwrap_or(500);
        let mut body = json!({
            "error": {"status": status, "code": code, "title": title},
            "data": null,
        });
        if let Some(error) = body.get_mut("error").and_then(Value::as_object_mut) {
            error.extend(more.iter().map(|(k, v)| ((*k).to_owned(), v.clone())));
        }
        Self { status, body }
    }

    /// An OAuth error, not the envelope.
    pub(crate) fn unauthorized(description: &str) -> Self {
        Self {
            status: 401,
            body: json!({"error": "invalid_client", "error_description": description}),
        }
    }

    pub(crate) fn wrong_hub() -> Self {
        Self::envelope(
            "403.wrong-hub",
            "This key does not belong to the hub named in X-Hub-Id.",
            &[],
        )
    }

    pub(crate) fn lacks(capability: &str) -> Self {
        Self::envelope(
            "403.permissions",
            "You do not have permission to do this.",
            &[
                ("detail", json!(format!("The key lacks the capability {capability}."))),
                ("extra", json!({"capability": capability})),
            ],
        )
    }

    pub(crate) fn invalid_state(detail: &str) -> Self {
        Self::envelope(
            "403.invalid-state",
            "The resource is in a state that does not allow this.",
            &[("detail", json!(detail))],
        )
    }

    pub(crate) fn forbidden(code: &str, detail: &str) -> Self {
        Self::envelope(code, "Forbidden.", &[("detail", json!(detail))])
    }

    /// The rest of the code is `what`: `image`, `image.source`, `job`, `uri`.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::envelope(&format!("404.{what}"), "The requested resource could not be found.", &[])
    }

    pub(crate) fn syntax(detail: &str) -> Self {
        Self::envelope(
            "400.invalid-syntax",
            "The request could not be understood.",
            &[("detail", json!(detail))],
        )
    }

    pub(crate) fn content_type(wanted: &str) -> Self {
        Self::envelope(
            "415.invalid-content-type",
            "The content type of the request is not supported.",
            &[("detail", json!(format!("Send {wanted}.")))],
        )
    }

    pub(crate) fn too_large() -> Self {
        Self::envelope("413.content-too-large", "The body of the request is too large.", &[])
    }

    pub(crate) fn method() -> Self {
        Self::envelope("405.method-not-allowed", "The resource does not have this method.", &[])
    }

    pub(crate) fn timeout() -> Self {
        Self::envelope("408.timeout", "The request did not arrive in time.", &[])
    }

    pub(crate) fn missing(pointer: impl Into<String>) -> Self {
        Self::envelope(
            "422.missing-argument",
            "A required argument is missing.",
            &[("source", json!(pointer.into()))],
        )
    }

    pub(crate) fn invalid(pointer: impl Into<String>, detail: &str) -> Self {
        Self::envelope(
            "422.invalid-argument",
            "An argument is invalid.",
            &[("detail", json!(detail)), ("source", json!(pointer.into()))],
        )
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
