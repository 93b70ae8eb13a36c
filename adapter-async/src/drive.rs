use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use cycle_images::flow::{Flow, FlowError, SendFailure, Step};
use cycle_images::http::{Request, Response};
use cycle_images::{Hub, Timestamp};

/// Drives a flow to its next item, or returns `None` if the flow is done. This is all that a client
/// does. Use it where a [`Client`](crate::Client) can't be used: nothing is boxed, and the future
/// is `Send` if the closures and their futures are. To spawn it, let the closures own what they
/// use: for what they borrow, rustc can't prove that.
///
/// `now` is the time: the system's, or that of a simulation. After a `wait`, it must have advanced
/// by as much, or the flow waits again. A request that takes longer than its flow allows is
/// dropped.
///
/// ```
/// use std::rc::Rc;
/// use std::time::{Duration, SystemTime};
///
/// use cycle_images::flow::{Exchange, FlowError, SendFailure};
/// use cycle_images::http::{Request, Response};
/// use cycle_images::{Hub, images::GetImages};
/// use cycle_images_async::drive;
///
/// # async fn run(hub: &Hub) -> Result<(), FlowError> {
/// let connection = Rc::new("a connection of a single-threaded runtime");
/// let send = async |request: Request<Vec<u8>>| {
///     println!("{} over {connection}", request.uri());
///     Ok::<_, SendFailure>(Response::new(r#"{"data": []}"#))
/// };
/// # async fn sleep(_: Duration) { std::future::pending().await }
/// let mut list = Exchange::new(GetImages::new(), 42);
/// let reply = drive(&mut list, hub, || SystemTime::now().into(), send, sleep).await?;
/// assert!(reply.unwrap().data.is_empty());
/// # Ok(())
/// # }
/// # pollster::block_on(run(&Hub::new("key", "hub")?))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the flow fails.
pub async fn drive<F: Flow, B: AsRef<[u8]>, E: Into<SendFailure>>(
    flow: &mut F,
    hub: &Hub,
    now: impl Fn() -> Timestamp,
    mut send: impl AsyncFnMut(Request<Vec<u8>>) -> Result<Response<B>, E>,
    mut wait: impl AsyncFnMut(Duration),
) -> Result<Option<F::Item>, FlowError> {
    loop {
        if let Some(item) = flow.due(now()) {
            return Ok(Some(item));
        }
        match flow.poll(hub, now())? {
            Step::Send { request, timeout } => {
                let outcome = match within(wait(timeout), send(request)).await {
                    Some(outcome) => outcome.map_err(Into::into),
                    None => Err(timed_out(timeout)),
                };
                if let Some(item) = flow.handle(hub, outcome, now())? {
                    return Ok(Some(item));
                }
            }
            Step::Wait(time) => wait(time).await,
            Step::Done => return Ok(None),
        }
    }
}

/// The output of a future, unless the timer is over before.
pub(crate) async fn within<F: Future>(
    timer: impl Future<Output = ()>,
    future: F,
) -> Option<F::Output> {
    let (mut timer, mut future) = (pin!(timer), pin!(future));
    let mut is_timed = false;
    poll_fn(|context| {
        // A running timer is polled first: a future that is always ready to go on, as under a
        // flood of 1xx responses, uses up tokio's budget of the task, and tokio's timer would not
        // fire after it. The timer isn't polled for a future that is ready at once.
        let is_over = is_timed && timer.as_mut().poll(context).is_ready();
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if is_over => Poll::Ready(None),
            Poll::Pending => {
                is_timed = true;
                timer.as_mut().poll(context).map(|()| None)
            }
        }
    })
    .await
}

pub(crate) fn timed_out(limit: Duration) -> SendFailure {
    SendFailure::maybe_sent("no response within the time limit").timed_out(limit)
}
