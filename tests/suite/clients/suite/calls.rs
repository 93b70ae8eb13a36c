//! Calls, from operation to typed reply.

use cycle_images::images::{CreateImageJob, DeleteImage, GetImage, GetImageBuildLog, UpdateImage};
use cycle_images::jobs::GetJob;
use cycle_images::model::{ImageStatus, JobStatus};

use super::{ENOUGH, Test, create, still, with};
use crate::setup::Make;

pub(super) fn tests() -> Vec<Test> {
    tests![image_is_created_imported_renamed_and_deleted]
}

fn image_is_created_imported_renamed_and_deleted(make: Make) {
    let (sandbox, client) = with(make, still(), |setup| setup);
    let create = create(&sandbox).name("web 1.4").build_arg("VERSION", "1.4");
    let created = client.call(&create).unwrap();
    assert_eq!(created.status, 201);
    let image = created.data;
    assert_eq!((image.name.as_str(), &image.state.current), ("web 1.4", &ImageStatus::New));
    assert_eq!(image.build.unwrap().args["VERSION"], "1.4");
    let log = GetImageBuildLog::new(&image.id);
    assert!(client.call(&log).unwrap_err().is_not_found());

    let import = client.call(&CreateImageJob::import(&image.id)).unwrap().data;
    let job = GetJob::new(import.job_id().unwrap());
    assert_eq!(client.call(&job).unwrap().data.state.current, JobStatus::Queued);
    sandbox.skip(ENOUGH);
    assert_eq!(client.call(&job).unwrap().data.state.current, JobStatus::Completed);
    let get = GetImage::new(&image.id);
    let live = client.call(&get).unwrap().data;
    assert_eq!((live.state.current, live.size), (ImageStatus::Live, 187_650_048));
    assert!(client.call(&log).unwrap().data.log.ends_with("Saved 187650048 bytes\n"));

    let rename = UpdateImage::new(&image.id).name("wéb, the last");
    assert_eq!(client.call(&rename).unwrap().data.name, "wéb, the last");
    let delete = client.call(&DeleteImage::new(&image.id)).unwrap().data;
    assert_eq!((delete.action.as_str(), delete.job.is_some()), ("delete", true));
    sandbox.skip(ENOUGH);
    assert!(client.call(&get).unwrap_err().is_not_found());
}
