//! What the tests, examples and benchmarks that cross crates share.

pub mod generator;
pub mod raw_server;
pub mod recording;
pub mod sandbox;
