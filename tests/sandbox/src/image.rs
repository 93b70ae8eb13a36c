//! An image and its JSON.

use serde_json::{Value, json};

use crate::job::{Job, Phase};
use crate::wire::{self, Creator, Moment, NEVER};

/// All states of images.
pub(crate) const STATES: &[&str] = &[
    "new",
    "uploading",
    "downloading",
    "building",
    "verifying",
    "saving",
    "live",
    "deleting",
    "deleted",
];

/// The states of an import, one for each step.
pub(crate) const IMPORT: &[&str] = &["downloading", "building", "verifying", "saving"];

/// The states after an upload.
pub(crate) const AFTER_UPLOAD: &[&str] = &["verifying", "saving"];

#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Its size once it is live.
    pub(crate) size: u64,
    /// The `source` object: a copy from when the image was created.
    pub(crate) source: Value,
    pub(crate) build: Value,
    pub(crate) builder: Value,
    pub(crate) creator: Creator,
    pub(crate) state: &'static str,
    /// Its state if its deletion fails.
    before_deletion: &'static str,
    /// Whether it has been built and stored.
    is_built: bool,
    pub(crate) changed: Moment,
    pub(crate) error: Option<String>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
    /// The time of its build log.
    pub(crate) log_since: Option<Moment>,
    pub(crate) containers: u64,
    /// The end of its upload token, if it has one.
    pub(crate) upload_expires: Option<Moment>,
}

impl Image {
    /// A new image.
    pub(crate) fn new(name: String, source: Value, creator: Creator, now: Moment) -> Self {
        Self {
            id: wire::new_id(),
            name,
            size: 0,
            source,
            build: Value::Null,
            builder: Value::Null,
            creator,
            state: "new",
            before_deletion: "new",
            is_built: false,
            changed: now,
            error: None,
            created: now,
            updated: now,
            log_since: None,
            containers: 0,
            upload_expires: None,
        }
    }

    /// Begins its deletion.
    pub(crate) fn delete(&mut self, at: Moment) {
        self.before_deletion = self.state;
        self.error = None;
        self.enter("deleting", at);
    }

    /// Ends a deletion that failed.
    pub(crate) fn keep(&mut self, message: Option<&str>, at: Moment) {
        self.enter(self.before_deletion, at);
        self.error = message.map(str::to_owned);
    }

    pub(crate) fn enter(&mut self, state: &'static str, at: Moment) {
        self.is_built |= state == "live";
        if self.state != state {
            self.state = state;
            self.changed = at;
            self.updated = at;
        }
    }

    /// Has the state of its import.
    pub(crate) fn follow(&mut self, job: &Job, states: &[&'static str], phase: Phase) {
        let reached = match phase {
            Phase::Scheduled | Phase::Queued | Phase::Expired => None,
            Phase::Running(unit) | Phase::Failed(unit) => Some(unit),
            Phase::Completed => states.len().checked_sub(1),
        };
        for (unit, state) in states.iter().enumerate() {
            if Some(unit) <= reached {
                self.enter(state, job.begins(unit));
                if *state != "downloading" {
                    self.log_since.get_or_insert(job.begins(unit));
                }
            }
        }
        if phase.is_success() {
            if self.size == 0 {
                self.size = 187_650_048;
            }
            self.enter("live", job.begins(states.len()));
        }
        self.error = job.message(phase).map(str::to_owned);
    }

    pub(crate) fn bytes(&self) -> u64 {
        if self.is_built { self.size } else { 0 }
    }

    pub(crate) fn source_type(&self) -> &str {
        let kind = self.source.get("type").and_then(Value::as_str);
        kind.unwrap_or_default()
    }

    /// The id in the source's details: an image source, or a stack build.
    pub(crate) fn source_id(&self) -> &str {
        let id = self.source.pointer("/details/id").and_then(Value::as_str);
        id.unwrap_or_default()
    }

    pub(crate) fn target(&self) -> &str {
        let target = |at| self.source.pointer(at).and_then(Value::as_str);
        target("/override/target")
            .or_else(|| target("/details/origin/details/target"))
            .unwrap_or("image")
    }

    pub(crate) fn to_json(&self, hub_id: &str, containers_count: bool) -> Value {
        let size = self.bytes();
        let (provider, file) = if self.is_built {
            ("backblaze", format!("{}.cycle", self.id))
        } else {
            ("", String::new())
        };
        let factory = self.log_since.map(|since| {
            json!({
                "node_id": "64b0c1d2e3f4a5b6c7d8e9f0",
                "cached": wire::time(since),
                "acknowledged": NEVER,
            })
        });
        let mut image = json!({
            "id": self.id,
            "hub_id": hub_id,
            "name": self.name,
            "size": size,
            "about": {"description": null},
            "backend": {"provider": provider, "size": size, "file_name": file, "file_id": file},
            "requires": {"nvidia_gpu": false},
            "build": self.build,
            "builder": self.builder,
            "config": self.config(),
            "source": self.source,
            "creator": self.creator.to_json(),
            "factory": factory,
            "state": wire::state_with_error(self.state, self.changed, self.error.as_deref()),
            "events": wire::events(self.created, self.updated),
        });
        if let (true, Some(fields)) = (containers_count, image.as_object_mut()) {
            fields.insert("meta".to_owned(), self.meta());
        }
        image
    }

    /// Empty until the image has been built.
    fn config(&self) -> Value {
        if !self.is_built {
            return json!({
                "user": "", "ports": null, "env": null, "labels": null, "command": null,
                "entrypoint": null, "volumes": null, "workdir": "", "signal_stop": "",
            });
        }
        json!({
            "user": "app",
            "ports": [{"host": 0, "container": 8080, "type": "tcp"}],
            "env": {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"},
            "labels": {"org.opencontainers.image.title": self.target()},
            "command": ["serve", "--port", "8080"],
            "entrypoint": null,
            "volumes": [{"path": "/var/lib/data", "mode": "rw"}],
            "workdir": "/srv",
            "signal_stop": "SIGTERM",
        })
    }

    fn meta(&self) -> Value {
        let states = (self.containers > 0).then(|| json!({"running": self.containers}));
        json!({
            "containers_count": {
                "state": states,
                "total": self.containers,
                "available": self.containers,
            },
        })
    }

    /// The build log so far.
    pub(crate) fn log(&self) -> String {
        let mut lines = vec![
            format!("Pulling {}", self.target()),
            "Step 1/3 : FROM scratch".to_owned(),
            "Step 2/3 : COPY . /srv".to_owned(),
            " ---> 3f2a9c5b1d0e".to_owned(),
            "Step 3/3 : CMD [\"serve\"]".to_owned(),
        ];
        if self.is_built || matches!(self.state, "verifying" | "saving") {
            lines.push("Verifying layers \u{2714}".to_owned());
        }
        if self.is_built {
            lines.push(format!("Saved {} bytes", self.size));
        }
        if let Some(error) = &self.error {
            lines.push(format!("error: {error}"));
        }
        lines.join("\n") + "\n"
    }
}
