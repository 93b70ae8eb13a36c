use std::fmt;

use serde_json::error::Category;

use super::JsonPath;
use crate::wire::budget;
use crate::wire::redact::Secrets;

/// A response body that can't be decoded.
///
/// It names the JSON path and what was expected there, never the value: that may be a secret, and
/// is in the body for those who need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: JsonPath,
    problem: String,
}

impl DecodeError {
    /// The JSON path, such as `data[2].source.type`; empty if the text isn't JSON. It has at most
    /// 256 bytes, before secrets are redacted: `…` replaces names that don't fit.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// The error of a text that can't be decoded, with its path in the text.
    pub(crate) fn of(text: &str, error: &serde_json::Error) -> Self {
        Self::new(&JsonPath::of(text, error), error)
    }

    pub(crate) fn new(path: &JsonPath, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let problem = match error.classify() {
            Category::Data => expectation(&error.to_string()),
            Category::Syntax if error.to_string().starts_with("recursion limit") => {
                "nested too deep".to_owned()
            }
            Category::Eof => format!("the text ends too early, at line {line} column {column}"),
            _ => format!("not JSON at line {line} column {column}"),
        };
        Self { path: path.clone(), problem }
    }

    fn at_path(path: &'static str, problem: impl Into<String>) -> Self {
        Self { path: JsonPath::default().key(path), problem: problem.into() }
    }

    pub(crate) fn not_utf8(error: std::str::Utf8Error) -> Self {
        Self::at_path("", format!("not UTF-8 at byte {}", error.valid_up_to()))
    }

    pub(crate) fn empty() -> Self {
        Self::at_path("", "the response has no body")
    }

    pub(crate) fn too_large() -> Self {
        Self::at_path("", format!("expected {}", budget::EXCEEDED))
    }

    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        Self::new(&JsonPath::default(), error)
    }

    /// The error of a body that isn't JSON, by its beginning: the message of a proxy.
    pub(crate) fn not_json_but(beginning: &str) -> Self {
        Self::at_path("", format!("the body is not JSON: {beginning}"))
    }

    pub(crate) fn an_error() -> Self {
        Self::at_path("error", "an error body in a 2xx response")
    }

    pub(crate) fn not_an_error() -> Self {
        Self::at_path("", "unrecognized JSON error body")
    }

    /// Redacts secrets: the names of fields come from the response, too. No name was truncated, so
    /// no part of a secret is left.
    pub(crate) fn redact(&mut self, secrets: &Secrets<'_>) {
        self.path = self.path.redact(secrets);
        self.problem = secrets.plain(&self.problem);
    }

    /// The same error, with a path that starts further out.
    pub(crate) fn within(self, outer: &JsonPath) -> Self {
        Self { path: outer.clone().join(&self.path), ..self }
    }
}

/// The text if the reason contains a part of the response, or may.
const UNEXPECTED: &str = "unexpected value";

/// The part of `serde_json`'s message that doesn't come from the response, in words of JSON: the
/// message has the value before what was expected, or the name of a missing field.
fn expectation(message: &str) -> String {
    let message = message.rfind(" at line ").and_then(|end| message.get(..end)).unwrap_or(message);
    let problem = match message.rsplit_once(", expected ") {
        Some((value, expected)) => {
            let expected = word(EXPECTED, expected).unwrap_or(expected);
            let found = value.strip_prefix("invalid type: ").and_then(|kind| word(FOUND, kind));
            let found = found.map_or(String::new(), |found| format!(", found {found}"));
            format!("expected {expected}{found}")
        }
        None if message.starts_with("missing field") => message.to_owned(),
        None => UNEXPECTED.to_owned(),
    };
    if problem.len() <= JsonPath::LIMIT { problem } else { UNEXPECTED.to_owned() }
}

/// How serde's words for what it expects begin, and what they mean in JSON.
const EXPECTED: &[(&str, &str)] = &[
    ("struct ", "an object"),
    ("a map", "an object"),
    ("tuple ", "a list"),
    ("a tuple", "a list"),
    ("an array", "a list"),
    ("a sequence", "a list"),
    ("unit", "null"),
    ("variant identifier", "a string"),
    ("a borrowed string", "a string"),
    ("a character", "a string"),
    ("u8", "a whole number"),
    ("u16", "a whole number"),
    ("u32", "a whole number"),
    ("u64", "a whole number"),
    ("usize", "a whole number"),
    ("i8", "a whole number"),
    ("i16", "a whole number"),
    ("i32", "a whole number"),
    ("i64", "a whole number"),
    ("isize", "a whole number"),
    ("f32", "a number"),
    ("f64", "a number"),
];

/// The same for what it found.
const FOUND: &[(&str, &str)] = &[
    ("null", "null"),
    ("map", "an object"),
    ("sequence", "a list"),
    ("string", "a string"),
    ("boolean", "a boolean"),
    ("integer", "a number"),
    ("floating point", "a number"),
];

fn word(words: &[(&str, &'static str)], of_serde: &str) -> Option<&'static str> {
    words.iter().find(|(begin, _)| of_serde.starts_with(begin)).map(|(_, json)| *json)
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
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
        DecodeError::of(text, &serde_json::from_str::<T>(text).unwrap_err()).to_string()
    }

    #[test]
    fn the_place_is_named_and_the_value_is_not() {
        let text = r#"{"id": "1", "size": "sec, expected sec", "state": {"current": "live"}}"#;
        assert_eq!(decode_error::<Image>(text), "at size: expected a whole number, found a string");
        let text = r#"{"id": "1", "state": {"changed": ""}}"#;
        assert_eq!(decode_error::<Image>(text), "at state: missing field `current`");
    }

    /// Only paths are bounded, not the documents.
    #[test]
    fn a_path_is_found_after_values_too_deep_for_one() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        let text = format!(r#"{{"id": "1", "unknown": {deep}, "size": "x"}}"#);
        assert_eq!(
            decode_error::<Image>(&text),
            "at size: expected a whole number, found a string"
        );
    }

    /// Whatever the type in Rust is.
    #[test]
    fn errors_speak_of_json() {
        #[derive(Debug, serde::Deserialize)]
        struct Struct {}
        #[derive(Debug, serde::Deserialize)]
        struct Tuple((), ());
        #[derive(Debug, serde::Deserialize)]
        enum Enum {
            A,
        }
        type Map = std::collections::BTreeMap<String, String>;

        let struct_of = decode_error::<Struct>;
        assert_eq!(struct_of("null"), "expected an object, found null");
        assert_eq!(struct_of("true"), "expected an object, found a boolean");
        assert_eq!(decode_error::<Map>("[]"), "expected an object, found a list");
        assert_eq!(decode_error::<Tuple>("{}"), "expected a list, found an object");
        assert_eq!(decode_error::<(u8, u8)>("1"), "expected a list, found a number");
        assert_eq!(decode_error::<[u8; 2]>("{}"), "expected a list, found an object");
        assert_eq!(decode_error::<Vec<u8>>("{}"), "expected a list, found an object");
        assert_eq!(decode_error::<()>("1.5"), "expected null, found a number");
        assert_eq!(decode_error::<Enum>("{\"B\": 1}"), "at B: expected `A`");
        assert_eq!(decode_error::<char>("null"), "expected a string, found null");
        assert_eq!(decode_error::<String>("null"), "expected a string, found null");
        assert_eq!(decode_error::<bool>("\"x\""), "expected a boolean, found a string");
        assert_eq!(decode_error::<u16>("-1"), "expected a whole number");
        assert_eq!(decode_error::<i64>("{}"), "expected a whole number, found an object");
        assert_eq!(decode_error::<f64>("\"1\""), "expected a number, found a string");
        let deep = "[".repeat(200);
        let error = decode_error::<serde_json::Value>(&deep);
        assert!(error.ends_with(": nested too deep"), "{error}");
    }

    /// It may contain the value.
    #[test]
    fn the_message_of_another_crates_type_is_not_shown() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(try_from = "String")]
        struct Even;

        impl TryFrom<String> for Even {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                Err(format!("{text} isn't even"))
            }
        }

        assert_eq!(decode_error::<Even>(r#""secret""#), "unexpected value");
    }

    #[test]
    fn texts_that_are_not_json() {
        assert_eq!(decode_error::<Image>("<html>"), "not JSON at line 1 column 1");
        assert_eq!(
            decode_error::<Vec<u8>>("[1"),
            "at [0]: the text ends too early, at line 1 column 2"
        );
    }

    #[test]
    fn a_path_can_be_prefixed() {
        let error =
            |text| DecodeError::of(text, &serde_json::from_str::<Vec<u8>>(text).unwrap_err());
        let data = JsonPath::default().key("data");
        assert_eq!(error("[1, true]").within(&data).path(), "data[1]");
        assert_eq!(error("7").within(&data).path(), "data");
    }
}
