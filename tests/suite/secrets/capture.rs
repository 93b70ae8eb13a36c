//! Everything that is written to `log` and `tracing`, at every level.

use std::fmt::{Debug, Display, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use log::{LevelFilter, Log, Metadata, Record};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

static LINES: Mutex<Vec<Line>> = Mutex::new(Vec::new());

/// A text, and the crate and level of it, such as `ureq DEBUG`.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) by: String,
    pub(crate) text: String,
}

fn lines() -> MutexGuard<'static, Vec<Line>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add(target: &str, level: &dyn Display, text: String) {
    let by = target.split("::").next().unwrap_or_default();
    lines().push(Line { by: format!("{by} {level}"), text });
}

/// The lines since the last call.
pub(crate) fn take() -> Vec<Line> {
    std::mem::take(&mut lines())
}

pub(crate) fn start() {
    log::set_logger(&Everything).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let subscriber = tracing_subscriber::registry().with(Everything);
    tracing::subscriber::set_global_default(subscriber).unwrap();
}

struct Everything;

impl Log for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        add(record.target(), &record.level(), record.args().to_string());
    }

    fn flush(&self) {}
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Everything {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut fields = Fields(attributes.metadata().name().to_owned());
        attributes.record(&mut fields);
        add(attributes.metadata().target(), attributes.metadata().level(), fields.0);
    }

    fn on_record(&self, id: &Id, values: &tracing::span::Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields(String::new());
        values.record(&mut fields);
        let metadata = context.metadata(id).unwrap();
        add(metadata.target(), metadata.level(), fields.0);
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        add(event.metadata().target(), event.metadata().level(), fields.0);
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {field}={value}");
    }
}
