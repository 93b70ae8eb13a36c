use super::ErrorCode;

/// The documented codes.
impl ErrorCode {
    /// `400.invalid-syntax`
    pub const BAD_REQUEST_INVALID_SYNTAX: Self = Self::known("400.invalid-syntax");
    /// `401.auth-invalid`
    pub const UNAUTHORIZED_AUTH_INVALID: Self = Self::known("401.auth-invalid");
    /// `401.auth-expired`
    pub const UNAUTHORIZED_AUTH_EXPIRED: Self = Self::known("401.auth-expired");
    /// `401.no-cookie`
    pub const UNAUTHORIZED_NO_COOKIE: Self = Self::known("401.no-cookie");
    /// `401.unauthorized-application`
    pub const UNAUTHORIZED_UNAUTHORIZED_APPLICATION: Self =
        Self::known("401.unauthorized-application");
    /// `403.error`
    pub const FORBIDDEN_MISMATCH: Self = Self::known("403.error");
    /// `403.wrong-hub`
    pub const FORBIDDEN_WRONG_HUB: Self = Self::known("403.wrong-hub");
    /// `403.not-ready`
    pub const FORBIDDEN_NOT_READY: Self = Self::known("403.not-ready");
    /// `403.expired`
    pub const FORBIDDEN_EXPIRED: Self = Self::known("403.expired");
    /// `403.restricted-portal`
    pub const FORBIDDEN_RESTRICTED_PORTAL: Self = Self::known("403.restricted-portal");
    /// `403.permissions`
    pub const FORBIDDEN_PERMISSIONS: Self = Self::known("403.permissions");
    /// `403.invalid-ip`
    pub const FORBIDDEN_INVALID_IP: Self = Self::known("403.invalid-ip");
    /// `403.invalid-state`
    pub const FORBIDDEN_INVALID_STATE: Self = Self::known("403.invalid-state");
    /// `403.not-approved`
    pub const FORBIDDEN_NOT_APPROVED: Self = Self::known("403.not-approved");
    /// `403.not-allowed`
    pub const FORBIDDEN_NOT_ALLOWED: Self = Self::known("403.not-allowed");
    /// `403.platform-disabled`
    pub const FORBIDDEN_PLATFORM_DISABLED: Self = Self::known("403.platform-disabled");
    /// `403.2fa-required`
    pub const FORBIDDEN_2FA_REQUIRED: Self = Self::known("403.2fa-required");
    /// `403.2fa-failed`
    pub const FORBIDDEN_2FA_FAILED: Self = Self::known("403.2fa-failed");
    /// `403.new-application-capabilities`
    pub const FORBIDDEN_NEW_APPLICATION_CAPABILITIES: Self =
        Self::known("403.new-application-capabilities");
    /// `403.tier-restricted`
    pub const FORBIDDEN_TIER_RESTRICTED: Self = Self::known("403.tier-restricted");
    /// `404.hub`
    pub const NOT_FOUND_HUB: Self = Self::known("404.hub");
    /// `404.hub.invitation`
    pub const NOT_FOUND_HUB_INVITATION: Self = Self::known("404.hub.invitation");
    /// `404.hub.integration`
    pub const NOT_FOUND_HUB_INTEGRATION: Self = Self::known("404.hub.integration");
    /// `404.hub.role`
    pub const NOT_FOUND_HUB_ROLE: Self = Self::known("404.hub.role");
    /// `404.sdn.network`
    pub const NOT_FOUND_SDN_NETWORK: Self = Self::known("404.sdn.network");
    /// `404.environment`
    pub const NOT_FOUND_ENVIRONMENT: Self = Self::known("404.environment");
    /// `404.environment.scoped-variable`
    pub const NOT_FOUND_ENVIRONMENT_SCOPED_VARIABLE: Self =
        Self::known("404.environment.scoped-variable");
    /// `404.hub.api-key`
    pub const NOT_FOUND_HUB_API_KEY: Self = Self::known("404.hub.api-key");
    /// `404.uri`
    pub const NOT_FOUND_URI: Self = Self::known("404.uri");
    /// `404.provider`
    pub const NOT_FOUND_PROVIDER: Self = Self::known("404.provider");
    /// `404.stack`
    pub const NOT_FOUND_STACK: Self = Self::known("404.stack");
    /// `404.community.thread`
    pub const NOT_FOUND_COMMUNITY_THREAD: Self = Self::known("404.community.thread");
    /// `404.community.thread.reply`
    pub const NOT_FOUND_COMMUNITY_THREAD_REPLY: Self = Self::known("404.community.thread.reply");
    /// `404.survey`
    pub const NOT_FOUND_SURVEY: Self = Self::known("404.survey");
    /// `404.survey-response`
    pub const NOT_FOUND_SURVEY_RESPONSE: Self = Self::known("404.survey-response");
    /// `404.notification`
    pub const NOT_FOUND_NOTIFICATION: Self = Self::known("404.notification");
    /// `404.stack-build`
    pub const NOT_FOUND_STACK_BUILD: Self = Self::known("404.stack-build");
    /// `404.image`
    pub const NOT_FOUND_IMAGE: Self = Self::known("404.image");
    /// `404.image.source`
    pub const NOT_FOUND_IMAGE_SOURCE: Self = Self::known("404.image.source");
    /// `404.image.build-log`
    pub const NOT_FOUND_IMAGE_BUILD_LOG: Self = Self::known("404.image.build-log");
    /// `404.job`
    pub const NOT_FOUND_JOB: Self = Self::known("404.job");
    /// `404.billing.order`
    pub const NOT_FOUND_BILLING_ORDER: Self = Self::known("404.billing.order");
    /// `404.billing.service`
    pub const NOT_FOUND_BILLING_SERVICE: Self = Self::known("404.billing.service");
    /// `404.billing.credit`
    pub const NOT_FOUND_BILLING_CREDIT: Self = Self::known("404.billing.credit");
    /// `404.billing.invoice`
    pub const NOT_FOUND_BILLING_INVOICE: Self = Self::known("404.billing.invoice");
    /// `404.billing.tier`
    pub const NOT_FOUND_BILLING_TIER: Self = Self::known("404.billing.tier");
    /// `404.billing.support`
    pub const NOT_FOUND_BILLING_SUPPORT: Self = Self::known("404.billing.support");
    /// `404.billing.payment-method`
    pub const NOT_FOUND_BILLING_PAYMENT_METHOD: Self = Self::known("404.billing.payment-method");
    /// `404.billing.promo-code`
    pub const NOT_FOUND_BILLING_PROMO_CODE: Self = Self::known("404.billing.promo-code");
    /// `404.node`
    pub const NOT_FOUND_NODE: Self = Self::known("404.node");
    /// `404.infrastructure.location`
    pub const NOT_FOUND_INFRASTRUCTURE_LOCATION: Self = Self::known("404.infrastructure.location");
    /// `404.infrastructure.ips.pool`
    pub const NOT_FOUND_INFRASTRUCTURE_IPS_POOL: Self = Self::known("404.infrastructure.ips.pool");
    /// `404.infrastructure.provider`
    pub const NOT_FOUND_INFRASTRUCTURE_PROVIDER: Self = Self::known("404.infrastructure.provider");
    /// `404.infrastructure.server`
    pub const NOT_FOUND_INFRASTRUCTURE_SERVER: Self = Self::known("404.infrastructure.server");
    /// `404.infrastructure.cluster`
    pub const NOT_FOUND_INFRASTRUCTURE_CLUSTER: Self = Self::known("404.infrastructure.cluster");
    /// `404.infrastructure.autoscale.group`
    pub const NOT_FOUND_INFRASTRUCTURE_AUTOSCALE_GROUP: Self =
        Self::known("404.infrastructure.autoscale.group");
    /// `404.infrastructure.model`
    pub const NOT_FOUND_INFRASTRUCTURE_MODEL: Self = Self::known("404.infrastructure.model");
    /// `404.infrastructure.external-volume`
    pub const NOT_FOUND_INFRASTRUCTURE_EXTERNAL_VOLUME: Self =
        Self::known("404.infrastructure.external-volume");
    /// `404.monitoring.logs.analytics.rule`
    pub const NOT_FOUND_MONITORING_LOGS_ANALYTICS_RULE: Self =
        Self::known("404.monitoring.logs.analytics.rule");
    /// `404.account`
    pub const NOT_FOUND_ACCOUNT: Self = Self::known("404.account");
    /// `404.container`
    pub const NOT_FOUND_CONTAINER: Self = Self::known("404.container");
    /// `404.container.backup`
    pub const NOT_FOUND_CONTAINER_BACKUP: Self = Self::known("404.container.backup");
    /// `404.vpn.account`
    pub const NOT_FOUND_VPN_ACCOUNT: Self = Self::known("404.vpn.account");
    /// `404.instance`
    pub const NOT_FOUND_INSTANCE: Self = Self::known("404.instance");
    /// `404.pipeline`
    pub const NOT_FOUND_PIPELINE: Self = Self::known("404.pipeline");
    /// `404.pipeline.run`
    pub const NOT_FOUND_PIPELINE_RUN: Self = Self::known("404.pipeline.run");
    /// `404.pipeline.key`
    pub const NOT_FOUND_PIPELINE_KEY: Self = Self::known("404.pipeline.key");
    /// `404.dns.zone`
    pub const NOT_FOUND_DNS_ZONE: Self = Self::known("404.dns.zone");
    /// `404.dns.record`
    pub const NOT_FOUND_DNS_RECORD: Self = Self::known("404.dns.record");
    /// `404.cluster`
    pub const NOT_FOUND_CLUSTER: Self = Self::known("404.cluster");
    /// `404.platform-build`
    pub const NOT_FOUND_PLATFORM_BUILD: Self = Self::known("404.platform-build");
    /// `404.cycleos-build`
    pub const NOT_FOUND_CYCLEOS_BUILD: Self = Self::known("404.cycleos-build");
    /// `404.email-verification`
    pub const NOT_FOUND_EMAIL_VERIFICATION: Self = Self::known("404.email-verification");
    /// `404.hub.membership`
    pub const NOT_FOUND_HUB_MEMBERSHIP: Self = Self::known("404.hub.membership");
    /// `404.announcement`
    pub const NOT_FOUND_ANNOUNCEMENT: Self = Self::known("404.announcement");
    /// `404.ha-service.session`
    pub const NOT_FOUND_HA_SERVICE_SESSION: Self = Self::known("404.ha-service.session");
    /// `404.virtual-machine`
    pub const NOT_FOUND_VIRTUAL_MACHINE: Self = Self::known("404.virtual-machine");
    /// `404.virtual-machine.ssh-key`
    pub const NOT_FOUND_VIRTUAL_MACHINE_SSH_KEY: Self = Self::known("404.virtual-machine.ssh-key");
    /// `404.sales.lead`
    pub const NOT_FOUND_SALES_LEAD: Self = Self::known("404.sales.lead");
    /// `404.stack.build-log`
    pub const NOT_FOUND_STACK_BUILD_LOG: Self = Self::known("404.stack.build-log");
    /// `409.duplicate-found`
    pub const CONFLICT_DUPLICATE_FOUND: Self = Self::known("409.duplicate-found");
    /// `415.invalid-content-type`
    pub const UNSUPPORTED_INVALID_CONTENT_TYPE: Self = Self::known("415.invalid-content-type");
    /// `422.missing-argument`
    pub const INVALID_MISSING_ARGUMENT: Self = Self::known("422.missing-argument");
    /// `422.invalid-argument`
    pub const INVALID_INVALID_ARGUMENT: Self = Self::known("422.invalid-argument");
    /// `422.invalid-input`
    pub const INVALID_INVALID_INPUT: Self = Self::known("422.invalid-input");
    /// `422.max-exceeded`
    pub const INVALID_MAX_EXCEEDED: Self = Self::known("422.max-exceeded");
    /// `422.not-compatible`
    pub const INVALID_NOT_COMPATIBLE: Self = Self::known("422.not-compatible");
    /// `422.already-exists`
    pub const INVALID_ALREADY_EXISTS: Self = Self::known("422.already-exists");
    /// `429.rate-limiting`
    pub const TOO_MANY_RATE_LIMITING: Self = Self::known("429.rate-limiting");
    /// `500.database`
    pub const SERVER_ERROR_DATABASE: Self = Self::known("500.database");
    /// `500.database-insert`
    pub const SERVER_ERROR_DATABASE_INSERT: Self = Self::known("500.database-insert");
    /// `500.database-update`
    pub const SERVER_ERROR_DATABASE_UPDATE: Self = Self::known("500.database-update");
    /// `500.database-remove`
    pub const SERVER_ERROR_DATABASE_REMOVE: Self = Self::known("500.database-remove");
    /// `500.jobd`
    pub const SERVER_ERROR_JOBD: Self = Self::known("500.jobd");
    /// `500.unknown`
    pub const SERVER_ERROR_UNKNOWN: Self = Self::known("500.unknown");
    /// `500.dev`
    pub const SERVER_ERROR_DEV: Self = Self::known("500.dev");
    /// `500.email`
    pub const SERVER_ERROR_EMAIL: Self = Self::known("500.email");
    /// `503.not-ready`
    pub const UNAVAILABLE_NOT_READY: Self = Self::known("503.not-ready");
    /// `503.not-enabled`
    pub const UNAVAILABLE_NOT_ENABLED: Self = Self::known("503.not-enabled");
    /// `503.dependency-not-enabled`
    pub const UNAVAILABLE_DEPENDENCY_NOT_ENABLED: Self = Self::known("503.dependency-not-enabled");
    /// `504.not-available`
    pub const TIMEOUT_NOT_AVAILABLE: Self = Self::known("504.not-available");
}
