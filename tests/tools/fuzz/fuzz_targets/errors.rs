//! Any body and `Retry-After` of an error, with the API key put somewhere in it, in some spelling.
#![no_main]

use cycle_images::Timestamp;
use cycle_images::error::report;
use cycle_images::http::{HeaderValue, Response, StatusCode};
use cycle_images::images::GetImages;
use cycle_images_fuzz::{KEY, hub, read_by_all, spelled};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, u16, &[u8], &[u8], u8)| {
    let (status, at, retry_after, body, spelling) = input;
    let spelled = spelled(KEY, spelling);
    let mut body = body.to_vec();
    // Between spaces: what comes before could be the beginning of an escape.
    let planted = format!(" {spelled} ");
    let at = usize::from(at) % (body.len() + 1);
    body.splice(at..at, planted.bytes());
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(400 + status % 600).unwrap();
    if let Ok(value) = HeaderValue::from_bytes(retry_after) {
        response.headers_mut().insert("retry-after", value);
    }
    read_by_all(&response);

    let error = hub().response(&GetImages::new(), response).unwrap_err();
    let shown = format!("{error:?} {} {}", report(&error), error.body().as_str());
    assert!(!shown.contains(&spelled), "{spelled} in {shown}");
    let now = Timestamp::UNIX_EPOCH;
    let _ = (error.retry_after(now), error.is_retryable(), error.is_not_found());
});
