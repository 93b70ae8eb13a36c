//! Requests as the platform's own clients write them.

use std::io::{Read, Write};
use std::net::TcpStream;

use cycle_images_tests::sandbox::{Sandbox, Settings};

/// The status of a request that is written byte for byte, with a body if it has a length.
fn status(sandbox: &Sandbox, line: &str, headers: &str) -> String {
    let address = sandbox.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let (key, hub) = (sandbox.api_key(), sandbox.hub_id());
    let body = if headers.contains("Content-Length") { "{}" } else { "" };
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nX-Hub-Id: {hub}\r\n\
         {headers}Connection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response[9..12].to_owned()
}

/// TypeScript 0.3.25, with an empty search box.
const TYPESCRIPT: &str = "GET /v1/images?include=creators&include=sources&page[size]=20&page[number]=1&\
                          filter[state]=live%2Cbuilding&filter[search]=";
const GO: &str = "GET /v1/images?filter%5Bsearch%5D=shop+api&filter%5Bstate%5D=live%2Cbuilding&\
                  include=creators&include=sources&page%5Bnumber%5D=1&page%5Bsize%5D=20";
/// JavaScript 1.12.
const JAVASCRIPT: &str = "GET /v1/images?include=creators%2Csources&page%5Bsize%5D=20";
const CONTENT_TYPE: &str = "Content-Type: application/json\r\n";

#[test]
fn a_lenient_sandbox_accepts_requests_of_official_clients() {
    let sandbox = Sandbox::with(Settings::default().lenient()).unwrap();
    let bare = format!("GET /v1/images/sources/{}?", sandbox.source_id());
    for (line, headers) in [
        (TYPESCRIPT, ""),
        (GO, ""),
        (JAVASCRIPT, CONTENT_TYPE),
        (&bare, CONTENT_TYPE),
        ("GET /v1/images?&include=creators&", ""),
        (GO, "Content-Length: 2\r\n"),
    ] {
        assert_eq!(status(&sandbox, line, headers), "200", "{line}");
    }
}

#[test]
fn a_strict_sandbox_refuses_malformed_requests_of_official_clients() {
    let sandbox = Sandbox::start().unwrap();
    let bare = format!("GET /v1/images/sources/{}?", sandbox.source_id());
    assert_eq!(status(&sandbox, TYPESCRIPT, ""), "422");
    assert_eq!(status(&sandbox, GO, ""), "200");
    assert_eq!(status(&sandbox, JAVASCRIPT, CONTENT_TYPE), "400");
    assert_eq!(status(&sandbox, JAVASCRIPT, "Content-Length: 2\r\n"), "400");
    assert_eq!(status(&sandbox, &bare, ""), "422");
}
