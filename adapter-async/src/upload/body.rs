use std::fmt;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::sending::Sending;

/// The body of a request, as a stream of its pieces. With the features `hyper` and `tower`, it is
/// an `http_body::Body` as well.
pub struct Body {
    head: Vec<u8>,
    tar: Option<Sending>,
    tail: Vec<u8>,
}

impl Body {
    pub(super) fn of_upload(head: Vec<u8>, tar: Sending, tail: Vec<u8>) -> Self {
        Self { head, tar: Some(tar), tail }
    }

    /// How many bytes are left to send.
    #[must_use]
    pub fn left(&self) -> u64 {
        let tar = self.tar.as_ref().map_or(0, Sending::left);
        tar.saturating_add((self.head.len() + self.tail.len()) as u64)
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self { head: bytes, tar: None, tail: Vec::new() }
    }
}

impl Stream for Body {
    type Item = io::Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.head.is_empty() {
            return Poll::Ready(Some(Ok(mem::take(&mut self.head))));
        }
        if let Some(tar) = &mut self.tar {
            if let Some(piece) = ready!(tar.poll_piece(context)) {
                return Poll::Ready(Some(piece));
            }
            self.tar = None;
        }
        let tail = mem::take(&mut self.tail);
        Poll::Ready((!tail.is_empty()).then_some(Ok(tail)))
    }
}

#[cfg(any(feature = "hyper", feature = "tower"))]
impl http_body::Body for Body {
    type Data = bytes::Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<http_body::Frame<bytes::Bytes>>>> {
        let piece = ready!(self.poll_next(context));
        Poll::Ready(piece.map(|piece| Ok(http_body::Frame::data(piece?.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left() == 0
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("left", &self.left()).finish_non_exhaustive()
    }
}
