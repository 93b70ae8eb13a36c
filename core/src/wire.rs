//! Values in JSON: lenient reading, string enums, tagged objects, ids, timestamps, secrets.

pub(crate) mod budget;
pub(crate) mod debug;
mod decoded;
pub(crate) mod id;
pub(crate) mod json;
pub(crate) mod lenient;
mod matcher;
pub(crate) mod object;
pub(crate) mod percent;
pub(crate) mod plain;
pub(crate) mod redact;
pub(crate) mod redactor;
pub(crate) mod secret;
pub(crate) mod string_enum;
pub(crate) mod tagged;
pub(crate) mod timestamp;
