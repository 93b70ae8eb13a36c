//! The body of an answer, read in full, but never past its limit.

use bytes::Bytes;
use cycle_images::flow::Fault;
use cycle_images::http::Response;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub(super) const DEFAULT_LIMIT: usize = 64 << 20;

pub(super) async fn read<B>(response: Response<B>, limit: usize) -> Result<Response<Bytes>, Fault>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let (head, body) = response.into_parts();
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(Fault::too_large(limit as u64)),
        Err(error) => Err(Fault::lost(error)),
    }
}
