//! The async client for Cycle's Images API, over any HTTP client and any runtime.
//!
//! ```
//! use cycle_images::http::{Request, Response};
//! use cycle_images::{Hub, images::GetImages};
//! use cycle_images_async::{Client, NoTimer};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let send = async |request: Request<Vec<u8>>| {
//!     // Send the request by the HTTP client that the program already has.
//!     Ok::<_, std::io::Error>(Response::new(r#"{"data": []}"#))
//! };
//! let client = Client::new(Hub::new("my-api-key", "my-hub")?, send, NoTimer);
//! assert!(client.call(&GetImages::new()).await?.data.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! What sends an [`http::Request`] and returns an [`http::Response`] is a [`Transport`], and what
//! waits for a [`Duration`](std::time::Duration) is a [`Timer`]: a type, or any async function or
//! closure. With a timer, the client retries requests, limits their time, reads lists and follows
//! jobs:
//!
//! ```
//! # use cycle_images::{Hub, ImageId};
//! # use cycle_images::images::{CreateImageJob, GetImages};
//! # use cycle_images_async::{Client, Error, Timer, Transport};
//! # async fn run(hub: Hub, transport: impl Transport, sleep: impl Timer, id: ImageId)
//! # -> Result<(), Error> {
//! let client = Client::new(hub, transport, sleep);
//! let import = client.call(&CreateImageJob::import(&id)).await?.data;
//! client.track(&import)?.wait().await?;
//!
//! let mut images = client.items(GetImages::new());
//! while let Some(image) = images.next().await {
//!     println!("{}", image?.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | blocking, `cycle_images_ureq` | here |
//! |---|---|
//! | `Client::new(hub)` | `Client::new(hub, transport, timer)` |
//! | `client.call(&operation)?` | `client.call(&operation).await?` |
//! | `for page in client.pages(list)` | `while let Some(page) = pages.next().await`, or as a `Stream` |
//! | `client.track(&job)?.wait()?` | `client.track(&job)?.wait().await?` |
//! | `client.upload(&image, tar)?` | `client.upload(&image, tar).await?` |
//!
//! The operations and their replies are in the crate `cycle-images`, and so are the flows that decide
//! what is sent when: both clients run the same ones.
//!
//! # Cancellation
//! All work is done on the task that polls a future or stream, and dropping it stops the work: no task
//! is left. An idle connection stays in the pool of the HTTP client.
//!
//! Futures and streams are `Send` if the transport and the timer are `Send` and `Sync` and their
//! futures `Send`. Streams own what they need; see [`Client`].
//!
//! # Features
//! None is on by default.
//! - `reqwest`: `Reqwest`, over reqwest 0.13. For https, `rustls` (which needs a C compiler) or
//!   `native-tls` as well; these two concern reqwest alone.
//! - `hyper`: `Hyper`, over hyper-util's client, with a connector of the caller's choice.
//! - `tower`: `Tower`, over any `tower_service::Service<http::Request<B>>`.
//! - `tokio`: the timer `Tokio`, and `Tar::open`.
//! - `smol`: the timer `Smol`.
//! - `har`: `Client::with_session`, and `cycle_images::recorded::Replay` as a transport, for tests; see
//!   the page `testing`.
//! - `tracing`: a span `cycle.call` for each call and flow, and events in it; see
//!   `cycle_images::flow::trace`.
//!
//! A feature stays with its client's major version; a later version gets a feature of its own.
//!
//! [`http::Request`]: cycle_images::http::Request
//! [`http::Response`]: cycle_images::http::Response

#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod clock;
mod dyn_timer;
mod flow_stream;
mod items;
mod pending_requests;
#[cfg(feature = "har")]
mod recorded;
#[cfg(feature = "tracing")]
mod span;
#[cfg(doc)]
pub mod testing;
mod timer;
mod transport;
mod upload;

pub use client::Client;
#[doc(inline)]
pub use cycle_images::flow::FlowError as Error;
pub use dyn_timer::DynTimer;
pub use flow_stream::FlowStream;
pub use items::Items;
pub use pending_requests::Driver;
#[cfg(feature = "har")]
pub use recorded::Recorded;
#[cfg(feature = "smol")]
pub use timer::Smol;
#[cfg(feature = "tokio")]
pub use timer::Tokio;
pub use timer::{NoTimer, OptionalTimer, Timer};
#[cfg(feature = "hyper")]
pub use transport::Hyper;
#[cfg(feature = "reqwest")]
pub use transport::Reqwest;
#[cfg(feature = "tower")]
pub use transport::Tower;
pub use transport::{DynBody, DynTransport, Transport, UploadTransport};
pub use upload::{Body, Tar};

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
