//! The blocking client for Cycle's Images API, over [ureq](https://docs.rs/ureq).
//!
//! ```no_run
//! use cycle_images_ureq::Client;
//! use cycle_images::{images::GetImages, model::ImageStatus};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::from_env()?; // CYCLE_API_KEY, CYCLE_HUB_ID
//! for image in client.items(GetImages::new().filter_state(ImageStatus::Live)) {
//!     let image = image?;
//!     println!("{} is {} bytes large", image.name, image.size);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The operations and their replies are in the crate `cycle-images`; this crate sends them.
//!
//! This crate logs nothing, unless the feature `tracing` is on. At level `trace`, ureq logs whole
//! requests, with the API key and upload tokens: keep the targets `ureq` and `ureq_proto` at
//! `debug` or higher.
//!
//! Pages: [testing your code](crate::testing), [after a crash](crate::after_a_crash).
//!
//! # Features
//! - `rustls` (default): TLS by rustls and ring, with Mozilla's root certificates. Needs a C
//!   compiler.
//! - `native-tls`: TLS by the system's library, unless `rustls` is on as well: then an
//!   [agent](Client::from_agent) has to ask for it.
//! - `har`: `Client::with_session`, and `cycle_images::recorded::Replay` as a transport, for
//!   tests; see the page `testing`.
//! - `tracing`: a span for each call and flow, named by its operation, and an event for each
//!   attempt, by OpenTelemetry's conventions; see `cycle_images::flow::trace`. For `traceparent`,
//!   see [`Client::with_header_hook`].
//! - No TLS feature: plain http only, for tests on the local machine, or an agent with a connector
//!   of its own.

#[cfg(doc)]
pub mod after_a_crash;
mod cancellation;
mod client;
mod clock;
mod connector;
mod flow_iter;
mod items;
#[cfg(feature = "har")]
mod recorded;
mod send;
mod stall;
mod tar;
#[cfg(doc)]
pub mod testing;
mod transport;

pub use client::Client;
#[doc(inline)]
pub use cycle_images::flow::FlowError as Error;
pub use flow_iter::FlowIter;
pub use items::Items;
pub use tar::Tar;
pub use transport::{Limits, Transport};
/// The version of ureq whose `Agent` [`Client::from_agent`] takes.
pub use ureq;

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
