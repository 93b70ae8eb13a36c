//! That all of an answer comes back, in whatever way it is sent.

use std::io::Write;

use cycle_images::images::GetImages;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Test, test};
use crate::driver::Driver;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(every_header_is_returned),
        test(header_values_that_are_not_ascii_are_returned_unchanged),
        test(cookies_are_returned_to_the_caller_and_never_sent),
        test(a_body_of_any_framing_is_read),
        test(a_body_may_follow_an_interim_response),
        test(a_body_is_compressed_only_on_request),
        test(a_long_list_is_read_whole),
    ]
}

const EMPTY: &str = r#"{"data": []}"#;

fn every_header_is_returned<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let headers = [
        ("content-type", "application/json"),
        ("x-request-id", "r-1"),
        ("link", "</a>"),
        ("x-ratelimit-remaining", "41"),
        ("link", "</b>, </c>"),
    ];
    sandbox.fault(Fault::answer(203, &headers, EMPTY));
    let reply = make(Setup::of(&sandbox)).call(&GetImages::new()).unwrap();
    assert_eq!(reply.status, 203);
    let links: Vec<_> = reply.headers.get_all("link").iter().collect();
    assert_eq!(links, ["</a>", "</b>, </c>"]);
    assert_eq!(reply.headers["x-request-id"], "r-1");
    assert_eq!(reply.headers["x-ratelimit-remaining"], "41");
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.headers["content-length"], "12");
}

fn header_values_that_are_not_ascii_are_returned_unchanged<D: Driver>(make: Make<D>) {
    let head = b"HTTP/1.1 200 OK\r\nX-Latin: caf\xe9\r\nX-Utf: caf\xc3\xa9\r\nX-Empty:\r\n";
    let answer = [head.as_slice(), b"Content-Length: 12\r\n\r\n", EMPTY.as_bytes()].concat();
    let server = RawServer::start([Answer::new(answer)]).unwrap();
    let reply = make(Setup::at(&server.url())).call(&GetImages::new()).unwrap();
    assert_eq!(reply.headers["x-latin"].as_bytes(), b"caf\xe9");
    assert_eq!(reply.headers["x-utf"].as_bytes(), "café".as_bytes());
    assert_eq!(reply.headers["x-empty"], "");
}

fn cookies_are_returned_to_the_caller_and_never_sent<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    sandbox.fault(Fault::answer(200, &[("set-cookie", "a=1"), ("set-cookie", "b=2")], EMPTY));
    let reply = client.call(&GetImages::new()).unwrap();
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    client.call(&GetImages::new()).unwrap();
    assert_eq!(sandbox.requests()[1].header("cookie"), None);
}

fn a_body_of_any_framing_is_read<D: Driver>(make: Make<D>) {
    let (head, page) = ("HTTP/1.1 200 OK\r\n", r#"{"data": [7]}"#);
    let answers = [
        Answer::new(format!("{head}Content-Length: {}\r\n\r\n{page}", page.len())),
        Answer::new(format!(
            "{head}Transfer-Encoding: chunked\r\n\r\n5\r\n{}\r\n8;x=y\r\n{}\r\n0\r\nX-End: 1\r\n\r\n",
            &page[..5],
            &page[5..]
        )),
        Answer::new(format!("{head}Connection: close\r\n\r\n{page}")).close(),
    ];
    let server = RawServer::start(answers).unwrap();
    let client = make(Setup::at(&server.url()));
    for _ in 0..3 {
        let reply = client.call(&GetImages::new()).unwrap();
        assert_eq!((reply.data.len(), reply.skipped.len()), (0, 1));
        assert_eq!(reply.skipped[0].json.as_str(), "7");
    }
    assert_eq!(server.requests().len(), 3);
}

fn a_body_may_follow_an_interim_response<D: Driver>(make: Make<D>) {
    let interim = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
    let answer = format!("{interim}HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{EMPTY}");
    let server = RawServer::start([Answer::new(answer)]).unwrap();
    let reply = make(Setup::at(&server.url())).call(&GetImages::new()).unwrap();
    assert_eq!((reply.status.as_u16(), reply.data.len()), (200, 0));
}

/// And what is asked for is understood.
fn a_body_is_compressed_only_on_request<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    client.call(&GetImages::new()).unwrap();
    match sandbox.requests()[0].header("accept-encoding") {
        None => {}
        Some("gzip") => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(EMPTY.as_bytes()).unwrap();
            let headers = [("content-encoding".to_owned(), "gzip".to_owned())].to_vec();
            let body = encoder.finish().unwrap();
            sandbox.fault(Fault::Answer { status: 200, headers, body });
            assert!(client.call(&GetImages::new()).unwrap().data.is_empty());
        }
        other => panic!("{other:?}"),
    }
}

fn a_long_list_is_read_whole<D: Driver>(make: Make<D>) {
    let settings = cycle_images_tests::sandbox::Settings::default();
    let sandbox = Sandbox::with(settings.extra_images(200).page_cap(300)).unwrap();
    let images = make(Setup::of(&sandbox)).call(&GetImages::new().page_size(300)).unwrap().data;
    assert_eq!((images.len(), images[207].name.as_str()), (208, "extra-0199"));
}
