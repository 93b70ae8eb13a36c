use crate::request_error::RequestError;
use crate::wire::id::Id;
use crate::wire::percent::encode;

/// Paths of the platform in which another's id can't stand.
const TAKEN: [&str; 3] = ["/v1/images/sources", "/v1/images/tasks", "/v1/jobs/latest"];

/// Writes the path of an operation.
#[derive(Debug)]
pub struct Path<'a> {
    uri: &'a mut String,
    is_template: bool,
    refused: Option<RequestError>,
}

impl<'a> Path<'a> {
    pub(crate) fn new(uri: &'a mut String) -> Self {
        Self { uri, is_template: false, refused: None }
    }

    /// Writes `{id}` and the like instead of the values.
    pub(crate) fn template(uri: &'a mut String) -> Self {
        Self { is_template: true, ..Self::new(uri) }
    }

    pub(crate) fn finish(self) -> Result<(), RequestError> {
        self.refused.map_or(Ok(()), Err)
    }

    /// Appends a literal part, such as `/v1/images`.
    pub fn literal(&mut self, part: &'static str) -> &mut Self {
        self.uri.push_str(part);
        self
    }

    /// Appends a path whose segments are percent-encoded, without a check of what they address.
    pub(crate) fn raw(&mut self, path: &str) {
        if self.is_template {
            self.uri.push_str("/{path}");
            return;
        }
        for segment in path.split('/').skip(1) {
            self.uri.push('/');
            self.uri.extend(encode(segment));
        }
    }

    /// Appends a slash and an id, percent-encoded. An id that addresses another resource is
    /// refused, such as `sources` in `/v1/images/sources`.
    pub fn id<K: ?Sized>(&mut self, id: &Id<K>) -> &mut Self {
        self.value("id", id.as_str())
    }

    /// Appends a slash and a segment of any text, percent-encoded. The empty string, `.` and `..`
    /// would address another resource; they are refused by the name.
    pub fn segment(&mut self, name: &'static str, text: &str) -> &mut Self {
        if matches!(text, "" | "." | "..") {
            let error = || RequestError::new(name, "is empty, `.` or `..`; pass one path segment");
            self.refused.get_or_insert_with(error);
        }
        self.value(name, text)
    }

    fn value(&mut self, name: &'static str, text: &str) -> &mut Self {
        self.uri.push('/');
        if self.is_template {
            self.uri.extend(["{", name, "}"]);
        } else {
            self.uri.extend(encode(text));
        }
        if TAKEN.iter().any(|taken| self.uri.ends_with(taken)) {
            let error = || RequestError::new(name, "is a word that addresses another resource");
            self.refused.get_or_insert_with(error);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ImageId;

    #[test]
    fn a_template_has_names_instead_of_values() {
        let mut uri = String::new();
        let mut path = Path::template(&mut uri);
        path.literal("/v1/images").id(&ImageId::new("i1").unwrap()).segment("file", "a/b");
        path.finish().unwrap();
        assert_eq!(uri, "/v1/images/{id}/{file}");
    }

    #[test]
    fn a_segment_is_encoded_or_refused() {
        let mut uri = String::new();
        Path::new(&mut uri).segment("file", "a/../b");
        assert_eq!(uri, "/a%2F..%2Fb");
        for text in ["", ".", ".."] {
            let mut path = Path::new(&mut uri);
            path.segment("file", text).segment("other", "");
            assert_eq!(path.finish().unwrap_err().argument(), "file");
        }
    }

    #[test]
    fn an_id_that_is_another_resource_is_refused() {
        for (before, id) in
            [("/v1/images", "sources"), ("/v1/images", "tasks"), ("/v1/jobs", "latest")]
        {
            let mut uri = "https://h/base".to_owned();
            let mut path = Path::new(&mut uri);
            path.literal(before).id(&ImageId::new(id).unwrap()).literal("/build-log");
            assert_eq!(path.finish().unwrap_err().argument(), "id", "{id}");
        }
        for (before, id) in [("/v1/images/sources", "sources"), ("/v1/images", "latest")] {
            let mut uri = String::new();
            let mut path = Path::new(&mut uri);
            path.literal(before).id(&ImageId::new(id).unwrap());
            assert!(path.finish().is_ok(), "{id}");
        }
    }

    #[test]
    fn an_id_stays_one_segment() {
        let cases = [
            ("651586fca6078e98982dbd90", "/651586fca6078e98982dbd90"),
            ("a/b?c#d\\e%2Ff", "/a%2Fb%3Fc%23d%5Ce%252Ff"),
            ("..%2f", "/..%252f"),
            ("ü €", "/%C3%BC%20%E2%82%AC"),
            ("a\r\nb", "/a%0D%0Ab"),
        ];
        for (id, expected) in cases {
            let mut uri = String::new();
            Path::new(&mut uri).id(&ImageId::new(id).unwrap());
            assert_eq!(uri, expected);
        }
    }
}
