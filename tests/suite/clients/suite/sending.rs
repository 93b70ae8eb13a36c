//! What goes over the wire.

use cycle_images::flow::{self, Exchange, Flow, FlowError, Step};
use cycle_images::http::{HeaderName, HeaderValue, Response};
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, UpdateImage,
};
use cycle_images::jobs::GetJob;
use cycle_images::sources::GetImageSource;
use cycle_images::{Hub, ImageId, JobId, Operation, SourceId, Timestamp};
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};

use super::{Test, test};
use crate::driver::Driver;
use crate::setup::{KEY, Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(every_operation_is_sent_as_documented),
        test(a_request_without_a_body_has_no_body_headers),
        test(a_path_in_front_of_v1_is_kept),
        test(an_invalid_argument_sends_nothing),
        test(a_request_without_room_for_a_header_is_not_sent),
    ]
}

fn agent_name<D: Driver>() -> String {
    // The packages of the workspace share their version.
    format!("cycle-images/{} ({})", env!("CARGO_PKG_VERSION"), D::KIND)
}

/// Sends an operation, whatever comes of it, and tells what arrived: method, target and body.
fn sent<D: Driver>(
    sandbox: &Sandbox,
    client: &D,
    operation: &(impl Operation + Clone),
) -> (String, String, String) {
    sandbox.fault(Fault::json(404, "{}"));
    assert!(client.call(operation).is_err());
    let seen = sandbox.requests().pop().unwrap();
    let bearer = format!("Bearer {}", sandbox.api_key());
    assert_eq!(seen.header("authorization"), Some(bearer.as_str()));
    assert_eq!(seen.header("x-hub-id"), Some(sandbox.hub_id()));
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert_eq!(seen.header("user-agent"), Some(agent_name::<D>().as_str()));
    assert_eq!(seen.header("transfer-encoding"), None);
    let length = (seen.length > 0).then(|| seen.length.to_string());
    assert_eq!(seen.header("content-length"), length.as_deref());
    let kind = (seen.length > 0).then_some("application/json");
    assert_eq!(seen.header("content-type"), kind);
    let mut names: Vec<&String> = seen.headers.iter().map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), seen.headers.len(), "{:?}", seen.headers);
    let target = if seen.query.is_empty() { seen.path } else { seen.path + "?" + &seen.query };
    (seen.method, target, String::from_utf8(seen.body).unwrap())
}

fn every_operation_is_sent_as_documented<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = &make(Setup::of(&sandbox));
    let image = ImageId::new("i1").unwrap();
    let (source, job) = (SourceId::new("s1").unwrap(), JobId::new("j1").unwrap());
    let list = GetImages::new().filter_search("a b/é&").sort("-size").page_number(2);
    let prune = r#"{"action":"prune","contents":{"source_ids":["s1"]}}"#;
    let all = [
        (
            sent(&sandbox, client, &list),
            "GET /v1/images?filter%5Bsearch%5D=a+b%2F%C3%A9%26&sort=-size&page%5Bnumber%5D=2",
            "",
        ),
        (
            sent(&sandbox, client, &CreateImage::new(&source).name("wéb")),
            "POST /v1/images",
            r#"{"name":"wéb","source_id":"s1"}"#,
        ),
        (sent(&sandbox, client, &GetImage::new(&image)), "GET /v1/images/i1", ""),
        (
            sent(&sandbox, client, &UpdateImage::new(&image).name("a")),
            "PATCH /v1/images/i1",
            r#"{"name":"a"}"#,
        ),
        (sent(&sandbox, client, &DeleteImage::new(&image)), "DELETE /v1/images/i1", ""),
        (sent(&sandbox, client, &GetImageBuildLog::new(&image)), "GET /v1/images/i1/build-log", ""),
        (
            sent(&sandbox, client, &CreateImageJob::import(&image)),
            "POST /v1/images/i1/tasks",
            r#"{"action":"import"}"#,
        ),
        (
            sent(&sandbox, client, &CreateImagesJob::prune([&source])),
            "POST /v1/images/tasks",
            prune,
        ),
        (sent(&sandbox, client, &GetImageSource::new(&source)), "GET /v1/images/sources/s1", ""),
        (sent(&sandbox, client, &GetJob::new(&job)), "GET /v1/jobs/j1", ""),
    ];
    for ((method, target, body), line, expected) in all {
        assert_eq!((format!("{method} {target}").as_str(), body.as_str()), (line, expected));
    }
}

/// As it goes over the wire, where no server has read it.
fn a_request_without_a_body_has_no_body_headers<D: Driver>(make: Make<D>) {
    let image = r#"{"data": {"id": "i1", "state": {"current": "live"}}}"#;
    let job = r#"{"data": {"action": "delete"}}"#;
    let answers = [image, job].map(|body| Answer::json("200 OK", body));
    let server = RawServer::start(answers).unwrap();
    let client = make(Setup::at(&server.url()));
    let id = ImageId::new("i1").unwrap();
    client.call(&GetImage::new(&id)).unwrap();
    client.call(&DeleteImage::new(&id)).unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for (request, method) in requests.iter().zip(["GET", "DELETE"]) {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let (first, headers) = head.split_once("\r\n").unwrap();
        assert_eq!((first, body), (format!("{method} /v1/images/i1 HTTP/1.1").as_str(), ""));
        let mut headers: Vec<String> = headers.lines().map(str::to_lowercase).collect();
        // The one is what a transport can unpack, the other is of a layer around it.
        headers.retain(|header| !["accept-encoding: gzip", "x-mark: 1"].contains(&&**header));
        headers.sort();
        let expected = [
            "accept: application/json".to_owned(),
            format!("authorization: bearer {KEY}"),
            format!("host: {}", server.address()),
            format!("user-agent: {}", agent_name::<D>()),
            "x-hub-id: the-hub".to_owned(),
        ];
        assert_eq!(headers, expected);
    }
}

fn a_path_in_front_of_v1_is_kept<D: Driver>(make: Make<D>) {
    let server = RawServer::start([Answer::json("200 OK", r#"{"data": []}"#)]).unwrap();
    let client = make(Setup::at(&format!("{}/cycle/eu/", server.url())));
    client.call(&GetImages::new()).unwrap();
    let requests = server.requests();
    assert!(requests[0].starts_with("GET /cycle/eu/v1/images HTTP/1.1\r\n"), "{requests:?}");
}

fn an_invalid_argument_sends_nothing<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let error = client.call(&GetImages::new().page_size(0)).unwrap_err();
    assert!(matches!(error, Error::Request(_)), "{error:?}");
    assert_eq!(error.to_string(), "GetImages: page[size] is 0; a page holds at least 1");
    assert!(!error.may_have_arrived() && error.response().is_none());
    assert!(sandbox.requests().is_empty());
}

/// A flow of the caller's whose request has as many headers as there can be.
struct Full(Exchange<GetImages>);

impl Flow for Full {
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
        outcome: Result<Response<&[u8]>, flow::SendFailure>,
        now: Timestamp,
    ) -> Result<Option<()>, FlowError> {
        self.0.handle(hub, outcome, now).map(|_| None)
    }
}

/// Not even the name of the client.
fn a_request_without_room_for_a_header_is_not_sent<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    make(Setup::of(&sandbox)).run(Full(Exchange::new(GetImages::new(), 7)), |item| {
        let error = item.unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        assert!(!error.may_have_arrived());
    });
    assert!(sandbox.requests().is_empty());
}
