//! Which operations can be put into which flow, and what is written down of them.

use std::marker::PhantomData;

use cycle_images::flow::Exchange;
use cycle_images::images::{
    CreateImage, CreateImageJob, CreateImagesJob, DeleteImage, GetImage, GetImageBuildLog,
    GetImages, UpdateImage,
};
use cycle_images::jobs::{GetJob, GetJobs, GetLatestJobs};
use cycle_images::model::JobStatus;
use cycle_images::operation::ListOperation;
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, UpdateImageSource,
    UpdateImageSourceAccess,
};
use cycle_images::{ImageId, JobId, SourceId};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Asks the compiler what a type can do, without failing to compile where it can't.
struct Type<T>(PhantomData<T>);

trait Otherwise {
    const IS_LIST: bool = false;
    const IS_STORED: bool = false;
    const IS_WRITTEN: bool = false;
}

impl<T> Otherwise for Type<T> {}

impl<T: ListOperation> Type<T> {
    const IS_LIST: bool = true;
}

impl<T: Serialize + DeserializeOwned> Type<T> {
    const IS_STORED: bool = true;
}

impl<T: Serialize> Type<T> {
    const IS_WRITTEN: bool = true;
}

macro_rules! those_without {
    ($what:ident: $($operation:ident),+ $(,)?) => {{
        let all = [$((stringify!($operation), <Type<$operation>>::$what)),+];
        all.into_iter().filter(|(_, can)| !can).map(|(name, _)| name).collect::<Vec<_>>()
    }};
}

#[test]
fn the_compiler_can_say_no() {
    struct Other;
    assert_eq!(those_without!(IS_LIST: Other, GetImages), ["Other"]);
    assert_eq!(those_without!(IS_STORED: Other, GetImages), ["Other"]);
    assert_eq!(those_without!(IS_WRITTEN: Other, GetImages), ["Other"]);
}

#[test]
fn every_list_has_pages() {
    let without = those_without!(IS_LIST: GetImages, GetImageSources, GetJobs);
    assert!(without.is_empty(), "not pages of: {without:?}");
}

#[test]
fn operations_without_credentials_can_be_stored() {
    let without = those_without!(IS_STORED:
        GetImages, CreateImage, GetImage, UpdateImage, DeleteImage, GetImageBuildLog,
        CreateImagesJob, CreateImageJob,
        GetImageSources, GetImageSource, DeleteImageSource, UpdateImageSourceAccess,
        GetJob, GetJobs, GetLatestJobs,
    );
    assert!(without.is_empty(), "can't be stored: {without:?}");
}

/// As the architecture says, what is stored can be shown: what carries a registry's token or a
/// repository's password can't be written down, nor can an exchange of it.
#[test]
fn no_credentials_are_written_down() {
    type Create = Exchange<CreateImageSource>;
    type Update = Exchange<UpdateImageSource>;
    let not_written = those_without!(IS_WRITTEN: Create, Update);
    assert_eq!(not_written, ["Create", "Update"]);
}

#[test]
fn an_operation_that_was_stored_asks_for_the_same() {
    fn same<O: cycle_images::Operation + Serialize + DeserializeOwned>(operation: &O) {
        let text = serde_json::to_string(operation).unwrap();
        let read: O = serde_json::from_str(&text).unwrap();
        let request = |operation| crate::clock::hub().request(operation).unwrap();
        let (before, after) = (request(operation), request(&read));
        assert_eq!(before.uri(), after.uri(), "{text}");
        assert_eq!(before.body(), after.body(), "{text}");
    }
    let id = || ImageId::new("a/b").unwrap();
    let source = || SourceId::new("s1").unwrap();
    same(&GetImages::new().filter_identifier("web").page_number(3).page_size(9).sort("-name"));
    same(&CreateImage::new(source()));
    same(&CreateImage::new(source()).name("web").build_use_disk(true).override_target("web:2"));
    same(&GetImage::new(id()));
    same(&UpdateImage::new(id()));
    same(&UpdateImage::new(id()).name("web"));
    same(&DeleteImage::new(id()));
    same(&GetImageBuildLog::new(id()));
    same(&CreateImageJob::import(id()));
    same(&GetJobs::new().filter_state(JobStatus::Running).filter_search("web").page_number(2));
    same(&GetJobs::new().filter_range_start(crate::clock::Clock::start().now()));
    same(&GetImageSources::new().filter_search("web").page_size(5));
    same(&GetJob::new(JobId::new("j1").unwrap()));
    same(&CreateImagesJob::prune([source(), SourceId::new("s2").unwrap()]));
}
