//! One suite for all clients: the blocking one, and the async one over each transport and executor.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod driver;
mod environment;
mod executors;
mod setup;
mod suite;
mod transports;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use crate::driver::{Driver, Files, Uploads};
use crate::executors::{ByHand, Smol, TokioCurrent, TokioMulti};
use crate::setup::Make;
use crate::suite::Test;
use crate::transports::{closure, hyper, reqwest, tower, ureq};

fn main() -> ExitCode {
    let trials = [
        // The whole suite, over each client and each kind of executor once.
        with_files("ureq", ureq::client, whole),
        with_files("reqwest/tokio-multi", reqwest::client::<TokioMulti>, whole),
        with_uploads("hyper/smol", hyper::on_smol, whole),
        with_uploads("tower/by-hand", tower::on_smol_sockets::<ByHand>, whole),
        without_uploads("closure/by-hand", closure::on_smol_sockets::<ByHand>, whole),
        // Over other combinations, what each part of the loop does.
        with_uploads("reqwest/tokio-current", reqwest::client::<TokioCurrent>, smoke),
        with_uploads("hyper/tokio-current", hyper::on_tokio::<TokioCurrent>, smoke),
        with_uploads("hyper/tokio-multi", hyper::on_tokio::<TokioMulti>, smoke),
        with_uploads("tower/tokio-current", tower::on_tokio::<TokioCurrent>, smoke),
        with_uploads("tower/tokio-multi", tower::on_tokio::<TokioMulti>, smoke),
        with_uploads("tower/smol", tower::on_smol_sockets::<Smol>, smoke),
        without_uploads("closure/tokio-current", closure::on_tokio::<TokioCurrent>, smoke),
        without_uploads("closure/tokio-multi", closure::on_tokio::<TokioMulti>, smoke),
        without_uploads("closure/smol", closure::on_smol_sockets::<Smol>, smoke),
    ];
    let layers = Trial::test("tower/requests_go_through_the_layers", || {
        tower::requests_go_through_the_layers();
        Ok(())
    });
    let table = Trial::test("every_documented_fault_is_tested", || {
        suite::faults::every_row_is_tested();
        Ok(())
    });
    let trials = trials.into_iter().flatten().chain([layers, table]);
    let trials = trials.chain(environment::trials()).collect();
    let mut arguments = Arguments::from_args();
    // The tests mostly wait for sockets.
    arguments.test_threads.get_or_insert(8);
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn whole(_: &str) -> bool {
    true
}

/// A call, an error, a retry, pages, records, a job, a time limit, a broken connection, an upload.
fn smoke(test: &str) -> bool {
    const TESTS: [&str; 12] = [
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
    TESTS.contains(&test)
}

/// A closure takes bodies in one piece only, and can't upload.
fn without_uploads<D: Driver>(of: &str, make: Make<D>, wanted: fn(&str) -> bool) -> Vec<Trial> {
    trials(of, make, suite::of_all(), wanted).collect()
}

fn with_files<D: Files>(of: &str, make: Make<D>, wanted: fn(&str) -> bool) -> Vec<Trial> {
    let trials = trials(of, make, suite::of_files(), wanted);
    trials.chain(with_uploads(of, make, wanted)).collect()
}

fn with_uploads<D: Uploads>(of: &str, make: Make<D>, wanted: fn(&str) -> bool) -> Vec<Trial> {
    let trials = trials(of, make, suite::of_uploads(), wanted);
    trials.chain(without_uploads(of, make, wanted)).collect()
}

fn trials<D: Driver>(
    of: &str,
    make: Make<D>,
    tests: Vec<Test<D>>,
    wanted: fn(&str) -> bool,
) -> impl Iterator<Item = Trial> + use<'_, D> {
    tests.into_iter().filter(move |test| wanted(test.name)).map(move |test| {
        Trial::test(format!("{of}/{}", test.name), move || {
            (test.run)(make);
            Ok(())
        })
    })
}
