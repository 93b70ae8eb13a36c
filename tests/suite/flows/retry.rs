//! What is sent again: method by status by code by `Retry-After` by fault.

use cycle_images::flow::{Exchange, FlowError};
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, UpdateImage,
};
use cycle_images::{ImageId, Operation, SourceId};

use crate::clock::Run;
use crate::outcomes::{Outcome, answer, asking, envelope, fatal, lost, refusal, status, unsent};

fn id() -> ImageId {
    ImageId::new("i1").unwrap()
}

fn source() -> SourceId {
    SourceId::new("s1").unwrap()
}

fn asking_with_code(http: u16, code: &str) -> Outcome {
    answer(http, &[("Retry-After", "1"), ("content-type", "application/json")], &envelope(code))
}

/// The code is of another status than the answer, or of none.
fn refusal_of(http: u16, code: &str) -> Outcome {
    answer(http, &[], &format!(r#"{{"error": {{"code": "{code}", "title": "No."}}}}"#))
}

/// What came of the request; whether a GET, a PATCH or a DELETE is sent again; whether a POST is.
type Row = (&'static str, fn() -> Outcome, bool, bool);

const TABLE: [Row; 45] = [
    ("429", || status(429), true, true),
    ("429 with Retry-After", || asking(429, "1"), true, true),
    ("429 of the platform", || refusal(429, "429.rate-limiting"), true, true),
    ("502", || status(502), true, false),
    ("502 with Retry-After", || asking(502, "1"), true, false),
    ("502 of a proxy", || answer(502, &[("content-type", "text/html")], "<p>"), true, false),
    ("503", || status(503), true, false),
    ("503 with Retry-After", || asking(503, "1"), true, true),
    ("503 with Retry-After: 0", || asking(503, "0"), true, true),
    ("503 with a date", || asking(503, "Thu, 26 Mar 2026 10:00:02 GMT"), true, true),
    ("503 with a Retry-After that is none", || asking(503, "soon"), true, false),
    ("503 with a negative Retry-After", || asking(503, "-1"), true, false),
    ("504", || status(504), true, false),
    ("504 with Retry-After", || asking(504, "1"), true, false),
    ("503.not-ready", || refusal(503, "503.not-ready"), true, false),
    ("503.not-ready, asking", || asking_with_code(503, "503.not-ready"), true, true),
    ("503.not-enabled", || refusal(503, "503.not-enabled"), false, false),
    ("503.not-enabled, asking", || asking_with_code(503, "503.not-enabled"), false, false),
    ("503.not_enabled, as of old", || refusal(503, "503.not_enabled"), false, false),
    ("503.dependency-not-enabled", || refusal(503, "503.dependency-not-enabled"), false, false),
    ("429 with the code of a fault", || refusal_of(429, "500.internal"), false, false),
    ("429 with 503.not-enabled", || refusal_of(429, "503.not-enabled"), false, false),
    ("429 with 503.not-ready", || refusal_of(429, "503.not-ready"), true, true),
    ("429 with a code of no status", || refusal_of(429, "rate-limiting"), true, true),
    ("500 with 429.rate-limiting", || refusal_of(500, "429.rate-limiting"), true, false),
    ("502 with 429.rate-limiting", || refusal_of(502, "429.rate-limiting"), true, false),
    ("503 with 429.rate-limiting", || refusal_of(503, "429.rate-limiting"), true, false),
    ("503 with 404.image, asking", || asking_with_code(503, "404.image"), false, false),
    ("504 with 429.rate-limiting", || refusal_of(504, "429.rate-limiting"), true, false),
    ("500 with 503.not-ready, asking", || asking_with_code(500, "503.not-ready"), true, false),
    ("500", || status(500), false, false),
    ("500 with Retry-After", || asking(500, "1"), false, false),
    ("501", || status(501), false, false),
    ("400", || refusal(400, "400.invalid-input"), false, false),
    ("401", || answer(401, &[], r#"{"error": "invalid_client"}"#), false, false),
    ("404", || refusal(404, "404.image"), false, false),
    ("409", || refusal(409, "409.conflict"), false, false),
    ("409 with Retry-After", || asking(409, "1"), false, false),
    ("302", || answer(302, &[("Location", "https://elsewhere.example")], ""), false, false),
    ("302 with Retry-After", || asking(302, "1"), false, false),
    ("200 that breaks off", || answer(200, &[("Retry-After", "1")], r#"{"data": ["#), false, false),
    ("200 with nothing", || status(200), false, false),
    ("unsent", unsent, true, true),
    ("lost", lost, true, false),
    ("fatal", fatal, false, false),
];

/// Whether an operation is sent again after that; if so, it is the same request.
#[track_caller]
fn is_repeated<O: Operation>(operation: O, outcome: Outcome) -> bool {
    let mut run = Run::new(Exchange::new(operation, 7));
    let first = run.request();
    match run.handle(outcome) {
        Ok(Some(_)) => panic!("{}: that was no success", O::NAME),
        Err(error) => {
            assert!(!matches!(error, FlowError::NothingInFlight), "{error:?}");
            false
        }
        Ok(None) => {
            let second = run.request();
            assert_eq!(first.method(), second.method());
            assert_eq!(first.uri(), second.uri());
            assert_eq!(first.headers(), second.headers());
            assert_eq!(first.body(), second.body());
            true
        }
    }
}

#[track_caller]
fn follows_the_table<O: Operation>(method: &str, operation: impl Fn() -> O) {
    assert_eq!(O::METHOD, *method, "{}", O::NAME);
    for (case, outcome, others, post) in TABLE {
        let expected = if method == "POST" { post } else { others };
        let seen = is_repeated(operation(), outcome());
        assert_eq!(seen, expected, "{} ({method}) after {case}", O::NAME);
    }
}

#[test]
fn every_image_operation_follows_the_table() {
    follows_the_table("GET", GetImages::new);
    follows_the_table("GET", || GetImage::new(id()));
    follows_the_table("GET", || GetImageBuildLog::new(id()));
    follows_the_table("PATCH", || UpdateImage::new(id()).name("web"));
    follows_the_table("DELETE", || DeleteImage::new(id()));
    follows_the_table("POST", || CreateImage::new(source()));
    follows_the_table("POST", || CreateImageJob::import(id()));
    follows_the_table("POST", || CreateImagesJob::prune([source()]));
}

#[test]
fn no_other_status_is_repeated() {
    let statuses = || (100..600).filter(|code| !(200..300).contains(code));
    let repeated = |repeats: fn(Outcome) -> bool, outcome: fn(u16) -> Outcome| {
        statuses().filter(|&code| repeats(outcome(code))).collect::<Vec<_>>()
    };
    let asking: fn(u16) -> Outcome = |code| asking(code, "1");
    let get = |outcome| is_repeated(GetImages::new(), outcome);
    assert_eq!(repeated(get, status), [429, 502, 503, 504]);
    assert_eq!(repeated(get, asking), [429, 502, 503, 504]);
    let post = |outcome| is_repeated(CreateImageJob::import(id()), outcome);
    assert_eq!(repeated(post, status), [429]);
    assert_eq!(repeated(post, asking), [429, 503]);
}
