//! The hub as a test finds it.

use std::collections::VecDeque;

use chrono::Duration;
use serde_json::{Value, json};

use crate::auth::Key;
use crate::clock::Clock;
use crate::image::Image;
use crate::job::{Job, Plan, Work};
use crate::linked::{self, Names};
use crate::settings::{JobOutcome, Settings};
use crate::source::Source;
use crate::state::State;
use crate::tasks::task;
use crate::wire::{self, Creator, Moment};

pub(crate) fn state(settings: Settings) -> State {
    let clock = Clock::start();
    let past = clock.now() - Duration::days(30);
    let hub_id = settings.hub_id.clone().unwrap_or_else(wire::new_id);
    let keys = vec![Key::full(settings.api_key.clone()), Key::view_only()];
    let names = Names::new();
    let key = keys.first().map(Key::creator);
    let key = key.unwrap_or_else(|| names.account.clone());
    let sources = sources(&names, &key, past);
    let images = images(&sources, &names, &key, &settings, past);
    let jobs = jobs(&images, &names.account, &settings, clock.now());
    State {
        linked: linked::records(&names, &keys, &hub_id, past),
        settings,
        clock,
        hub_id,
        keys,
        images,
        sources,
        jobs,
        faults: VecDeque::new(),
        fates: VecDeque::new(),
    }
}

fn sources(names: &Names, key: &Creator, past: Moment) -> Vec<Source> {
    let hub = json!({
        "type": "docker-hub",
        "details": {"existing": null, "target": "nginx:1.27", "username": "", "token": ""},
    });
    let file = json!({
        "type": "docker-file",
        "details": {
            "existing": null,
            "repo": {
                "url": "https://git.example.com/shop/api.git",
                "branch": "main",
                "auth": {
                    "type": "http",
                    "credentials": {"username": "ci", "password": "git-password"},
                },
                "ref": null,
            },
            "targz_url": null,
            "context_dir": ".",
            "build_file": "Dockerfile",
            "credentials": null,
        },
    });
    let registry = json!({
        "type": "oci-registry",
        "details": {
            "target": "team/worker:3",
            "url": "https://registry.example.com",
            "auth": {"type": "user", "details": {"username": "ci", "token": "registry-token"}},
        },
    });
    let upload = json!({
        "type": "cycle-upload",
        "details": {"expires": wire::NEVER, "token": ""},
    });
    let source = |name, kind, origin, creator: &Creator| {
        Source::new(name, kind, origin, creator.clone(), past)
    };
    // The docker-hub source stands first: `Sandbox::source_id` counts on it.
    let mut sources = vec![
        source("Web", "direct", hub, &names.account),
        source("Shop API", "direct", file, key),
        source("Worker", "bucket", registry, key),
        source("Pushed", "direct", upload, &names.account),
    ];
    if let Some(source) = sources.get_mut(1) {
        source.builder = json!({"integration_id": names.integration_identifier});
        source.description = Some("Built from the shop's repository".to_owned());
        source.acl =
            json!({"roles": {"role-admin": {"view": true, "modify": true, "manage": true}}});
    }
    sources
}

fn images(
    sources: &[Source],
    names: &Names,
    key: &Creator,
    settings: &Settings,
    past: Moment,
) -> Vec<Image> {
    let of = |n: usize| sources.get(n).map_or(Value::Null, Source::of_image);
    let mut hours = 0;
    let mut image = |name: &str, source: Value, creator: &Creator| {
        hours += 1;
        let made = past + Duration::hours(hours);
        Image::new(name.to_owned(), source, creator.clone(), made)
    };
    let live = |mut image: Image, size: u64, containers: u64| {
        let made = image.created;
        image.size = size;
        image.containers = containers;
        image.log_since = Some(made + Duration::minutes(1));
        image.enter("live", made + Duration::minutes(3));
        image
    };
    let integration = json!({"integration_id": names.integration});

    // Past 32 bits, as machine learning images are.
    let web = live(image("web 1.27", of(0), &names.account), 5_905_580_032, 3);
    let fresh = image("web next", of(0), key);
    let idle = live(image("web 1.26", of(0), &names.account), 196_083_712, 0);
    let mut api = live(image("shop api", of(1), key), 2_147_483_648, 1);
    api.build = json!({"args": {"RUST_VERSION": "1.85"}, "use_disk": true});
    api.builder = integration.clone();
    let mut broken = image("shop api broken", of(1), key);
    broken.builder = integration;
    broken.log_since = Some(broken.created + Duration::minutes(1));
    broken.enter("building", broken.created + Duration::minutes(1));
    broken.error = Some("step 2/3 exited with status 101".to_owned());
    let worker = live(image("worker", of(2), key), 48_234_496, 0);
    let stack = live(image("stack db", names.stack_source(), &names.environment), 412_090_368, 2);
    let unnamed = live(image("", of(0), &names.platform), 4_096, 0);

    let mut images = vec![web, fresh, idle, api, broken, worker, stack, unnamed];
    for n in 0..settings.extra_images {
        let extra = image(&format!("extra-{n:04}"), of(0), key);
        images.push(live(extra, 1_048_576, 0));
    }
    images
}

/// One finished, one failed and one still to come, so that a list of jobs has something to tell.
fn jobs(images: &[Image], creator: &Creator, settings: &Settings, now: Moment) -> Vec<Job> {
    let job = |about: usize, fate: JobOutcome, queued: Moment| {
        let id = images.get(about).map_or("", |image| &image.id);
        let plan = Plan {
            action: "import",
            caption: format!("Import image {id}"),
            tasks: vec![task("image.import", id, crate::tasks::IMPORT_STEPS)],
            work: Work::Nothing,
        };
        let mut job = Job::new(plan, fate, queued, creator, settings);
        job.hidden_reads = 0;
        job
    };
    let failed =
        JobOutcome::Fail { step: 1, message: "step 2/3 exited with status 101".to_owned() };
    // Far enough back to be over even where a step takes an hour.
    vec![
        job(0, JobOutcome::Complete, now - Duration::days(20)),
        job(4, failed, now - Duration::days(10)),
        job(1, JobOutcome::Expire, now - Duration::days(5)),
        job(0, JobOutcome::Complete, now + Duration::days(5)),
    ]
}
