use std::fmt;

use serde::Deserialize;
use serde_json::error::Category;

use crate::wire::secret::Secret;

/// Where a document isn't what its operation promises.
///
/// It names the place and what was expected there, never the value that stood there: that may be a
/// secret, and stands in the body for who needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    problem: String,
}

impl DecodeError {
    /// The JSON path, such as `data[2].source.type`; empty if the text isn't JSON at all.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Reads a text; on failure, and only then, reads it again to find the place.
    pub(crate) fn located<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Self> {
        serde_json::from_str(text).map_err(|first| {
            let mut reader = serde_json::Deserializer::from_str(text);
            match serde_path_to_error::deserialize::<_, T>(&mut reader) {
                Err(second) => {
                    let path = second.path().to_string();
                    Self::new(if path == "." { String::new() } else { path }, second.inner())
                }
                // The value can be read, so something stands behind it.
                Ok(_) => Self::new(String::new(), &first),
            }
        })
    }

    fn new(path: String, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let problem = match error.classify() {
            Category::Data => expectation(&error.to_string()),
            Category::Eof => format!("the text ends too early, at line {line} column {column}"),
            _ => format!("not JSON at line {line} column {column}"),
        };
        Self { path, problem }
    }

    pub(crate) fn not_utf8(error: std::str::Utf8Error) -> Self {
        let problem = format!("not UTF-8 at byte {}", error.valid_up_to());
        Self { path: String::new(), problem }
    }

    pub(crate) fn empty() -> Self {
        Self { path: String::new(), problem: "the body is empty".to_owned() }
    }

    pub(crate) fn an_error() -> Self {
        Self { path: "error".to_owned(), problem: "an error where a success was told".to_owned() }
    }

    pub(crate) fn not_an_error() -> Self {
        let problem = "JSON, but neither the platform's error envelope nor OAuth's".to_owned();
        Self { path: String::new(), problem }
    }

    /// Takes a secret out: the names of fields come from the other side, too.
    pub(crate) fn redact(&mut self, secret: &Secret) {
        self.path = secret.redact(&self.path);
    }

    /// The same error, told from further out.
    pub(crate) fn within(mut self, outer: &str) -> Self {
        self.path = match self.path.as_str() {
            "" => outer.to_owned(),
            inner if inner.starts_with('[') => format!("{outer}{inner}"),
            inner => format!("{outer}.{inner}"),
        };
        self
    }
}

/// The part of `serde_json`'s message that was written by us and not by the other side: it shows the
/// value in front of what was expected, or the name of a field that is missing.
fn expectation(message: &str) -> String {
    let message = message.rfind(" at line ").and_then(|end| message.get(..end)).unwrap_or(message);
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if message.starts_with("missing field") => message.to_owned(),
        None => "not what the document says".to_owned(),
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.problem),
            path => write!(f, "at {path}: {}", self.problem),
        }
    }
}

impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::model::Image;

    fn decode_error<T: DeserializeOwned + fmt::Debug>(text: &str) -> String {
        DecodeError::located::<T>(text).unwrap_err().to_string()
    }

    #[test]
    fn the_place_is_named_and_the_value_is_not() {
        let text = r#"{"id": "1", "size": "sec, expected sec", "state": {"current": "live"}}"#;
        assert_eq!(decode_error::<Image>(text), "at size: expected u64");
        let text = r#"{"id": "1", "state": {"changed": ""}}"#;
        assert_eq!(decode_error::<Image>(text), "at state: missing field `current`");
    }

    #[test]
    fn texts_that_are_not_json() {
        assert_eq!(decode_error::<Image>("<html>"), "not JSON at line 1 column 1");
        assert_eq!(decode_error::<Vec<u8>>("[1"), "the text ends too early, at line 1 column 2");
        assert_eq!(decode_error::<Vec<u8>>("[1] 2"), "not JSON at line 1 column 5");
    }

    #[test]
    fn a_mismatch_can_be_told_from_further_out() {
        let error = |text| DecodeError::located::<Vec<u8>>(text).unwrap_err();
        assert_eq!(error("[1, true]").within("data").path(), "data[1]");
        assert_eq!(error("7").within("data").path(), "data");
    }
}
