//! `Debug` written by hand: what is left of values that may be secret, and of closures.

use cycle_images::error::ErrorCode;
use cycle_images::flow::Until;
use cycle_images::http::Method;
use cycle_images::images::DeleteImage;
use cycle_images::model::{ImageSource, ImageStatus, Json};
use cycle_images::operation::{Empty, Path, Query, Secrets};
use cycle_images::{Hub, ImageId, Operation, Secret, Timestamp};

#[test]
fn each_value_is_shown_as_what_it_is() {
    let json: Json = r#"{"key": "sec"}"#.parse().unwrap();
    let time: Timestamp = "2026-03-26T10:00:00.5Z".parse().unwrap();
    let status: ImageStatus = serde_json::from_str(r#""odd""#).unwrap();
    let mut secrets = Secrets::default();
    secrets.text("sec-1").text("sec-2");
    let origin = r#"{"type": "docker-hub", "details": {"target": "nginx", "mirror": "sec"}}"#;
    let source: ImageSource = serde_json::from_str(&format!(
        r#"{{"id": "s", "state": {{"current": "live"}}, "origin": {origin}}}"#
    ))
    .unwrap();
    for (shown, expected) in [
        (format!("{json:?}"), "Json(14 bytes)"),
        (format!("{:?}", Secret::new("sec")), "[redacted]"),
        (format!("{time:?}"), "2026-03-26T10:00:00.5Z"),
        (format!("{status:?}"), "Unknown(\"odd\")"),
        (format!("{secrets:?}"), "Secrets(2 of them)"),
        (format!("{:?}", ErrorCode::NOT_FOUND_IMAGE), "ErrorCode(\"404.image\")"),
    ] {
        assert_eq!(shown, expected);
    }
    let shown = format!("{source:?}");
    assert!(shown.contains(r#"{"mirror"}"#) && !shown.contains("sec"), "{shown}");
}

#[test]
fn a_hub_has_its_number_of_observers() {
    let hub = Hub::new("the-key", "the-hub").unwrap().with_observer(|_| ()).with_observer(|_| ());
    assert!(format!("{hub:?}").contains("2 observers"), "{hub:?}");
}

#[test]
fn a_condition_is_left_out_and_its_operation_is_not() {
    let delete = DeleteImage::new(ImageId::new("1").unwrap());
    let shown = format!("{:?}", Until::new(delete.clone(), |_| Ok(true), 7));
    assert_eq!(shown, format!("Until {{ operation: {delete:?}, .. }}"));
}

/// It shows its query while it is written.
struct Shown;

impl Operation for Shown {
    const NAME: &'static str = "Shown";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "none";
    type Output = Empty;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/shown");
    }

    fn query(&self, query: &mut Query<'_>) {
        let shown = format!("{query:?}");
        query.text("query", &*shown);
    }
}

#[test]
fn a_query_is_shown_by_its_name_alone() {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    assert_eq!(hub.request(&Shown).unwrap().uri().query(), Some("query=Query+%7B+..+%7D"));
}
