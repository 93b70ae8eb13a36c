//! Neither the API key nor the token of an upload is shown, by whatever may be looked at.

use std::any::Any;
use std::fmt::Debug;
use std::future::ready;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cycle_images::flow::RetryPolicy;
use cycle_images::images::{CreateImage, GetImages};
use cycle_images::{JobId, SourceId};
use cycle_images_async::{Body, Client, Error, Reqwest, Tokio, Tower, Transport};
use cycle_images_tests::raw_server::{Answer, RawServer};
use http::{Request, Response};

use crate::manual_transport::{Sending, by_hand, poll};
use crate::upload_fixtures::{TOKEN, bytes, image, of};
use crate::{KEY, hub_of, runtime, shown};

/// A place that fails whoever comes, and what keeps it up.
type Place = (String, Box<dyn Any>);

fn saying(bytes: &str) -> Place {
    let server = RawServer::start(vec![Answer::new(bytes).close(); 12]).unwrap();
    (server.url(), Box::new(server))
}

fn holding(bytes: &str) -> Place {
    let server = RawServer::start(vec![Answer::new(bytes).hold(); 2]).unwrap();
    (server.url(), Box::new(server))
}

fn nowhere() -> Place {
    let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    (format!("http://{}", closed.local_addr().unwrap()), Box::new(()))
}

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

#[track_caller]
fn hides(what: &impl Debug) {
    let shown = format!("{what:?}{what:#?}");
    assert!(!shown.contains(KEY) && !shown.contains(TOKEN), "{shown}");
}

#[track_caller]
fn error_hides(secret: &str, error: &Error) {
    let shown = shown(error);
    assert!(!shown.contains(secret), "{shown}");
}

/// Calls and uploads that fail at this place.
fn fails_in_silence<T: Transport + Debug + 'static>(place: fn() -> Place, transport: fn() -> T) {
    let client = || {
        let (url, keeper) = place();
        let hub = hub_of(&url).with_factory_url(&url).unwrap();
        let client = Client::new(hub, transport(), Tokio);
        (client.with_retry(RetryPolicy::disabled()), keeper)
    };
    let (create, image) = (CreateImage::new(SourceId::new("s1").unwrap()), image());
    runtime().block_on(async {
        let (client, _keeper) = client();
        error_hides(KEY, &client.call(&create).await.unwrap_err());
        hides(&client);
    });
    runtime().block_on(async {
        let (client, _keeper) = client();
        // A factory that answers in odd ways has answered all the same.
        if let Err(error) = client.upload(&image, of(&bytes(1000), 100)).await {
            error_hides(TOKEN, &error);
        }
        hides(&client);
    });
}

fn built(build: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder) -> Reqwest {
    Reqwest::with_client(build(reqwest::Client::builder()).build().unwrap())
}

/// Errors of a reqwest client with settings of its own, which name URLs as a rule.
#[test]
fn a_clients_own_errors_show_neither() {
    const BRIEF: Duration = Duration::from_millis(50);
    let hurried = || built(|client| client.timeout(BRIEF));
    let impatient = || built(|client| client.read_timeout(BRIEF));
    for place in [|| holding(""), || holding(HEAD), || holding("HTTP/1.1 200 OK\r\n\r\n{")] {
        fails_in_silence(place, hurried);
        fails_in_silence(place, impatient);
    }
    let secure = || built(|client| client.https_only(true));
    fails_in_silence(nowhere, secure);
    let following = || built(|client| client);
    fails_in_silence(|| redirecting("/"), following);
    fails_in_silence(|| redirecting("ftp://me:pw@example.com/"), following);
    fails_in_silence(|| redirecting("http://127.0.0.1:1/"), following);
    fails_in_silence(|| redirecting("http://[/"), following);
}

/// A redirect that repeats what it was asked: to a GET, so that an upload's is followed, too.
fn redirecting(to: &str) -> Place {
    saying(&format!(
        "HTTP/1.1 303 See Other\r\nLocation: {to}?token={TOKEN}&key={KEY}\r\n\
         Content-Length: 0\r\n\r\n"
    ))
}

/// A transport of the program's own, which looks at what it is given.
#[derive(Clone, Default)]
struct Looking(Arc<Mutex<Vec<String>>>);

impl Transport for Looking {
    fn send(&self, _: Request<Vec<u8>>) -> Sending {
        Box::pin(ready(Ok(Response::default())))
    }

    fn upload(&self, request: Request<Body>) -> Sending {
        let body = format!("{:?}{:?}", request.body(), request.headers());
        self.0.lock().unwrap().push(body);
        Box::pin(ready(Ok(Response::default())))
    }
}

#[test]
fn no_debug_output_shows_a_secret() {
    let (client, hand, _) = by_hand();
    let (mut pages, mut items) = (client.pages(GetImages::new()), client.items(GetImages::new()));
    let mut track = client.track_job(&JobId::new("j1").unwrap());
    let nothing_yet = poll(&mut pages).is_pending() && poll(&mut items).is_pending();
    assert!(nothing_yet && poll(&mut track).is_pending());
    assert_eq!(hand.sent().len(), 3);
    hides(&pages);
    hides(&items);
    hides(&track);
    // Each says what it is, all the same.
    assert!(format!("{pages:?}").contains("Pages") && format!("{items:?}").contains("Items"));
    hides(&pages.into_flow());
    hides(&client);

    hides(&of(&bytes(1000), 100));
    assert!(format!("{:?}", of(&bytes(1000), 100)).contains("1000"));
    let looking = Looking::default();
    let hub = hub_of("http://core.invalid").with_factory_url("http://127.0.0.1:1").unwrap();
    let client = Client::new(hub, looking.clone(), Tokio);
    // It looks at the body and takes nothing of it.
    runtime().block_on(client.upload(&image(), of(&bytes(1000), 100))).unwrap_err();
    let seen = looking.0.lock().unwrap().concat();
    assert!(!seen.contains(KEY) && !seen.contains(TOKEN), "{seen}");
    assert!(seen.starts_with("Body"), "{seen}");
}

#[test]
fn debug_names_each_part_of_a_client() {
    let (client, ..) = by_hand();
    for (shown, start) in [
        (format!("{client:?}"), "Client { hub: Hub {"),
        (format!("{:?}", Tower::new("service")), "Tower { service: \"service\", .. }"),
    ] {
        assert!(shown.starts_with(start), "{shown}");
    }
}
