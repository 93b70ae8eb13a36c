//! What can't be sent is refused before anything is built, with an error that names the argument
//! and says why.

use cycle_images::images::{CreateImagesJob, GetImage, GetImages};
use cycle_images::model::{ImageStatus, SourceType};
use cycle_images::{Hub, ImageId, Operation, RequestError, SourceId};
use cycle_images_tests::support::hub;

#[track_caller]
fn refused(result: Result<impl Sized, RequestError>, argument: &str, reason: &str) {
    let error = result.err().unwrap();
    let sentence = error.to_string();
    assert_eq!(error.argument(), argument, "{sentence}");
    assert_eq!(error.operation(), None, "{sentence}");
    assert!(sentence.starts_with(&format!("{argument} ")), "{sentence}");
    assert!(sentence.contains(reason), "{sentence}");
}

#[track_caller]
fn refused_request<O: Operation>(operation: &O, argument: &str, reason: &str) {
    let error = hub().request(operation).err().unwrap();
    let sentence = error.to_string();
    assert_eq!(error.argument(), argument, "{sentence}");
    assert_eq!(error.operation(), Some(O::NAME), "{sentence}");
    let start = format!("{}: {argument} ", O::NAME);
    assert!(sentence.starts_with(&start), "{sentence}");
    assert!(sentence.contains(reason), "{sentence}");
}

#[test]
fn an_api_key_that_can_not_be_a_header_value() {
    refused(Hub::new("", "the-hub"), "api_key", "is empty");
    for key in ["line\n", "\rx", "a b", "tab\there", "nul\0", "ключ", "del\u{7f}"] {
        refused(Hub::new(key, "the-hub"), "api_key", "HTTP header");
    }
}

#[test]
fn a_hub_id_that_can_not_be_a_header_value() {
    for id in ["line\n", "a b", "nul\0", "Büro"] {
        refused(Hub::new("the-key", id), "hub_id", "HTTP header");
    }
}

#[test]
fn an_empty_hub_id() {
    refused(Hub::new("the-key", ""), "hub_id", "is empty");
}

#[test]
fn an_empty_or_dotted_id() {
    refused(ImageId::new(""), "id", "is empty");
    refused(ImageId::new("."), "id", "dot segment");
    refused(SourceId::new(".."), "id", "dot segment");
    refused("".parse::<SourceId>(), "id", "is empty");
}

#[test]
fn a_page_that_does_not_exist() {
    let id = ImageId::new("1").unwrap();
    refused_request(&GetImages::new().page_number(0), "page[number]", "is 0");
    refused_request(&GetImages::new().page_size(0), "page[size]", "is 0");
    refused_request(&GetImage::new(&id).page_number(0), "page[number]", "is 0");
    refused_request(&GetImage::new(&id).page_size(0), "page[size]", "is 0");
}

#[test]
fn an_empty_prune_list() {
    let nothing = CreateImagesJob::prune(Vec::<SourceId>::new());
    refused_request(&nothing, "contents.source_ids", "is empty");
}

#[test]
fn values_that_would_be_another_query_than_was_meant() {
    let list = GetImages::new;
    let two_states = ImageStatus::from("live,building");
    let two_types = SourceType::from("direct,bucket");
    refused_request(&list().sort(""), "sort", "empty");
    refused_request(&list().sort("name").sort("-"), "sort", "empty");
    refused_request(&list().sort("name,id"), "sort", "comma");
    refused_request(&list().filter_identifier(""), "filter[identifier]", "is empty");
    refused_request(&list().filter_search(""), "filter[search]", "is empty");
    refused_request(&list().filter_state(two_states), "filter[state]", "comma");
    refused_request(&list().filter_state("".into()), "filter[state]", "empty");
    refused_request(&list().filter_source_type(two_types), "filter[source_type]", "comma");
}

#[test]
fn a_base_url_that_is_more_or_less_than_a_base() {
    for (url, reason) in [
        ("http://api.cycle.io", "plain http"),
        ("HTTP://api.cycle.io", "plain http"),
        ("http://localhost.example.com", "plain http"),
        ("http://127.0.0.1.example.com", "plain http"),
        ("https://user@api.cycle.io", "user info"),
        ("https://user:secret@api.cycle.io", "user info"),
        ("https://api.cycle.io?x=1", "query"),
        ("https://api.cycle.io/?", "query"),
        ("https://api.cycle.io/#x", "fragment"),
        ("https://api.cycle.io#", "fragment"),
        ("ftp://api.cycle.io", "https://"),
        ("api.cycle.io", "https://"),
        ("/v1", "https://"),
        ("", "not a URL"),
        ("https://", "not a URL"),
        ("https://a b", "not a URL"),
        ("https://:443", "host"),
    ] {
        refused(hub().with_base_url(url), "base_url", reason);
        let insecure = hub().with_insecure_base_url(url);
        assert_eq!(insecure.is_ok(), reason == "plain http", "{url}");
    }
}

/// HTTP clients read these in different ways; some send to port 80 or to another host.
#[test]
fn a_base_url_that_clients_would_read_differently() {
    for (url, reason) in [
        ("http://127.0.0.9:99999", "port"),
        ("http://127.0.0.9:65536", "port"),
        ("https://a:", "port"),
        ("https://a:/x", "port"),
        ("https://a:0", "port"),
        ("https://a:00", "port"),
        ("https://a:+443", "port"),
        ("https://a:4 3", "not a URL"),
        ("https://[::1]:", "port"),
        ("https://[::1]x", ""),
        ("https://[::1", ""),
        ("https://::1", ""),
        ("https://[fe80::1%25eth0]", ""),
        ("https://[fe80::1%eth0]", ""),
        ("https://[127.0.0.1]", "host"),
        ("https://[v1.x]", "host"),
        ("https://[]", ""),
        ("https://a%2eexample.com", ""),
        ("https://a%40b", ""),
        ("https://a..b", "host"),
        ("https://.a", "host"),
        ("https://.", "host"),
        ("https://a!b", "host"),
        ("https://a,b", "host"),
        ("http://127.1", "host"),
        ("https://2130706433", "host"),
        ("https://0x7f.0.0.1", "host"),
        ("https://0x7f", "host"),
        ("https://127.0.0.01", "host"),
        ("https://1.2.3.4.", "host"),
        ("https://a\\b", ""),
        ("https://a/b\\c", ""),
        ("https://a/x/../y", "path"),
        ("https://a/./y", "path"),
        ("https://a/%2e%2E/y", "path"),
        ("https://a/%", "path"),
        ("https://a/%2", "path"),
        ("https://a/%zz", "path"),
        ("https://a/{x}", "path"),
        ("https://a/\"x\"", "path"),
        ("https://a/x|y", "path"),
        ("https://a/ü", "not a URL"),
    ] {
        assert!(hub().with_insecure_base_url(url).is_err(), "{url}");
        refused(hub().with_insecure_base_url(url), "base_url", reason);
        refused(hub().with_base_url(url), "base_url", "");
        refused(hub().with_factory_url(url), "factory_url", "");
    }
    for url in [
        "https://a:1",
        "https://a:65535/x",
        "https://api.cycle.io.",
        "https://a_b.c-d.e9:443",
        "https://9front:443",
        "https://[fe80::1]:8443/x",
        "https://10.0.0.1/a//b",
        "https://a/-._~!$&'()*+,;=:@/%20",
    ] {
        assert_eq!(hub().with_base_url(url).unwrap().base_url(), url);
    }
}

#[test]
fn a_refused_base_url_does_not_show_the_password_in_it() {
    let error = hub().with_base_url("https://user:hunter2@api.cycle.io").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

#[test]
fn a_variable_that_is_missing_or_unusable_is_named() {
    let with = |key: &'static str, hub: &'static str, url: &'static str| {
        Hub::from_variables(move |name| match name {
            "CYCLE_API_KEY" => Some(key.to_owned()),
            "CYCLE_HUB_ID" => Some(hub.to_owned()),
            "CYCLE_BASE_URL" => Some(url.to_owned()),
            _ => None,
        })
    };
    refused(Hub::from_variables(|_| None), "CYCLE_API_KEY", "is not set");
    refused(with("", "h", ""), "CYCLE_API_KEY", "is not set");
    refused(with("k\n", "h", ""), "CYCLE_API_KEY", "HTTP header");
    refused(with("k", "", ""), "CYCLE_HUB_ID", "is not set");
    refused(with("k", "a b", ""), "CYCLE_HUB_ID", "HTTP header");
    refused(with("k", "h", "http://example.com"), "CYCLE_BASE_URL", "plain http");
    assert!(with("k", "h", "").is_ok());
}
