//! A HAR that can be read is written, read again, and replayed.
#![no_main]

use cycle_images::recorded::{Recording, Replay, Session};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|har: &[u8]| {
    let Ok(recording) = Recording::from_har(har) else { return };
    let written = recording.to_har();
    let again = Recording::from_har(written.as_bytes()).expect("what was written can be read");
    let twice = Recording::from_har(again.to_har().as_bytes()).expect("and so once more");
    assert_eq!(twice.entries().len(), again.entries().len());

    let in_order = Replay::in_order(again.clone());
    let matching = Replay::matching(again.clone()).match_bodies();
    let session = Session::replay(again.clone());
    for entry in again.entries() {
        let Some(request) = entry.request() else { continue };
        let response = in_order.respond(request).expect("the requests come in order");
        assert_eq!(response.status(), entry.response().status());
        assert_eq!(response.body(), entry.response().body());
        let _ = matching.respond(request).expect("the request matches");
        let _ = session.respond(request);
    }
    in_order.finish().expect("all was requested");
});
