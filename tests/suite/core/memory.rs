//! The memory that a response takes while it is read.

use cycle_images::error::ResponseErrorKind;
use cycle_images::http::{Request, Response};
use cycle_images::images::{CreateImageJob, GetImage, GetImages};
use cycle_images::jobs::{GetJob, GetJobs};
use cycle_images::model::Image;
use cycle_images::sources::{GetImageSource, GetImageSources};
use cycle_images::{ImageId, Operation};
use cycle_images_tests::support::{hub, job, source};
use futures_util::FutureExt;

/// Each kind of list and map: the operation, and a body with one element between `<` and `>`.
fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("../../data/lists.txt").lines().map(|line| line.split_once(' ').unwrap())
}

/// A body of this size with up to `count` elements, each `*` in them another number, and spaces.
fn body(kind: &str, size: usize, count: usize) -> String {
    let (before, rest) = kind.split_once('<').unwrap();
    let (element, after) = rest.split_once('>').unwrap();
    let mut body = String::with_capacity(size + 256);
    body.push_str(before);
    for index in 0..count {
        let element = element.replace('*', &index.to_string());
        if body.len() + element.len() >= size {
            break;
        }
        if index > 0 {
            body.push(',');
        }
        body.push_str(&element);
    }
    body.push_str(after);
    body.extend(std::iter::repeat_n(' ', size.saturating_sub(body.len())));
    body
}

/// What reads a response.
#[derive(Clone, Copy, Debug)]
enum Reader {
    Core,
    Blocking,
    Async,
}

/// The most memory that reading the body takes beyond it.
fn measure(reader: Reader, operation: &str, body: &str) -> u64 {
    struct Measured<'b>(Reader, &'b str);
    let of = Measured(reader, body);
    impl Measured<'_> {
        fn of<O: Operation>(&self, operation: &O) -> u64 {
            let response = Response::new(self.1.as_bytes().to_vec());
            let response = std::sync::Mutex::new(Some(response));
            let sent = move |_: Request<Vec<u8>>| {
                response.lock().unwrap().take().ok_or(std::io::Error::other("sent twice"))
            };
            match self.0 {
                Reader::Core => {
                    let read = || drop(hub().response(operation, Response::new(self.1)));
                    allocation_counter::measure(read).bytes_max
                }
                Reader::Blocking => {
                    let client = cycle_images_ureq::Client::from_transport(hub(), sent);
                    allocation_counter::measure(|| drop(client.call(operation))).bytes_max
                }
                Reader::Async => {
                    let sent = move |request| std::future::ready(sent(request));
                    let client = cycle_images_async::Client::new(hub(), sent, async |_| {});
                    let call = || drop(client.call(operation).now_or_never().unwrap());
                    allocation_counter::measure(call).bytes_max
                }
            }
        }
    }
    let image = ImageId::new("x").unwrap();
    match operation {
        "images" => of.of(&GetImages::new()),
        "image" => of.of(&GetImage::new(image)),
        "jobs" => of.of(&GetJobs::new()),
        "job" => of.of(&GetJob::new(job())),
        "create" => of.of(&CreateImageJob::import(image)),
        "sources" => of.of(&GetImageSources::new()),
        "source" => of.of(&GetImageSource::new(source())),
        other => unreachable!("{other}"),
    }
}

fn takes_at_most_20_times(size: usize, counts: &[usize]) {
    for (index, (operation, kind)) in kinds().enumerate() {
        for &count in counts {
            // The clients add the same to what the core takes, whatever the kind.
            let readers = [Reader::Core, Reader::Blocking, Reader::Async];
            for &reader in readers.iter().take(if index % 6 == 0 { 3 } else { 1 }) {
                let body = body(kind, size, count);
                let times = measure(reader, operation, &body) / body.len() as u64;
                assert!(times < 20, "{times} times by {reader:?}: {count} in {kind}");
            }
        }
    }
}

#[test]
fn no_list_takes_more_than_20_times_a_response_of_512_kib() {
    takes_at_most_20_times(512 << 10, &[16_000]);
}

#[test]
#[ignore = "takes minutes"]
fn no_list_takes_more_than_20_times_a_response_of_1_or_64_mib() {
    for size in [1 << 20, 64 << 20] {
        takes_at_most_20_times(size, &[8_000, 64_000, usize::MAX]);
    }
}

fn images(count: usize, ports: usize) -> Result<Vec<Image>, String> {
    let ports = vec!["{}"; ports].join(",");
    let image = format!(r#"{{"id":"1","state":{{"current":""}},"config":{{"ports":[{ports}]}}}}"#);
    let body = format!(r#"{{"data":[{}]}}"#, vec![image; count].join(","));
    let reply = hub().response(&GetImages::new(), Response::new(body));
    reply.map(|reply| reply.data).map_err(|error| match error.kind() {
        ResponseErrorKind::Unexpected(problem) => problem.to_string(),
        other => format!("{other:?}"),
    })
}

#[test]
fn all_lists_of_a_response_share_one_budget() {
    assert_eq!(images(1, 10_000).unwrap()[0].config.ports.len(), 10_000);
    assert_eq!(images(100, 1).unwrap().len(), 100);
    let error = images(100, 10_000).unwrap_err();
    let problem = ": expected fewer records and entries in a response of this size";
    assert!(error.contains(".config.ports[") && error.ends_with(problem), "{error}");
}

#[test]
fn every_response_has_a_budget_of_its_own() {
    let is_read = |count| images(count, 0).is_ok();
    assert!(is_read(1_000) && !is_read(10_000));
    assert!((0..20).all(|_| is_read(1_000)));
    // Without a response, there is no limit.
    let image = r#"{"id":"1","state":{"current":""},"config":{"ports":[{}]}}"#;
    let list = format!("[{}]", vec![image; 10_000].join(","));
    assert_eq!(serde_json::from_str::<Vec<Image>>(&list).unwrap().len(), 10_000);
}

#[test]
fn malformed_records_share_the_budget() {
    let list = |record: &str, count: usize| {
        let body = format!(r#"{{"data":[1,{}]}}"#, vec![record; count].join(","));
        hub().response(&GetImages::new(), Response::new(body)).is_ok()
    };
    let image = r#"{"id":"1","state":{"current":""}}"#;
    for record in ["1", image] {
        assert!(list(record, 1_000) && !list(record, 100_000), "{record}");
    }
    let include = |count: usize| {
        let stacks = vec![r#""":1"#; count].join(",");
        let body = format!(r#"{{"data":[],"includes":{{"stacks":{{{stacks}}}}}}}"#);
        hub().response(&GetImages::new(), Response::new(body)).is_ok()
    };
    assert!(include(1_000) && !include(100_000));
}

/// The includes are then decoded several times, one after the other.
#[test]
fn a_malformed_include_leaves_the_budget_to_the_others() {
    let include = |count: usize, malformed: &str| {
        let stack = |id| format!(r#""{id}":{{"id":"{id}","state":{{"current":""}}}}"#);
        let stacks = (0..count).map(stack).collect::<Vec<_>>().join(",");
        let body = format!(r#"{{"data":[],"includes":{{"stacks":{{{malformed}{stacks}}}}}}}"#);
        hub().response(&GetImages::new(), Response::new(body)).map(|reply| reply.includes.stacks)
    };
    let most = (0..20_000).step_by(500).rev().find(|&count| include(count, "").is_ok()).unwrap();
    assert!(most > 1_000, "{most}");
    assert_eq!(include(most - 500, r#""x":1,"#).unwrap().len(), most - 500);
}
