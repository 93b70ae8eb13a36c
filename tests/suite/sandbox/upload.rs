//! Uploads.

use cycle_images_tests::sandbox::{Sandbox, Settings};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;
use ureq::SendBody;

use crate::client::{Answer, Client, STEP, agent, still, text};

const MULTIPART: &str = "multipart/form-data; boundary=edge";

/// A file with the magic of a tar.
fn tar(size: usize) -> Vec<u8> {
    let mut tar = vec![0; size];
    tar[257..262].copy_from_slice(b"ustar");
    tar
}

fn part(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"image.tar\"\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n"].concat()
}

fn form(parts: &[Vec<u8>]) -> Vec<u8> {
    [parts.concat(), b"--edge--\r\n".to_vec()].concat()
}

fn push(url: &str, kind: &str, body: &[u8]) -> Answer {
    let request = agent().post(url).header("Content-Type", kind);
    Answer::of(request.send(body).unwrap())
}

struct Waiting {
    image: Value,
    path: String,
    token: String,
    url: String,
}

/// Creates an image that waits for its upload.
fn waiting(sandbox: &Sandbox, client: &Client) -> Waiting {
    let source_id = sandbox.source_called("pushed");
    let body = json!({"name": "pushed", "source_id": source_id});
    let image = client.post("/v1/images", &body).data(201);
    let path = format!("/v1/images/{}", text(&image["id"]));
    let token = text(&image["source"]["details"]["origin"]["details"]["token"]);
    let query = format!("hub-id={}&token={token}", sandbox.hub_id());
    let url = format!("{}{path}/upload?{query}", sandbox.url());
    Waiting { image, path, token, url }
}

#[test]
fn an_upload_makes_the_image_live() {
    let sandbox = Sandbox::with(still()).unwrap();
    let client = Client::new(&sandbox);
    let Waiting { image, path, token, url } = waiting(&sandbox, &client);
    assert_eq!(image["state"]["current"], "uploading");
    let details = &image["source"]["details"]["origin"]["details"];
    assert!(text(&details["expires"]) > text(&image["events"]["created"]));
    let import = json!({"action": "import"});
    let tasks = format!("{path}/tasks");
    client.post(&tasks, &import).refused("403.invalid-state");

    let file = tar(8 << 20);
    let body = form(&[part("file.tar", &file)]);
    let answer = push(&url, MULTIPART, &body);
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    let seen = sandbox.requests().pop().unwrap();
    assert!(seen.body.is_empty());
    assert_eq!(seen.length, body.len() as u64);
    assert!(seen.query.contains(&token));

    assert_eq!(client.state(&path), "verifying");
    push(&url, MULTIPART, &body).refused("403.invalid-state");
    client.post(&tasks, &import).refused("403.invalid-state");
    sandbox.skip(3 * STEP);
    let live = client.get(&path).data(200);
    assert_eq!(live["state"]["current"], "live");
    assert_eq!(live["size"], file.len());
}

#[test]
fn a_token_is_valid_for_its_image_and_hub_alone() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let one = waiting(&sandbox, &client);
    let other = waiting(&sandbox, &client);
    assert_ne!(one.token, other.token);
    let body = form(&[part("file.tar", &tar(1024))]);
    let crossed = one.url.replace(&one.token, &other.token);
    push(&crossed, MULTIPART, &body).refused("403.mismatch");
    let hub = one.url.replace(sandbox.hub_id(), "0123456789abcdef01234567");
    push(&hub, MULTIPART, &body).refused("403.wrong-hub");
    let unknown = one.url.replace(&one.path, "/v1/images/nope");
    push(&unknown, MULTIPART, &body).refused("404.image");
    let (without, _) = one.url.split_once('?').unwrap();
    let answer = push(without, MULTIPART, &body);
    answer.refused_at("422.missing-argument", "/hub-id");
    let answer = push(&format!("{}&force=1", one.url), MULTIPART, &body);
    answer.refused_at("422.invalid-argument", "/force");
    assert_eq!(client.state(&one.path), "uploading");
}

#[test]
fn an_expired_token_is_refused() {
    let expiry = Duration::from_secs(60);
    let settings = Settings::default().upload_expiry(expiry);
    let sandbox = Sandbox::with(settings).unwrap();
    let client = Client::new(&sandbox);
    let waiting = waiting(&sandbox, &client);
    sandbox.skip(expiry);
    let body = form(&[part("file.tar", &tar(1024))]);
    push(&waiting.url, MULTIPART, &body).refused("403.expired");
}

#[test]
fn an_upload_with_the_api_key_is_refused() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let waiting = waiting(&sandbox, &client);
    let body = form(&[part("file.tar", &tar(1024))]);
    let request = agent()
        .post(&waiting.url)
        .header("Content-Type", MULTIPART)
        .header("Authorization", format!("Bearer {}", sandbox.api_key()));
    let answer = Answer::of(request.send(&body).unwrap());
    answer.refused("400.invalid-syntax");
    assert_eq!(client.state(&waiting.path), "uploading");
}

#[test]
fn only_one_tar_of_known_length_is_accepted() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let waiting = waiting(&sandbox, &client);
    let good = part("file.tar", &tar(1024));
    let (missing, invalid) = ("422.missing-argument", "422.invalid-argument");
    for (parts, code) in [
        (vec![], missing),
        (vec![part("file", &tar(1024))], missing),
        (vec![part("file.tar", &[0; 1024])], invalid),
        (vec![part("file.tar", b"ustar")], invalid),
        (vec![good.clone(), good.clone()], invalid),
    ] {
        let answer = push(&waiting.url, MULTIPART, &form(&parts));
        answer.refused_at(code, "/file.tar");
    }
    let body = form(std::slice::from_ref(&good));
    push(&waiting.url, "application/x-tar", &tar(1024)).refused("415.invalid-content-type");
    push(&waiting.url, MULTIPART, &good).refused("400.invalid-syntax");

    let mut reader = body.as_slice();
    let request = agent().post(&waiting.url).header("Content-Type", MULTIPART);
    let chunked = request.send(SendBody::from_reader(&mut reader)).unwrap();
    Answer::of(chunked).refused("400.invalid-syntax");
    let seen = sandbox.requests().pop().unwrap();
    assert_eq!(seen.header("transfer-encoding"), Some("chunked"));

    assert_eq!(client.state(&waiting.path), "uploading");
    assert_eq!(push(&waiting.url, MULTIPART, &body).status, 200);
}

#[test]
fn an_incomplete_upload_changes_nothing() {
    let sandbox = Sandbox::start().unwrap();
    let waiting = waiting(&sandbox, &Client::new(&sandbox));
    let body = form(&[part("file.tar", &tar(4096))]);
    let address = sandbox.url().strip_prefix("http://").unwrap();
    let target = waiting.url.strip_prefix(sandbox.url()).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {target} HTTP/1.1\r\nHost: {address}\r\nContent-Type: {MULTIPART}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..2048]).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let timeout = Some(Duration::from_secs(20));
    stream.set_read_timeout(timeout).unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    drop(stream);
    assert!(sandbox.wait_for_connections(0, Duration::from_secs(20)));
    let seen = sandbox.requests().pop().unwrap();
    assert_eq!((seen.method.as_str(), seen.length), ("POST", 2048));
    assert_eq!(Client::new(&sandbox).state(&waiting.path), "uploading");
}
