//! Recorded image sources as the service, written in Go, really writes them.

use cycle_images::model::{
    AccessRights, CreatorType, CycleUpload, DockerHub, Origin, RegistryAuth, SourceType,
};
use cycle_images::sources::SourceIncludes;
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, UpdateImageSource,
    UpdateImageSourceAccess,
};

use cycle_images_tests::support::{at, reply, source};

#[test]
fn get_image_sources() {
    let reply = reply(&GetImageSources::new(), "get_image_sources/as_go_writes");
    assert_eq!((reply.status.as_u16(), reply.skipped.len()), (206, 1));
    assert_eq!(reply.data.len(), 5); // the `null` among them is set aside
    let [plain, least, odd, pushed, nothing] = &reply.data[..] else { panic!("{:?}", reply.data) };

    assert_eq!(plain.name, "a & <b>");
    assert_eq!(plain.about.as_ref().unwrap().description, None);
    assert_eq!(plain.origin, Some(DockerHub::new("nginx").into()));
    assert_eq!((&plain.builder, &plain.acl, &plain.meta), (&None, &None, &None));
    let creator = plain.creator.as_ref().unwrap();
    assert_eq!((&creator.id, &creator.kind), (&None, &CreatorType::Platform));
    assert_eq!(at(plain.events.created), "2026-03-01T00:00:00.123456789Z");
    assert_eq!([plain.events.updated, plain.events.deleted, plain.state.changed], [None; 3]);

    assert_eq!((&*least.name, &least.origin, &least.creator), ("", &None, &None));
    assert_eq!(least.kind.as_str(), "");

    assert_eq!(odd.kind, SourceType::from("mirror"));
    assert_eq!(odd.state.current.as_str(), "archived");
    assert_eq!(odd.state.error.as_ref().unwrap().message, None);
    assert_eq!(odd.hub_id, None);
    assert_eq!(odd.builder.as_ref().unwrap().integration_id, None);
    assert!(odd.acl.as_ref().unwrap().roles.is_empty());
    let counts = odd.meta.as_ref().unwrap().images_count.as_ref().unwrap();
    assert_eq!((counts.total, counts.state.len()), (3, 0));
    let Some(Origin::Unknown(chart)) = &odd.origin else { panic!("{odd:?}") };
    assert_eq!(chart.kind(), "helm-chart");
    assert!(chart.content().unwrap().as_str().contains("oci://charts.example.com/app"));

    assert_eq!(pushed.origin, Some(CycleUpload::new().into()));
    assert_eq!(pushed.meta.as_ref().unwrap().images_count, None);
    assert_eq!(nothing.origin, Some(Origin::None));

    let mut includes = reply.includes;
    assert!(includes.integrations_identifiers.remove("gone").is_none_or(|ids| ids.is_empty()));
    assert_eq!(includes, SourceIncludes::default());
}

#[test]
fn get_image_source() {
    let reply = reply(&GetImageSource::new(source()), "get_image_source/as_go_writes");
    assert_eq!(reply.includes, SourceIncludes::default());
    let Some(Origin::DockerFile(file)) = &reply.data.origin else { panic!("{:?}", reply.data) };
    let repo = file.repo.as_ref().unwrap();
    assert_eq!(repo.url, "https://git.example.com/a.git");
    assert_eq!((&repo.branch, &repo.auth, &repo.git_ref), (&None, &None, &None));
    assert_eq!([&file.targz_url, &file.context_dir, &file.build_file], [&None; 3]);
    assert!(file.credentials.is_empty() && file.existing.is_none());
    assert_eq!(reply.data.events, Default::default());
}

#[test]
fn create_image_source() {
    let operation = CreateImageSource::new(CycleUpload::new());
    let reply = reply(&operation, "create_image_source/as_go_writes");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.data.origin, Some(CycleUpload::new().into()));
    assert_eq!(reply.data.about.unwrap().description, None);
}

#[test]
fn update_image_source() {
    let operation = UpdateImageSource::new(source());
    let source = reply(&operation, "update_image_source/as_go_writes").data;
    let Some(Origin::OciRegistry(registry)) = &source.origin else { panic!("{source:?}") };
    assert_eq!((&*registry.target, &registry.existing), ("a/b", &None));
    let Some(RegistryAuth::Unknown(auth)) = &registry.auth else { panic!("{registry:?}") };
    assert_eq!(auth.kind(), "oidc");
}

#[test]
fn update_image_source_access() {
    let operation = UpdateImageSourceAccess::clear(source());
    let source = reply(&operation, "update_image_source_access/as_go_writes").data;
    let roles = source.acl.unwrap().roles;
    assert_eq!(roles.len(), 1);
    assert_eq!(roles["61ac100000000000001a0009"], AccessRights::none().view(true));
    assert_eq!(source.about, None);
}

#[test]
fn delete_image_source() {
    let reply = reply(&DeleteImageSource::new(source()), "delete_image_source/as_go_writes");
    assert_eq!(reply.status, 200);
    let job = reply.data.job.unwrap();
    assert_eq!((at(job.schedule), &job.parallel.sub_queue), ("never".to_owned(), &None));
    assert!(job.tasks.is_empty() && !job.parallel.tasks);
}
