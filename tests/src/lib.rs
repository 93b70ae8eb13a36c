//! What the tests, examples and benchmarks that cross crates share.

pub mod alone;
pub mod generator;
pub mod place;
pub mod raw_server;
pub mod recording;
pub mod sandbox;

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
