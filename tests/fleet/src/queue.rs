use std::time::{Duration, SystemTime};

use async_nats::Client;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, pull};
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::kv::{Entry, Store, UpdateErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{self, DiscardPolicy, RetentionPolicy, Stream};
use async_nats::jetstream::{self, Context};

use cycle_images::id::HubId;
use cycle_images::{JobId, Timestamp};
use serde::Serialize;

use crate::Error;
use crate::batch::{Batch, Outcome, State, is_stale, subject_of};

/// How long outcomes are kept, and the state of a batch after its last change: for so long, no job's
/// outcome is published again.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// How the streams are made if they aren't there.
#[derive(Clone, Copy, Debug)]
pub struct QueueSettings {
    /// After how long the batch of a worker that died is delivered to another.
    pub ack_wait: Duration,
    /// How many servers store each message: 3 in a cluster.
    pub replicas: usize,
}

impl QueueSettings {
    /// 30 s, and as many replicas as `FLEET_REPLICAS` says, 1 without.
    ///
    /// # Errors
    /// If that is no number.
    pub fn from_env() -> Result<Self, Error> {
        let replicas = match std::env::var("FLEET_REPLICAS") {
            Ok(text) => text.parse().map_err(|error| format!("FLEET_REPLICAS: {error}"))?,
            Err(_) => 1,
        };
        Ok(Self { ack_wait: Duration::from_secs(30), replicas })
    }
}

/// The batches to follow, their states, and the outcomes.
pub struct Queue {
    context: Context,
    batches: Consumer<pull::Config>,
    bucket: Store,
    outcomes: Stream,
}

impl Queue {
    /// Opens the streams, and makes those that aren't there.
    ///
    /// # Errors
    /// If the server can't be reached, or has them with other settings.
    pub async fn open(nats: Client, settings: QueueSettings) -> Result<Self, Error> {
        let context = jetstream::new(nats);
        let once = |name: &str, subject: &str| stream::Config {
            name: name.to_owned(),
            subjects: vec![subject.to_owned()],
            max_messages_per_subject: 1,
            discard: DiscardPolicy::New,
            discard_new_per_subject: true,
            num_replicas: settings.replicas,
            ..stream::Config::default()
        };
        let batches = stream::Config {
            retention: RetentionPolicy::WorkQueue,
            ..once("FLEET_BATCHES", "fleet.batch.>")
        };
        let batches = context.get_or_create_stream(batches).await?;
        let consumer = pull::Config {
            durable_name: Some("workers".to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: settings.ack_wait,
            // A batch that waits for its next round is pending, and every round is a delivery.
            max_ack_pending: -1,
            max_deliver: -1,
            ..pull::Config::default()
        };
        let batches = batches.get_or_create_consumer("workers", consumer).await?;
        let outcomes =
            stream::Config { max_age: KEPT, ..once("FLEET_OUTCOMES", "fleet.outcome.>") };
        let outcomes = context.get_or_create_stream(outcomes).await?;
        // A bucket is a stream. `create_key_value` would ask for the account first, in a form that
        // Debian's server (2.9) doesn't have.
        let bucket = stream::Config {
            name: "KV_fleet".to_owned(),
            subjects: vec!["$KV.fleet.>".to_owned()],
            max_messages_per_subject: 1,
            max_age: KEPT,
            discard: DiscardPolicy::New,
            allow_rollup: true,
            deny_delete: true,
            allow_direct: true,
            num_replicas: settings.replicas,
            ..stream::Config::default()
        };
        context.get_or_create_stream(bucket).await?;
        let bucket = context.get_key_value("fleet").await?;
        Ok(Self { context, batches, bucket, outcomes })
    }

    /// Has the workers follow these jobs. Doing it again changes nothing.
    ///
    /// # Errors
    /// If it isn't known whether they were stored. Submit them again.
    pub async fn submit(
        &self,
        hub: &HubId,
        jobs: &[JobId],
        deadline: Duration,
    ) -> Result<(), Error> {
        for jobs in jobs.chunks(Batch::MAX_JOBS) {
            let batch = Batch { hub: hub.clone(), jobs: jobs.to_vec(), deadline };
            let key = batch.key()?;
            self.publish_once(format!("fleet.batch.{key}"), &key, &batch).await?;
        }
        Ok(())
    }

    /// The outcomes, one message a job.
    #[must_use]
    pub fn outcomes(&self) -> &Stream {
        &self.outcomes
    }

    /// How many batches are followed or wait to be.
    ///
    /// # Errors
    /// If the server can't be reached.
    pub async fn followed(&self) -> Result<u64, Error> {
        let info = self.batches.get_info().await?;
        Ok(info.num_pending + info.num_ack_pending as u64)
    }

    /// The server of a cluster that leads the stream of batches, if one does.
    ///
    /// # Errors
    /// If the servers can't be reached.
    pub async fn leader(&self) -> Result<Option<String>, Error> {
        let info = self.context.get_stream("FLEET_BATCHES").await?.get_info().await?;
        Ok(info.cluster.and_then(|cluster| cluster.leader))
    }

    pub(crate) fn batches(&self) -> &Consumer<pull::Config> {
        &self.batches
    }

    pub(crate) fn bucket(&self) -> &Store {
        &self.bucket
    }

    /// The state of a batch and its revision.
    pub(crate) async fn load(&self, key: &str) -> Result<Option<(State, u64)>, Error> {
        let entry = self.bucket.entry(format!("batch.{key}")).await?;
        let read = |entry: Entry| Ok((serde_json::from_slice(&entry.value)?, entry.revision));
        entry.map(read).transpose()
    }

    /// Replaces the state with this revision, 0 for none; false if there is another one by now.
    pub(crate) async fn save(
        &self,
        key: &str,
        state: &State,
        revision: u64,
    ) -> Result<bool, Error> {
        self.update(format!("batch.{key}"), serde_json::to_vec(state)?, revision).await
    }

    /// Adds a new batch to the one of its hub that is open to others, so that their jobs are polled
    /// together. If none is, this one becomes it.
    pub(crate) async fn join(
        &self,
        batch: &Batch,
        key: &str,
        now: Timestamp,
    ) -> Result<Joined, Error> {
        let open_key = format!("open.{}", batch.hub);
        let open = self.bucket.entry(&open_key).await?;
        if let Some(open) = &open
            && open.value != key
        {
            let other = std::str::from_utf8(&open.value)?;
            match self.load(other).await? {
                Some((mut state, revision)) if state.has_room_for(batch, now) => {
                    state.joined.push(batch.clone());
                    let is_saved = self.save(other, &state, revision).await?;
                    return Ok(if is_saved { Joined::Other } else { Joined::NotYet });
                }
                None if !is_stale(SystemTime::from(open.created).into(), now) => {
                    return Ok(Joined::NotYet);
                }
                _ => {}
            }
        }
        let revision = open.map_or(0, |open| open.revision);
        let is_open = self.update(open_key, key.into(), revision).await?;
        Ok(if is_open { Joined::None } else { Joined::NotYet })
    }

    async fn update(&self, key: String, value: Vec<u8>, revision: u64) -> Result<bool, Error> {
        match self.bucket.update(key, value.into(), revision).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Publishes an outcome, unless one of this job was published before.
    pub(crate) async fn publish(&self, outcome: &Outcome) -> Result<(), Error> {
        let subject = subject_of(&outcome.hub, &outcome.job)?;
        self.publish_once(format!("fleet.outcome.{subject}"), &subject, outcome).await
    }

    /// Publishes what may be the only message of its subject. The message id is what NATS knows a
    /// duplicate by for two minutes; the expected sequence holds as long as the first one is there.
    async fn publish_once(
        &self,
        subject: String,
        id: &str,
        content: &impl Serialize,
    ) -> Result<(), Error> {
        let message = PublishMessage::build()
            .payload(serde_json::to_vec(content)?.into())
            .message_id(id)
            .expected_last_subject_sequence(0);
        match self.context.send_publish(subject, message).await?.await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// What a batch joined.
pub(crate) enum Joined {
    /// Another batch, which is followed for it.
    Other,
    /// It is followed on its own.
    None,
    /// Another worker changed something at the same time: try again.
    NotYet,
}
