//! Redirects are errors and never followed: the API key would go along.

use cycle_images::error::ResponseErrorKind;
use cycle_images::images::{DeleteImage, GetImages};
use cycle_images_async::Error;
use cycle_images_tests::raw_server::RawServer;
use cycle_images_tests::sandbox::Fault;

use super::{Test, create, failure, retrying};
use crate::setup::Make;

pub(super) fn tests() -> Vec<Test> {
    tests![redirects_are_errors_and_not_followed]
}

#[track_caller]
fn points_to(error: &Error, location: &str) {
    let ResponseErrorKind::Redirect(redirect) = error.response().unwrap().kind() else {
        panic!("{error:?}")
    };
    assert_eq!(redirect.location.as_deref(), Some(location));
    assert!(error.to_string().contains("redirects aren't followed"), "{error}");
}

fn redirects_are_errors_and_not_followed(make: Make) {
    let (sandbox, client) = retrying(make);
    let elsewhere = RawServer::start([]).unwrap();
    let away = format!("{}/v1/images", elsewhere.url());
    let image = client.call(&GetImages::new()).unwrap().data.remove(0);
    for location in [away.as_str(), "/v1/images/"] {
        for status in [301, 302, 303, 307, 308] {
            for _ in 0..3 {
                sandbox.fault(Fault::redirect(status, location));
            }
            points_to(&failure(&client), location);
            points_to(&client.call(&create(&sandbox)).unwrap_err(), location);
            points_to(&client.call(&DeleteImage::new(&image.id)).unwrap_err(), location);
        }
    }
    assert_eq!((elsewhere.connections(), sandbox.requests().len()), (0, 1 + 30));
}
