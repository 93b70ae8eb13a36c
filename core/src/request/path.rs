use crate::wire::id::Id;
use crate::wire::percent::encode;

/// Writes the path of an operation.
#[derive(Debug)]
pub struct Path<'a> {
    uri: &'a mut String,
}

impl<'a> Path<'a> {
    pub(crate) fn new(uri: &'a mut String) -> Self {
        Self { uri }
    }

    /// Appends a literal part, such as `/v1/images`.
    pub fn literal(&mut self, part: &'static str) -> &mut Self {
        self.uri.push_str(part);
        self
    }

    /// Appends a slash and an id, percent-encoded.
    pub fn id<K: ?Sized>(&mut self, id: &Id<K>) -> &mut Self {
        self.uri.push('/');
        self.uri.extend(encode(id.as_str()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ImageId;

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
