use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::wire::redact::Secrets;

/// Properties that this version doesn't know, of objects that can be sent back. They are written as
/// they were read. `Debug` shows only their names, as they may be credentials.
#[allow(clippy::box_collection, reason = "a pointer, where a record mostly has none of them")]
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Unknown(Option<Box<BTreeMap<String, Value>>>);

impl Unknown {
    /// Adds all strings: any of them may be a credential.
    pub(crate) fn add_to(&self, secrets: &mut Secrets<'_>) {
        self.entries().for_each(|(_, value)| _ = secrets.value(value));
    }

    fn entries(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter().flat_map(|entries| entries.iter())
    }
}

impl<'de> Deserialize<'de> for Unknown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Unknown;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("properties")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unknown, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    entries.insert(name, value);
                }
                Ok(Unknown((!entries.is_empty()).then(|| Box::new(entries))))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.entries())
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.entries().map(|(name, _)| name)).finish()
    }
}
