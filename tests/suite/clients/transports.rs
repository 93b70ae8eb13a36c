//! Clients over each transport and executor.

use std::future::Future;
use std::sync::Arc;

use cycle_images::images::GetImages;
use cycle_images_async::{Body, Hyper, Reqwest, Tower};
use cycle_images_tests::sandbox::Sandbox;
use http::{HeaderValue, Request, Uri};
use hyper::rt::Executor as Spawn;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tower::{ServiceExt, service_fn};

use crate::connection::smol_socket;
use crate::driver::Client;
use crate::executors::{Executor, Smol};
use crate::setup::Setup;

pub(crate) fn reqwest(setup: Setup, executor: Executor) -> Client {
    let transport = Reqwest::new().unwrap();
    match setup.body_limit {
        Some(limit) => Client::over(transport.with_body_limit(limit), setup, executor),
        None => Client::over(transport, setup, executor),
    }
}

pub(crate) fn hyper(setup: Setup, executor: Executor) -> Client {
    let transport = Hyper::from_connector(HttpConnector::new());
    match setup.body_limit {
        Some(limit) => Client::over(transport.with_body_limit(limit), setup, executor),
        None => Client::over(transport, setup, executor),
    }
}

/// hyper's pool without tokio. Futures run on an executor of smol's, or one written by hand.
pub(crate) fn hyper_on_smol(setup: Setup, executor: fn(Smol) -> Executor) -> Client {
    let smol = Smol::start();
    let spawn = SpawnOnSmol(Arc::clone(&smol.connections));
    let connector = service_fn(|uri: Uri| Box::pin(async move { smol_socket(&uri).await }));
    let transport = Hyper::new(Pool::builder(spawn).build(connector));
    match setup.body_limit {
        Some(limit) => Client::over(transport.with_body_limit(limit), setup, executor(smol)),
        None => Client::over(transport, setup, executor(smol)),
    }
}

/// hyper's pool with a layer around it.
pub(crate) fn tower(setup: Setup, executor: Executor) -> Client {
    let pool = Pool::builder(TokioExecutor::new()).build_http::<Body>();
    let service = pool.map_request(|mut request: Request<Body>| {
        request.headers_mut().insert("x-mark", HeaderValue::from_static("1"));
        request
    });
    let transport = Tower::new(service);
    match setup.body_limit {
        Some(limit) => Client::over(transport.with_body_limit(limit), setup, executor),
        None => Client::over(transport, setup, executor),
    }
    .not_telling_unsent()
}

pub(crate) fn requests_go_through_the_layers() {
    let sandbox = Sandbox::start().unwrap();
    let client = tower(Setup::of(&sandbox), Executor::tokio_current());
    client.call(&GetImages::new()).unwrap();
    assert_eq!(sandbox.requests()[0].header("x-mark"), Some("1"));
}

#[derive(Clone)]
struct SpawnOnSmol(Arc<smol::Executor<'static>>);

impl<F: Future<Output: Send> + Send + 'static> Spawn<F> for SpawnOnSmol {
    fn execute(&self, future: F) {
        self.0.spawn(future).detach();
    }
}
