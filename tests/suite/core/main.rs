//! The core, through its public API alone.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at what it didn't expect"
)]

mod any_bytes;
mod any_document;
mod debug;
mod depth;
mod error_codes;
mod error_parts;
mod error_paths;
mod errors;
mod hubs;
mod malformed_responses;
mod memory;
mod missing_fields;
mod origins;
mod other_forms;
mod refusals;
mod refusals_sources_jobs;
mod requests;
mod round_trip;
mod round_trip_sources_jobs;
mod secrets;
mod secrets_echoed;
mod snapshots;
mod timestamps;
mod wire_facts;
mod wire_facts_errors;
