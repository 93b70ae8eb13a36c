//! Values in JSON: how models are declared and read, string enums, tagged objects, ids, timestamps,
//! secrets.

pub(crate) mod budget;
pub(crate) mod debug;
mod decoded;
pub(crate) mod field;
pub(crate) mod id;
pub(crate) mod json;
mod matcher;
pub(crate) mod model;
pub(crate) mod percent;
pub(crate) mod plain;
pub(crate) mod redact;
pub(crate) mod redactor;
pub(crate) mod secret;
pub(crate) mod string_enum;
pub(crate) mod tagged;
pub(crate) mod text;
pub(crate) mod timestamp;
pub(crate) mod unknown;
pub(crate) mod value;
