//! A request, with the checks of all operations.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, header};
use serde_json::{Value, json};

use crate::auth;
use crate::errors::Refusal;
use crate::fields::Fields;
use crate::query::Query;
use crate::unique;
use crate::wire::Creator;

/// A request as an operation has it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) caller: Creator,
    id: String,
    query: Query,
    body: Value,
    lenient: bool,
}

impl Call {
    /// `id` is the variable part of the path, or empty.
    pub(crate) fn read(
        lenient: bool,
        caller: Creator,
        id: String,
        method: &Method,
        query: Option<&str>,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Self, Refusal> {
        let body = if *method == Method::PATCH && body.is_empty() {
            // In the document, the body is optional.
            json!({})
        } else if *method == Method::POST || *method == Method::PATCH {
            json(headers, body)?
        } else {
            if !lenient {
                bodiless(headers, body)?;
            }
            Value::Null
        };
        Ok(Self { caller, id, query: Query::parse(query, lenient)?, body, lenient })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn query(&mut self) -> Query {
        std::mem::take(&mut self.query)
    }

    /// For operations without a query.
    pub(crate) fn no_query(&mut self) -> Result<(), Refusal> {
        self.query().done()
    }

    /// The body, for operations that have one and no query.
    pub(crate) fn fields(&mut self) -> Result<Fields, Refusal> {
        self.no_query()?;
        Fields::of(self.body.take(), self.lenient)
    }
}

fn json(headers: &HeaderMap, body: &Bytes) -> Result<Value, Refusal> {
    let media_type = auth::only(headers, header::CONTENT_TYPE.as_str())
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    if !media_type.is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json")) {
        return Err(Refusal::content_type("application/json"));
    }
    let value: unique::Unique =
        serde_json::from_slice(body).map_err(|error| Refusal::syntax(&error.to_string()))?;
    Ok(value.0)
}

fn bodiless(headers: &HeaderMap, body: &Bytes) -> Result<(), Refusal> {
    if body.is_empty() && !headers.contains_key(header::CONTENT_TYPE) {
        Ok(())
    } else {
        Err(Refusal::syntax("a GET or DELETE has no body and no content type"))
    }
}
