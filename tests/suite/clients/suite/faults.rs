//! Every broken or hostile response, as the table in the docs of `FlowError` says: its error,
//! whether it is retried, that it takes bounded memory, and that the client can be used afterwards.

mod answers;

use std::collections::HashSet;
use std::iter::repeat_with;
use std::time::Duration;

use allocation_counter::measure;
use cycle_images::ImageId;
use cycle_images::error::ResponseErrorKind;
use cycle_images::images::{CreateImageJob, GetImages};
use cycle_images::operation::Reply;
use cycle_images_async::Error;
use cycle_images_tests::raw_server::{Answer, RawServer};

use self::answers::{BODY_LIMIT, Fault};
use super::no_response::refusing;
use super::{EMPTY, LONG, Test, attempts, shown};
use crate::setup::{KEY, Make, Setup};

/// The table in the docs.
const TABLE: &str = include_str!("../../../../core/src/flow/faults.md");

/// The time limit of what times out: the test waits for it.
const TIMEOUT: Duration = Duration::from_millis(200);

/// The memory of a call at a time: buffers of the HTTP client, and the body a few times.
const MAX_MEMORY: u64 = 1_000_000;

pub(super) fn tests() -> Vec<Test> {
    tests![every_fault_is_as_documented, refused_connection_is_as_documented]
}

/// The outcome of a call, in the words of the table.
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

fn is_retried<T, I>(result: &Result<Reply<T, I>, Error>) -> &'static str {
    let count = result.as_ref().map_or_else(attempts, |reply| reply.attempts);
    if count == 2 { "yes" } else { "no" }
}

fn import() -> CreateImageJob {
    CreateImageJob::import(ImageId::new("1").unwrap())
}

fn every_fault_is_as_documented(make: Make) {
    let good = Answer::json("200 OK", EMPTY);
    let server = RawServer::start([good.clone()]).unwrap();
    make(Setup::at(&server.url())).call(&GetImages::new()).unwrap();
    let decompresses = server.requests()[0].to_lowercase().contains("accept-encoding");

    let mut wrong = String::new();
    for Fault { happened, answer, must_close } in answers::all(decompresses) {
        let timeout = if times_out(happened) { TIMEOUT } else { LONG };
        let start = |answers: Vec<Answer>| {
            let server = RawServer::start(answers).unwrap();
            let setup = Setup::at(&server.url()).timeout(timeout).retrying();
            // What is to be sent after `Retry-After` takes its time.
            let retry = setup.retry.max_attempts(2).max_retry_after(Duration::ZERO);
            let client = make(setup.retry(retry).body_limit(BODY_LIMIT as u64));
            (server, client)
        };
        // A busy machine may need longer than the time limit for a good answer.
        let (first, goods) = (vec![answer.clone(); 2], vec![good.clone(); 50]);
        let (server, client) = start([first, goods].concat());
        let mut reply = None;
        let memory = measure(|| reply = Some(client.call(&GetImages::new()))).bytes_max;
        assert!(memory < MAX_MEMORY, "{happened}: {memory} bytes");
        let reply = reply.unwrap();
        if let Err(error) = &reply {
            assert!(!shown(error).contains(KEY), "{happened}: {error:?}");
        }
        let get = is_retried(&reply);
        let outcome = outcome(reply.map(|reply| (reply.data.len(), reply.skipped.len())));
        if get == "no" {
            // It isn't retried: the next call is answered in the same way.
            let _ = client.call(&GetImages::new());
        }
        let mut next = repeat_with(|| client.call(&GetImages::new()));
        let next = next.find(|next| !matches!(next, Err(Error::Timeout { .. }))).unwrap();
        assert!(next.is_ok(), "after {happened}: {next:?}");
        assert!(!must_close || server.connections() > 2, "{happened}: the connection is reused");

        let (_server, client) = start(vec![answer, good.clone()]);
        let row = [happened, &outcome, get, is_retried(&client.call(&import()))];
        if !is_as_documented(row) {
            wrong += &format!("| {} |\n", row.join(" | "));
        }
    }
    assert!(wrong.is_empty(), "not so in `faults.md`:\n{wrong}");
}

fn refused_connection_is_as_documented(make: Make) {
    let (url, _kept) = refusing();
    let setup = Setup::at(&url).retrying();
    let retry = setup.retry.max_attempts(2);
    let client = make(setup.retry(retry));
    let get = client.call(&GetImages::new());
    let retried = [is_retried(&get), is_retried(&client.call(&import()))];
    let outcome = outcome(get.map(|_| (0, 0)));
    let row = ["the connection is refused", &outcome, retried[0], retried[1]];
    // A transport that can't tell takes every request to have been sent.
    assert!(is_as_documented(row) == client.tells_unsent(), "{row:?}");
}

pub(crate) fn every_row_is_tested() {
    let answers = answers::all(true).into_iter().chain(answers::all(false));
    let tested: HashSet<_> = answers.map(|fault| fault.happened).collect();
    let untested = table().map(|row| row[0]).filter(|happened| !tested.contains(happened));
    assert_eq!(untested.collect::<Vec<_>>(), ["the connection is refused"]);
}
