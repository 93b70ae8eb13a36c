//! A response as command-line tools print it.

use std::borrow::Cow;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Version};

/// A recording that can't be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the recording {problem}")]
pub struct RecordedError {
    line: usize,
    problem: &'static str,
}

/// Parses a response as a tool prints it: status line, headers, an empty line, and the body.
///
/// | tool | is read |
/// |---|---|
/// | curl | `curl -i`; `curl -v`, with what it writes to stderr |
/// | HTTPie, xh | `http --print=hb`, `http --verbose` |
/// | wget | `wget --save-headers`; `wget -S` has no body, and is an error |
///
/// If there are several heads, as after a `100 Continue` or a redirect, the last one is used. Lines
/// end in LF or CRLF. The text may be UTF-16 if it begins with a byte order mark.
///
/// # Errors
/// Names the line that can't be parsed, or that follows the response: of a second one, or the
/// output of `curl -w`.
pub fn response(recording: &[u8]) -> Result<Response<Vec<u8>>, RecordedError> {
    let recording = decoded_text(recording);
    let mut lines = Lines { rest: &recording, line: 0 };
    let first = recording.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if is_verbose(first) {
        return verbose(lines);
    }
    if first.starts_with(b"--") || first.starts_with(b"  HTTP/") {
        let problem = "is of `wget -S`, which prints no body: use `wget --save-headers -O -`";
        return Err(RecordedError { line: 1, problem });
    }
    if first.trim_ascii_end().ends_with(b" HTTP/1.1") {
        // The request, as `http --verbose` prints it first.
        while !is_status_line(lines.rest) {
            let end = || RecordedError { line: 1, problem: "is a request, without a response" };
            lines.next().ok_or_else(end)?;
        }
    }
    loop {
        let head = head(&mut lines)?;
        if !is_status_line(lines.rest) || length(head.headers()) == Some(lines.rest.len()) {
            let body = body(&lines, head.headers())?;
            return Ok(head.map(|()| body.to_vec()));
        }
    }
}

/// Text in UTF-8, without a byte order mark, if it was in UTF-16.
pub(super) fn decoded_text(bytes: &[u8]) -> Cow<'_, [u8]> {
    let utf16 = |bytes: &[u8], number: fn([u8; 2]) -> u16| {
        let pairs = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
        let units: Vec<u16> = pairs.map(number).collect();
        Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => Cow::Borrowed(bytes),
    }
}

fn head(lines: &mut Lines<'_>) -> Result<Response<()>, RecordedError> {
    let mut response = Response::new(());
    let status_line = lines.next().ok_or_else(|| lines.error("has no status line"))?;
    let mut words = status_line.splitn(3, |&byte| byte == b' ');
    *response.version_mut() = match words.next() {
        Some(b"HTTP/1.0") => Version::HTTP_10,
        Some(b"HTTP/1.1") => Version::HTTP_11,
        Some(b"HTTP/2" | b"HTTP/2.0") => Version::HTTP_2,
        Some(b"HTTP/3" | b"HTTP/3.0") => Version::HTTP_3,
        _ => return Err(lines.error("doesn't begin with a version of HTTP")),
    };
    *response.status_mut() = words
        .next()
        .and_then(|status| StatusCode::from_bytes(status).ok())
        .ok_or_else(|| lines.error("has no status"))?;
    let mut last: Option<(HeaderName, Vec<u8>)> = None;
    loop {
        let line = lines
            .next()
            .ok_or_else(|| lines.error("is missing: an empty line ends the headers"))?;
        if let (Some((_, value)), Some(b' ' | b'\t')) = (&mut last, line.first()) {
            // RFC 9112, section 5.2: a line that is folded.
            value.push(b' ');
            value.extend(line.trim_ascii());
            continue;
        }
        if let Some((name, value)) = last.take() {
            let value = HeaderValue::from_bytes(value.trim_ascii())
                .map_err(|_| lines.error("follows a value that isn't valid"))?;
            let appended = response.headers_mut().try_append(name, value);
            appended.map_err(|_| lines.error("is one header too many"))?;
        }
        if line.is_empty() {
            return Ok(response);
        }
        last = Some(header(line).ok_or_else(|| lines.error("is not a header"))?);
    }
}

fn header(line: &[u8]) -> Option<(HeaderName, Vec<u8>)> {
    let (name, value) = line.split_at_checked(line.iter().position(|&byte| byte == b':')?)?;
    let value = HeaderValue::from_bytes(value.strip_prefix(b":")?.trim_ascii()).ok()?;
    Some((HeaderName::from_bytes(name).ok()?, value.as_bytes().to_vec()))
}

/// `HTTP/2 200`, at the beginning of a text.
fn is_status_line(text: &[u8]) -> bool {
    let line = text.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let mut words = line.split(|byte| *byte == b' ');
    let is_version = |word: &[u8]| {
        word.strip_prefix(b"HTTP/").is_some_and(|version| {
            !version.is_empty() && version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        })
    };
    words.next().is_some_and(is_version)
        && words.next().is_some_and(|status| StatusCode::from_bytes(status).is_ok())
}

fn length(headers: &HeaderMap) -> Option<usize> {
    if headers.contains_key(CONTENT_ENCODING) {
        return None;
    }
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// All that is left is the body, if nothing follows it: JSON ends with its last bracket, and other
/// text after `Content-Length` bytes if a response follows.
fn body<'a>(lines: &Lines<'a>, headers: &HeaderMap) -> Result<&'a [u8], RecordedError> {
    let rest = lines.rest;
    let mut json = serde_json::Deserializer::from_slice(rest).into_iter::<serde::de::IgnoredAny>();
    let is_json = matches!(rest.trim_ascii_start().first(), Some(b'{' | b'['));
    let end = match json.next() {
        Some(Ok(_)) if is_json => json.byte_offset(),
        _ => match length(headers) {
            Some(length)
                if rest
                    .get(length..)
                    .is_some_and(|rest| is_status_line(rest.trim_ascii_start())) =>
            {
                length
            }
            _ => return Ok(rest),
        },
    };
    let (body, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    let more = behind.trim_ascii_start();
    // One JSON document a line is one body.
    if more.is_empty() || is_json && matches!(more.first(), Some(b'{' | b'[')) {
        return Ok(rest);
    }
    let is_line = |byte: &&u8| **byte == b'\n';
    let skipped = behind.len() - more.len();
    let before = body.iter().chain(behind.get(..skipped).unwrap_or_default());
    let line = lines.line + 1 + before.filter(is_line).count();
    let problem = match is_status_line(more) {
        true => "begins a second response: record each in a file of its own",
        false => "follows the body, as the output of `curl -w` does: remove it",
    };
    Err(RecordedError { line, problem })
}

/// Of `curl -v`: `*` begins a remark, `>` a line of the request, `<` one of the response.
fn is_verbose(line: &[u8]) -> bool {
    [&b"* "[..], b"> ", b"< ", b"  % Total"].iter().any(|marker| line.starts_with(marker))
}

fn verbose(mut lines: Lines<'_>) -> Result<Response<Vec<u8>>, RecordedError> {
    let (mut head_lines, mut body) = (Vec::new(), Vec::new());
    let mut is_head = false;
    while !lines.rest.is_empty() {
        let rest = lines.rest;
        let line = lines.next().unwrap_or_else(|| std::mem::take(&mut lines.rest));
        if let Some(line) = line.strip_prefix(b"<") {
            let line = line.strip_prefix(b" ").unwrap_or(line);
            if line.starts_with(b"HTTP/") {
                head_lines.clear();
            }
            head_lines.extend_from_slice(line);
            head_lines.push(b'\n');
            is_head = true;
            body.clear();
        } else if is_head && !is_remark(line) {
            // With its line break.
            let length = rest.len() - lines.rest.len();
            body.extend_from_slice(rest.get(..length).unwrap_or_default());
        }
    }
    let mut head_lines = Lines { rest: &head_lines, line: 0 };
    let no_response =
        |_| RecordedError { line: 1, problem: "is of `curl -v`, and no response follows" };
    let head = head(&mut head_lines).map_err(no_response)?;
    // After a body without a line break, a remark follows on the same line.
    let end = body.windows(15).rposition(|bytes| bytes == b"* Connection #0").unwrap_or(body.len());
    body.truncate(end);
    Ok(head.map(|()| body))
}

/// A remark of `curl -v`, or its progress.
fn is_remark(line: &[u8]) -> bool {
    let is = |marker: &&[u8]| line.starts_with(marker);
    [&b"* "[..], b"> ", b"{ [", b"} [", b"  % Total", b"  0 ", b"100 ", b"                "]
        .iter()
        .any(is)
}

struct Lines<'a> {
    rest: &'a [u8],
    line: usize,
}

impl Lines<'_> {
    fn error(&self, problem: &'static str) -> RecordedError {
        RecordedError { line: self.line, problem }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.line += 1;
        let (line, rest) =
            self.rest.split_at_checked(self.rest.iter().position(|&byte| byte == b'\n')?)?;
        self.rest = rest.strip_prefix(b"\n")?;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lf_and_crlf_and_versions() {
        for (recording, version) in [
            ("HTTP/1.1 200 OK\r\nA: 1\r\na:2\r\n\r\n{}\n", Version::HTTP_11),
            ("HTTP/2 200 \na: 1\na:  2 \n\n{}\n", Version::HTTP_2),
            ("HTTP/2.0 200\na: 1\na: 2\n\n{}\n", Version::HTTP_2),
            ("HTTP/1.0 200 OK\na: 1\na: 2\n\n{}\n", Version::HTTP_10),
            ("HTTP/3 200\na: 1\na: 2\n\n{}\n", Version::HTTP_3),
        ] {
            let response = response(recording.as_bytes()).unwrap();
            assert_eq!((response.version(), response.status()), (version, StatusCode::OK));
            let values: Vec<_> = response.headers().get_all("a").iter().collect();
            assert_eq!(values, ["1", "2"]);
            assert_eq!(response.into_body(), b"{}\n");
        }
    }

    #[test]
    fn the_last_block_of_headers_counts() {
        let recording =
            b"HTTP/1.1 100 Continue\r\nA: 1\r\n\r\nHTTP/1.1 201 Created\r\nB: 2\r\n\r\nHTTP";
        let response = response(recording).unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers().len(), 1);
        assert_eq!(response.body(), b"HTTP");
    }

    #[test]
    fn more_headers_than_a_map_holds_are_an_error() {
        let names: String = (0..40_000).map(|name| format!("h{name}: 1\n")).collect();
        let error = response(format!("HTTP/2 200\n{names}\n").as_bytes()).unwrap_err();
        assert!(error.to_string().ends_with("is one header too many"), "{error}");
    }

    /// What several tools print, and the status, one header and the body that are read.
    #[test]
    fn what_tools_print() {
        const JSON: &str = "{\"data\": []}";
        let verbose = "* Host localhost:80 was resolved.\n> GET / HTTP/1.1\n> Host: localhost\n> \n* \
            Request completely sent off\n< HTTP/1.1 200 OK\n< A: 1\n< \n{ [12 bytes data]\n{\"data\": \
            []}* Connection #0 to host localhost left intact\n";
        let redirected = format!("> GET /\n< HTTP/1.1 302 Found\n< B: 2\n<\n{verbose}");
        let httpie = "GET /v1/images HTTP/1.1\nAccept: */*\nHost: h\n\n\n\nHTTP/1.1 200 OK\nA: \
            1\n\n{\"data\": []}";
        for (printed, body) in [
            (verbose, JSON),
            (&redirected, JSON),
            (httpie, JSON),
            ("HTTP/1.1 200 OK\r\nA: 1\r\n\r\n{\"data\": []}\n\n", "{\"data\": []}\n\n"),
            ("HTTP/1.1 200 OK\nA:\n 1\n\nx", "x"),
            ("HTTP/1.1 302 Found\nB: 2\n\nHTTP/1.1 200 OK\nA: 1\n\nx", "x"),
            ("HTTP/1.1 200 Connection established\n\nHTTP/1.1 200 OK\nA: 1\n\nx", "x"),
            ("HTTP/1.1 200 OK\nA: 1\n\nHTTP/1.1 is a protocol", "HTTP/1.1 is a protocol"),
            ("HTTP/1.1 200 OK\nA: 1\nContent-Length: 16\n\nHTTP/1.1 200 OK\n", "HTTP/1.1 200 OK\n"),
            ("HTTP/1.1 200 OK\nA: 1\n\n{\"a\": 1}\n{\"a\": 2}\n", "{\"a\": 1}\n{\"a\": 2}\n"),
            ("HTTP/1.1 200 OK\nA: 1\n\n{\"data\": [", "{\"data\": ["),
            ("\u{feff}HTTP/1.1 200 OK\nA: 1\n\nx", "x"),
        ] {
            let response = response(printed.as_bytes()).unwrap();
            assert_eq!(
                (response.status().as_u16(), &response.headers()["a"]),
                (200, &"1".parse().unwrap())
            );
            assert_eq!(String::from_utf8_lossy(response.body()), body, "{printed}");
        }
        let printed = "HTTP/1.1 200 OK\r\nA: 1\r\n\r\n{\"data\": []}";
        let utf16: Vec<u8> =
            [0xfeff].into_iter().chain(printed.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(response(&utf16).unwrap().body(), JSON.as_bytes());
    }

    #[test]
    fn an_error_names_the_line() {
        for (recording, error) in [
            ("", "line 1 of the recording has no status line"),
            ("{}\n", "line 1 of the recording doesn't begin with a version of HTTP"),
            ("HTTP/1.1 OK\n\n", "line 1 of the recording has no status"),
            ("HTTP/2 200\nno header\n\n", "line 2 of the recording is not a header"),
            (
                "HTTP/2 200\na: b\n",
                "line 3 of the recording is missing: an empty line ends the headers",
            ),
            (
                "HTTP/2 200\n\n{\"data\": []}\n200 0.012\n",
                "line 4 of the recording follows the body, as the output of `curl -w` does: remove it",
            ),
            (
                "HTTP/2 200\n\n{\n\"data\": []}HTTP/2 200\n\n{}",
                "line 4 of the recording begins a second response: record each in a file of its own",
            ),
            (
                "HTTP/1.1 200 OK\nContent-Length: 2\n\nok\nHTTP/1.1 200 OK\n\nok",
                "line 5 of the recording begins a second response: record each in a file of its own",
            ),
            (
                "--2026-11-27 10:00:00--  http://h/\nHTTP request sent, awaiting response... \n  HTTP/1.1 200 OK\n",
                "line 1 of the recording is of `wget -S`, which prints no body: use `wget --save-headers -O -`",
            ),
            (
                "  HTTP/1.1 200 OK\n  Content-Length: 2\n",
                "line 1 of the recording is of `wget -S`, which prints no body: use `wget --save-headers -O -`",
            ),
            (
                "GET / HTTP/1.1\nHost: h\n\n",
                "line 1 of the recording is a request, without a response",
            ),
            (
                "* Could not resolve host: h\n* Closing connection\n",
                "line 1 of the recording is of `curl -v`, and no response follows",
            ),
        ] {
            assert_eq!(response(recording.as_bytes()).unwrap_err().to_string(), error);
        }
    }
}
