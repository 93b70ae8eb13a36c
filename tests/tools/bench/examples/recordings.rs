//! How long a recording of so many megabytes is read, written and replayed, and how much memory
//! that takes.
//!
//! `cargo run --release -p cycle-images-bench --no-default-features --features har --example
//! recordings -- 10 5`: 10 MB, with five environment variables an image, each with a value of its
//! own.

#![allow(clippy::print_stdout, reason = "a program prints")]

use std::error::Error;
use std::time::Instant;

use cycle_images::http::{Request, Response};
use cycle_images::recorded::{Entry, Recording, Replay};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let (Some(megabytes), Some(variables)) =
        (arguments.next().transpose()?, arguments.next().transpose()?)
    else {
        return Err("usage: recordings MEGABYTES VARIABLES".into());
    };
    let (mut recording, mut size, mut count) = (Recording::default(), 0, 0);
    while size < megabytes << 20 {
        let entry = exchange(count, variables)?;
        size += 400 + entry.response().body().len();
        recording.push(entry);
        count += 1;
    }
    let mut last = Instant::now();
    let mut report = |what: &str| {
        println!("{what:9} {:6.2} s, peak {} MB", last.elapsed().as_secs_f64(), peak_megabytes());
        last = Instant::now();
    };
    report("made");
    let har = recording.to_har();
    report("written");
    println!("{count} exchanges, a HAR of {} MB", har.len() >> 20);
    drop(recording);
    let recording = Recording::from_har(har.as_bytes())?;
    report("read");
    let replay = Replay::matching(recording.clone());
    report("prepared");
    for entry in recording.entries().iter().rev().filter_map(Entry::request) {
        replay.respond(entry)?;
    }
    replay.finish()?;
    report("replayed");
    if recording.to_har() != har {
        return Err("what is written twice differs".into());
    }
    report("again");
    Ok(())
}

fn exchange(number: usize, variables: usize) -> Result<Entry, Box<dyn Error>> {
    let id = format!("64d0a0{number:018x}");
    let mut random = number as u64;
    let variables: Vec<String> = (0..variables)
        .map(|name| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            format!("\"VARIABLE_{name}\":\"{random:016x}{:08x}\"", random >> 32)
        })
        .collect();
    let body = format!(
        "{{\"data\":{{\"id\":\"{id}\",\"name\":\"web {number}\",\"config\":{{\"user\":\"app\",\
         \"env\":{{{}}}}},\"state\":{{\"current\":\"live\",\"changed\":\"2026-03-05T06:07:08Z\"}},\
         \"about\":{{\"description\":\"What customers see, from https://shop.example.com/?page=1\"}}}}}}",
        variables.join(",")
    );
    let request = Request::get(format!("https://api.cycle.io/v1/images/{id}?include=creators"))
        .header("authorization", "Bearer an-api-key-0123456789")
        .body(Vec::new())?;
    let response = Response::builder().header("content-type", "application/json");
    Ok(Entry::new(request, response.body(body.into_bytes())?))
}

/// Only Linux reports it.
fn peak_megabytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.unwrap_or(0_usize) >> 10
}
