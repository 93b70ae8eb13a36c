//! What runs a future to its end, and waits.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};

use cycle_images_async::{Timer, Tokio};
use tokio::runtime::{Builder, Runtime};

pub(crate) enum Executor {
    Tokio(Runtime),
    Smol(#[expect(dead_code, reason = "its thread ends with it")] Smol),
    /// It polls one future, and sleeps until that is woken. Its timer and sockets are smol's.
    ByHand(#[expect(dead_code, reason = "its thread ends with it")] Smol),
}

/// smol, with connections on a thread of their own: a flooded one must not keep the test's future
/// from being polled when its timer fires.
pub(crate) struct Smol {
    pub(crate) connections: Arc<smol::Executor<'static>>,
    /// Dropping it ends the thread.
    _running: smol::channel::Sender<()>,
}

impl Executor {
    pub(crate) fn tokio_current() -> Self {
        Self::Tokio(Builder::new_current_thread().enable_all().build().unwrap())
    }

    /// With connections on other threads than their requests.
    pub(crate) fn tokio_multi() -> Self {
        Self::Tokio(Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
    }

    pub(crate) fn timer(&self) -> Box<dyn Timer> {
        match self {
            Self::Tokio(_) => Box::new(Tokio),
            Self::Smol(_) | Self::ByHand(_) => Box::new(smol::Timer::after),
        }
    }

    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        match self {
            Self::Tokio(runtime) => runtime.block_on(future),
            Self::Smol(_) => smol::block_on(future),
            Self::ByHand(_) => block_on(future),
        }
    }
}

impl Smol {
    pub(crate) fn start() -> Self {
        let connections = Arc::<smol::Executor<'_>>::default();
        let (running, dropped) = smol::channel::bounded::<()>(1);
        thread::spawn({
            let connections = Arc::clone(&connections);
            move || smol::block_on(connections.run(dropped.recv()))
        });
        Self { connections, _running: running }
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
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

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
