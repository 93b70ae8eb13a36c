//! The tokens of a JSON text, or of what is left of one.
//!
//! Bodies are cut off, begin with a byte order mark, have a document a line or a comma too many. So
//! nothing is refused, and each token knows where it is.

use std::borrow::Cow;
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    /// The name of a property.
    Name,
    String,
    /// A number, `true`, `false` or `null`.
    Scalar,
}

#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// With the quotes; of an object or array, the bracket that opens it.
    pub(super) span: Range<usize>,
    /// The object or array that it is in, as its place in the list.
    pub(super) parent: Option<usize>,
    /// The property's name, as its place in the list.
    pub(super) name: Option<usize>,
}

/// All tokens in their order. Scalars outside of objects and arrays are left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let (mut tokens, mut open): (Vec<Token>, Vec<usize>) = (Vec::new(), Vec::new());
    let (mut name, mut at) = (None, 0);
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        let mut end = at + 1;
        let kind = match byte {
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b'"' => {
                end += string_length(rest);
                let next = bytes.get(end..).unwrap_or_default().trim_ascii_start().first();
                if next == Some(&b':') { Kind::Name } else { Kind::String }
            }
            b'}' | b']' | b',' => {
                name = None;
                if *byte != b',' {
                    open.pop();
                }
                at = end;
                continue;
            }
            b':' => {
                at = end;
                continue;
            }
            byte if byte.is_ascii_whitespace() => {
                at = end;
                continue;
            }
            _ => {
                end += rest.iter().take_while(|byte| is_in_scalar(**byte)).count();
                Kind::Scalar
            }
        };
        if kind != Kind::Scalar || !open.is_empty() {
            let named = if kind == Kind::Name { None } else { name.take() };
            tokens.push(Token { kind, span: at..end, parent: open.last().copied(), name: named });
            let last = tokens.len() - 1;
            match kind {
                Kind::Name => name = Some(last),
                Kind::Object | Kind::Array => open.push(last),
                Kind::String | Kind::Scalar => {}
            }
        }
        at = end;
    }
    tokens
}

/// How long a string is after its first quote, with the last one if it has one.
fn string_length(rest: &[u8]) -> usize {
    let mut length = 0;
    while let Some(byte) = rest.get(length) {
        length += if *byte == b'\\' { 2 } else { 1 };
        if *byte == b'"' {
            break;
        }
    }
    length.min(rest.len())
}

fn is_in_scalar(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !b"{}[]:,\"".contains(&byte)
}

/// What a string says; `None` if that isn't clear, as for a half of a surrogate pair.
pub(super) fn decoded(raw: &str) -> Option<String> {
    match serde_json::from_str(raw) {
        Ok(text) => Some(text),
        // Cut off.
        Err(_) if !raw.ends_with('"') || raw.len() < 2 => {
            serde_json::from_str(&format!("{raw}\"")).ok()
        }
        Err(_) => None,
    }
}

/// A body as text. If it isn't UTF-8, each byte is a character.
pub(super) fn text_of(body: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => body.iter().map(|byte| char::from(*byte)).collect::<String>().into(),
    }
}
