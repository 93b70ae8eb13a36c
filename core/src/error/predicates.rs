use super::{ErrorCode, ResponseError};

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
}
