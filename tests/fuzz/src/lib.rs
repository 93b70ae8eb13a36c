//! What the fuzz targets share.

use std::fmt::Debug;

use cycle_images::http::Response;
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, UpdateImage,
};
use cycle_images::jobs::{GetJob, GetJobs, GetLatestJobs};
use cycle_images::model::DockerHub;
use cycle_images::operation::Output;
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, UpdateImageSource,
    UpdateImageSourceAccess,
};
use cycle_images::{Hub, ImageId, JobId, Operation, SourceId};

pub const KEY: &str = "sec-key-0b5e9d";

pub fn hub() -> Hub {
    Hub::new(KEY, "the-hub").unwrap()
}

/// Reads the response by each of the operations, and checks what holds for any response.
pub fn read_by_all(response: &Response<Vec<u8>>) {
    let image = ImageId::new("x").unwrap();
    let source = SourceId::new("x").unwrap();
    read(&GetImages::new(), response);
    read(&CreateImage::new(&source), response);
    read(&GetImage::new(&image), response);
    read(&UpdateImage::new(&image), response);
    read(&DeleteImage::new(&image), response);
    read(&GetImageBuildLog::new(&image), response);
    read(&CreateImagesJob::prune([source.clone()]), response);
    read(&CreateImageJob::import(&image), response);
    read(&GetImageSources::new(), response);
    read(&CreateImageSource::new(DockerHub::new("x")), response);
    read(&GetImageSource::new(&source), response);
    read(&UpdateImageSource::new(&source), response);
    read(&UpdateImageSourceAccess::clear(&source), response);
    read(&DeleteImageSource::new(&source), response);
    read(&GetJobs::new(), response);
    read(&GetJob::new(JobId::new("x").unwrap()), response);
    read(&GetLatestJobs::new(), response);
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
