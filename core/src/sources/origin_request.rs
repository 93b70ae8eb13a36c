use serde::ser::{Serialize, Serializer};

use crate::error::RequestError;
use crate::model::{DockerFile, ExistingSource, Origin, RegistryAuth, Repo, RepoAuth};
use crate::wire::redact::Secrets;
use crate::wire::secret::Secret;
use crate::wire::tagged;
use crate::wire::unknown::Unknown;

/// An origin in a request. Unlike one in a response, it has no upload token: the platform issues
/// one for each image, and a token that was read must not be sent back.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OriginRequest(Origin);

impl<O: Into<Origin>> From<O> for OriginRequest {
    fn from(origin: O) -> Self {
        Self(origin.into())
    }
}

impl OriginRequest {
    pub(super) fn check(&self) -> Result<(), RequestError> {
        const TARGET: &str = "origin.details.target";
        const URL: &str = "origin.details.url";
        match &self.0 {
            Origin::DockerHub(hub) => filled(TARGET, &hub.target),
            Origin::DockerFile(file) => check_docker_file(file),
            Origin::DockerRegistry(registry) => {
                filled(TARGET, &registry.target)?;
                filled(URL, &registry.url)
            }
            Origin::OciRegistry(registry) => {
                filled(TARGET, &registry.target)?;
                filled(URL, &registry.url)?;
                registry.auth.as_ref().map_or(Ok(()), check_auth)
            }
            Origin::CycleSource(_) => {
                let reason = "is `cycle-source`, which only stacks can have";
                Err(RequestError::new("origin.type", reason))
            }
            Origin::CycleUpload(_) | Origin::None | Origin::Unknown(_) => Ok(()),
        }
    }
}

impl OriginRequest {
    /// Adds all credentials, and all properties that this version doesn't know: any of them may be
    /// one.
    pub(super) fn secrets<'a>(&'a self, secrets: &mut Secrets<'a>) {
        match &self.0 {
            Origin::DockerHub(hub) => {
                add(secrets, [&hub.token]);
                add_unknown(secrets, &hub.unknown, &hub.existing);
            }
            Origin::DockerFile(file) => {
                if let Some(repo) = &file.repo {
                    add_repo(secrets, repo);
                }
                for registry in &file.credentials {
                    secrets.url(registry.url.as_deref().unwrap_or_default());
                    add(secrets, [&registry.token]);
                    registry.unknown.add_to(secrets);
                }
                secrets.url(file.targz_url.as_deref().unwrap_or_default());
                add_unknown(secrets, &file.unknown, &file.existing);
            }
            Origin::DockerRegistry(registry) => {
                secrets.url(&registry.url);
                add(secrets, [&registry.token, &registry.password]);
                add_unknown(secrets, &registry.unknown, &registry.existing);
            }
            Origin::OciRegistry(registry) => {
                secrets.url(&registry.url);
                if let Some(auth) = &registry.auth {
                    add_auth(secrets, auth);
                }
                add_unknown(secrets, &registry.unknown, &registry.existing);
            }
            Origin::Unknown(unknown) => {
                unknown.content().into_iter().for_each(|content| _ = secrets.json(content));
            }
            // The token of an upload isn't sent.
            Origin::CycleUpload(_) | Origin::CycleSource(_) | Origin::None => (),
        }
    }
}

fn add<'a>(secrets: &mut Secrets<'a>, found: impl IntoIterator<Item = &'a Option<Secret>>) {
    for secret in found.into_iter().flatten() {
        secrets.text(secret.expose());
    }
}

fn add_unknown(secrets: &mut Secrets<'_>, unknown: &Unknown, existing: &Option<ExistingSource>) {
    unknown.add_to(secrets);
    existing.iter().for_each(|source| source.unknown.add_to(secrets));
}

fn add_repo<'a>(secrets: &mut Secrets<'a>, repo: &'a Repo) {
    secrets.url(&repo.url);
    repo.unknown.add_to(secrets);
    repo.git_ref.iter().for_each(|git_ref| git_ref.unknown.add_to(secrets));
    match &repo.auth {
        Some(RepoAuth::Http(auth)) => {
            secrets.text(auth.password.expose());
            auth.unknown.add_to(secrets);
        }
        Some(RepoAuth::Ssh(auth)) => {
            secrets.text(auth.passphrase.expose()).text(auth.private_key.expose());
            auth.unknown.add_to(secrets);
        }
        Some(RepoAuth::Unknown(auth)) => {
            auth.content().into_iter().for_each(|content| _ = secrets.json(content));
        }
        None => (),
    }
}

fn add_auth<'a>(secrets: &mut Secrets<'a>, auth: &'a RegistryAuth) {
    match auth {
        RegistryAuth::User(user) => {
            add(secrets, [&user.token]);
            user.unknown.add_to(secrets);
        }
        RegistryAuth::Provider(provider) => {
            let credentials = &provider.credentials;
            add(secrets, [&credentials.api_key, &credentials.secret, &credentials.config]);
            provider.unknown.add_to(secrets);
            credentials.unknown.add_to(secrets);
        }
        RegistryAuth::Webhook(hook) => {
            secrets.text(&*hook.url).url(&hook.url);
            hook.unknown.add_to(secrets);
        }
        RegistryAuth::Unknown(auth) => {
            auth.content().into_iter().for_each(|content| _ = secrets.json(content));
        }
    }
}

fn check_docker_file(file: &DockerFile) -> Result<(), RequestError> {
    let DockerFile { existing, repo, targz_url, .. } = file;
    if existing.is_none() && repo.is_none() && targz_url.is_none() {
        let reason = "has neither a repository nor a tar file with a Dockerfile";
        return Err(RequestError::new("origin.details", reason));
    }
    if let Some(repo) = repo {
        filled("origin.details.repo.url", &repo.url)?;
        if let Some(git_ref) = &repo.git_ref {
            filled("origin.details.repo.ref.type", &git_ref.kind)?;
            filled("origin.details.repo.ref.value", &git_ref.value)?;
        }
    }
    Ok(())
}

fn check_auth(auth: &RegistryAuth) -> Result<(), RequestError> {
    match auth {
        RegistryAuth::Provider(auth) => {
            filled("origin.details.auth.details.flavor", auth.flavor.as_str())
        }
        RegistryAuth::Webhook(hook) => filled("origin.details.auth.details.url", &hook.url),
        RegistryAuth::User(_) | RegistryAuth::Unknown(_) => Ok(()),
    }
}

/// Refuses an empty string for a required value.
pub(super) fn filled(argument: &'static str, text: &str) -> Result<(), RequestError> {
    match text {
        "" => Err(RequestError::new(argument, "is empty")),
        _ => Ok(()),
    }
}

impl Serialize for OriginRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct NoDetails {}

        match &self.0 {
            origin @ Origin::CycleUpload(_) => {
                tagged::write(serializer, "details", origin.kind(), Some(&NoDetails {}))
            }
            origin => origin.serialize(serializer),
        }
    }
}
