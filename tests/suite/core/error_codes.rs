//! Every documented code: what it means, and that the advice fits.

use cycle_images::error::ErrorCode;
use cycle_images::http::Response;
use cycle_images::images::{GetImages, UpdateImage};
use cycle_images::{ImageId, ResponseError};
use cycle_images_tests::support::hub;

/// The documented codes.
const CODES: &str = "
400.invalid-syntax 401.auth-invalid 401.auth-expired 401.no-cookie 401.unauthorized-application
403.mismatch 403.wrong-hub 403.not-ready 403.expired 403.restricted-portal 403.permissions
403.invalid-ip 403.invalid-state 403.not-approved 403.not-allowed 403.platform-disabled
403.2fa-required 403.2fa-failed 403.new-application-capabilities 403.tier-restricted 404.hub
404.hub.invitation 404.hub.integration 404.hub.role 404.sdn.network 404.environment
404.environment.scoped-variable 404.hub.api-key 404.uri 404.provider 404.stack
404.community.thread 404.community.thread.reply 404.survey 404.survey-response 404.notification
404.stack-build 404.image 404.image.source 404.image.build-log 404.job 404.billing.order
404.billing.service 404.billing.credit 404.billing.invoice 404.billing.tier 404.billing.support
404.billing.payment-method 404.billing.promo-code 404.node 404.infrastructure.location
404.infrastructure.ips.pool 404.infrastructure.provider 404.infrastructure.server
404.infrastructure.cluster 404.infrastructure.autoscale.group 404.infrastructure.model
404.infrastructure.external-volume 404.monitoring.logs.analytics.rule 404.account 404.container
404.container.backup 404.vpn.account 404.instance 404.pipeline 404.pipeline.run 404.pipeline.key
404.dns.zone 404.dns.record 404.cluster 404.platform-build 404.cycleos-build
404.email-verification 404.hub.membership 404.announcement 404.ha-service.session
404.virtual-machine 404.virtual-machine.ssh-key 404.sales.lead 404.stack.build-log
409.duplicate-found 415.invalid-content-type 422.missing-argument 422.invalid-argument
422.invalid-input 422.max-exceeded 422.not-compatible 422.already-exists 429.rate-limiting
500.database 500.database-insert 500.database-update 500.database-remove 500.jobd 500.unknown
500.dev 500.email 503.not-ready 503.not-enabled 503.dependency-not-enabled 504.not-available
";

/// The codes that don't mean what their status means.
const EXCEPTIONS: [(&str, &str); 9] = [
    ("403.expired", "conflict"),
    ("403.invalid-state", "conflict"),
    ("403.mismatch", "conflict"),
    ("403.not-ready", "conflict"),
    ("404.uri", ""),
    ("422.already-exists", "conflict"),
    ("503.dependency-not-enabled", ""),
    ("503.not-enabled", ""),
    ("500.unknown", ""),
];

fn meaning_of_status(status: &str) -> &'static str {
    match status {
        "400" | "415" | "422" => "invalid",
        "401" => "unauthorized",
        "403" => "forbidden",
        "404" => "not found",
        "409" => "conflict",
        "429" => "rate limited",
        _ => "",
    }
}

fn error(code: &str) -> ResponseError {
    let status: u16 = code.split('.').next().unwrap().parse().unwrap();
    let body = format!(r#"{{"error": {{"status": {status}, "code": "{code}", "title": "T"}}}}"#);
    let response = Response::builder().status(status).body(body).unwrap();
    hub().response(&GetImages::new(), response).unwrap_err()
}

fn meaning(error: &ResponseError) -> String {
    let all = [
        (error.is_invalid(), "invalid"),
        (error.is_unauthorized(), "unauthorized"),
        (error.is_forbidden(), "forbidden"),
        (error.is_not_found(), "not found"),
        (error.is_conflict(), "conflict"),
        (error.is_rate_limited(), "rate limited"),
    ];
    let holding: Vec<_> = all.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name).collect();
    holding.join(", ")
}

#[test]
fn each_documented_code_has_one_meaning_and_an_advice_that_fits() {
    assert_eq!(CODES.split_whitespace().count(), 101);
    for code in CODES.split_whitespace() {
        let error = error(code);
        assert_eq!(error.code(), Some(&ErrorCode::from(code)));
        let (status, _) = code.split_once('.').unwrap();
        let exception = EXCEPTIONS.iter().find(|(other, _)| *other == code);
        let expected = exception.map_or(meaning_of_status(status), |(_, meaning)| meaning);
        assert_eq!(meaning(&error), expected, "{code}");
        let is_unavailable = ["429", "502", "503", "504"].contains(&status);
        let can_pass = is_unavailable && !code.ends_with("not-enabled");
        assert_eq!(error.is_retryable(), can_pass, "{code}");

        let said = error.to_string();
        let (_, advice) = said.split_once("; ").unwrap();
        // Capabilities are the reason of these alone.
        let speaks_of_capabilities = ["403.permissions", "403.new-application-capabilities"];
        assert_eq!(
            advice.contains("capabilities"),
            speaks_of_capabilities.contains(&code),
            "{said}"
        );
        let is_of_the_id = meaning(&error) == "not found" && !code.contains("build-log");
        assert_eq!(
            advice.starts_with("check the id") || advice == "check the hub id",
            is_of_the_id,
            "{said}"
        );
        assert!(code == "404.uri" || status != "404" || !advice.contains("base URL"), "{said}");
    }
}

/// Without a code, the status has a meaning.
#[test]
fn a_status_without_a_code_has_the_meaning_of_its_own() {
    for status in [400_u16, 401, 403, 404, 409, 415, 422, 429, 500, 503] {
        let response = Response::builder().status(status).body("").unwrap();
        let error = hub().response(&GetImages::new(), response).unwrap_err();
        assert_eq!(meaning(&error), meaning_of_status(&status.to_string()), "{status}");
    }
}

/// The factory isn't sent the API key, and what is idempotent can be sent again.
#[test]
fn the_advice_depends_on_the_operation() {
    use std::time::Duration;

    use cycle_images::flow::{FlowError, SendFailure, TarSent};
    use cycle_images::images::CreateImage;
    use cycle_images::upload::UploadImage;
    use cycle_images::{Operation, SourceId};

    let image = r#"{"id": "i1", "state": {"current": "uploading"}, "source": {"type": "direct",
        "details": {"origin": {"type": "cycle-upload", "details": {"token": "t0ken"}}}}}"#;
    let upload = UploadImage::new(&serde_json::from_str(image).unwrap()).unwrap();
    let outcome = |outcome: Result<Response<&str>, SendFailure>, sent| {
        let sent = TarSent { sent, size: 10, error: None };
        hub().upload_outcome(&upload, outcome, sent, Duration::from_millis(1500)).unwrap_err()
    };
    let body = r#"{"error": {"status": 403, "code": "403.expired", "title": "Expired."}}"#;
    let expired = Response::builder().status(403).body(body).unwrap();
    assert_eq!(
        outcome(Ok(expired), 0).to_string(),
        "UploadImage failed with status 403 Forbidden (1 attempt in 1.5 s); the factory refuses the \
         upload: upload the tar to a new image, which has a new token"
    );
    // Sending the same tar again can't help.
    for (status, body) in [(413_u16, ""), (422, r#"{"error": {"code": "422.invalid-argument"}}"#)] {
        let refused = Response::builder().status(status).body(body).unwrap();
        let error = outcome(Ok(refused), 10).to_string();
        assert!(
            error.ends_with("the factory refuses the tar: check it, then upload it to a new image"),
            "{error}"
        );
    }
    // An upload is cancelled, too, and can't be resumed.
    assert_eq!(FlowError::Cancelled.to_string(), "cancelled by the program");
    assert_eq!(
        outcome(Err(SendFailure::not_sent("no such host")), 0).to_string(),
        "UploadImage could not connect to factory.cycle.io:9414 (1 attempt in 1.5 s); nothing was \
         sent: check the network and the factory URL"
    );
    assert_eq!(
        outcome(Err(SendFailure::maybe_sent("reset")), 3).to_string(),
        "UploadImage: the upload ended after 3 of 10 bytes of the tar; upload the tar to a new image"
    );
    assert_eq!(
        outcome(Err(SendFailure::maybe_sent("reset")), 10).to_string(),
        "UploadImage: the whole tar was sent; read the image's state before uploading it again"
    );

    fn bad_gateway(operation: &impl Operation) -> String {
        let response = Response::builder().status(502).body("").unwrap();
        hub().response(operation, response).err().unwrap().to_string()
    }
    let rename = UpdateImage::new(ImageId::new("i1").unwrap()).name("x");
    assert!(bad_gateway(&rename).ends_with("; the platform is unavailable: send it again later"));
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    assert!(
        bad_gateway(&create).ends_with("; it may have taken effect: check before sending it again")
    );
}
