//! Pages of an operation of the user's own, all of which have one URI.

use std::sync::Mutex;

use cycle_images::flow::SendFailure;
use cycle_images::operation::{List, ListOperation, ListOptions, Path, json_body};
use cycle_images::{Operation, RequestError};
use cycle_images_async::Client;
use http::{Method, Request, Response};
use serde_json::{Value, json};

use crate::{hub_of, leaked, runtime};

/// A search that says in its body which page it wants.
struct Search(ListOptions);

impl Operation for Search {
    const NAME: &'static str = "Search";
    const METHOD: Method = Method::POST;
    const CAPABILITY: &'static str = "search";
    type Output = List<String>;

    fn is_idempotent(&self) -> bool {
        true
    }

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/search");
    }

    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        json_body(&json!({"page": self.0.page_number()}))
    }
}

impl ListOperation for Search {
    type Record = String;

    fn options(&self) -> &ListOptions {
        &self.0
    }

    fn options_mut(&mut self) -> &mut ListOptions {
        &mut self.0
    }

    fn key(record: &String) -> &str {
        record
    }
}

#[test]
fn a_failed_page_is_not_mistaken_for_the_next_one() {
    let asked = leaked(Mutex::new(Vec::new()));
    let transport = async |request: Request<Vec<u8>>| {
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let page = body["page"].as_u64().unwrap();
        let is_first = asked.lock().unwrap().is_empty();
        asked.lock().unwrap().push(page);
        let data = if page > 3 { json!([]) } else { json!([page.to_string()]) };
        let response = Response::builder().status(if is_first { 503 } else { 200 });
        Ok::<_, SendFailure>(response.body(json!({"data": data}).to_string())?)
    };
    for width in [1, 2, 4] {
        asked.lock().unwrap().clear();
        let client = Client::new(hub_of("http://core.invalid"), transport, async |_| {});
        let found = runtime().block_on(async {
            let mut records = client.pages(Search(ListOptions::default())).prefetch(width).items();
            let mut found = Vec::new();
            while let Some(record) = records.next().await {
                found.push(record.unwrap());
            }
            found
        });
        assert_eq!(found, ["1", "2", "3"], "{width} at once: {:?}", asked.lock().unwrap());
    }
}
