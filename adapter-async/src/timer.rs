use std::future::Future;
use std::time::Duration;

use crate::target::{BoxFuture, MaybeSend, MaybeSync};

/// A way to wait, as the program's runtime offers it.
///
/// Every function or closure from a [`Duration`] to a future is a timer, whatever the future's
/// output: `tokio::time::sleep` or `smol::Timer::after`.
///
/// ```
/// use std::time::Duration;
/// use cycle_images_async::Timer;
///
/// fn is_timer(_: impl Timer) {}
/// is_timer(async |time: Duration| {
///     // As the runtime does it.
/// });
/// ```
///
/// A unit test hands in a timer that returns at once, and its retries and polls take no time. Under
/// such a timer, a response that isn't there when the request is first polled has timed out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a timer",
    label = "needs a timer",
    note = "pass `Tokio`, or a function from `Duration` to a future, such as `tokio::time::sleep`",
    note = "the function and its future are `Send` and `'static`: clone what the future needs into it"
)]
pub trait Timer: MaybeSend + MaybeSync {
    /// Waits this long.
    fn wait(&self, time: Duration) -> BoxFuture<'static, ()>;
}

impl<F, R> Timer for F
where
    F: Fn(Duration) -> R + MaybeSend + MaybeSync,
    R: Future + MaybeSend + 'static,
{
    fn wait(&self, time: Duration) -> BoxFuture<'static, ()> {
        let wait = self(time);
        Box::pin(async {
            wait.await;
        })
    }
}

/// Waits by tokio's clock, which the runtime must have enabled (`enable_time`). Feature `tokio`.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it is its name")]
pub struct Tokio;

#[cfg(feature = "tokio")]
impl Timer for Tokio {
    fn wait(&self, time: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// Waits by the timers of a browser's page or worker. Feature `gloo`, for wasm32-unknown-unknown.
/// In a page that isn't visible, browsers let a timer wait up to a minute longer.
#[cfg(all(feature = "gloo", any(docsrs, all(target_arch = "wasm32", target_os = "unknown"))))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it is its name")]
pub struct Gloo;

#[cfg(all(feature = "gloo", any(docsrs, all(target_arch = "wasm32", target_os = "unknown"))))]
impl Timer for Gloo {
    fn wait(&self, time: Duration) -> BoxFuture<'static, ()> {
        /// A timer of more than 24 days ends at once.
        const LONGEST: Duration = Duration::from_secs(86_400);
        Box::pin(async move {
            let mut left = time;
            while !left.is_zero() {
                gloo_timers::future::sleep(left.min(LONGEST)).await;
                left = left.saturating_sub(LONGEST);
            }
        })
    }
}
