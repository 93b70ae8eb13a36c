//! Agents of the program: they send the requests, and the client's settings precede their own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cycle_images::images::{CreateImage, DeleteImage, GetImages};
use cycle_images::{ImageId, SourceId};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_tests::uploads::waiting_image;
use cycle_images_ureq::{Client, Error, Tar};
use ureq::config::{Config, ConfigBuilder, RedirectAuthHeaders, Timeouts};
use ureq::http::{Request, Uri};
use ureq::middleware::MiddlewareNext;
use ureq::typestate::AgentScope;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, SendBody};

use crate::{LONG, client_of, failure, hub, once, shown};

fn from_agent(
    sandbox: &Sandbox,
    set: impl FnOnce(ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope>,
) -> Client {
    once(Client::from_agent(hub(sandbox), set(Agent::config_builder()).build().into()))
}

/// Settings that contradict all of the client's.
fn contrary(config: ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope> {
    config
        .http_status_as_error(true)
        .max_redirects(5)
        .max_redirects_will_error(true)
        .redirect_auth_headers(RedirectAuthHeaders::SameHost)
        .user_agent("contrary/1")
        .timeout_global(Some(Duration::ZERO))
        .timeout_connect(Some(Duration::from_nanos(1)))
}

#[test]
fn settings_of_the_client_precede_those_of_its_agent() {
    let sandbox = Sandbox::start().unwrap();
    let agent: Agent = contrary(Agent::config_builder()).build().into();
    assert!(matches!(agent.get(sandbox.url()).call(), Err(ureq::Error::Timeout(_))));

    let client = from_agent(&sandbox, contrary);
    assert_eq!(client.call(&GetImages::new()).unwrap().data.len(), 8);
    let name = format!("cycle-images/{} (ureq)", env!("CARGO_PKG_VERSION"));
    assert_eq!(sandbox.requests()[0].header("user-agent"), Some(name.as_str()));
    sandbox.fault(Fault::unavailable_until("3"));
    let unavailable = failure(&client);
    assert_eq!(unavailable.response().unwrap().headers()["retry-after"], "3");

    let elsewhere = RawServer::start([]).unwrap();
    let create = CreateImage::new(SourceId::new("s1").unwrap());
    let delete = DeleteImage::new(ImageId::new("i1").unwrap());
    for status in [301, 302, 303, 307, 308] {
        (0..3).for_each(|_| sandbox.fault(Fault::redirect(status, &elsewhere.url())));
        for error in
            [failure(&client), client.call(&create).unwrap_err(), client.call(&delete).unwrap_err()]
        {
            assert_eq!(error.response().unwrap().status(), status);
        }
    }
    assert_eq!((elsewhere.connections(), sandbox.requests().len()), (0, 2 + 15));
}

#[test]
fn shorter_timeout_of_the_agent_is_not_reported_as_the_clients() {
    let sandbox = Sandbox::start().unwrap();
    let short = Some(Duration::from_millis(50));
    let client = from_agent(&sandbox, |config| config.timeout_recv_response(short));
    sandbox.fault(Fault::Delay(Duration::from_millis(500)));
    if let Err(error) = client.with_attempt_timeout(LONG).call(&GetImages::new()) {
        assert!(error.may_have_arrived());
        assert!(!error.to_string().contains("within 20 s"), "{error}");
    }
}

#[test]
fn middleware_of_the_agent_is_used() {
    let sandbox = Sandbox::start().unwrap();
    let mark = |mut request: Request<SendBody<'_>>, next: MiddlewareNext<'_>| {
        request.headers_mut().insert("x-marked", "yes".parse().unwrap());
        next.handle(request)
    };
    from_agent(&sandbox, |config| config.middleware(mark)).call(&GetImages::new()).unwrap();
    assert_eq!(sandbox.requests()[0].header("x-marked"), Some("yes"));
}

#[test]
fn https_only_agent_sends_nothing_over_http_and_shows_no_token() {
    let sandbox = Sandbox::start().unwrap();
    let client = from_agent(&sandbox, |config| config.https_only(true));
    let upload = client.upload(&waiting_image("sec-token"), Tar::new(&b"a tar"[..], 5));
    for (error, operation) in
        [(failure(&client), "GetImages"), (upload.unwrap_err(), "UploadImage")]
    {
        assert!(!error.may_have_arrived() && error.to_string().starts_with(operation), "{error:?}");
        assert!(!shown(&error).contains("sec-token"), "{error:?}");
    }
    assert!(sandbox.requests().is_empty());
}

/// An upload over it has no connection of its own, which could be closed.
#[test]
fn agent_uploads() {
    let factory = RawServer::start([Answer::new("HTTP/1.1 204 No Content\r\n\r\n")]).unwrap();
    let hub = client_of(&factory.url()).hub().clone().with_factory_url(&factory.url()).unwrap();
    let client = Client::from_agent(hub, Agent::new_with_defaults());
    client.upload(&waiting_image("t"), Tar::new(&b"a tar"[..], 5)).unwrap();
    assert!(factory.requests()[0].contains("a tar"));
}

/// Finds no host, and notes the time limits.
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
fn default_timeouts_are_10_s_to_connect_and_60_s_for_an_attempt() {
    let notes = Notes::default();
    let config = contrary(Agent::config_builder()).build();
    let agent = Agent::with_parts(config, DefaultConnector::default(), notes.clone());
    let client = once(Client::from_agent(client_of("http://core.invalid").hub().clone(), agent));
    assert!(matches!(failure(&client), Error::Transport { may_have_arrived: false, .. }));
    let second = Duration::from_secs(1);
    failure(&client.with_connect_timeout(second).with_attempt_timeout(2 * second));
    let noted = notes.0.lock().unwrap();
    let noted: Vec<_> = noted.iter().map(|times| (times.connect, times.global)).collect();
    let seconds = |s| Some(Duration::from_secs(s));
    assert_eq!(noted, [(seconds(10), seconds(60)), (seconds(1), seconds(2))]);
}
