//! Recorded responses and exchanges, for unit tests.
//!
//! [`response`] reads one response as `curl -i` prints it:
//!
//! ```
//! use cycle_images::{Hub, ImageId, images::GetImage, recorded};
//!
//! let hub = Hub::new("key", "hub")?;
//! let response = recorded::response(b"HTTP/2 404\nx-request-id: 7\n\n{\"error\": {\"code\": \"404.image\"}}")?;
//! let error = hub.response(&GetImage::new(ImageId::new("1")?), response).unwrap_err();
//! assert!(error.is_not_found());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
#![cfg_attr(
    feature = "har",
    doc = "Whole exchanges are read, written and replayed by [`Recording`], [`Replay`] and [`Session`]."
)]

#[cfg(feature = "har")]
mod entry;
#[cfg(feature = "har")]
mod json;
#[cfg(feature = "har")]
mod known;
#[cfg(feature = "har")]
mod left_out;
#[cfg(feature = "har")]
mod names;
#[cfg(feature = "har")]
mod parts;
mod pasted;
#[cfg(feature = "har")]
mod read;
#[cfg(feature = "har")]
mod recording;
#[cfg(feature = "har")]
mod redact;
#[cfg(feature = "har")]
mod replay;
#[cfg(feature = "har")]
mod request;
#[cfg(feature = "har")]
mod session;
#[cfg(feature = "har")]
mod write;

pub use self::pasted::{RecordedError, response};
#[cfg(feature = "har")]
pub use self::{
    entry::Entry,
    left_out::LeftOut,
    read::HarError,
    recording::Recording,
    replay::{Replay, ReplayError},
    session::Session,
};
