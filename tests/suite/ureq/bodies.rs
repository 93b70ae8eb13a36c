//! How large an answer may be, and how it may be packed.

use std::io::Write;

use allocation_counter::measure;
use cycle_images::ImageId;
use cycle_images::images::GetImageBuildLog;
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_ureq::{Client, Error};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::client;

const MIB: usize = 1 << 20;

/// The document of a build log that is so many bytes long as a whole.
fn document(length: usize) -> String {
    let (head, tail) = (r#"{"data":{"id":"1","log":""#, r#""}}"#);
    let log = "=".repeat(length - head.len() - tail.len());
    format!("{head}{log}{tail}")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: Vec<u8>) -> Fault {
    let json = ("content-type".to_owned(), "application/json".to_owned());
    let gzip = ("content-encoding".to_owned(), "gzip".to_owned());
    Fault::Answer { status: 200, headers: vec![json, gzip], body }
}

fn log_length(client: &Client) -> Result<usize, Error> {
    let log = GetImageBuildLog::new(ImageId::new("1").unwrap());
    Ok(client.call(&log)?.data.log.len())
}

#[track_caller]
fn names_the_limit(error: &Error, bytes: u64) {
    match error {
        Error::BodyTooLarge { operation, limit, .. } => {
            assert_eq!((*operation, *limit), ("GetImageBuildLog", bytes));
        }
        other => panic!("{other:?}"),
    }
    let said = error.to_string();
    let start =
        format!("GetImageBuildLog: the response's body is larger than {bytes} bytes (1 att");
    assert!(said.starts_with(&start), "{said}");
    assert!(
        said.ends_with("; raise the limit with `with_body_limit` if that is expected"),
        "{said}"
    );
    assert!(error.may_have_arrived());
}

#[test]
fn more_than_ureqs_own_limit_of_10_mb_passes() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.fault(Fault::json(200, &document(12 * MIB)));
    assert_eq!(log_length(&client(&sandbox)).unwrap(), 12 * MIB - 28);
}

#[test]
fn the_limit_is_64_mib_unless_it_is_set() {
    let sandbox = Sandbox::start().unwrap();
    // A compressed body may be several, one after the other.
    let body = [gzip(&vec![b' '; MIB]).repeat(64), gzip(b" ")].concat();
    sandbox.fault(gzipped(body));
    let error = log_length(&client(&sandbox)).unwrap_err();
    names_the_limit(&error, 64 * MIB as u64);
}

#[test]
fn a_truncated_compressed_body_is_an_error() {
    let sandbox = Sandbox::start().unwrap();
    let mut body = gzip(document(1000).as_bytes());
    body.truncate(body.len() - 4);
    sandbox.fault(gzipped(body));
    let error = log_length(&client(&sandbox)).unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(error.may_have_arrived());
}

/// The body and the text of the log: nothing for a buffer that grows while it is read.
#[test]
fn a_body_is_read_into_a_buffer_of_its_length() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let peak = |length| {
        sandbox.fault(Fault::json(200, &document(length)));
        measure(|| assert_eq!(log_length(&client).unwrap(), length - 28)).bytes_max
    };
    peak(1000);
    let (small, large) = (peak(400_000), peak(800_000));
    assert!(large - small < 820_000, "400,000 bytes more take {} bytes", large - small);
}
