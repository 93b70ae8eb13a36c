use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::kv::{Operation, Store};
use cycle_images::Timestamp;
use futures_util::StreamExt;

use crate::Error;

/// As long as a tracker waits for a `Retry-After`: an absurd one must not stop all workers.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);
const REOPEN: Duration = Duration::from_secs(1);

/// Until when a platform asked its callers to wait, by the name of the rate limit. Every worker
/// writes what it was asked, and watches what the others were.
pub(crate) struct Limits {
    bucket: Store,
    until: Mutex<HashMap<String, Timestamp>>,
}

impl Limits {
    pub(crate) fn new(bucket: Store) -> Self {
        Self { bucket, until: Mutex::default() }
    }

    /// How long no request may be sent.
    pub(crate) fn pause(&self, limit: &str, now: Timestamp) -> Option<Duration> {
        let until =
            self.until.lock().unwrap_or_else(PoisonError::into_inner).get(limit).copied()?;
        // A clock that is far off must not stop a worker for longer than the platform can ask.
        Some(until.saturating_duration_since(now).min(MAX_RETRY_AFTER))
            .filter(|pause| !pause.is_zero())
    }

    /// Tells all workers that a platform asked to wait.
    pub(crate) async fn extend(
        &self,
        limit: &str,
        asked: Duration,
        now: Timestamp,
    ) -> Result<(), Error> {
        let until = now.saturating_add(asked.min(MAX_RETRY_AFTER));
        if self.learn(limit, until) {
            let text = until.to_string().into_bytes();
            self.bucket.put(format!("limit.{limit}"), text.into()).await?;
        }
        Ok(())
    }

    /// Whether this is later than what was known.
    fn learn(&self, limit: &str, until: Timestamp) -> bool {
        let mut known = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let is_later = known.get(limit).is_none_or(|known| *known < until);
        if is_later {
            known.insert(limit.to_owned(), until);
        }
        is_later
    }

    /// Learns what the other workers were asked. Never returns.
    pub(crate) async fn watch(&self) {
        loop {
            if let Err(error) = self.watch_until_closed().await {
                eprintln!("watching the rate limits: {error}");
            }
            tokio::time::sleep(REOPEN).await;
        }
    }

    async fn watch_until_closed(&self) -> Result<(), Error> {
        let mut entries = self.bucket.watch_with_history("limit.>").await?;
        while let Some(entry) = entries.next().await {
            let entry = entry?;
            if let (Operation::Put, Some(limit)) =
                (entry.operation, entry.key.strip_prefix("limit."))
            {
                self.learn(limit, std::str::from_utf8(&entry.value)?.parse()?);
            }
        }
        Ok(())
    }
}
