//! Reads the body of a response, up to a limit.

use cycle_images::flow::SendFailure;
use cycle_images::http::Response;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::Outcome;

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub(super) const DEFAULT_LIMIT: u64 = 64 << 20;

pub(super) async fn read<B>(response: Response<B>, limit: u64) -> Outcome
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let (head, body) = response.into_parts();
    let max = usize::try_from(limit).unwrap_or(usize::MAX);
    match Limited::new(body, max).collect().await {
        Ok(body) => Ok(Response::from_parts(head, body.to_bytes().into())),
        Err(error) if error.is::<LengthLimitError>() => Err(SendFailure::too_large(limit)),
        Err(error) => Err(SendFailure::maybe_sent(error)),
    }
}
