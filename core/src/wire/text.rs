use std::borrow::Cow;

use serde::Deserialize;

/// A string that is only compared: it is copied only if it contains escapes.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);
