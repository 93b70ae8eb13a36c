//! How large an answer may be.

use std::io::Write;

use cycle_images::ImageId;
use cycle_images::images::GetImageBuildLog;
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Test, failure, quick, said, test};
use crate::driver::Driver;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(a_body_may_be_as_large_as_the_limit_and_not_a_byte_larger),
        test(the_limit_holds_for_a_body_of_any_framing),
        test(the_limit_applies_to_the_decompressed_body),
        test(an_error_has_the_same_limit),
        test(an_endless_body_is_read_up_to_the_limit),
        test(no_limit_is_possible),
    ]
}

const LIMIT: usize = 1000;

/// The document of a build log that is so many bytes long as a whole.
fn document(length: usize) -> String {
    let (head, tail) = (r#"{"data":{"id":"1","log":""#, r#""}}"#);
    let log = "=".repeat(length - head.len() - tail.len());
    format!("{head}{log}{tail}")
}

fn log_length(client: &impl Driver) -> Result<usize, Error> {
    let log = GetImageBuildLog::new(ImageId::new("1").unwrap());
    Ok(client.call(&log)?.data.log.len())
}

#[track_caller]
fn names_the_limit(error: &Error) {
    match error {
        Error::BodyTooLarge { operation, limit, .. } => {
            assert_eq!((*operation, *limit), ("GetImageBuildLog", LIMIT as u64));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        said(error),
        "GetImageBuildLog: the response's body is larger than 1000 bytes; \
         raise the limit with `with_body_limit` if that is expected"
    );
    assert!(error.may_have_arrived());
}

fn a_body_may_be_as_large_as_the_limit_and_not_a_byte_larger<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).body_limit(LIMIT as u64).retry(quick()));
    sandbox.fault(Fault::json(200, &document(LIMIT)));
    sandbox.fault(Fault::json(200, &document(LIMIT + 1)));
    sandbox.fault(Fault::json(200, &document(LIMIT - 1)));
    assert_eq!(log_length(&client).unwrap(), 972);
    names_the_limit(&log_length(&client).unwrap_err());
    assert_eq!(log_length(&client).unwrap(), 971);
    assert_eq!(sandbox.requests().len(), 3);
}

fn the_limit_holds_for_a_body_of_any_framing<D: Driver>(make: Make<D>) {
    let head = "HTTP/1.1 200 OK\r\n";
    let chunked = |length: usize| {
        let body = document(length);
        let (first, second) = body.split_at(700);
        let second = format!("{:x}\r\n{second}\r\n0\r\n\r\n", second.len());
        Answer::new(format!("{head}Transfer-Encoding: chunked\r\n\r\n2bc\r\n{first}\r\n{second}"))
    };
    let unframed = |length: usize| {
        Answer::new(format!("{head}Connection: close\r\n\r\n{}", document(length))).close()
    };
    for answer in [chunked(LIMIT), unframed(LIMIT)] {
        let server = RawServer::start([answer]).unwrap();
        let client = make(Setup::at(&server.url()).body_limit(LIMIT as u64));
        assert_eq!(log_length(&client).unwrap(), 972);
    }
    for answer in [chunked(LIMIT + 1), unframed(LIMIT + 1)] {
        let server = RawServer::start([answer]).unwrap();
        let client = make(Setup::at(&server.url()).body_limit(LIMIT as u64));
        names_the_limit(&log_length(&client).unwrap_err());
    }
}

/// By a client that asks for packed bodies at all.
fn the_limit_applies_to_the_decompressed_body<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).body_limit(LIMIT as u64));
    failure(&client);
    if sandbox.requests()[0].header("accept-encoding").is_none() {
        return;
    }
    for length in [LIMIT, LIMIT + 1] {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(document(length).as_bytes()).unwrap();
        let headers = [("content-encoding".to_owned(), "gzip".to_owned())].to_vec();
        let body = encoder.finish().unwrap();
        assert!(body.len() < LIMIT);
        sandbox.fault(Fault::Answer { status: 200, headers, body });
    }
    assert_eq!(log_length(&client).unwrap(), 972);
    names_the_limit(&log_length(&client).unwrap_err());
}

fn an_error_has_the_same_limit<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).body_limit(LIMIT as u64).retry(quick()));
    sandbox.fault(Fault::answer(502, &[], &"x".repeat(LIMIT + 1)));
    names_the_limit(&log_length(&client).unwrap_err());
    assert_eq!(sandbox.requests().len(), 1);
}

/// The server says nothing more, and waits for the client to hang up.
fn an_endless_body_is_read_up_to_the_limit<D: Driver>(make: Make<D>) {
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", document(LIMIT + 1));
    let server = RawServer::start([Answer::new(endless).hold()]).unwrap();
    let client = make(Setup::at(&server.url()).body_limit(LIMIT as u64));
    names_the_limit(&log_length(&client).unwrap_err());
}

fn no_limit_is_possible<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox).body_limit(u64::MAX));
    sandbox.fault(Fault::json(200, &document(LIMIT)));
    assert_eq!(log_length(&client).unwrap(), 972);
}
