use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Whether a client is cancelled. Its clones share it.
#[derive(Debug, Default)]
pub(crate) struct Cancellation {
    is_cancelled: Mutex<bool>,
    changed: Condvar,
}

impl Cancellation {
    pub(crate) fn cancel(&self) {
        *self.lock() = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        *self.lock()
    }

    /// Waits for this long, or until the client is cancelled.
    pub(crate) fn wait(&self, time: Duration) {
        let guard = self.lock();
        let waited = self.changed.wait_timeout_while(guard, time, |cancelled| !*cancelled);
        drop(waited);
    }

    /// A flag is right even after a panic of a thread that held it.
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.is_cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
