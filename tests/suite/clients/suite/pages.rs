//! Lists, page by page.

use cycle_images::flow::Pages;
use cycle_images::images::GetImages;
use cycle_images::model::Image;
use cycle_images_async::Error;
use cycle_images_tests::sandbox::{Fault, Paging, Sandbox, Settings};

use super::{Test, with};
use crate::setup::{Make, Setup};

pub(super) fn tests() -> Vec<Test> {
    tests![
        pages_are_yielded_in_order_and_complete,
        repeated_page_is_an_error,
        pages_are_resumed_by_another_client_after_an_error,
        pages_are_retried_by_the_policy_of_the_client,
    ]
}

/// 25 images, of which no page holds more than 10.
pub(super) fn long_list() -> Settings {
    Settings::default().extra_images(17).page_cap(10)
}

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

/// The numbers of the requested pages.
pub(super) fn numbers(sandbox: &Sandbox) -> Vec<u32> {
    let number = |query: &str| {
        let mut parameters = query.split('&');
        let number = parameters.find_map(|parameter| parameter.strip_prefix("page%5Bnumber%5D="));
        number.unwrap().parse().unwrap()
    };
    sandbox.requests().iter().map(|request| number(&request.query)).collect()
}

pub(super) fn list() -> GetImages {
    GetImages::new().page_size(10)
}

fn names_of(images: &[Image]) -> impl Iterator<Item = String> {
    images.iter().map(|image| image.name.clone())
}

fn pages_are_yielded_in_order_and_complete(make: Make) {
    let (sandbox, client) = with(make, long_list(), |setup| setup);
    let (mut read, mut lengths) = (Vec::new(), Vec::new());
    client.pages(list(), |page| {
        let page = page.unwrap().data;
        lengths.push(page.len());
        read.extend(names_of(&page));
        assert_eq!(sandbox.requests().len(), lengths.len());
    });
    assert_eq!((read, lengths), (names(), vec![10, 10, 5]));
    // Only an empty page shows that the one before it was the last.
    assert_eq!(numbers(&sandbox), [1, 2, 3, 4]);
}

fn repeated_page_is_an_error(make: Make) {
    let (sandbox, client) = with(make, long_list().paging(Paging::Repeats), |setup| setup);
    let mut pages = Vec::new();
    client.pages(list(), |page| pages.push(page));
    let [Ok(_), Err(error)] = &pages[..] else { panic!("{pages:?}") };
    assert!(matches!(error, Error::RepeatedPage { page: 2, .. }), "{error:?}");
    assert_eq!(error.to_string(), "GetImages: page 2 repeats page 1; the list might never end");
    assert_eq!(sandbox.requests().len(), 2);
}

fn pages_are_resumed_by_another_client_after_an_error(make: Make) {
    let (sandbox, client) = with(make, long_list(), |setup| setup);
    let (mut read, mut failed) = (Vec::new(), None);
    let flow = client.pages(list(), |page| match page {
        Ok(page) => {
            read.extend(names_of(&page.data));
            sandbox.fault(Fault::json(500, "{}"));
        }
        Err(error) => failed = Some(error),
    });
    assert_eq!(failed.unwrap().response().unwrap().status(), 500);
    assert_eq!(numbers(&sandbox), [1, 2]);

    let text = serde_json::to_string(&flow.0).unwrap();
    assert!(!text.contains(sandbox.api_key()), "{text}");
    let flow: Pages<GetImages> = serde_json::from_str(&text).unwrap();
    let other = make(Setup::with_key(&sandbox, sandbox.view_only_api_key()));
    other.run(flow, |page| read.extend(names_of(&page.unwrap().data)));
    assert_eq!((read, numbers(&sandbox)), (names(), vec![1, 2, 2, 3, 4]));
}

fn pages_are_retried_by_the_policy_of_the_client(make: Make) {
    let (sandbox, client) = with(make, long_list(), Setup::retrying);
    let mut faults = vec![Fault::Close, Fault::too_many_requests("0"), Fault::unavailable()];
    let mut next = || faults.pop().map(|fault| sandbox.fault(fault));
    next();
    let mut read = Vec::new();
    client.pages(list(), |page| {
        read.extend(names_of(&page.unwrap().data));
        next();
    });
    assert_eq!((read, numbers(&sandbox)), (names(), vec![1, 1, 2, 2, 3, 3, 4]));
}
