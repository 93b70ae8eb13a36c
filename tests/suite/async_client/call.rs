//! `call` that sends once, over transports of every make.

use std::collections::VecDeque;
use std::error::Error as _;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::SystemTime;

use cycle_images::flow::{Exchange, RetryPolicy};
use cycle_images::images::{DeleteImage, GetImage, GetImages, ImageInclude};
use cycle_images::{Hub, ImageId};
use cycle_images_async::{Client, Error, Timer, Transport, drive};
use cycle_images_tests::recording;
use cycle_images_tests::sandbox::{Fault, Sandbox};
use http::{Request, Response};
use tokio::runtime::{Builder, Runtime};

use crate::manual_transport::Sending;
use crate::{leaked, never};

const KEY: &str = "sec-key-0b5e9d";

fn hub() -> Hub {
    Hub::new(KEY, "the-hub").unwrap()
}

/// Runs on this thread alone.
fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// A client that sends each request once.
fn once(hub: Hub, transport: impl Transport + 'static, timer: impl Timer + 'static) -> Client {
    Client::new(hub, transport, timer).with_retry(RetryPolicy::disabled())
}

fn is_send<T: Send>(_: &T) {}

/// Answers in order, and notes what was asked: by a type of its own.
#[derive(Clone, Debug, Default)]
struct Recorded {
    answers: Arc<Mutex<VecDeque<Response<Vec<u8>>>>>,
    requests: Arc<Mutex<Vec<Request<Vec<u8>>>>>,
}

impl Recorded {
    fn new(names: &[&str]) -> Self {
        let answers = names.iter().map(|name| recording::read(name)).collect();
        Self { answers: Arc::new(Mutex::new(answers)), ..Self::default() }
    }
}

impl Transport for Recorded {
    fn send(&self, request: Request<Vec<u8>>) -> Sending {
        self.requests.lock().unwrap().push(request);
        // It may be left in the midst of its work, and has something on it then.
        let held = Arc::clone(&self.answers);
        Box::pin(async move {
            tokio::task::yield_now().await;
            let answer = held.lock().unwrap().pop_front();
            Ok(answer.ok_or_else(|| io::Error::other("nothing more was recorded"))?)
        })
    }
}

/// Carries requests over the wire, on a thread for those that block.
#[derive(Clone, Debug)]
struct Threaded(ureq::Agent);

impl Threaded {
    fn new() -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        Self(config.build().new_agent())
    }
}

impl Transport for Threaded {
    fn send(&self, request: Request<Vec<u8>>) -> Sending {
        let agent = self.0.clone();
        let sent = tokio::task::spawn_blocking(move || {
            let (head, body) = request.into_parts();
            let response = match body.is_empty() {
                true => agent.run(Request::from_parts(head, ()))?,
                false => agent.run(Request::from_parts(head, body))?,
            };
            let (head, mut body) = response.into_parts();
            Ok(Response::from_parts(head, body.read_to_vec()?))
        });
        Box::pin(async { sent.await.unwrap() })
    }
}

#[test]
fn a_closure_is_a_transport() {
    let requests = leaked(Mutex::new(Vec::new()));
    let client = once(
        hub(),
        async |request: Request<Vec<u8>>| {
            requests.lock().unwrap().push(request);
            Ok::<_, io::Error>(recording::read("get_images/with_includes"))
        },
        never,
    );
    let list = GetImages::new().include(ImageInclude::Sources).page_size(2);
    let reply = runtime().block_on(client.call(&list)).unwrap();
    let json = recording::json("get_images/with_includes");
    let expected = json["data"].as_array().unwrap();
    assert!(!reply.data.is_empty());
    let ids = reply.data.iter().map(|image| image.id.as_str());
    assert!(ids.eq(expected.iter().map(|image| image["id"].as_str().unwrap())));
    assert!(!reply.includes.sources.is_empty());
    assert_eq!(reply.status, 200);

    let requests = requests.lock().unwrap();
    assert_eq!(requests.len(), 1);
    let mut expected = hub().request(&list).unwrap();
    let name = concat!("cycle-images/", env!("CARGO_PKG_VERSION"), " (async)");
    expected.headers_mut().insert("user-agent", name.parse().unwrap());
    assert_eq!(requests[0].uri(), expected.uri());
    assert_eq!(requests[0].headers(), expected.headers());
    assert_eq!(requests[0].headers()["authorization"], format!("Bearer {KEY}"));
}

/// A closure that keeps what it needs hands a clone of it to each future.
#[test]
fn a_closure_may_own_its_transport() {
    let transport = Recorded::new(&["get_images/empty_list"]);
    let client = once(
        hub(),
        move |request| {
            let transport = transport.clone();
            async move { transport.send(request).await }
        },
        never,
    );
    assert!(runtime().block_on(client.call(&GetImages::new())).unwrap().data.is_empty());
}

/// As an HTTP client is usually handed in: what sends is borrowed from the closure itself.
#[test]
fn drive_takes_an_async_closure_that_lends_what_it_owns() {
    let recording = recording::read("get_images/empty");
    let send = async move |_| {
        std::future::ready(()).await;
        Ok::<_, io::Error>(recording.clone())
    };
    let (hub, mut list) = (hub(), Exchange::new(GetImages::new(), 7));
    let call = drive(&mut list, &hub, || SystemTime::now().into(), send, never);
    is_send(&call);
    assert!(runtime().block_on(call).unwrap().unwrap().data.is_empty());
}

#[test]
fn a_type_is_a_transport() {
    let transport = Recorded::new(&["get_images/empty_list", "get_image/documented"]);
    let client = once(hub(), transport.clone(), never);
    let image = GetImage::new(ImageId::new("651586fca6078e98982dbd90").unwrap());
    runtime().block_on(async {
        assert!(client.call(&GetImages::new()).await.unwrap().data.is_empty());
        let expected = recording::json("get_image/documented");
        let image = client.call(&image).await.unwrap().data;
        assert_eq!(image.id.as_str(), expected["data"]["id"]);
    });
    assert_eq!(transport.requests.lock().unwrap().len(), 2);
}

#[test]
fn a_call_is_send_when_its_transport_is() {
    let sandbox = Sandbox::start().unwrap();
    let hub = Hub::new(sandbox.api_key(), sandbox.hub_id()).unwrap();
    let client = once(hub.with_base_url(sandbox.url()).unwrap(), Threaded::new(), never);
    let list = GetImages::new();
    is_send(&client.call(&list));
    let closure = once(
        self::hub(),
        async |_: Request<Vec<u8>>| Ok::<_, io::Error>(Response::new("{}")),
        never,
    );
    is_send(&closure.call(&list));

    let task = async move { client.call(&GetImages::new().page_size(3)).await };
    let reply = runtime().block_on(async { tokio::spawn(task).await.unwrap() });
    assert_eq!(reply.unwrap().data.len(), 3);
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn a_transport_error_is_the_source() {
    let client = once(hub(), Recorded::default(), never);
    let error = runtime().block_on(client.call(&GetImages::new())).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("GetImages got no response from api.cycle.io:443 (1 attempt in "),
        "{error}"
    );
    assert_eq!(error.source().unwrap().to_string(), "nothing more was recorded");
    assert!(!format!("{client:?}{error:?}").contains(KEY));
    let Error::Transport { operation, attempts, may_have_arrived, source, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!((operation, attempts.count, may_have_arrived), ("GetImages", 1, true));
    let source = source.downcast_ref::<io::Error>().unwrap();
    assert_eq!(source.kind(), io::ErrorKind::Other);
}

#[test]
fn an_error_response_is_read() {
    let names = ["errors/404_image", "errors/redirect_302", "errors/wrong_type_200"];
    let client = once(hub(), Recorded::new(&names), never);
    for (name, status) in names.into_iter().zip([404, 302, 200]) {
        let error = runtime().block_on(client.call(&GetImages::new())).unwrap_err();
        let Error::Response(refused) = &error else { panic!("{name}: {error:?}") };
        assert_eq!(refused.status(), status);
        assert_eq!(error.to_string(), refused.to_string());
        assert_eq!(error.source().unwrap().to_string(), refused.source().unwrap().to_string());
    }
}

#[test]
fn a_call_is_sent_once() {
    let sandbox = Sandbox::start().unwrap();
    let hub = Hub::new(sandbox.api_key(), sandbox.hub_id()).unwrap();
    let client = once(hub.with_base_url(sandbox.url()).unwrap(), Threaded::new(), never);
    let runtime = runtime();
    for (count, fault) in [Fault::too_many_requests("0"), Fault::Close].into_iter().enumerate() {
        sandbox.fault(fault);
        runtime.block_on(client.call(&GetImages::new())).unwrap_err();
        assert_eq!(sandbox.requests().len(), count + 1);
    }
    let images = runtime.block_on(client.call(&GetImages::new())).unwrap().data;
    let delete = DeleteImage::new(&images[0].id);
    assert_eq!(runtime.block_on(client.call(&delete)).unwrap().data.action, "delete");
}

/// Calls wait for their own answers alone, and one that is dropped holds nothing up.
#[test]
fn calls_are_independent() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let gate = leaked(Mutex::new(Some(receiver)));
    let client = once(
        hub(),
        |_| {
            let gate = gate.lock().unwrap().take();
            async {
                if let Some(gate) = gate {
                    gate.await.unwrap();
                }
                Ok::<_, io::Error>(recording::read("get_images/empty_list"))
            }
        },
        never,
    );
    let list = GetImages::new();
    let mut context = Context::from_waker(Waker::noop());
    let mut held = Box::pin(client.call(&list));
    assert!(held.as_mut().poll(&mut context).is_pending());
    let mut next = Box::pin(client.call(&list));
    assert!(next.as_mut().poll(&mut context).is_ready());
    assert!(held.as_mut().poll(&mut context).is_pending());
    sender.send(()).unwrap();
    assert!(held.as_mut().poll(&mut context).is_ready());

    let (_sender, receiver) = tokio::sync::oneshot::channel();
    *gate.lock().unwrap() = Some(receiver);
    let mut dropped = Box::pin(client.call(&list));
    assert!(dropped.as_mut().poll(&mut context).is_pending());
    drop(dropped);
    assert!(Box::pin(client.call(&list)).as_mut().poll(&mut context).is_ready());
}
