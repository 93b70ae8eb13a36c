//! hyper-util's client.

use std::future::Future;
use std::sync::Arc;

use cycle_images_async::Hyper;
use http::Uri;
use hyper::rt::Executor as Spawn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, Connected, Connection, HttpConnector};

use super::connection::{Socket, smol_socket};
use crate::driver::{Async, Uploads};
use crate::executors::{Executor, OnTokio, Smol};
use crate::setup::Setup;

pub(crate) fn on_tokio<E: OnTokio>(setup: Setup) -> Async<E> {
    over(Hyper::with_connector(HttpConnector::new()), setup, E::start())
}

/// A client of the program's own, without tokio.
pub(crate) fn on_smol(setup: Setup) -> impl Uploads {
    let executor = Smol::start();
    let spawn = SpawnOnSmol(Arc::clone(&executor.connections));
    let connector = tower::service_fn(|uri: Uri| Box::pin(async move { smol_socket(&uri).await }));
    over(Hyper::new(Client::builder(spawn).build(connector)), setup, executor)
}

fn over<C, E>(transport: Hyper<C>, setup: Setup, executor: E) -> Async<E>
where
    C: Connect + Clone + Send + Sync + 'static,
    E: Executor,
{
    let transport = match setup.body_limit {
        Some(limit) => transport.with_body_limit(limit),
        None => transport,
    };
    Async::new(setup, transport, executor)
}

#[derive(Clone)]
struct SpawnOnSmol(Arc<smol::Executor<'static>>);

impl<F: Future<Output: Send> + Send + 'static> Spawn<F> for SpawnOnSmol {
    fn execute(&self, future: F) {
        self.0.spawn(future).detach();
    }
}

/// hyper-util asks each connection whether it goes through a proxy.
impl Connection for Socket {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}
