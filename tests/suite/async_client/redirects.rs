//! reqwest clients of the program's own, which may follow redirects.

use cycle_images::SourceId;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images_async::{Client, Error, Reqwest, Tokio};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use reqwest::redirect::Policy;

use crate::{block_on, hub};

#[test]
fn built_client_follows_no_redirect() {
    let (sandbox, elsewhere) = (Sandbox::start().unwrap(), RawServer::start([]).unwrap());
    let following = reqwest::Client::builder().redirect(Policy::limited(5));
    let client = Client::new(hub(&sandbox), Reqwest::build(following).unwrap(), Tokio);
    sandbox.fault(Fault::redirect(307, &elsewhere.url()));
    let error = block_on(client.call(&GetImages::new())).unwrap_err();
    assert_eq!(error.response().unwrap().status(), 307);
    assert_eq!((sandbox.requests().len(), elsewhere.connections()), (1, 0));
}

/// The response isn't one of the platform, and the next attempt would be redirected again.
#[test]
fn client_that_follows_redirects_is_an_error_and_not_retried() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(hub(&sandbox), Reqwest::from_client(reqwest::Client::new()), Tokio);
    let elsewhere = RawServer::start([Answer::json("200 OK", r#"{"data": []}"#)]).unwrap();
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let followed = "the client followed a redirect: build it with none";
    for (location, source) in [
        (elsewhere.url(), followed),
        ("/v1/images?page%5Bsize%5D=1".to_owned(), followed),
        // Neither is followed, and the request has arrived nevertheless.
        ("ftp://example.com/".to_owned(), ""),
        ("http://127.0.0.1:1/".to_owned(), ""),
    ] {
        let before = sandbox.requests().len();
        sandbox.fault(Fault::redirect(307, &location));
        let error = match source.is_empty() {
            true => block_on(client.call(&create)).unwrap_err(),
            false => block_on(client.call(&GetImages::new())).unwrap_err(),
        };
        assert!(error.may_have_arrived(), "{error:?}");
        assert_eq!(error.attempts().unwrap().count, 1);
        assert!(cycle_images_tests::support::shown(&error).contains(source), "{error:?}");
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        assert!(sandbox.requests().len() > before);
    }
}
