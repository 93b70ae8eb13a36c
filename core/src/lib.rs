//! Cycle's Images API without IO.
//!
//! Each operation is plain data. A [`Hub`] turns it into an [`http::Request`], any HTTP client
//! sends it, and the hub reads the [`http::Response`] into a typed reply:
//!
//! ```
//! use cycle_images::{Hub, images::GetImages, model::ImageStatus};
//!
//! # fn send(request: http::Request<Vec<u8>>) -> http::Response<Vec<u8>> {
//! #     assert_eq!(request.uri(), "https://api.cycle.io/v1/images?filter%5Bstate%5D=live");
//! #     http::Response::new(br#"{"data": [{"id": "1", "name": "web", "size": 4294967296,
//! #         "state": {"current": "live"}}]}"#.to_vec())
//! # }
//! let hub = Hub::new("my-api-key", "651586fca6078e98982dbd90")?;
//! let live = GetImages::new().filter_state(ImageStatus::Live);
//! let response = send(hub.request(&live)?); // by a client of your choice
//! for image in hub.response(&live, response)?.data {
//!     println!("{} is {} bytes large", image.name, image.size);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crates `cycle-images-ureq` (blocking) and `cycle-images-async` are complete clients on top
//! of this crate.
//!
//! | where | what |
//! |---|---|
//! | [`Hub`] | base URL, API key and hub id; builds requests, reads responses |
//! | [`images`], [`sources`], [`jobs`] | the operations, one type each |
//! | [`model`] | what they return: images, sources, jobs and what belongs to them |
//! | [`flow`] | retries, pages and job tracking, as state machines |
//! | [`error`] | errors: of arguments, and of responses |
//! | [`upload`] | uploads of an image's tar |
//! | [`Operation`] | the trait for adding any other endpoint of the platform |
//! | [`recorded`] | recorded responses and, with the feature `har`, recorded exchanges, for unit tests |
//!
#![doc = include_str!("operations.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod attempt;
mod document;
pub mod error;
mod event;
pub mod flow;
mod hub;
pub mod id;
pub mod images;
pub mod jobs;
pub mod model;
pub mod operation;
mod raw_operation;
pub mod recorded;
mod request;
mod request_error;
mod retry_quota;
pub mod sources;
pub mod upload;
mod wire;

/// Timestamps, as the platform writes them.
pub mod time {
    pub use crate::wire::timestamp::{Timestamp, TimestampError};
}

pub use http;

pub use document::Reply;
#[doc(no_inline)]
pub use error::{RequestError, ResponseError};
pub use hub::Hub;
#[doc(no_inline)]
pub use id::{ImageId, JobId, SourceId};
#[doc(no_inline)]
pub use operation::Operation;
pub use raw_operation::RawOperation;
#[doc(no_inline)]
pub use time::Timestamp;
pub use wire::secret::Secret;

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
