//! Every broken or hostile answer, as the table in the docs of `FlowError` says: what it gives,
//! whether it is retried, that it takes bounded memory, that no other request gets its rest, and
//! that the client is usable afterwards.

mod answers;

use std::collections::HashSet;
use std::time::Duration;

use allocation_counter::measure;
use cycle_images::ImageId;
use cycle_images::error::ResponseErrorKind;
use cycle_images::images::{CreateImageJob, GetImages};
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};

use self::answers::{BODY_LIMIT, Fault, PAGE};
use super::broken_responses::refusing;
use super::{LONG, Test, quick, shown, test};
use crate::driver::Driver;
use crate::setup::{KEY, Make, Setup};

/// The table in the docs.
const TABLE: &str = include_str!("../../../../core/src/flow/faults.md");

/// For what has to time out: long enough for a busy machine, and short, as the test waits for it.
const TIMEOUT: Duration = Duration::from_secs(1);

/// What a call may take in memory at a time: buffers of the HTTP client, and the body a few times.
const MAX_MEMORY: u64 = 1_000_000;

pub(super) fn tests<D: Driver>() -> Vec<Test<D>> {
    vec![test(every_fault_is_as_documented), test(a_refused_connection_is_as_documented)]
}

/// What a call gave, in the words of the table.
fn outcome(result: Result<(usize, usize), Error>) -> String {
    match result {
        Ok((0, 0)) => "the reply".to_owned(),
        Ok((0, _)) => "the reply, the record skipped".to_owned(),
        Ok(_) => "the reply, with the record".to_owned(),
        Err(Error::Transport { may_have_arrived: true, .. }) => "`Transport`".to_owned(),
        Err(Error::Transport { .. }) => "`Transport`, not sent".to_owned(),
        Err(Error::Timeout { .. }) => "`Timeout`".to_owned(),
        Err(Error::BodyTooLarge { .. }) => "`BodyTooLarge`".to_owned(),
        Err(Error::Response(error)) => {
            let kind = match error.kind() {
                ResponseErrorKind::Platform(_) => "Platform",
                ResponseErrorKind::OAuth(_) => "OAuth",
                ResponseErrorKind::OtherJson(_) => "OtherJson",
                ResponseErrorKind::NotJson(_) => "NotJson",
                ResponseErrorKind::NoBody(_) => "NoBody",
                ResponseErrorKind::Redirect(_) => "Redirect",
                ResponseErrorKind::Unexpected(_) => "Unexpected",
                other => panic!("{other:?}"),
            };
            format!("`Response`: `{kind}`")
        }
        Err(other) => panic!("{other:?}"),
    }
}

/// The rows of the table in the docs.
fn table() -> impl Iterator<Item = Vec<&'static str>> {
    TABLE.lines().skip(2).map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
}

/// Where clients differ, a row has both outcomes.
fn is_as_documented(row: [&str; 4]) -> bool {
    table().any(|documented| {
        let [happened, outcomes, get, post] = documented[..] else { panic!("{documented:?}") };
        row[0] == happened
            && outcomes.split(" or ").any(|outcome| outcome == row[1])
            && row[2..] == [get, post]
    })
}

fn times_out(happened: &str) -> bool {
    table().any(|row| row[0] == happened && row[1].contains("Timeout"))
}

fn yes_or_no(sent: usize) -> &'static str {
    if sent == 2 { "yes" } else { "no" }
}

fn import() -> CreateImageJob {
    CreateImageJob::import(ImageId::new("1").unwrap())
}

fn every_fault_is_as_documented<D: Driver>(make: Make<D>) {
    // What is to be sent after `Retry-After` would take its time.
    let retry = quick().max_attempts(2).max_retry_after(Duration::ZERO);
    let good = Answer::json("200 OK", PAGE);
    let setup = |server: &RawServer| Setup::at(&server.url()).body_limit(BODY_LIMIT as u64);

    let server = RawServer::start([good.clone()]).unwrap();
    make(setup(&server)).call(&GetImages::new()).unwrap();
    let decompresses = server.requests()[0].to_lowercase().contains("accept-encoding");

    let mut wrong = String::new();
    for Fault { happened, answer, must_close } in answers::all(decompresses) {
        let timeout = if times_out(happened) { TIMEOUT } else { LONG };
        let setup = |server: &RawServer| setup(server).timeout(timeout);
        let server = RawServer::start([answer.clone(), good.clone()]).unwrap();
        let client = make(setup(&server));
        let mut reply = None;
        let memory = measure(|| reply = Some(client.call(&GetImages::new()))).bytes_max;
        assert!(memory < MAX_MEMORY, "{happened}: {memory} bytes");
        let reply = reply.unwrap();
        if let Err(error) = &reply {
            assert!(!shown(error).contains(KEY), "{happened}: {error:?}");
        }
        let outcome = outcome(reply.map(|reply| (reply.data.len(), reply.skipped.len())));
        let next = client.call(&GetImages::new());
        assert!(next.is_ok(), "after {happened}: {next:?}");
        assert!(!must_close || server.connections() == 2, "{happened}: the connection is reused");

        let server = RawServer::start([answer.clone(), good.clone()]).unwrap();
        let _ = make(setup(&server).retry(retry)).call(&GetImages::new());
        let get = yes_or_no(server.requests().len());
        let server = RawServer::start([answer, good.clone()]).unwrap();
        let _ = make(setup(&server).retry(retry)).call(&import());
        let row = [happened, &outcome, get, yes_or_no(server.requests().len())];
        if !is_as_documented(row) {
            wrong += &format!("| {} |\n", row.join(" | "));
        }
    }
    assert!(wrong.is_empty(), "not so in `faults.md`:\n{wrong}");
}

fn a_refused_connection_is_as_documented<D: Driver>(make: Make<D>) {
    let (url, _kept) = refusing();
    let client = make(Setup::at(&url).retry(quick().max_attempts(2)));
    let attempts = |error: &Error| match error {
        Error::Transport { attempts, .. } => attempts.count as usize,
        other => panic!("{other:?}"),
    };
    let get = client.call(&GetImages::new()).unwrap_err();
    let post = attempts(&client.call(&import()).unwrap_err());
    let tries = [yes_or_no(attempts(&get)), yes_or_no(post)];
    let outcome = outcome(Err(get));
    let row = ["the connection is refused", &outcome, tries[0], tries[1]];
    // A transport that can't tell takes every request to have been sent.
    assert!(is_as_documented(row) == client.tells_unsent(), "{row:?}");
}

/// No row of the table is left without a test.
pub(crate) fn every_row_is_tested() {
    let answers = answers::all(true).into_iter().chain(answers::all(false));
    let tested: HashSet<_> = answers.map(|fault| fault.happened).collect();
    let untested = table().map(|row| row[0]).filter(|happened| !tested.contains(happened));
    assert_eq!(untested.collect::<Vec<_>>(), ["the connection is refused"]);
}
