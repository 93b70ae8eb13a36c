//! What the sandbox responds: `<file>.snap` in `tests/data/sandbox` beside the script `<file>.txt`.
//!
//! `# ` begins a script with a sandbox of its own. Its lines:
//!
//! - `settings NAME=VALUE...`: the settings, in the first line.
//! - `METHOD PATH [type=MEDIA-TYPE] [BODY] [| PLACE, PLACE...]`: a request, and what is shown of
//!   the success; `[]` is each element of a list, `[#]` their number, `{}` the names of a map.
//! - `next-job OUTCOME`, such as `next-job fail 1 disk full`.
//! - `skip COUNT`: time passes by so many steps of a job.
//! - `header NAME: VALUE`: replaces a header of the next requests, or removes it if it is empty.
//!
//! `$source` and `$shop-api` are ids of sources, `$image(NAME)` is the id of an image, `$hub` that
//! of the hub, `$id` and `$job` those of the last resource and job. Ids, times and secrets are
//! numbered or left out in the snapshots.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use cycle_images_tests::sandbox::{JobOutcome, Paging, Sandbox};
use cycle_images_tests::support::assert_snapshots;
use serde_json::Value;

use crate::client::{Client, STEP, still, text};

struct Script {
    sandbox: Sandbox,
    client: Client,
    /// The ids of the last resource and job.
    id: String,
    job: String,
    /// Each id that was shown, and its number.
    shown: BTreeMap<String, usize>,
}

fn run(script: &str) -> String {
    let mut lines = script.lines().peekable();
    let mut output = format!("{}\n", lines.next().unwrap());
    let mut settings = still();
    if let Some(line) = lines.next_if(|line| line.starts_with("settings ")) {
        writeln!(output, "{line}").unwrap();
        for setting in line.split(' ').skip(1) {
            let (name, value) = setting.split_once('=').unwrap_or((setting, "0"));
            let number: usize = value.parse().unwrap_or_default();
            let seconds = Duration::from_secs(number as u64);
            settings = match (name, value) {
                ("hidden-job-reads", _) => settings.hidden_job_reads(number.try_into().unwrap()),
                ("job-fate", outcome) => settings.job_fate(job_outcome(outcome)),
                ("extra-images", _) => settings.extra_images(number),
                ("page-cap", _) => settings.page_cap(number),
                ("page-default", _) => settings.page_default(number),
                ("paging", "repeats") => settings.paging(Paging::Repeats),
                ("paging", "short-first") => settings.paging(Paging::ShortFirst),
                ("prune-age", _) => settings.prune_age(seconds),
                ("no-nulls", _) => settings.no_nulls(),
                ("lenient", _) => settings.lenient(),
                _ => panic!("no setting is {setting}"),
            };
        }
    }
    let sandbox = Sandbox::with(settings).unwrap();
    let client = Client::new(&sandbox);
    let (id, job, shown) = (String::new(), String::new(), BTreeMap::new());
    let mut script = Script { sandbox, client, id, job, shown };
    for line in lines {
        writeln!(output, "{line}").unwrap();
        let (word, rest) = line.split_once(' ').unwrap();
        match word {
            "next-job" => script.sandbox.next_job(job_outcome(rest)),
            "skip" => script.sandbox.skip(STEP * rest.parse().unwrap()),
            "header" => script.header(rest),
            _ => {
                let read = script.request(line);
                let read = script.plain(&read);
                read.lines().for_each(|line| writeln!(output, "    {line}").unwrap());
            }
        }
    }
    output
}

fn job_outcome(text: &str) -> JobOutcome {
    let mut words = text.splitn(3, ' ');
    match words.next().unwrap() {
        "fail" => {
            let step = words.next().unwrap().parse().unwrap();
            JobOutcome::Fail { step, message: words.next().unwrap().to_owned() }
        }
        "expire" => JobOutcome::Expire,
        "vanish" => JobOutcome::Vanish,
        other => panic!("no outcome is {other}"),
    }
}

impl Script {
    fn header(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap();
        self.client.headers.retain(|(other, _)| other != name);
        let view_only = self.sandbox.view_only_api_key();
        let value = value.trim().replace("$view-only", view_only);
        if !value.is_empty() {
            self.client.headers.push((name.to_owned(), value));
        }
    }

    /// The line with ids in place of its variables.
    fn with_ids(&self, line: &str) -> String {
        let mut line = line.to_owned();
        while let Some((before, after)) = line.split_once("$image(") {
            let (name, after) = after.split_once(')').unwrap();
            let image = Client::new(&self.sandbox).image(name);
            line = format!("{before}{}{after}", text(&image["id"]));
        }
        for identifier in ["shop-api", "worker", "pushed"] {
            let id = self.sandbox.source_called(identifier).unwrap_or_default();
            line = line.replace(&format!("${identifier}"), &id);
        }
        line.replace("$source", self.sandbox.source_id())
            .replace("$hub", self.sandbox.hub_id())
            .replace("$id", &self.id)
            .replace("$job", &self.job)
    }

    fn request(&mut self, line: &str) -> String {
        let (request, places) = line.rsplit_once(" | ").unwrap_or((line, ""));
        let request = self.with_ids(request);
        let (method, rest) = request.split_once(' ').unwrap();
        let (path, mut body) = rest.split_once(' ').unwrap_or((rest, ""));
        let mut media_type = "application/json";
        if let Some(rest) = body.strip_prefix("type=") {
            (media_type, body) = rest.split_once(' ').unwrap_or((rest, ""));
        }
        let has_body = rest.contains(' ');
        let body = has_body.then_some((media_type, body));
        let answer = self.client.send(method, path, body).unwrap();
        let Ok(document) = serde_json::from_str::<Value>(&answer.text) else {
            return format!("{} {}", answer.status, answer.text);
        };
        if let Some(id) = document["data"]["id"].as_str() {
            self.id = id.to_owned();
        }
        if let Some(id) = document["data"]["job"]["id"].as_str() {
            self.job = id.to_owned();
        }
        if places.is_empty() || answer.status >= 400 {
            return format!("{} {document}", answer.status);
        }
        let shown = places.split(", ").map(|place| format!("{}", at(&document, place)));
        format!("{} {}", answer.status, shown.collect::<Vec<_>>().join(" "))
    }

    /// The text with numbers for ids, and without times and secrets.
    fn plain(&mut self, text: &str) -> String {
        let mut plain = String::new();
        for part in text.split_inclusive(|character: char| !character.is_ascii_alphanumeric()) {
            let word = part.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
            let end = &part[word.len()..];
            let is_hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
            match word.len() {
                24 if is_hex => {
                    let next = self.shown.len() + 1;
                    let number = self.shown.entry(word.to_owned()).or_insert(next);
                    write!(plain, "id-{number}{end}").unwrap();
                }
                32 if is_hex => write!(plain, "secret{end}").unwrap(),
                _ => plain.push_str(part),
            }
        }
        without_times(&plain)
    }
}

/// The text with `time` for each time but the zero time.
fn without_times(text: &str) -> String {
    let parts = text.split('"').map(|part| {
        let is_time = part.starts_with("20") && part.ends_with('Z') && part.contains('T');
        if is_time { "time" } else { part }
    });
    parts.collect::<Vec<_>>().join("\"")
}

/// What stands at a place of a document.
fn at(document: &Value, place: &str) -> Value {
    let Some(end) = place.find(['.', '[', '{']) else {
        return if place.is_empty() { document.clone() } else { document[place].clone() };
    };
    let (name, rest) = place.split_at(end);
    let value = if name.is_empty() { document } else { &document[name] };
    let list = || value.as_array().into_iter().flatten();
    if let Some(rest) = rest.strip_prefix("[]") {
        return list().map(|element| at(element, rest.trim_start_matches('.'))).collect();
    }
    match rest {
        "[#]" => list().count().into(),
        "{}" => value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect(),
        _ => at(value, &rest[1..]),
    }
}

#[test]
fn the_sandbox_responds_as_in_its_snapshots() {
    let files = assert_snapshots("sandbox", |scripts| {
        let scripts = scripts.trim().split("\n\n").map(run);
        scripts.collect::<Vec<_>>().join("\n")
    });
    assert!(files >= 3, "{files} files");
}
