use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeMap;

use crate::wire::budget;
use crate::wire::json::Json;
use crate::wire::redact::Secrets;
use crate::wire::value::Slot;

/// Properties that this version doesn't know, of objects that can be sent back. They are written as
/// they were read. `Debug` shows only their names, as they may be credentials.
#[allow(clippy::box_collection, reason = "a pointer, where a record mostly has none of them")]
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Unknown(Option<Box<BTreeMap<String, Option<Json>>>>);

impl Unknown {
    /// Where a property goes; if it is too much, the response is an error.
    pub(crate) fn slot(&mut self, key: &str) -> Slot<'_> {
        let properties = self.0.get_or_insert_default();
        _ = budget::insert(properties, key.to_owned(), None);
        properties.get_mut(key).map_or(Slot::Skip, Slot::Json)
    }

    pub(crate) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.properties().try_for_each(|(key, value)| map.serialize_entry(key, value))
    }

    /// Adds all strings: any of them may be a credential.
    pub(crate) fn add_to(&self, secrets: &mut Secrets<'_>) {
        self.properties()
            .filter_map(|(_, value)| value.as_ref())
            .for_each(|value| _ = secrets.json(value));
    }

    fn properties(&self) -> impl Iterator<Item = (&String, &Option<Json>)> {
        self.0.iter().flat_map(|properties| properties.iter())
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.properties().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_beyond_the_budget_exceed_it_and_are_skipped() {
        let mut unknown = Unknown::default();
        let _reset = budget::of_response(0);
        let is_kept = |key: usize| matches!(unknown.slot(&key.to_string()), Slot::Json(_));
        let kept = (0..100_000).map(is_kept).take_while(|is_kept| *is_kept).count();
        assert!((10_000..99_999).contains(&kept), "{kept}");
        assert!(budget::is_exceeded());
    }
}
