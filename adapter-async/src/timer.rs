use std::future::Future;
use std::time::Duration;

/// How to wait: the business of whatever runtime the program has.
///
/// Every function or closure from a [`Duration`] to a future is one, whatever that future gives:
/// `tokio::time::sleep` as it stands, or `smol::Timer::after`. (One whose type is a parameter, or
/// that is boxed, is wrapped: `async move |time| f(time).await`.)
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
/// A timer is believed: one that doesn't wait, as in a unit test, leaves no time between tries nor
/// looks at a job, and none for an answer that isn't there at once.
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

/// In the place of a timer: a [`Client`](crate::Client) that has this one can't wait, and has no
/// method that must.
///
/// ```
/// # use cycle_images::images::GetImages;
/// # use cycle_images_async::{Client, Timer, Transport};
/// fn read(client: Client<impl Transport>, timer: impl Timer) {
///     client.with_timer(timer).pages(GetImages::new());
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use cycle_images::images::GetImages;
/// # use cycle_images_async::{Client, Timer, Transport};
/// fn read(client: Client<impl Transport>, timer: impl Timer) {
///     client.pages(GetImages::new());
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoTimer;

/// Waits by tokio's clock, which must be enabled in the runtime (`enable_time`). Feature `tokio`.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to it but its name")]
pub struct Tokio;

#[cfg(feature = "tokio")]
impl Timer for Tokio {
    fn wait(&self, time: Duration) -> impl Future<Output = ()> {
        tokio::time::sleep(time)
    }
}

/// Waits by smol's clock, which runs on a thread of its own and so under any executor. Feature
/// `smol`.
#[cfg(feature = "smol")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to it but its name")]
pub struct Smol;

#[cfg(feature = "smol")]
impl Timer for Smol {
    async fn wait(&self, time: Duration) {
        async_io::Timer::after(time).await;
    }
}
