//! Recorded build logs, checked field by field.

use cycle_images::images::GetImageBuildLog;
use cycle_images::model::{BuildLog, Events};
use cycle_images::{Hub, ImageId, Timestamp};
use cycle_images_tests::recording;

fn log(name: &str) -> BuildLog {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let operation = GetImageBuildLog::new(ImageId::new("x").unwrap());
    let response = recording::read(&format!("get_image_build_log/{name}"));
    hub.response(&operation, response).unwrap().data
}

fn at(time: Option<Timestamp>) -> String {
    time.map_or("never".into(), |time| time.to_string())
}

#[test]
fn every_field_and_every_character() {
    let documented = log("documented");
    assert_eq!(documented.id.as_str(), "67b0109000000000000b1061");
    assert_eq!(documented.hub_id.unwrap().as_str(), "5e8f1a2b3c4d5e6f70819201");
    assert_eq!(documented.image_id.unwrap().as_str(), "65f0a1b2c3d4e5f6a7b8000b");
    assert_eq!(
        documented.log,
        "\u{1b}[36m#1\u{1b}[0m [internal] load build definition from Dockerfile\n\
         #2 [1/4] FROM docker.io/library/rust:1.85@sha256:0a3f…\n\
         #3 [2/4] COPY . /src && echo \"done\" > /srv/ok\n\
         #4 [3/4] RUN cargo build --release\n\
         #4 12.03    Compiling shop v2.4.1 (/src)\r\
         #4 55.10    Finished `release` profile\n\
         #5 exporting layers ✔ 完成\nC:\\not\\a\\path\u{7}\n"
    );
    assert_eq!(at(documented.events.created), "2026-03-10T13:00:00.5Z");
    assert_eq!(at(documented.events.updated), "2026-03-10T13:01:02.003Z");
    assert_eq!(at(documented.events.deleted), "2027-03-10T13:00:00Z");
}

#[test]
fn as_go_writes_it() {
    let go = log("as_go_writes");
    assert_eq!(go.image_id, None);
    assert_eq!(go.log, "#1 RUN a && b <c >d\n\0#2 \u{fffd}\n\u{2028}end");
    assert_eq!(at(go.events.created), "2026-03-10T13:00:00Z");
    assert_eq!((go.events.updated, go.events.deleted), (None, None));
}

#[test]
fn without_a_log() {
    let missing = log("missing_log");
    assert_eq!((&*missing.log, missing.hub_id, missing.events), ("", None, Events::default()));
    assert_eq!(missing.image_id.unwrap().as_str(), "66aa00000000000000aa0003");
}
