//! A transport and a timer that the test controls: without a clock or a connection.

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

/// Responds when the test does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hand(Arc<Mutex<Vec<Sent>>>);

#[derive(Debug)]
struct Sent {
    request: Request<Vec<u8>>,
    answer: Option<oneshot::Sender<Outcome>>,
}

impl Sent {
    fn is_in_flight(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| !answer.is_closed())
    }

    /// The number of the requested page, or 0.
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

    /// Those of them without a response, which aren't dropped.
    pub(crate) fn in_flight(&self) -> Vec<u32> {
        let sent = self.0.lock().unwrap();
        sent.iter().filter(|sent| sent.is_in_flight()).map(Sent::page).collect()
    }

    /// Responds to the request in flight for this page.
    #[track_caller]
    pub(crate) fn answer(&self, page: u32, outcome: Outcome) {
        let mut sent = self.0.lock().unwrap();
        let mut asked = sent.iter_mut().filter(|sent| sent.is_in_flight() && sent.page() == page);
        let sent =
            asked.next().unwrap_or_else(|| panic!("no request for page {page} is in flight"));
        assert!(asked.next().is_none(), "two requests for page {page} are in flight");
        sent.answer.take().unwrap().send(outcome).unwrap();
    }
}

/// A timer whose waits end when the test calls `ring`.
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
    /// The times of all waits so far.
    pub(crate) fn asked(&self) -> Vec<Duration> {
        self.0.lock().unwrap().iter().map(|wait| wait.time).collect()
    }

    /// The times of the waits that haven't ended and aren't dropped.
    pub(crate) fn running(&self) -> Vec<Duration> {
        let asked = self.0.lock().unwrap();
        asked.iter().filter(|wait| wait.is_running()).map(|wait| wait.time).collect()
    }

    /// Ends the only wait.
    #[track_caller]
    pub(crate) fn ring(&self) {
        let mut asked = self.0.lock().unwrap();
        let mut running = asked.iter_mut().filter(|wait| wait.is_running());
        let (Some(wait), None) = (running.next(), running.next()) else { panic!("not one wait") };
        wait.end.take().unwrap().send(()).unwrap();
    }
}

/// A client that retries without waits.
pub(crate) fn by_hand() -> (Client, Hand, Bell) {
    let (hand, bell) = (Hand::default(), Bell::default());
    let hub = Hub::new(crate::KEY, "the-hub").unwrap();
    let client = Client::new(hub, hand.clone(), bell.clone());
    (client.with_retry(at_once()), hand, bell)
}

/// The usual attempts, without waits.
pub(crate) fn at_once() -> RetryPolicy {
    RetryPolicy::default().initial_backoff(Duration::ZERO)
}

/// Polls a stream once.
pub(crate) fn poll<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    Pin::new(stream).poll_next(&mut Context::from_waker(Waker::noop()))
}

/// Polls a future once.
pub(crate) fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// The next item of a stream, which has to be there.
#[track_caller]
pub(crate) fn now<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    match poll(stream) {
        Poll::Ready(item) => item,
        Poll::Pending => panic!("no item is there yet"),
    }
}

/// A stream of pages of images.
pub(crate) trait Pages: Stream<Item = Result<ReplyOf<GetImages>, Error>> + Unpin {}

impl<S: Stream<Item = Result<ReplyOf<GetImages>, Error>> + Unpin> Pages for S {}

/// The ids of the next page, which has to be there.
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
    Err(SendFailure::maybe_sent("the connection was closed"))
}

/// A page of two records.
pub(crate) fn full(number: u32) -> Outcome {
    page(&[&format!("{number}.1"), &format!("{number}.2")])
}

/// A list with the most pages in flight, as after some pages. It is retried without waits.
pub(crate) fn open(list: GetImages) -> List<GetImages> {
    let mut stored = serde_json::to_value(List::new(list, 7).retry(at_once())).unwrap();
    stored["in_flight"] = 16.into();
    serde_json::from_value(stored).unwrap()
}
