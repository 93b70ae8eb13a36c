mod documented;

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

/// An error code of the platform: an HTTP status, a dot, and a name.
///
/// The platform adds codes, so this is an open type. It has a constant for each documented code
/// that an operation of this crate may return. Older spellings with underscores are equal to those
/// with hyphens.
///
/// ```
/// use cycle_images::error::ErrorCode;
///
/// let code = ErrorCode::from("404.image.build_log");
/// assert_eq!(code, ErrorCode::NOT_FOUND_IMAGE_BUILD_LOG);
/// assert_eq!(code.status(), Some(404));
/// assert_eq!(code.as_str(), "404.image.build_log");
/// ```
#[derive(Clone, Debug)]
pub struct ErrorCode(Cow<'static, str>);

impl ErrorCode {
    const fn known(code: &'static str) -> Self {
        Self(Cow::Borrowed(code))
    }

    /// The code as the platform wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The status before the dot.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.split('.').next()?.parse().ok()
    }

    /// Whether it is this code.
    pub(super) fn is(&self, code: &str) -> bool {
        self.spelled().eq(code.bytes())
    }

    fn spelled(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.bytes().map(|byte| if byte == b'_' { b'-' } else { byte })
    }
}

impl From<String> for ErrorCode {
    fn from(code: String) -> Self {
        Self(Cow::Owned(code))
    }
}

impl From<&str> for ErrorCode {
    fn from(code: &str) -> Self {
        code.to_owned().into()
    }
}

impl PartialEq for ErrorCode {
    fn eq(&self, other: &Self) -> bool {
        self.spelled().eq(other.spelled())
    }
}

impl Eq for ErrorCode {}

impl Hash for ErrorCode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.spelled().for_each(|byte| byte.hash(state));
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::*;

    #[test]
    fn spellings_of_a_code_have_one_hash_and_other_codes_another() {
        let state = RandomState::new();
        let hash = |code: &str| state.hash_one(ErrorCode::from(code));
        assert_eq!(hash("404.hub.api_key"), hash("404.hub.api-key"));
        assert_ne!(hash("404.hub.api-key"), hash("404.hub"));
    }
}
