//! What is sent.

use std::fmt::Debug;

use cycle_images::flow::{Exchange, Flow, FlowError, SendFailure, Step};
use cycle_images::http::{HeaderName, HeaderValue, Response, header};
use cycle_images::images::GetImages;
use cycle_images::operation::Output;
use cycle_images::{Hub, Operation, Timestamp};
use cycle_images_async::Error;
use cycle_images_tests::operations::{Visit, visit_all};
use cycle_images_tests::raw_server::{Answer, RawServer};
use serde::Serialize;

use super::{EMPTY, Test, once, rename};
use crate::setup::{Make, Setup};

pub(super) fn tests() -> Vec<Test> {
    tests![
        every_operation_is_sent_byte_for_byte,
        path_before_v1_and_user_agent_of_the_hub_are_kept,
        invalid_argument_sends_nothing,
        request_without_room_for_a_header_is_not_sent,
    ]
}

/// Sends each operation, and compares the bytes with what the core builds.
struct Sent(Make);

impl Visit for Sent {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Debug + Serialize, Includes: Debug + Serialize>>
            + Debug
            + 'static,
    {
        let count = operations.len();
        let server = RawServer::start(vec![Answer::json("404 Not Found", "{}"); count]).unwrap();
        let setup = Setup::at(&server.url());
        let hub = setup.hub.clone();
        let client = self.0(setup);
        for operation in &operations {
            assert!(client.call(operation).unwrap_err().is_not_found());
            let request = server.requests().pop().unwrap();
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            let (line, headers) = head.split_once("\r\n").unwrap();
            let mut headers: Vec<String> = headers.lines().map(str::to_lowercase).collect();
            // What a transport can decompress, and what a layer around it adds.
            headers.retain(|line| !["accept-encoding: gzip", "x-mark: 1"].contains(&&**line));
            headers.sort();

            let built = hub.request(operation).unwrap();
            let target = built.uri().path_and_query().unwrap();
            assert_eq!(line, format!("{} {target} HTTP/1.1", built.method()));
            assert_eq!(body.as_bytes(), built.body());
            let mut expected = vec![
                format!("host: {}", server.address()),
                format!("user-agent: {}", client.agent_name()),
            ];
            if !body.is_empty() {
                expected.push(format!("content-length: {}", body.len()));
            }
            expected.extend(built.headers().iter().map(|(name, value)| {
                format!("{name}: {}", value.to_str().unwrap()).to_lowercase()
            }));
            expected.sort();
            assert_eq!(headers, expected);
        }
        assert_eq!(server.requests().len(), count);
    }
}

fn every_operation_is_sent_byte_for_byte(make: Make) {
    visit_all(&mut Sent(make));
}

fn path_before_v1_and_user_agent_of_the_hub_are_kept(make: Make) {
    let server = RawServer::start([Answer::json("200 OK", EMPTY)]).unwrap();
    let mut setup = Setup::at(&format!("{}/cycle/eu/", server.url()));
    setup.hub = setup.hub.with_header(header::USER_AGENT, HeaderValue::from_static("my-app/1.0"));
    let client = make(setup);
    client.call(&GetImages::new()).unwrap();
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET /cycle/eu/v1/images HTTP/1.1\r\n"), "{request}");
    let agent = format!(": my-app/1.0 {}\r\n", client.agent_name());
    assert!(request.contains(&agent), "{request}");
}

fn invalid_argument_sends_nothing(make: Make) {
    let (sandbox, client) = once(make);
    let error = client.call(&GetImages::new().page_size(0)).unwrap_err();
    assert!(matches!(error, Error::Request(_)), "{error:?}");
    assert_eq!(error.to_string(), "GetImages: page[size] is 0; a page holds at least 1");
    assert!(!error.may_have_arrived() && error.response().is_none());
    assert!(sandbox.requests().is_empty());
}

/// A flow of the caller's whose request has as many headers as there can be.
struct Full<F>(F);

impl<F: Flow> Flow for Full<F> {
    type Item = ();

    fn operation(&self) -> &'static str {
        "Full"
    }

    fn poll(&mut self, hub: &Hub, now: Timestamp) -> Result<Step, FlowError> {
        let Step::Send { mut request, timeout } = self.0.poll(hub, now)? else { panic!() };
        let mut names = (0..).map(|n| HeaderName::try_from(format!("x-{n}")).unwrap());
        let mut add = |name| request.headers_mut().try_insert(name, HeaderValue::from_static(""));
        while add(names.next().unwrap()).is_ok() {}
        Ok(Step::Send { request, timeout })
    }

    fn handle_bytes(
        &mut self,
        hub: &Hub,
        outcome: Result<Response<&[u8]>, SendFailure>,
        now: Timestamp,
    ) -> Result<Option<()>, FlowError> {
        self.0.handle(hub, outcome, now).map(|_| None)
    }
}

/// With a body and without.
fn request_without_room_for_a_header_is_not_sent(make: Make) {
    let (sandbox, client) = once(make);
    let is_unsent = |item: Result<(), Error>| {
        let error = item.unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        assert!(!error.may_have_arrived());
    };
    client.run(Full(Exchange::new(GetImages::new(), 7)), is_unsent);
    client.run(Full(Exchange::new(rename(), 7)), is_unsent);
    assert!(sandbox.requests().is_empty());
}
