use super::ErrorCode;

/// What an error response means to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Invalid,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    RateLimited,
    /// The platform, or a proxy before it, can't answer now.
    Unavailable,
    /// Another error of the platform.
    Fault,
    /// None of these.
    Other,
}

/// What a response means, and what to do about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning {
    pub(super) class: Class,
    pub(super) advice: &'static str,
}

const FAULT: &str = "this is an error of the platform: see its status page";

/// By the platform's code, or by a status alone: its own, or that of a code without a row.
#[rustfmt::skip]
const MEANINGS: &[(&str, Class, &str)] = {
    use Class::*;
    &[
        ("400", Invalid, "the platform can't read the request: check for a newer version of this crate"),
        ("401", Unauthorized, "check the API key"),
        ("401.auth-expired", Unauthorized, "the API key has expired: create another"),
        ("403", Forbidden, "the platform refuses this to the API key: check its capabilities and its hub"),
        ("403.2fa-failed", Forbidden, "two-factor authentication failed: use an API key of the hub"),
        ("403.2fa-required", Forbidden, "two-factor authentication is required: use an API key of the hub"),
        ("403.expired", Conflict, "what the request uses has expired: create another"),
        ("403.invalid-ip", Forbidden, "the API key can't be used from this IP address: check its allowed addresses"),
        ("403.invalid-state", Conflict, "the state of the resource doesn't allow this: read its state"),
        ("403.mismatch", Conflict, "the resources in the request don't belong together: check the ids and the hub id"),
        ("403.new-application-capabilities", Forbidden, "the application's capabilities have changed and must be approved"),
        ("403.not-allowed", Forbidden, "the platform doesn't allow this: see the reason it gives"),
        ("403.not-approved", Forbidden, "an approval is missing: ask an owner of the hub"),
        ("403.not-ready", Conflict, "the resource isn't ready: wait until its state changes, then send it again"),
        ("403.permissions", Forbidden, "the API key lacks a permission: check its capabilities"),
        ("403.platform-disabled", Forbidden, "the platform has disabled this: see its status page"),
        ("403.restricted-portal", Forbidden, "the portal is restricted: check the base URL"),
        ("403.tier-restricted", Forbidden, "the hub's tier doesn't include this: change its tier"),
        ("403.wrong-hub", Forbidden, "the resource or the API key is of another hub: check the hub id"),
        ("404", NotFound, "check the id; the resource may have been deleted"),
        ("404.hub", NotFound, "check the hub id"),
        ("404.image.build-log", NotFound, "the image has no build log: it is written when the image is built"),
        ("404.stack.build-log", NotFound, "the stack has no build log: it is written when the stack is built"),
        ("404.uri", Other, "the platform has no such path: check the base URL"),
        ("409", Conflict, "check the state of the resource before sending it again"),
        ("409.duplicate-found", Conflict, "the resource exists: use it, or choose another name or identifier"),
        ("413", Invalid, "the request is too large for the platform or a proxy"),
        ("415", Invalid, "the content type is refused: check for a proxy that changes it"),
        ("422", Invalid, "the platform refuses an argument: correct it"),
        ("422.already-exists", Conflict, "the resource exists: use it, or choose another name or identifier"),
        ("422.max-exceeded", Invalid, "a limit of the platform is exceeded: lower the argument, or remove resources"),
        ("429", RateLimited, "too many requests: wait, then send it again"),
        ("500", Fault, FAULT),
        ("501", Other, "the platform doesn't have this operation: check the base URL"),
        ("502", Unavailable, "the platform is unavailable: send it again later"),
        ("503", Unavailable, "the platform is unavailable: send it again later"),
        ("503.dependency-not-enabled", Other, "something that this needs isn't enabled for the hub: enable it"),
        ("503.not-enabled", Other, "this isn't enabled for the hub: enable it"),
        ("504", Unavailable, "the platform is unavailable: send it again later"),
    ]
};

impl Meaning {
    pub(super) fn of(code: Option<&ErrorCode>, status: u16) -> Self {
        let row = |wanted: &ErrorCode| MEANINGS.iter().find(|(code, ..)| wanted.is(code));
        let of_status = |status: u16| row(&status.to_string().into());
        let status = code.and_then(ErrorCode::status).unwrap_or(status);
        match code.and_then(row).or_else(|| of_status(status)) {
            Some(&(_, class, advice)) => Self { class, advice },
            None if status >= 500 => Self { class: Class::Fault, advice: FAULT },
            None => Self { class: Class::Other, advice: "the request was refused" },
        }
    }
}
