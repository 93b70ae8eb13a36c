//! What the benchmarks share: pages of images, a server that sends them, and the comparison.

mod compared;
#[path = "../../../suite/src/generator.rs"]
mod generator;
mod page_server;

pub use compared::{Compared, compare};
pub use generator::images_page;
pub use page_server::{IMAGES_A_PAGE, PageServer};
