//! Filters, order and pages of the image list.

use cycle_images_tests::sandbox::{Paging, Sandbox, Settings};
use serde_json::{Value, json};

use crate::client::{Client, column, text};

fn names(client: &Client, query: &str) -> Vec<String> {
    column(&client.get(&format!("/v1/images?{query}")).data(200), "name")
}

#[test]
fn filters_select_what_they_name() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let source = sandbox.source_id();
    let webs = ["web 1.27", "web next", "web 1.26"];
    assert_eq!(names(&client, "filter[search]=WEB"), webs);
    assert_eq!(names(&client, "filter[search]=web+1.26"), ["web 1.26"]);
    assert_eq!(names(&client, "filter%5Bsearch%5D=web%20next"), ["web next"]);
    assert_eq!(names(&client, "filter[state]=new"), ["web next"]);
    let states = names(&client, "filter[state]=new,building");
    assert_eq!(states, ["web next", "shop api broken"]);
    assert_eq!(names(&client, "filter[state]=new%2Cbuilding"), states);
    assert_eq!(names(&client, "filter[source_type]=bucket"), ["worker"]);
    let stack = names(&client, "filter[source_type]=stack-build");
    assert_eq!(stack, ["stack db"]);
    let of_source = names(&client, &format!("filter[source_id]={source}"));
    assert_eq!(of_source, ["web 1.27", "web next", "web 1.26", ""]);
    assert_eq!(names(&client, "filter[identifier]=web-next"), ["web next"]);
    let by_source = names(&client, "filter[identifier]=shop-api");
    assert_eq!(by_source, ["shop api", "shop api broken"]);
    let both = format!("filter[source_id]={source}&filter[state]=new");
    assert_eq!(names(&client, &both), ["web next"]);
}

#[test]
fn a_list_of_nothing_is_null_and_a_page_past_the_end_is_empty() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let nothing = client.get("/v1/images?filter[search]=no-such-image");
    assert_eq!(nothing.data(200), Value::Null);
    let past = client.get("/v1/images?page[number]=9");
    assert_eq!(past.data(200), json!([]));
}

#[test]
fn records_are_sorted_by_the_keys() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let mut by_name = names(&client, "sort=name");
    assert!(by_name.is_sorted());
    by_name.reverse();
    assert_eq!(names(&client, "sort=-name"), by_name);
    let made = names(&client, "sort=id");
    assert_eq!(names(&client, "sort=created"), made);
    assert_eq!(names(&client, "page[size]=100"), made);

    let list = client.get("/v1/images?sort=-size,name").data(200);
    let sizes = list.as_array().unwrap().iter();
    let sizes: Vec<u64> = sizes.map(|i| i["size"].as_u64().unwrap()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b));
    // The two that were not built are of one size, so the second key decides.
    let last = column(&list, "name");
    assert!(last.ends_with(&["shop api broken".to_owned(), "web next".to_owned()]));
    assert_eq!(names(&client, "sort=-size&sort=name"), last);
}

fn walk(client: &Client, size: usize) -> Vec<Vec<String>> {
    (1..)
        .map(|number| {
            let query = format!("page[size]={size}&page[number]={number}&sort=id");
            names(client, &query)
        })
        .take_while(|page| !page.is_empty())
        .collect()
}

#[test]
fn pages_put_together_are_the_list() {
    let settings = Settings::default().extra_images(20).page_cap(10);
    let sandbox = Sandbox::with(settings.page_default(6)).unwrap();
    let client = Client::new(&sandbox);
    assert_eq!(names(&client, "sort=id").len(), 6);
    let lengths = |size| walk(&client, size).iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(lengths(8), [8, 8, 8, 4]);
    // The cap is not announced: the pages are just shorter.
    assert_eq!(lengths(1000), [10, 10, 8]);
    assert_eq!(walk(&client, 8).concat(), walk(&client, 3).concat());
    let page = client.get("/v1/images?page[size]=2").json();
    let mut members: Vec<&String> = page.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["data", "includes"]);
}

#[test]
fn paging_faults_can_be_set() {
    let settings = Settings::default().extra_images(4);
    let sandbox = Sandbox::with(settings.clone().paging(Paging::ShortFirst)).unwrap();
    let pages = walk(&Client::new(&sandbox), 5);
    let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [4, 5, 3]);
    let honest = Sandbox::with(settings.clone()).unwrap();
    assert_eq!(pages.concat(), walk(&Client::new(&honest), 5).concat());

    let sandbox = Sandbox::with(settings.paging(Paging::Repeats)).unwrap();
    let client = Client::new(&sandbox);
    let first = client.get("/v1/images?page[size]=5").data(200);
    assert_eq!(first.as_array().unwrap().len(), 5);
    let second = client.get("/v1/images?page[size]=5&page[number]=2");
    assert_eq!(second.data(200), first);
}

#[test]
fn meta_counts_the_containers() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox);
    let list = client.get("/v1/images?meta=containers_count").data(200);
    let total = |name: &str| {
        let mut images = list.as_array().unwrap().iter();
        let image = images.find(|i| i["name"] == name).unwrap();
        image["meta"]["containers_count"].clone()
    };
    let used = json!({"state": {"running": 3}, "total": 3, "available": 3});
    assert_eq!(total("web 1.27"), used);
    assert_eq!(total("web 1.26")["total"], 0);
    let path = client.image_path("web 1.27");
    let one = client.get(&format!("{path}?meta=containers_count"));
    assert_eq!(text(&one.data(200)["name"]), "web 1.27");
    assert_eq!(one.data(200)["meta"]["containers_count"], used);
}
