//! Any text arrives as it is, or is refused before it is sent.

use std::fmt::Debug;
use std::rc::Rc;

use cycle_images::images::{
    CreateImage, CreateImageJob, DeleteImage, GetImage, GetImageBuildLog, GetImages, UpdateImage,
};
use cycle_images::jobs::{GetJob, GetJobs};
use cycle_images::model::{DockerHub, Origin};
use cycle_images::operation::ReplyOf;
use cycle_images::sources::{
    CreateImageSource, DeleteImageSource, GetImageSource, GetImageSources, UpdateImageSource,
};
use cycle_images::{ImageId, JobId, Operation, SourceId};
use cycle_images_tests::sandbox::{Sandbox, Settings};
use cycle_images_tests::support::{cases, sandbox_hub};
use cycle_images_ureq::{Client, Error};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

struct Platform {
    sandbox: Sandbox,
    client: Client,
    web: SourceId,
    file: SourceId,
}

// Each test reads its own requests.
thread_local! {
    static PLATFORM: Rc<Platform> = {
        let sandbox = Sandbox::with(Settings::default().kept_requests(8)).unwrap();
        let client = Client::new(sandbox_hub(&sandbox));
        let source = |name| SourceId::new(sandbox.source_called(name).unwrap()).unwrap();
        let (web, file) = (source("web"), source("shop-api"));
        Rc::new(Platform { sandbox, client, web, file })
    };
}

fn platform() -> Rc<Platform> {
    PLATFORM.with(Rc::clone)
}

/// The reply, or `None` if the operation was refused before it was sent. The platform refuses
/// nothing.
#[track_caller]
fn arrives<O: Operation + Debug>(operation: &O) -> Option<ReplyOf<O>> {
    match platform().client.call(operation) {
        Ok(reply) => Some(reply),
        Err(Error::Request(error)) => {
            assert_eq!(error.operation(), Some(O::NAME));
            None
        }
        Err(error) => panic!("{operation:?}: {error}"),
    }
}

/// Whether it was sent. No resource has this id: the code is that of the kind of resource.
#[track_caller]
fn not_found<O: Operation + Debug>(operation: &O, code: &str, path: [&str; 3], id: &str) -> bool {
    let error = platform().client.call(operation).err().unwrap();
    let Some(response) = error.response() else {
        assert!(matches!(error, Error::Request(_)), "{operation:?}: {error}");
        return false;
    };
    assert_eq!(response.code().map(|code| code.as_str()), Some(code), "{operation:?}");
    let [before, _, after] = path;
    let sent = platform().sandbox.requests().pop().unwrap();
    let segment = sent.path.strip_prefix(before).and_then(|path| path.strip_suffix(after)).unwrap();
    assert!(!segment.contains('/'), "{}", sent.path);
    // In a path, a plus sign stands for itself.
    let pair = format!("={}", segment.replace('+', "%2B"));
    let (_, decoded) = form_urlencoded::parse(pair.as_bytes()).next().unwrap();
    assert_eq!(decoded, id);
    true
}

/// The parameters of the last request, as the sandbox reads them.
fn parameters() -> Vec<(String, String)> {
    let sent = platform().sandbox.requests().pop().unwrap();
    form_urlencoded::parse(sent.query.as_bytes()).into_owned().collect()
}

/// All of Unicode, and what means something to a URL, a form, JSON or the platform.
fn texts() -> impl Strategy<Value = String> {
    let odd = select(vec![
        "", ".", "..", "/", "%2F", "%", "+", "&", "=", "?", "#", ",", "-", ";", "\\", "\"", " ",
        "\0", "\r\n", "\u{feff}", "\u{202e}", "\u{fffd}", "e\u{301}", "sources", "tasks", "latest",
        "upload", "null",
    ]);
    let odd = odd.prop_map(str::to_owned);
    let piece = prop_oneof![odd.clone(), vec(any::<char>(), 0..12).prop_map(String::from_iter)];
    prop_oneof![odd, vec(piece, 1..4).prop_map(|pieces| pieces.concat())]
}

fn config() -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(7);
    let (cases, failure_persistence) = (cases(96), None);
    ProptestConfig { cases, failure_persistence, rng_seed, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_id_stays_one_segment_of_the_path(text in texts()) {
        let image = ImageId::new(&text);
        prop_assert_eq!(image.is_err(), ["", ".", ".."].contains(&&*text));
        let Ok(image) = image else { return Ok(()) };
        let (source, job) = (SourceId::new(&text).unwrap(), JobId::new(&text).unwrap());
        let plain = ["/v1/images/", "{id}", ""];
        let tasks = ["/v1/images/", "{id}", "/tasks"];
        let sources = ["/v1/images/sources/", "{id}", ""];
        let sent = [
            not_found(&GetImage::new(&image), "404.image", plain, &text),
            not_found(&UpdateImage::new(&image).name("x"), "404.image", plain, &text),
            not_found(&DeleteImage::new(&image), "404.image", plain, &text),
            not_found(&CreateImageJob::import(&image), "404.image", tasks, &text),
            not_found(&GetImageBuildLog::new(&image), "404.image",
                ["/v1/images/", "{id}", "/build-log"], &text),
        ];
        let is_taken = ["sources", "tasks"].contains(&&*text);
        prop_assert_eq!(sent, [!is_taken; 5]);
        not_found(&GetImageSource::new(&source), "404.image.source", sources, &text);
        not_found(&DeleteImageSource::new(&source), "404.image.source", sources, &text);
        let sent = not_found(&GetJob::new(&job), "404.job", ["/v1/jobs/", "{id}", ""], &text);
        prop_assert_eq!(sent, text != "latest");
    }

    #[test]
    fn any_name_and_build_argument_arrives_unchanged(name in texts(), argument in texts(), value in texts()) {
        let create = CreateImage::new(&platform().file).name(&name).build_arg(&argument, &value);
        if let Some(created) = arrives(&create) {
            let image = arrives(&GetImage::new(&created.data.id)).unwrap().data;
            prop_assert_eq!(&image.name, &name);
            let build = image.build.unwrap();
            prop_assert_eq!(build.args.get(&argument), Some(&value));
            if let Some(renamed) = arrives(&UpdateImage::new(&image.id).name(&value)) {
                prop_assert_eq!(renamed.data.name, value);
            }
        } else {
            prop_assert!(name.is_empty() || argument.is_empty());
        }
    }

    #[test]
    fn any_text_of_a_source_arrives_unchanged(name in texts(), target in texts(), other in texts()) {
        let origin = DockerHub::new(&target).username(&other).token(&*other);
        let create = CreateImageSource::new(origin).name(&name).description(&other);
        if let Some(created) = arrives(&create) {
            let source = arrives(&GetImageSource::new(&created.data.id)).unwrap().data;
            prop_assert_eq!(&source.name, &name);
            let about = source.about.unwrap();
            // An empty text is what the platform writes for none.
            prop_assert_eq!(about.description.unwrap_or_default(), &*other);
            let Some(Origin::DockerHub(origin)) = source.origin else { panic!("another origin") };
            prop_assert_eq!(&origin.target, &target);
            let token = origin.token.as_ref().map_or("", |token| token.expose());
            prop_assert_eq!(token, &*other);
        }
        let update = UpdateImageSource::new(&platform().web).name(&name).description(&other);
        if let Some(updated) = arrives(&update) {
            prop_assert_eq!(updated.data.name, name);
            let about = updated.data.about.unwrap();
            prop_assert_eq!(about.description.unwrap_or_default(), other);
        }
    }

    #[test]
    fn any_filter_arrives_unchanged(text in texts()) {
        let one = |name: &str| vec![(name.to_owned(), text.clone())];
        let sent = [
            (arrives(&GetImages::new().filter_search(&text)).is_some(), "filter[search]"),
            (arrives(&GetImages::new().filter_identifier(&text)).is_some(), "filter[identifier]"),
            (arrives(&GetImageSources::new().filter_search(&text)).is_some(), "filter[search]"),
            (arrives(&GetImageSources::new().filter_identifier(&text)).is_some(), "filter[identifier]"),
            (arrives(&GetJobs::new().filter_search(&text)).is_some(), "filter[search]"),
        ];
        prop_assert!(sent.iter().all(|(is_sent, _)| *is_sent != text.is_empty()));
        if let Ok(id) = SourceId::new(&text) {
            prop_assert!(arrives(&GetImages::new().filter_source_id(id)).is_some());
            prop_assert_eq!(parameters(), one("filter[source_id]"));
            arrives(&GetImages::new().filter_search(&text));
            prop_assert_eq!(parameters(), one("filter[search]"));
        }
    }
}
