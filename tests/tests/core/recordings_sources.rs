//! Recorded image sources as the document promises them, field by field.

use cycle_images::SourceId;
use cycle_images::model::{
    AccessRights, CreatorType, DockerFile, DockerHub, DockerRegistry, GitRef, HttpCredentials,
    LifeStatus, OciRegistry, Origin, ProviderAuth, ProviderCredentials, RegistryCredentials, Repo,
    Source, SourceType, SshCredentials, WebhookAuth,
};
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, UpdateImageSource,
    UpdateImageSourceAccess,
};

use cycle_images_tests::support::{at, reply, source};

fn id(end: &str) -> SourceId {
    SourceId::new(format!("64d0a00000000000000500{end}")).unwrap()
}

/// What went wrong, and when.
fn error(source: &Source) -> (&str, String) {
    let error = source.state.error.as_ref().unwrap();
    (error.message.as_deref().unwrap(), at(error.time))
}

/// How many images were made from it: in all, and the new ones.
fn images(source: &Source) -> (u64, u64) {
    let counts = source.meta.as_ref().unwrap().images_count.as_ref().unwrap();
    (counts.total, counts.state["new"])
}

fn description(source: &Source) -> &str {
    source.about.as_ref().unwrap().description.as_deref().unwrap()
}

fn builder(source: &Source) -> &str {
    source.builder.as_ref().unwrap().integration_id.as_deref().unwrap()
}

fn creator(source: &Source) -> (&str, &CreatorType) {
    let creator = source.creator.as_ref().unwrap();
    (creator.id.as_ref().unwrap().as_str(), &creator.kind)
}

fn rights(source: &Source) -> Vec<(&str, AccessRights)> {
    let roles = source.acl.as_ref().unwrap().roles.iter();
    roles.map(|(role, rights)| (role.as_str(), *rights)).collect()
}

fn origin(source: &Source) -> Origin {
    source.origin.clone().unwrap()
}

/// Name, identifier and description.
fn names(source: &Source) -> [&str; 3] {
    [&source.name, &source.identifier, description(source)]
}

#[test]
fn get_image_sources() {
    let reply = reply(&GetImageSources::new(), "get_image_sources/documented");
    assert_eq!((reply.status.as_u16(), reply.skipped.len()), (200, 0));
    let [api, worker] = &reply.data[..] else { panic!("{:?}", reply.data) };

    assert_eq!(api.id, id("11"));
    assert_eq!(names(api), ["Shop API", "shop-api", "The shop's API"]);
    assert_eq!(api.kind, SourceType::Direct);
    assert_eq!(api.hub_id.as_ref().unwrap().as_str(), "5e8f1a2b3c4d5e6f70819201");
    assert_eq!(builder(api), "depot-builder");
    assert_eq!(creator(api), ("60c0ffee0000000000c00001", &CreatorType::Account));
    let none = AccessRights::none();
    let roles = [
        ("61ac100000000000001a0001", none.view(true).modify(true)),
        ("61ac100000000000001a0002", none.view(true)),
    ];
    assert_eq!(rights(api), roles);
    assert_eq!(api.state.current, LifeStatus::Live);
    assert_eq!(at(api.state.changed), "2026-02-03T04:05:06Z");
    assert_eq!(error(api), ("the webhook did not answer", "2026-02-03T04:05:05Z".to_owned()));
    assert_eq!(at(api.events.created), "2025-11-12T13:14:15Z");
    assert_eq!(at(api.events.updated), "2026-02-03T04:05:07Z");
    assert_eq!(at(api.events.deleted), "never");
    let counts = api.meta.as_ref().unwrap().images_count.as_ref().unwrap();
    assert_eq!(counts.total, 28);
    let states = ["new", "downloading", "building", "verifying", "saving", "live", "deleting"];
    assert_eq!(states.map(|state| counts.state[state]), [1, 2, 3, 4, 5, 6, 7]);

    assert_eq!(names(worker), ["Worker", "worker", "Takes orders"]);
    assert_eq!(worker.kind, SourceType::Bucket);
    assert_eq!(creator(worker), ("60c0ffee0000000000c00005", &CreatorType::ApiKey));
    assert_eq!(worker.state.current, LifeStatus::Deleting);
    assert_eq!(error(worker), ("error 12", "2026-03-10T13:00:12Z".to_owned()));
    assert_eq!(images(worker), (0, 0));
    assert_eq!(at(worker.events.deleted), "2026-03-04T05:06:09Z");
}

#[test]
fn origins_of_a_list() {
    let sources = reply(&GetImageSources::new(), "get_image_sources/documented").data;
    let repo = Repo::new("https://git.example.com/shop/api.git")
        .branch("main")
        .auth(HttpCredentials::new("git-reader", "sec-git-password"))
        .git_ref(GitRef::tag("v2.4.1"));
    let ghcr = RegistryCredentials::new("ghcr.io").username("octo").token("sec-ghcr-token");
    let quay = RegistryCredentials::new("quay.io").username("robot").token("sec-quay-token");
    let mut file = DockerFile::of_repo(repo)
        .context_dir("services/api")
        .build_file("services/api/Dockerfile")
        .credentials(ghcr)
        .credentials(quay)
        .existing(id("a1"));
    file.targz_url = Some("https://files.example.com/api.tar.gz".to_owned());
    assert_eq!(origin(&sources[0]), file.into());
    let registry = DockerRegistry::new("team/worker:3", "https://registry.example.com")
        .username("puller")
        .token("sec-registry-token")
        .password("sec-registry-password")
        .existing(id("a2"));
    assert_eq!(origin(&sources[1]), registry.into());
}

#[test]
fn includes_of_sources() {
    let includes = reply(&GetImageSources::new(), "get_image_sources/documented").includes;
    let integration = &includes.integrations["65e0000000000000000b0001"];
    assert_eq!((&*integration.name, &*integration.identifier), ("Depot", "depot-builder"));
    assert_eq!(includes.integrations_identifiers["depot-builder"], ["65e0000000000000000b0001"]);
    let creators = includes.creators;
    assert_eq!(creators.accounts["60c0ffee0000000000c00001"].name.first, "Ada");
    assert_eq!(creators.api_keys["60c0ffee0000000000c00005"].name, "ci");
    assert_eq!((creators.accounts.len(), creators.api_keys.len()), (1, 1));
}

#[test]
fn get_image_source() {
    let reply = reply(&GetImageSource::new(source()), "get_image_source/documented");
    let web = reply.data;
    assert_eq!(web.id, id("13"));
    assert_eq!(names(&web), ["Shop web", "shop-web", "What customers see"]);
    assert_eq!(web.kind, SourceType::StackBuild);
    assert_eq!(builder(&web), "65e0000000000000000b0002");
    assert_eq!(creator(&web), ("60c0ffee0000000000c00007", &CreatorType::PlatformPipeline));
    assert_eq!(rights(&web), [("61ac100000000000001a0004", AccessRights::all())]);
    assert_eq!(web.state.current, LifeStatus::Deleted);
    assert_eq!(error(&web), ("error 13", "2026-03-10T13:00:13Z".to_owned()));
    assert_eq!(at(web.events.deleted), "2026-03-05T06:07:10Z");
    let counts = web.meta.as_ref().unwrap().images_count.as_ref().unwrap();
    assert_eq!((counts.total, counts.state["deleting"]), (5_000_000_000, 14));
    let credentials = ProviderCredentials::new()
        .region("eu-central-1")
        .namespace("shop")
        .api_key("sec-ecr-api-key")
        .secret("sec-ecr-secret")
        .subscription_id("sub-41")
        .client_id("client-42")
        .config("sec-ecr-config");
    let url = "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com";
    let registry = OciRegistry::new("shop/web:1.4", url)
        .auth(ProviderAuth::ecr(credentials))
        .existing(id("a3"));
    assert_eq!(origin(&web), registry.into());
    assert_eq!(reply.includes.integrations_identifiers["depot-builder"].len(), 2);
}

#[test]
fn create_image_source() {
    let operation = CreateImageSource::new(DockerHub::new("x"));
    let reply = reply(&operation, "create_image_source/documented");
    assert_eq!(reply.status, 201);
    let cafe = reply.data;
    assert_eq!(cafe.id, id("14"));
    assert_eq!(error(&cafe), ("error 14", "2026-03-10T13:00:14Z".to_owned()));
    assert_eq!(images(&cafe), (141, 14));
    assert_eq!(names(&cafe), ["Café ☕", "café", "Nightly"]);
    assert_eq!(builder(&cafe), "builder-14");
    assert_eq!(at(cafe.state.changed), "2026-03-10T14:05:09.1Z");
    assert_eq!(at(cafe.events.created), "2026-03-10T14:05:09.2Z");
    let hub = DockerHub::new("acme/cafe:nightly").username("acme").token("sec-hub-token");
    assert_eq!(origin(&cafe), hub.existing(id("a4")).into());
}

#[test]
fn update_image_source() {
    let operation = UpdateImageSource::new(source());
    let web = reply(&operation, "update_image_source/documented").data;
    assert_eq!(web.id, id("15"));
    assert_eq!(error(&web), ("error 15", "2026-03-10T13:00:15Z".to_owned()));
    assert_eq!(images(&web), (151, 15));
    assert_eq!(names(&web), ["Shop web 2", "shop-web-2", "Renamed"]);
    assert_eq!(creator(&web), ("60c0ffee0000000000c00002", &CreatorType::Employee));
    let key = "sec-private-key line 1\nline 2\n";
    let repo = Repo::new("git@git.example.com:shop/web.git")
        .branch("release")
        .auth(SshCredentials::new("git", key).passphrase("sec-passphrase"))
        .git_ref(GitRef::hash("9fceb02d0ae598e95dc970b74767f19372d61af8"));
    let docker = RegistryCredentials::new("docker.io").username("acme").token("sec-docker-token");
    let mut file = DockerFile::of_repo(repo)
        .context_dir(".")
        .build_file("Dockerfile")
        .credentials(docker)
        .existing(id("a5"));
    file.targz_url = Some("https://files.example.com/web.tar.gz".to_owned());
    assert_eq!(origin(&web), file.into());
}

#[test]
fn update_image_source_access() {
    let operation = UpdateImageSourceAccess::clear(source());
    let cron = reply(&operation, "update_image_source_access/documented").data;
    assert_eq!(cron.id, id("16"));
    assert_eq!(error(&cron), ("error 16", "2026-03-10T13:00:16Z".to_owned()));
    assert_eq!(images(&cron), (161, 16));
    assert_eq!(names(&cron), ["Cron", "cron", "Every minute"]);
    let roles = [
        ("61ac100000000000001a0007", AccessRights::none().view(true)),
        ("61ac100000000000001a0008", AccessRights::all()),
    ];
    assert_eq!(rights(&cron), roles);
    let auth = WebhookAuth::new("https://hooks.example.com/registry");
    let registry =
        OciRegistry::new("shop/cron:7", "https://oci.example.com").auth(auth).existing(id("a6"));
    assert_eq!(origin(&cron), registry.into());
}

#[test]
fn delete_image_source() {
    let reply = reply(&DeleteImageSource::new(source()), "delete_image_source/documented");
    assert_eq!((reply.status.as_u16(), &*reply.data.action), (202, "delete"));
    let job = reply.data.job.unwrap();
    assert_eq!(job.id.as_str(), "68f0b00000000000000f0021");
    assert_eq!((job.accepted, &*job.queue), (true, "hub-images"));
    assert_eq!(at(job.schedule), "2026-03-10T14:05:30Z");
    assert_eq!(job.tasks[0].header, "image.source.delete");
    assert_eq!(at(job.tasks[0].steps[0].completed), "2026-03-10T14:05:32Z");
}
