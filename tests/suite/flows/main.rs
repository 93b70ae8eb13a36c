//! The flows, with time passed in: nothing waits, and only `own_driver` sends anything.

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

mod echoed;
mod events;
mod job_tracker;
mod many_jobs;
mod many_jobs_list;
mod misuse;
mod outages;
mod own_driver;
mod pages;
mod prefetch;
mod properties_many_jobs;
mod properties_outcomes;
mod retries;
mod retry_quota;
mod scripts;
mod stored;
mod tampered;
