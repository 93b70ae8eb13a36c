//! Successes of another form than the documented one: what is said of them, and what is still read.

use cycle_images::error::ResponseErrorKind;
use cycle_images::http::{Method, Response};
use cycle_images::images::{GetImage, GetImages};
use cycle_images::operation::{Empty, Path, ReplyOf};
use cycle_images::sources::GetImageSource;
use cycle_images::{ImageId, Operation, SourceId};
use cycle_images_tests::support::hub;

fn answer<O: Operation>(operation: &O, body: &str) -> Result<ReplyOf<O>, String> {
    hub().response(operation, Response::new(body)).map_err(|error| match error.kind() {
        ResponseErrorKind::Unexpected(problem) => problem.to_string(),
        other => format!("{other:?}"),
    })
}

#[test]
fn the_expected_form_is_named() {
    let image = GetImage::new(ImageId::new("x").unwrap());
    for (body, problem) in [
        ("[]", "expected an object with `data`, found a list"),
        ("7", "expected an object with `data`, found a number"),
        ("{}", "missing field `data`"),
    ] {
        assert_eq!(answer(&GetImages::new(), body).unwrap_err(), problem, "{body}");
        assert_eq!(answer(&image, body).unwrap_err(), problem, "{body}");
    }
    let list = answer(&GetImages::new(), r#"{"data": {}}"#).unwrap_err();
    assert_eq!(list, "at data: expected a list, found an object");
    let reply = answer(&GetImages::new(), r#"{"data": [], "includes": []}"#).unwrap();
    let problem = reply.skipped[0].error.to_string();
    assert!(problem == "at includes: expected an object, found a list", "{problem}");
}

#[test]
fn what_was_expected_of_a_value_is_named() {
    let image = GetImage::new(ImageId::new("x").unwrap());
    for (field, problem) in [
        (r#""size": "x""#, "at data.size: expected a whole number, found a string"),
        (r#""id": 7"#, "at data.id: expected an id, found a number"),
        (r#""id": """#, "at data.id: expected an id"),
        (r#""state": null"#, "at data.state: expected an object, found null"),
        (r#""state": ["live"]"#, "at data.state: expected an object, found a list"),
        (r#""config": {"user": {}}"#, "at data.config.user: expected a string, found an object"),
        (
            r#""build": {"use_disk": ""}"#,
            "at data.build.use_disk: expected a boolean, found a string",
        ),
        (r#""state": {"current": 7}"#, "at data.state.current: expected a string, found a number"),
        (r#""config": {"ports": 7}"#, "at data.config.ports: expected a list, found a number"),
        (r#""config": {"labels": 7}"#, "at data.config.labels: expected an object, found a number"),
        (
            r#""events": {"created": 7}"#,
            "at data.events.created: expected a time in RFC 3339, found a number",
        ),
    ] {
        let name = field.split(':').next().unwrap();
        let rest = [r#""id": "1""#, r#""state": {"current": "live"}"#];
        let fields: Vec<_> = rest.into_iter().filter(|rest| !rest.starts_with(name)).collect();
        let body = format!(r#"{{"data": {{{field}, {}}}}}"#, fields.join(", "));
        assert_eq!(answer(&image, &body).unwrap_err(), problem, "{body}");
    }
    let source = GetImageSource::new(SourceId::new("x").unwrap());
    let body = r#"{"data": {"id": "1", "state": {"current": "live"}, "origin": 7}}"#;
    assert_eq!(
        answer(&source, body).unwrap_err(),
        "at data.origin: expected an object with a `type`, found a number"
    );
}

/// An operation that returns nothing.
struct Ping;

impl Operation for Ping {
    const NAME: &'static str = "Ping";
    const METHOD: Method = Method::POST;
    const CAPABILITY: &'static str = "none";
    type Output = Empty;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/ping");
    }
}

#[test]
fn an_operation_without_output_takes_any_success_of_the_platform() {
    for body in ["", " \n", "{}", r#"{"data": null}"#, r#"{"data": {"id": "1"}}"#] {
        assert!(answer(&Ping, body).is_ok(), "{body}");
    }
    assert_eq!(answer(&Ping, "<html>").unwrap_err(), "not JSON at line 1 column 1");
    let refused = answer(&Ping, r#"{"data": null, "error": {"code": "500.x"}}"#).unwrap_err();
    assert_eq!(refused, "at error: an error body in a 2xx response");
}
