//! Lists, page by page.

use cycle_images::Hub;
use cycle_images::flow::{Pages, RetryPolicy};
use cycle_images::images::{GetImages, ImageInclude};
use cycle_images::jobs::GetJobs;
use cycle_images::model::{Image, JobStatus, SourceType};
use cycle_images::sources::GetImageSources;
use cycle_images_tests::sandbox::{Fault, Paging, Sandbox, Settings};
use cycle_images_ureq::{Client, Error};

use crate::retrying::quick;
use crate::{client, once, shown};

/// 25 images, of which no page holds more than 10.
pub(crate) fn long_list(paging: Paging) -> Sandbox {
    let settings = Settings::default().extra_images(17).page_cap(10).paging(paging);
    Sandbox::with(settings).unwrap()
}

/// The names of those images in order.
pub(crate) fn names() -> Vec<String> {
    let seeded = [
        "web 1.27",
        "web next",
        "web 1.26",
        "shop api",
        "shop api broken",
        "worker",
        "stack db",
        "",
    ];
    let extra = (0..17).map(|n| format!("extra-{n:04}"));
    seeded.map(str::to_owned).into_iter().chain(extra).collect()
}

/// What was asked for, request by request.
pub(crate) fn numbers(sandbox: &Sandbox) -> Vec<String> {
    let number = |query: &str| {
        let mut parameters = query.split('&');
        let number = parameters.find_map(|parameter| parameter.strip_prefix("page%5Bnumber%5D="));
        number.unwrap_or("none").to_owned()
    };
    sandbox.requests().iter().map(|seen| number(&seen.query)).collect()
}

fn list() -> GetImages {
    GetImages::new().page_size(10)
}

fn names_of(images: &[Image]) -> Vec<String> {
    images.iter().map(|image| image.name.clone()).collect()
}

/// The lengths of the pages; together they have to be the whole list.
#[track_caller]
fn lengths(client: &Client, list: GetImages) -> Vec<usize> {
    let pages = client.pages(list).map(|page| page.unwrap().data);
    let pages: Vec<Vec<String>> = pages.map(|images| names_of(&images)).collect();
    assert_eq!(pages.concat(), names());
    pages.iter().map(Vec::len).collect()
}

#[test]
fn pages_come_in_order_and_are_the_list() {
    let sandbox = long_list(Paging::Honest);
    assert_eq!(lengths(&client(&sandbox), list()), [10, 10, 5]);
    // A page that is shorter than the one before it is the last.
    assert_eq!(numbers(&sandbox), ["1", "2", "3"]);
    let fives = GetImages::new().page_size(5);
    assert_eq!(lengths(&client(&sandbox), fives), [5; 5]);
    // Only an empty page tells that a full one was the last.
    assert_eq!(sandbox.requests().len(), 3 + 6);
}

#[test]
fn a_cap_that_is_not_announced_costs_no_record() {
    let sandbox = long_list(Paging::Honest);
    assert_eq!(lengths(&client(&sandbox), GetImages::new().page_size(100)), [10, 10, 5]);
    assert_eq!(lengths(&client(&sandbox), GetImages::new()), [10, 10, 5]);
}

#[test]
fn a_short_first_page_is_not_the_last() {
    let sandbox = long_list(Paging::ShortFirst);
    assert_eq!(lengths(&client(&sandbox), list()), [9, 10, 6]);
}

#[test]
fn a_page_that_is_repeated_is_an_error() {
    let sandbox = long_list(Paging::Repeats);
    let mut pages = client(&sandbox).pages(list());
    assert_eq!(pages.next().unwrap().unwrap().data.len(), 10);
    let error = pages.next().unwrap().unwrap_err();
    assert!(matches!(error, Error::RepeatedPage { page: 2, .. }), "{error:?}");
    assert_eq!(error.to_string(), "GetImages was answered with page 1 again as page 2");
    assert!(pages.next().is_none() && pages.next().is_none());
    assert_eq!(sandbox.requests().len(), 2);
}

#[test]
fn nothing_is_sent_before_it_is_asked_for() {
    let sandbox = long_list(Paging::Honest);
    let mut pages = client(&sandbox).pages(list());
    assert!(sandbox.requests().is_empty());
    for sent in 1..=3 {
        pages.next().unwrap().unwrap();
        assert_eq!(sandbox.requests().len(), sent);
    }
    assert!(pages.next().is_none() && pages.next().is_none());
    assert_eq!(sandbox.requests().len(), 3);
}

#[test]
fn an_error_ends_the_pages_and_another_client_goes_on() {
    let sandbox = long_list(Paging::Honest);
    let mut pages = client(&sandbox).pages(list());
    let first = pages.next().unwrap().unwrap().data;
    sandbox.fault(Fault::json(500, "{}"));
    let error = pages.next().unwrap().unwrap_err();
    assert_eq!(error.response().unwrap().status(), 500);
    assert!(pages.next().is_none() && pages.next().is_none());
    assert_eq!(numbers(&sandbox), ["1", "2"]);
    assert!(!format!("{pages:?}").contains(sandbox.api_key()));

    // Stored, and read in another process with another key.
    let text = serde_json::to_string(&pages.into_flow()).unwrap();
    assert!(!text.contains(sandbox.api_key()), "{text}");
    let flow: Pages<GetImages> = serde_json::from_str(&text).unwrap();
    let hub = Hub::new(sandbox.view_only_api_key(), sandbox.hub_id()).unwrap();
    let other = once(Client::new(hub.with_base_url(sandbox.url()).unwrap()));
    let rest: Vec<Image> = other.turn(flow).flat_map(|page| page.unwrap().data).collect();
    assert_eq!([names_of(&first), names_of(&rest)].concat(), names());
    assert_eq!(numbers(&sandbox), ["1", "2", "2", "3"]);
}

#[test]
fn a_page_is_tried_again_as_the_policy_says() {
    let sandbox = long_list(Paging::Honest);
    let client = client(&sandbox).with_retry(quick());
    let mut pages = client.pages(list());
    let mut seen = Vec::new();
    for fault in [Fault::Close, Fault::too_many_requests("0"), Fault::unavailable()] {
        sandbox.fault(fault);
        seen.extend(names_of(&pages.next().unwrap().unwrap().data));
    }
    assert_eq!(seen, names());
    assert_eq!(numbers(&sandbox), ["1", "1", "2", "2", "3", "3"]);

    // The fault of a page is told as that of a call is.
    sandbox.fault(Fault::Close);
    let mut pages = client.with_retry(RetryPolicy::none()).pages(list());
    let error = pages.next().unwrap().unwrap_err();
    assert!(matches!(error, Error::Transport { operation: "GetImages", .. }), "{error:?}");
    assert!(!shown(&error).contains(sandbox.api_key()));
}

#[test]
fn each_page_has_the_includes_of_its_own_records() {
    let sandbox = long_list(Paging::Honest);
    let list = GetImages::new().page_size(3).include(ImageInclude::Sources);
    let mut pages = 0;
    for page in client(&sandbox).pages(list) {
        let page = page.unwrap();
        let sources = page.data.iter().filter_map(|image| image.source.as_ref());
        // A build of a stack is no source of the hub.
        let sources = sources.filter(|source| source.kind != SourceType::StackBuild);
        let mut wanted: Vec<String> = sources.map(|source| source.details.id.clone()).collect();
        wanted.sort();
        wanted.dedup();
        assert_eq!(page.includes.sources.into_keys().collect::<Vec<_>>(), wanted);
        assert!(page.unread.is_empty());
        pages += 1;
    }
    assert_eq!(pages, 9);
}

#[test]
fn pages_begin_with_the_one_that_is_asked_for() {
    let sandbox = long_list(Paging::Honest);
    let pages = client(&sandbox).pages(list().page_number(2));
    let rest: Vec<Image> = pages.flat_map(|page| page.unwrap().data).collect();
    assert_eq!(names_of(&rest), names()[10..]);
    assert_eq!(numbers(&sandbox), ["2", "3"]);
}

#[test]
fn a_list_of_nothing_has_no_page() {
    let sandbox = Sandbox::start().unwrap();
    let mut pages = client(&sandbox).pages(GetImages::new().filter_search("no such image"));
    assert!(pages.next().is_none());
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn sources_and_jobs_have_pages_too() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let sources = client.pages(GetImageSources::new().page_size(3));
    let lengths: Vec<usize> = sources.map(|page| page.unwrap().data.len()).collect();
    assert_eq!(lengths, [3, 1]);
    let jobs = client.pages(GetJobs::new().sort("queued").page_size(1));
    let states: Vec<JobStatus> =
        jobs.flat_map(|page| page.unwrap().data).map(|job| job.state.current).collect();
    use JobStatus::{Completed, Error, Expired, Scheduled};
    assert_eq!(states, [Completed, Error, Expired, Scheduled]);
}
