//! The flows, with the time handed in: hours pass in no time, and nothing is sent anywhere but in
//! `by_hand`.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at what it didn't expect"
)]

mod clock;
mod jobs_platform;
mod outcomes;

mod any_outcomes;
mod by_hand;
mod echoed;
mod events;
mod exchange;
mod many_jobs;
mod many_jobs_any;
mod never_twice;
mod outages;
mod pages;
mod pages_changing;
mod pages_endless;
mod pages_malformed;
mod predicates;
mod prefetch;
mod retry;
mod retry_after;
mod retry_budgets;
mod retry_quota;
mod stored;
mod stored_operations;
mod stored_versions;
mod tampered;
mod track;
mod track_ends;
mod track_progress;
mod track_unknown;
mod until;
