//! The transports that are ready, with the settings that they have by themselves.

use cycle_images_async::{Body, Hyper, Reqwest, Tower};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

pub(crate) fn reqwest() -> Reqwest {
    Reqwest::new().unwrap()
}

pub(crate) fn hyper() -> Hyper<HttpConnector> {
    Hyper::with_connector(HttpConnector::new())
}

pub(crate) fn tower() -> Tower<Client<HttpConnector, Body>> {
    Tower::new(Client::builder(TokioExecutor::new()).build_http())
}
