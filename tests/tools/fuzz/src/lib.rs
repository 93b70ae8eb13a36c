//! What the fuzz targets share.

use std::fmt::Debug;

use cycle_images::http::Response;
use cycle_images::operation::Output;
use cycle_images::{Hub, Operation};

use crate::operations::{Visit, visit_all};

pub const KEY: &str = "sec-key-0b5e9d";

pub fn hub() -> Hub {
    Hub::new(KEY, "the-hub").unwrap()
}

/// The table of operations that the tests have. It is included as a file, as the tests' crate needs
/// many others.
#[path = "../../../suite/src/operations.rs"]
pub mod operations;

/// The ids that the table needs.
mod support {
    use cycle_images::{ImageId, JobId, SourceId};

    pub(crate) fn image() -> ImageId {
        ImageId::new("x").unwrap()
    }

    pub(crate) fn source() -> SourceId {
        SourceId::new("x").unwrap()
    }

    pub(crate) fn job() -> JobId {
        JobId::new("x").unwrap()
    }
}

struct Read<'r>(&'r Response<Vec<u8>>);

impl Visit for Read<'_> {
    fn operation<O>(&mut self, operations: Vec<O>)
    where
        O: Operation<Output: Output<Data: Debug, Includes: Debug>>,
    {
        read(&operations[0], self.0);
    }
}

/// Reads the response by each of the operations, and checks what holds for any response.
pub fn read_by_all(response: &Response<Vec<u8>>) {
    visit_all(&mut Read(response));
}

/// A text in which each character is spelled in one of eight ways.
pub fn spelled(text: &str, spelling: u8) -> String {
    text.chars().map(|character| spell(character, spelling)).collect()
}

fn spell(character: char, spelling: u8) -> String {
    let code = u32::from(character);
    match spelling % 8 {
        1 => format!("%{code:02x}"),
        2 => format!("%25{code:02X}"),
        3 => format!("\\u{code:04x}"),
        4 => format!("\\\\u{code:04X}"),
        5 => format!("&#{code};"),
        6 => format!("%5Cu{code:04x}"),
        7 => format!("\\x{code:02x}"),
        _ => character.to_string(),
    }
}

fn read<O>(operation: &O, response: &Response<Vec<u8>>)
where
    O: Operation<Output: Output<Data: Debug, Includes: Debug>>,
{
    let mut copy = Response::new(response.body());
    *copy.status_mut() = response.status();
    *copy.headers_mut() = response.headers().clone();
    let shown = match hub().response(operation, copy) {
        Ok(reply) => {
            assert!(response.status().is_success());
            format!("{:?}", reply.skipped)
        }
        Err(error) => {
            assert_eq!(error.status(), response.status());
            assert_eq!(error.operation(), O::NAME);
            assert!(error.body().as_str().len() <= 4096);
            assert_eq!(error.body().whole_len(), response.body().len());
            assert!(std::error::Error::source(&error).is_some());
            format!("{error} {error:?} {}", error.body().as_str())
        }
    };
    assert!(!shown.contains(KEY), "{shown}");
}
