//! What an error names, and what nothing shows.

use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, UpdateImage,
};
use cycle_images::{ImageId, SourceId};
use cycle_images_tests::sandbox::{Fault, Sandbox};

use crate::{client, failure, shown};

/// An answer may repeat what it was asked: nothing of the key may come to light by that.
#[test]
fn an_echoed_key_is_not_shown() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let key = sandbox.api_key();
    let body = format!(
        r#"{{"error": {{"status": 400, "code": "400.{key}", "title": "got {key}",
            "detail": "Bearer {key}", "source": "/{key}"}}}}"#
    );
    let oauth = format!(r#"{{"error": "{key}", "error_description": "{key}"}}"#);
    sandbox.fault(Fault::json(400, &body));
    sandbox.fault(Fault::json(401, &oauth));
    sandbox.fault(Fault::answer(502, &[], key));
    sandbox.fault(Fault::json(200, &format!(r#"{{"data": "{key}"}}"#)));
    sandbox.fault(Fault::redirect(307, &format!("https://example.com/?{key}")));
    for nth in 0..5 {
        let error = failure(&client);
        assert!(!shown(&error).contains(key), "{nth}: {}", shown(&error));
        let body = error.response().unwrap().body().as_str();
        assert!(!body.contains(key), "{nth}: {body}");
    }
    let pages = client.pages(GetImages::new());
    assert!(!format!("{client:?}{pages:?}").contains(key));
}

#[test]
fn every_error_names_its_operation() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let image = ImageId::new("i").unwrap();
    let source = SourceId::new("s").unwrap();
    for fault in [Fault::unavailable(), Fault::Close] {
        for _ in 0..8 {
            sandbox.fault(fault.clone());
        }
        let errors = [
            ("GetImages ", client.call(&GetImages::new()).err()),
            ("GetImage ", client.call(&GetImage::new(&image)).err()),
            ("CreateImage ", client.call(&CreateImage::new(&source)).err()),
            ("UpdateImage ", client.call(&UpdateImage::new(&image)).err()),
            ("DeleteImage ", client.call(&DeleteImage::new(&image)).err()),
            ("GetImageBuildLog ", client.call(&GetImageBuildLog::new(&image)).err()),
            ("CreateImageJob ", client.call(&CreateImageJob::import(&image)).err()),
            ("CreateImagesJob ", client.call(&CreateImagesJob::prune([&source])).err()),
        ];
        for (name, error) in errors {
            let message = error.unwrap().to_string();
            assert!(message.starts_with(name), "{message}");
        }
    }
}
