#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod clock;
mod drive;
mod flow_stream;
mod in_flight;
mod items;
#[cfg(feature = "har")]
mod recorded;
mod target;
#[cfg(doc)]
pub mod testing;
mod timer;
mod transport;
mod upload;

pub use client::Client;
#[doc(inline)]
pub use cycle_images::flow::FlowError as Error;
pub use drive::drive;
pub use flow_stream::FlowStream;
pub use items::Items;
#[cfg(all(feature = "gloo", any(docsrs, all(target_arch = "wasm32", target_os = "unknown"))))]
pub use timer::Gloo;
pub use timer::Timer;
#[cfg(feature = "tokio")]
pub use timer::Tokio;
#[cfg(all(
    feature = "fetch",
    any(docsrs, all(target_arch = "wasm32", target_os = "unknown"))
))]
pub use transport::Fetch;
#[cfg(feature = "hyper")]
pub use transport::Hyper;
#[cfg(all(feature = "reqwest", not(target_arch = "wasm32")))]
pub use transport::Reqwest;
#[cfg(feature = "tower")]
pub use transport::Tower;
pub use transport::Transport;
pub use upload::{Body, Tar};
