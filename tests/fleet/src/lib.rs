//! Follows the jobs of many hubs from many processes, over NATS JetStream. The README says how, and
//! why nothing is lost.

mod hubs;
mod job;
mod limits;
mod queue;
mod trace;
mod worker;

use std::time::{Duration, SystemTime};

use async_nats::ConnectOptions;
use cycle_images::Timestamp;

pub use hubs::HubConfig;
pub use job::{End, FollowedJob, Outcome};
pub use queue::{Queue, QueueSettings};
pub use worker::run_worker;

/// Any error: a worker reports it, and the message that it came from is delivered again.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Connects to a server or cluster, and waits for it as long as it isn't there.
///
/// # Errors
/// If the URL is invalid.
pub async fn connect(url: &str) -> Result<async_nats::Client, Error> {
    let options = ConnectOptions::new()
        .retry_on_initial_connect()
        .reconnect_delay_callback(|_| Duration::from_millis(200));
    Ok(options.connect(url.split(',').collect::<Vec<_>>()).await?)
}

fn now() -> Timestamp {
    SystemTime::now().into()
}
