//! Raw JSON, and unknown properties of what can be sent back, stay as they were sent.

use cycle_images::Operation;
use cycle_images::http::Response;
use cycle_images::images::{DeleteImage, GetImage, GetImages};
use cycle_images::model::{Image, ImageSource, Json, Origin, StackSource};
use cycle_images::operation::ReplyOf;
use cycle_images::sources::{GetImageSource, UpdateImageSource};
use cycle_images_tests::support::{body, hub, image, source};
use serde_json::{Value, json};

/// What isn't plain JSON: odd spaces, an odd order, numbers that no float keeps, a key twice.
const RAW: &str = r#"{ "z":1.50 ,"a": [ 12345678901234567890123, 1E+2 ] , "z": "\u00e9\/" }"#;

fn read<O: Operation>(operation: &O, body: &str) -> ReplyOf<O> {
    let reply = hub().response(operation, Response::new(body)).unwrap();
    assert_eq!(reply.skipped, []);
    reply
}

#[test]
fn raw_parts_of_images_and_jobs_stay_as_they_were_sent() {
    for origin in [
        format!(r#"{{"type": "new-kind", "details": {RAW}}}"#),
        format!(r#"{{"details": {RAW}, "type": "new-kind"}}"#),
    ] {
        let body = format!(
            r#"{{"data": {{"id": "1", "state": {{"current": "live"}},
                "source": {{"type": "direct", "details": {{"origin": {origin}}}}}}}}}"#
        );
        let image: Image = read(&GetImage::new(image()), &body).data;
        let text = serde_json::to_string(&image).unwrap();
        assert!(text.contains(RAW), "{text}");
        let Some(Origin::Unknown(unknown)) = image.source.unwrap().details.origin else {
            panic!("{text}");
        };
        assert_eq!(unknown.content().map(Json::as_str), Some(RAW));
    }
    let body = format!(r#"{{"data": {{"job": {{"id": "1", "tasks": [{{"input": {RAW}}}]}}}}}}"#);
    let described = read(&DeleteImage::new(image()), &body).data;
    assert!(serde_json::to_string(&described).unwrap().contains(RAW));
    let input = described.job.unwrap().tasks.remove(0).input;
    assert_eq!(input.as_ref().map(Json::as_str), Some(RAW));
}

#[test]
fn raw_parts_of_includes_stay_as_they_were_sent() {
    let record = |more: &str| format!(r#"{{"id": "1", "state": {{"current": "live"}}, {more}}}"#);
    let build = record(&format!(r#""spec": {RAW}"#));
    let stack = record(&format!(r#""source": {{"details": {RAW}, "type": "raw"}}"#));
    let environment = record(&format!(r#""features": {RAW}, "services": {RAW}"#));
    let integration = record(&format!(r#""meta": {{"definition": {RAW}}}"#));
    let body = format!(
        r#"{{"data": null, "includes": {{
            "stack_builds": {{"1": {build}}}, "stacks": {{"1": {stack}}},
            "integrations": {{"1": {integration}}},
            "creators": {{"environments": {{"1": {environment}}}}}
        }}}}"#
    );
    let includes = read(&GetImages::new(), &body).includes;
    assert_eq!(serde_json::to_string(&includes).unwrap().matches(RAW).count(), 5);
    let environment = &includes.creators.environments["1"];
    let definition = includes.integrations["1"].meta.as_ref().unwrap().definition.as_ref();
    let spec = includes.stack_builds["1"].spec.as_ref();
    let [features, services] = [&environment.features, &environment.services];
    for raw in [spec, features.as_ref(), services.as_ref(), definition] {
        assert_eq!(raw.map(Json::as_str), Some(RAW));
    }
    let Some(StackSource::Raw(Some(source))) = &includes.stacks["1"].source else {
        panic!("{includes:?}");
    };
    assert_eq!(source.as_str(), RAW);
}

#[test]
fn unknown_properties_of_an_origin_are_sent_back() {
    let auth = json!({"type": "http", "credentials":
        {"username": "u", "password": "p", "realm": "r"}});
    let provider = json!({"type": "provider", "details":
        {"flavor": "ecr", "credentials": {"region": "eu", "arn": "secret-arn"}, "kind": null}});
    for origin in [
        json!({"type": "docker-hub", "details": {"target": "nginx", "platform": "linux/arm64"}}),
        json!({"type": "docker-file", "details": {"repo": {"url": "x", "depth": 1.5, "auth": auth,
            "ref": {"type": "tag", "value": "1", "signed": true}}, "secrets": [{"a": "b"}],
            "credentials": [{"url": "x", "scope": "pull"}]}}),
        json!({"type": "docker-registry", "details": {"target": "t", "url": "u", "mirror": {}}}),
        json!({"type": "oci-registry", "details": {"target": "t", "url": "u", "auth": provider}}),
    ] {
        let read = json!({"id": "s", "state": {"current": "live"}, "origin": origin});
        let read: ImageSource = serde_json::from_value(read).unwrap();
        let shown = format!("{read:?}");
        assert!(!shown.contains("secret-arn") && !shown.contains("linux/arm64"), "{shown}");
        let sent = body(&UpdateImageSource::new(source()).origin(read.origin.unwrap()));
        assert_eq!(serde_json::from_str::<Value>(&sent).unwrap()["origin"], origin);
    }
}

#[test]
fn numbers_and_escapes_of_unknown_properties_are_sent_back_as_written() {
    for raw in [
        "66475709.275256276",
        "12345678901234567890123",
        "1E+2",
        "1e999",
        r#""\u00e9\/""#,
        r#"[ 1.50,{"a" : null}]"#,
        r#"{"z":1,"a":2,"z":3}"#,
    ] {
        let details = format!(r#"{{"target":"nginx","new":{raw}}}"#);
        for origin in [
            format!(r#"{{"type":"docker-hub","details":{details}}}"#),
            format!(r#"{{"details":{details},"type":"docker-hub"}}"#),
        ] {
            let text = format!(
                r#"{{"data": {{"id": "1", "state": {{"current": "live"}}, "origin": {origin}}}}}"#
            );
            let origin = read(&GetImageSource::new(source()), &text).data.origin.unwrap();
            let sent = body(&UpdateImageSource::new(source()).origin(origin));
            assert!(sent.contains(&format!(r#""new":{raw}"#)), "{sent}");
        }
    }
}
