//! A HAR that a headless Chromium exported.

use cycle_images::ImageId;
use cycle_images::images::{GetImage, GetImages, ImageInclude, UpdateImage};
use cycle_images::recorded::{Recording, Replay};

use cycle_images_tests::support::hub;

const HAR: &[u8] = include_bytes!("../../data/recordings/browser.har");

/// The requests of the page to the sandbox.
fn recording() -> Recording {
    let entries = Recording::from_har(HAR).unwrap().into_iter();
    let of_api = entries.filter(|entry| {
        entry.request().is_some_and(|request| request.uri().path().starts_with("/v1/"))
    });
    of_api.collect()
}

fn list() -> GetImages {
    GetImages::new().page_size(2).include(ImageInclude::Creators)
}

fn missing() -> GetImage {
    GetImage::new(ImageId::new("nothing").unwrap())
}

#[test]
fn requests_of_a_page_are_replayed() {
    let replay = Replay::matching(recording()).match_bodies();
    let client = cycle_images_ureq::Client::from_transport(hub(), replay.clone());
    let images = client.call(&list()).unwrap();
    assert_eq!((images.data.len(), images.includes.creators.accounts.len()), (2, 1));
    let id = &images.data[0].id;
    assert_eq!(client.call(&GetImage::new(id)).unwrap().data.name, "web 1.27");
    let rename = UpdateImage::new(id).name("from a page");
    assert_eq!(client.call(&rename).unwrap().data.name, "from a page");
    assert!(client.call(&missing()).unwrap_err().is_not_found());
    replay.finish().unwrap();
}

#[test]
fn the_key_of_a_page_is_not_written_again() {
    assert!(String::from_utf8_lossy(HAR).contains("planted-key-93ab"));
    let written = Recording::from_har(HAR).unwrap().to_har();
    assert!(!written.contains("planted-key"), "{written}");
}
