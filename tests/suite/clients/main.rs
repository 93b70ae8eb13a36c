//! One suite for all clients: the blocking one, and the async one over each transport and executor.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod connection;
mod driver;
mod environment;
mod executors;
mod setup;
mod suite;
mod transports;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use crate::driver::Client;
use crate::executors::Executor;
use crate::setup::Make;
use crate::transports::{hyper, hyper_on_smol, reqwest, tower};

/// The whole suite runs over each of these.
const WHOLE: [(&str, Make); 4] = [
    ("ureq", Client::ureq),
    ("reqwest/tokio-multi", |setup| reqwest(setup, Executor::tokio_multi())),
    ("hyper/by-hand", |setup| hyper_on_smol(setup, Executor::ByHand)),
    ("tower/tokio-current", |setup| tower(setup, Executor::tokio_current())),
];

/// [`SMOKE`] runs over these.
const OTHERS: [(&str, Make); 5] = [
    ("reqwest/tokio-current", |setup| reqwest(setup, Executor::tokio_current())),
    ("hyper/tokio-current", |setup| hyper(setup, Executor::tokio_current())),
    ("hyper/tokio-multi", |setup| hyper(setup, Executor::tokio_multi())),
    ("hyper/smol", |setup| hyper_on_smol(setup, Executor::Smol)),
    ("tower/tokio-multi", |setup| tower(setup, Executor::tokio_multi())),
];

/// A call, an error, a retry, pages, records, a job, a time limit, a broken connection, an upload.
const SMOKE: [&str; 12] = [
    "image_is_created_imported_renamed_and_deleted",
    "wrong_api_key_is_an_error_that_does_not_show_it",
    "unavailable_platform_is_retried_with_the_same_request",
    "post_that_may_have_arrived_is_sent_once",
    "pages_are_yielded_in_order_and_complete",
    "every_record_is_yielded_once_and_in_order",
    "progress_is_yielded_until_the_image_is_live",
    "missing_response_times_out",
    "refused_connection_is_not_sent",
    "truncated_body_is_an_error_and_the_next_call_succeeds",
    "image_is_live_after_its_upload",
    "upload_is_sent_once",
];

/// Tests of what needs tokio in the async client.
const FILES: &str = "files_are_uploaded_unless_they_are_missing_or_change";

fn main() -> ExitCode {
    let mut trials = environment::trials();
    for (of, make) in WHOLE {
        for (name, run) in suite::all() {
            if name != FILES || !of.ends_with("by-hand") {
                trials.push(trial(format!("{of}/{name}"), move || run(make)));
            }
        }
    }
    for (of, make) in OTHERS {
        for (name, run) in suite::all().into_iter().filter(|(name, _)| SMOKE.contains(name)) {
            trials.push(trial(format!("{of}/{name}"), move || run(make)));
        }
    }
    let layers = transports::requests_go_through_the_layers;
    trials.push(trial("tower/requests_go_through_the_layers", layers));
    trials.push(trial("every_documented_fault_is_tested", suite::faults::every_row_is_tested));
    let mut arguments = Arguments::from_args();
    // The tests mostly wait for sockets.
    arguments.test_threads.get_or_insert(8);
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(name: impl Into<String>, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        run();
        Ok(())
    })
}
