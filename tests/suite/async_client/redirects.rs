//! Redirects are told, never followed: the API key would go along.

use cycle_images::SourceId;
use cycle_images::error::Attempts;
use cycle_images::error::ResponseErrorKind;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images_async::{Client, Error, Reqwest, Tokio, Transport};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use reqwest::redirect::Policy;

use crate::clients::{hyper, reqwest};
use crate::{hub, runtime};

fn client<T: Transport + 'static>(sandbox: &Sandbox, transport: T) -> Client {
    let client = Client::new(hub(sandbox), transport, Tokio);
    client.with_retry(RetryPolicy::disabled())
}

#[track_caller]
fn points_to(error: &Error, location: &str) {
    match error.response().unwrap().kind() {
        ResponseErrorKind::Redirect(redirect) => {
            assert_eq!(redirect.location.as_deref(), Some(location));
        }
        other => panic!("{other:?}"),
    }
}

async fn follows_none<T: Transport + 'static>(transport: T) {
    let sandbox = Sandbox::start().unwrap();
    let elsewhere = RawServer::start([]).unwrap();
    let client = client(&sandbox, transport);
    let create = CreateImage::new(SourceId::new(sandbox.source_id()).unwrap());
    let away = format!("{}/v1/images", elsewhere.url());
    for location in [away.as_str(), "/v1/images"] {
        for status in [301, 302, 303, 307, 308] {
            sandbox.fault(Fault::redirect(status, location));
            points_to(&client.call(&GetImages::new()).await.unwrap_err(), location);
            sandbox.fault(Fault::redirect(status, location));
            points_to(&client.call(&create).await.unwrap_err(), location);
        }
    }
    assert_eq!((elsewhere.connections(), sandbox.requests().len()), (0, 20));
}

#[test]
fn none_is_followed() {
    runtime().block_on(async {
        follows_none(reqwest()).await;
        follows_none(hyper()).await;
    });
}

#[test]
fn a_built_client_follows_no_redirect() {
    let headstrong = reqwest::Client::builder().redirect(Policy::limited(5));
    runtime().block_on(follows_none(Reqwest::build(headstrong).unwrap()));
    runtime().block_on(follows_none(Reqwest::build(reqwest::Client::builder()).unwrap()));
}

/// A client that was handed in does as it was built; what comes of it is no answer of the platform.
#[test]
fn a_client_that_followed_a_redirect_is_an_error() {
    let sandbox = Sandbox::start().unwrap();
    let transport = Reqwest::with_client(reqwest::Client::new());
    // It would be sent again, if that could help.
    let client = Client::new(hub(&sandbox), transport, Tokio);
    let elsewhere = RawServer::start([Answer::json("200 OK", r#"{"data": []}"#)]).unwrap();
    let (away, within) = (elsewhere.url(), "/v1/images?page%5Bsize%5D=1".to_owned());
    for (count, location) in [away, within].into_iter().enumerate() {
        sandbox.fault(Fault::redirect(307, &location));
        let error = runtime().block_on(client.call(&GetImages::new())).unwrap_err();
        let Error::Transport { attempts: Attempts { count: 1, .. }, source, .. } = &error else {
            panic!("{error:?}")
        };
        let said = source.to_string();
        assert_eq!(said, "the client followed a redirect: build it with none");
        assert!(error.may_have_arrived());
        assert_eq!((sandbox.requests().len(), elsewhere.connections()), (2 * count + 1, 1));
    }
}

/// The request did arrive, and would be led astray again.
#[track_caller]
fn is_not_unsent(location: &str) {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(hub(&sandbox), Reqwest::with_client(reqwest::Client::new()), Tokio);
    let create = CreateImage::new(SourceId::new(sandbox.source_id()).unwrap());
    for _ in 0..4 {
        sandbox.fault(Fault::redirect(307, location));
    }
    let error = runtime().block_on(client.call(&create)).unwrap_err();
    assert!(
        matches!(error, Error::Transport { attempts: Attempts { count: 1, .. }, .. }),
        "{error:?}"
    );
    assert!(error.may_have_arrived(), "{error:?}");
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn a_redirect_that_was_followed_into_nothing_is_not_unsent() {
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let nowhere = format!("http://{}/v1/images", closed.local_addr().unwrap());
    drop(closed);
    is_not_unsent(&nowhere);
}

#[test]
fn a_redirect_that_could_not_be_followed_is_not_unsent() {
    is_not_unsent("ftp://example.com/");
}
