use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// What a tar stands behind while it is uploaded: the client's hold on a body that has been handed
/// to a transport, which may go on with it on a task of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct BodyGate(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    state: GateState,
    is_asked: bool,
    /// Whoever reads the tar.
    reader: Option<Waker>,
    /// Whoever waits for the tar to be asked for.
    client: Option<Waker>,
}

#[derive(Clone, Copy, Debug, Default)]
enum GateState {
    #[default]
    Backoff,
    Open,
    Shut,
}

impl BodyGate {
    /// Lets the tar through from now on.
    pub(crate) fn open(&self) {
        self.set(GateState::Open);
    }

    /// Whether the tar was asked for: what stands before it has been taken.
    pub(crate) fn poll_asked(&self, context: &Context<'_>) -> Poll<()> {
        let mut inner = self.inner();
        if inner.is_asked {
            return Poll::Ready(());
        }
        inner.client = Some(context.waker().clone());
        Poll::Pending
    }

    /// Whether the next piece may pass; an error once the upload is over.
    pub(crate) fn poll(&self, context: &Context<'_>) -> Poll<io::Result<()>> {
        let (state, client) = {
            let mut inner = self.inner();
            inner.is_asked = true;
            // Also if it's open: whoever waits for a piece then is to hear that it was shut.
            inner.reader = Some(context.waker().clone());
            (inner.state, inner.client.take())
        };
        if let Some(client) = client {
            client.wake();
        }
        match state {
            GateState::Backoff => Poll::Pending,
            GateState::Open => Poll::Ready(Ok(())),
            GateState::Shut => Poll::Ready(Err(io::Error::other("the upload is over"))),
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

/// Shuts its gate when the upload is over, however that comes.
#[derive(Debug)]
pub(crate) struct GateGuard(pub(crate) BodyGate);

impl Drop for GateGuard {
    fn drop(&mut self) {
        self.0.set(GateState::Shut);
    }
}
