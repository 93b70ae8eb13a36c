//! No secret is anywhere but in the request that needs it, whatever a server answers.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod answers;
mod capture;
mod clients;
mod http2;
mod planted;

use std::collections::BTreeSet;
use std::fmt::{Debug, Write};
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::thread;
use std::time::Duration;

use cycle_images::error::report;
use cycle_images::flow::{Exchange, FlowError, JobTracker, JobsTracker, Pages, RetryPolicy};
use cycle_images::http::{HeaderName, HeaderValue};
use cycle_images::images::{CreateImage, GetImages};
use cycle_images::operation::Output;
use cycle_images::recorded::Session;
use cycle_images::upload::UploadImage;
use cycle_images::{Hub, JobId, Operation, SourceId};
use cycle_images_tests::operations::{Visit, visit_all};
use cycle_images_tests::raw_server::RawServer;
use cycle_images_tests::support::shown;

use answers::{Named, answers};
use clients::{Client, KINDS, Kind};
use planted::{HEADER, HUB, KEY, UPLOAD, waiting_image};

/// What other crates write, exactly as SECURITY.md says.
const WRITTEN_BY_OTHERS: [(Kind, &str); 2] = [
    // The URL of an upload, and where a response redirects to.
    (Kind::Ureq, "ureq DEBUG"),
    // Every byte of a request and a response, in hexadecimal.
    (Kind::Ureq, "ureq_proto TRACE"),
];

#[test]
fn secrets_are_only_in_the_requests_that_need_them() {
    capture::start();
    let mut written = Vec::new();
    for kind in KINDS {
        let elsewhere = RawServer::start([]).unwrap();
        let mut search = Search { kind, elsewhere, found: Vec::new(), others: BTreeSet::new() };
        visit_all(&mut search);
        search.upload();
        search.unreachable();
        search.flows();
        assert_eq!(search.elsewhere.requests(), [""; 0], "{kind:?} sent to another host");
        assert_eq!(search.elsewhere.connections(), 0, "{kind:?} connected to another host");
        assert!(search.found.is_empty(), "{kind:?}:\n{}", search.found.join("\n"));
        written.extend(search.others.into_iter().map(|by| (kind, by)));
    }
    written.extend(http2::over_http2().into_iter().map(|by| (Kind::ReqwestOverHttp2, by)));
    let expected = WRITTEN_BY_OTHERS.map(|(kind, by)| (kind, by.to_owned()));
    assert_eq!(written, expected);
}

/// Looks for secrets in the output of one kind of client.
struct Search {
    kind: Kind,
    /// Where redirects point to.
    elsewhere: RawServer,
    /// The places with a secret.
    found: Vec<String>,
    /// The other crates that wrote one, and their levels.
    others: BTreeSet<String>,
}

/// Whether a text has the secret, as it is or as the bytes of a body in decimal.
fn contains(text: &str, secret: &str) -> bool {
    let bytes: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
    text.contains(secret) || text.contains(&bytes.join(", "))
}

impl Search {
    fn hub(&self, platform: &str, factory: &str) -> Hub {
        let mut header = HeaderValue::from_static(HEADER);
        header.set_sensitive(true);
        let hub = Hub::new(KEY, HUB).unwrap().with_base_url(platform).unwrap();
        let hub = hub.with_factory_url(factory).unwrap();
        hub.with_header(HeaderName::from_static("x-proxy-token"), header)
    }

    fn search(&mut self, place: &str, text: &str) {
        if contains(text, "sec-") {
            let at = text.find("sec-").unwrap_or_default();
            let before = text[..at].chars().rev().take(200).collect::<Vec<_>>();
            let before = before.into_iter().rev().collect::<String>();
            self.found.push(format!("{place}: {before}{:.100}", &text[at..]));
        }
    }

    fn search_error(&mut self, place: &str, error: FlowError) {
        let mut text = shown(&error);
        let _ = write!(text, "{error:#?} {} {:#}", report(&error), report(&error));
        if let Some(response) = error.response() {
            let _ = write!(text, "{:?} {:?}", response.kind(), response.headers());
            text.push_str(response.body().as_str());
        }
        self.search(place, &text);
        self.search(place, &panicked(Err::<(), _>(error)));
    }

    /// What a call returned, logged and recorded.
    fn search_outcome(
        &mut self,
        place: &str,
        result: Result<impl Debug, FlowError>,
        session: &Session,
    ) {
        match result {
            Ok(reply) => self.search(place, &format!("{reply:?} {reply:#?}")),
            Err(error) => self.search_error(place, error),
        }
        self.search(place, &format!("{session:?}"));
        self.search_logs(place);
    }

    fn search_logs(&mut self, place: &str) {
        for line in capture::take() {
            if line.by.starts_with("cycle_images") {
                self.search(place, &format!("{line:?}"));
                if line.text.contains(HUB) {
                    self.found.push(format!("{place}: the hub's id in {line:?}"));
                }
            } else if contains(&line.text, "sec-") {
                self.others.insert(line.by);
            }
        }
    }

    fn search_recording(&mut self, place: &str, session: &Session) {
        let har = session.finish().unwrap().unwrap_or_default();
        // What a job's task returns has no documented names, and is kept for the replay.
        let har = har.replace("sec-task-output", "");
        self.search(place, &har);
        if har.contains(HUB) {
            self.found.push(format!("{place}: the hub's id in {har:.2000}"));
        }
    }

    /// Sends a request for each response, by a client that records.
    fn each_answer(
        &mut self,
        name: &str,
        answers: Vec<Named>,
        mut send: impl FnMut(&Client, &mut Self, &str, &Session),
    ) {
        let (names, answers): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
        let server = RawServer::start(answers).unwrap();
        let is_upload = name == UploadImage::NAME;
        let nowhere = self.elsewhere.url();
        let url = server.url();
        let hub = if is_upload { self.hub(&nowhere, &url) } else { self.hub(&url, &nowhere) };
        let session = Session::record();
        let client = Client::new(self.kind, hub, &session);
        for (count, answer) in names.iter().enumerate() {
            send(&client, self, &format!("{name}, {answer}"), &session);
            assert_eq!(server.requests().len(), count + 1, "{name}, {answer}: not sent once");
        }
        self.search_recording(name, &session);
        for request in server.requests() {
            let (not_sent, sent) =
                if is_upload { ([KEY, HEADER], [UPLOAD, HUB]) } else { ([UPLOAD; 2], [KEY, HUB]) };
            assert!(sent.iter().all(|text| request.contains(text)), "{name}: {request}");
            assert!(!not_sent.iter().any(|text| request.contains(text)), "{name}: {request}");
        }
    }

    fn upload(&mut self) {
        let image = waiting_image();
        let line = UPLOAD;
        let echo = format!("token={UPLOAD}");
        let answers = answers(UploadImage::NAME, &echo, line, &self.elsewhere.url());
        self.each_answer(UploadImage::NAME, answers, |client, search, place, session| {
            search.search_outcome(place, client.upload(&image), session);
        });
    }

    /// Without a connection, and without TLS.
    fn unreachable(&mut self) {
        let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let without_tls = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = without_tls.local_addr().unwrap();
        thread::spawn(move || without_tls.incoming().for_each(drop));
        for url in [format!("http://{closed}"), format!("https://{address}")] {
            let session = Session::record();
            let client = Client::new(self.kind, self.hub(&url, &url), &session);
            self.search_outcome(&url, client.call(&GetImages::new()), &session);
            self.search_outcome(&url, client.upload(&waiting_image()), &session);
            self.search_recording(&url, &session);
            let create = CreateImage::new(SourceId::new("s1").unwrap());
            self.search(&url, &client.debug(create.build_arg("TOKEN", "sec-build-argument-1f")));
        }
    }

    /// A stored flow has neither the key nor the hub's id.
    fn flows(&mut self) {
        let server = RawServer::start([]).unwrap();
        let hub = self.hub(&server.url(), &server.url());
        let client = Client::new(self.kind, hub, &Session::record());
        let create = CreateImage::new(SourceId::new("s1").unwrap());
        let (once, job) = (RetryPolicy::disabled(), JobId::new("j1").unwrap());
        let saved = [
            client.saved(Exchange::new(create, 7).retry(once)),
            client.saved(Pages::new(GetImages::new(), 7).retry(once)),
            client.saved(JobsTracker::new([&job], 7).deadline(Duration::from_millis(100))),
            client.saved(JobTracker::new(job, 7).deadline(Duration::from_millis(100))),
        ];
        for saved in saved {
            assert!(!saved.is_empty(), "nothing was saved");
            for text in saved {
                self.search("a stored flow", &text);
                assert!(!text.contains(HUB), "the hub's id in {text}");
            }
        }
        self.search_logs("a stored flow");
    }
}

impl Visit for Search {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Debug, Includes: Debug>> + Debug,
    {
        // The fewest arguments have no secret, unless they are all.
        for operation in operations.iter().skip(usize::from(operations.len() > 1)) {
            self.operation(operation);
        }
    }
}

impl Search {
    fn operation<O>(&mut self, operation: &O)
    where
        O: Operation<Output: Output<Data: Debug, Includes: Debug>> + Debug,
    {
        self.search(O::NAME, &format!("{operation:?} {operation:#?}"));
        let hub = self.hub(&self.elsewhere.url(), &self.elsewhere.url());
        self.search(O::NAME, &format!("{hub:?} {hub:#?}"));
        // The key, the header and the body, as a server can repeat them.
        let body = hub.request(operation).unwrap().into_body();
        let echo = format!("{KEY} {HEADER} {}", String::from_utf8(body).unwrap());
        let line = format!("{KEY}/{HEADER}");
        let answers = answers(O::NAME, &echo, &line, &self.elsewhere.url());
        self.each_answer(O::NAME, answers, |client, search, place, session| {
            search.search_outcome(place, client.call(operation), session);
        });
    }
}

/// The panic message of a program that unwraps an error.
fn panicked(result: Result<(), FlowError>) -> String {
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let panicked = catch_unwind(AssertUnwindSafe(|| result.unwrap()));
    set_hook(hook);
    panicked.unwrap_err().downcast_ref::<String>().unwrap().clone()
}
