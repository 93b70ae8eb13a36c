//! Reading bodies within bounds.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use tokio::time::timeout;

/// How much of a refused body is read, and for how long. A client that is still sending when the
/// connection is closed would not see the response.
const MOST_DRAINED: usize = 64 << 20;
const LONGEST_DRAIN: Duration = Duration::from_secs(5);

/// The whole body, or `None` if it has more than `limit` bytes or breaks off. The rest of a body that is
/// too large is drained.
pub(crate) async fn read(mut body: Body, limit: usize) -> Option<Bytes> {
    let mut read = Vec::new();
    while let Some(piece) = next(&mut body).await? {
        if read.len() + piece.len() > limit {
            drop(read);
            drain(body).await;
            return None;
        }
        read.extend_from_slice(&piece);
    }
    Some(read.into())
}

/// Reads what is left of a body, within bounds, and throws it away.
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
    // Late or not, nothing more is read.
    let _ = timeout(LONGEST_DRAIN, rest).await;
}

/// The next piece; `Some(None)` at the end, `None` after an error.
async fn next(body: &mut Body) -> Option<Option<Bytes>> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            None => return Some(None),
            // Trailers are no data.
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => return Some(Some(data)),
                Err(_) => continue,
            },
            Some(Err(_)) => return None,
        }
    }
}
