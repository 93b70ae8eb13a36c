//! The async client for Cycle's Images API, over any HTTP client and any runtime.
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
//! Whatever sends an [`http::Request`] and gives back an [`http::Response`] is a [`Transport`],
//! and whatever waits for a [`Duration`](std::time::Duration) is a [`Timer`]: a type, or any async
//! function or closure. With a timer, the client repeats what may be repeated, bounds the time of a
//! request, reads lists and follows jobs:
//!
//! ```
//! # use cycle_images::ImageId;
//! # use cycle_images::images::{CreateImageJob, GetImages};
//! # use cycle_images_async::{Client, Error, Timer, Transport};
//! # async fn run(client: Client<impl Transport>, sleep: impl Timer, id: ImageId)
//! # -> Result<(), Error> {
//! let client = client.with_timer(sleep);
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
//! | `Client::new(hub)` | `Client::new(hub, transport).with_timer(timer)` |
//! | `client.call(&operation)?` | `client.call(&operation).await?` |
//! | `for page in client.pages(list)` | `while let Some(page) = pages.next().await`, or as a `Stream` |
//! | `client.track(&job)?.wait()?` | `client.track(&job)?.wait().await?` |
//! | `client.upload(&image, tar, progress)?` | `client.upload(&image, tar, progress).await?` |
//!
//! The operations and what they answer with are in the crate `cycle-images`, and so are the rules of
//! what is sent when: both clients turn the same flows.
//!
//! # What is left behind
//! Nothing: all work is done on the task that polls, and stops when the future or stream is dropped.
//! A connection that is idle then stays in the pool of the HTTP client, if that has one. Nothing is
//! logged here.
//!
//! What is given is `Send` whenever the transport's and the timer's futures are, and both are `Sync`.
//!
//! # Features
//! None is on by default.
//! - `reqwest`: `Reqwest`, over reqwest 0.13. For https, `rustls` (which needs a C compiler) or
//!   `native-tls` as well; these two concern reqwest alone.
//! - `hyper`: `Hyper`, over hyper-util's client, with a connector of the caller's choice.
//! - `tower`: `Tower`, over any `tower_service::Service<http::Request<B>>`.
//! - `tokio`, `smol`: the timers `Tokio` and `Smol`.
//!
//! A feature stays with its client's major version; a later one comes beside it under a name of its
//! own.
//!
//! [`http::Request`]: cycle_images::http::Request
//! [`http::Response`]: cycle_images::http::Response

#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod body_gate;
mod client;
mod clock;
mod flow_stream;
mod items;
mod pending_requests;
mod timer;
mod transport;
mod upload;

pub use body::{Body, Tar};
pub use client::Client;
/// Why a call has no reply, or a flow no good end.
pub use cycle_images::flow::FlowError as Error;
pub use flow_stream::FlowStream;
pub use items::Items;
pub use pending_requests::Driver;
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

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
