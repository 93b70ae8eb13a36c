//! tower services: hyper-util's client with a layer around it, and a function.

use cycle_images::images::GetImages;
use cycle_images_async::{Body, Tower, Transport};
use cycle_images_tests::sandbox::Sandbox;
use http::{HeaderValue, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tower::{BoxError, ServiceExt, service_fn};

use super::connection::{exchange, smol_socket};
use crate::driver::{Async, Driver, Uploads};
use crate::executors::{Executor, OnTokio, TokioCurrent};
use crate::setup::Setup;

pub(crate) fn on_tokio<E: OnTokio>(setup: Setup) -> impl Uploads {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let service = client.map_request(|mut request: Request<Body>| {
        request.headers_mut().insert("x-mark", HeaderValue::from_static("1"));
        request
    });
    over(Tower::new(service), setup, E::start())
}

pub(crate) fn requests_go_through_the_layers() {
    let sandbox = Sandbox::start().unwrap();
    on_tokio::<TokioCurrent>(Setup::of(&sandbox)).call(&GetImages::new()).unwrap();
    assert_eq!(sandbox.requests()[0].header("x-mark"), Some("1"));
}

/// A service that is a function, which needs no more than its sockets do.
pub(crate) fn on_smol_sockets<E: Executor>(setup: Setup) -> impl Uploads {
    let service = service_fn(async |request: Request<Body>| {
        let socket = smol_socket(request.uri()).await?;
        Ok::<_, BoxError>(exchange(socket, request).await?)
    });
    over(Tower::new(service), setup, E::start())
}

fn over<S, E: Executor>(transport: Tower<S>, setup: Setup, executor: E) -> Async<E>
where
    Tower<S>: Transport + 'static,
{
    let transport = match setup.body_limit {
        Some(limit) => transport.with_body_limit(limit),
        None => transport,
    };
    Async::new(setup, transport, executor).not_telling_unsent()
}
