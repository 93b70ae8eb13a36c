use std::fmt;
use std::io;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::body_gate::BodyGate;

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
/// A file is read by `Tar::open` with the feature `tokio`. The stream must be `Send`, as an HTTP client
/// may read it on a task of its own.
pub struct Tar {
    pieces: Pieces,
    size: u64,
    read: u64,
    progress: Box<dyn FnMut(u64) + Send>,
}

type Pieces = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<io::Result<Vec<u8>>>> + Send>;

impl Tar {
    /// A tar of `size` bytes. A stream that ends before is an error; what follows isn't sent.
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

    /// The tar in a file, which is read on tokio's threads for blocking work. Feature `tokio`.
    ///
    /// # Errors
    /// If the file can't be opened.
    #[cfg(feature = "tokio")]
    pub async fn open(path: impl AsRef<std::path::Path>) -> io::Result<Self> {
        use std::pin::Pin;

        use tokio::io::{AsyncRead, ReadBuf};

        /// As much as tokio reads at once.
        const PIECE: usize = 64 << 10;

        let mut file = tokio::fs::File::open(path).await?;
        let size = file.metadata().await?.len();
        let pieces: Pieces = Box::new(move |context| {
            let mut piece = vec![0; PIECE];
            let mut buffer = ReadBuf::new(&mut piece);
            let read = ready!(Pin::new(&mut file).poll_read(context, &mut buffer));
            let length = buffer.filled().len();
            piece.truncate(length);
            Poll::Ready(match read {
                Ok(()) if length == 0 => None,
                Ok(()) => Some(Ok(piece)),
                Err(error) => Some(Err(error)),
            })
        });
        Ok(Self { pieces, size, read: 0, progress: Box::new(|_| {}) })
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Reads nothing before the gate is open.
    pub(super) fn behind(self, gate: BodyGate) -> Self {
        let mut pieces = self.pieces;
        let pieces: Pieces = Box::new(move |context| match ready!(gate.poll_open(context)) {
            Ok(()) => pieces(context),
            Err(over) => Poll::Ready(Some(Err(over))),
        });
        Self { pieces, ..self }
    }

    /// Reports after each piece how many bytes have been read.
    pub(super) fn counted(self, progress: impl FnMut(u64) + Send + 'static) -> Self {
        Self { progress: Box::new(progress), ..self }
    }

    /// How many bytes were not read yet.
    pub(super) fn left(&self) -> u64 {
        self.size - self.read
    }

    pub(super) fn poll_piece(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Vec<u8>>>> {
        while self.left() > 0 {
            let Some(piece) = ready!((self.pieces)(context)) else {
                // Without an error, the factory would wait for the rest of the announced length.
                let text = format!("the tar ended after {} of {} bytes", self.read, self.size);
                let ended = io::Error::new(io::ErrorKind::UnexpectedEof, text);
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
