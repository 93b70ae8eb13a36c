use serde_path_to_error::{Path, Segment};

use crate::wire::redact::Secrets;

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
        Self {
            text: secrets.redact(&self.text, Secrets::LIMIT).into_owned(),
            is_full: self.is_full,
        }
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

impl From<&Path> for JsonPath {
    fn from(path: &Path) -> Self {
        path.iter().fold(Self::default(), |path, segment| match segment {
            Segment::Seq { index } => path.index(*index),
            Segment::Map { key } => path.key(key),
            Segment::Enum { variant } => path.key(variant),
            Segment::Unknown => path.key("?"),
        })
    }
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
