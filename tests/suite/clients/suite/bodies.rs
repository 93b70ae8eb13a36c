//! How large a body may be.

use cycle_images::ImageId;
use cycle_images::images::{GetImageBuildLog, GetImages};
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_tests::support::gzip;

use super::{Test, once, text};
use crate::driver::Client;
use crate::setup::{Make, Setup};

pub(super) fn tests() -> Vec<Test> {
    tests![
        body_limit_holds_for_every_framing,
        body_limit_holds_for_errors_which_are_not_retried,
        default_body_limit_is_64_mib,
        body_limit_may_be_the_largest_number,
    ]
}

const LIMIT: usize = 1000;

/// The document of a build log, this long as a whole.
fn document(length: usize) -> String {
    let (head, tail) = (r#"{"data":{"id":"1","log":""#, r#""}}"#);
    let log = "=".repeat(length - head.len() - tail.len());
    format!("{head}{log}{tail}")
}

fn log_length(client: &Client) -> Result<usize, Error> {
    let log = GetImageBuildLog::new(ImageId::new("1").unwrap());
    Ok(client.call(&log)?.data.log.len())
}

#[track_caller]
fn is_too_large(error: &Error, bytes: u64) {
    let Error::BodyTooLarge { operation: "GetImageBuildLog", limit, .. } = *error else {
        panic!("{error:?}")
    };
    assert_eq!(limit, bytes);
    assert_eq!(
        text(error),
        format!(
            "GetImageBuildLog: the response's body is larger than {bytes} bytes; \
             raise the limit with `with_body_limit` if that is expected"
        )
    );
    assert!(error.may_have_arrived());
}

fn body_limit_holds_for_every_framing(make: Make) {
    let (sandbox, client) = once(make);
    client.call(&GetImages::new()).unwrap();
    let decompresses = sandbox.requests()[0].header("accept-encoding").is_some();
    let head = "HTTP/1.1 200 OK\r\n";
    let framings: [fn(String) -> Vec<u8>; 4] = [
        |body| format!("Content-Length: {}\r\n\r\n{body}", body.len()).into(),
        |body| {
            let (first, second) = body.split_at(700);
            let second = format!("{:x}\r\n{second}\r\n0\r\n\r\n", second.len());
            format!("Transfer-Encoding: chunked\r\n\r\n2bc\r\n{first}\r\n{second}").into()
        },
        |body| format!("Connection: close\r\n\r\n{body}").into(),
        |body| {
            let body = gzip(body.as_bytes());
            let head = format!("Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
            [head.as_bytes(), &body].concat()
        },
    ];
    for framing in &framings[..3 + usize::from(decompresses)] {
        for length in [LIMIT - 1, LIMIT, LIMIT + 1] {
            let answer = [head.as_bytes(), &framing(document(length))].concat();
            let server = RawServer::start([Answer::new(answer).close()]).unwrap();
            let read = log_length(&make(Setup::at(&server.url()).body_limit(LIMIT as u64)));
            match length > LIMIT {
                true => is_too_large(&read.unwrap_err(), LIMIT as u64),
                false => assert_eq!(read.unwrap(), length - 28),
            }
        }
    }
}

fn body_limit_holds_for_errors_which_are_not_retried(make: Make) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).body_limit(LIMIT as u64).retrying());
    sandbox.fault(Fault::answer(502, &[], &"x".repeat(LIMIT + 1)));
    is_too_large(&log_length(&client).unwrap_err(), LIMIT as u64);
    assert_eq!(sandbox.requests().len(), 1);
}

fn default_body_limit_is_64_mib(make: Make) {
    let endless = Answer::new("HTTP/1.1 200 OK\r\n\r\n").endlessly(vec![b' '; 1 << 16]);
    let server = RawServer::start([endless]).unwrap();
    is_too_large(&log_length(&make(Setup::at(&server.url()))).unwrap_err(), 64 << 20);
}

fn body_limit_may_be_the_largest_number(make: Make) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).body_limit(u64::MAX));
    sandbox.fault(Fault::json(200, &document(LIMIT)));
    assert_eq!(log_length(&client).unwrap(), 972);
}
