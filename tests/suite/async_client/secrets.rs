//! Errors of reqwest clients of the program's own, which name URLs, and `Debug` of all parts.

use std::fmt::Debug;
use std::future::ready;
use std::net::TcpListener;
use std::time::Duration;

use cycle_images::JobId;
use cycle_images::flow::RetryPolicy;
use cycle_images::images::{DeleteImage, GetImages};
use cycle_images_async::{Body, Client, Reqwest, Tokio, Tower, Transport};
use cycle_images_tests::raw_server::{Answer, RawServer};
use http::{Request, Response};

use crate::manual_transport::{Sending, by_hand, poll};
use crate::upload_fixtures::{TOKEN, image, of, tar_bytes};
use crate::{KEY, block_on, hub_of, shown};

#[track_caller]
fn hides(text: &str) {
    assert!(!text.contains(KEY) && !text.contains(TOKEN), "{text}");
}

/// A call and an upload that fail at this URL.
#[track_caller]
fn fails_without_secrets(
    url: &str,
    build: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) {
    let transport = Reqwest::from_client(build(reqwest::Client::builder()).build().unwrap());
    let hub = hub_of(url).with_factory_url(url).unwrap();
    let client = Client::new(hub, transport, Tokio).with_retry(RetryPolicy::disabled());
    let delete = DeleteImage::new(image().id);
    block_on(async {
        // A response to a call may show any token: it isn't one of its secrets.
        let error = client.call(&delete).await.unwrap_err();
        assert!(!shown(&error).contains(KEY), "{error:?}");
        // A factory that responds in odd ways has responded nevertheless.
        if let Err(error) = client.upload(&image(), of(&tar_bytes(1000), 100)).await {
            assert!(!shown(&error).contains(TOKEN), "{error:?}");
        }
    });
    hides(&format!("{client:?}{client:#?}"));
}

#[test]
fn errors_of_reqwest_show_no_secrets() {
    const BRIEF: Duration = Duration::from_millis(50);
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    for start in ["", head, "HTTP/1.1 200 OK\r\n\r\n{"] {
        let silent = RawServer::start(vec![Answer::new(start).hold(); 4]).unwrap();
        fails_without_secrets(&silent.url(), |builder| builder.timeout(BRIEF));
        fails_without_secrets(&silent.url(), |builder| builder.read_timeout(BRIEF));
    }
    let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    fails_without_secrets(&format!("http://{closed}"), |builder| builder.https_only(true));
    // To a GET, so that the redirect of an upload is followed, too.
    for to in ["/", "ftp://me:pw@example.com/", "http://127.0.0.1:1/", "http://[/"] {
        let redirect = format!(
            "HTTP/1.1 303 See Other\r\nLocation: {to}?token={TOKEN}&key={KEY}\r\n\
             Content-Length: 0\r\n\r\n"
        );
        let server = RawServer::start(vec![Answer::new(redirect).close(); 24]).unwrap();
        fails_without_secrets(&server.url(), |builder| builder);
    }
}

/// Shows the request of an upload in its error.
struct Showing;

impl Transport for Showing {
    fn send(&self, _: Request<Vec<u8>>) -> Sending {
        Box::pin(ready(Ok(Response::default())))
    }

    fn upload(&self, request: Request<Body>) -> Sending {
        let shown = format!("{:?}{:?}", request.body(), request.headers());
        assert!(shown.starts_with("Body"), "{shown}");
        hides(&shown);
        Box::pin(ready(Ok(Response::default())))
    }
}

#[test]
fn debug_names_each_part_and_shows_no_secrets() {
    let (client, ..) = by_hand();
    let (mut pages, mut items) = (client.pages(GetImages::new()), client.items(GetImages::new()));
    let mut track = client.track_job(&JobId::new("j1").unwrap());
    assert!(poll(&mut pages).is_pending() && poll(&mut items).is_pending());
    assert!(poll(&mut track).is_pending());
    let tar = of(&tar_bytes(1000), 100);
    let tower = Tower::new("service");
    let parts: [(&dyn Debug, &str); 6] = [
        (&client, "Client { hub: Hub {"),
        (&pages, "FlowStream { flow: Pages {"),
        (&items, "Items"),
        (&track, "FlowStream { flow: JobTracker"),
        (&tar, "Tar { size: 1000"),
        (&tower, "Tower { service: \"service\", .. }"),
    ];
    for (part, start) in parts {
        let shown = format!("{part:?}");
        assert!(shown.starts_with(start), "{shown}");
        hides(&shown);
    }
    let hub = hub_of("http://core.invalid").with_factory_url("http://127.0.0.1:1").unwrap();
    let client = Client::new(hub, Showing, Tokio);
    block_on(client.upload(&image(), tar)).unwrap_err();
}
