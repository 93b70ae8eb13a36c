//! Spans of OpenTelemetry: a call that is retried, one that fails, and `traceparent` in the
//! requests.
//!
//! The in-memory exporter stands for that of a collector. Run `cargo run --example opentelemetry`.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::process::ExitCode;

use cycle_images::http::HeaderValue;
use cycle_images::images::{GetImage, GetImages};
use cycle_images::{Hub, ImageId};
use cycle_images_tests::example_env;
use cycle_images_tests::sandbox::{Fault, Sandbox};
use cycle_images_ureq::Client;
use opentelemetry::trace::{SpanKind, Status, TraceContextExt, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

const HELP: &str = "\
Exports the spans of two calls to the built-in sandbox, and checks their names and attributes.";

fn main() -> ExitCode {
    example_env::main(HELP, run)
}

fn run() -> Result<(), Box<dyn Error>> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("example"));
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));

    let sandbox = Sandbox::start()?;
    let hub = Hub::new(sandbox.api_key(), sandbox.hub_id())?.with_base_url(sandbox.url())?;
    // With the crate `opentelemetry-http`, this is a propagator and its `HeaderInjector`.
    let client = Client::new(hub).with_header_hook(|headers| {
        let context = tracing::Span::current().context();
        let span = context.span().span_context().clone();
        let (trace, id, flags) = (span.trace_id(), span.span_id(), span.trace_flags().to_u8());
        if let Ok(value) = HeaderValue::try_from(format!("00-{trace}-{id}-{flags:02x}")) {
            headers.insert("traceparent", value);
        }
    });

    sandbox.fault(Fault::unavailable());
    client.call(GetImages::new().page_size(1))?;
    let missing = client.call(GetImage::new(ImageId::new("651586fca6078e98982dbd90")?));
    assert!(missing.is_err_and(|error| error.is_not_found()));

    let spans = exporter.get_finished_spans()?;
    let [listed, missing] = &spans[..] else {
        return Err(format!("{} spans", spans.len()).into());
    };
    show(listed);
    show(missing);
    check(&sandbox, listed, missing)
}

fn check(sandbox: &Sandbox, listed: &SpanData, missing: &SpanData) -> Result<(), Box<dyn Error>> {
    let (host, port) = sandbox.url().trim_start_matches("http://").split_once(':').ok_or("port")?;
    let (port, address) = (Value::from(port.parse::<i64>()?), Value::from(host.to_owned()));
    for (span, name) in [(listed, "GetImages"), (missing, "GetImage")] {
        assert_eq!((&*span.name, &span.span_kind), (name, &SpanKind::Client));
    }
    assert_eq!(listed.status, Status::Unset);
    assert!(
        matches!(&missing.status, Status::Error { description } if description.contains("404"))
    );
    assert_eq!(attribute(&missing.attributes, "error.type"), Some("404".into()));

    // The failed attempt, the retry, and the attempt that succeeded.
    let attempts: Vec<_> = listed.events.iter().filter(|event| event.name == "response").collect();
    assert_eq!((attempts.len(), listed.events.len()), (2, 3));
    for (attempt, (status, resend)) in attempts.iter().zip([(503, None), (200, Some(1.into()))]) {
        let of = |name| attribute(&attempt.attributes, name);
        assert_eq!(of("http.request.method"), Some("GET".into()));
        assert_eq!(of("url.template"), Some("/v1/images".into()));
        assert_eq!(of("server.address").as_ref(), Some(&address));
        assert_eq!(of("server.port").as_ref(), Some(&port));
        assert_eq!(of("http.response.status_code"), Some(status.into()));
        assert_eq!(of("http.request.resend_count"), resend);
        let error = (status == 503).then(|| "503".into());
        assert_eq!(of("error.type"), error);
    }

    let trace = listed.span_context.trace_id().to_string();
    let sent = sandbox.requests();
    let with_context = sent.iter().filter(|request| {
        let header = request.headers.iter().find(|(name, _)| name == "traceparent");
        header.is_some_and(|(_, value)| value.contains(&trace))
    });
    assert_eq!(with_context.count(), 2);
    println!("Both requests of the list carry its trace {trace}.");
    Ok(())
}

fn attribute(attributes: &[KeyValue], name: &str) -> Option<Value> {
    let found = attributes.iter().find(|attribute| attribute.key.as_str() == name);
    found.map(|attribute| attribute.value.clone())
}

fn show(span: &SpanData) {
    println!("{} {:?}: {:?}", span.name, span.span_kind, span.status);
    for event in &span.events.events {
        println!("  {}", event.name);
        for KeyValue { key, value, .. } in &event.attributes {
            if !matches!(value, Value::Array(Array::String(_))) {
                println!("    {key} = {value}");
            }
        }
    }
}
