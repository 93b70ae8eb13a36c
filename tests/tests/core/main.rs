//! The core, through its public API alone.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at what it didn't expect"
)]

mod error_parts;
mod errors;
mod hubs;
mod missing_fields;
mod odd_answers;
mod odd_bytes;
mod recordings_build_logs;
mod recordings_changes;
mod recordings_creators;
mod recordings_go;
mod recordings_images;
mod recordings_includes;
mod recordings_jobs;
mod recordings_lists;
mod recordings_stacks;
mod refusals;
mod requests;
mod round_trip;
mod secrets;
mod secrets_repeated;
mod wire_facts;
mod wire_facts_errors;
mod wire_facts_requests;
