use std::error::Error;
use std::fmt;

use http::header::RETRY_AFTER;

use super::{ErrorCode, ResponseError, ResponseErrorKind};

/// What an error means: by the platform's code if there is one, else by the HTTP status.
impl ResponseError {
    /// The resource doesn't exist, or no longer does.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.means(404)
    }

    /// The API key is missing, wrong or expired.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.means(401)
    }

    /// The API key has no permission; see [`missing_capability`](Self::missing_capability).
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.means(403)
    }

    /// The resource exists already, or its state conflicts with the request.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.means(409)
    }

    /// The platform refuses an argument. The pointer of the
    /// [`PlatformError`](crate::error::PlatformError) may name it.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.means(400) || self.means(422)
    }

    /// Too many requests.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.means(429)
    }

    /// The same request may succeed later: too many requests, or a platform or proxy that is
    /// unavailable. Whether it is safe to *repeat* depends on the operation.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let switched_off =
            [ErrorCode::UNAVAILABLE_NOT_ENABLED, ErrorCode::UNAVAILABLE_DEPENDENCY_NOT_ENABLED];
        [429, 502, 503, 504].into_iter().any(|status| self.means(status))
            && !self.code().is_some_and(|code| switched_off.contains(code))
    }

    /// The capability that the API key lacks, if this [is forbidden](Self::is_forbidden) and the
    /// platform names it.
    #[must_use]
    pub fn missing_capability(&self) -> Option<&str> {
        self.platform().filter(|_| self.is_forbidden())?.capability.as_deref()
    }

    fn means(&self, status: u16) -> bool {
        let coded = self.code().and_then(ErrorCode::status);
        coded.unwrap_or(self.status().as_u16()) == status
    }

    fn advice(&self) -> &'static str {
        match self.kind() {
            ResponseErrorKind::Redirect(_) => {
                "check the base URL: redirects aren't followed, so that the API key stays here"
            }
            ResponseErrorKind::Unexpected(_) => {
                "this isn't what the operation promises: check the base URL, then whether this \
                 crate is older than the platform"
            }
            ResponseErrorKind::NoBody(_) if self.status().is_success() => {
                "a body was promised and none came: check the base URL and any proxy"
            }
            _ if self.is_unauthorized() => "check the API key",
            _ if self.code() == Some(&ErrorCode::FORBIDDEN_WRONG_HUB) => "check the hub id",
            _ if self.is_forbidden() => "the API key may not do this: check its capabilities",
            _ if self.is_not_found() => "check the id; what it named may have been deleted",
            _ if self.is_conflict() => "look at what is there before trying again",
            _ if self.is_invalid() => "the platform refuses an argument: correct it",
            _ if self.is_rate_limited() => "too many requests: wait, then try again",
            _ if self.is_retryable() => "the platform can't answer now: try again later",
            _ if self.status().is_server_error() => {
                "the fault is the platform's: see its status page"
            }
            _ => "the request was refused",
        }
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was answered {}; ", self.operation(), self.status())?;
        if let Some(capability) = self.missing_capability() {
            return write!(f, "give the API key the capability {capability}");
        }
        f.write_str(self.advice())?;
        match self.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()) {
            Some(when) if self.is_retryable() => write!(f, " (Retry-After: {when})"),
            _ => Ok(()),
        }
    }
}

impl Error for ResponseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(match self.kind() {
            ResponseErrorKind::Platform(error) => error,
            ResponseErrorKind::OAuth(error) => error,
            ResponseErrorKind::Redirect(redirect) => redirect,
            ResponseErrorKind::OtherJson(error)
            | ResponseErrorKind::NotJson(error)
            | ResponseErrorKind::NoBody(error)
            | ResponseErrorKind::Unexpected(error) => error,
        })
    }
}
