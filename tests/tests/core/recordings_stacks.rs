//! Recorded stacks and stack builds among the includes, checked field by field.

use std::collections::BTreeMap;

use cycle_images::images::GetImages;
use cycle_images::images::ImageIncludes;
use cycle_images::model::{
    Creator, CreatorType, LifeStatus, RepoAuth, StackBuildStatus, StackSource, State, StateCounts,
};
use cycle_images::{Hub, Timestamp};
use cycle_images_tests::recording;
use serde_json::{Value, json};

fn includes(name: &str) -> ImageIncludes {
    let hub = Hub::new("the-key", "the-hub").unwrap();
    let response = recording::read(name);
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

fn counts(counts: &Option<StateCounts>) -> (Vec<(&str, u64)>, u64, u64) {
    let counts = counts.as_ref().unwrap();
    let states = counts.state.iter().map(|(name, &count)| (&**name, count));
    (states.collect(), counts.total, counts.available)
}

fn keys<T>(map: &BTreeMap<String, T>) -> Vec<&str> {
    map.keys().map(String::as_str).collect()
}

#[test]
fn stacks() {
    let stacks = includes("get_images/with_includes").stacks;
    assert_eq!(stacks.len(), 3);
    let stack = &stacks["62a0000000000000005a0003"];
    assert_eq!(stack.id.as_str(), "62a0000000000000005a0003");
    assert_eq!((&*stack.identifier, &*stack.name), ("shop", "Shop"));
    assert_eq!(stack.hub_id.as_ref().unwrap().as_str(), "5e8f1a2b3c4d5e6f70819201");
    assert_eq!(creator(&stack.creator), ("60c0ffee0000000000c00002", &CreatorType::Employee));
    let expected = (
        &LifeStatus::Live,
        "2026-02-03T10:11:12Z".into(),
        "build 3 was skipped",
        "2026-02-03T10:00:00Z".into(),
    );
    assert_eq!(state(&stack.state), expected);
    assert_eq!(stack.variables.len(), 2);
    assert_eq!(
        (&*stack.variables["domain"], &*stack.variables["replicas"]),
        ("shop.example.com", "3")
    );
    assert_eq!(stack.acl.as_ref().unwrap().roles.len(), 2);
    assert_eq!(at(stack.events.created), "2025-03-01T01:01:01Z");
    assert_eq!(at(stack.events.updated), "2025-03-02T02:02:02Z");
    assert_eq!(at(stack.events.deleted), "2027-03-03T03:03:03Z");
    assert_eq!(at(stack.events.last_build), "2026-03-04T04:04:04Z");
    let meta = stack.meta.as_ref().unwrap();
    assert_eq!(counts(&meta.containers_count), (vec![("running", 3), ("stopped", 2)], 5, 5));
    assert_eq!(counts(&meta.builds_count), (vec![("deleted", 1), ("live", 6)], 7, 6));
}

#[test]
fn sources_of_stacks() {
    let stacks = includes("get_images/with_includes").stacks;
    let Some(StackSource::GitRepo(repo)) = &stacks["62a0000000000000005a0003"].source else {
        panic!("{stacks:?}");
    };
    assert_eq!(repo.stack_file.as_deref(), Some("deploy/cycle.json"));
    assert_eq!(repo.url, "https://git.example.com/shop/stack.git");
    assert_eq!(repo.branch.as_deref(), Some("trunk"));
    let git_ref = repo.git_ref.as_ref().unwrap();
    assert_eq!((&*git_ref.kind, &*git_ref.value), ("branch", "trunk"));
    let Some(RepoAuth::Http(http)) = &repo.auth else {
        panic!("{repo:?}");
    };
    assert_eq!((&*http.username, http.password.expose()), ("stack-reader", "sec-stack-password"));

    let Some(StackSource::GitRepo(repo)) = &stacks["62a0000000000000005a0006"].source else {
        panic!("{stacks:?}");
    };
    let Some(RepoAuth::Ssh(ssh)) = &repo.auth else {
        panic!("{repo:?}");
    };
    assert_eq!(ssh.passphrase.expose(), "sec-stack-passphrase");
    assert_eq!(ssh.private_key.expose(), "sec-stack-private-key");

    let Some(StackSource::Raw(Some(spec))) = &stacks["62a0000000000000005a0009"].source else {
        panic!("{stacks:?}");
    };
    let spec: Value = spec.parse().unwrap();
    assert_eq!(spec["containers"]["web"]["config"]["deploy"]["instances"], 3);
}

#[test]
fn stack_builds() {
    let builds = includes("get_images/with_includes").stack_builds;
    assert_eq!(keys(&builds), ["64d0a0000000000000050003", "64d0a0000000000000050006"]);
    let build = &builds["64d0a0000000000000050003"];
    assert_eq!(build.id.as_str(), "64d0a0000000000000050003");
    assert_eq!(build.hub_id.as_ref().unwrap().as_str(), "5e8f1a2b3c4d5e6f70819201");
    assert_eq!(build.stack_id.as_ref().unwrap().as_str(), "62a0000000000000005a0003");
    let spec: Value = build.spec.as_ref().unwrap().parse().unwrap();
    assert_eq!(spec["about"], json!({"version": "2.4.1", "description": "Shop"}));
    assert_eq!((&*build.about.version, &*build.about.description), ("2.4.3", "Spring sale"));
    let commit = build.about.git_commit.as_ref().unwrap();
    assert_eq!(commit.hash, "0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c");
    assert_eq!(commit.message, "web: new price tag\n\nSee shop/1182.");
    assert_eq!(at(commit.time), "2026-02-28T16:18:19Z");
    assert_eq!(
        (&*commit.author.name, &*commit.author.email),
        ("Zoë Ólafsdóttir", "zoe@example.com")
    );
    let git = build.instructions.git.as_ref().unwrap();
    assert_eq!((&*git.kind, &*git.value), ("branch", "trunk"));
    assert_eq!(build.instructions.variables["domain"], "sale.example.com");
    assert_eq!(at(build.events.created), "2026-02-28T16:20:00Z");
    assert_eq!(at(build.events.updated), "2026-02-28T16:25:00.001Z");
    assert_eq!(at(build.events.deleted), "2026-08-28T00:00:00Z");
    let expected = (
        &StackBuildStatus::Deploying,
        "2026-02-28T16:25:01Z".into(),
        "instance 3 was slow",
        "2026-02-28T16:24:59Z".into(),
    );
    assert_eq!(state(&build.state), expected);
    let containers = &build.meta.as_ref().unwrap().containers_count;
    assert_eq!(counts(containers), (vec![("running", 2), ("starting", 1)], 3, 3));
}

#[test]
fn a_stack_as_go_writes_it() {
    let includes = includes("get_images/as_go_writes");
    assert!(includes.stack_builds.is_empty());
    let stack = &includes.stacks["62a0000000000000005a0001"];
    let creator = stack.creator.as_ref().unwrap();
    assert_eq!((&creator.id, creator.kind.as_str()), (&None, ""));
    assert_eq!(stack.source, Some(StackSource::Raw(None)));
    assert_eq!((stack.state.changed, stack.events.last_build), (None, None));
    assert_eq!((&stack.acl, &stack.meta, stack.variables.len()), (&None, &None, 0));
}
