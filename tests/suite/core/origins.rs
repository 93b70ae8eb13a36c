//! Every origin and everything that opens one, as it is sent: what the document has, and no more.

use cycle_images::model::{
    CycleSource, CycleUpload, DockerFile, DockerHub, DockerRegistry, GitRef, HttpCredentials,
    OciRegistry, Origin, ProviderAuth, ProviderCredentials, ProviderFlavor, RegistryCredentials,
    Repo, SshCredentials, UserAuth, WebhookAuth,
};
use cycle_images::sources::{CreateImageSource, UpdateImageSource};

use cycle_images_tests::support::{body, reply, source};

/// A new source has this origin, and a changed one has it as well.
#[track_caller]
fn is_sent(origin: impl Into<Origin>, expected: &str) {
    let origin = origin.into();
    let created = body(&CreateImageSource::new(origin.clone()));
    assert_eq!(created, format!(r#"{{"type":"direct","origin":{expected}}}"#));
    let updated = body(&UpdateImageSource::new(source()).origin(origin));
    assert_eq!(updated, format!(r#"{{"origin":{expected}}}"#));
}

const EXISTING: &str = r#""existing":{"source_id":"64d0a0000000000000050001"}"#;

#[test]
fn docker_hub() {
    is_sent(DockerHub::new("a:1"), r#"{"type":"docker-hub","details":{"target":"a:1"}}"#);
    let fullest = DockerHub::new("a:1").username("u").token("t").existing(source());
    let details = format!(r#"{EXISTING},"target":"a:1","username":"u","token":"t""#);
    is_sent(fullest, &format!(r#"{{"type":"docker-hub","details":{{{details}}}}}"#));
}

#[test]
fn docker_file_of_a_repository() {
    let least = DockerFile::of_repo(Repo::new("https://g"));
    is_sent(least, r#"{"type":"docker-file","details":{"repo":{"url":"https://g"}}}"#);
    let repo = Repo::new("https://g")
        .branch("main")
        .auth(HttpCredentials::new("u", "p"))
        .git_ref(GitRef::tag("v1"));
    let fullest = DockerFile::of_repo(repo)
        .context_dir("api")
        .build_file("api/Dockerfile")
        .credentials(RegistryCredentials::new("ghcr.io").username("u").token("t"))
        .credentials(RegistryCredentials::new("quay.io"))
        .existing(source());
    let details = concat!(
        r#""repo":{"url":"https://g","branch":"main","#,
        r#""auth":{"type":"http","credentials":{"username":"u","password":"p"}},"#,
        r#""ref":{"type":"tag","value":"v1"}},"#,
        r#""context_dir":"api","build_file":"api/Dockerfile","#,
        r#""credentials":[{"url":"ghcr.io","username":"u","token":"t"},{"url":"quay.io"}]"#,
    );
    is_sent(fullest, &format!(r#"{{"type":"docker-file","details":{{{EXISTING},{details}}}}}"#));
}

#[test]
fn docker_file_over_ssh_and_of_a_tar_file() {
    let repo = |auth: SshCredentials| Repo::new("g").auth(auth).git_ref(GitRef::hash("9fce"));
    let sent = |passphrase: &str| {
        format!(
            r#"{{"type":"docker-file","details":{{"repo":{{"url":"g","auth":{{"type":"ssh","credentials":{{"username":"git","passphrase":"{passphrase}","private_key":"k"}}}},"ref":{{"type":"hash","value":"9fce"}}}}}}}}"#
        )
    };
    let key = SshCredentials::new("git", "k");
    is_sent(DockerFile::of_repo(repo(key.clone())), &sent(""));
    is_sent(DockerFile::of_repo(repo(key.passphrase("pp"))), &sent("pp"));
    let tar = DockerFile::of_targz("https://f/a.tar.gz");
    is_sent(tar, r#"{"type":"docker-file","details":{"targz_url":"https://f/a.tar.gz"}}"#);
}

#[test]
fn docker_registry() {
    let least = r#"{"type":"docker-registry","details":{"target":"a","url":"https://r"}}"#;
    is_sent(DockerRegistry::new("a", "https://r"), least);
    let fullest = DockerRegistry::new("a", "https://r")
        .username("u")
        .token("t")
        .password("p")
        .existing(source());
    let details = r#""target":"a","url":"https://r","username":"u","token":"t","password":"p""#;
    is_sent(
        fullest,
        &format!(r#"{{"type":"docker-registry","details":{{{EXISTING},{details}}}}}"#),
    );
}

#[test]
fn oci_registry_with_each_kind_of_auth() {
    let registry = || OciRegistry::new("a", "https://r");
    let sent = |more: &str| {
        format!(r#"{{"type":"oci-registry","details":{{"target":"a","url":"https://r"{more}}}}}"#)
    };
    is_sent(registry(), &sent(""));
    let user = UserAuth::new().username("u").token("t");
    let details = r#""type":"user","details":{"username":"u","token":"t"}"#;
    is_sent(registry().auth(user), &sent(&format!(r#","auth":{{{details}}}"#)));
    let webhook = r#","auth":{"type":"webhook","details":{"url":"https://h"}}"#;
    is_sent(registry().auth(WebhookAuth::new("https://h")), &sent(webhook));
    let credentials = ProviderCredentials::new()
        .region("r")
        .namespace("n")
        .api_key("k")
        .secret("s")
        .subscription_id("i")
        .client_id("c")
        .config("b");
    let all = concat!(
        r#","auth":{"type":"provider","details":{"flavor":"ecr","credentials":{"region":"r","#,
        r#""namespace":"n","api_key":"k","secret":"s","subscription_id":"i","client_id":"c","#,
        r#""config":"b"}}}"#,
    );
    is_sent(registry().auth(ProviderAuth::ecr(credentials.clone())), &sent(all));
    let other = ProviderAuth::new(ProviderFlavor::from("gcr"), credentials);
    is_sent(registry().auth(other), &sent(&all.replace(r#""ecr""#, r#""gcr""#)));
}

#[test]
fn a_cycle_upload_origin_is_sent_without_its_token() {
    let sent = r#"{"type":"cycle-upload","details":{}}"#;
    is_sent(CycleUpload::new(), sent);
    let image = cycle_images::images::GetImage::new(cycle_images::ImageId::new("x").unwrap());
    let image = reply(&image, "create_image/cycle_upload").data;
    let origin = image.source.unwrap().details.origin.unwrap();
    let Origin::CycleUpload(upload) = &origin else { panic!("{origin:?}") };
    assert!(upload.token.expose().starts_with("sec-"));
    is_sent(origin, sent);
}

#[test]
fn no_origin_and_one_that_was_read() {
    is_sent(Origin::None, r#"{"type":"none"}"#);
    let unknown = r#"{"type":"helm-chart","details":{"b":1.50,"a":"x"}}"#;
    is_sent(serde_json::from_str::<Origin>(unknown).unwrap(), unknown);
}

#[test]
fn a_source_on_cycle_is_written_for_stacks() {
    let origin = Origin::from(CycleSource::new(source()));
    assert_eq!(
        serde_json::to_string(&origin).unwrap(),
        r#"{"type":"cycle-source","details":{"source_id":"64d0a0000000000000050001"}}"#
    );
}
