//! What flows do, step by step: `<file>.snap` in `tests/data/flows` beside the script `<file>.txt`.
//!
//! `# ` begins a script, whose next line is the flow and its settings. Each further line is a step:
//!
//! - `send`: waits as long as the flow says, and takes its request.
//! - `answer OUTCOME`: the outcome of that request. An outcome alone is both.
//! - `until OUTCOME`: the same outcome again and again, until an error.
//! - `poll`: what the flow wants.
//! - `pass SECONDS` and `back SECONDS`: the clock is set forward or back.
//! - `store`: the flow is stored, and read again.
//!
//! The setting `events=true` shows the events.
//!
//! An outcome is `unsent`, `unable`, `lost` or `fatal`, or a response: its status, its headers such
//! as `retry-after=7` with `_` for spaces, and its body: `page ID...`, `job STATE DONE/TOTAL`,
//! `image STATE`, `code CODE` of an error, or JSON.

use std::fmt::{Debug, Write};
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cycle_images::error::report;
use cycle_images::flow::{
    Event, EventKind, Exchange, Flow, FlowError, JobTracker, JobUpdate, Pages, RetryPolicy,
    RetryQuota, SendFailure, Step, Until,
};
use cycle_images::http::Request;
use cycle_images::images::{
    CreateImage, CreateImageJob, DeleteImage, GetImage, GetImages, is_live,
};
use cycle_images::operation::{Reply, ReplyOf};
use cycle_images::{ImageId, JobId, SourceId};
use cycle_images_tests::support::assert_snapshots;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::clock::{KEY, Run, millis};
use crate::outcomes::{Outcome, answer, envelope, fatal, image, job, lost, unsent};

/// The settings of a flow: `name=value`, separated by spaces.
#[derive(Clone, Copy)]
struct Settings<'s>(&'s str);

impl Settings<'_> {
    fn get<T: FromStr<Err: Debug>>(self, name: &str) -> Option<T> {
        let mut settings = self.0.split(' ').filter_map(|setting| setting.split_once('='));
        let (_, value) = settings.find(|(key, _)| *key == name)?;
        Some(value.parse().unwrap())
    }

    fn time(self, name: &str) -> Option<Duration> {
        self.get(name).map(Duration::from_secs_f64)
    }

    fn policy(self) -> RetryPolicy {
        let default = RetryPolicy::default();
        let policy = self.get("attempts").map_or(default, |most| default.max_attempts(most));
        let policy = self.time("backoff").map_or(policy, |time| policy.initial_backoff(time));
        self.time("max-retry-after").map_or(policy, |time| policy.max_retry_after(time))
    }
}

fn ids(data: &impl Serialize) -> String {
    let data = serde_json::to_value(data).unwrap();
    let records = data.as_array().cloned().unwrap_or_else(|| vec![data]);
    records.iter().map(|record| format!(" {}", record["id"])).collect()
}

fn reply<D: Serialize, I>(reply: &Reply<D, I>) -> String {
    let Reply { data, status, skipped_total, attempts, .. } = reply;
    let (ids, status) = (ids(data), status.as_u16());
    format!("{status} with{ids}; skipped: {skipped_total}, attempts: {attempts}")
}

fn update(update: &JobUpdate) -> String {
    let progress = update.progress;
    let (done, failed, total) = (progress.done, progress.failed, progress.total);
    format!("{}, {done} of {total} done, {failed} failed", update.job.state.current)
}

/// Stores a flow and resumes it. What is stored has no secret.
fn stored<F: Serialize + DeserializeOwned>(flow: &F) -> F {
    let text = serde_json::to_string(flow).unwrap();
    let lower = text.to_lowercase();
    for secret in [KEY, "bearer", "authorization", "651586fca6078e98982dbd90"] {
        assert!(!lower.contains(secret), "{secret} in {text}");
    }
    serde_json::from_str(&text).unwrap()
}

/// Runs a script.
fn run(script: &str) -> String {
    let mut lines = script.lines();
    let (title, first) = (lines.next().unwrap(), lines.next().unwrap());
    let (name, settings) = first.split_once(' ').unwrap_or((first, ""));
    let settings = Settings(settings);
    let steps: Vec<&str> = lines.collect();
    let text = match name {
        "GetImages" => exchange(GetImages::new(), settings, &steps),
        "GetImage" => exchange(GetImage::new(ImageId::new("i1").unwrap()), settings, &steps),
        "DeleteImage" => exchange(DeleteImage::new(ImageId::new("i1").unwrap()), settings, &steps),
        "CreateImage" => {
            let create = CreateImage::new(SourceId::new("s1").unwrap()).name("web");
            exchange(create.build_arg("VERSION", "1.4"), settings, &steps)
        }
        "CreateImageJob" => {
            exchange(CreateImageJob::import(ImageId::new("i1").unwrap()), settings, &steps)
        }
        "Pages" => {
            let mut list = GetImages::new();
            if let Some(number) = settings.get("number") {
                list = list.page_number(number);
            }
            if let Some(size) = settings.get("size") {
                list = list.page_size(size).sort("name");
            }
            let flow = Pages::new(list, 7).retry(settings.policy());
            drive(flow, settings, &steps, Some(stored), reply)
        }
        "JobTracker" => {
            let id: String = settings.get("id").unwrap_or_else(|| "j1".to_owned());
            let mut flow = JobTracker::new(JobId::new(id).unwrap(), 7).retry(settings.policy());
            if let Some(deadline) = settings.time("deadline") {
                flow = flow.deadline(deadline);
            }
            if let Some(interval) = settings.time("interval") {
                flow = flow.poll_interval(interval);
            }
            drive(flow, settings, &steps, Some(stored), update)
        }
        "Until" => {
            let get = GetImage::new(ImageId::new("i1").unwrap());
            let mut flow = Until::new(get, is_live, 7).retry(settings.policy());
            if let Some(deadline) = settings.time("deadline") {
                flow = flow.deadline(deadline);
            }
            if let Some(interval) = settings.time("interval") {
                flow = flow.poll_interval(interval);
            }
            drive(flow, settings, &steps, None, reply)
        }
        other => panic!("no flow is named {other}"),
    };
    format!("{title}\n{first}\n{text}")
}

fn exchange<O, D, I>(operation: O, settings: Settings<'_>, steps: &[&str]) -> String
where
    O: cycle_images::Operation + Serialize + DeserializeOwned,
    Exchange<O>: Flow<Item = Reply<D, I>> + Serialize + DeserializeOwned,
    D: Serialize,
{
    let mut flow = Exchange::new(operation, 7).retry(settings.policy());
    if let Some(timeout) = settings.time("timeout") {
        flow = flow.timeout(timeout);
    }
    drive(flow, settings, steps, Some(stored), reply)
}

fn drive<F: Flow>(
    flow: F,
    settings: Settings<'_>,
    steps: &[&str],
    store: Option<fn(&F) -> F>,
    shown: impl Fn(&F::Item) -> String,
) -> String {
    let mut run = Run::new(flow);
    if let Some(quota) = settings.get("quota") {
        run.hub = run.hub.with_retry_quota(RetryQuota::new(quota));
    }
    let events = Arc::new(Mutex::new(Vec::new()));
    if settings.get("events") == Some(true) {
        let log = Arc::clone(&events);
        run.hub = run.hub.with_observer(move |event| log.lock().unwrap().push(event_line(event)));
    }
    let mut text = String::new();
    for &step in steps {
        writeln!(text, "{step}").unwrap();
        let (word, rest) = step.split_once(' ').unwrap_or((step, ""));
        let seconds = || Duration::from_secs_f64(rest.parse().unwrap());
        let done: Result<String, FlowError> = match word {
            "pass" => {
                run.clock.pass(seconds());
                continue;
            }
            "back" => {
                run.clock.go_back(seconds());
                continue;
            }
            "store" => {
                run.flow = store.unwrap()(&run.flow);
                continue;
            }
            "poll" => run.poll().map(|step| wanted(&step)),
            "send" => send(&mut run),
            "answer" => handle(&mut run, outcome(rest), &shown),
            "until" => until(&mut run, rest, &mut text),
            _ => send(&mut run).and_then(|sent| {
                writeln!(text, "    {sent}").unwrap();
                handle(&mut run, outcome(step), &shown)
            }),
        };
        match done {
            Ok(done) => writeln!(text, "    {done}").unwrap(),
            Err(error) => describe(&error, &mut text),
        }
        for event in events.lock().unwrap().drain(..) {
            assert!(!event.contains(KEY), "{event}");
            writeln!(text, "    event: {event}").unwrap();
        }
    }
    let end = match run.poll() {
        Ok(step) => wanted(&step),
        Err(error) => format!("the error {error}"),
    };
    format!("{text}  then: {end}\n")
}

fn event_line(event: &Event<'_>) -> String {
    let Event { operation, attempt, method, template, path, flow, .. } = event;
    let what = match event.kind {
        EventKind::Attempt => format!("{method} {template}"),
        EventKind::Response { status, elapsed, request_id, .. } => {
            format!("{status} after {elapsed:?}, {}", request_id.unwrap_or("no id"))
        }
        EventKind::NoResponse { may_have_arrived, error, .. } => {
            format!("no response, {may_have_arrived}, {error}")
        }
        EventKind::Retry { after, error, .. } => format!("again after {after:?}: {error}"),
        EventKind::JobState { state, done, total, .. } => format!("{state}: {done} of {total}"),
        other => format!("{other:?}"),
    };
    format!("{flow} of {path}, {operation} {attempt}: {what}")
}

fn wanted(step: &Step) -> String {
    match step {
        Step::Send { request, timeout } => {
            format!("sends {} within {timeout:?}", line(request))
        }
        other => format!("{other:?}"),
    }
}

fn line(request: &Request<Vec<u8>>) -> String {
    let line = format!("{} {}", request.method(), request.uri().path_and_query().unwrap());
    line.replace("%5B", "[").replace("%5D", "]")
}

/// Waits, and takes the next request.
fn send<F: Flow>(run: &mut Run<F>) -> Result<String, FlowError> {
    let mut waited = Duration::ZERO;
    loop {
        let step = run.poll()?;
        let Step::Wait(time) = step else {
            return Ok(format!("after {waited:?}: {}", wanted(&step)));
        };
        assert!(!time.is_zero(), "a wait of no time never ends");
        run.clock.pass(time);
        waited += time;
    }
}

fn handle<F: Flow>(
    run: &mut Run<F>,
    outcome: Outcome,
    shown: impl Fn(&F::Item) -> String,
) -> Result<String, FlowError> {
    Ok(run.handle(outcome)?.map_or("no item".to_owned(), |item| shown(&item)))
}

/// The same outcome until an error.
fn until<F: Flow>(run: &mut Run<F>, of: &str, text: &mut String) -> Result<String, FlowError> {
    for requests in 0.. {
        let outcome = run.until_sent().and_then(|request| {
            assert!(request.is_some(), "it has ended");
            run.handle(outcome(of))
        });
        if let Err(error) = outcome {
            writeln!(text, "    after {requests} requests, at {:?}:", run.clock.passed()).unwrap();
            return Err(error);
        }
    }
    Ok(String::new())
}

fn describe(error: &FlowError, text: &mut String) {
    let holding = [
        (error.is_not_found(), "not found"),
        (error.is_unauthorized(), "unauthorized"),
        (error.is_forbidden(), "forbidden"),
        (error.is_conflict(), "conflict"),
        (error.is_invalid(), "invalid"),
        (error.is_rate_limited(), "rate limited"),
        (error.is_timeout(), "timeout"),
        (error.is_retryable(), "retryable"),
        (error.may_have_arrived(), "may have arrived"),
    ];
    let holding = holding.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name);
    let kind = format!("{error:?}");
    // `Response` without its parts, but `Job(Failed`.
    let kind = kind.split([' ', '{', ')']).next().unwrap().split("(Re").next().unwrap();
    let report = format!("{:#}", report(error)).replace('\n', "\n    ");
    writeln!(text, "    error: {report}").unwrap();
    if let Some(reply) = error.last_reply::<ReplyOf<GetImage>>() {
        writeln!(text, "    last reply: {}", reply.data.state.current).unwrap();
    }
    let holding: Vec<_> = std::iter::once(kind).chain(holding).collect();
    writeln!(text, "    {}", holding.join(", ")).unwrap();
}

fn outcome(text: &str) -> Outcome {
    match text {
        "unsent" => return unsent(),
        "lost" => return lost(),
        "fatal" => return fatal(),
        // Such as an https URL without TLS.
        "unable" => {
            return Err(SendFailure::not_sent(std::io::Error::other("no TLS")).fatal());
        }
        "slow" => return Err(SendFailure::not_sent("no route").timed_out(millis(1_500))),
        "large" => return Err(SendFailure::too_large(10)),
        _ => {}
    }
    let (status, mut rest) = text.split_once(' ').unwrap_or((text, ""));
    let mut headers = Vec::new();
    while let Some((name, value)) = rest.split(' ').next().and_then(|word| word.split_once('=')) {
        if name.starts_with('{') {
            break;
        }
        headers.push((name, value.replace('_', " ")));
        rest = rest.split_once(' ').map_or("", |(_, rest)| rest);
    }
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, &**value)).collect();
    let (word, words) = rest.split_once(' ').unwrap_or((rest, ""));
    let data = |data: serde_json::Value| json!({"data": data}).to_string();
    let body = match word {
        "page" => data(words.split_whitespace().map(record).collect()),
        "job" => {
            let (state, progress) = words.split_once(' ').unwrap();
            let (done, total) = progress.split_once('/').unwrap();
            data(job(state, done.parse().unwrap(), total.parse().unwrap()))
        }
        "image" => data(json!({"id": "i1", "state": {"current": words}})),
        "code" => envelope(words),
        _ => rest.to_owned(),
    };
    answer(status.parse().unwrap(), &headers, &body)
}

/// An image with this id, or a record that can't be read.
fn record(id: &str) -> serde_json::Value {
    match id {
        "null" => json!(null),
        "odd" => json!({"name": "web", "state": {"current": "live"}}),
        id => image(id),
    }
}

#[test]
fn flows_do_what_is_in_their_snapshots() {
    let files = assert_snapshots("flows", |scripts| {
        let scripts = scripts.trim().split("\n\n").map(run);
        scripts.collect::<Vec<_>>().join("\n")
    });
    assert!(files >= 3, "{files} files");
}
