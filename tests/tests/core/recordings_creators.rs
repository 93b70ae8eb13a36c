//! Recorded creators among the includes, checked field by field.

use cycle_images::images::GetImages;
use cycle_images::model::{
    Account, ContainerStatus, CreatorType, Creators, Environment, EnvironmentStatus, IpNet,
    LifeStatus,
};
use cycle_images::{Hub, Timestamp};
use cycle_images_tests::recording;
use serde_json::{Value, json};

fn creators() -> Creators {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let response = recording::read("get_images/with_includes");
    let reply = hub.response(&GetImages::new(), response).unwrap();
    reply.includes.creators
}

fn environment() -> Environment {
    creators().environments["61e0000000000000000e0001"].clone()
}

fn at(time: Option<Timestamp>) -> String {
    time.map_or("never".into(), |time| time.to_string())
}

fn net(net: &Option<IpNet>) -> (&str, &str) {
    let net = net.as_ref().unwrap();
    (&net.ip, &net.cidr)
}

#[test]
fn accounts_employees_and_visitors() {
    fn row(account: &Account) -> String {
        let Account { id, name, email, two_factor_auth, events, .. } = account;
        let events: Vec<_> =
            events.iter().map(|(name, time)| format!("{name} {}", at(*time))).collect();
        let second = if two_factor_auth.verified { "2fa" } else { "-" };
        format!(
            "{id} {} {} <{}> {second} {}",
            name.first,
            name.last,
            email.address,
            events.join(" ")
        )
    }
    let creators = creators();
    let sizes = [creators.accounts.len(), creators.employees.len(), creators.visitors.len()];
    assert_eq!(sizes, [1, 1, 1]);
    assert_eq!(
        row(&creators.accounts["60c0ffee0000000000c00001"]),
        "60c0ffee0000000000c00001 Ada Byron <ada@example.com> 2fa \
         created 2024-01-02T03:04:05Z last_login 2026-03-01T09:10:11.12Z"
    );
    assert_eq!(
        row(&creators.employees["60c0ffee0000000000c00002"]),
        "60c0ffee0000000000c00002 Grace Hopper <grace@example.com> - \
         created 2024-02-02T03:04:05Z last_login 2026-03-02T09:10:11.12Z"
    );
    assert_eq!(
        row(&creators.visitors["60c0ffee0000000000c00003"]),
        "60c0ffee0000000000c00003 Linus O'Neil <linus@example.com> 2fa \
         created 2024-03-02T03:04:05Z last_login 2026-03-03T09:10:11.12Z"
    );
}

#[test]
fn api_keys() {
    let creators = creators();
    assert_eq!(creators.api_keys.len(), 1);
    let key = &creators.api_keys["60c0ffee0000000000c00005"];
    assert_eq!(key.id.as_str(), "60c0ffee0000000000c00005");
    assert_eq!(key.name, "CI deploy");
    assert_eq!(key.hub_id.as_ref().unwrap().as_str(), "5e8f1a2b3c4d5e6f70819201");
    let creator = key.creator.as_ref().unwrap();
    assert_eq!(creator.id.as_ref().unwrap().as_str(), "60c0ffee0000000000c00001");
    assert_eq!(creator.kind, CreatorType::Account);
    assert_eq!(key.secret.as_ref().unwrap().expose(), "sec-api-key-creator");
    assert!(!key.permissions.all_environments);
    let permission = &key.permissions.environments[0];
    assert_eq!(permission.id.as_ref().unwrap().as_str(), "61e0000000000000000e0001");
    assert!(permission.manage);
    assert!(!key.capabilities.all);
    assert_eq!(key.capabilities.specific, ["images-view", "images-import"]);
    assert_eq!(key.ips, ["192.0.2.10", "198.51.100.0/24"]);
    assert_eq!(key.state.current, LifeStatus::Live);
    assert_eq!(at(key.state.changed), "2025-11-12T13:14:15Z");
    let error = key.state.error.as_ref().unwrap();
    assert_eq!(error.message.as_deref(), Some("was disabled for an hour"));
    assert_eq!(key.events.len(), 3);
    assert_eq!(at(key.events["created"]), "2025-10-01T00:00:01Z");
    assert_eq!(at(key.events["updated"]), "2025-11-12T13:14:16Z");
    assert_eq!(at(key.events["last_used"]), "2026-03-10T14:00:00Z");
}

#[test]
fn environments() {
    assert_eq!(creators().environments.len(), 1);
    let environment = environment();
    assert_eq!(environment.id.as_str(), "61e0000000000000000e0001");
    assert_eq!(environment.identifier, "shop-production");
    assert_eq!((&*environment.name, &*environment.cluster), ("Shop production", "eu-main"));
    assert_eq!(environment.about.description, "The live shop");
    assert!(environment.about.favorite);
    assert_eq!(environment.creator.as_ref().unwrap().kind, CreatorType::Account);
    assert_eq!(environment.hub_id.as_ref().unwrap().as_str(), "5e8f1a2b3c4d5e6f70819201");
    assert_eq!(environment.state.current, EnvironmentStatus::Live);
    assert_eq!(at(environment.state.changed), "2026-01-02T03:04:05.6Z");
    let error = environment.state.error.as_ref().unwrap();
    assert_eq!(error.message.as_deref(), Some("vpn service was restarted"));
    assert_eq!(at(error.time), "2026-01-02T03:04:00Z");
    assert_eq!(at(environment.events.created), "2025-05-06T07:08:09Z");
    assert_eq!(at(environment.events.updated), "2026-01-02T03:04:06Z");
    assert_eq!(at(environment.events.deleted), "2026-12-31T23:59:59Z");
    let features: Value = environment.features.unwrap().parse().unwrap();
    assert_eq!(features, json!({"legacy_networking": false, "monitoring": {"tier": "standard"}}));
    let services: Value = environment.services.unwrap().parse().unwrap();
    assert_eq!(services["loadbalancer"], Value::Null);
    assert_eq!(services["scheduler"]["container_id"], "61d0000000000000000d0009");
    let roles = environment.acl.unwrap().roles;
    assert_eq!(roles.len(), 2);
    let rights = roles["61ac100000000000001a0002"];
    assert_eq!((rights.view, rights.modify, rights.manage), (true, false, false));
    let tags = environment.deployments.unwrap().tags;
    assert_eq!((&*tags["prod"], &*tags["dev"]), ("v2.4.1", "v2.5.0-dev"));
}

#[test]
fn an_environments_network() {
    let network = environment().private_network.unwrap();
    assert_eq!((network.vxlan_tag, &*network.subnet), (4242, "a7"));
    assert_eq!(net(&Some(network.ipv6)), ("fd00:a7::", "/64"));
    let legacy = network.legacy.unwrap();
    assert_eq!(legacy.subnet, 77);
    assert_eq!(net(&legacy.ipv4), ("172.31.77.0", "/24"));
}

#[test]
fn an_environments_meta() {
    let meta = environment().meta.unwrap();
    let containers = meta.containers_count.unwrap();
    assert_eq!((containers.total, containers.available), (7, 5));
    assert_eq!(containers.state["running"], 4);
    let instances = meta.instances_count.unwrap();
    assert_eq!((instances.total, instances.available), (12, 12));
    assert_eq!(instances.state["migrating"], 1);
    let version = &meta.service_versions["discovery"][0];
    assert_eq!(version.version, "v2026.01.01.02");
    assert_eq!(version.instance_id.as_deref(), Some("61f0000000000000000f0001"));
    assert_eq!(at(version.last_updated), "2026-01-15T16:17:18Z");

    assert_eq!(meta.containers.len(), 1);
    let container = &meta.containers[0];
    assert_eq!((container.id.as_str(), &*container.name), ("61d0000000000000000d0001", "Web"));
    assert_eq!(container.state.current, ContainerStatus::Running);
    assert_eq!(container.state.desired, Some(ContainerStatus::Stopped));
    assert_eq!(at(container.state.changed), "2026-02-03T04:05:06Z");
    let error = container.state.error.as_ref().unwrap();
    assert_eq!(error.message.as_deref(), Some("one instance was replaced"));
    assert_eq!(container.image.id.as_ref().unwrap().as_str(), "65f0a1b2c3d4e5f6a7b80003");
    assert_eq!(container.image.service.as_deref(), Some("loadbalancer"));
    let environment = &container.environment;
    assert_eq!(environment.id.as_ref().unwrap().as_str(), "61e0000000000000000e0001");
    assert_eq!(environment.cluster, "eu-edge");
    assert_eq!(environment.container_subnet.as_deref(), Some("b3"));
    assert_eq!(net(&environment.ipv6), ("fd00:b3::5", "/80"));
    let legacy = environment.legacy.as_ref().unwrap();
    assert_eq!(legacy.subnet, 78);
    assert_eq!(net(&legacy.ipv4), ("172.31.78.0", "/26"));
}
