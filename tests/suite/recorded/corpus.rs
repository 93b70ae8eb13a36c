//! HAR files of many tools: each is read, replayed, written without its secrets, and replayed
//! again.
//!
//! `recordings/har/corpus.json` says of each file how many entries it has, which of them are no
//! exchanges, and what is to be kept. Secrets contain [`MARK`].

#![allow(clippy::print_stdout, reason = "the reports are printed")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cycle_images::recorded::{Entry, Recording, Replay};
use serde_json::Value;

const MARK: &str = "pl4nted";

/// The result of a file.
#[derive(Default)]
struct Report {
    /// `None` if the file can't be read.
    read: Option<usize>,
    left_out: Vec<usize>,
    /// By the number of entries that were answered as recorded.
    replayed: usize,
    rewritten: usize,
    rewritten_with_bodies: usize,
    is_valid: bool,
    planted: BTreeSet<String>,
    left: BTreeSet<String>,
    /// What the HAR that was written says, decoded.
    written: String,
}

fn report(har: &[u8], file: impl FnMut(&str) -> Option<Vec<u8>>) -> Report {
    let mut report = Report::default();
    let Ok(recording) = Recording::from_har_with_files(har, file) else { return report };
    let written = recording.to_har();
    let Ok(again) = Recording::from_har(written.as_bytes()) else { return report };
    let (before, after) = (recording.entries(), again.entries());
    report.read = Some(before.len());
    report.left_out = recording.left_out().iter().map(|left_out| left_out.number()).collect();
    report.replayed = answered(&recording, before, Replay::matching(recording.clone()));
    report.rewritten = answered(&again, before, Replay::matching(again.clone()));
    report.rewritten_with_bodies =
        answered(&again, before, Replay::in_order(again.clone()).match_bodies());
    report.is_valid =
        is_valid(&written) && again.left_out().is_empty() && before.len() == after.len();
    let har = text_of(har);
    report.planted = planted(&(har + &decoded(before)));
    report.written = decoded(after);
    report.left = planted(&(written + &report.written));
    report
}

/// How many of the requests are answered by their own response.
fn answered(recording: &Recording, requests: &[Entry], replay: Replay) -> usize {
    let pairs = requests.iter().zip(recording.entries());
    let is_answered = |(entry, expected): &(&Entry, &Entry)| {
        let answer = replay.respond(entry.request().unwrap());
        answer.is_ok_and(|answer| {
            answer.status() == expected.response().status()
                && answer.body() == expected.response().body()
        })
    };
    pairs.filter(is_answered).count()
}

fn text_of(har: &[u8]) -> String {
    let utf16 = || har.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[pair.len() - 1]]));
    match har.starts_with(&[0xff, 0xfe]) {
        true => char::decode_utf16(utf16()).map(|c| c.unwrap_or('?')).collect(),
        false => String::from_utf8_lossy(har).into_owned(),
    }
}

/// URLs, headers and bodies.
fn decoded(entries: &[Entry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let request = entry.request().unwrap();
        let _ = writeln!(text, "{}", request.uri());
        for (name, value) in request.headers().iter().chain(entry.response().headers()) {
            let _ = writeln!(text, "{name}: {}", String::from_utf8_lossy(value.as_bytes()));
        }
        for body in [request.body(), entry.response().body()] {
            text += &String::from_utf8_lossy(body);
        }
    }
    text
}

/// The words with the mark in a text, and in what is base64 in it.
fn planted(text: &str) -> BTreeSet<String> {
    let word = |c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c));
    let base64 = text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/".contains(c)));
    let bytes = base64.filter(|word| word.len() >= 12).flat_map(|word| {
        let groups = (0..4).filter_map(|start| word.get(start..));
        groups.filter_map(|word| STANDARD.decode(&word[..word.len() / 4 * 4]).ok())
    });
    let inner: Vec<String> =
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
    let texts = [text.to_owned()].into_iter().chain(inner);
    let words = texts.flat_map(|text| text.split(word).map(str::to_owned).collect::<Vec<_>>());
    // From the mark on: what is before it differs by encoding.
    words.filter_map(|word| word.find(MARK).map(|at| word[at..].to_owned())).collect()
}

/// Whether it has the properties that HAR 1.2 requires.
fn is_valid(har: &str) -> bool {
    const REQUIRED: [(&str, &str); 7] = [
        ("", "startedDateTime time request response cache timings"),
        ("/timings", "send wait receive"),
        ("/request", "method url httpVersion cookies headers queryString headersSize bodySize"),
        ("/request/postData", "mimeType text"),
        ("/response", "status statusText httpVersion cookies headers content redirectURL"),
        ("/response", "headersSize bodySize"),
        ("/response/content", "size mimeType"),
    ];
    let har: Value = serde_json::from_str(har).unwrap();
    let has = |value: &Value, names: &str| names.split(' ').all(|name| value.get(name).is_some());
    has(&har["log"], "version creator entries")
        && har["log"]["entries"].as_array().unwrap().iter().all(|entry| {
            let has = |&(place, names)| entry.pointer(place).is_none_or(|value| has(value, names));
            REQUIRED.iter().all(has)
        })
}

/// Prints the reports of the HAR files in a folder, and returns them by name.
fn reports(folder: &Path) -> Vec<(String, Report)> {
    let mut all = Vec::new();
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "har")) {
        // Playwright's files of bodies are in a folder of the same name here.
        let files = |name: &str| fs::read(path.with_extension("").join(name)).ok();
        let report = report(&fs::read(path).unwrap(), files);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        println!("{}", line(&name, &[&report]));
        all.push((name, report));
    }
    println!("{}", line("in total", &all.iter().map(|(_, report)| report).collect::<Vec<_>>()));
    all
}

fn line(name: &str, reports: &[&Report]) -> String {
    let sum =
        |count: fn(&Report) -> usize| reports.iter().map(|report| count(report)).sum::<usize>();
    format!(
        "{name}: {} of {} files read, {} entries, {} left out; replayed {}, after writing {}, with bodies {}; \
         {} of {} valid; {} of {} planted left",
        sum(|report| report.read.is_some().into()),
        reports.len(),
        sum(|report| report.read.unwrap_or(0)),
        sum(|report| report.left_out.len()),
        sum(|report| report.replayed),
        sum(|report| report.rewritten),
        sum(|report| report.rewritten_with_bodies),
        sum(|report| report.is_valid.into()),
        reports.len(),
        sum(|report| report.left.len()),
        sum(|report| report.planted.len()),
    )
}

#[test]
fn every_file_is_read_and_replays_and_has_no_secret_left() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/recordings/har");
    let expected: Value =
        serde_json::from_slice(&fs::read(folder.join("corpus.json")).unwrap()).unwrap();
    let reports = reports(&folder);
    let (mut faults, mut planted) = (String::new(), 0);
    for (name, report) in &reports {
        let expected = &expected[name];
        let left_out = serde_json::json!(report.left_out);
        let read = report.left_out.len() + report.read.unwrap_or(0);
        let count = report.read.unwrap_or(0);
        let counts = [report.replayed, report.rewritten, report.rewritten_with_bodies];
        if expected["left_out"] != left_out || expected["entries"] != read || counts != [count; 3] {
            let _ = writeln!(
                faults,
                "{name}: {left_out} of {read} left out, {counts:?} of {count} replayed"
            );
        }
        if !report.is_valid || !report.left.is_empty() {
            let _ = writeln!(faults, "{name}: valid {}, left {:?}", report.is_valid, report.left);
        }
        for keep in expected["keep"].as_array().into_iter().flatten() {
            if !report.written.contains(keep.as_str().unwrap()) {
                let _ = writeln!(faults, "{name}: {keep} is lost");
            }
        }
        planted += report.planted.len();
    }
    assert!(faults.is_empty(), "{faults}");
    assert!(reports.len() >= 30 && planted >= 150, "{} files, {planted} planted", reports.len());
}

#[test]
fn files_of_the_folder_in_cycle_har_corpus_are_reported() {
    match env::var_os("CYCLE_HAR_CORPUS") {
        Some(folder) => _ = reports(Path::new(&folder)),
        None => println!("ignored: CYCLE_HAR_CORPUS names no folder of HAR files"),
    }
}
