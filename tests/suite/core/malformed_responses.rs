//! What is odd in an answer is set aside alone, and costs no more than it should.

use cycle_images::error::ResponseErrorKind;
use cycle_images::http::Response;
use cycle_images::images::{CreateImageJob, GetImage, GetImages};
use cycle_images::jobs::GetJobs;
use cycle_images::model::{Image, ImageSource, Job, SourceType};
use cycle_images::operation::{Output, ReplyOf, Skipped};
use cycle_images::sources::{GetImageSource, GetImageSources, UpdateImageSource};
use cycle_images::{Hub, ImageId, Operation, SourceId};
use cycle_images_tests::recording;
use serde::Serialize;
use serde_json::{Value, json};

const IMAGE: &str = r#"{"id":"1","state":{"current":"live"}}"#;

fn answer<O: Operation>(operation: &O, body: &str) -> Result<ReplyOf<O>, String> {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    hub.response(operation, Response::new(body)).map_err(|error| match error.kind() {
        ResponseErrorKind::Unexpected(mismatch) => mismatch.to_string(),
        other => format!("{other:?}"),
    })
}

fn list(body: &str) -> Result<ReplyOf<GetImages>, String> {
    answer(&GetImages::new(), body)
}

fn get_image() -> GetImage {
    GetImage::new(ImageId::new("x").unwrap())
}

fn image(body: &str) -> Result<ReplyOf<GetImage>, String> {
    answer(&get_image(), body)
}

fn places(skipped: &[Skipped]) -> Vec<&str> {
    skipped.iter().map(|skipped| skipped.error.path()).collect()
}

fn records(record: &str, count: usize) -> String {
    format!(r#"{{"data":[{}]}}"#, vec![record; count].join(","))
}

#[test]
fn the_first_skipped_records_are_kept_and_the_rest_counted() {
    for record in ["1", "\"\"", "{}", "[]", "null", "[[[]]]", r#"{"id":{"a":[]}}"#] {
        let reply = list(&records(record, 5000)).unwrap();
        assert_eq!((reply.data.len(), reply.skipped_total), (0, 5000), "{record}");
        assert_eq!(reply.skipped.len(), Skipped::MAX_KEPT, "{record}");
        assert!(reply.skipped.iter().all(|skipped| skipped.json.as_str() == record));
    }
    let long = format!("\"{}\"", "x".repeat(Skipped::MAX_KEPT_BYTES / 2));
    let reply = list(&records(&long, 4)).unwrap();
    assert_eq!((reply.skipped.len(), reply.skipped_total), (1, 4));
    let reply = list(&format!(r#"{{"data":[{IMAGE},7,{IMAGE},{IMAGE},8]}}"#)).unwrap();
    assert_eq!((reply.data.len(), places(&reply.skipped)), (3, vec!["data[1]", "data[4]"]));
}

#[test]
fn a_long_name_is_not_in_a_path() {
    let name = "n".repeat(100_000);
    let source = json!({"id": "1", "state": {"current": "live"}, "acl": {"roles": {name: 1}}});
    let path = |error: String| error.split(": ").next().unwrap_or_default().to_owned();
    let get = GetImageSource::new(SourceId::new("x").unwrap());
    let error = answer(&get, &json!({"data": source}).to_string()).unwrap_err();
    assert_eq!(path(error), "at data.acl.roles.…");
    let list = json!({"data": [source]}).to_string();
    let reply = answer(&GetImageSources::new(), &list).unwrap();
    assert_eq!(places(&reply.skipped), ["data[0].acl.roles.…"]);
}

#[test]
fn a_malformed_include_is_skipped_alone() {
    let source = |id: &str| json!({"id": id, "state": {"current": "live"}});
    let container = json!({"id": "c"});
    let includes = json!({
        "sources": {"s1": {"id": 7}, "s2": source("s2"), "s3": []},
        "sources:identifiers": {"web": ["s2", 7], "shop": ["s2", null]},
        "stacks": 7,
        "creators": {
            "accounts": {"a1": {"name": {"first": "Ada"}}, "a2": {"email": 1}},
            "environments": {
                "e1": {"id": "e1", "state": {"current": "live"}, "meta": {"containers": [container]}},
                "e2": {"id": "e2", "state": {"current": "live"}},
            },
        },
    });
    for body in [
        format!(r#"{{"data": [], "includes": {includes}}}"#),
        format!(r#"{{"includes": {includes}, "data": [7]}}"#),
    ] {
        let reply = list(&body).unwrap();
        let mut odd = places(&reply.skipped);
        odd.retain(|place| place.starts_with("includes"));
        assert_eq!(
            odd,
            [
                "includes.creators.accounts.a2.email",
                "includes.creators.environments.e1.meta.containers[0]",
                "includes.sources.s1.id",
                "includes.sources.s3",
                "includes.sources:identifiers.web[1]",
                "includes.stacks",
            ]
        );
        let includes = reply.includes;
        assert_eq!(includes.sources.keys().collect::<Vec<_>>(), ["s2"]);
        assert_eq!(includes.sources_identifiers.keys().collect::<Vec<_>>(), ["shop"]);
        assert_eq!(includes.creators.accounts["a1"].name.first, "Ada");
        assert_eq!(includes.creators.environments.keys().collect::<Vec<_>>(), ["e2"]);
    }
    let odd: Vec<String> = (0..5000).map(|id| format!(r#""{id}": 1"#)).collect();
    let reply =
        list(&format!(r#"{{"data": [], "includes": {{"stacks": {{{}}}}}}}"#, odd.join(",")));
    let reply = reply.unwrap();
    assert_eq!((reply.skipped.len(), reply.skipped_total), (Skipped::MAX_KEPT, 5000));
    assert!(image(r#"{"data": {"id": "1", "state": {"current": ""}}, "includes": []}"#).is_ok());
}

#[test]
fn an_error_beside_data_is_refused() {
    for data in ["[]", "null", "7", IMAGE] {
        for error in [r#"{"code": "500.x"}"#, r#""invalid_client""#] {
            for body in [
                format!(r#"{{"data": {data}, "error": {error}}}"#),
                format!(r#"{{"error": {error}, "data": {data}}}"#),
            ] {
                let refused = "at error: an error body in a 2xx response";
                if matches!(data, "[]" | "null") {
                    assert_eq!(list(&body).unwrap_err(), refused, "{body}");
                }
                assert_eq!(image(&body).unwrap_err(), refused, "{body}");
            }
        }
    }
    assert!(list(r#"{"data": [], "error": null}"#).is_ok());
}

#[test]
fn an_array_is_not_an_object() {
    assert!(list("[[]]").is_err());
    assert!(image(&format!("[{IMAGE}]")).is_err());
    let written: Image = serde_json::from_str(IMAGE).unwrap();
    let fields: Vec<Value> =
        serde_json::to_value(written).unwrap().as_object().unwrap().values().cloned().collect();
    let array = json!([fields[0], fields[1], fields[2], fields[3], null, null, null, null, null,
        null, null, null, null, {"current": "live"}, null, null]);
    assert!(image(&json!({"data": array}).to_string()).is_err());
    assert_eq!(list(&json!({"data": [array]}).to_string()).unwrap().skipped_total, 1);
}

#[test]
fn whole_numbers_are_read_however_they_are_written() {
    let size = |number: &str| {
        let body =
            format!(r#"{{"data": {{"id": "1", "state": {{"current": ""}}, "size": {number}}}}}"#);
        image(&body).map(|reply| reply.data.size)
    };
    for (number, read) in [
        ("1024.0", 1024),
        ("1e3", 1000),
        ("1.5E1", 15),
        ("0.0", 0),
        ("null", 0),
        ("1125899906842623.0", (1 << 50) - 1),
        ("18446744073709551615", u64::MAX),
    ] {
        assert_eq!(size(number), Ok(read), "{number}");
    }
    for number in ["-1", "-1.0", "0.5", "1e19", "18446744073709551616", "9007199254740991.0"] {
        let error = size(number).unwrap_err();
        assert!(error.starts_with("at data.size: expected a whole number"), "{number}: {error}");
    }
    let port = |number: &str| {
        image(&format!(
            r#"{{"data": {{"id": "1", "state": {{"current": ""}}, "config": {{"ports":
                [{{"host": {number}}}]}}, "meta": {{"containers_count": {{"state": {{"new": 1e1}},
                "total": 2.0}}}}}}}}"#
        ))
    };
    assert_eq!(port("8080.0").unwrap().data.config.ports[0].host, 8080);
    assert!(port("4294967296").is_err());
}

#[test]
fn a_malformed_time_costs_no_record() {
    let time = |text: &str| {
        let state = json!({"current": "live", "changed": text});
        image(&json!({"data": {"id": "1", "state": state}}).to_string()).unwrap().data.state.changed
    };
    assert_eq!(time("soon"), None);
    assert_eq!(time("2026-03-26"), None);
    assert_eq!(time("9999-12-31T23:59:59Z").unwrap().to_string(), "9999-12-31T23:59:59Z");
    assert_eq!(
        time("2026-03-26t10:00:00.1234567890z").unwrap().to_string(),
        "2026-03-26T10:00:00.123456789Z"
    );
}

#[test]
fn a_job_without_an_id_is_none() {
    let import = CreateImageJob::import(ImageId::new("x").unwrap());
    for job in ["{}", r#"{"id": ""}"#, r#"{"id": null, "accepted": true}"#, "null"] {
        let body = format!(r#"{{"data": {{"action": "import", "job": {job}}}}}"#);
        assert_eq!(answer(&import, &body).unwrap().data.job, None, "{job}");
    }
    assert!(answer(&import, r#"{"data": {"action": "import", "job": {"id": 7}}}"#).is_err());
}

#[test]
fn an_origin_is_sent_back_with_its_unknown_properties() {
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
        let source: ImageSource = serde_json::from_value(read).unwrap();
        let shown = format!("{source:?}");
        assert!(!shown.contains("secret-arn") && !shown.contains("linux/arm64"), "{shown}");
        let update = UpdateImageSource::new(SourceId::new("s").unwrap());
        let update = update.origin(source.origin.unwrap());
        let hub = Hub::new("the-key", "the-hub").unwrap();
        let sent = hub.request(&update).unwrap().into_body();
        assert_eq!(serde_json::from_slice::<Value>(&sent).unwrap()["origin"], origin);
    }
}

#[test]
fn required_fields_are_written_when_empty() {
    let read = json!({"id": "1", "state": {"current": "live"}, "source": {"type": "stack-build",
        "details": {"id": "b", "stack_id": "", "containers": []}}});
    let mut image: Image = serde_json::from_value(read.clone()).unwrap();
    let source = |image: &Image| serde_json::to_value(image).unwrap()["source"].take();
    assert_eq!(source(&image), read["source"]);
    image.source.as_mut().unwrap().kind = SourceType::Direct;
    assert_eq!(source(&image), json!({"type": "direct", "details": {"id": "b"}}));

    let read = json!({"id": "1", "state": {"current": "error", "error": {"message": ""}},
        "tasks": [{"state": {"current": "error"}, "error": {"message": ""}}]});
    let job: Job = serde_json::from_value(read.clone()).unwrap();
    let written = serde_json::to_value(&job).unwrap();
    assert_eq!(written["state"], read["state"]);
    for name in ["state", "error"] {
        assert_eq!(written["tasks"][0][name], read["tasks"][0][name]);
    }
    let running: Job =
        serde_json::from_value(json!({"id": "1", "state": {"current": "running"}})).unwrap();
    let written = serde_json::to_value(&running).unwrap();
    assert_eq!(written["state"], json!({"current": "running", "error": null}));
}

/// Every object in every recording, as a list of its values.
#[test]
fn a_list_is_never_read_as_an_object() {
    fn lists(value: &Value, path: &str, found: &mut Vec<String>) {
        if let Value::Object(fields) = value {
            found.push(path.to_owned());
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                lists(value, &format!("{path}/{name}"), found);
            }
        } else if let Value::Array(elements) = value {
            for (index, value) in elements.iter().enumerate() {
                lists(value, &format!("{path}/{index}"), found);
            }
        }
    }

    fn check<O>(operation: &O, name: &str) -> usize
    where
        O: Operation<Output: Output<Data: Serialize>>,
    {
        let document = recording::json(name);
        let mut places = Vec::new();
        lists(&document["data"], "/data", &mut places);
        for place in &places {
            for empty in [true, false] {
                let mut changed = document.clone();
                let object = changed.pointer_mut(place).unwrap();
                let fields = object.as_object().unwrap().values().cloned();
                *object = fields.take(if empty { 0 } else { 100 }).collect();
                // What is kept as raw JSON is still a list, and what is left out is nothing.
                if let Ok(reply) = answer(operation, &changed.to_string()) {
                    let read = json!({"data": serde_json::to_value(&reply.data).unwrap()});
                    let read = read.pointer(place).filter(|_| reply.skipped.is_empty());
                    assert!(!read.is_some_and(Value::is_object), "{name}: {place} {read:?}");
                }
            }
        }
        places.len()
    }

    let mut checked = 0;
    for name in recording::names("get_images") {
        checked += check(&GetImages::new(), &name);
    }
    for name in recording::names("get_image_sources") {
        checked += check(&GetImageSources::new(), &name);
    }
    for name in recording::names("get_jobs") {
        checked += check(&GetJobs::new(), &name);
    }
    assert!(checked > 300, "{checked}");
    let image = r#"{"data": {"id": "1", "state": ["live"]}}"#;
    assert_eq!(image_error(image), "at data.state: expected an object, found a list");
}

fn image_error(body: &str) -> String {
    image(body).map(drop).unwrap_err()
}

#[test]
fn an_odd_entry_of_a_map_costs_no_record() {
    let odd = r#"{"live": 3, "note": "x", "list": [1], "map": {}, "null": null, "half": 0.5}"#;
    let body = format!(
        r#"{{"data": {{"id": "1", "state": {{"current": ""}},
            "config": {{"labels": {{"port": 80, "a": "b", "list": ["x"], "on": true}}}},
            "meta": {{"containers_count": {{"state": {odd}}}}}}}}}"#
    );
    let data = image(&body).unwrap().data;
    let counts = data.meta.unwrap().containers_count.unwrap().state;
    assert_eq!(counts, [("live".to_owned(), 3)].into());
    let labels = [("a", "b"), ("on", "true"), ("port", "80")];
    assert_eq!(data.config.labels, labels.map(|(name, text)| (name.into(), text.into())).into());
    let source = GetImageSource::new(SourceId::new("x").unwrap());
    let body = format!(
        r#"{{"data": {{"id": "1", "state": {{"current": "live"}},
            "meta": {{"images_count": {{"state": {odd}, "total": 3}}}}}}}}"#
    );
    let counts = answer(&source, &body).unwrap().data.meta.unwrap().images_count.unwrap();
    assert_eq!(counts.state, [("live".to_owned(), 3)].into());
}

#[test]
fn unknown_properties_of_an_origin_are_sent_back_as_they_were_written() {
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
            let source = GetImageSource::new(SourceId::new("x").unwrap());
            let body = format!(
                r#"{{"data": {{"id": "1", "state": {{"current": "live"}}, "origin": {origin}}}}}"#
            );
            let origin = answer(&source, &body).unwrap().data.origin.unwrap();
            let update = UpdateImageSource::new(SourceId::new("x").unwrap()).origin(origin);
            let hub = Hub::new("the-key", "the-hub").unwrap();
            let sent = String::from_utf8(hub.request(&update).unwrap().into_body()).unwrap();
            assert!(sent.contains(&format!(r#""new":{raw}"#)), "{sent}");
        }
    }
}
