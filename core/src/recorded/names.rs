//! What the name of a property, parameter, header or form field says about its value.

/// All within such a value is secret. A name is compared by its end, without case and punctuation.
const SECRET: [&str; 17] = [
    "accesskey",
    "apikey",
    "authorization",
    "cookie",
    "cookies",
    "jwt",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "privatekey",
    "secret",
    "secretkey",
    "secrets",
    "signature",
    "token",
    "tokens",
];

/// Secret if it is a text, a number, or a list of them. As an object, it describes itself: `auth`
/// of a registry has a type and details, `config` of an image its user.
const SECRET_TEXT: [&str; 7] =
    ["auth", "config", "credential", "credentials", "pwd", "sessionid", "sig"];

/// Secret in a URL or a form alone: elsewhere, these name a thing or an error.
const SECRET_PARAMETER: [&str; 4] = ["code", "key", "pass", "sid"];

/// Ends of names that look secret and aren't.
const PUBLIC: [&str; 4] = ["continuationtoken", "nexttoken", "pagetoken", "publickey"];

/// Maps and lists whose values may be secret, as `Debug` of the models has it.
const SETTINGS: [&str; 7] =
    ["args", "buildargs", "env", "environmentvariables", "environmentvars", "extra", "variables"];

/// What identifies a thing or its state: other requests and the program need it as it is.
const IDENTIFIER: [&str; 16] = [
    "action",
    "branch",
    "capability",
    "current",
    "desired",
    "hostname",
    "id",
    "identifier",
    "ids",
    "name",
    "state",
    "status",
    "tag",
    "target",
    "type",
    "version",
];

/// What a property's name says about its value.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Meaning {
    Secret,
    SecretText,
    Settings,
    Identifier,
    #[default]
    Other,
}

pub(super) fn meaning(name: &str) -> Meaning {
    let is_id = ["_id", "_ids", "Id", "Ids", "ID"].iter().any(|end| name.ends_with(end));
    let name = plain(name);
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if ends(&PUBLIC) {
        Meaning::Other
    } else if ends(&SECRET) {
        Meaning::Secret
    } else if ends(&SECRET_TEXT) {
        Meaning::SecretText
    } else if SETTINGS.contains(&&*name) {
        Meaning::Settings
    } else if IDENTIFIER.contains(&&*name) || is_id {
        Meaning::Identifier
    } else {
        Meaning::Other
    }
}

/// Whether a parameter, form field or header of this name holds a secret.
pub(super) fn is_secret_parameter(name: &str) -> bool {
    matches!(meaning(name), Meaning::Secret | Meaning::SecretText)
        || SECRET_PARAMETER.contains(&&*plain(name))
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}
