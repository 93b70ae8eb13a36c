//! Follows the jobs of many hubs from many processes, over NATS JetStream. The README says how.

mod hubs;
mod jobs;
mod limits;
mod queue;
mod worker;

use std::env;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use async_nats::{ConnectOptions, ServerAddr};
use cycle_images::Timestamp;
use cycle_images_async::Reqwest;

pub use hubs::HubConfig;
pub use jobs::{End, Outcome};
pub use queue::{Queue, QueueSettings};
pub use worker::run_worker;

/// Any error: a worker reports it, and the message that it came from is delivered again.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// How NATS is reached. No `Debug`: it has a password in it.
#[derive(Clone, Default)]
pub struct NatsSettings {
    /// The URL of a server, or those of some servers of a cluster with commas between.
    pub url: String,
    /// The user, if the servers need one.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<String>,
    /// A file with the certificates of the authorities to trust, in place of the system's.
    pub ca: Option<PathBuf>,
}

impl NatsSettings {
    /// Reads `NATS_URL`, `NATS_USER`, `NATS_PASSWORD` and `NATS_CA`, as the command `nats` does.
    ///
    /// # Errors
    /// If `NATS_URL` is not set.
    pub fn from_env() -> Result<Self, Error> {
        Ok(Self {
            url: variable("NATS_URL")?,
            user: env::var("NATS_USER").ok(),
            password: env::var("NATS_PASSWORD").ok(),
            ca: env::var_os("NATS_CA").map(PathBuf::from),
        })
    }
}

/// Connects to a server or cluster. Waits for it as long as it can't be reached.
///
/// # Errors
/// If a setting is invalid.
pub async fn connect(settings: &NatsSettings) -> Result<async_nats::Client, Error> {
    let servers =
        settings.url.split(',').map(str::parse).collect::<Result<Vec<ServerAddr>, _>>()?;
    if servers.iter().any(ServerAddr::has_user_pass) {
        return Err("NATS_URL has a user in it: set NATS_USER and NATS_PASSWORD".into());
    }
    let mut options = ConnectOptions::new()
        .retry_on_initial_connect()
        .reconnect_delay_callback(|_| Duration::from_millis(200));
    if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
        options = options.user_and_password(user.clone(), password.clone());
    }
    if let Some(ca) = &settings.ca {
        options = options.add_root_certificates(ca.clone()).require_tls(true);
    }
    Ok(options.connect(servers).await?)
}

/// Makes the HTTP client. Its TLS uses the same cryptography as that of NATS.
///
/// # Errors
/// If it can't be made.
pub fn transport() -> Result<Reqwest, Error> {
    // For the process; an error says that this was done before.
    let _ = async_nats::rustls::crypto::ring::default_provider().install_default();
    Ok(Reqwest::new()?)
}

fn variable(name: &str) -> Result<String, Error> {
    Ok(env::var(name).map_err(|error| format!("{name}: {error}"))?)
}

fn now() -> Timestamp {
    SystemTime::now().into()
}
