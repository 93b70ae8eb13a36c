//! The sandbox, by a client of its own.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod client;

mod access;
mod control;
mod faults;
mod lenient;
mod properties_arguments;
mod routes;
mod scripts;
mod serving;
mod upload;
