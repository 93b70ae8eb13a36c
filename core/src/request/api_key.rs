use std::fmt;

use http::HeaderValue;

use crate::error::RequestError;
use crate::wire::secret::Secret;

/// The API key of a hub, as a header value. It is never shown and never serialized.
///
/// The secret is wiped when it is dropped. The header value is not: `http` shares its bytes with
/// every request, and gives no mutable access.
#[derive(Clone)]
pub(crate) struct ApiKey {
    secret: Secret,
    authorization: HeaderValue,
}

impl ApiKey {
    pub(crate) fn new(text: &str) -> Result<Self, RequestError> {
        let reason = match text.bytes().position(|byte| !byte.is_ascii_graphic()) {
            _ if text.is_empty() => "is empty; create one in the hub's settings".into(),
            Some(at) => format!(
                "has a character at byte {at} that isn't valid in an HTTP header; \
                 a line break or a space is often copied along"
            ),
            None => match HeaderValue::try_from(format!("Bearer {text}")) {
                Ok(mut authorization) => {
                    authorization.set_sensitive(true);
                    return Ok(Self { secret: text.into(), authorization });
                }
                Err(_) => "isn't valid in an HTTP header".into(),
            },
        };
        Err(RequestError::new("api_key", reason))
    }

    pub(crate) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_no_header_can_carry_is_refused_without_being_shown() {
        for key in ["", "sec-key\n", "sec key", "sec-kéy", "sec-key\0"] {
            let error = ApiKey::new(key).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains("api_key"), "{shown}");
            assert!(key.is_empty() || !shown.contains(key), "{shown}");
        }
    }

    #[test]
    fn the_header_is_marked_sensitive() {
        let key = ApiKey::new("sec-key").unwrap();
        assert_eq!(key.authorization(), "Bearer sec-key");
        assert_eq!(format!("{:?} {key:?}", key.authorization()), "Sensitive [redacted]");
    }
}
