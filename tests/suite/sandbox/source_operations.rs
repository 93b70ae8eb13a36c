//! Each operation on image sources once, by the blocking client against the sandbox.

use cycle_images::SourceId;
use cycle_images::model::{
    AccessRights, Acl, DockerFile, DockerHub, HttpCredentials, LifeStatus, OciRegistry, Origin,
    ProviderAuth, ProviderCredentials, Repo, SourceType,
};
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, SourceInclude,
    SourceMetaName, UpdateImageSource, UpdateImageSourceAccess,
};
use cycle_images_tests::sandbox::Sandbox;

use crate::job_operations::{STEP, client, still_sandbox};

#[test]
fn a_source_is_created_read_changed_and_deleted() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    let repo = Repo::new("https://git.example.com/shop.git")
        .branch("main")
        .auth(HttpCredentials::new("ci", "pw"));
    let acl = Acl::new().role("admins", AccessRights::all());
    let create = CreateImageSource::new(DockerFile::of_repo(repo).build_file("api/Dockerfile"))
        .name("Shop")
        .identifier("the-shop")
        .description("From the repository")
        .builder_integration_id("big-builder")
        .acl(acl.clone())
        .kind(SourceType::Bucket);
    let created = client.call(&create).unwrap();
    assert_eq!(created.status, 201);
    let source = created.data;
    assert_eq!((&*source.name, &*source.identifier), ("Shop", "the-shop"));
    assert_eq!((&source.kind, &source.acl), (&SourceType::Bucket, &Some(acl)));
    let Some(Origin::DockerFile(file)) = &source.origin else { panic!("{source:?}") };
    assert_eq!(file.build_file.as_deref(), Some("api/Dockerfile"));

    let get = GetImageSource::new(&source.id)
        .meta(SourceMetaName::ImagesCount)
        .include(SourceInclude::Integrations)
        .include(SourceInclude::Creators);
    let read = client.call(&get).unwrap();
    assert_eq!(read.data.meta.unwrap().images_count.unwrap().total, 0);
    assert_eq!(read.includes.integrations_identifiers["big-builder"].len(), 1);
    assert_eq!(read.includes.creators.api_keys.len(), 1);

    let update = UpdateImageSource::new(&source.id)
        .name("The web")
        .origin(DockerHub::new("nginx:1.28"))
        .clear_identifier()
        .clear_builder()
        .clear_description();
    let source = client.call(&update).unwrap().data;
    assert_eq!((&*source.name, &*source.identifier), ("The web", "the-web"));
    assert_eq!(source.origin, Some(DockerHub::new("nginx:1.28").into()));
    assert_eq!((&source.builder, source.about.unwrap().description), (&None, None));
    assert!(source.acl.is_some());

    let delete = client.call(&DeleteImageSource::new(&source.id)).unwrap();
    assert_eq!((delete.status.as_u16(), &*delete.data.action), (202, "delete"));
    assert!(delete.data.job.unwrap().accepted);
    let get = GetImageSource::new(&source.id);
    assert_eq!(client.call(&get).unwrap().data.state.current, LifeStatus::Deleting);
    sandbox.skip(2 * STEP);
    assert!(client.call(&get).unwrap_err().response().unwrap().is_not_found());
}

#[test]
fn a_patch_changes_only_what_it_names() {
    let sandbox = still_sandbox();
    let client = client(&sandbox);
    let id = SourceId::new(sandbox.source_called("shop-api").unwrap()).unwrap();
    let before = client.call(&GetImageSource::new(&id)).unwrap().data;
    let mut after = client.call(&UpdateImageSource::new(&id).name("Other")).unwrap().data;
    assert_eq!((&*before.name, &*after.name), ("Shop API", "Other"));
    after.name.clone_from(&before.name);
    after.events.updated = before.events.updated;
    assert_eq!(after, before);
}

#[test]
fn access_is_set_and_cleared() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let id = SourceId::new(sandbox.source_id()).unwrap();
    let acl = Acl::new()
        .role("admins", AccessRights::all())
        .role("readers", AccessRights::none().view(true));
    let set = client.call(&UpdateImageSourceAccess::set(&id, acl.clone())).unwrap().data;
    assert_eq!(set.acl, Some(acl));
    let cleared = client.call(&UpdateImageSourceAccess::clear(&id)).unwrap().data;
    assert_eq!(cleared.acl, None);
}

#[test]
fn sources_are_listed() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let names = |list: GetImageSources| -> Vec<String> {
        client.call(&list).unwrap().data.into_iter().map(|source| source.name).collect()
    };
    let list = GetImageSources::new;
    assert_eq!(names(list()), ["Web", "Shop API", "Worker", "Pushed"]);
    assert_eq!(names(list().sort("name").page_size(2).page_number(2)), ["Web", "Worker"]);
    assert_eq!(names(list().filter_search("shop")), ["Shop API"]);
    assert_eq!(names(list().filter_identifier("worker")), ["Worker"]);
    let gone = list().filter_state(LifeStatus::Deleting).filter_state(LifeStatus::Deleted);
    assert_eq!(names(gone), [""; 0]);
    let all = list().meta(SourceMetaName::ImagesCount).include(SourceInclude::Integrations);
    let reply = client.call(&all).unwrap();
    assert!(reply.data.iter().all(|source| source.meta.is_some()));
    assert_eq!(reply.includes.integrations.len(), 1);
}

#[test]
fn the_sandbox_accepts_every_origin() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let registry = OciRegistry::new("a", "https://r");
    let provider = ProviderAuth::ecr(ProviderCredentials::new().region("r").config("b"));
    let upload: Origin = cycle_images::model::CycleUpload::new().into();
    for origin in [registry.auth(provider).into(), upload, Origin::None] {
        let created = client.call(&CreateImageSource::new(origin.clone())).unwrap().data;
        assert_eq!(created.origin, Some(origin));
    }
}
