//! Uploads to the factory.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{self, FromRequest, RawPathParams, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::auth::only;
use crate::body;
use crate::errors::Refusal;
use crate::image::{AFTER_UPLOAD, Image};
use crate::job::{Plan, Work};
use crate::query::Query;
use crate::server::Shared;
use crate::state::State;
use crate::tasks::task;
use crate::wire::{self, Moment};

const STEPS: &[(&str, &str)] =
    &[("Verify", "Checks the layers."), ("Save", "Stores the image where servers can fetch it.")];

/// The magic of a tar header.
const MAGIC: std::ops::Range<usize> = 257..262;

impl Image {
    /// Makes it wait for its upload, with a token in its copy of the origin.
    pub(crate) fn expect_upload(&mut self, expires: Moment) {
        self.state = "uploading";
        if let Some(origin) = self.source.pointer_mut("/details/origin/details") {
            *origin = json!({
                "expires": wire::time(expires),
                "token": format!("upload-{}", wire::new_secret()),
            });
        }
        self.upload_expires = Some(expires);
    }

    fn upload_token(&self) -> Option<&str> {
        let token = self.source.pointer("/details/origin/details/token");
        token.and_then(Value::as_str)
    }
}

/// `POST /v1/images/{id}/upload?hub-id=..&token=..`
///
/// The documents don't have its response: a success has no body.
pub(crate) async fn receive(
    extract::State(shared): extract::State<Arc<Shared>>,
    path: RawPathParams,
    request: Request,
) -> Result<StatusCode, Refusal> {
    let id = path.iter().next().map(|(_, id)| id.to_owned());
    let id = id.unwrap_or_default();
    let (query, headers) = (request.uri().query(), request.headers());
    let admitted = admit(&mut shared.state(), &id, query, headers);
    if let Err(refusal) = admitted {
        body::drain(request.into_body()).await;
        return Err(refusal);
    }
    let size = file(request, shared.read_timeout).await?;
    // Another upload of the image may have ended before.
    let mut state = shared.state();
    state.tick();
    let image = waiting(&mut state, &id)?;
    image.size = size;
    let creator = image.creator.clone();
    let plan = Plan {
        action: "upload",
        caption: format!("Take in uploaded image {id}"),
        tasks: vec![task("image.upload", &id, STEPS)],
        work: Work::Import { image: id.clone(), states: AFTER_UPLOAD },
    };
    let now = state.clock.now();
    state.image_mut(&id)?.enter("verifying", now);
    state.submit(plan, &creator);
    Ok(StatusCode::OK)
}

fn waiting<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Image, Refusal> {
    let image = state.image_mut(id)?;
    if image.state != "uploading" {
        let detail = format!("The image is {}.", image.state);
        return Err(Refusal::invalid_state(&detail));
    }
    Ok(image)
}

/// The checks before the body is read.
fn admit(
    state: &mut State,
    id: &str,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<(), Refusal> {
    state.tick();
    if headers.contains_key(header::AUTHORIZATION) {
        return Err(Refusal::syntax("an upload has no Authorization: the token authorizes it"));
    }
    let mut query = Query::parse(query, state.settings.lenient)?;
    let hub_id = query.one("hub-id")?;
    let token = query.one("token")?;
    query.done()?;
    let hub_id = hub_id.ok_or_else(|| Refusal::missing("/hub-id"))?;
    let token = token.ok_or_else(|| Refusal::missing("/token"))?;
    if hub_id != state.hub_id {
        return Err(Refusal::wrong_hub());
    }
    let now = state.clock.now();
    let image = waiting(state, id)?;
    if image.upload_token() != Some(&token) {
        return Err(Refusal::forbidden("403.mismatch", "The token is another image's."));
    }
    if image.upload_expires.is_some_and(|expires| expires <= now) {
        return Err(Refusal::forbidden("403.expired", "The token has expired."));
    }
    let kind = only(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !kind.starts_with("multipart/form-data") {
        return Err(Refusal::content_type("multipart/form-data"));
    }
    match only(headers, header::CONTENT_LENGTH.as_str()) {
        Some(_) => Ok(()),
        None => Err(Refusal::syntax("an upload needs a Content-Length")),
    }
}

/// Reads the one part, and returns its length.
async fn file(request: Request, read_timeout: Duration) -> Result<u64, Refusal> {
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|_| Refusal::content_type("multipart/form-data"))?;
    let mut taken = Err(Refusal::missing("/file.tar"));
    let mut count = 0;
    // All parts are read, so that the client sees the response.
    while let Some(part) = within(read_timeout, parts.next_field()).await? {
        count += 1;
        if part.name() == Some("file.tar") {
            taken = tar(part, read_timeout).await;
        }
    }
    if count > 1 {
        return Err(Refusal::invalid("/file.tar", "there is more than one part"));
    }
    taken
}

async fn within<T>(
    limit: Duration,
    read: impl Future<Output = Result<T, MultipartError>>,
) -> Result<T, Refusal> {
    let read = timeout(limit, read).await.map_err(|_| Refusal::timeout())?;
    read.map_err(|error| Refusal::syntax(&format!("the multipart body is broken: {error}")))
}

/// Reads the tar chunk by chunk, and keeps its header only.
async fn tar(mut part: Field<'_>, read_timeout: Duration) -> Result<u64, Refusal> {
    let mut head = Vec::new();
    let mut size = 0;
    loop {
        let Some(chunk) = within(read_timeout, part.chunk()).await? else {
            break;
        };
        size += chunk.len() as u64;
        let missing = MAGIC.end.saturating_sub(head.len());
        head.extend(chunk.iter().take(missing));
    }
    if head.get(MAGIC) == Some(b"ustar".as_slice()) {
        Ok(size)
    } else {
        Err(Refusal::invalid("/file.tar", "is not a tar"))
    }
}
