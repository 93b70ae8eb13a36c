//! One suite for all clients: the blocking one, and the async one over whatever may carry its
//! requests, on whatever may turn its futures.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails as a test does"
)]

mod driver;
mod executors;
mod setup;
mod suite;
mod transports;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use crate::driver::{Driver, Uploads};
use crate::executors::{ByHand, Smol, TokioCurrent, TokioMulti};
use crate::setup::Make;
use crate::suite::Test;
use crate::transports::{closure, hyper, reqwest, tower, ureq};

fn main() -> ExitCode {
    let trials = [
        with_uploads("ureq", ureq::client),
        with_uploads("reqwest/tokio-current", reqwest::client::<TokioCurrent>),
        with_uploads("reqwest/tokio-multi", reqwest::client::<TokioMulti>),
        with_uploads("hyper/tokio-current", hyper::on_tokio::<TokioCurrent>),
        with_uploads("hyper/tokio-multi", hyper::on_tokio::<TokioMulti>),
        with_uploads("hyper/smol", hyper::on_smol),
        with_uploads("tower/tokio-current", tower::on_tokio::<TokioCurrent>),
        with_uploads("tower/tokio-multi", tower::on_tokio::<TokioMulti>),
        with_uploads("tower/smol", tower::on_smol_sockets::<Smol>),
        with_uploads("tower/by-hand", tower::on_smol_sockets::<ByHand>),
        // A closure takes bodies in one piece alone.
        without_uploads("closure/tokio-current", closure::on_tokio::<TokioCurrent>),
        without_uploads("closure/tokio-multi", closure::on_tokio::<TokioMulti>),
        without_uploads("closure/smol", closure::on_smol_sockets::<Smol>),
        without_uploads("closure/by-hand", closure::on_smol_sockets::<ByHand>),
    ];
    let layers = Trial::test("tower/requests_go_through_the_layers", || {
        tower::requests_go_through_the_layers();
        Ok(())
    });
    let trials = trials.into_iter().flatten().chain([layers]).collect();
    let mut arguments = Arguments::from_args();
    // Most of their time, the tests wait.
    arguments.test_threads.get_or_insert(8);
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn with_uploads<D: Uploads>(name: &str, make: Make<D>) -> Vec<Trial> {
    trials(name, make, suite::of_uploads()).chain(without_uploads(name, make)).collect()
}

fn without_uploads<D: Driver>(name: &str, make: Make<D>) -> Vec<Trial> {
    trials(name, make, suite::of_all()).collect()
}

fn trials<D: Driver>(
    of: &str,
    make: Make<D>,
    tests: Vec<Test<D>>,
) -> impl Iterator<Item = Trial> + use<'_, D> {
    tests.into_iter().map(move |test| {
        Trial::test(format!("{of}/{}", test.name), move || {
            (test.run)(make);
            Ok(())
        })
    })
}
