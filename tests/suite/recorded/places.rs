//! Where a secret is taken out, and what is left as it is, place by place.

use cycle_images::http::{Request, Response};
use cycle_images::recorded::{Entry, Recording};
use serde_json::{Value, json};

/// In every row, the secret.
const SECRET: &str = "planted-93ab0c";

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

fn response_written(body: &str) -> String {
    written(&one(get("https://h/v1/x"), body))
}

/// A text with a URL, parameters or user info keeps all but the secret.
#[test]
fn urls_in_texts() {
    for (text, expected) in [
        (
            "https://user:§@h/a?b=1 then ? and @ and #",
            "https://[redacted]@h/a?b=1 then ? and @ and #",
        ),
        (
            "see https://h/x?sig=§, or not? mail a@b",
            "see https://h/x?sig=[redacted] or not? mail a@b",
        ),
        (
            "(https://h/?token=§) [https://u:§@h] <https://§@h>",
            "(https://h/?token=[redacted]) [https://[redacted]@h] <https://[redacted]@h>",
        ),
        (
            "/v1/x?page=1&X-Amz-Signature=§&b=2#top",
            "/v1/x?page=1&X-Amz-Signature=[redacted]&b=2#top",
        ),
        ("https://h/cb#access_token=§&state=1", "https://h/cb#access_token=[redacted]&state=1"),
        ("https://h/cb?code=§;key=§", "https://h/cb?code=[redacted];key=[redacted]"),
        ("https://h/?u=https%3A%2F%2Fu%3AS%40h%2F", "https://h/?u=https%3A%2F%2F[redacted]%40h%2F"),
        ("https://h/?filter[a]=1&password=§", "https://h/?filter[a]=1&password=[redacted]"),
        ("git clone https://h/a.git#production", "git clone https://h/a.git#production"),
        ("ssh://git@h/a.git, git@h:a.git", "ssh://[redacted]@h/a.git, git@h:a.git"),
        ("https://h/v1?page_token=abc&nextToken=d", "https://h/v1?page_token=abc&nextToken=d"),
        ("/v1/a;jsessionid=§?page=1;b=2", "/v1/a;jsessionid=[redacted]?page=1;b=2"),
        ("a;key=1, if x&&done", "a;key=1, if x&&done"),
        ("Still stuck? Write to us@h. token=", "Still stuck? Write to us@h. token="),
    ] {
        let text = text.replace('§', SECRET);
        let body = json!({"data": {"log": text}}).to_string();
        let shown: Value = serde_json::from_str(&response_written(&body)).unwrap();
        assert_eq!(shown["data"]["log"], expected, "{text}");
        assert_eq!(response_written(&text), expected);
    }
}

/// Each body is kept but for the secret, whatever is left of its grammar.
#[test]
fn bodies() {
    for (body, expected) in [
        // JSON with a byte order mark, one document a line, cut off, with a comma too many.
        ("\u{feff}{\"token\":\"§\"}", "\u{feff}{\"token\":\"[redacted]\"}"),
        ("{\"a\":1}\n{\"password\":\"§\"}\n", "{\"a\":1}\n{\"password\":\"[redacted]\"}\n"),
        ("{\"password\":\"§\",\"b\":[1,", "{\"password\":\"[redacted]\",\"b\":[1,"),
        ("{\"password\":\"§", "{\"password\":\"[redacted]"),
        ("{\"password\":\"§\",}", "{\"password\":\"[redacted]\",}"),
        // Lists, objects and numbers.
        ("{\"tokens\":[\"§\",\"§\"]}", "{\"tokens\":[\"[redacted]\",\"[redacted]\"]}"),
        (
            "{\"secret\":{\"value\":\"§\",\"a\":[1]}}",
            "{\"secret\":{\"value\":\"[redacted]\",\"a\":[\"[redacted]\"]}}",
        ),
        ("{\"password\":12345678,\"pin\":1}", "{\"password\":\"[redacted]\",\"pin\":1}"),
        (
            "{\"env\":{\"A\":5,\"B\":null,\"C\":true}}",
            "{\"env\":{\"A\":\"[redacted]\",\"B\":null,\"C\":true}}",
        ),
        ("{\"Env\":[\"A=§\"]}", "{\"Env\":[\"[redacted]\"]}"),
        // Names in other spellings, and pairs.
        (
            "{\"secretAccessKey\":\"§\",\"DB-Passwd\":\"§\"}",
            "{\"secretAccessKey\":\"[redacted]\",\"DB-Passwd\":\"[redacted]\"}",
        ),
        ("{\"pass\\u0077ord\":\"§\"}", "{\"pass\\u0077ord\":\"[redacted]\"}"),
        (
            "{\"type\":\"web\\u0068ook\",\"details\":{\"url\":\"https://§\"}}",
            "{\"type\":\"web\\u0068ook\",\"details\":{\"url\":\"[redacted]\"}}",
        ),
        (
            "[{\"name\":\"X-Api-Key\",\"value\":\"§\"},{\"name\":\"a\",\"value\":\"b\"}]",
            "[{\"name\":\"X-Api-Key\",\"value\":\"[redacted]\"},{\"name\":\"a\",\"value\":\"b\"}]",
        ),
        (
            "{\"Proxy-Authorization\":\"Basic §\",\"auth\":\"§\"}",
            "{\"Proxy-Authorization\":\"[redacted]\",\"auth\":\"[redacted]\"}",
        ),
        (
            "{\"auth\":{\"type\":\"user\",\"details\":{\"token\":\"§\"}}}",
            "{\"auth\":{\"type\":\"user\",\"details\":{\"token\":\"[redacted]\"}}}",
        ),
        (
            "{\"code\":\"§\",\"grant_type\":\"authorization_code\",\"sig\":\"§\"}",
            "{\"code\":\"[redacted]\",\"grant_type\":\"authorization_code\",\"sig\":\"[redacted]\"}",
        ),
        // JSON in a string.
        (
            r#"{"a":"{\"password\":\"§\",\"b\":2}"}"#,
            r#"{"a":"{\"password\":\"[redacted]\",\"b\":2}"}"#,
        ),
        (
            r#"{"a":"[\"{\\\"token\\\":\\\"§\\\"}\"]"}"#,
            r#"{"a":"[\"{\\\"token\\\":\\\"[redacted]\\\"}\"]"}"#,
        ),
        // Forms.
        ("a=1&password=§&b=x%20y", "a=1&password=[redacted]&b=x%20y"),
        ("grant_type=authorization_code&code=§", "grant_type=authorization_code&code=[redacted]"),
        ("u=https%3A%2F%2Fu%3AS%40h&c=1", "u=https%3A%2F%2F[redacted]%40h&c=1"),
        (
            "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nS\r\n--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n",
            "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n[redacted]\r\n--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n",
        ),
        ("password=§\n", "password=[redacted]\n"),
        (
            "payload={\"a\":\"b c\",\"token\":\"§\"}&token=§",
            "payload={\"a\":\"b c\",\"token\":\"[redacted]\"}&token=[redacted]",
        ),
        // What identifies isn't secret.
        (
            "{\"env\":[{\"name\":\"MODE\",\"value\":\"§\"}],\"variables\":{\"name\":\"§\"}}",
            "{\"env\":[{\"name\":\"MODE\",\"value\":\"[redacted]\"}],\"variables\":{\"name\":\"[redacted]\"}}",
        ),
        (
            "{\"error\":{\"code\":\"404.image\"},\"page_token\":\"abcdefgh\"}",
            "{\"error\":{\"code\":\"404.image\"},\"page_token\":\"abcdefgh\"}",
        ),
        (
            "{\"key\":\"a-label\",\"config\":{\"user\":\"app\"},\"tokens\":3}",
            "{\"key\":\"a-label\",\"config\":{\"user\":\"app\"},\"tokens\":\"[redacted]\"}",
        ),
        (r#"{"a":"\\[redacted] \[redacted]"}"#, r#"{"a":"\\[redacted] \[redacted]"}"#),
    ] {
        assert_eq!(response_written(&body.replace('§', SECRET)), expected, "{body}");
        // The same in a request.
        let request =
            Request::post("https://h/v1/x").body(body.replace('§', SECRET).into()).unwrap();
        let again = Recording::from_har(one(request, "").to_har().as_bytes()).unwrap();
        let sent = again.entries()[0].request().unwrap().body();
        assert_eq!(String::from_utf8_lossy(sent), expected, "{body}");
    }
}

/// A body that isn't UTF-8 is searched as well, and is written in base64.
#[test]
fn bytes() {
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

/// What is known from one place is found in each other place.
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

/// What names a thing stays: the program and other requests need it.
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

/// A password that only a dropped entry shows is still known.
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
