//! What the tests, examples and benchmarks that cross crates share.

pub mod example_env;
pub mod generator;
pub mod openapi;
pub mod operations;
pub mod raw_server;
pub mod recording;
pub mod subprocess;
pub mod support;
pub mod uploads;

pub use cycle_images_sandbox as sandbox;

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
