use super::ResponseError;
use super::meaning::{Class, Meaning};

/// What an error means: by the platform's code if there is one, else by the HTTP status.
impl ResponseError {
    /// The resource doesn't exist, or no longer does. A path that the platform doesn't have
    /// (`404.uri`) is not such an error.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.is(Class::NotFound)
    }

    /// The API key is missing, wrong or expired.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.is(Class::Unauthorized)
    }

    /// The API key or the hub may not do this; see
    /// [`missing_capability`](Self::missing_capability).
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.is(Class::Forbidden)
    }

    /// The resource exists already, or its state conflicts with the request: also
    /// `403.invalid-state`, `403.not-ready` and `403.expired`.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.is(Class::Conflict)
    }

    /// The platform refuses an argument. The pointer of the
    /// [`PlatformError`](crate::error::PlatformError) may name it.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.is(Class::Invalid)
    }

    /// Too many requests.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.is(Class::RateLimited)
    }

    /// Sending the request again is safe, and can help: the platform is busy or unavailable, and
    /// the operation is idempotent or was refused without effect. [`RetryPolicy`] has the table.
    ///
    /// [`RetryPolicy`]: crate::flow::RetryPolicy
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        // Only the HTTP status shows that a request was refused without effect: an error code may
        // be in any response.
        let refused = self.status() == 429 || (self.status() == 503 && self.asks_to_wait());
        self.is_unavailable() && (self.is_idempotent() || refused)
    }

    /// The capability that the API key lacks, if this [is forbidden](Self::is_forbidden) and the
    /// platform names it.
    #[must_use]
    pub fn missing_capability(&self) -> Option<&str> {
        self.platform().filter(|_| self.is_forbidden())?.capability.as_deref()
    }

    /// Too many requests, or a platform or proxy that can't answer now.
    pub(crate) fn is_unavailable(&self) -> bool {
        self.is(Class::Unavailable) || self.is(Class::RateLimited)
    }

    /// Whether a flow that polls goes on after this response: what is wrong can pass.
    pub(crate) fn can_pass(&self) -> bool {
        self.is_unavailable() || self.is(Class::Fault)
    }

    pub(super) fn meaning(&self) -> Meaning {
        Meaning::of(self.code(), self.status().as_u16())
    }

    fn is(&self, class: Class) -> bool {
        self.meaning().class == class
    }
}
