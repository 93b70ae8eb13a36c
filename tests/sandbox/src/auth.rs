//! API keys, the hub, and capabilities.

use axum::http::{HeaderMap, header};

use crate::errors::Refusal;
use crate::wire::{self, Creator};

/// The capabilities of the view-only key.
const VIEW_ONLY: &[&str] = &["images-view", "images-sources-view", "apionly-jobs-view"];

/// An API key of the hub.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// `None` is all capabilities.
    pub(crate) capabilities: Option<&'static [&'static str]>,
}

impl Key {
    /// A key with all capabilities, and this secret or a new one.
    pub(crate) fn full(secret: Option<String>) -> Self {
        let secret = secret.unwrap_or_else(new_secret);
        Self { id: wire::new_id(), secret, capabilities: None }
    }

    pub(crate) fn view_only() -> Self {
        Self { id: wire::new_id(), secret: new_secret(), capabilities: Some(VIEW_ONLY) }
    }

    pub(crate) fn creator(&self) -> Creator {
        Creator { kind: "api-key", id: self.id.clone() }
    }
}

fn new_secret() -> String {
    format!("sandbox-key-{}", wire::new_secret())
}

/// Refuses a request without the key that has all capabilities.
pub(crate) fn admit_control(keys: &[Key], headers: &HeaderMap) -> Result<(), Refusal> {
    match bearer(keys, headers)?.capabilities {
        None => Ok(()),
        Some(_) => Err(Refusal::unauthorized("the API key lacks capabilities")),
    }
}

fn bearer<'a>(keys: &'a [Key], headers: &HeaderMap) -> Result<&'a Key, Refusal> {
    let secret = only(headers, header::AUTHORIZATION.as_str())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, secret)| secret)
        .ok_or_else(|| Refusal::unauthorized("no bearer token was given"))?;
    keys.iter()
        .find(|key| key.secret == secret)
        .ok_or_else(|| Refusal::unauthorized("the API key is not known"))
}

/// The creator of a request. It is refused by its key, then its hub, then its capability.
pub(crate) fn admit(
    keys: &[Key],
    hub_id: &str,
    headers: &HeaderMap,
    capability: &str,
) -> Result<Creator, Refusal> {
    let key = bearer(keys, headers)?;
    if only(headers, "x-hub-id") != Some(hub_id) {
        return Err(Refusal::wrong_hub());
    }
    match key.capabilities {
        Some(has) if !has.contains(&capability) => Err(Refusal::lacks(capability)),
        _ => Ok(key.creator()),
    }
}

/// A header that is given exactly once.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
