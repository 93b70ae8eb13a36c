use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Holds a tar back until its upload may start, and stops it when the upload is over. The body is
/// handed to a transport, which may read it on a task of its own; this is the client's hold on it.
#[derive(Clone, Debug, Default)]
pub(super) struct BodyGate(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    state: GateState,
    was_read: bool,
    /// The task that reads the tar.
    reader: Option<Waker>,
    /// The task that waits for the first read.
    client: Option<Waker>,
}

#[derive(Clone, Copy, Debug, Default)]
enum GateState {
    #[default]
    Closed,
    Open,
    Over,
}

impl BodyGate {
    /// Lets the tar through from now on.
    pub(super) fn open(&self) {
        self.set(GateState::Open);
    }

    /// Ready once the tar is read for the first time: everything before it was sent by then.
    pub(super) fn poll_was_read(&self, context: &Context<'_>) -> Poll<()> {
        let mut inner = self.inner();
        if inner.was_read {
            return Poll::Ready(());
        }
        inner.client = Some(context.waker().clone());
        Poll::Pending
    }

    /// Whether the next piece may be read; an error once the upload is over.
    pub(super) fn poll_open(&self, context: &Context<'_>) -> Poll<io::Result<()>> {
        let (state, client) = {
            let mut inner = self.inner();
            inner.was_read = true;
            // Also when the gate is open: the reader may go on to wait for a slow piece, and has to
            // be woken if the upload is over by then.
            inner.reader = Some(context.waker().clone());
            (inner.state, inner.client.take())
        };
        if let Some(client) = client {
            client.wake();
        }
        match state {
            GateState::Closed => Poll::Pending,
            GateState::Open => Poll::Ready(Ok(())),
            GateState::Over => Poll::Ready(Err(io::Error::other("the upload is over"))),
        }
    }

    fn set(&self, state: GateState) {
        let reader = {
            let mut inner = self.inner();
            inner.state = state;
            inner.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the upload when it is dropped, so that no transport reads on after the caller has left.
#[derive(Debug)]
pub(super) struct GateGuard(pub(super) BodyGate);

impl Drop for GateGuard {
    fn drop(&mut self) {
        self.0.set(GateState::Over);
    }
}
