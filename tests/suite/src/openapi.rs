//! The platform's OpenAPI document, and what this crate knows of it.
//!
//! The contract suite and the drift report share it. The document itself is not part of this
//! project.

mod document;
mod drift;
mod forms;
mod known;
mod labels;
mod places;
mod probe;
mod words;

pub use document::{Document, Documented, template};
pub use drift::{Drift, ON_PURPOSE, drift};
pub use known::{Known, Sent, operations};
pub use labels::{Labels, Property, labels};
pub use places::{Place, places};
