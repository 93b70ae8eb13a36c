//! What `Debug` shows of the client and its parts.

use std::io;

use cycle_images::images::GetImages;
use cycle_images_ureq::Tar;

use crate::{KEY, client_of};

#[test]
fn each_part_is_named_and_the_key_is_not_shown() {
    let client = client_of("http://127.0.0.1:1");
    for (shown, start) in [
        (format!("{client:?}"), "Client { hub: Hub {"),
        (format!("{:?}", client.pages(GetImages::new())), "FlowIter { flow: Pages {"),
        (format!("{:?}", Tar::new(io::empty(), 5)), "Tar { size: 5, .. }"),
    ] {
        assert!(shown.starts_with(start) && !shown.contains(KEY), "{shown}");
    }
}
