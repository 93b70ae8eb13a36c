use super::ErrorCode;

/// Declares a constant for each code. Only a macro can declare names.
macro_rules! codes {
    ($($name:ident = $code:literal,)+) => {
        /// The documented codes that the operations of this crate may return.
        impl ErrorCode {
            $(
                #[doc = concat!("`", $code, "`")]
                pub const $name: Self = Self::known($code);
            )+
        }
    };
}

codes! {
    BAD_REQUEST_INVALID_SYNTAX = "400.invalid-syntax",
    UNAUTHORIZED_AUTH_INVALID = "401.auth-invalid",
    UNAUTHORIZED_AUTH_EXPIRED = "401.auth-expired",
    UNAUTHORIZED_UNAUTHORIZED_APPLICATION = "401.unauthorized-application",
    FORBIDDEN_MISMATCH = "403.mismatch",
    FORBIDDEN_WRONG_HUB = "403.wrong-hub",
    FORBIDDEN_NOT_READY = "403.not-ready",
    FORBIDDEN_EXPIRED = "403.expired",
    FORBIDDEN_PERMISSIONS = "403.permissions",
    FORBIDDEN_INVALID_IP = "403.invalid-ip",
    FORBIDDEN_INVALID_STATE = "403.invalid-state",
    FORBIDDEN_NOT_APPROVED = "403.not-approved",
    FORBIDDEN_NOT_ALLOWED = "403.not-allowed",
    FORBIDDEN_PLATFORM_DISABLED = "403.platform-disabled",
    FORBIDDEN_TIER_RESTRICTED = "403.tier-restricted",
    NOT_FOUND_HUB = "404.hub",
    NOT_FOUND_HUB_INTEGRATION = "404.hub.integration",
    NOT_FOUND_HUB_ROLE = "404.hub.role",
    NOT_FOUND_URI = "404.uri",
    NOT_FOUND_STACK = "404.stack",
    NOT_FOUND_STACK_BUILD = "404.stack-build",
    NOT_FOUND_IMAGE = "404.image",
    NOT_FOUND_IMAGE_SOURCE = "404.image.source",
    NOT_FOUND_IMAGE_BUILD_LOG = "404.image.build-log",
    NOT_FOUND_JOB = "404.job",
    CONFLICT_DUPLICATE_FOUND = "409.duplicate-found",
    UNSUPPORTED_INVALID_CONTENT_TYPE = "415.invalid-content-type",
    INVALID_MISSING_ARGUMENT = "422.missing-argument",
    INVALID_INVALID_ARGUMENT = "422.invalid-argument",
    INVALID_INVALID_INPUT = "422.invalid-input",
    INVALID_MAX_EXCEEDED = "422.max-exceeded",
    INVALID_NOT_COMPATIBLE = "422.not-compatible",
    INVALID_ALREADY_EXISTS = "422.already-exists",
    TOO_MANY_RATE_LIMITING = "429.rate-limiting",
    SERVER_ERROR_DATABASE = "500.database",
    SERVER_ERROR_DATABASE_INSERT = "500.database-insert",
    SERVER_ERROR_DATABASE_UPDATE = "500.database-update",
    SERVER_ERROR_DATABASE_REMOVE = "500.database-remove",
    SERVER_ERROR_JOBD = "500.jobd",
    SERVER_ERROR_UNKNOWN = "500.unknown",
    UNAVAILABLE_NOT_READY = "503.not-ready",
    UNAVAILABLE_NOT_ENABLED = "503.not-enabled",
    UNAVAILABLE_DEPENDENCY_NOT_ENABLED = "503.dependency-not-enabled",
    TIMEOUT_NOT_AVAILABLE = "504.not-available",
}
