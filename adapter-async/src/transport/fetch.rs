use std::future::poll_fn;
use std::pin::Pin;

use cycle_images::flow::SendFailure;
use cycle_images::http::{Request, Response};
use futures_core::Stream;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array, global};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, RequestCredentials, RequestInit,
    RequestRedirect, ResponseType,
};

use super::Outcome;
use crate::target::BoxFuture;
use crate::{Body, Transport};

#[doc = include_str!("fetch.md")]
#[derive(Clone, Debug)]
pub struct Fetch {
    body_limit: u64,
}

impl Default for Fetch {
    fn default() -> Self {
        Self { body_limit: 64 << 20 }
    }
}

impl Fetch {
    /// A transport with default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the size limit of a response's body in bytes; 64 MiB by default. A build log may need
    /// more.
    #[must_use]
    pub fn with_body_limit(self, body_limit: u64) -> Self {
        Self { body_limit }
    }
}

impl Transport for Fetch {
    fn send(&self, request: Request<Vec<u8>>) -> BoxFuture<'static, Outcome> {
        let Self { body_limit } = *self;
        Box::pin(async move {
            let abort = AbortOnDrop(AbortController::new().map_err(refused)?);
            let request = to_js(&request, &abort.0).map_err(refused)?;
            let response = JsFuture::from(fetch(&request).map_err(refused)?).await;
            let response = response.and_then(JsCast::dyn_into).map_err(failed)?;
            read(&response, body_limit).await
        })
    }

    fn upload(&self, request: Request<Body>) -> BoxFuture<'static, Outcome> {
        let this = self.clone();
        Box::pin(async move {
            let (head, mut body) = request.into_parts();
            let mut bytes = Vec::new();
            while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await
            {
                bytes.extend(piece?);
            }
            this.send(Request::from_parts(head, bytes)).await
        })
    }
}

/// Stops the request and the reading of its response, if they aren't over.
struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn to_js(request: &Request<Vec<u8>>, abort: &AbortController) -> Result<web_sys::Request, JsValue> {
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_redirect(RequestRedirect::Manual);
    init.set_credentials(RequestCredentials::Omit);
    init.set_signal(Some(&abort.signal()));
    let headers = Headers::new()?;
    for (name, value) in request.headers() {
        // JavaScript takes a character for each byte.
        let value: String = value.as_bytes().iter().copied().map(char::from).collect();
        headers.append(name.as_str(), &value)?;
    }
    init.set_headers(&headers);
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(request.body().as_slice()));
    }
    web_sys::Request::new_with_str_and_init(&request.uri().to_string(), &init)
}

/// The global function, which pages, workers and Node have.
fn fetch(request: &web_sys::Request) -> Result<Promise, JsValue> {
    let fetch: Function = Reflect::get(&global(), &"fetch".into())?.dyn_into()?;
    fetch.call1(&JsValue::UNDEFINED, request)?.dyn_into()
}

async fn read(response: &web_sys::Response, limit: u64) -> Outcome {
    if response.type_() == ResponseType::Opaqueredirect {
        return Err(
            SendFailure::maybe_sent("the response is a redirect, which isn't followed").fatal()
        );
    }
    let mut builder = Response::builder().status(response.status());
    for entry in response.headers().entries() {
        let entry: Array = entry.and_then(JsCast::dyn_into).map_err(failed)?;
        if let (Some(name), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string()) {
            builder = builder.header(name, value);
        }
    }
    let mut body = Vec::new();
    if let Some(stream) = response.body() {
        let reader = ReadableStreamDefaultReader::new(&stream).map_err(failed)?;
        while let Some(piece) = next_piece(&reader).await.map_err(failed)? {
            if (body.len() as u64).saturating_add(piece.length().into()) > limit {
                return Err(SendFailure::too_large(limit));
            }
            body.extend(piece.to_vec());
        }
    }
    builder.body(body).map_err(SendFailure::maybe_sent)
}

async fn next_piece(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let read = JsFuture::from(reader.read()).await?;
    let piece = Reflect::get(&read, &"value".into())?;
    if piece.is_undefined() { Ok(None) } else { piece.dyn_into().map(Some) }
}

/// The browser's own text isn't shown: it may have the URL in it, and that of an upload its token.
fn refused(_: JsValue) -> SendFailure {
    SendFailure::not_sent("the browser can't send the request").fatal()
}

/// `fetch` says no more than that.
fn failed(_: JsValue) -> SendFailure {
    SendFailure::maybe_sent(
        "fetch failed; the browser's console says why: no connection, or no CORS",
    )
}
