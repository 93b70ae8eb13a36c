//! Secrets planted in a HAR, in some spelling and some place, aren't in what is written of it.
#![no_main]

use cycle_images::http::{Request, Response};
use cycle_images::recorded::{Entry, Recording};
use cycle_images_fuzz::{KEY, spelled};
use libfuzzer_sys::fuzz_target;

/// Known by the name of its property alone.
const NAMED: &str = "sec-named-4c1f7a";

fuzz_target!(|input: (u16, &[u8], &str, u8, u8)| {
    let (at, bytes, text, spelling, place) = input;
    let key = spelled(KEY, spelling);
    // Between spaces: what comes before could be the beginning of an escape.
    let mut body = bytes.to_vec();
    let at = usize::from(at) % (body.len() + 1);
    body.splice(at..at, format!(" {key} ").bytes());
    // JSON that is whole, or cut off behind the secret.
    let text = serde_json::to_string(text).unwrap();
    let mut named = format!(r#"{{"log":{text},"password":"{NAMED}","other":[{text}]}}"#);
    if place % 2 == 1 {
        let end = named.find(NAMED).unwrap() + NAMED.len();
        let cut = (end + usize::from(place / 8) % (named.len() - end)..)
            .find(|at| named.is_char_boundary(*at));
        named.truncate(cut.unwrap());
    }

    let url = match place % 8 {
        0 => format!("https://h/v1/images?filter[search]={KEY}"),
        1 => format!("https://user:{KEY}@h/v1/images"),
        2 => format!("https://h/v1/{KEY}"),
        _ => "https://h/v1/images".to_owned(),
    };
    let request = Request::post(url).header("authorization", format!("Bearer {KEY}"));
    let entries = [
        Entry::new(request.body(body.clone()).unwrap(), Response::new(body)),
        Entry::new(
            Request::get("https://h/").body(Vec::new()).unwrap(),
            Response::new(named.into()),
        ),
    ];
    let recording: Recording = entries.into_iter().collect();
    let written = recording.to_har();
    assert!(!written.contains(KEY) && !written.contains(NAMED), "{written}");
    let again = Recording::from_har(written.as_bytes()).expect("what was written can be read");
    // Not always the same: without a secret, a text may have another grammar.
    let twice = again.to_har();
    assert!(!twice.contains(KEY) && !twice.contains(NAMED), "{twice}");
    for entry in again.entries() {
        let bodies = [entry.request().unwrap().body(), entry.response().body()];
        let has_key = |body: &Vec<u8>| body.windows(key.len()).any(|bytes| bytes == key.as_bytes());
        assert!(!bodies.into_iter().any(has_key), "{key} in {written}");
    }
});
