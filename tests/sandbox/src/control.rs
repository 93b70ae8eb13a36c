//! Faults, outcomes of jobs and time over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;

use crate::errors::Refusal;
use crate::faults::Fault;
use crate::fields::Fields;
use crate::server::Shared;
use crate::settings::JobOutcome;
use crate::{auth, body};

type Outcome = Result<StatusCode, Refusal>;

pub(crate) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
        .route("/_sandbox/faults", post(add_fault))
        .route("/_sandbox/jobs", post(next_job))
        .route("/_sandbox/skip", post(skip))
        .route_layer(from_fn_with_state(Arc::clone(shared), admit))
}

/// Refuses requests without the key, and bodies that are too large.
async fn admit(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let admitted = auth::admit_control(&shared.state().keys, &parts.headers);
    if let Err(refusal) = admitted {
        body::drain(body).await;
        return refusal.into_response();
    }
    match body::read(body, shared.read_timeout).await {
        Ok(body) => next.run(Request::from_parts(parts, body.into())).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn fields(body: &Bytes) -> Result<Fields, Refusal> {
    let body: Value =
        serde_json::from_slice(body).map_err(|error| Refusal::syntax(&error.to_string()))?;
    Fields::of(body, false)
}

async fn add_fault(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    let mut fields = fields(&body)?;
    let fault = fault(&mut fields)?;
    fields.done()?;
    shared.state().faults.push_back(fault);
    Ok(StatusCode::NO_CONTENT)
}

fn fault(fields: &mut Fields) -> Result<Fault, Refusal> {
    let retry_after = fields.text("retry_after")?;
    let Some(name) = fields.text("fault")? else {
        let headers = fields.texts_by_key("headers")?.unwrap_or_default();
        let body = fields.text("body")?.unwrap_or_default();
        let status = fields.number("status")?.ok_or_else(|| Refusal::missing("/status"))?;
        let status = u16::try_from(status).ok().filter(|status| (200..1000).contains(status));
        let status = status.ok_or_else(|| fields.wrong("status", "must be from 200 to 999"))?;
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
            .collect();
        return Ok(Fault::answer(status, &headers, &body));
    };
    Ok(match name.as_str() {
        "too_many_requests" => Fault::too_many_requests(retry_after.as_deref().unwrap_or("1")),
        "unavailable" => match retry_after {
            Some(retry_after) => Fault::unavailable_until(&retry_after),
            None => Fault::unavailable(),
        },
        "bad_gateway" => Fault::bad_gateway(),
        "close" => Fault::Close,
        "close_after" => Fault::CloseAfter,
        "truncate" => Fault::Truncate,
        "delay" => Fault::Delay(milliseconds(fields)?),
        _ => return Err(fields.wrong("fault", "unknown fault")),
    })
}

async fn next_job(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    let mut fields = fields(&body)?;
    let outcome = match fields.need_text("outcome")?.as_str() {
        "complete" => JobOutcome::Complete,
        "fail" => {
            let step = fields.number("step")?.unwrap_or_default();
            JobOutcome::Fail {
                step: usize::try_from(step).unwrap_or(usize::MAX),
                message: fields.text("message")?.unwrap_or_else(|| "it failed".to_owned()),
            }
        }
        "expire" => JobOutcome::Expire,
        "vanish" => JobOutcome::Vanish,
        _ => return Err(fields.wrong("outcome", "must be complete, fail, expire or vanish")),
    };
    fields.done()?;
    shared.state().fates.push_back(outcome);
    Ok(StatusCode::NO_CONTENT)
}

async fn skip(State(shared): State<Arc<Shared>>, body: Bytes) -> Outcome {
    let mut fields = fields(&body)?;
    let time = milliseconds(&mut fields)?;
    fields.done()?;
    shared.state().clock.skip(time);
    Ok(StatusCode::NO_CONTENT)
}

fn milliseconds(fields: &mut Fields) -> Result<Duration, Refusal> {
    let ms = fields.number("ms")?.ok_or_else(|| Refusal::missing("/ms"))?;
    Ok(Duration::from_millis(ms))
}
