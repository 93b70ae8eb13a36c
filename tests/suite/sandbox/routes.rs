//! The sandbox has a route for each operation of the client.

use cycle_images::Operation;
use cycle_images_tests::operations::{Visit, visit_all};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_tests::support::{hub, ids};

use crate::client::Client;

struct Routes {
    client: Client,
    missing: Vec<String>,
}

impl Visit for Routes {
    fn operation<O: Operation>(&mut self, operations: Vec<O>) {
        let request = hub().request(&operations[0]).unwrap();
        let (method, path) = (request.method(), request.uri().path());
        let answer = self.client.send(method.as_str(), path, None).unwrap();
        let has_id = ids().iter().any(|id| path.contains(id));
        // The ids are of no resource. Without an id, `latest` was read as the id of a job.
        let is_missing = match answer.status {
            404 => !has_id || answer.json()["error"]["code"] == "404.uri",
            status => status == 405,
        };
        if is_missing {
            self.missing.push(format!("{}: {method} {path}", O::NAME));
        }
    }
}

#[test]
fn every_operation_has_a_route() {
    let sandbox = Sandbox::start().unwrap();
    let mut routes = Routes { client: Client::new(&sandbox), missing: Vec::new() };
    visit_all(&mut routes);
    let missing = routes.missing.join("\n");
    assert!(missing.is_empty(), "tests/sandbox/src/server.rs has no route for\n{missing}");
}
