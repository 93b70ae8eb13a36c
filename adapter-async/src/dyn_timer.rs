use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::Timer;

/// Any timer behind one type: see [`Client`](crate::Client).
///
/// ```
/// use cycle_images_async::DynTimer;
///
/// let at_once = DynTimer::new(|_| async {});
/// ```
#[derive(Clone)]
pub struct DynTimer(Arc<dyn Fn(Duration) -> Wait + Send + Sync>);

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

impl DynTimer {
    /// A timer that waits by this function.
    pub fn new<F, R>(wait: F) -> Self
    where
        F: Fn(Duration) -> R + Send + Sync + 'static,
        R: Future + Send + 'static,
    {
        Self(Arc::new(move |time| {
            let wait = wait(time);
            Box::pin(async {
                wait.await;
            })
        }))
    }
}

impl Timer for DynTimer {
    fn wait(&self, time: Duration) -> impl Future<Output = ()> {
        self.0(time)
    }
}

#[cfg(feature = "tokio")]
impl From<crate::Tokio> for DynTimer {
    fn from(_: crate::Tokio) -> Self {
        Self::new(tokio::time::sleep)
    }
}

#[cfg(feature = "smol")]
impl From<crate::Smol> for DynTimer {
    fn from(_: crate::Smol) -> Self {
        Self::new(async_io::Timer::after)
    }
}

impl fmt::Debug for DynTimer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DynTimer")
    }
}
