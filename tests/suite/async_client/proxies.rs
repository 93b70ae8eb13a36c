//! A proxy from the environment gets nothing to read.

use cycle_images::flow::RetryPolicy;
use cycle_images::images::GetImages;
use cycle_images_async::{Client, Error, Reqwest, Tokio};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_tests::subprocess::{is_subprocess, run_in_subprocess};

use crate::upload_fixtures::{bytes, image, of};
use crate::{runtime, shown};

const PROXY_VARIABLES: [&str; 6] =
    ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

fn from_env() -> Client {
    let client = Client::from_env(Reqwest::new().unwrap(), Tokio).unwrap();
    client.with_retry(RetryPolicy::disabled())
}

fn failure() -> Error {
    runtime().block_on(from_env().call(&GetImages::new())).unwrap_err()
}

#[test]
fn plain_http_bypasses_the_proxy() {
    if is_subprocess() {
        let images = runtime().block_on(from_env().call(&GetImages::new())).unwrap().data;
        assert_eq!(images.len(), 8);
        // The token is none of the sandbox's.
        let upload = runtime().block_on(from_env().upload(&image(), of(&bytes(1000), 1000)));
        assert!(upload.unwrap_err().status().is_some());
        return;
    }
    let proxy = RawServer::start([]).unwrap();
    let proxy_url = proxy.url();
    let sandbox = Sandbox::start().unwrap();
    for (nth, name) in PROXY_VARIABLES.into_iter().enumerate() {
        let variables = [
            (name, proxy_url.as_str()),
            ("CYCLE_API_KEY", sandbox.api_key()),
            ("CYCLE_HUB_ID", sandbox.hub_id()),
            ("CYCLE_BASE_URL", sandbox.url()),
            ("CYCLE_FACTORY_URL", sandbox.url()),
        ];
        run_in_subprocess("proxies::plain_http_bypasses_the_proxy", &variables);
        assert_eq!((sandbox.requests().len(), proxy.connections()), (2 * (nth + 1), 0));
    }
}

/// A core that speaks TLS, if it is there, and these variables.
fn with<'a>(core: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let core =
        [("CYCLE_API_KEY", "sec-key"), ("CYCLE_HUB_ID", "sec-hub"), ("CYCLE_BASE_URL", core)];
    [&core, more].concat()
}

/// A core that is not there: past the proxy, there is no connection to be had.
fn missing() -> String {
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    format!("https://localhost:{}", closed.local_addr().unwrap().port())
}

/// A proxy that lets nobody through.
fn refusing() -> RawServer {
    let refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    RawServer::start([Answer::new(refusal).close()]).unwrap()
}

/// The counterpart: the same variables do name a proxy, which is asked for a tunnel and no more.
#[test]
#[cfg_attr(not(feature = "rustls"), ignore = "needs the feature rustls")]
fn https_asks_the_proxy_for_a_tunnel() {
    if is_subprocess() {
        let error = failure();
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        assert!(!error.may_have_arrived(), "{error:?}");
        return;
    }
    for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"] {
        let proxy = refusing();
        let url = proxy.url();
        let variables = with("https://core.invalid", &[(name, &url)]);
        run_in_subprocess("proxies::https_asks_the_proxy_for_a_tunnel", &variables);
        let requests = proxy.requests();
        assert_eq!(requests.len(), 1);
        assert!(requests[0].starts_with("CONNECT core.invalid:443 HTTP/1.1\r\n"), "{requests:?}");
        assert!(!requests[0].contains("sec-"), "{requests:?}");
    }
}

/// `HTTP_PROXY` is for plain http, which goes past every proxy; so it is for nothing here.
#[test]
#[cfg_attr(not(feature = "rustls"), ignore = "needs the feature rustls")]
fn https_does_not_take_the_proxy_of_plain_http_nor_an_empty_one() {
    if is_subprocess() {
        assert!(!failure().may_have_arrived());
        return;
    }
    let proxy = refusing();
    let url = proxy.url();
    for variables in [
        [("HTTP_PROXY", url.as_str()), ("https_proxy", "")],
        [("http_proxy", url.as_str()), ("HTTPS_PROXY", "")],
        [("https_proxy", ""), ("HTTPS_PROXY", "")],
    ] {
        let test = "proxies::https_does_not_take_the_proxy_of_plain_http_nor_an_empty_one";
        run_in_subprocess(test, &with(&missing(), &variables));
    }
    assert_eq!(proxy.connections(), 0);
}

#[test]
#[cfg_attr(not(feature = "rustls"), ignore = "needs the feature rustls")]
fn no_proxy_bypasses_the_proxy() {
    if is_subprocess() {
        assert!(!failure().may_have_arrived());
        return;
    }
    for (no_proxy, connections) in
        [("localhost", 0), ("*", 0), ("example.com,localhost", 0), ("example.com", 1), ("", 1)]
    {
        let proxy = refusing();
        let url = proxy.url();
        let core = missing();
        let variables = with(&core, &[("HTTPS_PROXY", &url), ("NO_PROXY", no_proxy)]);
        run_in_subprocess("proxies::no_proxy_bypasses_the_proxy", &variables);
        assert_eq!(proxy.connections(), connections, "{no_proxy}");
    }
}

/// Whoever made the address of a proxy wrong hears of it, before anything is sent.
#[test]
fn an_address_that_is_none_is_an_error_and_a_password_is_not_shown() {
    if is_subprocess() {
        let made = Reqwest::new();
        let said = made.as_ref().map_or_else(|error| shown(error), |made| format!("{made:?}"));
        assert!(!said.contains("sec-"), "{said}");
        assert_eq!(made.is_err(), std::env::var("https_proxy").unwrap().contains("no port"));
        return;
    }
    for address in ["http://me:sec-pw@proxy.invalid:no port", "http://me:sec-pw@proxy.invalid:1"] {
        let test = "proxies::an_address_that_is_none_is_an_error_and_a_password_is_not_shown";
        run_in_subprocess(test, &[("https_proxy", address)]);
    }
}
