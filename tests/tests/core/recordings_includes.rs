//! Recorded includes of sources, integrations and identifiers, checked field by field.

use std::collections::BTreeMap;

use cycle_images::images::ImageIncludes;
use cycle_images::images::{GetImage, GetImages};
use cycle_images::model::{
    Creator, CreatorType, IntegrationStatus, LifeStatus, Origin, SourceType, State,
};
use cycle_images::{Hub, ImageId, Secret, Timestamp};
use cycle_images_tests::recording;
use serde_json::Value;

fn includes() -> ImageIncludes {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let response = recording::read("get_images/with_includes");
    hub.response(&GetImages::new(), response).unwrap().includes
}

fn at(time: Option<Timestamp>) -> String {
    time.map_or("never".into(), |time| time.to_string())
}

fn creator(creator: &Option<Creator>) -> (&str, &CreatorType) {
    let creator = creator.as_ref().unwrap();
    (creator.id.as_ref().unwrap().as_str(), &creator.kind)
}

fn state<S>(state: &State<S>) -> (&S, String, &str, String) {
    let error = state.error.as_ref().unwrap();
    let message = error.message.as_deref().unwrap();
    (&state.current, at(state.changed), message, at(error.time))
}

fn secret(secret: &Option<Secret>) -> &str {
    secret.as_ref().unwrap().expose()
}

fn keys<T>(map: &BTreeMap<String, T>) -> Vec<&str> {
    map.keys().map(String::as_str).collect()
}

#[test]
fn one_image_and_a_list_include_alike() {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let operation = GetImage::new(ImageId::new("x").unwrap());
    let response = recording::read("get_image/with_includes");
    let reply = hub.response(&operation, response).unwrap();
    assert_eq!(reply.data.name, "Shop web");
    assert_eq!(reply.includes, includes());
}

#[test]
fn sources() {
    let sources = includes().sources;
    assert_eq!(keys(&sources), ["64d0a0000000000000050001", "64d0a0000000000000050008"]);
    let source = &sources["64d0a0000000000000050001"];
    assert_eq!(source.id.as_str(), "64d0a0000000000000050001");
    assert_eq!((&*source.identifier, &*source.name), ("postgres", "Postgres"));
    assert_eq!(source.kind, SourceType::Direct);
    assert_eq!(source.hub_id.as_ref().unwrap().as_str(), "5e8f1a2b3c4d5e6f70819201");
    let about = source.about.as_ref().unwrap();
    assert_eq!(about.description.as_deref(), Some("Postgres, kept by the postgres team"));
    let Some(Origin::DockerHub(hub)) = &source.origin else {
        panic!("{source:?}");
    };
    assert_eq!((&*hub.target, secret(&hub.token)), ("library/postgres:17.4", "sec-hub-token"));
    let builder = source.builder.as_ref().unwrap();
    assert_eq!(builder.integration_id.as_deref(), Some("65e0000000000000000b0001"));
    assert_eq!(creator(&source.creator), ("60c0ffee0000000000c00003", &CreatorType::Visitor));
    let roles = &source.acl.as_ref().unwrap().roles;
    assert_eq!(keys(roles), ["61ac100000000000001a0001", "61ac100000000000001a0002"]);
    let rights = roles["61ac100000000000001a0001"];
    assert_eq!((rights.view, rights.modify, rights.manage), (true, true, false));
    let message = "credentials of postgres were rejected once";
    let expected =
        (&LifeStatus::Live, "2025-12-01T20:21:22Z".into(), message, "2025-12-01T20:00:00Z".into());
    assert_eq!(state(&source.state), expected);
    assert_eq!(at(source.events.created), "2025-11-01T01:00:00Z");
    assert_eq!(at(source.events.updated), "2025-11-11T02:00:00Z");
    assert_eq!(at(source.events.deleted), "2027-11-21T03:00:00Z");
    let images = source.meta.as_ref().unwrap().images_count.as_ref().unwrap();
    assert_eq!((images.total, images.state.len()), (29, 7));
    assert_eq!((images.state["downloading"], images.state["live"]), (2, 7));

    let bucket = &sources["64d0a0000000000000050008"];
    assert_eq!(bucket.kind, SourceType::Bucket);
    let builder = bucket.builder.as_ref().unwrap();
    assert_eq!(builder.integration_id.as_deref(), Some("depot-builder"));
    assert!(matches!(&bucket.origin, Some(Origin::CycleUpload(_))));
}

#[test]
fn integrations() {
    let integrations = includes().integrations;
    assert_eq!(keys(&integrations), ["65e0000000000000000b0001"]);
    let depot = &integrations["65e0000000000000000b0001"];
    assert_eq!(depot.id.as_str(), "65e0000000000000000b0001");
    assert_eq!(
        (&*depot.name, &*depot.vendor, &*depot.identifier),
        ("Depot", "depot", "depot-builder")
    );
    let auth = depot.auth.as_ref().unwrap();
    assert_eq!(
        (auth.region.as_deref(), auth.namespace.as_deref()),
        (Some("us-east-1"), Some("acme"))
    );
    assert_eq!(secret(&auth.api_key), "sec-integration-api-key");
    assert_eq!(auth.key_id.as_deref(), Some("key-31"));
    assert_eq!(secret(&auth.secret), "sec-integration-secret");
    assert_eq!(auth.subscription_id.as_deref(), Some("sub-32"));
    assert_eq!(auth.client_id.as_deref(), Some("client-33"));
    assert_eq!(secret(&auth.base64_config), "sec-integration-config");
    assert_eq!((&*depot.extra["project"], &*depot.extra["cache"]), ("p-7781", "true"));
    assert_eq!(creator(&depot.creator), ("60c0ffee0000000000c00005", &CreatorType::ApiKey));
    assert_eq!(depot.hub_id.as_ref().unwrap().as_str(), "5e8f1a2b3c4d5e6f70819201");
    let expected = (
        &IntegrationStatus::Verifying,
        "2026-01-20T01:02:03Z".into(),
        "key expires in 3 days",
        "2026-01-20T01:00:00Z".into(),
    );
    assert_eq!(state(&depot.state), expected);
    assert_eq!(at(depot.events.created), "2025-09-09T09:09:09Z");
    assert_eq!(at(depot.events.updated), "2026-01-20T01:02:04Z");
    assert_eq!(at(depot.events.deleted), "2028-01-01T00:00:00Z");
    let definition = depot.meta.as_ref().unwrap().definition.as_ref().unwrap();
    let definition: Value = definition.parse().unwrap();
    assert_eq!(definition["fields"]["auth"]["api_key"]["type"], "blob");
}

#[test]
fn identifiers() {
    let includes = includes();
    assert_eq!(keys(&includes.stacks_identifiers), ["search", "shop"]);
    let shops = ["62a0000000000000005a0003", "62a0000000000000005a0009"];
    assert_eq!(includes.stacks_identifiers["shop"], shops);
    assert_eq!(includes.stacks_identifiers["search"], ["62a0000000000000005a0006"]);
    assert_eq!(keys(&includes.sources_identifiers), ["postgres", "uploads"]);
    assert_eq!(includes.sources_identifiers["postgres"], ["64d0a0000000000000050001"]);
    assert_eq!(includes.sources_identifiers["uploads"], ["64d0a0000000000000050008"]);
    assert_eq!(keys(&includes.integrations_identifiers), ["depot-builder"]);
    let depot = ["65e0000000000000000b0001"];
    assert_eq!(includes.integrations_identifiers["depot-builder"], depot);
}

#[test]
fn includes_as_go_writes_them() {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let response = recording::read("get_images/as_go_writes");
    let includes = hub.response(&GetImages::new(), response).unwrap().includes;
    let operation = GetImage::new(ImageId::new("x").unwrap());
    let response = recording::read("get_image/as_go_writes");
    assert_eq!(hub.response(&operation, response).unwrap().includes, includes);

    assert!(includes.stack_builds.is_empty());
    assert!(includes.stacks_identifiers.is_empty());
    assert!(includes.integrations_identifiers.is_empty());
    assert_eq!(includes.sources_identifiers["nginx"], ["64d0a0000000000000050001"]);
    assert!(includes.sources_identifiers.get("gone").is_none_or(Vec::is_empty));

    let source = &includes.sources["64d0a0000000000000050001"];
    assert_eq!(source.kind.as_str(), "mirror");
    assert_eq!((&source.about, &source.builder, &source.meta), (&None, &None, &None));
    assert!(source.acl.as_ref().unwrap().roles.is_empty());
    assert_eq!(source.events, Default::default());

    let integration = &includes.integrations["65e0000000000000000b0001"];
    assert_eq!((&integration.hub_id, &integration.auth), (&None, &None));
    assert!(integration.extra.is_empty());

    assert!(includes.creators.accounts.is_empty() && includes.creators.environments.is_empty());
    let key = &includes.creators.api_keys["60c0ffee0000000000c00005"];
    assert_eq!(secret(&key.secret), "sec-go-api-key");
    assert_eq!(key.creator, None);
    assert!(key.permissions.all_environments && key.permissions.environments.is_empty());
    assert!(key.capabilities.all && key.capabilities.specific.is_empty());
    assert!(key.ips.is_empty() && key.events.is_empty());
}
