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
//! So far there is [`call`](Client::call), which sends an operation once. The flows of
//! `cycle_images::flow` can be turned by hand over any transport.
//!
//! [`http::Request`]: cycle_images::http::Request
//! [`http::Response`]: cycle_images::http::Response

mod client;
mod transport;

pub use client::{CallError, Client};
pub use transport::Transport;
