//! `Client::from_env`.

use cycle_images::images::GetImages;
use cycle_images_async::{Client, Reqwest};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_tests::subprocess::{is_subprocess, run_in_subprocess};

use crate::{connection, never, runtime};

const EXPECTED: &str = "CYCLE_IMAGES_TEST_EXPECTED";

const KEY: (&str, &str) = ("CYCLE_API_KEY", "sec-key");
const HUB: (&str, &str) = ("CYCLE_HUB_ID", "the-hub");

#[test]
fn missing_empty_and_invalid_variables_are_named() {
    if is_subprocess() {
        let error = Client::from_env(connection::send, never).map(|_| ()).unwrap_err();
        assert!(!error.may_have_arrived());
        let message = error.to_string();
        assert!(!format!("{message}{error:?}").contains("sec-"), "{error:?}");
        let expected = std::env::var(EXPECTED).unwrap();
        assert!(message.starts_with(&expected), "{message}");
        return;
    }
    let no_key = "CYCLE_API_KEY is not set; set it to an API key of the hub";
    let no_hub = "CYCLE_HUB_ID is not set; set it to the id of the hub";
    let cases: [(&[(&str, &str)], &str); 9] = [
        (&[], no_key),
        (&[HUB], no_key),
        (&[("CYCLE_API_KEY", ""), HUB], no_key),
        (&[KEY], no_hub),
        (&[KEY, ("CYCLE_HUB_ID", "")], no_hub),
        (&[("CYCLE_API_KEY", "sec-key\n"), HUB], "CYCLE_API_KEY has a character at byte 7"),
        (&[KEY, ("CYCLE_HUB_ID", "the hub")], "CYCLE_HUB_ID has a character at byte 3"),
        (&[KEY, HUB, ("CYCLE_BASE_URL", "http://example.com")], "CYCLE_BASE_URL is plain http"),
        (
            &[KEY, HUB, ("CYCLE_BASE_URL", "https://me:sec-pw@example.com")],
            "CYCLE_BASE_URL has user info",
        ),
    ];
    for (variables, expected) in cases {
        let variables = [variables, &[(EXPECTED, expected)]].concat();
        run_in_subprocess("variables::missing_empty_and_invalid_variables_are_named", &variables);
    }
}

/// A base URL that can't be read must not be taken for none: the key would go to another core.
#[cfg(unix)]
#[test]
fn variables_that_are_not_utf8_are_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    if is_subprocess() {
        let error = Client::from_env(connection::send, never).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with(&std::env::var(EXPECTED).unwrap()), "{error}");
        assert!(!error.contains("is not set"), "{error}");
        return;
    }
    let odd = OsStr::from_bytes(b"https://\xff.example.com");
    for name in ["CYCLE_BASE_URL", "CYCLE_API_KEY", "CYCLE_HUB_ID"] {
        let variables = [KEY, HUB].map(|(name, value)| (name, OsStr::new(value)));
        let odd = [(name, odd), (EXPECTED, OsStr::new(name))];
        run_in_subprocess(
            "variables::variables_that_are_not_utf8_are_named",
            &[variables, odd].concat(),
        );
    }
}

/// And nothing is printed or logged on the way: what the process says is the test's harness alone.
#[test]
fn set_variables_are_used() {
    const TEST: &str = "variables::set_variables_are_used";
    if is_subprocess() {
        let client = Client::from_env(Reqwest::new().unwrap(), never).unwrap();
        let listed = runtime().block_on(client.call(&GetImages::new()));
        assert_eq!(listed.unwrap().data.len(), 8);
        return;
    }
    let sandbox = Sandbox::start().unwrap();
    let variables = [
        ("CYCLE_API_KEY", sandbox.api_key()),
        ("CYCLE_HUB_ID", sandbox.hub_id()),
        ("CYCLE_BASE_URL", sandbox.url()),
        ("RUST_LOG", "trace"),
    ];
    let said = run_in_subprocess(TEST, &variables);
    assert_eq!(sandbox.requests().len(), 1);
    let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
    let [running, this, result] = lines[..] else { panic!("{said}") };
    assert_eq!((running, this), ("running 1 test", &*format!("test {TEST} ... ok")));
    assert!(result.starts_with("test result: ok. 1 passed"), "{result}");
}

#[test]
fn the_base_url_is_cycles_own_unless_it_is_set() {
    const TEST: &str = "variables::the_base_url_is_cycles_own_unless_it_is_set";
    if is_subprocess() {
        let client = Client::from_env(connection::send, never).unwrap();
        assert_eq!(client.hub().base_url(), "https://api.cycle.io");
        assert_eq!(client.hub().id().as_str(), "the-hub");
        return;
    }
    run_in_subprocess(TEST, &[KEY, HUB]);
    run_in_subprocess(TEST, &[KEY, HUB, ("CYCLE_BASE_URL", "")]);
}
