//! Whatever the list shows, each job has the one end that its own tracker has.

use std::collections::BTreeMap;
use std::time::Duration;

use cycle_images::JobId;
use cycle_images::flow::JobsTracker;
use cycle_images::http::Request;
use cycle_images_tests::support::cases;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

use crate::clock::{Run, secs};
use crate::jobs_platform::{End, Order, Platform, PlatformJob, object_id, singles, together};
use crate::outcomes::{Outcome, answer, asking, lost, refusal, status, unsent};

const DEADLINE: Duration = Duration::from_secs(400);

/// What comes in the place of a response. Seldom more than one in a row is before a job's deadline.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    NotSent,
    Lost,
    Status(u16),
    Asking(u16, &'static str),
    /// For the list only: it would be an error of the job.
    BadList,
    Refused,
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![
        6 => Just(Fault::None),
        4 => select(vec![
            Fault::NotSent, Fault::Lost, Fault::Status(429), Fault::Status(500), Fault::Status(502),
            Fault::Status(503), Fault::Asking(429, "3"), Fault::Asking(503, "9"), Fault::BadList,
            Fault::Refused,
        ]),
    ];
    vec(fault, 0..60)
}

fn job() -> impl Strategy<Value = (PlatformJob, bool)> {
    let end = prop_oneof![
        4 => Just(End::Completed), 2 => Just(End::Failed), 1 => Just(End::Expired),
        1 => Just(End::Unknown), 1 => Just(End::Never), 1 => Just(End::Gone),
    ];
    let listed = prop_oneof![6 => Just(Some(0)), 1 => Just(None), 2 => (0_u64..40).prop_map(Some)];
    let times = (-100_i64..0, 0_u64..10, 40_u64..120);
    // Of others in three of ten, and an id without its time in one.
    (end, listed, times, 0_u8..10).prop_map(|(end, listed, (queued, appears, lasts), kind)| {
        let id = if kind == 9 { String::new() } else { object_id(queued, 0) };
        // It exists long enough to be seen before it no longer does.
        let appears = if end == End::Gone { 0 } else { appears };
        let (appears, listed, lasts) = (secs(appears), listed.map(secs), secs(lasts));
        (PlatformJob { id, queued, appears, listed, lasts, end }, kind < 3)
    })
}

/// The jobs with ids of their own, and the ids of those that are followed.
fn platform() -> impl Strategy<Value = (Platform, Vec<JobId>)> {
    let order = select(vec![Order::Asked, Order::Reversed, Order::Any]);
    let pages = (1_usize..20, any::<bool>(), prop::bool::weighted(0.1), any::<u64>());
    (vec(job(), 1..60), order, pages).prop_map(
        |(jobs, order, (page_cap, is_short, repeats, random))| {
            let (mut all, mut followed) = (Vec::new(), Vec::new());
            for (n, (mut job, is_others)) in jobs.into_iter().enumerate() {
                job.id = match job.id.get(..8) {
                    Some(time) => format!("{time}{n:016x}"),
                    None => format!("job-{n}"),
                };
                if !is_others {
                    followed.push(JobId::new(&*job.id).unwrap());
                }
                all.push(job);
            }
            (
                Platform { order, page_cap, is_short, repeats, random, ..Platform::new(all) },
                followed,
            )
        },
    )
}

fn config() -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(7);
    let (cases, failure_persistence) = (cases(24), None);
    ProptestConfig { cases, failure_persistence, rng_seed, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_list_has_the_ends_of_single_trackers(
        (platform, ids) in platform(), faults in faults(), stored in vec(any::<bool>(), 0..80),
    ) {
        let single = singles(&platform, &ids, DEADLINE);
        let mut faulty = platform.clone();
        let mut run = Run::new(JobsTracker::new(&ids, 7).deadline(DEADLINE));
        let (mut faults, mut stored) = (faults.into_iter(), stored.into_iter());
        let fault = |request: &Request<Vec<u8>>| -> Option<Outcome> {
            let is_list = request.uri().path() == "/v1/jobs";
            Some(match faults.next().unwrap_or(Fault::None) {
                Fault::NotSent => unsent(),
                Fault::Lost => lost(),
                Fault::Status(code) => status(code),
                Fault::Asking(code, after) => asking(code, after),
                Fault::BadList if is_list => answer(200, &[], r#"{"data": [{"id":"#),
                Fault::Refused if is_list => refusal(422, "422.invalid-argument"),
                Fault::None | Fault::BadList | Fault::Refused => return None,
            })
        };
        let many = together(&mut run, &mut faulty, fault, || stored.next().unwrap_or(false));
        let ends: BTreeMap<_, _> = many.ends();
        prop_assert_eq!(ends.len(), ids.len());
        prop_assert_eq!(ends, single.0.ends());
        // The tries of the list cost at most as much again; a job that is late by a fault is polled
        // on.
        let (requests, of_singles) = (faulty.lists + faulty.gets, single.1);
        prop_assert!(requests <= 2 * of_singles + 60, "{} requests, {} of single trackers", requests, of_singles);
    }
}
