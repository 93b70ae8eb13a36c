//! Everything of a response is returned, in whatever way it is sent.

use cycle_images::images::GetImages;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Settings};
use cycle_images_tests::support::gzip;

use super::{EMPTY, Test, once, with};
use crate::setup::{Make, Setup};

pub(super) fn tests() -> Vec<Test> {
    tests![
        response_headers_are_returned_unchanged,
        cookies_are_returned_and_never_sent,
        bodies_of_every_framing_are_read,
        compressed_bodies_are_read_if_requested,
        long_list_is_read_whole,
    ]
}

fn response_headers_are_returned_unchanged(make: Make) {
    let head =
        b"HTTP/1.1 203 OK\r\nLink: </a>\r\nX-Latin: caf\xe9\r\nX-Utf: caf\xc3\xa9\r\nX-Empty:\r\n\
        link: </b>, </c>\r\n";
    let answer = [head.as_slice(), b"Content-Length: 12\r\n\r\n", EMPTY.as_bytes()].concat();
    let server = RawServer::start([Answer::new(answer)]).unwrap();
    let reply = make(Setup::at(&server.url())).call(&GetImages::new()).unwrap();
    assert_eq!(reply.status, 203);
    let links: Vec<_> = reply.headers.get_all("link").iter().collect();
    assert_eq!(links, ["</a>", "</b>, </c>"]);
    assert_eq!(reply.headers["x-latin"].as_bytes(), b"caf\xe9");
    assert_eq!(reply.headers["x-utf"].as_bytes(), "café".as_bytes());
    assert_eq!(reply.headers["x-empty"], "");
    assert_eq!(reply.headers["content-length"], "12");
}

fn cookies_are_returned_and_never_sent(make: Make) {
    let (sandbox, client) = once(make);
    sandbox.fault(Fault::answer(200, &[("set-cookie", "a=1"), ("set-cookie", "b=2")], EMPTY));
    let reply = client.call(&GetImages::new()).unwrap();
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    client.call(&GetImages::new()).unwrap();
    assert_eq!(sandbox.requests()[1].header("cookie"), None);
}

fn bodies_of_every_framing_are_read(make: Make) {
    let (head, page) = ("HTTP/1.1 200 OK\r\n", r#"{"data": [7]}"#);
    let interim = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
    let whole = format!("{head}Content-Length: {}\r\n\r\n{page}", page.len());
    let (start, end) = page.split_at(5);
    let chunks = format!("5\r\n{start}\r\n8;x=y\r\n{end}\r\n0\r\nX-End: 1\r\n\r\n");
    let answers = [
        Answer::new(whole.clone()),
        Answer::new(interim.to_owned() + &whole),
        Answer::new(format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}")),
        Answer::new(format!("{head}Connection: close\r\n\r\n{page}")).close(),
    ];
    let count = answers.len();
    let server = RawServer::start(answers).unwrap();
    let client = make(Setup::at(&server.url()));
    for _ in 0..count {
        let reply = client.call(&GetImages::new()).unwrap();
        assert_eq!((reply.data.len(), reply.skipped.len()), (0, 1));
        assert_eq!(reply.skipped[0].json.as_str(), "7");
    }
    assert_eq!(server.requests().len(), count);
}

fn compressed_bodies_are_read_if_requested(make: Make) {
    let (sandbox, client) = once(make);
    client.call(&GetImages::new()).unwrap();
    match sandbox.requests()[0].header("accept-encoding") {
        None => {}
        Some("gzip") => {
            let headers = [("content-encoding".to_owned(), "gzip".to_owned())].to_vec();
            let body = gzip(EMPTY.as_bytes());
            sandbox.fault(Fault::Answer { status: 200, headers, body });
            assert!(client.call(&GetImages::new()).unwrap().data.is_empty());
        }
        other => panic!("{other:?}"),
    }
}

fn long_list_is_read_whole(make: Make) {
    let settings = Settings::default().extra_images(200).page_cap(300);
    let (_sandbox, client) = with(make, settings, |setup| setup);
    let images = client.call(&GetImages::new().page_size(300)).unwrap().data;
    assert_eq!((images.len(), images[207].name.as_str()), (208, "extra-0199"));
}
