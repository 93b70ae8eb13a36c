//! Clients that read their settings and proxies from environment variables, each in a process of
//! its own.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::time::{Duration, Instant};
use std::{env, iter};

use cycle_images::flow::RetryPolicy;
use cycle_images::images::GetImages;
use cycle_images_async::{Error, Reqwest, Tokio};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_tests::subprocess::{is_subprocess, run_in_subprocess};
use cycle_images_tests::support::shown;
use cycle_images_tests::uploads::{tar_bytes, waiting_image};
use libtest_mimic::Trial;

use crate::driver::{Async, Client};
use crate::executors::Executor;
use crate::suite::upload;
use crate::trial;

/// Reads a client from the environment, with this time to connect.
type FromEnv = fn(Duration) -> Result<Client, Error>;

fn ureq(connect: Duration) -> Result<Client, Error> {
    let client = cycle_images_ureq::Client::from_env()?.with_connect_timeout(connect);
    Ok(Client::Blocking(client.with_retry(RetryPolicy::disabled())))
}

/// The attempt has this limit: reqwest's own for connecting isn't the client's.
fn reqwest(connect: Duration) -> Result<Client, Error> {
    let client = cycle_images_async::Client::from_env(Reqwest::new().unwrap(), Tokio)?;
    let client = client.with_retry(RetryPolicy::disabled()).with_attempt_timeout(connect);
    Ok(Client::Async(Async::new(client, Executor::tokio_current())))
}

/// A test, which is called with its own name, and whether it needs TLS.
type Test = (&'static str, fn(&str, FromEnv), bool);

pub(crate) fn trials() -> Vec<Trial> {
    let tests: [Test; 7] = [
        ("invalid_variables_are_named", invalid_variables_are_named, false),
        ("set_variables_are_used_in_silence", set_variables_are_used_in_silence, false),
        ("default_base_url_is_that_of_the_platform", default_base_url, false),
        ("plain_http_bypasses_the_proxy", plain_http_bypasses_the_proxy, false),
        ("https_asks_the_proxy_for_a_tunnel", https_asks_the_proxy_for_a_tunnel, true),
        ("proxies_for_other_hosts_are_not_used", proxies_for_other_hosts_are_not_used, true),
        ("slow_proxy_times_out", slow_proxy_times_out, true),
    ];
    let clients: [(&str, FromEnv, bool); 2] =
        [("ureq", ureq, true), ("reqwest", reqwest, cfg!(feature = "rustls"))];
    let mut trials = vec![trial(INVALID_PROXY, invalid_proxy_is_an_error_without_password)];
    for (client, from_env, has_tls) in clients {
        trials.extend(tests.into_iter().map(|(test, run, needs_tls)| {
            let name = format!("environment/{client}/{test}");
            let run = trial(name.clone(), move || run(&name, from_env));
            run.with_ignored_flag(needs_tls && !has_tls)
        }));
    }
    trials
}

const INVALID_PROXY: &str = "environment/reqwest/invalid_proxy_is_an_error_without_password";
const LIMIT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(20);
const EXPECTED: &str = "CYCLE_IMAGES_TEST_EXPECTED";
const KEY: (&str, &str) = ("CYCLE_API_KEY", "sec-key");
const HUB: (&str, &str) = ("CYCLE_HUB_ID", "sec-hub");

fn failure(from_env: FromEnv) -> Error {
    from_env(LONG).unwrap().call(&GetImages::new()).unwrap_err()
}

fn of_sandbox(sandbox: &Sandbox) -> [(&str, &str); 4] {
    [
        ("CYCLE_API_KEY", sandbox.api_key()),
        ("CYCLE_HUB_ID", sandbox.hub_id()),
        ("CYCLE_BASE_URL", sandbox.url()),
        ("CYCLE_FACTORY_URL", sandbox.url()),
    ]
}

fn invalid_variables_are_named(test: &str, from_env: FromEnv) {
    if is_subprocess() {
        let error = from_env(LONG).map(drop).unwrap_err();
        assert!(!error.may_have_arrived());
        assert!(!shown(&error).contains("sec-"), "{error:?}");
        let expected = env::var(EXPECTED).unwrap();
        assert!(error.to_string().starts_with(&expected), "{error}");
        return;
    }
    let no_key = "CYCLE_API_KEY is not set; set it to an API key of the hub";
    let no_hub = "CYCLE_HUB_ID is not set; set it to the id of the hub";
    let base_url = |url| ("CYCLE_BASE_URL", url);
    let mut cases = vec![
        (vec![], no_key),
        (vec![("CYCLE_API_KEY", ""), HUB], no_key),
        (vec![KEY, ("CYCLE_HUB_ID", "")], no_hub),
        (vec![("CYCLE_API_KEY", "sec-key\n"), HUB], "CYCLE_API_KEY has a character at byte 7"),
        (vec![KEY, ("CYCLE_HUB_ID", "the hub")], "CYCLE_HUB_ID has a character at byte 3"),
        (vec![KEY, HUB, base_url("http://example.com")], "CYCLE_BASE_URL is plain http"),
        (vec![KEY, HUB, base_url("https://me:sec-pw@a.com")], "CYCLE_BASE_URL has user info"),
    ]
    .into_iter()
    .map(|(variables, expected)| {
        let variables = variables.into_iter().map(|(name, value)| (name, OsStr::new(value)));
        (variables.collect::<Vec<_>>(), expected)
    })
    .collect::<Vec<_>>();
    // A base URL that can't be read must not be taken for none: the key would go to another core.
    #[cfg(unix)]
    for name in ["CYCLE_BASE_URL", "CYCLE_API_KEY", "CYCLE_HUB_ID"] {
        use std::os::unix::ffi::OsStrExt;
        let mut variables = [KEY, HUB].map(|(name, value)| (name, OsStr::new(value))).to_vec();
        variables.push((name, OsStr::from_bytes(b"https://\xff.example.com")));
        cases.push((variables, name));
    }
    for (mut variables, expected) in cases {
        variables.push((EXPECTED, OsStr::new(expected)));
        run_in_subprocess(test, &variables);
    }
}

/// Nothing is printed or logged: the only output is the test harness's.
fn set_variables_are_used_in_silence(test: &str, from_env: FromEnv) {
    if is_subprocess() {
        let images = from_env(LONG).unwrap().call(&GetImages::new()).unwrap().data;
        return assert_eq!(images.len(), 8);
    }
    let sandbox = Sandbox::start().unwrap();
    let variables = [&of_sandbox(&sandbox), [("RUST_LOG", "trace")].as_slice()].concat();
    let output = run_in_subprocess(test, &variables);
    assert_eq!(sandbox.requests().len(), 1);
    let lines: Vec<&str> = output.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 3, "{output}");
}

fn default_base_url(test: &str, from_env: FromEnv) {
    if is_subprocess() {
        let client = from_env(LONG).unwrap();
        assert_eq!(client.hub().base_url(), "https://api.cycle.io");
        return assert_eq!(client.hub().id().as_str(), "sec-hub");
    }
    run_in_subprocess(test, &[KEY, HUB]);
    run_in_subprocess(test, &[KEY, HUB, ("CYCLE_BASE_URL", "")]);
}

/// The proxy could read the key, and the token of an upload.
fn plain_http_bypasses_the_proxy(test: &str, from_env: FromEnv) {
    if is_subprocess() {
        let client = from_env(LONG).unwrap();
        client.call(&GetImages::new()).unwrap();
        let refused = upload(&client, &waiting_image("sec-token"), &tar_bytes(1000));
        return assert!(refused.unwrap_err().response().is_some());
    }
    let (proxy, sandbox) = (RawServer::start([]).unwrap(), Sandbox::start().unwrap());
    let url = proxy.url();
    let names =
        ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
    for (count, name) in names.into_iter().enumerate() {
        run_in_subprocess(test, &[&of_sandbox(&sandbox), [(name, &*url)].as_slice()].concat());
        assert_eq!((sandbox.requests().len(), proxy.connections()), (2 * (count + 1), 0));
    }
}

/// Variables for a platform over https, and a proxy.
fn over_https<'a>(core: &'a str, proxy: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[KEY, HUB, ("CYCLE_BASE_URL", core)], proxy].concat()
}

/// A proxy that refuses every tunnel.
fn refusing_proxy() -> (RawServer, String) {
    let refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    let proxy = RawServer::start([Answer::new(refusal).close()]).unwrap();
    let url = proxy.url();
    (proxy, url)
}

/// The proxy gets nothing else to read.
fn https_asks_the_proxy_for_a_tunnel(test: &str, from_env: FromEnv) {
    if is_subprocess() {
        let error = failure(from_env);
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        return assert!(!error.may_have_arrived(), "{error:?}");
    }
    for name in ["ALL_PROXY", "HTTPS_PROXY", "https_proxy"] {
        let (proxy, url) = refusing_proxy();
        run_in_subprocess(test, &over_https("https://core.invalid", &[(name, &url)]));
        let requests = proxy.requests();
        assert_eq!(requests.len(), 1);
        assert!(requests[0].starts_with("CONNECT core.invalid:443 HTTP/1.1\r\n"), "{requests:?}");
        assert!(!requests[0].contains("sec-"), "{requests:?}");
    }
}

fn proxies_for_other_hosts_are_not_used(test: &str, from_env: FromEnv) {
    if is_subprocess() {
        return assert!(!failure(from_env).may_have_arrived());
    }
    // A server that isn't there: without the proxy, connecting fails.
    let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let core = format!("https://localhost:{}", closed.port());
    for (https, no_proxy, connections) in [
        ("", "", 0),
        ("proxy", "localhost", 0),
        ("proxy", "*", 0),
        ("proxy", "example.com,localhost", 0),
        ("proxy", "example.com", 1),
        ("proxy", "", 1),
    ] {
        let (proxy, url) = refusing_proxy();
        let https = if https.is_empty() { "" } else { &url };
        let variables = [("HTTPS_PROXY", https), ("NO_PROXY", no_proxy)];
        run_in_subprocess(test, &over_https(&core, &variables));
        assert_eq!(proxy.connections(), connections, "{variables:?}");
    }
}

/// The time limit of a connection is that of all that the proxy sends, not of each byte.
fn slow_proxy_times_out(test: &str, from_env: FromEnv) {
    if is_subprocess() {
        let start = Instant::now();
        let error = from_env(LIMIT).unwrap().call(&GetImages::new()).unwrap_err();
        assert!(start.elapsed() < 10 * LIMIT, "{:?}", start.elapsed());
        assert!(matches!(error, Error::Timeout { limit: Some(LIMIT), .. }), "{error:?}");
        return;
    }
    for start in ["HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nX-Long: "] {
        let answer = Answer::new(start).slowly(LIMIT / 10, iter::repeat_n("0", 1_000));
        let proxy = RawServer::start([answer.close()]).unwrap();
        let url = proxy.url();
        run_in_subprocess(test, &over_https("https://core.invalid", &[("HTTPS_PROXY", &url)]));
        assert_eq!(proxy.connections(), 1);
    }
}

fn invalid_proxy_is_an_error_without_password() {
    if is_subprocess() {
        let made = Reqwest::new();
        let shown = made.as_ref().map_or_else(|error| shown(error), |made| format!("{made:?}"));
        assert!(!shown.contains("sec-"), "{shown}");
        return assert_eq!(made.is_err(), env::var("https_proxy").unwrap().contains("no port"));
    }
    for address in ["http://me:sec-pw@proxy.invalid:no port", "http://me:sec-pw@proxy.invalid:1"] {
        run_in_subprocess(INVALID_PROXY, &[("https_proxy", address)]);
    }
}
