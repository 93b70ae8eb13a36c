//! What the fuzz targets share.

use std::fmt::Debug;

use cycle_images::http::Response;
use cycle_images::operation::Output;
use cycle_images::{Hub, Operation};

pub const KEY: &str = "sec-key-0b5e9d";

pub fn hub() -> Hub {
    Hub::new(KEY, "the-hub").unwrap()
}

/// Does something with each of the operations.
#[macro_export]
macro_rules! operations {
    (|$operation:ident| $do:block) => {{
        use cycle_images::{ImageId, JobId, SourceId, images, jobs, model::DockerHub, sources};
        let (image, source) = (ImageId::new("x").unwrap(), SourceId::new("x").unwrap());
        let job = JobId::new("x").unwrap();
        $crate::operations!($operation $do [
            images::GetImages::new(),
            images::CreateImage::new(&source),
            images::GetImage::new(&image),
            images::UpdateImage::new(&image),
            images::DeleteImage::new(&image),
            images::GetImageBuildLog::new(&image),
            images::CreateImagesJob::prune([source.clone()]),
            images::CreateImageJob::import(&image),
            sources::GetImageSources::new(),
            sources::CreateImageSource::new(DockerHub::new("x")),
            sources::GetImageSource::new(&source),
            sources::UpdateImageSource::new(&source),
            sources::UpdateImageSourceAccess::clear(&source),
            sources::DeleteImageSource::new(&source),
            jobs::GetJobs::new(),
            jobs::GetJob::new(job),
            jobs::GetLatestJobs::new(),
        ]);
    }};
    ($operation:ident $do:block [$($value:expr),* $(,)?]) => {
        $({
            let $operation = &$value;
            $do
        })*
    };
}

/// Reads the response by each of the operations, and checks what holds for any response.
pub fn read_by_all(response: &Response<Vec<u8>>) {
    operations!(|operation| { read(operation, response) });
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
