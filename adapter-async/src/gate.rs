use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// What a tar stands behind while it is uploaded: the client's hold on a body that has been handed
/// to a transport, which may go on with it on a task of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate(Arc<Mutex<Way>>);

#[derive(Debug)]
enum Way {
    Held(Option<Waker>),
    Open,
    Shut,
}

impl Default for Way {
    fn default() -> Self {
        Self::Held(None)
    }
}

impl Gate {
    /// Lets the tar through from now on.
    pub(crate) fn open(&self) {
        self.turn(Way::Open);
    }

    /// Whether the tar was asked for and not let through: what stands before it has been sent.
    pub(crate) fn is_asked(&self) -> bool {
        matches!(*self.way(), Way::Held(Some(_)))
    }

    /// Whether the next piece may pass; an error once the upload is over.
    pub(crate) fn poll(&self, context: &Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self.way() {
            Way::Open => Poll::Ready(Ok(())),
            Way::Shut => Poll::Ready(Err(io::Error::other("the upload is over"))),
            Way::Held(waker) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    fn turn(&self, way: Way) {
        let before = std::mem::replace(&mut *self.way(), way);
        if let Way::Held(Some(waker)) = before {
            waker.wake();
        }
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shuts its gate when the upload is over, however that comes.
#[derive(Debug)]
pub(crate) struct Keeper(pub(crate) Gate);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.turn(Way::Shut);
    }
}
