//! Responses with the secrets of their requests in them.

use cycle_images::upload::UploadImage;
use cycle_images_tests::operations::folder;
use cycle_images_tests::raw_server::Answer;
use cycle_images_tests::recording;
use serde_json::{Value, json};

/// A response and its name.
pub(crate) type Named = (&'static str, Answer);

/// The responses to a request that contains `echo`, or `line` where only a line can stand.
/// `elsewhere` is another server.
pub(crate) fn answers(operation: &str, echo: &str, line: &str, elsewhere: &str) -> Vec<Named> {
    let refused = |status, title: &str| {
        json_of(status, &json!({"error": {"title": title, "detail": echo, "source": echo}}))
    };
    let ok = |body: &Value| json_of("200 OK", body);
    let raw = |text: String| Answer::new(text).close();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let redirect = |status| {
        Answer::new(format!(
            "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\
             Location: {elsewhere}/v1/images?echo={line}\r\n\r\n"
        ))
    };
    let missing = json!({"error": {"code": line, "title": line, "extra": {"capability": line}}});
    let oauth = json!({"error": line, "error_description": echo});
    let mut all = documented(operation);
    all.extend([
        ("401", refused("401 Unauthorized", echo)),
        ("403", json_of("403 Forbidden", &missing)),
        ("401 of OAuth", json_of("401 Unauthorized", &oauth)),
        ("422", refused("422 Unprocessable Content", "unknown")),
        ("502 in HTML", raw(format!("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>{echo}</html>"))),
        (
            "503 with headers",
            Answer::new(format!(
                "HTTP/1.1 503 Service Unavailable\r\nRetry-After: {line}\r\nX-Request-Id: {line}\r\n\
                 X-Echo: Bearer {line}\r\nSet-Cookie: lb=sec-cookie-8d21\r\n\
                 Content-Length: 0\r\n\r\n"
            )),
        ),
        ("302", redirect("302 Found")),
        ("307", redirect("307 Temporary Redirect")),
        ("308", redirect("308 Permanent Redirect")),
        ("no JSON", raw(format!("{head}\r\n{echo}"))),
        ("half a JSON", Answer::json("200 OK", &format!("{{\"data\": {{{}", json!(echo)))),
        ("another type", ok(&json!({"data": echo}))),
        ("another type within", ok(&json!({"data": {"id": {echo: echo}, "job": echo, "log": [echo]}}))),
        ("an odd record", ok(&json!({"data": [{"id": {echo: echo}}, echo]}))),
        ("truncated", raw(format!("{head}Content-Length: 99999\r\n\r\n{{\"data\": {echo}"))),
        ("closed", raw(String::new())),
        ("another protocol", raw(format!("SSH-2.0-{line}\r\n"))),
        ("odd status", raw(format!("HTTP/1.1 2x0 {line}\r\n\r\n"))),
        ("odd header", raw(format!("HTTP/1.1 200 OK\r\nodd header {line}\r\n\r\n"))),
        ("odd length", raw(format!("HTTP/1.1 200 OK\r\nContent-Length: {line}\r\n\r\n"))),
        ("odd chunk", raw(format!("{head}Transfer-Encoding: chunked\r\n\r\n{line}\r\n"))),
        ("no gzip", raw(format!("{head}Content-Encoding: gzip\r\n\r\n{echo}"))),
        ("long header", raw(format!("{head}X-Long: {line}{}\r\n\r\n", "x".repeat(1 << 20)))),
    ]);
    all
}

fn json_of(status: &str, body: &Value) -> Answer {
    Answer::json(status, &body.to_string())
}

/// What the platform would respond, with the credentials that it returns.
fn documented(operation: &str) -> Vec<Named> {
    if operation == UploadImage::NAME {
        return vec![("success", Answer::json("200 OK", ""))];
    }
    let responses = recording::names(&folder(operation)).into_iter().map(|name| {
        let body = String::from_utf8(recording::read(&name).into_body()).unwrap();
        ("success", Answer::json("200 OK", &body))
    });
    responses.collect()
}
