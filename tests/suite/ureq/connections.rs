//! A connection is used for as many calls as it lasts.

use cycle_images::ImageId;
use cycle_images::images::{DeleteImage, GetImages, UpdateImage};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_ureq::Client;

use crate::{client_of, failure, once};

const EMPTY: &str = r#"{"data": []}"#;

fn is_empty(client: &Client) {
    assert!(client.call(&GetImages::new()).unwrap().data.is_empty());
}

#[test]
fn calls_one_after_the_other_share_a_connection() {
    let image = r#"{"data": {"id": "1", "state": {"current": "live"}}}"#;
    let job = r#"{"data": {"action": "delete"}}"#;
    let answers = [EMPTY, image, job, EMPTY].map(|body| Answer::json("200 OK", body));
    let server = RawServer::start(answers).unwrap();
    let client = client_of(&server.url());
    let id = ImageId::new("1").unwrap();
    is_empty(&client);
    client.call(&UpdateImage::new(&id).name("a")).unwrap();
    client.call(&DeleteImage::new(&id)).unwrap();
    is_empty(&client.clone());
    assert_eq!((server.requests().len(), server.connections()), (4, 1));
}

#[test]
fn an_error_response_keeps_the_connection() {
    let error = r#"{"error": {"code": "404.image", "title": "No."}}"#;
    let redirect = "HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\nContent-Length: 0\r\n\r\n";
    let server = RawServer::start([
        Answer::json("404 Not Found", error),
        Answer::json("200 OK", "not JSON"),
        Answer::new("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
        Answer::new(redirect),
        Answer::json("200 OK", EMPTY),
    ])
    .unwrap();
    let client = client_of(&server.url());
    for _ in 0..4 {
        assert!(failure(&client).response().is_some());
    }
    is_empty(&client);
    assert_eq!((server.requests().len(), server.connections()), (5, 1));
}

#[test]
fn clients_that_share_an_agent_share_its_connections() {
    let server = RawServer::start(vec![Answer::json("200 OK", EMPTY); 2]).unwrap();
    let hub = client_of(&server.url()).hub().clone();
    let agent = ureq::Agent::new_with_defaults();
    is_empty(&once(Client::with_agent(hub.clone(), agent.clone())));
    is_empty(&once(Client::with_agent(hub, agent)));
    assert_eq!((server.requests().len(), server.connections()), (2, 1));
}

#[test]
fn a_connection_that_the_server_closes_is_not_used_again() {
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 12\r\n\r\n";
    let answer = Answer::new([head, EMPTY].concat()).close();
    let server = RawServer::start(vec![answer; 3]).unwrap();
    let client = client_of(&server.url());
    for _ in 0..3 {
        is_empty(&client);
    }
    assert_eq!((server.requests().len(), server.connections()), (3, 3));
}
