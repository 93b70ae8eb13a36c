//! The hub of a new sandbox.

use std::collections::VecDeque;

use chrono::Duration;
use serde_json::{Value, json};

use crate::auth::Key;
use crate::clock::Clock;
use crate::image::Image;
use crate::job::{Job, Plan, Work};
use crate::linked::{Names, Seed};
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
    let seed = Seed::new(&names, &hub_id, past);
    let sources = sources(&seed, &names, &key, past);
    let images = images(&seed, &sources, &names, &key, &settings, past);
    let jobs = jobs(&images, &names.account, &settings, clock.now());
    State {
        linked: seed.linked(&names.account, &keys, &hub_id, past),
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

fn sources(seed: &Seed, names: &Names, key: &Creator, past: Moment) -> Vec<Source> {
    // `Sandbox::source_id` is the first.
    let mut sources: Vec<Source> = [
        ("Web", "direct", "/origins/web", &names.account),
        ("Shop API", "direct", "/origins/shop-api", key),
        ("Worker", "bucket", "/origins/worker", key),
        ("Pushed", "direct", "/origins/pushed", &names.account),
    ]
    .into_iter()
    .map(|(name, kind, origin, creator)| {
        Source::new(name, kind, seed.part(origin), creator.clone(), past)
    })
    .collect();
    if let Some(source) = sources.get_mut(1) {
        source.builder = json!({"integration_id": "big-builder"});
        source.description = Some("Built from the shop's repository".to_owned());
        source.acl =
            json!({"roles": {"role-admin": {"view": true, "modify": true, "manage": true}}});
    }
    sources
}

fn images(
    seed: &Seed,
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

    // More than 32 bits.
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
    let stack =
        live(image("stack db", seed.part("/stack_source"), &names.environment), 412_090_368, 2);
    let unnamed = live(image("", of(0), &names.platform), 4_096, 0);

    let mut images = vec![web, fresh, idle, api, broken, worker, stack, unnamed];
    for n in 0..settings.extra_images {
        let extra = image(&format!("extra-{n:04}"), of(0), key);
        images.push(live(extra, 1_048_576, 0));
    }
    images
}

/// A completed, a failed, an expired and a scheduled job.
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
    // So long ago that they have ended even if a step takes an hour.
    vec![
        job(0, JobOutcome::Complete, now - Duration::days(20)),
        job(4, failed, now - Duration::days(10)),
        job(1, JobOutcome::Expire, now - Duration::days(5)),
        job(0, JobOutcome::Complete, now + Duration::days(5)),
    ]
}
