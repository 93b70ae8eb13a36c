//! A stored flow, resumed from any text and driven through any outcomes.
//!
//! The input is the stored flow and, after a zero byte, one byte for each step.
#![no_main]

use std::io;
use std::time::Duration;

use cycle_images::flow::{
    Exchange, Flow, FlowError, JobTracker, JobsTracker, MAX_PAGES_IN_FLIGHT, Pages, SendFailure,
    Step,
};
use cycle_images::http::Response;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images::{Operation, Timestamp};
use cycle_images_fuzz::hub;
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

type Outcome = Result<Response<String>, SendFailure>;

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |&byte| byte == 0);
    let (stored, steps) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    drive::<Exchange<GetImages>>(stored, steps, true);
    drive::<Exchange<CreateImage>>(stored, steps, CreateImage::METHOD != "POST");
    drive::<Pages<GetImages>>(stored, steps, true);
    drive::<JobTracker>(stored, steps, true);
    drive::<JobsTracker>(stored, steps, true);
});

fn drive<F: Flow + Serialize + DeserializeOwned>(stored: &[u8], steps: &[u8], repeatable: bool) {
    let Ok(mut flow) = serde_json::from_slice::<F>(stored) else { return };
    let hub = hub();
    let in_flight = (0..20_000).take_while(|&steps| flow.prefetch(&hub, steps).is_some()).count();
    assert!(in_flight <= MAX_PAGES_IN_FLIGHT as usize, "{in_flight} pages in flight");
    let mut now: Timestamp = "2026-03-26T10:00:00Z".parse().unwrap();
    for &step in steps {
        if step & 0x80 != 0 {
            flow = stored_and_resumed(&flow);
        }
        if step & 0x10 != 0 {
            let _ = flow.due(now);
        }
        let polled = flow.poll(&hub, now);
        match polled {
            Ok(Step::Send { request, .. }) => {
                assert_eq!(request.headers().len(), 3 + usize::from(!request.body().is_empty()));
                if step & 0x40 != 0 {
                    // As if the program had died before the response was stored.
                    flow = stored_and_resumed(&flow);
                    let again = flow.poll(&hub, now);
                    if !repeatable {
                        assert!(matches!(again, Err(FlowError::Interrupted { .. })), "{again:?}");
                        continue;
                    }
                }
                let _ = flow.handle(&hub, outcome(step & 0x1f), now);
            }
            Ok(Step::Wait(time)) => {
                assert!(!time.is_zero(), "a flow that waits for nothing never ends");
                // No timestamp is later than the year 9999.
                assert!(time <= Duration::from_secs(10_000 * 366 * 86_400), "{time:?}");
                now = now.saturating_add(if step & 0x20 != 0 { time / 2 } else { time });
            }
            Ok(Step::Done) => {
                assert!(matches!(flow.poll(&hub, now), Ok(Step::Done)), "an ended flow stays so");
            }
            Err(_) => now = now.saturating_add(Duration::from_secs(u64::from(step))),
        }
    }
}

fn stored_and_resumed<F: Serialize + DeserializeOwned>(flow: &F) -> F {
    let text = serde_json::to_string(flow).unwrap();
    let resumed = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&resumed).unwrap(), text);
    resumed
}

fn outcome(which: u8) -> Outcome {
    let response = |status: u16, headers: &[(&str, &str)], body: &str| {
        let mut response = Response::builder().status(status);
        for &(name, value) in headers {
            response = response.header(name, value);
        }
        Ok(response.body(body.to_owned()).unwrap())
    };
    let error = || io::Error::other("a fault");
    match which {
        0 => Err(SendFailure::not_sent(error())),
        1 => Err(SendFailure::maybe_sent(error())),
        2 => Err(SendFailure::maybe_sent(error()).fatal()),
        3 => Err(SendFailure::maybe_sent(error()).timed_out(Duration::from_secs(30))),
        4 => Err(SendFailure::too_large(7)),
        5 => response(429, &[("retry-after", "7")], ""),
        6 => response(429, &[("retry-after", "99999999999999999999")], ""),
        7 => response(503, &[("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")], ""),
        8 => response(503, &[], "<html>"),
        9 => response(500, &[], ""),
        10 => response(404, &[], r#"{"error": {"status": 404, "code": "404.job"}}"#),
        11 => response(404, &[], r#"{"error": {"status": 404, "code": "404.image"}}"#),
        12 => response(401, &[], r#"{"error": {"status": 401, "code": "401.auth"}}"#),
        13 => response(302, &[("location", "https://other.example.com/")], ""),
        14 => response(204, &[], ""),
        15 => response(200, &[], r#"{"data": null}"#),
        16 => response(200, &[], r#"{"data": []}"#),
        17 => response(200, &[], r#"{"data": [{"id": "a", "state": {"current": "live"}}]}"#),
        18 => response(200, &[], r#"{"data": [{"id": "b", "state": {"current": "live"}}, 7]}"#),
        19 => response(200, &[], r#"{"data": {"id": "a", "state": {"current": "building"}}}"#),
        20 => response(200, &[], r#"{"data": {"id": "a", "state": {"current": "live"}}}"#),
        21 => response(
            200,
            &[],
            r#"{"data": {"id": "j1", "state": {"current": "running"}, "tasks": [{"state": {"current": "running"}, "steps": [{}, {}]}]}}"#,
        ),
        22 => response(
            200,
            &[("retry-after", "3")],
            r#"{"data": {"id": "j1", "state": {"current": "queued"}}}"#,
        ),
        23 => response(200, &[], r#"{"data": {"id": "j1", "state": {"current": "completed"}}}"#),
        24 => response(200, &[], r#"{"data": {"id": "j1", "state": {"current": "error"}}}"#),
        25 => response(200, &[], r#"{"data": {"id": "j2", "state": {"current": "completed"}}}"#),
        _ => response(200, &[], "{"),
    }
}
