//! Observers and the attempts of requests, beside the scripts of `events.txt`.

use std::sync::{Arc, Mutex};

use cycle_images::SourceId;
use cycle_images::flow::{Attempt, Exchange, Pages};
use cycle_images::images::{CreateImage, GetImages};

use crate::clock::{KEY, Run};
use crate::outcomes::{answer, data, image, page, status};

#[test]
fn an_echoed_secret_is_in_no_event() {
    const ARGUMENT: &str = "build-argument-secret";
    let create = CreateImage::new(SourceId::new("s1").unwrap()).build_arg("TOKEN", ARGUMENT);
    let mut run = Run::new(Exchange::new(create, 1));
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    run.hub = run.hub.with_observer(move |event| log.lock().unwrap().push(format!("{event:?}")));
    for echo in [KEY, ARGUMENT] {
        let body = format!(r#"{{"error": {{"code": "429.rate-limiting", "title": "{echo}"}}}}"#);
        run.step(answer(429, &[("x-request-id", echo)], &body)).unwrap();
    }
    let text = lines.lock().unwrap().join(" ");
    assert!(text.contains("429") && !text.contains(KEY) && !text.contains(ARGUMENT), "{text}");
}

#[test]
fn each_observer_is_called_for_each_event() {
    let counts = [(); 2].map(|()| Arc::new(Mutex::new(0)));
    let mut run = Run::new(Pages::new(GetImages::new(), 1));
    for count in counts.clone() {
        run.hub = run.hub.with_observer(move |_| *count.lock().unwrap() += 1);
    }
    run.step(page(&["1"])).unwrap();
    assert_eq!(counts.map(|count| *count.lock().unwrap()), [2, 2]);
}

#[test]
fn requests_have_their_attempt_and_replies_their_number_of_attempts() {
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let mut run = Run::new(Exchange::new(create, 1));
    for number in 1..=3 {
        let request = run.request();
        let attempt = request.extensions().get::<Attempt>().unwrap();
        assert_eq!((attempt.operation, attempt.number), ("CreateImage", number));
        assert_eq!(attempt.template, "/v1/images");
        let reply = run.handle(if number < 3 { status(429) } else { data(&image("i1")) }).unwrap();
        assert_eq!(reply.map(|reply| reply.attempts), (number == 3).then_some(3));
    }
}
