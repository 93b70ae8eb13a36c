//! A proxy from the environment gets nothing to read.

use std::time::{Duration, Instant};

use cycle_images::Hub;
use cycle_images::images::GetImages;
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::{Client, Error, Tar};

use crate::{failure, once};
use cycle_images_tests::subprocess::{is_subprocess, run_in_subprocess};

const PROXY_VARIABLES: [&str; 6] =
    ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

#[test]
fn plain_http_bypasses_the_proxy() {
    if is_subprocess() {
        let client = once(Client::from_env().unwrap());
        assert_eq!(client.call(&GetImages::new()).unwrap().data.len(), 8);
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
        ];
        run_in_subprocess("proxies::plain_http_bypasses_the_proxy", &variables);
        assert_eq!((sandbox.requests().len(), proxy.connections()), (nth + 1, 0));
    }
}

/// The counterpart: the same variables do name a proxy, which is asked for a tunnel and no more.
#[test]
fn https_asks_the_proxy_for_a_tunnel() {
    if is_subprocess() {
        let error = failure(&once(Client::from_env().unwrap()));
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        assert!(!error.may_have_arrived(), "{error:?}");
        return;
    }
    for name in ["ALL_PROXY", "HTTPS_PROXY", "https_proxy"] {
        let refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
        let proxy = RawServer::start([Answer::new(refusal).close()]).unwrap();
        let variables = [
            (name, proxy.url()),
            ("CYCLE_API_KEY", "sec-key".to_owned()),
            ("CYCLE_HUB_ID", "sec-hub".to_owned()),
            ("CYCLE_BASE_URL", "https://core.invalid".to_owned()),
        ];
        run_in_subprocess("proxies::https_asks_the_proxy_for_a_tunnel", &variables);
        let requests = proxy.requests();
        assert_eq!(requests.len(), 1);
        assert!(requests[0].starts_with("CONNECT core.invalid:443 HTTP/1.1\r\n"));
        assert!(!requests[0].contains("sec-"), "{requests:?}");
    }
}

/// The limit of a connection holds for all that the proxy says, not for each byte of it.
#[test]
fn a_proxy_that_answers_a_byte_at_a_time_times_out() {
    const LIMIT: Duration = Duration::from_millis(300);
    if is_subprocess() {
        let client = once(Client::from_env().unwrap()).with_connect_timeout(LIMIT);
        let start = Instant::now();
        let error = failure(&client);
        assert!(start.elapsed() < 10 * LIMIT, "{:?}", start.elapsed());
        let Error::Timeout { limit, .. } = error else { panic!("{error:?}") };
        assert_eq!((limit, error.may_have_arrived()), (Some(LIMIT), false));
        return;
    }
    for start in ["HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nX-Long: "] {
        let answer = Answer::new(start).slowly(LIMIT / 10, std::iter::repeat_n("0", 1_000));
        let proxy = RawServer::start([answer.close()]).unwrap();
        let variables = [
            ("HTTPS_PROXY", proxy.url()),
            ("CYCLE_API_KEY", "sec-key".to_owned()),
            ("CYCLE_HUB_ID", "sec-hub".to_owned()),
            ("CYCLE_BASE_URL", "https://core.invalid".to_owned()),
        ];
        let test = "proxies::a_proxy_that_answers_a_byte_at_a_time_times_out";
        run_in_subprocess(test, &variables);
        assert_eq!(proxy.connections(), 1);
    }
}

/// The proxy could read the token of the upload.
#[test]
fn an_upload_over_plain_http_bypasses_the_proxy() {
    if is_subprocess() {
        let factory = std::env::var("FACTORY").unwrap();
        let hub = Hub::from_variables(|name| std::env::var(name).ok()).unwrap();
        let client = Client::new(hub.with_factory_url(&factory).unwrap());
        let image = serde_json::json!({"id": "i1", "state": {"current": "uploading"},
            "source": {"type": "direct", "details": {"id": "s1", "origin": {"type": "cycle-upload",
            "details": {"token": "sec-token", "expires": "2999-01-01T00:00:00Z"}}}}});
        let image = serde_json::from_value(image).unwrap();
        client.upload(&image, Tar::new(&b"a tar"[..], 5)).unwrap();
        return;
    }
    let proxy = RawServer::start([]).unwrap();
    let factory = RawServer::start([Answer::new("HTTP/1.1 204 No Content\r\n\r\n")]).unwrap();
    let variables = [
        ("HTTPS_PROXY", proxy.url()),
        ("HTTP_PROXY", proxy.url()),
        ("CYCLE_API_KEY", "sec-key".to_owned()),
        ("CYCLE_HUB_ID", "sec-hub".to_owned()),
        ("CYCLE_BASE_URL", "https://core.invalid".to_owned()),
        ("FACTORY", factory.url()),
    ];
    run_in_subprocess("proxies::an_upload_over_plain_http_bypasses_the_proxy", &variables);
    assert_eq!((factory.requests().len(), proxy.connections()), (1, 0));
}
