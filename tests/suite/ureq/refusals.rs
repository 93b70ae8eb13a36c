//! What an error names, and what nothing shows.

use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, UpdateImage,
};
use cycle_images::{ImageId, SourceId};
use cycle_images_tests::sandbox::{Fault, Sandbox};

use crate::client;

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
