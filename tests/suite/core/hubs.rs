//! What is the same for all operations: base URLs, ids in paths, the two headers, and names.

use cycle_images::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header};
use cycle_images::images::{CreateImageJob, GetImage, GetImageBuildLog, GetImages};
use cycle_images::operation::{Empty, Path};
use cycle_images::upload::UploadImage;
use cycle_images::{Hub, ImageId, Operation, Timestamp};
use cycle_images_tests::support::hub;

fn uri(hub: &Hub, operation: &impl Operation) -> String {
    hub.request(operation).unwrap().uri().to_string()
}

#[test]
fn the_base_url_may_have_another_host_a_port_and_a_path_prefix() {
    for (base, expected) in [
        ("https://api.my-company.cycle.io", "https://api.my-company.cycle.io/v1/images"),
        ("https://example.com:8443/", "https://example.com:8443/v1/images"),
        ("https://example.com/cycle/eu", "https://example.com/cycle/eu/v1/images"),
        ("https://example.com/cycle/", "https://example.com/cycle/v1/images"),
        ("http://127.0.0.1:9999", "http://127.0.0.1:9999/v1/images"),
        ("http://[::1]:9999/x", "http://[::1]:9999/x/v1/images"),
        ("http://localhost", "http://localhost/v1/images"),
    ] {
        let hub = hub().with_base_url(base).unwrap();
        assert_eq!(uri(&hub, &GetImages::new()), expected);
        assert_eq!(format!("{}/v1/images", hub.base_url()), expected);
    }
}

#[test]
fn plain_http_to_another_host_is_refused_by_default() {
    let base = "http://10.1.2.3:8080/cycle";
    assert!(hub().with_base_url(base).is_err());
    let hub = hub().with_insecure_base_url(base).unwrap();
    let expected = "http://10.1.2.3:8080/cycle/v1/images?page%5Bsize%5D=5";
    assert_eq!(uri(&hub, &GetImages::new().page_size(5)), expected);
}

#[test]
fn an_id_stays_one_segment_of_the_path() {
    for (id, segment) in [
        ("a/b", "a%2Fb"),
        ("100%", "100%25"),
        ("%2F", "%252F"),
        ("a?b", "a%3Fb"),
        ("a#b", "a%23b"),
        ("a\\b", "a%5Cb"),
        ("../tasks", "..%2Ftasks"),
        ("a b\r\n", "a%20b%0D%0A"),
        ("Büro 画像", "B%C3%BCro%20%E7%94%BB%E5%83%8F"),
        ("...", "..."),
    ] {
        let id = ImageId::new(id).unwrap();
        let image = format!("https://api.cycle.io/v1/images/{segment}");
        assert_eq!(uri(&hub(), &GetImage::new(&id)), image);
        assert_eq!(uri(&hub(), &GetImageBuildLog::new(&id)), format!("{image}/build-log"));
        assert_eq!(uri(&hub(), &CreateImageJob::import(&id)), format!("{image}/tasks"));
    }
}

#[test]
fn key_and_hub_id_are_sent_once_and_the_key_is_sensitive() {
    let request = hub().request(&GetImages::new()).unwrap();
    for (name, expected) in [("authorization", "Bearer the-key"), ("x-hub-id", "the-hub")] {
        let values: Vec<_> = request.headers().get_all(name).iter().collect();
        assert_eq!(values, [expected]);
    }
    assert!(request.headers()["authorization"].is_sensitive());
}

#[test]
fn factory_url_of_the_variables_has_the_rules_of_the_base_url() {
    let hub = |factory: &'static str| {
        Hub::from_variables(move |name| match name {
            "CYCLE_FACTORY_URL" => Some(factory.into()),
            _ => Some("an-id".into()).filter(|_| name != "CYCLE_BASE_URL"),
        })
    };
    let image = r#"{"id": "i1", "state": {"current": "uploading"}, "source": {"type": "direct",
        "details": {"origin": {"type": "cycle-upload", "details": {"token": "t"}}}}}"#;
    let upload = UploadImage::new(&serde_json::from_str(image).unwrap()).unwrap();
    let hub_of = hub("https://factory.my-company.cycle.io:9414/").unwrap();
    let parts = hub_of.upload(&upload, 1, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(parts.request.uri().host(), Some("factory.my-company.cycle.io"));
    for factory in ["http://factory.my-company.cycle.io", "https://a?b", "no URL"] {
        assert_eq!(hub(factory).unwrap_err().argument(), "CYCLE_FACTORY_URL", "{factory}");
    }
}

#[test]
fn a_base_url_that_ends_in_v1_is_refused() {
    for url in ["https://api.cycle.io/v1", "https://api.cycle.io/v1/", "https://a.example/cycle/v1"]
    {
        let error = Hub::new("key", "hub").unwrap().with_base_url(url).unwrap_err();
        assert!(error.to_string().contains("ends in /v1"), "{error}");
    }
    assert!(Hub::new("key", "hub").unwrap().with_base_url("https://api.cycle.io/v10").is_ok());
}

/// Headers of the hub and of the operation are sent; those that identify the caller can't be
/// changed.
#[test]
fn headers_of_the_hub_and_the_operation_are_sent() {
    struct Tagged;

    impl Operation for Tagged {
        const NAME: &'static str = "Tagged";
        const METHOD: Method = Method::DELETE;
        const CAPABILITY: &'static str = "none";
        type Output = Empty;

        fn path(&self, path: &mut Path<'_>) {
            path.literal("/v1/tags").segment("tag", "a b");
        }

        fn headers(&self, headers: &mut HeaderMap) {
            headers.insert("x-tag", HeaderValue::from_static("1"));
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static("mine"));
        }
    }

    let evil = HeaderValue::from_static("mine");
    let hub = hub()
        .with_header(header::USER_AGENT, HeaderValue::from_static("my-app/1.0"))
        .with_header(header::AUTHORIZATION, evil);
    let request = hub.request(&Tagged).unwrap();
    assert_eq!(request.uri().path(), "/v1/tags/a%20b");
    let headers = request.headers();
    assert_eq!(headers["authorization"], "Bearer the-key");
    assert_eq!(
        (&headers["user-agent"], &headers["x-tag"]),
        (&HeaderValue::from_static("my-app/1.0"), &HeaderValue::from_static("1"),)
    );
    assert_eq!(headers.get_all("authorization").iter().count(), 1);
    // An empty 2xx is the success of an operation that returns nothing.
    let reply = hub.response(&Tagged, Response::new("")).unwrap();
    assert_eq!(reply.attempts, 1);
}

#[test]
fn a_sensitive_header_is_not_shown() {
    let mut value = HeaderValue::from_static("secret-of-the-proxy");
    value.set_sensitive(true);
    let hub = hub().with_header(HeaderName::from_static("x-proxy"), value);
    let list = GetImages::new();
    let echo = Response::builder().status(502).body("got secret-of-the-proxy").unwrap();
    let error = hub.response(&list, echo).unwrap_err();
    let shown = format!("{hub:?} {error:?} {} {:?}", error.body().as_str(), hub.request(&list));
    assert!(!shown.contains("secret-of-the-proxy"), "{shown}");
}

/// The HTTP client sets them: two of them could make one request look like two.
#[test]
fn headers_of_the_client_are_refused() {
    for name in [
        "host content-length transfer-encoding connection te trailer keep-alive range",
        "proxy-authorization proxy-connection http2-settings content-encoding accept-encoding",
        "if-none-match if-modified-since",
    ]
    .iter()
    .flat_map(|names| names.split(' '))
    {
        let hub = hub().with_header(HeaderName::from_static(name), HeaderValue::from_static("1"));
        let error = hub.request(&GetImages::new()).unwrap_err();
        assert_eq!(error.argument(), "headers", "{name}");
        assert!(error.to_string().contains(name), "{error}");
    }
    let hub = hub().with_header(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    let request = hub.request(&GetImages::new()).unwrap();
    assert!(!request.headers().contains_key("content-type"));
}

#[test]
fn more_headers_than_a_request_can_have_are_an_error() {
    let mut hub = hub();
    for n in 0..24_600 {
        let name = HeaderName::from_bytes(format!("x-{n}").as_bytes()).unwrap();
        hub = hub.with_header(name, HeaderValue::from_static("1"));
    }
    let error = hub.request(&GetImages::new()).unwrap_err();
    assert_eq!(error.argument(), "headers", "{error}");
}
