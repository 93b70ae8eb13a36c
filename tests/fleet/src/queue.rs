use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, pull};
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::kv::{Operation, Store, UpdateErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{self, DiscardPolicy, RetentionPolicy, Stream};
use async_nats::jetstream::{self, Context};

use crate::Error;
use crate::job::{FollowedJob, Outcome, State, key};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long an outcome is kept, and how long a job's state is kept after its last change. So much
/// longer may the whole fleet stand still without an outcome being told twice.
const KEPT: Duration = Duration::from_secs(7 * DAY.as_secs());

/// How many consumers share the queue. At each `nak` with a delay, the server looks through all jobs of
/// the consumer for the next one to deliver, 10 ms later; so one consumer is late from about a thousand
/// a second on. A change needs an empty queue.
const PARTITIONS: u64 = 16;

/// How the streams are made if they aren't there.
#[derive(Clone, Copy, Debug)]
pub struct QueueSettings {
    /// After how long the job of a worker that died goes to another.
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

/// The jobs to follow, their states, and the outcomes.
pub struct Queue {
    context: Context,
    jobs: Vec<Consumer<pull::Config>>,
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
        let one_a_job = |name: &str, subject: &str| stream::Config {
            name: name.to_owned(),
            subjects: vec![subject.to_owned()],
            max_messages_per_subject: 1,
            discard: DiscardPolicy::New,
            discard_new_per_subject: true,
            num_replicas: settings.replicas,
            ..stream::Config::default()
        };
        let jobs = stream::Config {
            retention: RetentionPolicy::WorkQueue,
            ..one_a_job("FLEET_JOBS", "fleet.job.>")
        };
        let stream = context.get_or_create_stream(jobs).await?;
        let mut jobs = Vec::new();
        for partition in 0..PARTITIONS {
            let name = format!("workers-{partition}");
            let consumer = pull::Config {
                durable_name: Some(name.clone()),
                filter_subject: format!("fleet.job.{partition}.>"),
                ack_policy: AckPolicy::Explicit,
                ack_wait: settings.ack_wait,
                // A job that waits for its next look is pending, and every look is a delivery.
                max_ack_pending: -1,
                max_deliver: -1,
                ..pull::Config::default()
            };
            jobs.push(stream.get_or_create_consumer(&name, consumer).await?);
        }
        let outcomes =
            stream::Config { max_age: KEPT, ..one_a_job("FLEET_OUTCOMES", "fleet.outcome.>") };
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
        Ok(Self { context, jobs, bucket, outcomes })
    }

    /// Hands a job to the workers. Doing it again changes nothing.
    ///
    /// # Errors
    /// If it isn't known whether the job was stored. Submit it again.
    pub async fn submit(&self, job: &FollowedJob) -> Result<(), Error> {
        let key = key(&job.hub, &job.job)?;
        let payload = serde_json::to_vec(job)?;
        self.publish_once(format!("fleet.job.{}.{key}", partition(&key)), &key, payload).await
    }

    /// The outcomes, one message a job.
    #[must_use]
    pub fn outcomes(&self) -> &Stream {
        &self.outcomes
    }

    /// How many jobs are followed or wait to be.
    ///
    /// # Errors
    /// If the server can't be reached.
    pub async fn followed(&self) -> Result<u64, Error> {
        let mut followed = 0;
        for consumer in &self.jobs {
            let info = consumer.get_info().await?;
            followed += info.num_pending + info.num_ack_pending as u64;
        }
        Ok(followed)
    }

    /// The server of a cluster that leads the stream of jobs, if one does.
    ///
    /// # Errors
    /// If the servers can't be reached.
    pub async fn leader(&self) -> Result<Option<String>, Error> {
        let info = self.context.get_stream("FLEET_JOBS").await?.get_info().await?;
        Ok(info.cluster.and_then(|cluster| cluster.leader))
    }

    pub(crate) fn jobs(&self) -> &[Consumer<pull::Config>] {
        &self.jobs
    }

    pub(crate) fn bucket(&self) -> &Store {
        &self.bucket
    }

    /// The state of a job and its revision, which is 0 before the first one is saved.
    pub(crate) async fn load(&self, key: &str) -> Result<(Option<State>, u64), Error> {
        match self.bucket.entry(format!("job.{key}")).await? {
            Some(entry) if entry.operation == Operation::Put => {
                Ok((Some(serde_json::from_slice(&entry.value)?), entry.revision))
            }
            Some(entry) => Ok((None, entry.revision)),
            None => Ok((None, 0)),
        }
    }

    /// Replaces the state with this revision; false if there is another one by now.
    pub(crate) async fn save(
        &self,
        key: &str,
        state: &State,
        revision: u64,
    ) -> Result<bool, Error> {
        let value = serde_json::to_vec(state)?.into();
        match self.bucket.update(format!("job.{key}"), value, revision).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Publishes an outcome that is saved, unless that was done already.
    pub(crate) async fn tell(&self, key: &str, outcome: &Outcome) -> Result<(), Error> {
        let payload = serde_json::to_vec(outcome)?;
        self.publish_once(format!("fleet.outcome.{key}"), key, payload).await
    }

    /// Publishes what may be the only message of its subject. The message id is what NATS knows a
    /// duplicate by for two minutes; the expected sequence holds as long as the first one is there.
    async fn publish_once(&self, subject: String, id: &str, payload: Vec<u8>) -> Result<(), Error> {
        let message = PublishMessage::build()
            .payload(payload.into())
            .message_id(id)
            .expected_last_subject_sequence(0);
        match self.context.send_publish(subject, message).await?.await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// FNV-1a: the same on every machine and in every release.
fn partition(key: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    key.bytes().fold(0xcbf2_9ce4_8422_2325, step) % PARTITIONS
}
