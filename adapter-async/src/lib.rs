//! The async client for Cycle's Images API, over any HTTP client and any runtime.
//!
//! Neither is picked here: whatever sends an [`http::Request`] and gives back an
//! [`http::Response`] is a [`Transport`], be it a type or a closure.
//!
//! ```
//! use cycle_images::http::{Request, Response};
//! use cycle_images::{Hub, images::GetImages};
//! use cycle_images_async::Client;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(Hub::new("my-api-key", "my-hub")?, async |request: Request<Vec<u8>>| {
//!     // Hand the request to the HTTP client that the program has already.
//!     Ok::<_, std::io::Error>(Response::new(r#"{"data": []}"#))
//! });
//! assert!(client.call(&GetImages::new()).await?.data.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! [`http::Request`]: cycle_images::http::Request
//! [`http::Response`]: cycle_images::http::Response

mod client;
mod in_flight;
mod items;
mod timer;
mod transport;
mod turn;
mod upload;

pub use client::Client;
/// Why a call has no reply, or a flow no good end.
pub use cycle_images::flow::FlowError as Error;
pub use in_flight::Carry;
pub use items::Items;
#[cfg(feature = "smol")]
pub use timer::Smol;
#[cfg(feature = "tokio")]
pub use timer::Tokio;
pub use timer::{NoTimer, Timer};
#[cfg(feature = "hyper")]
pub use transport::Hyper;
#[cfg(feature = "reqwest")]
pub use transport::Reqwest;
#[cfg(feature = "tower")]
pub use transport::Tower;
pub use transport::{Transport, UploadTransport};
pub use turn::Turn;
pub use upload::{Body, Tar};
