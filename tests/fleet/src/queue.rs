use std::time::{Duration, SystemTime};

use async_nats::Client;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, pull};
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::kv::{Store, UpdateErrorKind};
use async_nats::jetstream::message::{PublishMessage, StreamMessage};
use async_nats::jetstream::stream::{
    self, DeleteMessageErrorKind, DiscardPolicy, LastRawMessageErrorKind, RetentionPolicy, Stream,
};
use async_nats::jetstream::{self, Context, Message};

use cycle_images::id::HubId;
use cycle_images::{JobId, Timestamp};
use futures_util::future::try_join_all;

use crate::jobs::{Followed, Outcome, Submitted, hash, subject_of};
use crate::{Error, now};

/// How long outcomes are kept: for so long, no job's outcome is published again.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long jobs are kept that no worker follows. A server that was killed may have what was
/// deleted meanwhile, but not for as long as the outcomes.
const WAITING: Duration = Duration::from_secs(6 * 24 * 3600);
/// After so many times `ack_wait`, a message of a hub is taken for lost.
const LOST_AFTER: u32 = 4;
/// The most jobs of a hub that are polled together. Their state has to fit into a message of NATS,
/// of 1 MB.
const MAX_JOBS: usize = 2000;
/// The most jobs that are submitted by one message.
const MAX_SUBMITTED: usize = 500;

/// How the streams are made if they aren't there.
#[derive(Clone, Copy, Debug)]
pub struct QueueSettings {
    /// After how long a hub of a worker that died is delivered to another.
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

/// The hubs with jobs to follow, these jobs, and their outcomes.
pub struct Queue {
    context: Context,
    submitted: Stream,
    hubs: Stream,
    consumer: Consumer<pull::Config>,
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
        let once = |name: &str, subject: &str, max_age| stream::Config {
            name: name.to_owned(),
            subjects: vec![subject.to_owned()],
            max_age,
            max_messages_per_subject: 1,
            discard: DiscardPolicy::New,
            discard_new_per_subject: true,
            num_replicas: settings.replicas,
            ..stream::Config::default()
        };
        let submitted = once("FLEET_JOBS", "fleet.job.>", WAITING);
        let submitted = context.get_or_create_stream(submitted).await?;
        let hubs = stream::Config {
            retention: RetentionPolicy::WorkQueue,
            ..once("FLEET_HUBS", "fleet.hub.*", Duration::ZERO)
        };
        let hubs = context.get_or_create_stream(hubs).await?;
        let consumer = pull::Config {
            durable_name: Some("workers".to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: settings.ack_wait,
            // A hub that waits for its next step is pending, and every step is a delivery.
            max_ack_pending: -1,
            max_deliver: -1,
            ..pull::Config::default()
        };
        let consumer = hubs.get_or_create_consumer("workers", consumer).await?;
        let outcomes = once("FLEET_OUTCOMES", "fleet.outcome.>", KEPT);
        let outcomes = context.get_or_create_stream(outcomes).await?;
        // A bucket is a stream. `create_key_value` would ask for the account first, in a form that
        // Debian's server (2.9) doesn't have. Only the leader of a cluster is read (no
        // `allow_direct`): the others may be some milliseconds late.
        let bucket = stream::Config {
            name: "KV_fleet".to_owned(),
            subjects: vec!["$KV.fleet.>".to_owned()],
            max_messages_per_subject: 1,
            max_age: WAITING,
            discard: DiscardPolicy::New,
            allow_rollup: true,
            num_replicas: settings.replicas,
            ..stream::Config::default()
        };
        context.get_or_create_stream(bucket).await?;
        let bucket = context.get_key_value("fleet").await?;
        Ok(Self { context, submitted, hubs, consumer, bucket, outcomes })
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
        for jobs in jobs.chunks(MAX_SUBMITTED) {
            let first = jobs.first().ok_or("no jobs")?;
            let id = hash(jobs.iter().map(JobId::as_str));
            let subject = format!("fleet.job.{}-{id:016x}", subject_of(hub, first)?);
            let submitted = Submitted { jobs: jobs.to_vec(), deadline };
            let message = PublishMessage::build().payload(serde_json::to_vec(&submitted)?.into());
            self.publish_first(subject, message).await?;
        }
        self.wake(hub.as_str()).await
    }

    /// The outcomes, one message a job.
    #[must_use]
    pub fn outcomes(&self) -> &Stream {
        &self.outcomes
    }

    /// How many hubs have jobs that are followed or wait to be.
    ///
    /// # Errors
    /// If the server can't be reached.
    pub async fn followed(&self) -> Result<u64, Error> {
        let info = self.consumer.get_info().await?;
        Ok(info.num_pending + info.num_ack_pending as u64)
    }

    /// The server of a cluster that leads the stream of messages, if one does.
    ///
    /// # Errors
    /// If the servers can't be reached.
    pub async fn leader(&self) -> Result<Option<String>, Error> {
        Ok(self.hubs.get_info().await?.cluster.and_then(|cluster| cluster.leader))
    }

    pub(crate) fn consumer(&self) -> &Consumer<pull::Config> {
        &self.consumer
    }

    pub(crate) fn bucket(&self) -> &Store {
        &self.bucket
    }

    /// The jobs of a hub and their revision, 0 if there are none.
    pub(crate) async fn load(&self, hub: &HubId) -> Result<(Followed, u64), Error> {
        match self.bucket.entry(format!("hub.{hub}")).await? {
            Some(entry) => Ok((serde_json::from_slice(&entry.value)?, entry.revision)),
            None => Ok((Followed::new(hub), 0)),
        }
    }

    /// Replaces the jobs with this revision; false if there is another one by now.
    pub(crate) async fn save(
        &self,
        hub: &HubId,
        jobs: &Followed,
        revision: u64,
    ) -> Result<bool, Error> {
        let value = serde_json::to_vec(jobs)?.into();
        match self.bucket.update(format!("hub.{hub}"), value, revision).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes the entry of a hub whose jobs have all ended.
    pub(crate) async fn delete(&self, revision: u64) -> Result<(), Error> {
        delete(&self.bucket.stream, revision).await
    }

    /// Deletes the messages of submitted jobs that are stored elsewhere.
    pub(crate) async fn delete_submitted(&self, sequences: Vec<u64>) -> Result<(), Error> {
        let deletions = sequences.into_iter().map(|sequence| delete(&self.submitted, sequence));
        try_join_all(deletions).await?;
        Ok(())
    }

    /// Adds the jobs of a hub that were submitted, as far as there is room.
    pub(crate) async fn add_submitted(
        &self,
        hub: &HubId,
        followed: &mut Followed,
    ) -> Result<(), Error> {
        let mut from = 0;
        while followed.tracker.ids().len() + MAX_SUBMITTED <= MAX_JOBS {
            let Some(message) = first(&self.submitted, &format!("fleet.job.{hub}.*"), from).await?
            else {
                break;
            };
            followed.add(serde_json::from_slice(&message.payload)?, message.sequence);
            from = message.sequence + 1;
        }
        Ok(())
    }

    /// Acknowledges the message of a hub without jobs. Whoever submitted jobs meanwhile may have
    /// found the message there, so that none was published.
    pub(crate) async fn finish(&self, hub: &HubId, message: &Message) -> Result<(), Error> {
        message.double_ack().await?;
        if first(&self.submitted, &format!("fleet.job.{hub}.*"), 0).await?.is_some() {
            self.wake(hub.as_str()).await?;
        }
        Ok(())
    }

    /// Publishes again the messages of hubs that were lost: a submitter or a worker was killed
    /// before it published one, or a server that was killed forgot what was to be delivered again.
    pub(crate) async fn revive(&self) -> Result<(), Error> {
        let ack_wait = self.consumer.cached_info().config.ack_wait;
        let is_old = |message: &StreamMessage| {
            let time = Timestamp::from(SystemTime::from(message.time));
            now().saturating_duration_since(time) > LOST_AFTER * ack_wait
        };
        let both = [(&self.submitted, "fleet.job."), (&self.bucket.stream, "$KV.fleet.hub.")];
        for (stream, prefix) in both {
            let mut from = 0;
            while let Some(oldest) = first(stream, &format!("{prefix}>"), from).await?
                && is_old(&oldest)
            {
                let rest = oldest.subject.strip_prefix(prefix).unwrap_or_default();
                let hub = rest.split('.').next().unwrap_or_default();
                if let Some(message) = first(&self.hubs, &format!("fleet.hub.{hub}"), 0).await?
                    && is_old(&message)
                {
                    delete(&self.hubs, message.sequence).await?;
                }
                self.wake(hub).await?;
                from = oldest.sequence + 1;
            }
        }
        Ok(())
    }

    /// Publishes the message of a hub, unless it is there.
    async fn wake(&self, hub: &str) -> Result<(), Error> {
        self.publish_first(format!("fleet.hub.{hub}"), PublishMessage::build()).await
    }

    /// Publishes an outcome, unless one of this job was published before.
    pub(crate) async fn publish(&self, outcome: &Outcome) -> Result<(), Error> {
        let id = subject_of(&outcome.hub, &outcome.job)?;
        // NATS knows a duplicate by its id for two minutes, and by its subject for as long as the
        // first one is there.
        let message = PublishMessage::build().payload(serde_json::to_vec(outcome)?.into());
        self.publish_first(format!("fleet.outcome.{id}"), message.message_id(&id)).await
    }

    /// Publishes what may be the only message of its subject.
    async fn publish_first(&self, subject: String, message: PublishMessage) -> Result<(), Error> {
        let message = message.expected_last_subject_sequence(0);
        match self.context.send_publish(subject, message).await?.await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The first message of a subject from a sequence on, as the leader has it.
async fn first(
    stream: &Stream,
    subject: &str,
    sequence: u64,
) -> Result<Option<StreamMessage>, Error> {
    match stream.get_first_raw_message_by_subject(subject, sequence).await {
        Ok(message) => Ok(Some(message)),
        Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Deletes a message, if it is there.
async fn delete(stream: &Stream, sequence: u64) -> Result<(), Error> {
    match stream.delete_message(sequence).await {
        Err(error) if !matches!(error.kind(), DeleteMessageErrorKind::JetStream(_)) => {
            Err(error.into())
        }
        _ => Ok(()),
    }
}
