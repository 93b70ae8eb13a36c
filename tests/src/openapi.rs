//! The platform's OpenAPI document, and what this crate knows of it.
//!
//! The contract suite and the drift report share it. The document itself is not part of this project.

mod drift;
mod operations;
mod places;
mod probe;
mod schema;
mod words;

pub use drift::{Drift, ON_PURPOSE, drift};
pub use operations::{Known, Sent, operations};
pub use places::{Place, places};
pub use schema::{Document, Documented, Labels, template};
