//! The body of an upload, read as it is sent.

use std::fmt;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::body_gate::BodyGate;

/// The tar of an image, to be [uploaded](crate::Client::upload): a stream of its pieces and its size.
///
/// ```
/// use cycle_images_async::Tar;
/// use futures_util::stream;
///
/// let pieces = stream::iter([Ok("a "), Ok("tar")]);
/// let tar = Tar::new(pieces, 5);
/// ```
///
/// A file's pieces come from `tokio_util::io::ReaderStream`, for one. The stream is `Send`, for an
/// HTTP client may read it on a task of its own.
pub struct Tar {
    pieces: Pieces,
    size: u64,
    read: u64,
    progress: Box<dyn FnMut(u64) + Send>,
}

type Pieces = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<io::Result<Vec<u8>>>> + Send>;

impl Tar {
    /// A tar of `size` bytes. To end sooner is an error; what is behind its size isn't sent.
    pub fn new<S, P>(pieces: S, size: u64) -> Self
    where
        S: Stream<Item = io::Result<P>> + Send + 'static,
        P: Into<Vec<u8>>,
    {
        let mut pieces = Box::pin(pieces);
        Self {
            pieces: Box::new(move |context| {
                let piece = ready!(pieces.as_mut().poll_next(context));
                Poll::Ready(piece.map(|piece| piece.map(Into::into)))
            }),
            size,
            read: 0,
            progress: Box::new(|_| {}),
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Reads nothing unless the gate lets it through.
    pub(crate) fn behind(self, gate: BodyGate) -> Self {
        let mut pieces = self.pieces;
        let pieces: Pieces = Box::new(move |context| match ready!(gate.poll(context)) {
            Ok(()) => pieces(context),
            Err(over) => Poll::Ready(Some(Err(over))),
        });
        Self { pieces, ..self }
    }

    /// Tells after each piece how many bytes have been read.
    pub(crate) fn counted(self, progress: impl FnMut(u64) + Send + 'static) -> Self {
        Self { progress: Box::new(progress), ..self }
    }

    fn left(&self) -> u64 {
        self.size - self.read
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Vec<u8>>>> {
        while self.left() > 0 {
            let Some(piece) = ready!((self.pieces)(context)) else {
                // The factory would wait for the rest that it was promised.
                let last_reported =
                    format!("the tar ended after {} of {} bytes", self.read, self.size);
                let ended = io::Error::new(io::ErrorKind::UnexpectedEof, last_reported);
                return Poll::Ready(Some(Err(ended)));
            };
            let mut piece = piece?;
            piece.truncate(usize::try_from(self.left()).unwrap_or(usize::MAX));
            if !piece.is_empty() {
                self.read += piece.len() as u64;
                (self.progress)(self.read);
                return Poll::Ready(Some(Ok(piece)));
            }
        }
        Poll::Ready(None)
    }
}

impl fmt::Debug for Tar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tar").field("size", &self.size).finish_non_exhaustive()
    }
}

/// The body of a request, piece by piece. With the features `hyper` and `tower`, it is an
/// `http_body::Body` as well.
pub struct Body {
    head: Vec<u8>,
    tar: Option<Tar>,
    tail: Vec<u8>,
}

impl Body {
    pub(crate) fn of_upload(head: Vec<u8>, tar: Tar, tail: Vec<u8>) -> Self {
        Self { head, tar: Some(tar), tail }
    }

    /// How many bytes are still to come.
    #[must_use]
    pub fn left(&self) -> u64 {
        let tar = self.tar.as_ref().map_or(0, Tar::left);
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
