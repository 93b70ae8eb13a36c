//! What can go wrong: [`RequestError`] before anything is sent, [`ResponseError`] after an answer.

mod code;
mod decode;
mod platform;
mod predicates;
mod request;
mod response;
mod retry_after;

pub use code::ErrorCode;
pub use decode::DecodeError;
pub use platform::{OAuthError, PlatformError};
pub use request::RequestError;
pub use response::{BodyPreview, Redirect, ResponseError, ResponseErrorKind};
pub(crate) use retry_after::retry_after;
