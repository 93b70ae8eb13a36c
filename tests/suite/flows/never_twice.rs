//! A POST that may have been received is not sent a second time, however the flow is turned.

use cycle_images::flow::{Exchange, FlowError, Step};
use cycle_images::images::{CreateImage, CreateImageJob, DeleteImage, GetImages};
use cycle_images::{ImageId, Operation, SourceId};

use crate::clock::Run;
use crate::outcomes::{Case, answer, asking, data, fatal, image, lost, page, status, unsent};

fn create() -> CreateImage {
    CreateImage::new(SourceId::new("s1").unwrap()).name("web")
}

fn import() -> CreateImageJob {
    CreateImageJob::import(ImageId::new("i1").unwrap())
}

#[track_caller]
fn assert_interrupted<O: Operation>(run: &mut Run<Exchange<O>>) {
    let error = run.poll().unwrap_err();
    assert!(
        matches!(error, FlowError::Interrupted { operation, .. } if operation == O::NAME),
        "{error:?}"
    );
    assert!(error.to_string().contains(O::NAME));
}

#[test]
fn polled_twice_without_an_outcome_a_post_is_interrupted() {
    let mut run = Run::new(Exchange::new(create(), 7));
    run.request();
    assert_interrupted(&mut run);
    let mut run = Run::new(Exchange::new(import(), 7));
    run.request();
    assert_interrupted(&mut run);
}

#[test]
fn so_is_one_that_was_being_repeated() {
    let mut run = Run::new(Exchange::new(create(), 7));
    assert!(run.step(asking(503, "2")).unwrap().is_none());
    assert!(run.step(unsent()).unwrap().is_none());
    run.request();
    assert_interrupted(&mut run);
}

#[test]
fn a_response_after_the_interruption_is_refused() {
    let mut run = Run::new(Exchange::new(create(), 7));
    run.request();
    assert_interrupted(&mut run);
    assert!(matches!(run.handle(data(&image("i1"))), Err(FlowError::NothingInFlight)));
}

#[test]
fn idempotent_operations_are_retried() {
    let mut run = Run::new(Exchange::new(GetImages::new(), 7));
    let first = run.request();
    let second = run.request();
    assert_eq!((first.uri(), first.method()), (second.uri(), second.method()));
    assert!(run.handle(page(&["i1"])).unwrap().is_some());
    let mut run = Run::new(Exchange::new(DeleteImage::new(ImageId::new("i1").unwrap()), 7));
    run.request();
    assert_eq!(run.request().method(), "DELETE");
}

#[test]
fn waiting_does_not_interrupt() {
    let mut run = Run::new(Exchange::new(create(), 7));
    assert!(run.step(asking(503, "2")).unwrap().is_none());
    for _ in 0..5 {
        assert!(matches!(run.poll(), Ok(Step::Wait(_))));
    }
    assert!(run.step(data(&image("i1"))).unwrap().is_some());
    run.assert_ended();
}

/// Who asks on and on, as a loop that logs errors and goes on does, sends nothing either.
#[test]
fn an_interrupted_post_is_never_sent_again() {
    let mut run = Run::new(Exchange::new(create(), 7));
    run.request();
    for _ in 0..5 {
        let next = run.poll();
        assert!(!matches!(next, Ok(Step::Send { .. })), "sent twice: {next:?}");
    }
}

/// Only a new flow sends what may have been done already.
#[test]
fn a_post_that_failed_and_may_have_been_done_is_not_sent_by_asking_on() {
    let outcomes: [Case; 7] = [
        ("lost", lost),
        ("fatal", fatal),
        ("500", || status(500)),
        ("502", || status(502)),
        ("503", || status(503)),
        ("504", || status(504)),
        ("201, broken off", || answer(201, &[], r#"{"data": {"id":"#)),
    ];
    let sent_twice = outcomes.iter().filter(|(_, outcome)| {
        let mut run = Run::new(Exchange::new(create(), 7));
        run.step(outcome()).unwrap_err();
        matches!(run.until_sent(), Ok(Some(_)))
    });
    let sent_twice: Vec<&str> = sent_twice.map(|(name, _)| *name).collect();
    assert!(sent_twice.is_empty(), "sent twice after: {sent_twice:?}");
}
