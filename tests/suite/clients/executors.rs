//! What runs a future to its end, and waits.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};

use cycle_images_async::{Timer, Tokio};
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

pub(crate) trait Executor: 'static {
    fn start() -> Self;

    fn timer(&self) -> impl Timer + 'static;

    fn block_on<F: Future>(&self, future: F) -> F::Output;
}

/// An executor with tokio's sockets at hand.
pub(crate) trait OnTokio: Executor {}

/// tokio, on the thread of the test alone.
pub(crate) struct TokioCurrent(Runtime);

impl Executor for TokioCurrent {
    fn start() -> Self {
        Self(Builder::new_current_thread().enable_all().build().unwrap())
    }

    fn timer(&self) -> impl Timer + 'static {
        Tokio
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}

impl OnTokio for TokioCurrent {}

/// tokio, with connections on other threads than their requests.
pub(crate) struct TokioMulti(Runtime);

impl Executor for TokioMulti {
    fn start() -> Self {
        Self(Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
    }

    fn timer(&self) -> impl Timer + 'static {
        sleep
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}

impl OnTokio for TokioMulti {}

/// smol, with connections on a thread of their own: a flooded one must not keep the test's future
/// from being polled when its timer fires.
pub(crate) struct Smol {
    pub(crate) connections: Arc<smol::Executor<'static>>,
    /// Dropping it ends the thread.
    _running: smol::channel::Sender<()>,
}

impl Executor for Smol {
    fn start() -> Self {
        let connections = Arc::<smol::Executor<'_>>::default();
        let (running, dropped) = smol::channel::bounded::<()>(1);
        thread::spawn({
            let connections = Arc::clone(&connections);
            move || smol::block_on(connections.run(dropped.recv()))
        });
        Self { connections, _running: running }
    }

    fn timer(&self) -> impl Timer + 'static {
        smol::Timer::after
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(future)
    }
}

/// As little as an executor can be: it polls one future, and sleeps until that is woken. Its timer
/// and sockets are smol's, which have a thread of their own.
pub(crate) struct ByHand;

impl Executor for ByHand {
    fn start() -> Self {
        Self
    }

    fn timer(&self) -> impl Timer + 'static {
        smol::Timer::after
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        let waker = Arc::new(Unpark(thread::current())).into();
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            thread::park();
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
