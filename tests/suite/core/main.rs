//! The core, through its public API alone.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at what it didn't expect"
)]

mod debug;
mod depth;
mod errors;
mod hubs;
mod malformed_responses;
mod memory;
mod missing_fields;
mod origins;
mod places;
mod properties_bytes;
mod properties_documents;
mod raw_json;
mod refusals;
mod requests;
mod responses;
mod secrets;
mod snapshots;
mod timestamps;
