use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use super::Tar;

/// A tar that is being sent. It is passed to a transport, which may read it on a task of its own.
pub(super) struct Sending {
    tar: Tar,
    read: u64,
    /// Whether it was read, if only to find that it is held back.
    asked: bool,
    state: Arc<UploadState>,
}

/// What the tar and its client share: the client holds the tar back until it may be sent, stops it
/// when the upload is over, and sees how far it is.
#[derive(Default)]
pub(super) struct UploadState(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    gate: Gate,
    /// How often the tar was read: the first time before the gate is open.
    reads: u64,
    /// The bytes that were read.
    bytes: u64,
    ended: Option<Ended>,
    /// The task that reads the tar.
    reader: Option<Waker>,
    /// The task that waits for the next read.
    client: Option<Waker>,
}

#[derive(Clone, Copy, Default)]
enum Gate {
    #[default]
    Closed,
    Open,
    Over,
}

/// Why the tar was not read to its end.
pub(super) enum Ended {
    Cancelled,
    Failed(io::Error),
}

impl UploadState {
    pub(super) fn open(&self) {
        self.set(Gate::Open);
    }

    pub(super) fn close(&self) {
        self.set(Gate::Over);
    }

    /// The bytes that were read, and why no more were.
    pub(super) fn ended(&self) -> (u64, Option<Ended>) {
        let mut inner = self.inner();
        (inner.bytes, inner.ended.take())
    }

    /// Ready once the tar was read more often than `reads`.
    pub(super) fn poll_read_past(&self, reads: &mut u64, context: &Context<'_>) -> Poll<()> {
        let mut inner = self.inner();
        if inner.reads > *reads {
            *reads = inner.reads;
            return Poll::Ready(());
        }
        inner.client = Some(context.waker().clone());
        Poll::Pending
    }

    fn set(&self, gate: Gate) {
        let reader = {
            let mut inner = self.inner();
            inner.gate = gate;
            inner.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Changes what the client sees, and wakes it.
    fn change(&self, change: impl FnOnce(&mut Inner)) {
        let client = {
            let mut inner = self.inner();
            change(&mut inner);
            inner.client.take()
        };
        if let Some(client) = client {
            client.wake();
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sending {
    pub(super) fn new(tar: Tar, state: Arc<UploadState>) -> Self {
        Self { tar, read: 0, asked: false, state }
    }

    /// How many bytes were not read yet.
    pub(super) fn left(&self) -> u64 {
        self.tar.size() - self.read
    }

    pub(super) fn poll_piece(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Vec<u8>>>> {
        while self.left() > 0 {
            ready!(self.poll_open(context))?;
            let mut piece = match ready!(self.tar.poll_piece(context)) {
                Some(Ok(piece)) => piece,
                Some(Err(error)) => return self.end(Ended::Failed(error)),
                None => {
                    // Without an error, the factory would wait for the rest of the announced
                    // length.
                    let text = format!("it ended after {} of {} bytes", self.read, self.tar.size());
                    let error = io::Error::new(io::ErrorKind::UnexpectedEof, text);
                    return self.end(Ended::Failed(error));
                }
            };
            piece.truncate(usize::try_from(self.left()).unwrap_or(usize::MAX));
            if !piece.is_empty() {
                self.read += piece.len() as u64;
                self.state.change(|inner| {
                    inner.bytes = self.read;
                    inner.reads += 1;
                });
                if self.tar.report(self.read).is_break() {
                    return self.end(Ended::Cancelled);
                }
                return Poll::Ready(Some(Ok(piece)));
            }
        }
        Poll::Ready(None)
    }

    /// Whether the next piece may be read; an error once the upload is over.
    fn poll_open(&mut self, context: &Context<'_>) -> Poll<io::Result<()>> {
        let gate = {
            let mut inner = self.state.inner();
            // Also when the gate is open: the reader may go on to wait for a slow piece, and has to
            // be woken if the upload is over by then.
            inner.reader = Some(context.waker().clone());
            inner.gate
        };
        if !self.asked {
            self.asked = true;
            self.state.change(|inner| inner.reads = 1);
        }
        match gate {
            Gate::Closed => Poll::Pending,
            Gate::Open => Poll::Ready(Ok(())),
            Gate::Over => Poll::Ready(Err(io::Error::other("the upload is over"))),
        }
    }

    /// Ends the upload: the transport gets an error, and the client the reason.
    fn end(&self, ended: Ended) -> Poll<Option<io::Result<Vec<u8>>>> {
        self.state.inner().ended = Some(ended);
        Poll::Ready(Some(Err(io::Error::other("the tar ended early"))))
    }
}
