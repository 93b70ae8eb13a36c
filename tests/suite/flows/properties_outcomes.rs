//! Whatever the outcomes, a flow ends within its budgets, and no POST is sent twice.

use std::collections::BTreeMap;
use std::time::Duration;

use cycle_images::Timestamp;
use cycle_images::flow::{
    Exchange, Flow, FlowError, JobTracker, JobUpdate, Pages, RetryPolicy, Step, Until,
};
use cycle_images::http::Request;
use cycle_images::images::{CreateImage, DeleteImage, GetImage, GetImages};
use cycle_images::model::{ImageStatus, JobStatus};
use cycle_images::{ImageId, JobId, SourceId};
use cycle_images_tests::support::cases;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::{Clock, hub, millis, secs};
use crate::outcomes::{
    Outcome, answer, asking, data, fatal, image, job, lost, page, status, unknown_job, unsent,
};

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Served,
    /// The process ends after the request was sent, and its flow is resumed without a response.
    Forgotten,
    NotSent,
    Lost,
    Fatal,
    Status(u16),
    Asking(u16, &'static str),
    Truncated,
}

impl Fate {
    /// Whether the request may have taken effect.
    fn may_have_arrived(self) -> bool {
        // The platform says of these that it did nothing.
        !matches!(self, Self::NotSent | Self::Status(429) | Self::Asking(..))
    }
}

/// What happens before and after a poll.
#[derive(Clone, Copy, Debug)]
struct Turn {
    fate: Fate,
    /// By how many seconds the clock is set forward or back.
    jump: i64,
    is_stored: bool,
    prefetched: u32,
}

const SERVED: Turn = Turn { fate: Fate::Served, jump: 0, is_stored: false, prefetched: 0 };

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let fates = prop_oneof![
        4 => Just(Fate::Served),
        6 => select(vec![
            Fate::Forgotten, Fate::NotSent, Fate::Lost, Fate::Fatal, Fate::Truncated,
            Fate::Status(404), Fate::Status(429), Fate::Status(500), Fate::Status(502),
            Fate::Status(503), Fate::Asking(429, "0"), Fate::Asking(429, "7"),
            Fate::Asking(503, "90"), Fate::Asking(503, "-1"), Fate::Asking(503, "99999999999"),
        ]),
    ];
    let jump = prop_oneof![6 => Just(0), 1 => -90_i64..90];
    let turn = (fates, jump, any::<bool>(), 0_u32..4);
    let turn = turn.prop_map(|(fate, jump, is_stored, prefetched)| Turn {
        fate,
        jump,
        is_stored,
        prefetched,
    });
    vec(turn, 0..40)
}

#[derive(Debug)]
struct Sent {
    at: Timestamp,
    fate: Fate,
}

/// What a flow has done.
#[derive(Debug)]
struct Trace<T> {
    sent: Vec<Sent>,
    /// The number of requests sent before each item, and the item.
    items: Vec<(usize, T)>,
    errors: Vec<FlowError>,
    is_done: bool,
    /// By how much the clock was set forward, and back.
    jumps: [Duration; 2],
    waited: Duration,
}

/// Runs a flow until it is done, or polling it fails.
fn run<F: Flow>(
    mut flow: F,
    turns: &[Turn],
    store: impl Fn(F) -> F,
    mut serve: impl FnMut(&Request<Vec<u8>>) -> Outcome,
) -> Trace<F::Item> {
    let (hub, mut clock) = (hub(), Clock::start());
    let mut turns = turns.iter().copied();
    let mut trace = Trace {
        sent: Vec::new(),
        items: Vec::new(),
        errors: Vec::new(),
        is_done: false,
        jumps: [Duration::ZERO; 2],
        waited: Duration::ZERO,
    };
    for _ in 0..20_000 {
        let turn = turns.next().unwrap_or(SERVED);
        let jump = secs(turn.jump.unsigned_abs());
        if turn.jump < 0 {
            clock.go_back(jump);
            trace.jumps[1] += jump;
        } else {
            clock.pass(jump);
            trace.jumps[0] += jump;
        }
        for steps in 1..=turn.prefetched {
            flow.prefetch(&hub, steps);
        }
        let request = match flow.poll(&hub, clock.now()) {
            Ok(Step::Send { request, .. }) => request,
            Ok(Step::Wait(time)) => {
                assert!(!time.is_zero(), "a wait of no time never ends");
                clock.pass(time);
                trace.waited += time;
                continue;
            }
            Ok(Step::Done) => {
                trace.is_done = true;
                return trace;
            }
            Err(error) => {
                trace.errors.push(error);
                // The next poll doesn't send anything either.
                let next = flow.poll(&hub, clock.now());
                assert!(matches!(next, Err(_) | Ok(Step::Done)), "{next:?}");
                trace.is_done = matches!(next, Ok(Step::Done));
                return trace;
            }
        };
        if turn.is_stored {
            flow = store(flow);
        }
        trace.sent.push(Sent { at: clock.now(), fate: turn.fate });
        let outcome = match turn.fate {
            Fate::Forgotten => continue,
            Fate::Served => serve(&request),
            Fate::NotSent => unsent(),
            Fate::Lost => lost(),
            Fate::Fatal => fatal(),
            Fate::Status(code) => status(code),
            Fate::Asking(code, after) => asking(code, after),
            Fate::Truncated => answer(200, &[], r#"{"data": {"id":"#),
        };
        match flow.handle(&hub, outcome, clock.now()) {
            Ok(Some(item)) => trace.items.push((trace.sent.len(), item)),
            Ok(None) => {}
            Err(error) => trace.errors.push(error),
        }
    }
    panic!("the flow doesn't end: {:?}", trace.errors.last());
}

fn stored<F: Serialize + DeserializeOwned>(flow: F) -> F {
    serde_json::from_str(&serde_json::to_string(&flow).unwrap()).unwrap()
}

fn config() -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(7);
    let (cases, failure_persistence) = (cases(256), None);
    ProptestConfig { cases, failure_persistence, rng_seed, ..ProptestConfig::default() }
}

fn policies() -> impl Strategy<Value = RetryPolicy> {
    (0_u32..6).prop_map(|attempts| RetryPolicy::default().max_attempts(attempts))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_post_is_never_sent_twice(turns in turns(), attempts in 0_u32..6, elapsed in 0_u64..200) {
        let policy = RetryPolicy::default().max_attempts(attempts);
        let create = CreateImage::new(SourceId::new("s1").unwrap());
        let flow = Exchange::new(create, 7).retry(policy).timeout(secs(elapsed));
        let trace = run(flow, &turns, stored, |_| data(&image("i1")));
        prop_assert!(trace.is_done);
        prop_assert_eq!(trace.items.len() + trace.errors.len(), 1, "{:?}", trace);
        let (last, before) = trace.sent.split_last().unwrap();
        prop_assert!(!before.iter().any(|sent| sent.fate.may_have_arrived()), "{:?}", trace);
        prop_assert_eq!(trace.items.len() == 1, last.fate == Fate::Served);
        prop_assert!(trace.sent.len() <= attempts.max(1) as usize);
        let passed = last.at.saturating_duration_since(trace.sent[0].at);
        prop_assert!(passed <= secs(elapsed) + trace.jumps[0] + trace.jumps[1]);
    }

    #[test]
    fn an_idempotent_operation_stays_in_its_budget(
        turns in turns(), attempts in 1_u32..6, elapsed in 0_u64..200,
    ) {
        let policy = RetryPolicy::default().max_attempts(attempts);
        let delete = DeleteImage::new(ImageId::new("i1").unwrap());
        let flow = Exchange::new(delete, 7).retry(policy).timeout(secs(elapsed));
        let served = || data(&serde_json::json!({"action": "delete"}));
        let trace = run(flow, &turns, stored, |_| served());
        prop_assert!(trace.is_done);
        prop_assert_eq!(trace.items.len() + trace.errors.len(), 1, "{:?}", trace);
        let last = trace.sent.last().unwrap();
        prop_assert_eq!(trace.items.len() == 1, last.fate == Fate::Served);
        // Each resumption without a response sends it again.
        let resumed = trace.sent.iter().filter(|sent| sent.fate == Fate::Forgotten).count();
        prop_assert!(trace.sent.len() <= attempts as usize + resumed, "{:?}", trace);
        let passed = last.at.saturating_duration_since(trace.sent[0].at);
        prop_assert!(passed <= secs(elapsed) + trace.jumps[0] + trace.jumps[1], "{:?}", trace);
    }

    #[test]
    fn pages_lose_and_repeat_no_record(
        turns in turns(), policy in policies(), count in 0_usize..30, size in 1_usize..7,
    ) {
        let ids: Vec<String> = (0..count).map(|n| format!("i{n}")).collect();
        let pages: Vec<Vec<&str>> =
            ids.chunks(size).map(|page| page.iter().map(String::as_str).collect()).collect();
        let serve = |request: &Request<Vec<u8>>| {
            let query = request.uri().query().unwrap_or_default().as_bytes();
            let query: BTreeMap<_, _> = form_urlencoded::parse(query).collect();
            let number: usize = query["page[number]"].parse().unwrap();
            page(pages.get(number - 1).map_or(&[], Vec::as_slice))
        };
        let trace = run(Pages::new(GetImages::new(), 7).retry(policy), &turns, stored, serve);
        prop_assert!(trace.is_done, "{:?}", trace.errors);
        let read = trace.items.iter().flat_map(|(_, reply)| &reply.data);
        let read: Vec<&str> = read.map(|image| image.id.as_str()).collect();
        prop_assert_eq!(&read, &ids);
        let served = trace.sent.iter().filter(|sent| sent.fate == Fate::Served).count();
        prop_assert_eq!(served, pages.len() + 1);
    }

    #[test]
    fn a_tracker_ends_in_time(
        turns in turns(), policy in policies(), deadline in 0_u64..400, missing in 0_usize..8,
        steps in vec(0_usize..5, 0..12),
        end in select(vec!["completed", "error", "expired", "running"]),
    ) {
        let id = JobId::new("j1").unwrap();
        let flow = JobTracker::new(id, 7).retry(policy).deadline(secs(deadline));
        let mut polls = 0;
        let trace = run(flow, &turns, stored, |_| {
            polls += 1;
            match (polls > missing).then(|| steps.get(polls - missing - 1)) {
                None => unknown_job(),
                Some(Some(done)) => data(&job("running", *done, 5)),
                Some(None) => data(&job(end, 5, 5)),
            }
        });
        prop_assert!(trace.is_done || trace.errors.last().is_some_and(|error| error.job().is_some()));
        let updates: Vec<&JobUpdate> = trace.items.iter().map(|(_, update)| update).collect();
        for pair in updates.windows(2) {
            let [one, next] = [pair[0].progress, pair[1].progress];
            prop_assert!(one.done * next.total.max(1) <= next.done * one.total.max(1));
            prop_assert!((pair[0].progress, &pair[0].job.state) != (pair[1].progress, &pair[1].job.state));
            prop_assert!(pair[0].job.state.current != JobStatus::Completed);
        }
        if let (Some(first), Some(last)) = (trace.sent.first(), trace.sent.last()) {
            prop_assert!(last.at.saturating_duration_since(first.at) < secs(deadline.max(1)), "{:?}", trace);
        }
        prop_assert!(trace.waited <= secs(deadline) + trace.jumps[1], "{:?}", trace);
    }

    #[test]
    fn a_condition_is_met_in_time(turns in turns(), policy in policies(), deadline in 0_u64..400, at in 1_usize..20) {
        let get = GetImage::new(ImageId::new("i1").unwrap());
        let is_live = |reply: &cycle_images::operation::ReplyOf<GetImage>| {
            Ok(reply.data.state.current == ImageStatus::Live)
        };
        let flow = Until::new(get, is_live, 7).retry(policy).deadline(secs(deadline));
        let mut polls = 0;
        let trace = run(flow, &turns, |flow| flow, |_| {
            polls += 1;
            let mut image = image("i1");
            image["state"]["current"] = if polls < at { "building" } else { "live" }.into();
            data(&image)
        });
        prop_assert_eq!(trace.items.len(), usize::from(polls >= at));
        let is_late = matches!(trace.errors.last(), Some(FlowError::ConditionNotMet { .. }));
        prop_assert!(if trace.items.is_empty() { is_late } else { trace.is_done }, "{:?}", trace);
        if let (Some(first), Some(last)) = (trace.sent.first(), trace.sent.last()) {
            prop_assert!(last.at.saturating_duration_since(first.at) < secs(deadline.max(1)) + millis(1), "{:?}", trace);
        }
        prop_assert!(trace.waited <= secs(deadline) + trace.jumps[1], "{:?}", trace);
    }
}
