use std::future::Future;
use std::time::Duration;

/// A way to wait, as the program's runtime offers it.
///
/// Every function or closure from a [`Duration`] to a future is a timer, whatever the future's
/// output: `tokio::time::sleep`, for example, or `smol::Timer::after`. (One whose type is a parameter
/// or that is boxed has to be wrapped: `async move |time| f(time).await`.)
///
/// ```
/// use std::time::Duration;
/// use cycle_images_async::Timer;
///
/// async fn sleep(time: Duration) {
///     // As the runtime does it.
/// }
/// fn is_timer(_: impl Timer) {}
/// is_timer(sleep);
/// ```
///
/// A unit test hands in a timer that returns at once, and its retries and polls take no time. Under
/// such a timer, a response that isn't there when the request is first polled has timed out.
pub trait Timer {
    /// Waits this long.
    fn wait(&self, time: Duration) -> impl Future<Output = ()>;
}

impl<F, R> Timer for F
where
    F: AsyncFn(Duration) -> R,
{
    async fn wait(&self, time: Duration) {
        self(time).await;
    }
}

/// Stands in for a timer in a [`Client`](crate::Client) that only sends single requests: it retries
/// nothing, and has no method that would have to wait.
///
/// ```
/// # use cycle_images::{Hub, images::GetImages};
/// # use cycle_images_async::{Client, NoTimer, Timer, Transport};
/// fn read(hub: Hub, transport: impl Transport, timer: impl Timer) {
///     Client::new(hub, transport, timer).pages(GetImages::new());
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use cycle_images::{Hub, images::GetImages};
/// # use cycle_images_async::{Client, NoTimer, Timer, Transport};
/// fn read(hub: Hub, transport: impl Transport, timer: impl Timer) {
///     Client::new(hub, transport, NoTimer).pages(GetImages::new());
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it is its name")]
pub struct NoTimer;

/// A [`Timer`] or [`NoTimer`]: the bound of [`Client::call`](crate::Client::call), which works with
/// both. It can't be implemented otherwise.
pub trait OptionalTimer: Sealed {
    #[doc(hidden)]
    const CAN_WAIT: bool;

    /// Never returns without a timer.
    #[doc(hidden)]
    fn wait_if_any(&self, time: Duration) -> impl Future<Output = ()>;
}

pub trait Sealed {}

impl<M: Timer> Sealed for M {}

impl<M: Timer> OptionalTimer for M {
    const CAN_WAIT: bool = true;

    fn wait_if_any(&self, time: Duration) -> impl Future<Output = ()> {
        self.wait(time)
    }
}

impl Sealed for NoTimer {}

impl OptionalTimer for NoTimer {
    const CAN_WAIT: bool = false;

    fn wait_if_any(&self, _: Duration) -> impl Future<Output = ()> {
        std::future::pending()
    }
}

/// Waits by tokio's clock, which the runtime must have enabled (`enable_time`). Feature `tokio`.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it is its name")]
pub struct Tokio;

#[cfg(feature = "tokio")]
impl Timer for Tokio {
    fn wait(&self, time: Duration) -> impl Future<Output = ()> {
        tokio::time::sleep(time)
    }
}

/// Waits by smol's clock, which has a thread of its own and so works under any executor. Feature
/// `smol`.
#[cfg(feature = "smol")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it is its name")]
pub struct Smol;

#[cfg(feature = "smol")]
impl Timer for Smol {
    async fn wait(&self, time: Duration) {
        async_io::Timer::after(time).await;
    }
}
