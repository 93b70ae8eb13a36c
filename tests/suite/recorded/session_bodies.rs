//! A session compares the bodies of requests.

use cycle_images::recorded::{Recording, Session};
use cycle_images::{Hub, SourceId, images::CreateImage};
use cycle_images_ureq::Client;

const HAR: &str = r#"{"log": {"entries": [{
    "request": {"method": "POST", "url": "https://api.cycle.io/v1/images",
        "postData": {"mimeType": "application/json", "text": "{\"source_id\": \"s1\", \"name\": \"one\"}"}},
    "response": {"status": 201, "content": {"text":
        "{\"data\": {\"id\": \"i1\", \"name\": \"one\", \"state\": {\"current\": \"new\"}}}"}}}]}}"#;

fn create(name: &str) -> Result<String, cycle_images_ureq::Error> {
    let session = Session::replay(Recording::from_har(HAR.as_bytes()).unwrap());
    let client = Client::new(Hub::new("key", "hub")?).with_session(&session);
    Ok(client.call(CreateImage::new(SourceId::new("s1")?).name(name))?.data.name)
}

#[test]
fn a_request_with_another_body_than_the_recorded_one_is_an_error() {
    assert_eq!(create("one").unwrap(), "one");
    let error = create("TWO").unwrap_err();
    let said = cycle_images::error::report(&error).to_string();
    assert!(said.starts_with("CreateImage was not sent: nothing is recorded for POST"), "{said}");
    assert!(said.contains("the body differs"), "{said}");
}
