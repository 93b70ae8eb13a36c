//! Values in JSON: lenient reading, string enums, tagged objects, ids, timestamps, secrets.

pub(crate) mod id;
pub(crate) mod json;
pub(crate) mod lenient;
pub(crate) mod object;
pub(crate) mod percent;
pub(crate) mod secret;
pub(crate) mod secrets;
pub(crate) mod shown;
pub(crate) mod string_enum;
pub(crate) mod tagged;
pub(crate) mod timestamp;
