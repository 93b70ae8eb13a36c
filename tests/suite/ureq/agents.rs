//! An agent that was handed in: it does the carrying, and the client's policy goes before its own.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cycle_images::SourceId;
use cycle_images::error::ResponseErrorKind;
use cycle_images::images::{CreateImage, DeleteImage, GetImages};
use cycle_images::model::Origin;
use cycle_images_tests::raw_server::RawServer;
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_ureq::{Client, Error, Tar};
use ureq::config::{Config, RedirectAuthHeaders, Timeouts};
use ureq::http::{Request, Uri};
use ureq::middleware::MiddlewareNext;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, SendBody};

use crate::uploads::{uploader, waiting};
use crate::{client_of, failure, hub, once, shown};

const LONG: Duration = Duration::from_secs(20);

/// An agent that would do everything otherwise.
fn headstrong() -> Agent {
    Agent::config_builder()
        .http_status_as_error(true)
        .max_redirects(5)
        .user_agent("headstrong/1")
        .timeout_global(Some(Duration::ZERO))
        .timeout_connect(Some(Duration::from_nanos(1)))
        .build()
        .new_agent()
}

#[test]
fn the_clients_settings_take_precedence() {
    let sandbox = Sandbox::start().unwrap();
    // By itself it gets nowhere.
    let by_itself = headstrong().get(sandbox.url()).call();
    assert!(matches!(by_itself, Err(ureq::Error::Timeout(_))));

    let client = once(Client::with_agent(hub(&sandbox), headstrong()));
    assert_eq!(client.call(&GetImages::new()).unwrap().data.len(), 8);
    let name = format!("cycle-images/{} (ureq)", env!("CARGO_PKG_VERSION"));
    let seen = sandbox.requests();
    assert_eq!(seen[0].header("user-agent"), Some(name.as_str()));

    sandbox.fault(Fault::unavailable_until("3"));
    let unavailable = failure(&client);
    let response = unavailable.response().unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (503, &"3".parse().unwrap())
    );
    // Where it would be followed to isn't there: that would be another error.
    sandbox.fault(Fault::redirect(307, "/nowhere"));
    assert_eq!(failure(&client).response().unwrap().status(), 307);
}

/// The API key would go along.
#[test]
fn one_that_follows_five_redirects_follows_none() {
    let sandbox = Sandbox::start().unwrap();
    let agent = Agent::config_builder()
        .max_redirects(5)
        .max_redirects_will_error(true)
        .redirect_auth_headers(RedirectAuthHeaders::SameHost)
        .build()
        .new_agent();
    let client = once(Client::with_agent(hub(&sandbox), agent));
    let elsewhere = RawServer::start([]).unwrap();
    let location = format!("{}/v1/images", elsewhere.url());
    let points_there = |error: Error| match error.response().unwrap().kind() {
        ResponseErrorKind::Redirect(redirect) => {
            assert_eq!(redirect.location.as_deref(), Some(location.as_str()));
        }
        other => panic!("{other:?}"),
    };
    let source = SourceId::new(sandbox.source_id()).unwrap();
    let image = client.call(&GetImages::new()).unwrap().data.remove(0);
    for status in [301, 302, 303, 307, 308] {
        for _ in 0..3 {
            sandbox.fault(Fault::redirect(status, &location));
        }
        points_there(failure(&client));
        points_there(client.call(&CreateImage::new(&source)).unwrap_err());
        points_there(client.call(&DeleteImage::new(&image.id)).unwrap_err());
    }
    assert_eq!((elsewhere.connections(), sandbox.requests().len()), (0, 1 + 15));
}

#[test]
fn without_timeouts_of_its_own_it_has_the_clients() {
    let sandbox = Sandbox::start().unwrap();
    let agent = Agent::config_builder().timeout_global(None).build().new_agent();
    let limit = Duration::from_millis(100);
    let client = once(Client::with_agent(hub(&sandbox), agent)).with_attempt_timeout(limit);
    sandbox.fault(Fault::Delay(LONG));
    let start = Instant::now();
    let error = failure(&client);
    assert!(start.elapsed() < LONG);
    assert!(
        matches!(error, Error::Timeout { limit: told, .. } if told == Some(limit)),
        "{error:?}"
    );
}

/// An agent has timeouts that the client has no setting for. One of them may end a call, but the
/// error must not say then that the client's time was up.
#[test]
fn a_shorter_timeout_of_the_agent_is_not_reported_as_the_clients() {
    let sandbox = Sandbox::start().unwrap();
    let short = Some(Duration::from_millis(50));
    let agent = Agent::config_builder().timeout_recv_response(short).build().new_agent();
    let client = once(Client::with_agent(hub(&sandbox), agent)).with_attempt_timeout(LONG);
    sandbox.fault(Fault::Delay(Duration::from_millis(500)));
    if let Err(error) = client.call(&GetImages::new()) {
        assert!(error.may_have_arrived());
        let message = error.to_string();
        assert!(!message.contains("within 20 s"), "{message}");
    }
}

#[test]
fn the_agents_middleware_is_used() {
    let sandbox = Sandbox::start().unwrap();
    let mark = |mut request: Request<SendBody<'_>>, next: MiddlewareNext<'_>| {
        let headers = request.headers_mut();
        headers.insert("x-marked", "yes".parse().unwrap());
        next.handle(request)
    };
    let agent = Agent::config_builder().middleware(mark).build().new_agent();
    let client = once(Client::with_agent(hub(&sandbox), agent));
    client.call(&GetImages::new()).unwrap();
    assert_eq!(sandbox.requests()[0].header("x-marked"), Some("yes"));
}

#[test]
fn an_https_only_agent_sends_nothing_over_http() {
    let sandbox = Sandbox::start().unwrap();
    let agent = Agent::config_builder().https_only(true).build().new_agent();
    let error = failure(&once(Client::with_agent(hub(&sandbox), agent)));
    assert!(!error.may_have_arrived(), "{error:?}");
    assert!(sandbox.requests().is_empty());
}

/// It refuses a URI, and says which.
#[test]
fn an_https_only_agent_shows_no_upload_token() {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &uploader(&sandbox));
    let origin = image.source.as_ref().and_then(|source| source.details.origin.as_ref());
    let Some(Origin::CycleUpload(upload)) = origin else { panic!("{image:?}") };
    let agent = Agent::config_builder().https_only(true).build().new_agent();
    let hub = hub(&sandbox).with_factory_url(sandbox.url()).unwrap();
    let client = once(Client::with_agent(hub, agent));
    let error = client.upload(&image, Tar::new(&b"a tar"[..], 5)).unwrap_err();
    assert!(!shown(&error).contains(upload.token.expose()), "{error:?}");
    assert!(error.to_string().starts_with("UploadImage"), "{error}");
    assert!(!error.may_have_arrived(), "{error:?}");
    assert_eq!(sandbox.requests().len(), 1);
}

/// Finds no host, and notes what time it was given.
#[derive(Clone, Debug, Default)]
struct Notes(Arc<Mutex<Vec<Timeouts>>>);

impl Resolver for Notes {
    fn resolve(
        &self,
        _: &Uri,
        config: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.0.lock().unwrap().push(config.timeouts());
        Err(ureq::Error::HostNotFound)
    }
}

#[test]
fn the_time_is_10_s_to_connect_and_60_s_in_all_unless_it_is_set() {
    let notes = Notes::default();
    let config = headstrong().config().clone();
    let agent = Agent::with_parts(config, DefaultConnector::default(), notes.clone());
    let hub = client_of("http://core.invalid").hub().clone();
    let client = once(Client::with_agent(hub, agent));
    assert!(!failure(&client).may_have_arrived());
    let (connect, timeout) = (Duration::from_secs(1), Duration::from_secs(2));
    failure(&client.with_connect_timeout(connect).with_attempt_timeout(timeout));

    let noted = notes.0.lock().unwrap();
    let noted = noted.iter().map(|given| (given.connect, given.global));
    let seconds = |s| Some(Duration::from_secs(s));
    let expected = [(seconds(10), seconds(60)), (seconds(1), seconds(2))];
    assert_eq!(noted.collect::<Vec<_>>(), expected);
}
