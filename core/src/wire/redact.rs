use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::sync::OnceLock;

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::wire::debug::url_parts;
use crate::wire::json::Json;
use crate::wire::plain::plain;
use crate::wire::redactor::Redactor;
use crate::wire::secret::REDACTED;

/// The secrets in a request. They are redacted in the errors and headers of its response.
///
/// They are found as they are, percent-encoded, as JSON and HTML escape them, in base64, and in
/// these encodings within each other; in whole, not in part. Secrets shorter than 4 bytes are not
/// redacted, as any text may contain them by chance; in error codes, none shorter than 8 bytes.
#[derive(Default)]
pub struct Secrets<'a> {
    texts: Vec<Cow<'a, str>>,
    /// The redactor of the first so many texts, if there is one: that of a hub.
    shared: Option<(usize, &'a Redactor)>,
    own: OnceCell<Redactor>,
}

impl<'a> Secrets<'a> {
    /// The most bytes that an error keeps of a text.
    pub(crate) const LIMIT: usize = 4096;
    /// The most characters of one text of the platform in an error.
    pub(crate) const PLAIN: usize = 1000;

    /// Adds a secret, such as [`Secret::expose`](crate::Secret::expose) returns it.
    pub fn text(&mut self, secret: impl Into<Cow<'a, str>>) -> &mut Self {
        let secret = secret.into();
        if secret.len() >= 4 {
            self.own.take();
            self.texts.push(secret);
        }
        self
    }

    /// Uses this redactor as long as no other secret is added.
    pub(crate) fn with_shared(mut self, redactor: &'a OnceLock<Redactor>) -> Self {
        let redactor = redactor.get_or_init(|| Redactor::new(self.bytes()));
        self.shared = Some((self.texts.len(), redactor));
        self
    }

    fn bytes(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.texts.iter().map(|text| text.as_bytes())
    }

    fn redactor(&self) -> &Redactor {
        match self.shared {
            Some((count, redactor)) if count == self.texts.len() => redactor,
            _ => self.own.get_or_init(|| Redactor::new(self.bytes())),
        }
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
        self.redact_longer(text, limit, 0)
    }

    /// A text of the platform as an error, an event or a stored flow has it: without secrets, on
    /// one line, at most [`PLAIN`](Self::PLAIN) characters.
    pub(crate) fn plain(&self, text: &str) -> String {
        plain(&self.redact(text, Self::LIMIT), Self::PLAIN)
    }

    /// Redacts the secrets of at least `min` bytes.
    fn redact_longer<'t>(&self, text: &'t str, limit: usize, min: usize) -> Cow<'t, str> {
        let end = floor(text, limit);
        if self.texts.is_empty() {
            return Cow::Borrowed(text.get(..end).unwrap_or_default());
        }
        let redactor = self.redactor();
        // Enough to contain every secret that begins within the limit.
        let more = redactor.longest().saturating_mul(12).saturating_add(4);
        let searched = text.get(..floor(text, limit.saturating_add(more))).unwrap_or(text);
        let found = redactor.find(searched.as_bytes(), min);
        let mut found = found.into_iter().filter(|(start, _)| *start < end).peekable();
        if found.peek().is_none() {
            return Cow::Borrowed(text.get(..end).unwrap_or_default());
        }
        let (mut redacted, mut behind) = (String::new(), 0);
        for (start, stop) in found {
            redacted.push_str(text.get(behind..start).unwrap_or_default());
            redacted.push_str(REDACTED);
            behind = stop;
        }
        redacted.push_str(text.get(behind..end).unwrap_or_default());
        redacted.truncate(floor(&redacted, limit));
        Cow::Owned(redacted)
    }

    /// Redacts the secrets in bytes that need not be text.
    #[cfg(feature = "har")]
    pub(crate) fn redact_bytes<'t>(&self, bytes: &'t [u8]) -> Cow<'t, [u8]> {
        let found = self.redactor().find(bytes, 0);
        if found.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let (mut redacted, mut behind) = (Vec::with_capacity(bytes.len()), 0);
        for (start, stop) in found {
            redacted.extend_from_slice(bytes.get(behind..start).unwrap_or_default());
            redacted.extend_from_slice(REDACTED.as_bytes());
            behind = stop;
        }
        redacted.extend_from_slice(bytes.get(behind..).unwrap_or_default());
        Cow::Owned(redacted)
    }

    /// Redacts the secrets in an error code. Short ones are left: they may be common words.
    pub(crate) fn redact_code(&self, code: &str) -> String {
        plain(&self.redact_longer(code, Self::LIMIT, 8), 100)
    }

    /// Redacts the beginning of a body. Invalid UTF-8 is replaced.
    pub(crate) fn redact_body(&self, body: &[u8]) -> String {
        // Enough bytes to contain every secret that begins within the limit.
        let longest = self.texts.iter().map(|secret| secret.len()).max().unwrap_or(0);
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
        for (name, value) in headers.iter().filter(|(name, _)| !self.is_in_name(name)) {
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

    /// Whether the name of a header has a secret in it. Names are in lower case.
    pub(crate) fn is_in_name(&self, name: &HeaderName) -> bool {
        let name = name.as_str();
        let mut secrets = self.texts.iter().filter(|secret| secret.len() <= name.len());
        secrets.any(|secret| name.contains(&secret.to_ascii_lowercase()))
    }

    /// Redacts all headers, and marks those as sensitive that `Debug` must not show. Headers with a
    /// secret in their name are removed.
    pub(crate) fn redact_headers(&self, headers: &mut HeaderMap) {
        let in_name = headers.keys().filter(|name| self.is_in_name(name));
        for name in in_name.cloned().collect::<Vec<_>>() {
            headers.remove(name);
        }
        for (name, value) in headers.iter_mut() {
            self.redact_header(value, usize::MAX);
            if name == SET_COOKIE {
                value.set_sensitive(true);
            }
        }
    }
}

/// Whether a text is what a redaction leaves, or a part of it, in any encoding.
#[cfg(feature = "har")]
pub(crate) fn is_redacted(text: &str) -> bool {
    let decoded = crate::wire::decoded::Decoded::new(text.as_bytes()).bytes;
    let decoded = String::from_utf8_lossy(&decoded);
    decoded.contains(REDACTED) || REDACTED.contains(&*decoded)
}

impl fmt::Debug for Secrets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} of them)", self.texts.len())
    }
}

/// The last character boundary at or before `limit`.
fn floor(text: &str, limit: usize) -> usize {
    let limit = limit.min(text.len());
    (0..=limit).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
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
            ("path\\to\\b!", "path\\to\\b!, path\\\\to\\\\b!, path%5Cto%5cb!"),
            ("%25a%2", "%25a%2, %2525a%252"),
            (
                "ü€😀",
                "ü€😀, %C3%bc%E2%82%AC😀, \\u00fc\\u20AC\\ud83d\\ude00, ü%e2%82%ac%F0%9F%98%80",
            ),
            ("key\n\"x\"\t", "key\n\"x\"\t, key\\n\\\"x\\\"\\t, key%0A%22x\\u0022%09"),
            (
                "key\n\"ü😀\\z",
                r#"key\\n\\\"ü😀\\\\z, key\\u000a\\u0022\\u00fc\\ud83d\\ude00\\\\z, key\\\\n\"ü😀\z"#,
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
            secrets.texts
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
