//! What the wire really carries, answers: one test for each fact, named for it.

use cycle_images::http::Response;
use cycle_images::images::{CreateImageJob, GetImage, GetImageBuildLog, GetImages};
use cycle_images::model::{Image, ImageStatus, JobDescriptor, Origin, SourceReference, SourceType};
use cycle_images::{Hub, ImageId, Operation};
use serde_json::{Value, json};

fn id() -> ImageId {
    ImageId::new("x").unwrap()
}

fn reply<O: Operation>(
    operation: &O,
    status: u16,
    body: &Value,
) -> cycle_images::operation::ReplyOf<O> {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let response = Response::builder().status(status);
    hub.response(operation, response.body(body.to_string()).unwrap()).unwrap()
}

/// An image of which nothing is known but its id, its state and these members.
fn image(members: Value) -> Image {
    let mut data = json!({"id": "1", "state": {"current": "live"}});
    data.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    reply(&GetImage::new(id()), 200, &json!({"data": data})).data
}

fn source(source: Value) -> SourceReference {
    image(json!({"source": source})).source.unwrap()
}

fn origin(kind: &str, details: Value) -> Origin {
    let origin = json!({"type": kind, "details": details});
    let source = source(json!({"type": "direct", "details": {"origin": origin}}));
    source.details.origin.unwrap()
}

fn job(data: Value) -> JobDescriptor {
    reply(&CreateImageJob::import(id()), 202, &json!({"data": data})).data
}

#[test]
fn any_2xx_is_a_success() {
    let body = json!({"data": {"id": "1", "state": {"current": "live"}}});
    for status in 200..300 {
        let reply = reply(&GetImage::new(id()), status, &body);
        assert_eq!((reply.status.as_u16(), reply.data.id.as_str()), (status, "1"));
    }
}

#[test]
fn a_page_may_have_fewer_images_than_requested_and_no_total() {
    let body = json!({"data": [{"id": "1", "state": {"current": "live"}}]});
    let reply = reply(&GetImages::new().page_size(100), 200, &body);
    assert_eq!(reply.data.len(), 1);
}

#[test]
fn includes_are_maps_by_id_and_identifiers_lead_to_ids() {
    let stack = json!({"id": "b", "state": {"current": "live"}});
    let includes = json!({"stacks": {"b": stack}, "stacks:identifiers": {"web": ["b", "c"]}});
    let body = json!({"data": [], "includes": includes});
    let includes = reply(&GetImages::new(), 200, &body).includes;
    assert_eq!(includes.stacks["b"].id.as_str(), "b");
    assert_eq!(includes.stacks_identifiers["web"], ["b", "c"]);
}

#[test]
fn an_empty_list_may_arrive_as_null() {
    let config = json!({"ports": null, "command": null, "entrypoint": null, "volumes": null});
    let config = image(json!({"config": config})).config;
    assert!(config.ports.is_empty() && config.volumes.is_empty());
    assert!(config.command.is_empty() && config.entrypoint.is_empty());
    let none = reply(&GetImages::new(), 200, &json!({"data": null, "includes": null}));
    assert!(none.data.is_empty() && none.skipped.is_empty());
    assert!(job(json!({"job": {"id": "1", "tasks": null}})).job.unwrap().tasks.is_empty());
}

#[test]
fn an_empty_map_may_arrive_as_null() {
    let members = json!({
        "config": {"env": null, "labels": null},
        "build": {"args": null},
        "meta": {"containers_count": {"state": null, "total": 0, "available": 0}}
    });
    let image = image(members);
    assert!(image.config.env.is_empty() && image.config.labels.is_empty());
    assert!(image.build.unwrap().args.is_empty());
    assert!(image.meta.unwrap().containers_count.unwrap().state.is_empty());
}

#[test]
fn never_is_the_zero_time_or_an_empty_text() {
    for never in [json!("0001-01-01T00:00:00Z"), json!(""), Value::Null] {
        let members = json!({
            "state": {"current": "live", "changed": never, "error": {"time": never}},
            "events": {"created": never, "updated": never, "deleted": "2026-03-10T14:05:09Z"},
            "factory": {"cached": never, "acknowledged": never}
        });
        let image = image(members);
        assert_eq!(image.state.changed, None);
        assert_eq!(image.state.error.unwrap().time, None);
        assert_eq!((image.events.created, image.events.updated), (None, None));
        let deleted = image.events.deleted.unwrap();
        assert_eq!(deleted.to_string(), "2026-03-10T14:05:09Z");
        let factory = image.factory.unwrap();
        assert_eq!((factory.cached, factory.acknowledged), (None, None));
    }
}

#[test]
fn an_absent_text_may_arrive_as_an_empty_one() {
    let details = json!({"target": "nginx", "username": "", "token": "", "existing": null});
    let Origin::DockerHub(hub) = origin("docker-hub", details) else {
        unreachable!("the kind is docker-hub");
    };
    assert_eq!((hub.username, hub.token), (None, None));
    let log = json!({"data": {"id": "1", "image_id": "", "hub_id": "", "log": ""}});
    let log = reply(&GetImageBuildLog::new(id()), 200, &log).data;
    assert_eq!((log.image_id, log.hub_id, &*log.log), (None, None, ""));
}

#[test]
fn sizes_pass_four_gibibytes() {
    for size in [2_147_483_648_u64, 4_294_967_296, 9_007_199_254_740_993] {
        let image = image(json!({"size": size, "backend": {"size": size + 1}}));
        assert_eq!((image.size, image.backend.size), (size, size + 1));
    }
}

#[test]
fn numbers_of_the_schema_are_integers() {
    let port = json!({"host": 65_535, "container": 1, "type": "tcp"});
    let config = image(json!({"config": {"ports": [port]}})).config;
    assert_eq!((config.ports[0].host, config.ports[0].container), (65_535, 1));
}

#[test]
fn unknown_states_origins_and_creator_types_are_kept() {
    let members = json!({
        "state": {"current": "quarantined"},
        "creator": {"id": "1", "type": "robot"},
        "config": {"volumes": [{"path": "/x", "mode": "wo"}]}
    });
    let image = image(members);
    assert!(
        matches!(&image.state.current, ImageStatus::Unknown(word) if word.as_str() == "quarantined")
    );
    assert_eq!(image.creator.unwrap().kind.as_str(), "robot");
    assert_eq!(image.config.volumes[0].mode.as_ref().unwrap().as_str(), "wo");
    let Origin::Unknown(chart) = origin("helm-chart", json!({"chart": "x"})) else {
        unreachable!("nobody knows helm-chart");
    };
    assert_eq!(chart.kind(), "helm-chart");
    assert_eq!(chart.content().unwrap().as_str(), r#"{"chart":"x"}"#);
}

#[test]
fn an_old_revision_wrote_stack_build_with_an_underscore() {
    let details = json!({"id": "1", "stack_id": "2", "containers": ["web"]});
    let source = source(json!({"type": "stack_build", "details": details}));
    assert_eq!(source.kind, SourceType::from("stack_build"));
    assert_eq!(source.kind.as_str(), "stack_build");
    assert_eq!(source.details.stack_id.unwrap().as_str(), "2");
    assert_eq!(source.details.containers, ["web"]);
}

#[test]
fn uploading_images_carry_token_and_expiry_in_their_origin() {
    let details = json!({"expires": "2026-03-10T15:05:09Z", "token": "t"});
    let Origin::CycleUpload(upload) = origin("cycle-upload", details) else {
        unreachable!("the kind is cycle-upload");
    };
    assert_eq!(upload.expires.unwrap().to_string(), "2026-03-10T15:05:09Z");
    assert_eq!(upload.token.expose(), "t");
    assert_eq!(ImageStatus::from("uploading"), ImageStatus::Uploading);
}

#[test]
fn ids_are_plain_texts() {
    let image = image(json!({"id": "not hex / 画像", "hub_id": "h"}));
    assert_eq!(image.id.as_str(), "not hex / 画像");
    assert_eq!(image.hub_id.unwrap().as_str(), "h");
}

#[test]
fn a_job_descriptor_may_have_no_job() {
    assert_eq!(job(json!({"action": "import"})).job, None);
    assert_eq!(job(json!({"action": "import", "job": null})).action, "import");
    let described = job(json!({"action": "prune", "job": {"id": "1"}})).job.unwrap();
    assert_eq!((described.id.as_str(), described.accepted), ("1", false));
}
