use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::target::MaybeSend;

/// The tar of an image, to be [uploaded](crate::Client::upload): a stream of its pieces and its
/// size.
///
/// ```
/// use cycle_images_async::Tar;
/// use futures_util::stream;
///
/// let pieces = stream::iter([Ok("a "), Ok("tar")]);
/// let tar = Tar::new(pieces, 5);
/// ```
///
/// A file is read by `Tar::open` with the feature `tokio`. The stream must be `Send`, as an HTTP
/// client may read it on a task of its own.
pub struct Tar {
    pieces: Box<dyn Pieces>,
    size: u64,
    progress: Option<Box<dyn Progress>>,
}

type Piece = Option<io::Result<Vec<u8>>>;

// Closures that are `Send` where the target asks for it.

trait Pieces: MaybeSend {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Piece>;
}

impl<F: FnMut(&mut Context<'_>) -> Poll<Piece> + MaybeSend> Pieces for F {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Piece> {
        self(context)
    }
}

trait Progress: MaybeSend {
    fn report(&mut self, sent: u64) -> ControlFlow<()>;
}

impl<F: FnMut(u64) -> ControlFlow<()> + MaybeSend> Progress for F {
    fn report(&mut self, sent: u64) -> ControlFlow<()> {
        self(sent)
    }
}

impl Tar {
    /// A tar of `size` bytes. A stream that ends before is an error; what follows isn't sent.
    pub fn new<S, P>(pieces: S, size: u64) -> Self
    where
        S: Stream<Item = io::Result<P>> + MaybeSend + 'static,
        P: Into<Vec<u8>>,
    {
        let mut pieces = Box::pin(pieces);
        Self::of_poll(size, move |context| {
            let piece = ready!(pieces.as_mut().poll_next(context));
            Poll::Ready(piece.map(|piece| piece.map(Into::into)))
        })
    }

    /// The tar in a file, which is read on tokio's threads for blocking work. Feature `tokio`.
    ///
    /// # Errors
    /// If the file can't be opened, or is a folder.
    #[cfg(all(feature = "tokio", not(target_arch = "wasm32")))]
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
        Ok(Self::of_poll(metadata.len(), move |context| {
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
        }))
    }

    fn of_poll(
        size: u64,
        poll: impl FnMut(&mut Context<'_>) -> Poll<Piece> + MaybeSend + 'static,
    ) -> Self {
        Self { pieces: Box::new(poll), size, progress: None }
    }

    /// Calls a function after each piece with the number of bytes that were passed to the transport
    /// until now. `Break` ends the upload with [`Error::Cancelled`](crate::Error::Cancelled).
    #[must_use]
    pub fn with_progress(
        self,
        progress: impl FnMut(u64) -> ControlFlow<()> + MaybeSend + 'static,
    ) -> Self {
        Self { progress: Some(Box::new(progress)), ..self }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Piece> {
        self.pieces.poll_piece(context)
    }

    pub(super) fn report(&mut self, sent: u64) -> ControlFlow<()> {
        self.progress.as_mut().map_or(ControlFlow::Continue(()), |progress| progress.report(sent))
    }
}

impl fmt::Debug for Tar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tar").field("size", &self.size).finish_non_exhaustive()
    }
}
