//! A transport, a timer and a task that go on when the test says so, and not before: without a
//! clock or a wire.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use cycle_images::Hub;
use cycle_images::flow::{Pages as List, RetryPolicy, SendFailure};
use cycle_images::images::GetImages;
use cycle_images::operation::ReplyOf;
use cycle_images_async::{Client, Error, Timer, Transport};
use futures_util::Stream;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::sync::oneshot;

pub(crate) type Outcome = Result<Response<Vec<u8>>, SendFailure>;

/// What a transport returns.
pub(crate) type Sending = BoxFuture<'static, Outcome>;

/// Answers no request before the test does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hand(Arc<Mutex<Vec<Sent>>>);

#[derive(Debug)]
struct Sent {
    request: Request<Vec<u8>>,
    answer: Option<oneshot::Sender<Outcome>>,
}

impl Sent {
    fn is_under_way(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| !answer.is_closed())
    }

    /// The number of the page that is asked for; 0 if it isn't one.
    fn page(&self) -> u32 {
        let query = self.request.uri().query().unwrap_or_default();
        let mut numbers = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name == "page[number]")
            .map(|(_, number)| number.parse().unwrap());
        numbers.next().unwrap_or_default()
    }
}

impl Transport for Hand {
    fn send(&self, request: Request<Vec<u8>>) -> Sending {
        let (sender, receiver) = oneshot::channel();
        self.0.lock().unwrap().push(Sent { request, answer: Some(sender) });
        Box::pin(async { receiver.await.unwrap() })
    }
}

impl Hand {
    /// The number of the page of every request so far, in the order in which they were sent.
    pub(crate) fn sent(&self) -> Vec<u32> {
        self.0.lock().unwrap().iter().map(Sent::page).collect()
    }

    /// Those of them that are neither answered nor left.
    pub(crate) fn under_way(&self) -> Vec<u32> {
        let sent = self.0.lock().unwrap();
        sent.iter().filter(|sent| sent.is_under_way()).map(Sent::page).collect()
    }

    /// Answers the request for this page that is under way.
    #[track_caller]
    pub(crate) fn answer(&self, page: u32, outcome: Outcome) {
        let mut sent = self.0.lock().unwrap();
        let mut asked = sent.iter_mut().filter(|sent| sent.is_under_way() && sent.page() == page);
        let sent = asked.next().unwrap_or_else(|| panic!("nobody waits for page {page}"));
        assert!(asked.next().is_none(), "page {page} is asked for twice at once");
        sent.answer.take().unwrap().send(outcome).unwrap();
    }
}

/// Rings when the test says so.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bell(Arc<Mutex<Vec<Wait>>>);

#[derive(Debug)]
struct Wait {
    time: Duration,
    end: Option<oneshot::Sender<()>>,
}

impl Wait {
    fn is_running(&self) -> bool {
        self.end.as_ref().is_some_and(|end| !end.is_closed())
    }
}

impl Timer for Bell {
    fn wait(&self, time: Duration) -> BoxFuture<'static, ()> {
        let this = self.clone();
        Box::pin(async move {
            let (sender, receiver) = oneshot::channel();
            this.0.lock().unwrap().push(Wait { time, end: Some(sender) });
            receiver.await.unwrap();
        })
    }
}

impl Bell {
    /// Every time that was asked for so far.
    pub(crate) fn asked(&self) -> Vec<Duration> {
        self.0.lock().unwrap().iter().map(|wait| wait.time).collect()
    }

    /// Those of them that are still waited for.
    pub(crate) fn running(&self) -> Vec<Duration> {
        let asked = self.0.lock().unwrap();
        asked.iter().filter(|wait| wait.is_running()).map(|wait| wait.time).collect()
    }

    /// Ends the one wait there is.
    #[track_caller]
    pub(crate) fn ring(&self) {
        let mut asked = self.0.lock().unwrap();
        let mut running = asked.iter_mut().filter(|wait| wait.is_running());
        let (Some(wait), None) = (running.next(), running.next()) else { panic!("not one wait") };
        wait.end.take().unwrap().send(()).unwrap();
    }
}

/// A client by hand; what it sends again, it sends at once.
pub(crate) fn by_hand() -> (Client, Hand, Bell) {
    let (hand, bell) = (Hand::default(), Bell::default());
    let hub = Hub::new(crate::KEY, "the-hub").unwrap();
    let client = Client::new(hub, hand.clone(), bell.clone());
    (client.with_retry(at_once()), hand, bell)
}

/// The usual tries, without the usual waits.
pub(crate) fn at_once() -> RetryPolicy {
    RetryPolicy::default().initial_backoff(Duration::ZERO)
}

/// Asks a stream once.
pub(crate) fn poll<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    Pin::new(stream).poll_next(&mut Context::from_waker(Waker::noop()))
}

/// Asks a future once.
pub(crate) fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// What a stream has to give by now.
#[track_caller]
pub(crate) fn now<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    match poll(stream) {
        Poll::Ready(item) => item,
        Poll::Pending => panic!("nothing is there yet"),
    }
}

/// The pages of images, as a client turns them.
pub(crate) trait Pages: Stream<Item = Result<ReplyOf<GetImages>, Error>> + Unpin {}

impl<S: Stream<Item = Result<ReplyOf<GetImages>, Error>> + Unpin> Pages for S {}

/// The ids of the page that has to be there by now.
#[track_caller]
pub(crate) fn ids(pages: &mut impl Pages) -> Vec<String> {
    let page = now(pages).unwrap().unwrap_or_else(|error| panic!("{error:?}"));
    page.data.iter().map(|image| image.id.to_string()).collect()
}

pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Outcome {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).map_err(SendFailure::maybe_sent)
}

pub(crate) fn data(data: &Value) -> Outcome {
    answer(200, &[("content-type", "application/json")], &json!({"data": data}).to_string())
}

/// A page of images with these ids.
pub(crate) fn page(ids: &[&str]) -> Outcome {
    let image = |id: &&str| json!({"id": id, "name": id, "state": {"current": "live"}});
    data(&ids.iter().map(image).collect())
}

pub(crate) fn lost() -> Outcome {
    Err(SendFailure::maybe_sent("the peer hung up"))
}

/// A page of two records whose ids tell its number.
pub(crate) fn full(number: u32) -> Outcome {
    page(&[&format!("{number}.1"), &format!("{number}.2")])
}

/// A list of which as many pages may be under way as at most, as after some pages. What is sent
/// again is sent at once.
pub(crate) fn open(list: GetImages) -> List<GetImages> {
    let mut stored = serde_json::to_value(List::new(list, 7).retry(at_once())).unwrap();
    stored["in_flight"] = 16.into();
    serde_json::from_value(stored).unwrap()
}
