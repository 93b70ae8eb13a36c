//! The recordings fit the response schemas, except those that are listed.

use cycle_images_tests::recording;
use serde_json::Value;

use crate::document::{Document, errors};

const OPERATIONS: [(&str, &str); 17] = [
    ("create_image", "createImage"),
    ("create_image_job", "createImageJob"),
    ("create_image_source", "createImageSource"),
    ("create_images_job", "createImagesJob"),
    ("delete_image", "deleteImage"),
    ("delete_image_source", "deleteImageSource"),
    ("get_image", "getImage"),
    ("get_image_build_log", "getImageBuildLog"),
    ("get_image_source", "getImageSource"),
    ("get_image_sources", "getImageSources"),
    ("get_images", "getImages"),
    ("get_job", "getJob"),
    ("get_jobs", "getJobs"),
    ("get_latest_jobs", "getLatestJobs"),
    ("update_image", "updateImage"),
    ("update_image_source", "updateImageSource"),
    ("update_image_source_access", "updateImageSourceAccess"),
];

const NULL: &str = "an empty list or map is null, as the platform's Go writes it";

/// Recordings that don't fit on purpose.
const OFF_SCHEMA: [(&str, &str); 23] = [
    ("create_image/after_continue", NULL),
    ("create_image/as_go_writes", NULL),
    ("create_image/cycle_upload", NULL),
    ("create_image_job/as_go_writes", NULL),
    ("create_image_source/as_go_writes", NULL),
    ("create_images_job/as_go_writes", "the job is null"),
    ("delete_image_source/as_go_writes", NULL),
    ("get_image/as_go_writes", NULL),
    ("get_image/crlf", NULL),
    ("get_image_build_log/missing_log", "the log is null, and a required field is missing"),
    ("get_image_source/as_go_writes", NULL),
    ("get_image_sources/as_go_writes", NULL),
    ("get_images/as_go_writes", NULL),
    ("get_images/empty", "the list is null"),
    ("get_images/empty_list", "the includes are null"),
    ("get_images/http2", NULL),
    ("get_images/odd_record", "a record can't be decoded"),
    ("get_job/as_go_writes", "a time is null, and a creator's type is new"),
    ("get_jobs/as_go_writes", "required fields are missing"),
    ("get_latest_jobs/as_go_writes", "the list is null"),
    ("update_image/as_go_writes", NULL),
    ("update_image_source/as_go_writes", NULL),
    ("update_image_source_access/as_go_writes", "rights are null or missing"),
];

pub fn misfits(document: &Document) -> Vec<String> {
    let mut misfits = Vec::new();
    let mut checked = 0;
    for (folder, id) in OPERATIONS {
        let Some((_, _, operation)) = document.operation(id) else {
            misfits.push(format!("{id}: not in the document"));
            continue;
        };
        let mut responses = operation["responses"].as_object().unwrap().iter();
        let (_, response) = responses.find(|(status, _)| status.starts_with('2')).unwrap();
        let response = document.resolve(response);
        let validator = document.validator(&response["content"]["application/json"]["schema"]);
        for name in recording::names(folder) {
            checked += 1;
            let value: Value = recording::json(&name);
            let wrong = errors(&validator, &value);
            let listed = OFF_SCHEMA.iter().find(|(listed, _)| *listed == name);
            match listed {
                Some((_, reason)) if wrong.is_empty() => {
                    misfits.push(format!("{name}: fits, but is listed ({reason})"));
                }
                None if !wrong.is_empty() => {
                    misfits.push(format!("{name}: {}", wrong.join("\n  ")))
                }
                _ => {}
            }
        }
    }
    println!("{checked} recordings checked");
    misfits
}
