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
//! The operations and what they answer with are in the crate `cycle-images`; this one carries them.
//!
//! Nothing is logged here. ureq itself logs whole requests at level `trace`, the API key and upload
//! tokens among them: keep the targets `ureq` and `ureq_proto` above it.
//!
//! # Features
//! - `rustls` (default): TLS by rustls, with Mozilla's root certificates.
//! - `native-tls`: TLS by the system's library, unless `rustls` is on as well: then an
//!   [agent](Client::with_agent) has to ask for it.
//! - Neither: plain http alone, as for tests on one's own machine, or a handed-in agent with a
//!   connector of its own.

mod client;
mod clock;
mod flow_iter;
mod send;
mod upload;

pub use client::Client;
/// Why a call has no reply, or a flow no good end.
pub use cycle_images::flow::FlowError as Error;
pub use flow_iter::{FlowIter, Items};
pub use upload::Tar;
/// What [`Client::with_agent`] takes its agent from.
pub use ureq;

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
