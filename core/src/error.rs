//! What can go wrong: [`RequestError`] before anything is sent, [`ResponseError`] after an answer.

mod code;
mod json_path;
mod mismatch;
mod platform;
mod predicates;
mod request;
mod response;
mod retry_after;

pub use code::ErrorCode;
pub(crate) use json_path::JsonPath;
pub use mismatch::Mismatch;
pub use platform::{OAuthError, PlatformError};
pub use request::RequestError;
pub use response::{BodyStart, Redirect, ResponseError, ResponseErrorKind};
pub(crate) use retry_after::retry_after;
