//! Secrets that are known from one place of a recording, in the others.

use cycle_images::http::{Request, Response};
use cycle_images::recorded::{Entry, Recording};
use serde_json::{Value, json};

use crate::snapshots::SECRET;

fn get(url: &str) -> Request<Vec<u8>> {
    Request::get(url).body(Vec::new()).unwrap()
}

fn one(request: Request<Vec<u8>>, response: impl Into<Vec<u8>>) -> Recording {
    [Entry::new(request, Response::new(response.into()))].into_iter().collect()
}

/// The body of the last response after the recording was written and read.
fn written(recording: &Recording) -> String {
    let again = Recording::from_har(recording.to_har().as_bytes()).unwrap();
    String::from_utf8_lossy(again.entries().last().unwrap().response().body()).into_owned()
}

#[test]
fn a_body_that_is_not_utf8_is_redacted() {
    let mut body = b"\xff\xfe{\"password\": \"planted-1\"} ".to_vec();
    body.extend(SECRET.as_bytes());
    let request = Request::post("https://h/v1/x")
        .header("authorization", format!("Bearer {SECRET}"))
        .body(body.clone())
        .unwrap();
    let recording = one(request, body);
    let again = Recording::from_har(recording.to_har().as_bytes()).unwrap();
    let expected = b"\xff\xfe{\"password\": \"[redacted]\"} [redacted]";
    assert_eq!(again.entries()[0].response().body(), expected);
    assert_eq!(again.entries()[0].request().unwrap().body(), expected);
}

#[test]
fn a_known_secret_is_found_in_every_place() {
    let basic = "dXNlci1uYW1lLTE6cGxhbnRlZC05M2FiMGM="; // user-name-1:planted-93ab0c
    let known = |name: &str, value: String| {
        Request::get("https://h/login").header(name, value).body(Vec::new()).unwrap()
    };
    let sources = [
        one(known("authorization", format!("Bearer {SECRET}")), ""),
        one(known("authorization", format!("Basic {basic}")), ""),
        one(known("proxy-authorization", SECRET.to_owned()), ""),
        one(known("x-api-key", SECRET.to_owned()), ""),
        one(known("cookie", format!("a=b; session={SECRET}")), ""),
        one(get(&format!("https://u:{SECRET}@h/")), ""),
        one(get(&format!("https://h/?sig={SECRET}")), ""),
        one(get("https://h/"), json!({"client_secret": SECRET}).to_string()),
        one(get("https://h/"), json!({"env": {"A": SECRET}}).to_string()),
        one(get("https://h/"), json!({"Env": [format!("A={SECRET}")]}).to_string()),
        one(get("https://h/"), format!("{}{{\"token\":\"{SECRET}\"}}", "[".repeat(100))),
        one(get("https://h/"), format!("clone https://u:{SECRET}@h/a.git")),
    ];
    for source in sources {
        for place in [
            format!("https://h/v1/images?filter[search]={SECRET}"),
            format!("https://h/v1/images?filter[search]={}", SECRET.replace('-', "%2D")),
            format!("https://h/v1/{SECRET}/x"),
        ] {
            let mut recording = source.clone();
            recording.push(Entry::new(get(&place), Response::new(Vec::new())));
            let har = recording.to_har();
            assert!(!har.contains("93ab0c"), "{source:?} {place}: {har}");
        }
        for body in [
            format!("log: {SECRET}, {}", SECRET.replace('-', "\\u002d")),
            json!({"message": format!("bad key {SECRET}")}).to_string(),
            json!({"name of": {SECRET: 1}, "a": SECRET}).to_string(),
        ] {
            let mut recording = source.clone();
            let echo = Response::builder()
                .header("x-echo", SECRET)
                .header("link", format!("<https://h/?a={SECRET}>"))
                .header(format!("x-{SECRET}"), "1")
                .body(body.into_bytes());
            recording.push(Entry::new(get("https://h/v1/x"), echo.unwrap()));
            let har = recording.to_har();
            assert!(!har.contains("93ab0c"), "{source:?}: {har}");
        }
    }
}

#[test]
fn values_that_are_also_names_stay_where_they_name_something() {
    let image = json!({"data": {
        "id": "5f0c2e9165f0c2e91650c2e9",
        "name": "postgres",
        "state": {"current": "downloading"},
        "config": {"env": {"POSTGRES_USER": "postgres", "STATE": "downloading"}},
        "build": {"args": {"NAME": "postgres", "IMAGE": "5f0c2e9165f0c2e91650c2e9"}},
        "origin": {"password": "postgres"},
    }});
    let mut request = get("https://h/v1/images/5f0c2e9165f0c2e91650c2e9?filter[search]=postgres");
    request.headers_mut().insert("cookie", "returnTo=/v1/images; stats=timeline".parse().unwrap());
    let again = Recording::from_har(one(request, image.to_string()).to_har().as_bytes()).unwrap();
    let entry = &again.entries()[0];
    let url = "https://h/v1/images/5f0c2e9165f0c2e91650c2e9?filter[search]=postgres";
    assert_eq!(entry.request().unwrap().uri().to_string(), url);
    let shown: Value = serde_json::from_slice(entry.response().body()).unwrap();
    assert_eq!(shown["data"]["name"], "postgres");
    assert_eq!(shown["data"]["id"], image["data"]["id"]);
    assert_eq!(shown["data"]["state"]["current"], "downloading");
    for redacted in
        ["/data/config/env/POSTGRES_USER", "/data/build/args/IMAGE", "/data/origin/password"]
    {
        assert_eq!(shown.pointer(redacted).unwrap(), "[redacted]", "{redacted}");
    }
}

#[test]
fn secrets_of_entries_that_are_filtered_out_stay_known() {
    let login =
        Request::post("https://h/login").body(json!({"password": SECRET}).to_string().into());
    let log = Entry::new(get("https://h/v1/log"), Response::new(format!("was {SECRET}").into()));
    let made: Recording =
        [Entry::new(login.unwrap(), Response::new(Vec::new())), log].into_iter().collect();
    let is_log = |entry: &Entry| entry.request().unwrap().uri().path() == "/v1/log";
    let kept: Recording = made.into_iter().filter(is_log).collect();
    assert_eq!(written(&kept), "was [redacted]");

    let har = json!({"log": {"entries": [
        {"request": {"method": "POST", "url": "https://h/login",
            "postData": {"params": [{"name": "password", "value": SECRET}]}},
         "response": {"status": 200}},
        {"request": {"method": "GET", "url": "https://h/v1/log"},
         "response": {"status": 200, "content": {"text": format!("was {SECRET}")}}},
    ]}});
    let read = Recording::from_har(har.to_string().as_bytes()).unwrap();
    let cloned: Recording = read.entries().iter().filter(|entry| is_log(entry)).cloned().collect();
    assert_eq!(written(&cloned), "was [redacted]");
}

#[test]
fn cookies_that_only_a_list_of_cookies_has_are_known() {
    let cookies = json!([{"name": "session", "value": SECRET}]);
    let har = json!({"log": {"entries": [
        {"request": {"method": "GET", "url": "https://h/v1/x", "cookies": cookies},
         "response": {"status": 200, "content": {"text": format!("was {SECRET}")}}}]}});
    let read = Recording::from_har(har.to_string().as_bytes()).unwrap();
    assert_eq!(written(&read), "was [redacted]");
}
