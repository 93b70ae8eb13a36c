//! The blocking client, and the async one over each transport.

use std::fmt::Debug;
use std::io::Cursor;

use cycle_images::flow::{Exchange, Flow, FlowError, RetryPolicy};
use cycle_images::model::Image;
use cycle_images::operation::ReplyOf;
use cycle_images::recorded::Session;
use cycle_images::{Hub, Operation};
use cycle_images_async::{Body, Hyper, Reqwest, Tokio, Tower, Transport};
use cycle_images_tests::uploads::tar_bytes;
use futures_util::stream;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::runtime::{Builder, Runtime};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ureq,
    Reqwest,
    ReqwestOverHttp2,
    Hyper,
    Tower,
}

pub(crate) const KINDS: [Kind; 4] = [Kind::Ureq, Kind::Reqwest, Kind::Hyper, Kind::Tower];

/// A client that sends each request once.
pub(crate) enum Client {
    Blocking(cycle_images_ureq::Client),
    Async(cycle_images_async::Client, Runtime),
}

fn asynchronous(hub: Hub, transport: impl Transport + 'static) -> cycle_images_async::Client {
    cycle_images_async::Client::new(hub, transport, Tokio)
}

impl Client {
    pub(crate) fn new(kind: Kind, hub: Hub, session: &Session) -> Self {
        let once = RetryPolicy::disabled();
        let client = match kind {
            Kind::Ureq => {
                let client = cycle_images_ureq::Client::new(hub).with_retry(once);
                return Self::Blocking(client.with_session(session));
            }
            Kind::Reqwest => asynchronous(hub, Reqwest::new().unwrap()),
            Kind::ReqwestOverHttp2 => {
                let builder = reqwest::Client::builder().http2_prior_knowledge();
                asynchronous(hub, Reqwest::build(builder).unwrap())
            }
            Kind::Hyper => asynchronous(hub, Hyper::from_connector(HttpConnector::new())),
            Kind::Tower => {
                let client = legacy::Client::builder(TokioExecutor::new());
                asynchronous(hub, Tower::new(client.build_http::<Body>()))
            }
        };
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Self::Async(client.with_retry(once).with_session(session), runtime)
    }

    pub(crate) fn call<O: Operation>(&self, operation: &O) -> Result<ReplyOf<O>, FlowError> {
        match self {
            Self::Blocking(client) => client.call(operation),
            Self::Async(client, runtime) => runtime.block_on(client.call(operation)),
        }
    }

    pub(crate) fn upload(&self, image: &Image) -> Result<(), FlowError> {
        let (tar, size) = (tar_bytes(512), 512);
        match self {
            Self::Blocking(client) => {
                let tar = cycle_images_ureq::Tar::new(Cursor::new(tar), size);
                client.upload(image, tar)
            }
            Self::Async(client, runtime) => {
                let tar = cycle_images_async::Tar::new(stream::iter([Ok(tar)]), size);
                runtime.block_on(client.upload(image, tar))
            }
        }
    }

    /// `Debug` of the client and of what it runs.
    pub(crate) fn debug(&self, operation: impl Operation + Clone + Debug) -> String {
        fn shown(values: [&dyn Debug; 2]) -> String {
            format!("{values:?} {values:#?}")
        }
        let flow = Exchange::new(operation, 7);
        match self {
            Self::Blocking(client) => shown([client, &client.run(flow)]),
            Self::Async(client, _) => shown([client, &client.run(flow)]),
        }
    }

    /// The stored forms of a flow before its requests.
    pub(crate) fn saved<F: Flow + serde::Serialize>(&self, flow: F) -> Vec<String> {
        let (sender, saved) = std::sync::mpsc::channel();
        let save = move |flow: &F| {
            sender.send(serde_json::to_string(flow)?).map_err(std::io::Error::other)
        };
        match self {
            Self::Blocking(client) => _ = client.run(flow).with_save(save).next(),
            Self::Async(client, runtime) => {
                _ = runtime.block_on(async { client.run(flow).with_save(save).next().await });
            }
        }
        saved.into_iter().collect()
    }
}
