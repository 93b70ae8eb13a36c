use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
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
    counter: Box<dyn FnMut(u64) + Send>,
    ended: Arc<Mutex<Option<Ended>>>,
    progress: Box<Progress>,
}

/// Why the tar was not read to its end.
#[derive(Debug)]
pub(super) enum Ended {
    Cancelled,
    Failed(io::Error),
}

type Progress = dyn FnMut(u64) -> ControlFlow<()> + Send;

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
            counter: Box::new(|_| {}),
            ended: Arc::default(),
            progress: Box::new(|_| ControlFlow::Continue(())),
        }
    }

    /// Calls a function after each piece with the number of bytes that were passed to the transport
    /// until now. `Break` ends the upload with [`Error::Cancelled`](crate::Error::Cancelled).
    #[must_use]
    pub fn with_progress(
        self,
        progress: impl FnMut(u64) -> ControlFlow<()> + Send + 'static,
    ) -> Self {
        Self { progress: Box::new(progress), ..self }
    }

    /// The tar in a file, which is read on tokio's threads for blocking work. Feature `tokio`.
    ///
    /// # Errors
    /// If the file can't be opened, or is a folder.
    #[cfg(feature = "tokio")]
    pub async fn open(path: impl AsRef<std::path::Path>) -> io::Result<Self> {
        use std::pin::Pin;

        use tokio::io::{AsyncRead, ReadBuf};

        /// As much as tokio reads at once.
        const PIECE: usize = 64 << 10;

        let mut file = tokio::fs::File::open(path).await?;
        let metadata = file.metadata().await?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let size = metadata.len();
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
        Ok(Self {
            pieces,
            size,
            read: 0,
            counter: Box::new(|_| {}),
            ended: Arc::default(),
            progress: Box::new(|_| ControlFlow::Continue(())),
        })
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
    pub(super) fn counted(self, counter: impl FnMut(u64) + Send + 'static) -> Self {
        Self { counter: Box::new(counter), ..self }
    }

    /// Why the tar was not read to its end, after the upload.
    pub(super) fn ended(&self) -> Arc<Mutex<Option<Ended>>> {
        Arc::clone(&self.ended)
    }

    /// Ends the upload: the transport gets an error, and the client the reason.
    fn end(&self, ended: Ended) -> Poll<Option<io::Result<Vec<u8>>>> {
        if let Ok(mut slot) = self.ended.lock() {
            *slot = Some(ended);
        }
        Poll::Ready(Some(Err(io::Error::other("the tar ended early"))))
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
                let text = format!("it ended after {} of {} bytes", self.read, self.size);
                let error = io::Error::new(io::ErrorKind::UnexpectedEof, text);
                return self.end(Ended::Failed(error));
            };
            let mut piece = match piece {
                Ok(piece) => piece,
                Err(error) => return self.end(Ended::Failed(error)),
            };
            piece.truncate(usize::try_from(self.left()).unwrap_or(usize::MAX));
            if !piece.is_empty() {
                self.read += piece.len() as u64;
                (self.counter)(self.read);
                if (self.progress)(self.read).is_break() {
                    return self.end(Ended::Cancelled);
                }
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
