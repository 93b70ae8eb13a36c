//! Origins as they are sent, with their fewest properties; `request.snap` of the two operations
//! has them with all.

use cycle_images::images::CreateImage;
use cycle_images::model::{
    CycleSource, CycleUpload, DockerFile, DockerHub, DockerRegistry, GitRef, OciRegistry, Origin,
    ProviderAuth, ProviderCredentials, ProviderFlavor, Repo, SshCredentials,
};
use cycle_images::sources::{CreateImageSource, UpdateImageSource};
use cycle_images_tests::support::{body, reply, source};

/// A new source is sent with this origin, and a changed one as well.
#[track_caller]
fn is_sent(origin: impl Into<Origin>, expected: &str) {
    let origin = origin.into();
    let created = body(&CreateImageSource::new(origin.clone()));
    assert_eq!(created, format!(r#"{{"type":"direct","origin":{expected}}}"#));
    let updated = body(&UpdateImageSource::new(source()).origin(origin));
    assert_eq!(updated, format!(r#"{{"origin":{expected}}}"#));
}

#[test]
fn only_what_is_set_of_an_origin_is_sent() {
    is_sent(DockerHub::new("a:1"), r#"{"type":"docker-hub","details":{"target":"a:1"}}"#);
    is_sent(
        DockerFile::of_repo(Repo::new("https://g")),
        r#"{"type":"docker-file","details":{"repo":{"url":"https://g"}}}"#,
    );
    is_sent(
        DockerFile::of_targz("https://f/a.tar.gz"),
        r#"{"type":"docker-file","details":{"targz_url":"https://f/a.tar.gz"}}"#,
    );
    is_sent(
        DockerRegistry::new("a", "https://r"),
        r#"{"type":"docker-registry","details":{"target":"a","url":"https://r"}}"#,
    );
    is_sent(
        OciRegistry::new("a", "https://r"),
        r#"{"type":"oci-registry","details":{"target":"a","url":"https://r"}}"#,
    );
    is_sent(Origin::None, r#"{"type":"none"}"#);
}

#[test]
fn a_key_without_a_passphrase_is_sent_with_an_empty_one() {
    let repo = Repo::new("g").auth(SshCredentials::new("git", "k")).git_ref(GitRef::hash("9fce"));
    let auth =
        r#"{"type":"ssh","credentials":{"username":"git","passphrase":"","private_key":"k"}}"#;
    let repo_sent =
        format!(r#"{{"url":"g","auth":{auth},"ref":{{"type":"hash","value":"9fce"}}}}"#);
    let sent = format!(r#"{{"type":"docker-file","details":{{"repo":{repo_sent}}}}}"#);
    is_sent(DockerFile::of_repo(repo), &sent);
}

#[test]
fn an_unknown_flavor_and_an_unknown_origin_are_sent_as_they_are() {
    let credentials = ProviderCredentials::new().region("r");
    let auth = ProviderAuth::new(ProviderFlavor::from("gcr"), credentials);
    let auth_sent =
        r#"{"type":"provider","details":{"flavor":"gcr","credentials":{"region":"r"}}}"#;
    is_sent(
        OciRegistry::new("a", "u").auth(auth),
        &format!(
            r#"{{"type":"oci-registry","details":{{"target":"a","url":"u","auth":{auth_sent}}}}}"#
        ),
    );
    let unknown = r#"{"type":"helm-chart","details":{"b":1.50,"a":"x"}}"#;
    is_sent(serde_json::from_str::<Origin>(unknown).unwrap(), unknown);
}

#[test]
fn the_token_of_an_upload_is_not_sent_back() {
    let sent = r#"{"type":"cycle-upload","details":{}}"#;
    is_sent(CycleUpload::new(), sent);
    let image = reply(&CreateImage::new(source()), "create_image/cycle_upload").data;
    let origin = image.source.unwrap().details.origin.unwrap();
    let Origin::CycleUpload(upload) = &origin else { panic!("{origin:?}") };
    assert!(upload.token.expose().starts_with("sec-"));
    is_sent(origin, sent);
}

/// It can't be sent, but stacks have it.
#[test]
fn a_source_on_cycle_is_written() {
    let origin = Origin::from(CycleSource::new(source()));
    assert_eq!(
        serde_json::to_string(&origin).unwrap(),
        r#"{"type":"cycle-source","details":{"source_id":"64d0a0000000000000050001"}}"#
    );
}
