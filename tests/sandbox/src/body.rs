//! Reading bodies within bounds.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use tokio::time::timeout;

use crate::errors::Refusal;

/// More than a test needs.
const LARGEST_BODY: usize = 16 << 20;

/// How much of a refused body is read, and for how long: a client that still sends when the
/// connection is closed doesn't see the response.
const MOST_DRAINED: usize = 64 << 20;
const LONGEST_DRAIN: Duration = Duration::from_secs(5);

/// The body, unless it is too large, incomplete or takes longer than `within`. The rest of a body
/// that is too large is drained.
pub(crate) async fn read(mut body: Body, within: Duration) -> Result<Bytes, Refusal> {
    let whole = async {
        let mut read = Vec::new();
        while let Some(piece) = next(&mut body).await.ok_or_else(incomplete)? {
            if read.len() + piece.len() > LARGEST_BODY {
                return Ok(None);
            }
            read.extend_from_slice(&piece);
        }
        Ok(Some(read.into()))
    };
    match timeout(within, whole).await {
        Ok(Ok(Some(read))) => Ok(read),
        Ok(Ok(None)) => {
            drain(body).await;
            Err(Refusal::too_large())
        }
        Ok(Err(refusal)) => Err(refusal),
        Err(_) => Err(Refusal::timeout()),
    }
}

fn incomplete() -> Refusal {
    Refusal::syntax("the body is incomplete")
}

/// Reads and drops the rest of a body, within bounds.
pub(crate) async fn drain(mut body: Body) {
    let rest = async {
        let mut count = 0;
        while let Some(Some(piece)) = next(&mut body).await {
            count += piece.len();
            if count > MOST_DRAINED {
                break;
            }
        }
    };
    let _ = timeout(LONGEST_DRAIN, rest).await;
}

/// The next piece; `Some(None)` at the end, `None` after an error.
async fn next(body: &mut Body) -> Option<Option<Bytes>> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            None => return Some(None),
            // Trailers have no data.
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => return Some(Some(data)),
                Err(_) => continue,
            },
            Some(Err(_)) => return None,
        }
    }
}
