//! The responses of a replay, and its errors.

use cycle_images::error::report;
use cycle_images::http::{Request, Response};
use cycle_images::images::{CreateImage, GetImage, GetImages, UpdateImage};
use cycle_images::model::Image;
use cycle_images::recorded::{Entry, Recording, Replay, Session};
use cycle_images::{Hub, ImageId, Operation};
use cycle_images_tests::support::{KEY, hub, shown, source};
use cycle_images_ureq::{Client, Tar};
use serde_json::json;
use std::ops::ControlFlow;

fn sent(operation: &impl Operation) -> Request<Vec<u8>> {
    hub().request(operation).unwrap()
}

fn image(id: &str) -> Response<Vec<u8>> {
    Response::new(format!(r#"{{"data": {{"id": "{id}", "state": {{"current": "live"}}}}}}"#).into())
}

fn get(id: &str) -> GetImage {
    GetImage::new(ImageId::new(id).unwrap())
}

fn two() -> Recording {
    let entries = ["1", "2"].map(|id| Entry::new(sent(&get(id)), image(id)));
    entries.into_iter().collect()
}

fn body(response: &Response<Vec<u8>>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

#[test]
fn a_replay_responds_in_order_or_in_any_order() {
    let in_order = Replay::in_order(two());
    let error = in_order.respond(&sent(&get("2"))).unwrap_err();
    let expected = "nothing is recorded for GET /v1/images/2; the nearest unused recording is number 1 \
                    of 2, GET /v1/images/1: the path differs";
    assert_eq!(error.to_string(), expected);
    for id in ["1", "2"] {
        assert!(body(&in_order.respond(&sent(&get(id))).unwrap()).contains(id));
    }
    in_order.finish().unwrap();

    let matching = Replay::matching(two());
    for id in ["2", "1"] {
        assert!(body(&matching.respond(&sent(&get(id))).unwrap()).contains(id));
    }
    matching.finish().unwrap();
    let error = matching.respond(&sent(&get("1"))).unwrap_err();
    let expected = "nothing is recorded for GET /v1/images/1: all 2 recordings were used";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn equal_requests_have_their_responses_in_order() {
    let recording: Recording =
        ["new", "live"].map(|name| Entry::new(sent(&get("1")), image(name))).into_iter().collect();
    let replay = Replay::matching(recording);
    for name in ["new", "live"] {
        assert!(body(&replay.respond(&sent(&get("1"))).unwrap()).contains(name));
    }
}

#[test]
fn an_error_has_the_nearest_recording_and_what_differs() {
    let list = GetImages::new().page_size(20);
    let update = UpdateImage::new(ImageId::new("1").unwrap()).name("a");
    let entries = [
        Entry::new(sent(&get("7")), image("7")),
        Entry::new(sent(&list), image("1")),
        Entry::new(sent(&update), image("1")),
    ];
    let replay = Replay::matching(entries.into_iter().collect()).match_bodies();
    for (request, expected) in [
        (
            sent(&GetImages::new().page_size(30)),
            "GET /v1/images?page[size]=30; the nearest unused recording is number 2 of 3, GET \
             /v1/images?page[size]=20: the query differs",
        ),
        (
            sent(&get("1")),
            "GET /v1/images/1; the nearest unused recording is number 3 of 3, PATCH /v1/images/1: \
             the method differs",
        ),
        (
            sent(&UpdateImage::new(ImageId::new("1").unwrap()).name("b")),
            "number 3 of 3, PATCH /v1/images/1: the body differs",
        ),
    ] {
        let error = replay.respond(&request).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let error = replay.finish().unwrap_err().to_string();
    let expected = "3 of 3 recordings were not used: number 1, GET /v1/images/7; number 2, GET \
                    /v1/images?page[size]=20; number 3, PATCH /v1/images/1";
    assert_eq!(error, expected);
}

#[test]
fn of_equally_near_recordings_the_first_is_in_the_error() {
    let replay = Replay::matching(two());
    let error = replay.respond(&sent(&get("3"))).unwrap_err().to_string();
    assert!(error.contains("number 1 of 2, GET /v1/images/1: the path differs"), "{error}");
}

#[test]
fn order_of_parameters_host_and_form_of_json_do_not_matter() {
    let request =
        |url: &str, body: &str| Request::post(url).body(body.as_bytes().to_vec()).unwrap();
    let recorded = request("https://a/v1/images?a%5B%5D=1&b=2+3", r#"{"a": 1, "b": [2]}"#);
    let recording: Recording = [Entry::new(recorded, image("1"))].into_iter().collect();
    let replay = Replay::matching(recording).match_bodies();
    replay.respond(&request("http://b:9/v1/images?b=2%203&a[]=1", r#"{"b":[2],"a":1}"#)).unwrap();
}

#[test]
fn redacted_values_match_any_value() {
    let post = |url: &str, body: &str| Request::post(url).body(body.as_bytes().to_vec()).unwrap();
    let key = "key-93ab-0c2e";
    let url = format!("https://h/v1/{key}-1/x?a={key}&b=1&token=t-{key}");
    let body =
        format!(r#"{{"log": "was {key}.", "list": [1, "{key}"], "password": 7, "{key}": 1}}"#);
    let mut sent = post(&url, &body);
    sent.headers_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
    let text = Entry::new(post("https://h/v1/text", &format!("was {key}!")), image("2"));
    let recording: Recording = [Entry::new(sent.clone(), image("1")), text].into_iter().collect();
    let har = recording.to_har();
    assert!(!har.contains(key), "{har}");
    let again = Recording::from_har(har.as_bytes()).unwrap();
    let respond = |request: &Request<Vec<u8>>| {
        Replay::matching(again.clone())
            .match_bodies()
            .respond(request)
            .map(|_| ())
            .map_err(|e| e.to_string())
    };
    assert_eq!(respond(&sent), Ok(()));
    assert_eq!(respond(&post("https://h/v1/text", "was another!")), Ok(()));
    for (request, difference) in [
        (post(&url.replace("-1/x", "-2/x"), &body), "the path differs"),
        (post(&url.replace("b=1", "b=2"), &body), "the query differs"),
        (post(&url.replace("&b=1", ""), &body), "the query differs"),
        (post(&url, &body.replace("was", "is")), "the body differs"),
        (post(&url, &body.replace("[1,", "[2,")), "the body differs"),
        (post(&url, "{}"), "the body differs"),
        (post("https://h/v1/text", "is key!"), "the body differs"),
    ] {
        let error = respond(&request).unwrap_err();
        assert!(error.ends_with(difference), "{error}");
    }
}

#[test]
fn a_list_matches_as_one_parameter_and_as_several() {
    let get =
        |query: &str| Request::get(format!("https://h/v1/images?{query}")).body(vec![]).unwrap();
    let recording: Recording =
        [Entry::new(get("include=a%2Cb&sort=-id"), image("1"))].into_iter().collect();
    Replay::matching(recording.clone()).respond(&get("include=a&include=b&sort=-id")).unwrap();
    Replay::matching(recording).respond(&get("include=a&include=c&sort=-id")).unwrap_err();
}

/// The number of pages that a client prefetches depends on timing.
#[test]
fn an_empty_last_page_may_be_unused() {
    let get = |page: u32| {
        Request::get(format!("https://h/v1/images?page%5Bnumber%5D={page}")).body(vec![]).unwrap()
    };
    let page = |data: &str| Response::new(format!("{{\"data\": {data}}}").into_bytes());
    let pages = |last: &str| -> Recording {
        [Entry::new(get(1), page("[]")), Entry::new(get(2), page(last))].into_iter().collect()
    };
    let replay = Replay::matching(pages("[]"));
    assert!(
        replay
            .finish()
            .unwrap_err()
            .to_string()
            .starts_with("1 of 2 recordings were not used: number 1")
    );
    replay.respond(&get(1)).unwrap();
    replay.finish().unwrap();
    let replay = Replay::matching(pages("[1]"));
    replay.respond(&get(1)).unwrap();
    assert!(replay.finish().unwrap_err().to_string().contains("number 2"));
}

#[test]
fn a_mismatch_is_not_retried_by_a_client() {
    let replay = Replay::in_order(two());
    let client = Client::from_transport(Hub::new(KEY, "hub").unwrap(), replay.clone());
    let error = client.call(&get("3")).unwrap_err();
    let shown = shown(&error);
    assert!(shown.contains("nothing is recorded for GET /v1/images/3"), "{shown}");
    assert!(!shown.contains(KEY));
    assert_eq!(client.call(&get("1")).unwrap().data.id.as_str(), "1");
    assert!(format!("{replay:?}").contains("1 of 2"));
}

#[test]
fn a_replayed_session_ends_once_all_recordings_are_used() {
    let session = Session::replay(two());
    let client = Client::new(hub()).with_session(&session);
    client.call(&get("2")).unwrap();
    assert!(session.finish().unwrap_err().to_string().starts_with("1 of 2 recordings"));
    client.call(&get("1")).unwrap();
    assert_eq!(session.finish().unwrap(), None);
}

#[test]
fn an_upload_is_replayed_and_its_tar_is_read() {
    let details = json!({"token": "t", "expires": "2999-01-01T00:00:00Z"});
    let source = json!({"type": "direct", "details":
        {"id": "s", "origin": {"type": "cycle-upload", "details": details}}});
    let image = json!({"id": "1", "state": {"current": "uploading"}, "source": source});
    let image: Image = serde_json::from_value(image).unwrap();
    let refused = Response::builder().status(413).body(Vec::new()).unwrap();
    let entries = [Entry::from(Response::new(Vec::new())), Entry::from(refused)];
    let replay = Replay::in_order(entries.into_iter().collect());
    let client = Client::from_transport(hub(), replay.clone());
    let upload = || {
        let mut sent = 0;
        let result = client.upload(
            &image,
            Tar::new(&[b'.'; 1000][..], 1000).with_progress(|bytes| {
                sent = bytes;
                ControlFlow::Continue(())
            }),
        );
        (result, sent)
    };
    assert!(matches!(upload(), (Ok(()), 1000)));
    let (refused, sent) = upload();
    assert_eq!((refused.unwrap_err().status().unwrap().as_u16(), sent), (413, 1000));
    assert!(upload().0.unwrap_err().to_string().starts_with("UploadImage"));
    replay.finish().unwrap();
}

#[test]
fn retries_are_replayed_without_a_wait() {
    let unavailable = Response::builder().status(503).header("retry-after", "60").body(Vec::new());
    let entries = [Entry::from(unavailable.unwrap()), Entry::from(image("1"))];
    let session = Session::from(Replay::in_order(entries.into_iter().collect()));
    let started = std::time::Instant::now();
    let client = Client::new(hub()).with_session(&session);
    let reply = client.call(&get("1")).unwrap();
    assert_eq!(reply.attempts, 2);
    assert!(started.elapsed().as_secs() < 60);
    session.finish().unwrap();
}

#[test]
fn the_first_recording_that_matches_is_used() {
    let post = |url: &str, body: &str| {
        Request::post(format!("https://h/{url}")).body(body.as_bytes().to_vec()).unwrap()
    };
    let recorded = [
        ("a", r#"{"name": "whole"}"#),
        ("a", r#"{"name": "[redacted]", "n": 1}"#),
        ("a", r#"{"name": "x", "n": 1}"#),
        ("a?token=[redacted]", r#"{"password": "[redacted]"}"#),
        ("[redacted]", "text"),
        ("b", "text"),
    ];
    let numbered = recorded
        .iter()
        .zip(0_u8..)
        .map(|((url, body), number)| Entry::new(post(url, body), Response::new(vec![number])));
    let replay = Replay::matching(numbered.collect()).match_bodies();
    for (url, body, number) in [
        ("b", "text", 4),
        ("b", "text", 5),
        ("a?token=t", r#"{"password": "p"}"#, 3),
        ("a", r#"{"n": 1, "name": "x"}"#, 1),
        ("a", r#"{"n": 1, "name": "x"}"#, 2),
        ("a", r#"{"name": "whole"}"#, 0),
    ] {
        assert_eq!(replay.respond(&post(url, body)).unwrap().body(), &[number], "{url} {body}");
    }
    replay.finish().unwrap();
}

#[test]
fn a_session_compares_the_bodies_of_requests() {
    let create = |name: &str| CreateImage::new(source()).name(name);
    let create_one = Entry::new(sent(&create("one")), image("1"));
    let session = || Session::replay([create_one.clone()].into_iter().collect());
    let call = |name: &str| Client::new(hub()).with_session(&session()).call(create(name));
    assert!(call("one").is_ok());
    let said = report(&call("TWO").unwrap_err()).to_string();
    assert!(said.starts_with("CreateImage was not sent: nothing is recorded for POST"), "{said}");
    assert!(said.contains("the body differs"), "{said}");
}
