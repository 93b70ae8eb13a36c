//! Recorded responses and exchanges, for unit tests.
//!
//! [`response`] reads one response as `curl -i` prints it:
//!
//! ```
//! use cycle_images::{Hub, ImageId, images::GetImage, recorded};
//!
//! let hub = Hub::new("key", "hub")?;
//! let response = recorded::response(b"HTTP/2 404\nx-request-id: 7\n\n{\"error\": {\"code\": \"404.image\"}}")?;
//! let error = hub.response(&GetImage::new(ImageId::new("1")?), response).unwrap_err();
//! assert!(error.is_not_found());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
#![cfg_attr(
    feature = "har",
    doc = "Whole exchanges are read, written and replayed by [`Recording`], [`Replay`] and [`Session`]."
)]

#[cfg(feature = "har")]
mod har;
#[cfg(feature = "har")]
mod recording;
#[cfg(feature = "har")]
mod redact_json;
#[cfg(feature = "har")]
mod redacted;
#[cfg(feature = "har")]
mod replay;
#[cfg(feature = "har")]
mod session;

use http::{HeaderName, HeaderValue, Response, StatusCode, Version};

#[cfg(feature = "har")]
pub use self::{
    har::HarError,
    recording::{Entry, Recording},
    replay::{Replay, ReplayError},
    session::Session,
};

/// A recording that can't be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the recording {problem}")]
pub struct RecordedError {
    line: usize,
    problem: &'static str,
}

/// Parses the output of `curl -i`: status line, headers, an empty line, and the body.
///
/// Lines end in LF or CRLF. If there are several heads, as after a `100 Continue`, the last one is
/// used.
///
/// # Errors
/// Names the line that can't be parsed.
pub fn response(recording: &[u8]) -> Result<Response<Vec<u8>>, RecordedError> {
    let mut lines = Lines { rest: recording, line: 0 };
    loop {
        let head = head(&mut lines)?;
        if !lines.rest.starts_with(b"HTTP/") {
            return Ok(head.map(|()| lines.rest.to_vec()));
        }
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
    loop {
        let line = lines
            .next()
            .ok_or_else(|| lines.error("is missing: an empty line ends the headers"))?;
        if line.is_empty() {
            return Ok(response);
        }
        let (name, value) = header(line).ok_or_else(|| lines.error("is not a header"))?;
        response
            .headers_mut()
            .try_append(name, value)
            .map_err(|_| lines.error("is one header too many"))?;
    }
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_at_checked(line.iter().position(|&byte| byte == b':')?)?;
    let value = value.strip_prefix(b":")?.trim_ascii();
    Some((HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?))
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
        ] {
            assert_eq!(response(recording.as_bytes()).unwrap_err().to_string(), error);
        }
    }
}
