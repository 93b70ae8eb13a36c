//! Recordings: written and read as HAR, replayed by both clients.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod browser;
mod corpus;
mod har;
mod known_secrets;
mod lifecycle;
mod replay;
mod secrets;
mod snapshots;
