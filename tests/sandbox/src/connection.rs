//! Connections, which are counted, and which faults can close.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The number of open connections.
#[derive(Debug, Default)]
pub(crate) struct Open {
    count: Mutex<usize>,
    closed: Condvar,
}

impl Open {
    fn locked(&self) -> MutexGuard<'_, usize> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count(&self) -> usize {
        *self.locked()
    }

    /// Waits until no more than `count` are open, and returns whether that was so within the time.
    pub(crate) fn wait(&self, count: usize, within: Duration) -> bool {
        let waited = self.closed.wait_timeout_while(self.locked(), within, |open| *open > count);
        let (open, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *open <= count
    }
}

/// A connection that is counted until this is dropped.
#[derive(Debug)]
struct Counted(Arc<Open>);

impl Counted {
    fn new(open: Arc<Open>) -> Self {
        *open.locked() += 1;
        Self(open)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.0.locked();
        *open = open.saturating_sub(1);
        self.0.closed.notify_all();
    }
}

/// Closes the connection of a request: nothing more is written to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionKill(Arc<AtomicBool>);

impl ConnectionKill {
    pub(crate) fn cut(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// An accepted connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    pub(crate) kill: ConnectionKill,
    _counted: Counted,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, open: Arc<Open>) -> Self {
        // Otherwise small responses wait for the client's acknowledgements.
        let _ = stream.set_nodelay(true);
        Self { stream, kill: ConnectionKill::default(), _counted: Counted::new(open) }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.kill.0.load(Ordering::Relaxed) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
