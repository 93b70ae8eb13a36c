//! Errors: [`RequestError`] before anything is sent, [`ResponseError`] for a response.

mod attempts;
mod code;
mod decode;
mod json_path;
mod meaning;
mod platform;
mod predicates;
mod report;
mod response;
mod retry_after;
mod seconds;

pub use crate::request_error::RequestError;
pub use attempts::Attempts;
pub use code::ErrorCode;
pub use decode::DecodeError;
pub(crate) use json_path::JsonPath;
pub use platform::{OAuthError, PlatformError};
pub use report::{Report, report};
pub use response::{BodyPreview, Redirect, ResponseError, ResponseErrorKind};
pub(crate) use response::{MAY_HAVE_TAKEN_EFFECT, RequestInfo};
pub(crate) use retry_after::retry_after;
pub(crate) use seconds::Seconds;
