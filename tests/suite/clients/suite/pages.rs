//! Lists, page by page.

use cycle_images::flow::Pages;
use cycle_images::images::{GetImages, ImageInclude};
use cycle_images::jobs::GetJobs;
use cycle_images::model::{Image, SourceType};
use cycle_images::sources::GetImageSources;
use cycle_images_async::Error;
use cycle_images_tests::sandbox::{Fault, Paging, Sandbox, Settings};

use super::{Test, quick, shown, test};
use crate::driver::Driver;
use crate::setup::{Make, Setup};

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![
        test(pages_are_yielded_in_order_and_complete),
        test(a_hidden_page_cap_loses_no_record),
        test(a_short_first_page_is_not_the_last),
        test(a_repeated_page_is_an_error),
        test(pages_are_requested_lazily),
        test(after_an_error_another_client_resumes_the_pages),
        test(a_page_is_retried_by_the_policy),
        test(each_page_has_the_includes_of_its_own_records),
        test(pages_start_at_the_requested_number),
        test(an_empty_list_has_no_page),
        test(sources_and_jobs_have_pages_too),
    ]
}

/// 25 images, of which no page holds more than 10.
pub(super) fn long_list(paging: Paging) -> Sandbox {
    let settings = Settings::default().extra_images(17).page_cap(10).paging(paging);
    Sandbox::with(settings).unwrap()
}

/// The names of those images in order.
pub(super) fn names() -> Vec<String> {
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

/// The numbers of the pages that were asked for, request by request.
pub(super) fn numbers(sandbox: &Sandbox) -> Vec<String> {
    let number = |query: &str| {
        let mut parameters = query.split('&');
        let number = parameters.find_map(|parameter| parameter.strip_prefix("page%5Bnumber%5D="));
        number.unwrap_or("none").to_owned()
    };
    sandbox.requests().iter().map(|seen| number(&seen.query)).collect()
}

pub(super) fn list() -> GetImages {
    GetImages::new().page_size(10)
}

fn names_of(images: &[Image]) -> Vec<String> {
    images.iter().map(|image| image.name.clone()).collect()
}

/// The lengths of the pages; together they have to be the whole list.
#[track_caller]
fn lengths(client: &impl Driver, list: GetImages) -> Vec<usize> {
    let mut pages = Vec::new();
    client.pages(list, |page| pages.push(names_of(&page.unwrap().data)));
    assert_eq!(pages.concat(), names());
    pages.iter().map(Vec::len).collect()
}

fn pages_are_yielded_in_order_and_complete<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::Honest);
    let client = make(Setup::of(&sandbox));
    assert_eq!(lengths(&client, list()), [10, 10, 5]);
    // Only an empty page tells that the one before it was the last.
    assert_eq!(numbers(&sandbox), ["1", "2", "3", "4"]);
    assert_eq!(lengths(&client, GetImages::new().page_size(5)), [5; 5]);
    assert_eq!(sandbox.requests().len(), 4 + 6);
}

fn a_hidden_page_cap_loses_no_record<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::Honest);
    let client = make(Setup::of(&sandbox));
    assert_eq!(lengths(&client, GetImages::new().page_size(100)), [10, 10, 5]);
    assert_eq!(lengths(&client, GetImages::new()), [10, 10, 5]);
}

fn a_short_first_page_is_not_the_last<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::ShortFirst);
    assert_eq!(lengths(&make(Setup::of(&sandbox)), list()), [9, 10, 6]);
}

fn a_repeated_page_is_an_error<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::Repeats);
    let mut pages = Vec::new();
    make(Setup::of(&sandbox)).pages(list(), |page| pages.push(page));
    assert_eq!(pages.len(), 2);
    assert_eq!(pages[0].as_ref().unwrap().data.len(), 10);
    let error = pages.remove(1).unwrap_err();
    assert!(matches!(error, Error::RepeatedPage { page: 2, .. }), "{error:?}");
    assert_eq!(error.to_string(), "GetImages: page 2 repeats page 1; the list might never end");
    assert_eq!(sandbox.requests().len(), 2);
}

fn pages_are_requested_lazily<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::Honest);
    let mut pages = 0;
    make(Setup::of(&sandbox)).pages(list(), |page| {
        page.unwrap();
        pages += 1;
        assert_eq!(sandbox.requests().len(), pages);
    });
    assert_eq!((pages, sandbox.requests().len()), (3, 4));
}

fn after_an_error_another_client_resumes_the_pages<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::Honest);
    let (mut read, mut status) = (Vec::new(), None);
    let rest = make(Setup::of(&sandbox)).pages(list(), |page| match page {
        Ok(page) => {
            read.extend(names_of(&page.data));
            sandbox.fault(Fault::json(500, "{}"));
        }
        Err(error) => status = error.response().map(|response| response.status().as_u16()),
    });
    assert_eq!(status, Some(500));
    assert_eq!(numbers(&sandbox), ["1", "2"]);

    // Stored, and read in another process with another key.
    let text = serde_json::to_string(&rest.0).unwrap();
    assert!(!text.contains(sandbox.api_key()), "{text}");
    let flow: Pages<GetImages> = serde_json::from_str(&text).unwrap();
    let other = make(Setup::with_key(&sandbox, sandbox.view_only_api_key()));
    other.run(flow, |page| read.extend(names_of(&page.unwrap().data)));
    assert_eq!(read, names());
    assert_eq!(numbers(&sandbox), ["1", "2", "2", "3", "4"]);
}

fn a_page_is_retried_by_the_policy<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::Honest);
    let mut faults = vec![Fault::Close, Fault::too_many_requests("0"), Fault::unavailable()];
    let mut next = || faults.pop().map(|fault| sandbox.fault(fault));
    next();
    let mut read = Vec::new();
    make(Setup::of(&sandbox).retry(quick())).pages(list(), |page| {
        read.extend(names_of(&page.unwrap().data));
        next();
    });
    assert_eq!(read, names());
    assert_eq!(numbers(&sandbox), ["1", "1", "2", "2", "3", "3", "4"]);

    // The fault of a page is told as that of a call is.
    sandbox.fault(Fault::Close);
    let mut pages = Vec::new();
    make(Setup::of(&sandbox)).pages(list(), |page| pages.push(page));
    let error = pages.remove(0).unwrap_err();
    assert!(matches!(error, Error::Transport { operation: "GetImages", .. }), "{error:?}");
    assert!(!shown(&error).contains(sandbox.api_key()));
}

fn each_page_has_the_includes_of_its_own_records<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::Honest);
    let list = GetImages::new().page_size(3).include(ImageInclude::Sources);
    let mut pages = 0;
    make(Setup::of(&sandbox)).pages(list, |page| {
        let page = page.unwrap();
        let sources = page.data.iter().filter_map(|image| image.source.as_ref());
        // A build of a stack is no source of the hub.
        let sources = sources.filter(|source| source.kind != SourceType::StackBuild);
        let mut wanted: Vec<String> = sources.map(|source| source.details.id.clone()).collect();
        wanted.sort();
        wanted.dedup();
        assert_eq!(page.includes.sources.into_keys().collect::<Vec<_>>(), wanted);
        pages += 1;
    });
    assert_eq!(pages, 9);
}

fn pages_start_at_the_requested_number<D: Driver>(make: Make<D>) {
    let sandbox = long_list(Paging::Honest);
    let mut read = Vec::new();
    make(Setup::of(&sandbox))
        .pages(list().page_number(2), |page| read.extend(names_of(&page.unwrap().data)));
    assert_eq!(read, names()[10..]);
    assert_eq!(numbers(&sandbox), ["2", "3", "4"]);
}

fn an_empty_list_has_no_page<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let nothing = GetImages::new().filter_search("no such image");
    make(Setup::of(&sandbox)).pages(nothing, |page| panic!("{page:?}"));
    assert_eq!(sandbox.requests().len(), 1);
}

fn sources_and_jobs_have_pages_too<D: Driver>(make: Make<D>) {
    let sandbox = Sandbox::start().unwrap();
    let client = make(Setup::of(&sandbox));
    let mut lengths = Vec::new();
    client
        .pages(GetImageSources::new().page_size(3), |page| lengths.push(page.unwrap().data.len()));
    assert_eq!(lengths, [3, 1]);
    let mut states = Vec::new();
    client.pages(GetJobs::new().sort("queued").page_size(1), |page| {
        states.extend(page.unwrap().data.into_iter().map(|job| job.state.current));
    });
    let states: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    assert_eq!(states, ["completed", "error", "expired", "scheduled"]);
}
