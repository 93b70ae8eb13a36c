//! No response takes more than 20 times its size beyond itself, and what any error takes.
#![no_main]

use std::sync::LazyLock;

use cycle_images::http::Response;
use cycle_images::{Hub, Operation};
use cycle_images_fuzz::hub;
use cycle_images_fuzz::operations::{Visit, visit_all};
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

struct Measured<'b>(&'b [u8]);

impl Visit for Measured<'_> {
    fn operation<O: Operation>(&mut self, operations: Vec<O>) {
        let read = || drop(HUB.response(&operations[0], Response::new(self.0)));
        let taken = allocation_counter::measure(read).bytes_max;
        let length = self.0.len();
        let bound = 20 * length as u64 + FIXED;
        assert!(taken <= bound, "{taken} bytes for {length} by {}", O::NAME);
    }
}

fuzz_target!(|body: &[u8]| {
    LazyLock::force(&HUB);
    visit_all(&mut Measured(body));
});
