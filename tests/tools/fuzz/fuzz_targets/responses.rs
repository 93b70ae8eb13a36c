//! Any recorded response, read by every operation.
#![no_main]

use cycle_images::recorded;
use cycle_images_fuzz::read_by_all;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|recording: &[u8]| {
    if let Ok(response) = recorded::response(recording) {
        read_by_all(&response);
    }
});
