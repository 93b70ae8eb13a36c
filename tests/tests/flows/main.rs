//! The flows, with the time handed in: hours pass in no time, and nothing is sent anywhere but in
//! `by_hand`.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at what it didn't expect"
)]

mod answers;
mod clock;

mod ahead;
mod by_hand;
mod exchange;
mod never_twice;
mod pages;
mod pages_endless;
mod pages_in_motion;
mod pages_odd;
mod retry;
mod retry_after;
mod retry_budgets;
mod storing;
mod storing_operations;
mod track;
mod track_ends;
mod track_progress;
mod track_unknown;
