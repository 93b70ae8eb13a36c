use std::fmt;

/// A value that this version of the crate doesn't know.
///
/// It is kept and written back unchanged. It has no public constructor: code that compared with one
/// would break when the value gets a variant of its own. Compare the enumeration's `as_str()`
/// instead.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue(String);

impl UnknownValue {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The value as the platform wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Declares an enumeration of strings as a table of its values.
///
/// A macro, since the traits it implements are serde's and std's: no trait of ours could.
macro_rules! string_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $value:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// A value that this version doesn't know. It is kept, and written back unchanged.
            Unknown($crate::wire::string_enum::UnknownValue),
        }

        impl $name {
            /// The value as the platform writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)+
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        /// A missing value: an unknown one, with an empty string.
        impl Default for $name {
            fn default() -> Self {
                Self::from("")
            }
        }

        impl From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)+
                    other => Self::Unknown($crate::wire::string_enum::UnknownValue::new(other)),
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                Ok(value.into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::field::deserialize(deserializer)
            }
        }

        impl $crate::wire::field::Field for $name {
            fn of(value: $crate::wire::value::Value<'_>) -> Result<Self, $crate::wire::value::Fail> {
                match value {
                    $crate::wire::value::Value::Text(text) => Ok(text.into()),
                    other => Err(other.unexpected("a string")),
                }
            }
        }
    };
}
pub(crate) use string_enum;

#[cfg(test)]
mod tests {
    use crate::model::{CreatorType, ImageStatus};

    #[test]
    fn values_are_read_and_written_back() {
        for word in ["new", "uploading", "live", "deleted"] {
            let status: ImageStatus = serde_json::from_value(word.into()).unwrap();
            assert!(!matches!(status, ImageStatus::Unknown(_)), "{word}");
            assert_eq!(serde_json::to_value(&status).unwrap(), word);
        }
    }

    #[test]
    fn an_unknown_value_is_kept() {
        let json = r#""plat\u0066orm-robot""#;
        let creator: CreatorType = serde_json::from_str(json).unwrap();
        assert!(
            matches!(&creator, CreatorType::Unknown(word) if word.as_str() == "platform-robot")
        );
        assert_eq!(serde_json::to_string(&creator).unwrap(), r#""platform-robot""#);
        assert_eq!(format!("{creator}"), "platform-robot");
    }
}
