//! Redirects are told, never followed: the API key would go along.

use std::error::Error as _;

use cycle_images::SourceId;
use cycle_images::error::ResponseErrorKind;
use cycle_images::images::{CreateImage, DeleteImage, GetImages};
use cycle_images_async::Error;
use cycle_images_tests::raw_server::RawServer;
use cycle_images_tests::sandbox::{Fault, Sandbox};

use super::{Test, failure, quick, test};
use crate::driver::Driver;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(a_redirect_to_another_host_is_not_followed),
        test(a_redirect_within_the_host_is_not_followed),
    ]
}

#[track_caller]
fn points_to(error: Option<Error>, location: &str) {
    let error = error.unwrap();
    match error.response().unwrap().kind() {
        ResponseErrorKind::Redirect(redirect) => {
            assert_eq!(redirect.location.as_deref(), Some(location));
        }
        other => panic!("{other:?}"),
    }
    let message = error.to_string();
    assert!(message.contains("redirects aren't followed"), "{message}");
    let source = error.source().unwrap().to_string();
    assert_eq!(source, format!("the response redirects to {location}"));
}

fn a_redirect_to_another_host_is_not_followed<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).retry(quick()));
    let elsewhere = RawServer::start([]).unwrap();
    let location = format!("{}/v1/images", elsewhere.url());
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let image = client.call(&GetImages::new()).unwrap().data.remove(0);
    for status in [301, 302, 303, 307, 308] {
        for _ in 0..3 {
            sandbox.fault(Fault::redirect(status, &location));
        }
        points_to(client.call(&GetImages::new()).err(), &location);
        points_to(client.call(&CreateImage::new(&source)).err(), &location);
        points_to(client.call(&DeleteImage::new(&image.id)).err(), &location);
    }
    assert_eq!(elsewhere.connections(), 0);
    assert_eq!(sandbox.requests().len(), 1 + 15);
}

fn a_redirect_within_the_host_is_not_followed<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::redirect(302, "/v1/images/"));
    points_to(Some(failure(&make(Setup::of(&sandbox)))), "/v1/images/");
    assert_eq!(sandbox.requests().len(), 1);
}
