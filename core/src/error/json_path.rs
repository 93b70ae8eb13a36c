use crate::wire::redact::Secrets;
use crate::wire::text::Text;

/// The path of a value in a JSON document, such as `data[2].source.type`.
///
/// The names in it come from the response and may have any length. A name that doesn't fit is left
/// out whole, with all that follows: in a part of a name, a secret could no longer be recognized.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct JsonPath {
    text: String,
    is_full: bool,
}

impl JsonPath {
    /// The maximum length of a path in bytes.
    pub(crate) const LIMIT: usize = 256;

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn key(self, key: &str) -> Self {
        let dot = if self.text.is_empty() { "" } else { "." };
        self.push(dot, key)
    }

    pub(crate) fn index(self, index: usize) -> Self {
        self.push("", &format!("[{index}]"))
    }

    /// This path, followed by another.
    pub(crate) fn join(self, inner: &Self) -> Self {
        let joined = match inner.as_str() {
            "" => self,
            inner if inner.starts_with('[') => self.push("", inner),
            inner => self.key(inner),
        };
        Self { is_full: joined.is_full || inner.is_full, ..joined }
    }

    pub(crate) fn redact(&self, secrets: &Secrets<'_>) -> Self {
        Self { text: secrets.plain(&self.text), is_full: self.is_full }
    }

    fn push(mut self, separator: &str, segment: &str) -> Self {
        const MORE: &str = "…";
        if self.is_full {
            return self;
        }
        self.text.push_str(separator);
        if self.text.len() + segment.len() + 1 + MORE.len() <= Self::LIMIT {
            self.text.push_str(segment);
        } else {
            self.text.push_str(MORE);
            self.is_full = true;
        }
        self
    }
}

impl JsonPath {
    /// The path of the value that an error of `serde_json` is about.
    ///
    /// It is found by the position of the error, as every model would be compiled a second time to
    /// track paths while reading. `serde_json` reports an error right after the value, or in front
    /// of a list or an object that it didn't expect. So the value is the one that begins at the
    /// position, or else the last one that began or ended before.
    pub(crate) fn of(text: &str, error: &serde_json::Error) -> Self {
        let lines = error.line().saturating_sub(1);
        let line = text.split_inclusive('\n').take(lines).map(str::len).sum::<usize>();
        let Some((mut before, after)) = text.split_at_checked(line.saturating_add(error.column()))
        else {
            return Self::default();
        };
        let mut walk = Walk::default();
        while let Some(token) = next_token(&mut before) {
            walk.take(token);
        }
        if after.starts_with(['[', '{']) {
            walk.begin_value();
        }
        walk.path()
    }
}

/// The lists and objects that are open at a place in a JSON text.
#[derive(Default)]
struct Walk<'a> {
    open: Vec<Open<'a>>,
    /// The number of those that are too deep for a path.
    deeper: usize,
}

enum Open<'a> {
    /// A list, and the number of values that have begun.
    List(usize),
    /// An object, its last key, and whether the value of the key comes next.
    Object(&'a str, bool),
}

impl<'a> Walk<'a> {
    fn take(&mut self, token: &'a str) {
        let opens = match token {
            "[" => Some(Open::List(0)),
            "{" => Some(Open::Object("", false)),
            _ => None,
        };
        match (opens, token) {
            (Some(_), _) if self.open.len() >= JsonPath::LIMIT => {
                self.deeper = self.deeper.saturating_add(1);
            }
            (Some(opens), _) => {
                self.begin_value();
                self.open.push(opens);
            }
            (None, "]" | "}") if self.deeper > 0 => self.deeper -= 1,
            _ if self.deeper > 0 => {}
            (None, "]" | "}") => drop(self.open.pop()),
            (None, "," | ":") => {}
            (None, token) => match self.open.last_mut() {
                Some(Open::Object(key, is_value @ false)) => (*key, *is_value) = (token, true),
                _ => self.begin_value(),
            },
        }
    }

    fn begin_value(&mut self) {
        match self.open.last_mut() {
            Some(Open::List(values)) => *values = values.saturating_add(1),
            Some(Open::Object(_, is_value)) => *is_value = false,
            None => {}
        }
    }

    fn path(&self) -> JsonPath {
        self.open.iter().fold(JsonPath::default(), |path, open| match open {
            Open::List(0) | Open::Object("", _) => path,
            Open::List(values) => path.index(values - 1),
            Open::Object(key, _) => match serde_json::from_str::<Text<'_>>(key) {
                Ok(Text(key)) => path.key(&key),
                Err(_) => path.key("?"),
            },
        })
    }
}

/// A bracket, a comma, a colon, a string with its quotes, or any other scalar.
fn next_token<'a>(text: &mut &'a str) -> Option<&'a str> {
    const ENDS: [char; 11] = ['[', ']', '{', '}', ',', ':', '"', ' ', '\n', '\r', '\t'];
    let rest = text.trim_ascii_start();
    let length = match rest.bytes().next()? {
        b'"' => {
            let mut is_escaped = false;
            let end = rest.bytes().skip(1).position(|byte| {
                let ends = byte == b'"' && !is_escaped;
                is_escaped = byte == b'\\' && !is_escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        }
        b'[' | b']' | b'{' | b'}' | b',' | b':' => 1,
        _ => rest.find(ENDS).unwrap_or(rest.len()),
    };
    let (token, rest) = rest.split_at_checked(length)?;
    *text = rest;
    Some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_fit_is_left_out_whole() {
        let data = JsonPath::default().key("data").index(3);
        assert_eq!(data.clone().key(&"k".repeat(100_000)).key("id").as_str(), "data[3].…");
        let full = data.clone().key(&"k".repeat(244)).key("");
        assert_eq!(full.as_str().len(), JsonPath::LIMIT);
        let joined = data.clone().join(&data.clone().key(&"é".repeat(200)));
        assert_eq!(joined.as_str(), "data[3].data[3].…");
        let many = (0..1000).fold(data, |path, index| path.index(index));
        assert!((250..=JsonPath::LIMIT).contains(&many.as_str().len()));
        assert!(many.as_str().ends_with("]…"), "{}", many.as_str());
    }
}
