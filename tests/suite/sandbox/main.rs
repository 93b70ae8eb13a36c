//! The sandbox against the documents, seen through a client that shares nothing with ours.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod client;

mod access;
mod any_arguments;
mod auth;
mod control;
mod faults;
mod images;
mod includes;
mod job_operations;
mod jobs;
mod lenient;
mod mends;
mod origins;
mod pages;
mod serving;
mod source_operations;
mod sources;
mod strict;
mod tasks;
mod upload;
