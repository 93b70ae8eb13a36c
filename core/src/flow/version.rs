use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::ser::{Serialize, Serializer};

/// The version of the stored form of flows. It is the first field of each, and changes when a
/// stored flow could otherwise be misread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Version;

const CURRENT: u32 = 1;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(CURRENT)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            CURRENT => Ok(Self),
            other => Err(D::Error::invalid_value(
                Unexpected::Unsigned(other.into()),
                &"a flow stored in version 1; this one was stored by another release",
            )),
        }
    }
}
