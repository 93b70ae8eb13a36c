//! The broken and hostile answers, by their names in the table.

use std::time::Duration;

use cycle_images_tests::raw_server::Answer;
use cycle_images_tests::support::gzip;

use super::super::EMPTY;
use crate::setup::KEY;

pub(super) struct Fault {
    pub(super) happened: &'static str,
    pub(super) answer: Answer,
    /// Whether another request on the connection could get the rest of this answer.
    pub(super) must_close: bool,
}

pub(super) const BODY_LIMIT: usize = 100_000;
const GZIP: &str = "Content-Encoding: gzip\r\n";

fn with_headers(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    Answer::new([head.as_bytes(), body].concat())
}

fn json(body: impl AsRef<[u8]>) -> Answer {
    with_headers("200 OK", "Content-Type: application/json\r\n", body)
}

fn record(fields: &str) -> Answer {
    json(format!(r#"{{"data": [{{"id": "1", {fields}}}]}}"#))
}

/// All that a client may get that asks for compressed bodies, or one that does not.
pub(super) fn all(decompresses: bool) -> Vec<Fault> {
    let ok = "HTTP/1.1 200 OK\r\n";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let drip = |text: &str| text.bytes().map(|byte| vec![byte]).collect::<Vec<_>>();
    let pause = Duration::from_millis(30);
    let busy = |retry_after: &str| {
        with_headers("429 Too Many Requests", &format!("Retry-After: {retry_after}\r\n"), "")
    };
    let broken = [
        ("reset before the response", Answer::new("").reset()),
        ("reset within the head", Answer::new(ok).reset()),
        ("reset within the body", Answer::new(format!("{ok}Content-Length: 12\r\n\r\n{{")).reset()),
        ("closed before the response", Answer::new("").close()),
        ("closed within the head", Answer::new(ok).close()),
        (
            "closed within the body",
            Answer::new(format!("{ok}Content-Length: 12\r\n\r\n{{")).close(),
        ),
        ("closed within a chunk", Answer::new(format!("{chunked}c\r\n{{\"data\"")).close()),
        ("closed before the last chunk", Answer::new(format!("{chunked}c\r\n{EMPTY}\r\n")).close()),
        ("closed within a body without length", Answer::new(format!("{ok}\r\n{{\"data\"")).close()),
        ("not HTTP", Answer::new("SSH-2.0-OpenSSH_9.6\r\n").close()),
        ("random bytes", Answer::new((0..=255).collect::<Vec<u8>>()).close()),
        ("HTTP/0.9", Answer::new(EMPTY).close()),
        (
            "a chunk size that isn't a number",
            Answer::new(format!("{chunked}zz\r\n{EMPTY}\r\n0\r\n\r\n")),
        ),
        (
            "a chunk size past every range",
            Answer::new(format!("{chunked}{}\r\n{EMPTY}", "f".repeat(40))),
        ),
        (
            "two lengths",
            Answer::new(format!("{ok}Content-Length: 12\r\nContent-Length: 7\r\n\r\n{EMPTY}")),
        ),
        ("a negative length", Answer::new(format!("{ok}Content-Length: -12\r\n\r\n{EMPTY}"))),
        (
            "a huge header",
            with_headers("200 OK", &format!("X: {}\r\n", "x".repeat(1 << 20)), EMPTY),
        ),
        ("thousands of headers", with_headers("200 OK", &"X: y\r\n".repeat(10_000), EMPTY)),
        ("endless headers", Answer::new(ok).endlessly("X: y\r\n".repeat(1000))),
        // Paced: of an unoptimized reqwest on threads of tokio, the time limit of 0.2 s ended a
        // request only after seconds when they came in a flood.
        (
            "endless interim responses",
            Answer::new("").slowly(
                Duration::from_millis(1),
                vec!["HTTP/1.1 103 Early Hints\r\n\r\n".repeat(10); 10_000],
            ),
        ),
        ("an endless body", Answer::new(format!("{ok}\r\n")).endlessly(vec![b' '; 1 << 16])),
        ("no response in time", Answer::new("").hold()),
        ("a slow head", Answer::new("").slowly(pause, drip(ok))),
        (
            "a slow body",
            Answer::new(format!("{ok}Content-Length: 12\r\n\r\n")).slowly(pause, drip(EMPTY)),
        ),
    ];
    let rest = [(
        "bytes after the body",
        Answer::new(format!("{ok}Content-Length: 12\r\n\r\n{EMPTY}HTTP/1.1 500 No\r\n\r\n")),
    )];
    let compressed = [
        ("a body that isn't gzip as it says", with_headers("200 OK", GZIP, EMPTY)),
        ("gzip that ends too early", with_headers("200 OK", GZIP, &gzip(&[b' '; 9_000])[..20])),
        ("a gzip bomb", with_headers("200 OK", GZIP, gzip(&vec![b' '; 4 << 20]))),
    ];
    let whole = [
        ("gzip that wasn't asked for", with_headers("200 OK", GZIP, gzip(EMPTY.as_bytes()))),
        ("a body past the limit", json(vec![b' '; BODY_LIMIT + 1])),
        ("no content type", with_headers("200 OK", "", EMPTY)),
        ("another content type", with_headers("200 OK", "Content-Type: text/html\r\n", EMPTY)),
        (
            "two equal lengths",
            Answer::new(format!("{ok}Content-Length: 12\r\nContent-Length: 12\r\n\r\n{EMPTY}")),
        ),
        (
            "a 502 of a proxy, as HTML",
            with_headers("502 Bad Gateway", "Content-Type: text/html\r\n", format!("<html>{KEY}")),
        ),
        ("a 200 without a body", json("")),
        ("a 204", Answer::new("HTTP/1.1 204 No Content\r\n\r\n")),
        ("a redirect", with_headers("302 Found", "Location: http://127.0.0.1:9/\r\n", "")),
        ("a redirect without a target", with_headers("307 Temporary Redirect", "", "")),
        ("429 with seconds", busy("0")),
        ("429 with more seconds than there are", busy("99999999999999999999")),
        ("429 with negative seconds", busy("-1")),
        ("429 with a date far ahead", busy("Fri, 31 Dec 9999 23:59:59 GMT")),
        ("429 with a date that has passed", busy("Thu, 01 Jan 1970 00:00:00 GMT")),
        ("429 with neither", busy("soon")),
        ("429 without `Retry-After`", with_headers("429 Too Many Requests", "", "")),
        (
            "503 with `Retry-After`",
            with_headers("503 Service Unavailable", "Retry-After: 0\r\n", ""),
        ),
        ("503 without", with_headers("503 Service Unavailable", "", "")),
        ("500", with_headers("500 Internal Server Error", "", format!("panic: {KEY}"))),
        (
            "an error envelope with 200",
            json(r#"{"error": {"code": "403.permissions"}, "data": null}"#),
        ),
        ("a status that nobody knows", with_headers("799 What", "", "")),
        ("HTML with 200", json(format!("<html>{KEY}"))),
        ("invalid UTF-8", json(b"{\"data\": [\"\xff\"]}")),
        ("a byte order mark", json("\u{feff}{\"data\": []}")),
        ("nesting without an end", json("[".repeat(BODY_LIMIT))),
        (
            "a record nested 10,000 deep",
            record(&format!("\"about\": {}{}", "[".repeat(10_000), "]".repeat(10_000))),
        ),
        (
            "a number past every range",
            record("\"size\": 1e999, \"state\": {\"current\": \"live\"}"),
        ),
        ("a lone surrogate", record("\"name\": \"\\ud800\", \"state\": {\"current\": \"live\"}")),
        (
            "a key twice in a record",
            record("\"name\": \"a\", \"name\": \"b\", \"state\": {\"current\": \"live\"}"),
        ),
        ("`data` twice", json(r#"{"data": [], "data": []}"#)),
        (
            "the response of another operation",
            json(r#"{"data": {"id": "1", "action": "image.import"}}"#),
        ),
    ];
    let fault = |must_close| move |(happened, answer)| Fault { happened, answer, must_close };
    let all = broken.into_iter().map(fault(true)).chain(rest.into_iter().map(fault(true)));
    let all = all.chain(whole.into_iter().map(fault(false)));
    let compressed = compressed.into_iter().map(fault(false));
    // What is not asked for isn't decompressed.
    match decompresses {
        true => all.filter(|fault| !fault.happened.contains("asked")).chain(compressed).collect(),
        false => all.collect(),
    }
}
