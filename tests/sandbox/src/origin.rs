//! Origins of image sources.

use serde_json::{Value, json};

use crate::errors::Refusal;
use crate::fields::Fields;
use crate::wire::NEVER;

/// The required and the optional strings of an origin's details.
type Texts = (&'static [&'static str], &'static [&'static str]);

/// Checks the `origin` field, and returns it as it was sent.
pub(crate) fn check(fields: &mut Fields) -> Result<Option<Value>, Refusal> {
    let pointer = fields.pointer("origin");
    let Some(sent) = fields.any("origin") else {
        return Ok(None);
    };
    let mut origin = fields.within(pointer, sent.clone())?;
    let kind = origin.need_text("type")?;
    let texts: Texts = match kind.as_str() {
        "docker-hub" => (&["target"], &["username", "token"]),
        "docker-registry" => (&["target", "url"], &["username", "token", "password"]),
        "oci-registry" => (&["target", "url"], &[]),
        "docker-file" => (&[], &[]),
        "cycle-upload" => {
            // Only images have a token and an expiry.
            or_null(&mut origin, "details")?;
            origin.done()?;
            let none = json!({"expires": NEVER, "token": ""});
            return Ok(Some(json!({"type": kind, "details": none})));
        }
        "none" => {
            origin.done()?;
            return Ok(Some(sent));
        }
        "cycle-source" => {
            return Err(origin.wrong("type", "this origin is for stacks only"));
        }
        _ => return Err(origin.wrong("type", "unknown origin")),
    };
    let mut details = origin.need_object("details")?;
    origin.done()?;
    existing(&mut details)?;
    for name in texts.0 {
        details.need_text(name)?;
    }
    for name in texts.1 {
        details.text(name)?;
    }
    match kind.as_str() {
        "docker-file" => docker_file(&mut details)?,
        "oci-registry" => registry_auth(&mut details)?,
        _ => {}
    }
    details.done()?;
    Ok(Some(sent))
}

fn existing(details: &mut Fields) -> Result<(), Refusal> {
    let Some(mut existing) = or_null(details, "existing")? else {
        return Ok(());
    };
    existing.text("source_id")?;
    existing.done()
}

fn docker_file(details: &mut Fields) -> Result<(), Refusal> {
    for name in ["targz_url", "context_dir", "build_file"] {
        details.text_or_null(name)?;
    }
    if let Some(mut repo) = or_null(details, "repo")? {
        repo.need_text("url")?;
        repo.text("branch")?;
        if let Some(mut auth) = or_null(&mut repo, "auth")? {
            git_auth(&mut auth)?;
            auth.done()?;
        }
        if let Some(mut reference) = or_null(&mut repo, "ref")? {
            reference.need_text("type")?;
            reference.need_text("value")?;
            reference.done()?;
        }
        repo.done()?;
    }
    let Some(credentials) = details.any("credentials") else {
        return Ok(());
    };
    let pointer = details.pointer("credentials");
    match credentials {
        Value::Null => Ok(()),
        Value::Array(list) => list.into_iter().enumerate().try_for_each(|(n, one)| {
            let mut one = details.within(format!("{pointer}/{n}"), one)?;
            for name in ["url", "username", "token"] {
                one.text(name)?;
            }
            one.done()
        }),
        _ => Err(Refusal::invalid(pointer, "must be a list")),
    }
}

fn git_auth(auth: &mut Fields) -> Result<(), Refusal> {
    let names: &[&str] = match auth.need_text("type")?.as_str() {
        "http" => &["username", "password"],
        "ssh" => &["username", "passphrase", "private_key"],
        _ => return Err(auth.wrong("type", "must be http or ssh")),
    };
    let mut credentials = auth.need_object("credentials")?;
    for name in names {
        credentials.need_text(name)?;
    }
    credentials.done()
}

fn registry_auth(details: &mut Fields) -> Result<(), Refusal> {
    let Some(mut auth) = or_null(details, "auth")? else {
        return Ok(());
    };
    let kind = auth.need_text("type")?;
    let mut of_kind = auth.need_object("details")?;
    match kind.as_str() {
        "user" => {
            of_kind.text("username")?;
            of_kind.text("token")?;
        }
        "provider" => {
            if of_kind.need_text("flavor")? != "ecr" {
                return Err(of_kind.wrong("flavor", "must be ecr"));
            }
            let mut credentials = of_kind.need_object("credentials")?;
            for name in [
                "region",
                "namespace",
                "api_key",
                "secret",
                "subscription_id",
                "client_id",
                "config",
            ] {
                credentials.text(name)?;
            }
            credentials.done()?;
        }
        "webhook" => {
            of_kind.need_text("url")?;
        }
        _ => return Err(auth.wrong("type", "must be user, provider or webhook")),
    }
    of_kind.done()?;
    auth.done()
}

/// An object; `null` is as none.
fn or_null(fields: &mut Fields, name: &str) -> Result<Option<Fields>, Refusal> {
    match fields.any(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => fields.within(fields.pointer(name), value).map(Some),
    }
}
