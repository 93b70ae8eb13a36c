//! A model is its fields and their docs.

/// Declares structs that are read from a JSON object and written as one, with the fields' names as
/// keys.
///
/// A field that is `null` or missing has its default. `#[wire(required)]` makes that an error, and
/// `#[wire(key = "type")]` names the key. `None`, empty lists and empty maps are not written.
/// `..unknown` keeps the properties that have no field, and writes them back.
///
/// A macro and not serde's derive, whose code would be compiled for each field's type and
/// deserializer.
macro_rules! model {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident $(<$state:ident>)? {
            $(
                $(#[doc = $doc:literal])*
                $(#[wire($($wire:tt)*)])?
                pub $field:ident: $type:ty,
            )*
            $(..$unknown:ident)?
        }
    )*) => {$(
        $(#[$meta])*
        #[non_exhaustive]
        pub struct $name $(<$state>)? {
            $($(#[doc = $doc])* pub $field: $type,)*
            $(pub(crate) $unknown: $crate::wire::unknown::Unknown,)?
        }

        impl $(<$state: $crate::wire::field::Field>)? $crate::wire::field::Field for $name $(<$state>)? {
            fn of(value: $crate::wire::value::Value<'_>) -> Result<Self, $crate::wire::value::Fail> {
                struct Slots $(<$state>)? {
                    $($field: Option<$type>,)*
                    $($unknown: $crate::wire::unknown::Unknown,)?
                }

                impl $(<$state: $crate::wire::field::Field>)? $crate::wire::value::Fields for Slots $(<$state>)? {
                    fn slot(&mut self, key: &str) -> $crate::wire::value::Slot<'_> {
                        match key {
                            $($crate::wire::model::key!($field $($($wire)*)?) => {
                                $crate::wire::field::Field::slot(&mut self.$field)
                            })*
                            _ => $crate::wire::model::rest!(self key $($unknown)?),
                        }
                    }
                }

                let mut slots = Slots {
                    $($field: None,)*
                    $($unknown: Default::default(),)?
                };
                value.fields(&mut slots)?;
                Ok(Self {
                    $($field: $crate::wire::model::unwrap!(slots $field $($($wire)*)?),)*
                    $($unknown: slots.$unknown,)?
                })
            }
        }

        impl<'de $(, $state: $crate::wire::field::Field)?> serde::Deserialize<'de> for $name $(<$state>)? {
            fn deserialize<R: serde::Deserializer<'de>>(object: R) -> Result<Self, R::Error> {
                $crate::wire::field::deserialize(object)
            }
        }

        impl $(<$state: serde::Serialize + $crate::wire::field::Field>)? serde::Serialize for $name $(<$state>)? {
            fn serialize<W: serde::Serializer>(&self, serializer: W) -> Result<W::Ok, W::Error> {
                use serde::ser::SerializeMap as _;

                let mut map = serializer.serialize_map(None)?;
                $(if $crate::wire::field::Field::is_written(&self.$field) {
                    map.serialize_entry($crate::wire::model::key!($field $($($wire)*)?), &self.$field)?;
                })*
                $(self.$unknown.write(&mut map)?;)?
                map.end()
            }
        }
    )*};
}
pub(crate) use model;

/// The key of a field.
macro_rules! key {
    ($field:ident key = $key:literal) => {
        $key
    };
    ($field:ident $(required)?) => {
        stringify!($field)
    };
}
pub(crate) use key;

/// Where a property without a field goes.
macro_rules! rest {
    ($self:ident $key:ident) => {
        $crate::wire::value::Slot::Skip
    };
    ($self:ident $key:ident $unknown:ident) => {
        $self.$unknown.slot($key)
    };
}
pub(crate) use rest;

/// The value of a field, or what it is without one.
macro_rules! unwrap {
    ($slots:ident $field:ident required) => {
        $slots.$field.ok_or_else(|| $crate::wire::value::Fail::missing(stringify!($field)))?
    };
    ($slots:ident $field:ident $($wire:tt)*) => {
        $slots.$field.unwrap_or_default()
    };
}
pub(crate) use unwrap;

/// Declares setters of fields that are an `Option`.
macro_rules! setters {
    ($name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        impl $name {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](#structfield.", stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, $field: impl Into<$type>) -> Self {
                    self.$field = Some($field.into());
                    self
                }
            )*
        }
    };
}
pub(crate) use setters;
