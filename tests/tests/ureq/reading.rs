//! Lists, as the client asks for them and reads them.

use cycle_images::SourceId;
use cycle_images::images::{GetImages, ImageInclude, ImageMetaName};
use cycle_images::model::{ImageStatus, SourceType};
use cycle_images::operation::ListStyle;
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::Client;

use crate::{client, hub, once};

fn names(client: &Client, list: &GetImages) -> Vec<String> {
    let images = client.call(list).unwrap().data;
    images.into_iter().map(|image| image.name).collect()
}

#[test]
fn filters_select_what_they_name() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let all = GetImages::new;
    let web = SourceId::new(sandbox.source_id()).unwrap();

    assert_eq!(names(&client, &all()).len(), 8);
    assert_eq!(names(&client, &all().filter_identifier("stack-db")), ["stack db"]);
    assert_eq!(names(&client, &all().filter_search("NEXT")), ["web next"]);
    assert_eq!(names(&client, &all().filter_source_type(SourceType::Bucket)), ["worker"]);
    assert_eq!(names(&client, &all().filter_source_id(web)).len(), 4);
    let unfinished = all().filter_state(ImageStatus::New).filter_state(ImageStatus::Building);
    assert_eq!(names(&client, &unfinished), ["web next", "shop api broken"]);
    assert_eq!(names(&client, &all().filter_search("no such image")), [""; 0]);
}

#[test]
fn images_are_sorted_and_paged() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let page = |number| {
        let list = GetImages::new()
            .filter_state(ImageStatus::Live)
            .sort("-size")
            .sort("name")
            .page_number(number)
            .page_size(4);
        names(&client, &list)
    };
    assert_eq!(page(1), ["web 1.27", "shop api", "stack db", "web 1.26"]);
    assert_eq!(page(2), ["worker", ""]);
    assert_eq!(page(3), [""; 0]);
    assert_eq!(
        sandbox.requests()[1].query,
        "filter%5Bstate%5D=live&sort=-size%2Cname&page%5Bnumber%5D=2&page%5Bsize%5D=4"
    );
}

#[test]
fn includes_and_meta_are_returned() {
    let sandbox = Sandbox::start().unwrap();
    let list = GetImages::new()
        .meta(ImageMetaName::ContainersCount)
        .include(ImageInclude::Creators)
        .include(ImageInclude::StackBuilds)
        .include(ImageInclude::Stacks)
        .include(ImageInclude::Sources)
        .include(ImageInclude::Integrations);

    for style in [ListStyle::Comma, ListStyle::Repeat] {
        let client = once(Client::new(hub(&sandbox).with_list_style(style)));
        let reply = client.call(&list).unwrap();
        let web = &reply.data[0];
        // More than 32 bits can hold.
        assert_eq!((web.name.as_str(), web.size), ("web 1.27", 5_905_580_032));
        let containers = web.meta.as_ref().unwrap().containers_count.as_ref().unwrap();
        assert_eq!((containers.total, containers.state["running"]), (3, 3));

        assert_eq!(reply.includes.sources[sandbox.source_id()].name, "Web");
        assert_eq!(reply.includes.sources_identifiers["web"], [sandbox.source_id()]);
        assert_eq!(reply.includes.creators.accounts.len(), 1);
        assert_eq!(reply.includes.stack_builds.len(), 1);
        assert_eq!(reply.includes.stacks.len(), 1);
        assert_eq!(reply.includes.integrations.len(), 1);
        assert!(reply.skipped.is_empty());
    }
    let requests = sandbox.requests();
    assert!(requests[0].query.contains("include=creators%2Cstack_builds"));
    assert!(requests[1].query.contains("include=creators&include=stack_builds"));
}
