//! Everything that a server may answer, with the request's secrets in it.

use cycle_images_tests::raw_server::Answer;
use cycle_images_tests::recording;
use serde_json::json;

/// An answer under a name.
pub(crate) type Named = (&'static str, Answer);

/// The answers to one request. `echo` is what it contains, `line` as much of that as can stand in
/// one line, and `elsewhere` another server.
pub(crate) fn answers(operation: &str, echo: &str, line: &str, elsewhere: &str) -> Vec<Named> {
    let said = |title: &str| json!({"error": {"title": title, "detail": echo, "source": echo}});
    let refused = |status, title: &str| Answer::json(status, &said(title).to_string());
    let raw = |text: String| Answer::new(text).close();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let redirect = |status| {
        let location = format!("{elsewhere}/v1/images?echo={line}");
        Answer::new(format!(
            "HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        ))
    };
    let mut all = documented(operation);
    all.extend([
        ("401", refused("401 Unauthorized", echo)),
        (
            "403",
            Answer::json(
                "403 Forbidden",
                &json!({"error": {"code": line, "title": line,
            "extra": {"capability": line}}})
                .to_string(),
            ),
        ),
        (
            "401 of OAuth",
            Answer::json(
                "401 Unauthorized",
                &json!({"error": line,
            "error_description": echo})
                .to_string(),
            ),
        ),
        ("422", refused("422 Unprocessable Content", "unknown")),
        ("502 in HTML", raw(format!("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>{echo}</html>"))),
        (
            "503 with headers",
            Answer::new(format!(
                "HTTP/1.1 503 Service Unavailable\r\nRetry-After: {line}\r\nX-Request-Id: {line}\r\n\
             X-Echo: Bearer {line}\r\nSet-Cookie: lb=sec-cookie-8d21\r\nContent-Length: 0\r\n\r\n"
            )),
        ),
        ("302", redirect("302 Found")),
        ("307", redirect("307 Temporary Redirect")),
        ("308", redirect("308 Permanent Redirect")),
        ("no JSON", raw(format!("{head}\r\n{echo}"))),
        ("half a JSON", Answer::json("200 OK", &format!("{{\"data\": {{{}", json!(echo)))),
        ("another type", Answer::json("200 OK", &json!({"data": echo}).to_string())),
        (
            "another type within",
            Answer::json(
                "200 OK",
                &json!({"data": {"id": {echo: echo}, "job": echo, "log": [echo]}}).to_string(),
            ),
        ),
        (
            "an odd record",
            Answer::json("200 OK", &json!({"data": [{"id": {echo: echo}}, echo]}).to_string()),
        ),
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

/// What the platform would answer, with the credentials that it returns.
fn documented(operation: &str) -> Vec<Named> {
    let mut folder = String::new();
    for letter in operation.chars() {
        if letter.is_uppercase() && !folder.is_empty() {
            folder.push('_');
        }
        folder.extend(letter.to_lowercase());
    }
    if folder == "upload_image" {
        return vec![("success", Answer::json("200 OK", ""))];
    }
    let answers = recording::names(&folder).into_iter().map(|name| {
        let body = String::from_utf8(recording::read(&name).into_body()).unwrap();
        ("success", Answer::json("200 OK", &body))
    });
    answers.collect()
}
