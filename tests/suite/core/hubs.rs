//! What is the same for all operations: base URLs, ids in paths, the two headers, and names.

use cycle_images::http::Method;
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, UpdateImage,
};
use cycle_images::upload::UploadImage;
use cycle_images::{Hub, ImageId, Operation, SourceId, Timestamp};
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
        assert_eq!(uri(&hub(), &UpdateImage::new(&id).name("x")), image);
        assert_eq!(uri(&hub(), &DeleteImage::new(&id)), image);
        assert_eq!(uri(&hub(), &GetImageBuildLog::new(&id)), format!("{image}/build-log"));
        assert_eq!(uri(&hub(), &CreateImageJob::import(&id)), format!("{image}/tasks"));
    }
}

#[test]
fn an_id_stays_one_value_of_the_query() {
    let operation = GetImages::new().filter_source_id(SourceId::new("a&b=c,d%é").unwrap());
    let expected = "https://api.cycle.io/v1/images?filter%5Bsource_id%5D=a%26b%3Dc%2Cd%25%C3%A9";
    assert_eq!(uri(&hub(), &operation), expected);
}

#[test]
fn key_and_hub_id_are_sent_once_each_and_the_key_is_marked_sensitive() {
    fn check(operation: &impl Operation) {
        let request = hub().request(operation).unwrap();
        let values = |name| {
            let values = request.headers().get_all(name).iter();
            values.map(|value| value.to_str().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(values("authorization"), ["Bearer the-key"]);
        assert_eq!(values("x-hub-id"), ["the-hub"]);
        assert!(request.headers()["authorization"].is_sensitive());
    }
    let id = ImageId::new("1").unwrap();
    check(&GetImages::new());
    check(&GetImage::new(&id));
    check(&DeleteImage::new(&id));
    check(&UpdateImage::new(&id));
    check(&CreateImageJob::import(&id));
}

#[test]
fn a_hub_of_the_variables_that_people_already_use() {
    let hub = Hub::from_variables(|name| match name {
        "CYCLE_API_KEY" => Some("the-key".into()),
        "CYCLE_HUB_ID" => Some("the-hub".into()),
        "CYCLE_BASE_URL" => Some("https://api.my-company.cycle.io/".into()),
        _ => None,
    })
    .unwrap();
    assert_eq!(hub.id().as_str(), "the-hub");
    let request = hub.request(&GetImages::new()).unwrap();
    assert_eq!(request.uri(), "https://api.my-company.cycle.io/v1/images");
    assert_eq!(request.headers()["authorization"], "Bearer the-key");
    assert_eq!(request.headers()["x-hub-id"], "the-hub");
}

#[test]
fn the_factory_of_the_variables_has_the_rules_of_the_base_url() {
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

#[test]
fn names_methods_and_capabilities_are_the_documented_ones() {
    fn of<O: Operation>() -> (&'static str, Method, &'static str) {
        (O::NAME, O::METHOD, O::CAPABILITY)
    }
    assert_eq!(of::<GetImages>(), ("GetImages", Method::GET, "images-view"));
    assert_eq!(of::<CreateImage>(), ("CreateImage", Method::POST, "images-manage"));
    assert_eq!(of::<GetImage>(), ("GetImage", Method::GET, "images-view"));
    assert_eq!(of::<UpdateImage>(), ("UpdateImage", Method::PATCH, "images-manage"));
    assert_eq!(of::<DeleteImage>(), ("DeleteImage", Method::DELETE, "images-manage"));
    assert_eq!(of::<GetImageBuildLog>(), ("GetImageBuildLog", Method::GET, "images-view"));
    assert_eq!(of::<CreateImagesJob>(), ("CreateImagesJob", Method::POST, "images-manage"));
    assert_eq!(of::<CreateImageJob>(), ("CreateImageJob", Method::POST, "images-import"));
}

/// Headers of the hub and of the operation are sent; those that identify the caller can't be
/// changed.
#[test]
fn headers_of_the_hub_and_the_operation_are_sent() {
    use cycle_images::http::{HeaderMap, HeaderValue, Method, header};
    use cycle_images::operation::{Empty, Path};

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
    let reply = hub.response(&Tagged, cycle_images::http::Response::new("")).unwrap();
    assert_eq!(reply.attempts, 1);
}

#[test]
fn a_sensitive_header_is_not_shown() {
    use cycle_images::http::{HeaderName, HeaderValue, Response};

    let mut value = HeaderValue::from_static("secret-of-the-proxy");
    value.set_sensitive(true);
    let hub = hub().with_header(HeaderName::from_static("x-proxy"), value);
    let list = cycle_images::images::GetImages::new();
    let echo = Response::builder().status(502).body("got secret-of-the-proxy").unwrap();
    let error = hub.response(&list, echo).unwrap_err();
    let shown = format!("{hub:?} {error:?} {} {:?}", error.body().as_str(), hub.request(&list));
    assert!(!shown.contains("secret-of-the-proxy"), "{shown}");
}

/// Those are the HTTP client's: two of them could make one request look like two.
#[test]
fn headers_of_the_connection_are_refused() {
    use cycle_images::http::{HeaderValue, header};

    for name in
        [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION]
    {
        let hub = hub().with_header(name.clone(), HeaderValue::from_static("1"));
        let error = hub.request(&cycle_images::images::GetImages::new()).unwrap_err();
        assert_eq!(error.argument(), "headers");
        assert!(error.to_string().contains(name.as_str()), "{error}");
    }
    let hub = hub().with_header(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    let request = hub.request(&cycle_images::images::GetImages::new()).unwrap();
    assert!(!request.headers().contains_key("content-type"));
}

#[test]
fn headers_that_are_not_the_programs_are_refused() {
    use cycle_images::http::{HeaderName, HeaderValue};

    for name in [
        "TE",
        "Trailer",
        "Keep-Alive",
        "Proxy-Authorization",
        "Proxy-Connection",
        "HTTP2-Settings",
        "Content-Encoding",
        "Accept-Encoding",
        "Range",
        "If-None-Match",
        "If-Modified-Since",
    ] {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        let hub = hub().with_header(name.clone(), HeaderValue::from_static("x"));
        let error = hub.request(&GetImages::new()).unwrap_err();
        assert_eq!(error.argument(), "headers", "{name}");
        assert!(error.to_string().contains(name.as_str()), "{error}");
    }
}

#[test]
fn more_headers_than_a_request_can_have_are_an_error() {
    use cycle_images::http::{HeaderName, HeaderValue};

    let mut hub = hub();
    for n in 0..24_600 {
        let name = HeaderName::from_bytes(format!("x-{n}").as_bytes()).unwrap();
        hub = hub.with_header(name, HeaderValue::from_static("1"));
    }
    let error = hub.request(&GetImages::new()).unwrap_err();
    assert_eq!(error.argument(), "headers", "{error}");
}

/// The path may have a token in it.
#[test]
fn debug_of_an_origins_url_shows_scheme_and_host_alone() {
    use cycle_images::model::Origin;

    for (url, shown) in [
        ("https://git.example.com/t0ken/a.git?b=c", "\"https://git.example.com/[redacted]\""),
        ("https://user:pass@git.example.com", "\"https://[redacted]@git.example.com\""),
    ] {
        let origin =
            format!(r#"{{"type": "docker-file", "details": {{"repo": {{"url": "{url}"}}}}}}"#);
        let origin: Origin = serde_json::from_str(&origin).unwrap();
        let debug = format!("{origin:?}");
        assert!(debug.contains(shown), "{debug}");
        assert!(!debug.contains("t0ken") && !debug.contains("pass@"), "{debug}");
    }
}
