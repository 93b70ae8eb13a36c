//! How much memory a request asks for.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop, and shows the count"
)]

use cycle_images::images::{GetImages, ImageInclude, ImageMetaName};
use cycle_images::model::{ImageStatus, SourceType};
use cycle_images::{Hub, SourceId};

#[test]
fn the_fullest_request_for_images_is_built_in_at_most_eight_allocations() {
    let hub = Hub::new("key", "hub").unwrap();
    let images = fullest();
    let mut request = None;
    let counted = allocation_counter::measure(|| request = Some(hub.request(&images)));

    let query = request.unwrap().unwrap().uri().query().unwrap().to_owned();
    assert_eq!(query.split('&').count(), 10, "a parameter is missing: {query}");
    assert!((1..=8).contains(&counted.count_total), "{} allocations", counted.count_total);
    println!("the fullest request for images is built in {} allocations", counted.count_total);
}

fn fullest() -> GetImages {
    let states = ["new", "uploading", "building", "verifying", "saving", "live", "deleting"];
    let includes = [
        ImageInclude::Creators,
        ImageInclude::StackBuilds,
        ImageInclude::Stacks,
        ImageInclude::Sources,
        ImageInclude::Integrations,
    ];
    let mut images = GetImages::new()
        .meta(ImageMetaName::ContainersCount)
        .filter_identifier("shop-api")
        .filter_search("検索サービス & café")
        .filter_source_type(SourceType::StackBuild)
        .filter_source_id(SourceId::new("651586fca6078e98982dbd90").unwrap())
        .sort("-events.created")
        .sort("name")
        .page_number(4_000_000_000)
        .page_size(4_000_000_000);
    for include in includes {
        images = images.include(include);
    }
    for state in states {
        images = images.filter_state(ImageStatus::from(state));
    }
    images
}
