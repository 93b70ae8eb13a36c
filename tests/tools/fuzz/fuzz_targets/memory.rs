//! No response takes more than 20 times its size beyond itself, and what any error takes.
#![no_main]

use std::sync::LazyLock;

use cycle_images::Hub;
use cycle_images::http::Response;
use cycle_images_fuzz::{hub, operations};
use libfuzzer_sys::fuzz_target;

/// What an error takes however short the response is: the preview of its body is searched for
/// secrets.
const FIXED: u64 = 192 << 10;

/// What a hub prepares with its first response is not the response's.
static HUB: LazyLock<Hub> = LazyLock::new(|| {
    let hub = hub();
    drop(hub.response(&cycle_images::images::GetImages::new(), Response::new("no JSON")));
    hub
});

fuzz_target!(|body: &[u8]| {
    LazyLock::force(&HUB);
    operations!(|operation| {
        let read = || drop(HUB.response(operation, Response::new(body)));
        let taken = allocation_counter::measure(read).bytes_max;
        assert!(
            taken <= 20 * body.len() as u64 + FIXED,
            "{taken} bytes for {} by {}",
            body.len(),
            std::any::type_name_of_val(operation)
        );
    });
});
