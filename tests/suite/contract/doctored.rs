//! The drift report finds what was changed in a document.

use std::collections::BTreeSet;

use cycle_images_tests::openapi::{Document, drift};
use serde_json::{Value, json};

/// A document in our own words, with a few operations as the platform has them.
fn document() -> Value {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let content = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
    let response = |data: Value| {
        let schema = json!({"type": "object", "required": ["data"], "properties": {"data": data}});
        json!({"200": content(schema)})
    };
    let object = |required: &[&str], properties: Value| json!({"type": "object", "required": required, "properties": properties});
    let text = || json!({"type": "string"});
    let filter = object(&[], json!({"state": text(), "search": text()}));
    let include = json!({"type": "array", "items": {"type": "string", "enum": ["creators"]}});
    let states = ["new", "queued", "scheduled", "running", "completed", "error", "expired"];
    let details = object(&["target"], json!({"target": text(), "url": text()}));
    let job = json!({"id": text(), "caption": text(), "state": reference("JobState")});
    let source = json!({
        "id": text(),
        "origin": reference("Origin"),
        "state": object(&["current"], json!({"current": text()})),
    });
    json!({
        "paths": {
            "/v1/jobs": {"get": {
                "description": "Lists jobs. Requires the `apionly-jobs-view` permission.",
                "parameters": [
                    {"in": "query", "name": "include", "schema": include},
                    {"in": "query", "name": "filter", "schema": filter},
                ],
                "responses": response(json!({"type": "array", "items": reference("Job")})),
            }},
            "/v1/images/sources/{sourceId}": {"get": {"responses": response(reference("Source"))}},
            "/v1/images/{imageId}": {"patch": {"requestBody": content(reference("Update"))}},
            "/v1/images/{imageId}/tasks": {"post": {"requestBody": content(reference("Action"))}},
        },
        "components": {"schemas": {
            "Action": object(&[], json!({"action": {"type": "string", "enum": ["import"]}})),
            "Error": object(&[], json!({"code": {"enum": ["404.image", "404.job"]}})),
            "Registry": object(&["type", "details"], json!({
                "type": {"type": "string", "enum": ["oci-registry"]},
                "details": details,
            })),
            "Job": object(&["id", "state"], job),
            "JobState": object(&["current"], json!({"current": {"type": "string", "enum": states}})),
            "None": object(&["type"], json!({"type": {"type": "string", "enum": ["none"]}})),
            "Origin": {"oneOf": [reference("Registry"), reference("None")]},
            "Source": object(&["id", "state"], source),
            "Update": object(&[], json!({"name": text()})),
        }},
    })
}

/// A change: where something is put or replaced (`null` removes it), and the lines that appear.
type Change = (&'static str, Value, &'static [&'static str]);

fn changes() -> Vec<Change> {
    let text = || json!({"type": "string"});
    vec![
        // Operations.
        (
            "/paths/~1v1~1images~1{imageId}~1restore",
            json!({"post": {}}),
            &["+ operation POST /v1/images/{}/restore"],
        ),
        ("/paths/~1v1~1stacks", json!({"get": {}}), &[]),
        ("/paths/~1v1~1jobs", Value::Null, &["- operation GET /v1/jobs"]),
        (
            "/paths/~1v1~1jobs/get/description",
            json!("Requires the `jobs-view` capability, and `manage`."),
            &["+ capability of GetJobs: jobs-view", "- capability of GetJobs: apionly-jobs-view"],
        ),
        (
            "/paths/~1v1~1images~1{imageId}/patch/responses",
            json!({"202": {}}),
            &["+ status of UpdateImage: 202"],
        ),
        // Parameters and their values.
        (
            "/paths/~1v1~1jobs/get/parameters/1/schema/properties/hub",
            text(),
            &["+ parameter of GetJobs: filter[hub]"],
        ),
        (
            "/paths/~1v1~1jobs/get/parameters/1/schema/properties/state",
            Value::Null,
            &["- parameter of GetJobs: filter[state]"],
        ),
        (
            "/paths/~1v1~1jobs/get/parameters/0/schema/items/enum",
            json!(["creators", "hubs"]),
            &["+ value of a parameter of GetJobs: include=hubs"],
        ),
        (
            "/paths/~1v1~1jobs/get/parameters/0/schema/items/enum",
            json!(["hubs"]),
            &[
                "+ value of a parameter of GetJobs: include=hubs",
                "- value of a parameter of GetJobs: include=creators",
            ],
        ),
        // Properties of requests and their values.
        (
            "/components/schemas/Update/properties/owner",
            text(),
            &["+ property of a request of UpdateImage: .owner"],
        ),
        (
            "/components/schemas/Update/properties/name",
            Value::Null,
            &["- property of a request of UpdateImage: .name"],
        ),
        (
            "/components/schemas/Action/properties/action/enum",
            json!(["import", "scan"]),
            &["+ value of a request of CreateImageJob: .action = \"scan\""],
        ),
        (
            "/components/schemas/Action/properties/action/enum",
            json!(["scan"]),
            &[
                "+ value of a request of CreateImageJob: .action = \"scan\"",
                "- value of a request of CreateImageJob: .action = \"import\"",
            ],
        ),
        // Properties of responses and their values.
        (
            "/components/schemas/Job/properties/owner",
            json!({"type": "object", "properties": {"id": {"type": "string"}}}),
            &["+ property of a response: Job.owner.id"],
        ),
        (
            "/components/schemas/Job/properties/caption",
            Value::Null,
            &["- property of a response: Job.caption"],
        ),
        (
            "/components/schemas/JobState/properties/current/enum/0",
            json!("paused"),
            &[
                "+ value of a response: JobState.current = paused",
                "- value of a response: JobState.current = new",
            ],
        ),
        // A cause is named once, and not each property that is no longer read because of it.
        (
            "/components/schemas/Job/properties/id",
            json!({"type": "integer"}),
            &["+ type of a response: Job.id = integer, not string"],
        ),
        (
            "/components/schemas/Job/properties/caption",
            json!({"type": "boolean"}),
            &["+ type of a response: Job.caption = boolean, not string"],
        ),
        (
            "/components/schemas/Job/properties/state",
            text(),
            &["+ type of a response: Job.state = string, not object"],
        ),
        (
            "/components/schemas/Job/properties/id",
            Value::Null,
            &["- property of a response: Job.id"],
        ),
        (
            "/components/schemas/Job",
            json!({
                "type": "object",
                "required": ["state"],
                "properties": {"caption": text(), "state": {"$ref": "#/components/schemas/JobState"}},
            }),
            &["- property of a response: Job.id"],
        ),
        (
            "/components/schemas/Job/required",
            json!(["id"]),
            &["+ response of GetJobs: what is required alone is not read"],
        ),
        // An origin keeps what it doesn't know.
        (
            "/components/schemas/Registry/properties/details/properties/digest",
            text(),
            &["+ property of a response: Origin(oci-registry).details.digest"],
        ),
        (
            "/components/schemas/Registry/properties/details/properties/mirror",
            json!({"type": "object", "properties": {"url": {"type": "string"}}}),
            &["+ property of a response: Origin(oci-registry).details.mirror.url"],
        ),
        (
            "/components/schemas/Registry/properties/details/properties/url",
            Value::Null,
            &["- property of a response: Origin(oci-registry).details.url"],
        ),
        (
            "/components/schemas/None/properties/type/enum/0",
            json!("nothing"),
            &[
                "+ value of a response: Origin(nothing).type = nothing",
                "- value of a response: Origin.type = none",
            ],
        ),
        // Errors.
        (
            "/components/schemas/Error/properties/code/enum",
            json!(["404.image", "404.registry"]),
            &["+ error code 404.registry", "- error code 404.job"],
        ),
        ("/components/schemas/Error/properties/hint", text(), &["+ property of an error: .hint"]),
    ]
}

/// The changes that the report doesn't show as it should.
pub(crate) fn unnoticed() -> Vec<String> {
    let lines = |root: &Value| drift(&Document::from(root.clone())).unwrap().lines;
    let document = document();
    let before = lines(&document);
    let unnoticed = |(pointer, value, expected): Change| {
        let mut changed = document.clone();
        put(&mut changed, pointer, value);
        let appeared: BTreeSet<String> = lines(&changed).difference(&before).cloned().collect();
        let expected: BTreeSet<String> = expected.iter().map(|&line| line.to_owned()).collect();
        (appeared != expected).then(|| format!("{pointer}: {appeared:#?}, not {expected:#?}"))
    };
    changes().into_iter().filter_map(unnoticed).collect()
}

fn put(document: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    match document.pointer_mut(parent).unwrap() {
        Value::Object(object) if value.is_null() => _ = object.remove(&name).unwrap(),
        Value::Object(object) => _ = object.insert(name, value),
        list => list[name.parse::<usize>().unwrap()] = value,
    }
}
