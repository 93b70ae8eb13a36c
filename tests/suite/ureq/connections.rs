//! Connections are used again.

use cycle_images::ImageId;
use cycle_images::images::{DeleteImage, GetImages, UpdateImage};
use cycle_images_tests::raw_server::{Answer, RawServer};
use cycle_images_ureq::Client;

use crate::{client_of, failure, once};

const EMPTY: &str = r#"{"data": []}"#;

#[test]
fn calls_share_a_connection_also_after_error_responses() {
    let image = r#"{"data": {"id": "1", "state": {"current": "live"}}}"#;
    let error = r#"{"error": {"code": "404.image", "title": "No."}}"#;
    let redirect = "HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\nContent-Length: 0\r\n\r\n";
    let server = RawServer::start([
        Answer::json("200 OK", image),
        Answer::json("200 OK", r#"{"data": {"action": "delete"}}"#),
        Answer::json("404 Not Found", error),
        Answer::json("200 OK", "not JSON"),
        Answer::new("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
        Answer::new(redirect),
        Answer::json("200 OK", EMPTY),
    ])
    .unwrap();
    let client = client_of(&server.url());
    let id = ImageId::new("1").unwrap();
    client.call(&UpdateImage::new(&id).name("a")).unwrap();
    client.call(&DeleteImage::new(&id)).unwrap();
    for _ in 0..4 {
        assert!(failure(&client).response().is_some());
    }
    client.clone().call(&GetImages::new()).unwrap();
    assert_eq!((server.requests().len(), server.connections()), (7, 1));
}

#[test]
fn clients_that_share_an_agent_share_its_connections() {
    let server = RawServer::start(vec![Answer::json("200 OK", EMPTY); 2]).unwrap();
    let hub = client_of(&server.url()).hub().clone();
    let agent = ureq::Agent::new_with_defaults();
    for _ in 0..2 {
        let client = once(Client::from_agent(hub.clone(), agent.clone()));
        client.call(&GetImages::new()).unwrap();
    }
    assert_eq!((server.requests().len(), server.connections()), (2, 1));
}

#[test]
fn connection_closed_by_the_server_is_not_used_again() {
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 12\r\n\r\n";
    let answer = Answer::new([head, EMPTY].concat()).close();
    let server = RawServer::start(vec![answer; 3]).unwrap();
    let client = client_of(&server.url());
    (0..3).for_each(|_| assert!(client.call(&GetImages::new()).unwrap().data.is_empty()));
    assert_eq!((server.requests().len(), server.connections()), (3, 3));
}
