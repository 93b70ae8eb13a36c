use std::borrow::Cow;
use std::fmt;

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::wire::debug::url_parts;
use crate::wire::json::Json;
use crate::wire::secret::REDACTED;

/// The secrets in a request. They are redacted in the errors and headers of its response.
///
/// They are found verbatim, percent-encoded and JSON-escaped, in whole or in part. Secrets shorter
/// than 4 bytes are not redacted, as any text may contain them by chance; in error codes, none
/// shorter than 8 bytes.
#[derive(Default)]
pub struct Secrets<'a>(Vec<Cow<'a, str>>);

impl<'a> Secrets<'a> {
    /// The most bytes that an error keeps of a text.
    pub(crate) const LIMIT: usize = 4096;

    /// Adds a secret, such as [`Secret::expose`](crate::Secret::expose) returns it.
    pub fn text(&mut self, secret: impl Into<Cow<'a, str>>) -> &mut Self {
        let secret = secret.into();
        if secret.len() >= 4 {
            self.0.push(secret);
        }
        self
    }

    /// Adds the secret parts of a URL: its user info and the values of its query.
    pub fn url(&mut self, url: &'a str) -> &mut Self {
        let (scheme, user, ..) = url_parts(url);
        match user.split_once(':') {
            Some((_, password)) => self.encoded(user).encoded(password),
            // A token instead of a user name; over SSH, it is a user name.
            None if scheme.starts_with("http") && !user.contains('/') => self.encoded(user),
            None => self,
        };
        for pair in url.split(['?', '&']).skip(1) {
            self.encoded(pair.split_once('=').map_or(pair, |(_, value)| value));
        }
        self
    }

    /// Adds all strings in a JSON value.
    pub fn json(&mut self, json: &Json) -> &mut Self {
        if let Ok(value) = json.parse() {
            self.value(&value);
        }
        self
    }

    /// Adds all strings in a JSON value.
    pub(crate) fn value(&mut self, value: &Value) -> &mut Self {
        let mut values = vec![value];
        while let Some(value) = values.pop() {
            match value {
                Value::String(text) => _ = self.text(text.clone()),
                Value::Array(list) => values.extend(list),
                Value::Object(map) => values.extend(map.values()),
                _ => (),
            }
        }
        self
    }

    /// Adds a percent-encoded secret, and its decoded form.
    fn encoded(&mut self, secret: &'a str) -> &mut Self {
        if let Ok(Cow::Owned(decoded)) = percent_decode_str(secret).decode_utf8() {
            self.text(decoded);
        }
        self.text(secret)
    }

    /// Redacts the secrets in the first `limit` bytes of a text, including a secret that begins
    /// there and ends later.
    pub(crate) fn redact<'t>(&self, text: &'t str, limit: usize) -> Cow<'t, str> {
        let end = floor(text, limit);
        let mut redacted = String::new();
        let mut behind = 0;
        let may_begin = |byte: &u8| {
            b"%+\\".contains(byte)
                || self.0.iter().any(|secret| secret.as_bytes().first() == Some(byte))
        };
        let bytes = text.bytes().enumerate().take(end);
        for (at, _) in bytes.filter(|(_, byte)| may_begin(byte)) {
            let found = self.0.iter().filter_map(|secret| spelled(text.get(at..)?, secret)).max();
            let Some(found) = found.map(|length| at + length).filter(|&found| found > behind)
            else {
                continue;
            };
            // Overlapping secrets are redacted once.
            if at >= behind {
                redacted.push_str(text.get(behind..at).unwrap_or_default());
                redacted.push_str(REDACTED);
            }
            behind = found;
        }
        if behind == 0 {
            return Cow::Borrowed(text.get(..end).unwrap_or_default());
        }
        redacted.push_str(text.get(behind..end).unwrap_or_default());
        redacted.truncate(floor(&redacted, limit));
        Cow::Owned(redacted)
    }

    /// Redacts the secrets in an error code. Short ones are left: they may be common words.
    pub(crate) fn redact_code(&self, code: &str) -> String {
        let long = self.0.iter().filter(|secret| secret.len() >= 8);
        let long = Secrets(long.map(|secret| Cow::Borrowed(&**secret)).collect());
        long.redact(code, Self::LIMIT).into_owned()
    }

    /// Redacts the beginning of a body. Invalid UTF-8 is replaced.
    pub(crate) fn redact_body(&self, body: &[u8]) -> String {
        // Enough bytes to contain every secret that begins within the limit.
        let longest = self.0.iter().map(|secret| secret.len()).max().unwrap_or(0);
        let start = body.get(..Self::LIMIT + 4 + 12 * longest).unwrap_or(body);
        self.redact(&String::from_utf8_lossy(start), Self::LIMIT).into_owned()
    }

    /// Redacts a header's value. A sensitive value stays marked as sensitive.
    pub(crate) fn redact_header(&self, value: &mut HeaderValue, limit: usize) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let redacted = self.redact(&text, limit);
        if redacted == text {
            return;
        }
        let sensitive = value.is_sensitive();
        *value = HeaderValue::try_from(&*redacted).unwrap_or(HeaderValue::from_static(REDACTED));
        value.set_sensitive(sensitive);
    }

    /// A redacted copy of the headers, up to `limit` bytes of values.
    pub(crate) fn redacted_headers(&self, headers: &HeaderMap, limit: usize) -> HeaderMap {
        let (mut kept, mut length) = (HeaderMap::new(), 0);
        for (name, value) in headers {
            let mut value = value.clone();
            self.redact_header(&mut value, Self::LIMIT);
            length += value.len();
            if length > limit || kept.try_append(name, value).is_err() {
                break;
            }
        }
        self.redact_headers(&mut kept);
        kept
    }

    /// Redacts all headers, and marks those as sensitive that `Debug` must not show.
    pub(crate) fn redact_headers(&self, headers: &mut HeaderMap) {
        for (name, value) in headers.iter_mut() {
            self.redact_header(value, usize::MAX);
            if name == SET_COOKIE {
                value.set_sensitive(true);
            }
        }
    }
}

impl fmt::Debug for Secrets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} of them)", self.0.len())
    }
}

/// The last character boundary at or before `limit`.
fn floor(text: &str, limit: usize) -> usize {
    let limit = limit.min(text.len());
    (0..=limit).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The length of the secret in any spelling, if the text begins with it.
fn spelled(text: &str, secret: &str) -> Option<usize> {
    // Every spelling has at least the length of the secret.
    if text.len() < secret.len() {
        return None;
    }
    let mut characters = secret.chars();
    // A text may match a character in several ways: `\\` is two backslashes or an escaped one.
    let mut ends: Vec<usize> = spellings(text, characters.next()?).collect();
    for character in characters {
        if ends.is_empty() {
            return None;
        }
        let next = |&end: &usize| {
            let rest = text.get(end..).unwrap_or_default();
            spellings(rest, character).map(move |length| end + length)
        };
        ends = ends.iter().flat_map(next).collect();
        ends.sort_unstable();
        ends.dedup();
    }
    ends.into_iter().max()
}

/// The lengths of all spellings of a character with which a text begins.
fn spellings(text: &str, character: char) -> impl Iterator<Item = usize> + use<> {
    let plain = text.starts_with(character).then(|| character.len_utf8());
    // A backslash as JSON escapes it, once and twice.
    let backslashes = |count| (character == '\\' && backslashes(text) >= count).then_some(count);
    let (percent, json) = match text.bytes().next() {
        Some(b'%') => (percent_encoded(text, character), None),
        Some(b'+') if character == ' ' => (Some(1), None),
        Some(b'\\') => (None, json_escaped(text, character)),
        _ => (None, None),
    };
    [plain, percent, json, backslashes(2), backslashes(4)].into_iter().flatten()
}

/// `%2F` or `%2f`, and `%252F`, as in a URL within a URL.
fn percent_encoded(text: &str, character: char) -> Option<usize> {
    let mut rest = text;
    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
        rest = rest.strip_prefix('%')?;
        rest = loop {
            match hex::<2>(rest) {
                Some((code, behind)) if code == u16::from(byte) => break behind,
                _ => rest = rest.strip_prefix("25")?,
            }
        };
    }
    Some(text.len() - rest.len())
}

/// As JSON escapes it, and JSON in a string of JSON, in which the backslashes are escaped again.
fn json_escaped(text: &str, character: char) -> Option<usize> {
    let after = after_backslashes(text)?;
    let short = match *after.as_bytes().first()? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        byte => char::from(byte),
    };
    if short == character && !character.is_alphanumeric() {
        return Some(text.len() - after.len() + 1);
    }
    let mut rest = text;
    for unit in character.encode_utf16(&mut [0; 2]) {
        let (code, behind) = hex::<4>(after_backslashes(rest)?.strip_prefix('u')?)?;
        if code != *unit {
            return None;
        }
        rest = behind;
    }
    Some(text.len() - rest.len())
}

fn after_backslashes(text: &str) -> Option<&str> {
    let count = backslashes(text);
    text.get(count..).filter(|_| count > 0)
}

/// The backslashes with which a text begins, no more than three levels of JSON have.
fn backslashes(text: &str) -> usize {
    text.bytes().take(7).take_while(|&byte| byte == b'\\').count()
}

fn hex<const DIGITS: usize>(text: &str) -> Option<(u16, &str)> {
    let (digits, behind) = text.split_at_checked(DIGITS)?;
    // `from_str_radix` would accept a sign.
    let code = u16::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
    Some((code, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(secrets: &[&'static str], text: &str, limit: usize) -> String {
        let mut all = Secrets::default();
        for &secret in secrets {
            all.text(secret);
        }
        all.redact(text, limit).into_owned()
    }

    #[test]
    fn each_spelling_is_found() {
        for (secret, text) in [
            ("a+b/c=", "a+b/c=, a%2Bb%2Fc%3D, a%2bb/c%3d, a%252Bb%25252fc="),
            ("a b \\c", "a b \\c, a+b%20\\\\c, a\\u0020b %5cc, a b %5Cc, a b \\u005cc"),
            ("\\\\\\\\", "\\\\\\\\, \\\\\\\\\\\\\\\\, %5C\\\\\\u005c%5c"),
            ("%25a%2", "%25a%2, %2525a%252"),
            (
                "ü€😀",
                "ü€😀, %C3%bc%E2%82%AC😀, \\u00fc\\u20AC\\ud83d\\ude00, ü%e2%82%ac%F0%9F%98%80",
            ),
            ("key\n\"x\"\t", "key\n\"x\"\t, key\\n\\\"x\\\"\\t, key%0A%22x\\u0022%09"),
            (
                "key\n\"ü😀\\",
                r#"key\\n\\\"ü😀\\\\, key\\u000a\\u0022\\u00fc\\ud83d\\ude00\\\\, key\\\\n\"ü😀\"#,
            ),
        ] {
            let shown = redacted(&[secret], text, usize::MAX);
            let count = text.split(", ").count();
            assert_eq!(shown, vec![REDACTED; count].join(", "), "{secret} in {text}");
        }
        let other = "a-b/c=, a%2Bb%2Gc%3D, a+b%, a\\u002";
        assert_eq!(redacted(&["a+b/c="], other, usize::MAX), other);
        // A plus is a space in a query, and no other character.
        assert_eq!(redacted(&["abcd"], "a+cd, ++++, +bcd", usize::MAX), "a+cd, ++++, +bcd");
    }

    #[test]
    fn secrets_that_overlap_are_hidden_as_one() {
        assert_eq!(redacted(&["abcd", "cdef"], "xabcdefx", 99), "x[redacted]x");
        assert_eq!(redacted(&["abcd", "abcdef", "bcde"], "xabcdefx", 99), "x[redacted]x");
        assert_eq!(redacted(&["abab"], "abababab", 99), "[redacted]");
        assert_eq!(redacted(&["abc"], "abc", 99), "abc");
    }

    #[test]
    fn the_limit_cuts_no_secret_and_no_character() {
        for limit in 0..9 {
            let shown = redacted(&["secret"], "ü secret", limit);
            assert!(shown.len() <= limit, "{limit}: {shown}");
            assert!("ü [redacted]".starts_with(&shown), "{limit}: {shown}");
        }
    }

    #[test]
    fn secret_parts_of_a_url() {
        let found = |url: &'static str| {
            let mut secrets = Secrets::default();
            secrets.url(url);
            secrets.0
        };
        let none: [&str; 0] = [];
        assert_eq!(found("https://git.example.com/a.git"), none);
        assert_eq!(found("git@git.example.com:a.git"), none);
        assert_eq!(found("ssh://deploy@git.example.com/a"), none);
        assert_eq!(found("https://token@h/a"), ["token"]);
        assert_eq!(
            found("https://user:p%2Fword@h/a"),
            ["user:p/word", "user:p%2Fword", "p/word", "p%2Fword"]
        );
        assert_eq!(found("https://h/a?b=1&sig=abcd&efgh=i"), ["abcd"]);
        assert_eq!(found("https://h/a?sig=abcd&to=a@b"), ["abcd"]);
    }
}
