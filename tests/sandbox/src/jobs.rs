//! The operations on jobs.

use chrono::DateTime;
use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::later;
use crate::errors::{Refusal, Reply};
use crate::includes::{Includes, OF_JOBS};
use crate::job::{Job, Phase, Task, steps};
use crate::query::{Query, sort_by};
use crate::settings::JobOutcome;
use crate::state::State;
use crate::wire::{self, Moment, NEVER};

const STATES: &[&str] = &["new", "queued", "error", "scheduled", "expired", "running", "completed"];
const SORT: &[&str] = &["id", "queued", "caption"];
const LATEST: usize = 10;
const LIFETIME: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

pub(crate) fn list(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    let mut query = call.query();
    let include = query.list_of("include", OF_JOBS)?;
    let start = moment(&mut query, "filter[range-start]")?;
    let end = moment(&mut query, "filter[range-end]")?;
    let search = query.one("filter[search]")?.map(|text| text.to_lowercase());
    let states = query.set_of("filter[state]", STATES)?;
    let sort = query.sort(SORT)?;
    let page = query.page(&state.settings)?;
    query.done()?;

    let now = state.clock.now();
    let wanted = |job: &&Job| {
        let state = job.phase(now).name();
        start.is_none_or(|start| job.queued >= start)
            && end.is_none_or(|end| job.queued <= end)
            && search.as_ref().is_none_or(|text| job.caption.to_lowercase().contains(text))
            && states.as_ref().is_none_or(|states| states.iter().any(|s| s == state))
    };
    let mut found: Vec<&Job> = visible(state, now).filter(wanted).collect();
    sort_by(&mut found, &sort, |key, a, b| match key {
        "id" => a.id.cmp(&b.id),
        "caption" => a.caption.cmp(&b.caption),
        _ => a.queued.cmp(&b.queued),
    });
    let count = found.len();
    let jobs = page.cut(found);
    let mut includes = Includes::new(state, &include);
    includes.creators(jobs.iter().map(|job| &job.creator));
    let data: Vec<Value> = jobs.iter().map(|job| to_json(job, state, now)).collect();
    Ok(Reply::page(count, data, includes.done()))
}

/// The last jobs that were queued, the newest first.
pub(crate) fn latest(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    call.no_query()?;
    let now = state.clock.now();
    let mut jobs: Vec<&Job> =
        visible(state, now).filter(|job| job.phase(now) != Phase::Scheduled).collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.queued));
    jobs.truncate(LATEST);
    let data: Vec<Value> = jobs.iter().map(|job| to_json(job, state, now)).collect();
    Ok(Reply::ok(json!({"data": data})))
}

pub(crate) fn get(state: &mut State, call: &mut Call) -> Result<Reply, Refusal> {
    call.no_query()?;
    let job = state.jobs.iter_mut().find(|job| job.id == call.id());
    let job = job.ok_or_else(|| Refusal::not_found("job"))?;
    if let Some(left) = job.hidden_reads.checked_sub(1) {
        job.hidden_reads = left;
        return Err(Refusal::not_found("job"));
    }
    let now = state.clock.now();
    let job = visible(state, now).find(|job| job.id == call.id());
    let job = job.ok_or_else(|| Refusal::not_found("job"))?;
    Ok(Reply::ok(json!({"data": to_json(job, state, now)})))
}

/// The jobs that are not hidden and have not vanished.
fn visible(state: &State, now: Moment) -> impl Iterator<Item = &Job> {
    let is_gone = move |job: &Job| job.fate == JobOutcome::Vanish && job.phase(now).is_end();
    state.jobs.iter().filter(move |job| job.hidden_reads == 0 && !is_gone(job))
}

fn moment(query: &mut Query, name: &str) -> Result<Option<Moment>, Refusal> {
    let Some(text) = query.one(name)? else {
        return Ok(None);
    };
    DateTime::parse_from_rfc3339(&text)
        .map(|moment| moment.to_utc())
        .map(Some)
        .map_err(|_| Refusal::parameter(name, "must be a date-time as in RFC 3339"))
}

/// The job at the time at which it was found visible: one that vanishes at its end is never
/// completed.
fn to_json(job: &Job, state: &State, now: Moment) -> Value {
    let phase = job.phase(now);
    let mut first = 0;
    let mut tasks = Vec::new();
    for task in &job.tasks {
        tasks.push(task_json(job, task, first, phase));
        first += task.units();
    }
    let Reached { started, ended } = Reached::of(job, phase, 0, first);
    let changed = job.ended(phase).or(started).unwrap_or(job.queued);
    let expired = job.ended(phase).filter(|_| phase == Phase::Expired);
    let expires = expired.unwrap_or_else(|| later(job.queued, LIFETIME));
    let is_scheduled = phase == Phase::Scheduled;
    let schedule = is_scheduled.then_some(job.queued);
    let queued = (!is_scheduled).then_some(job.queued);
    json!({
        "id": job.id,
        "hub_id": state.hub_id,
        "queue": Job::queue(&state.hub_id),
        "caption": job.caption,
        "events": {
            "queued": wire::time_or_never(queued),
            "started": wire::time_or_never(started),
            "completed": wire::time_or_never(ended.filter(|_| phase == Phase::Completed)),
        },
        "schedule": wire::time_or_never(schedule),
        "tasks": tasks,
        "expires": wire::time(expires),
        "hash": format!("{}:{}", job.action, job.id),
        "limit_duplicates": false,
        "creator": job.creator.to_json(),
        "state": {
            "current": phase.name(),
            "changed": wire::time(changed),
            "error": job.message(phase).map(|message| json!({"message": message})),
        },
    })
}

/// The beginning and the end of some steps, as far as they have been reached.
struct Reached {
    started: Option<Moment>,
    ended: Option<Moment>,
}

impl Reached {
    /// The steps from `first` up to but not including `past`.
    fn of(job: &Job, phase: Phase, first: usize, past: usize) -> Self {
        let (begun, done) = match phase {
            Phase::Scheduled | Phase::Queued | Phase::Expired => (false, false),
            Phase::Running(unit) => (unit >= first, unit >= past),
            // A failed step never ends, and those after it never begin.
            Phase::Failed(unit) => (unit >= first, unit >= past),
            Phase::Completed => (true, true),
        };
        Self { started: begun.then(|| job.begins(first)), ended: done.then(|| job.begins(past)) }
    }
}

fn task_json(job: &Job, task: &Task, first: usize, phase: Phase) -> Value {
    let past = first + task.units();
    let Reached { started, ended } = Reached::of(job, phase, first, past);
    let failed = matches!(phase, Phase::Failed(unit) if (first..past).contains(&unit));
    let state = match (started, ended) {
        _ if failed => "error",
        (_, Some(_)) => "completed",
        (Some(_), None) => "running",
        (None, None) => "pending",
    };
    let error = failed.then(|| json!({"message": job.message(phase)}));
    let output = ended.map(|_| json!({"result": "ok"}));
    let steps = steps(task, |n| {
        let step = Reached::of(job, phase, first + n, first + n + 1);
        (step.started, step.ended)
    });
    json!({
        "id": task.id,
        "caption": task.caption,
        "header": task.header,
        "events": {
            "queued": wire::time(job.queued),
            "started": wire::time_or_never(started),
            "completed": wire::time_or_never(ended),
        },
        "steps": steps,
        "state": {
            "current": state,
            "changed": ended.or(started).map_or_else(|| NEVER.to_owned(), wire::time),
        },
        "input": task.input,
        "output": output,
        "error": error,
    })
}
