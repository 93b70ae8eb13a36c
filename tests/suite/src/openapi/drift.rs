//! What the document has and the crate doesn't know, and the other way round.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use http::Response;
use serde_json::Value;

use super::document::{Document, Documented, parameter_names, template, words};
use super::known::{Known, operations};
use super::labels::{Property, labels};
use super::places::{Place, places};
use super::probe::{Probe, without_tag};
use super::words;
use crate::recording;
use crate::support::hub;

/// The differences between the document and the crate.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Drift {
    /// A line each. `+` stands before what only the document has, `-` before what only the crate
    /// has.
    pub lines: BTreeSet<String>,
    /// What was found of [`ON_PURPOSE`].
    pub on_purpose: BTreeSet<&'static str>,
    /// How many properties and words were placed in responses.
    pub placed: usize,
}

/// What of a request is documented and not sent, and why.
pub const ON_PURPOSE: [(&str, &str); 4] = [
    (".origin(cycle-source)", "only stacks can have it"),
    (".origin.type = \"cycle-source\"", "only stacks can have it"),
    (".origin(cycle-upload).details.expires", "the platform sets it"),
    (".origin(cycle-upload).details.token", "the platform makes it"),
];

/// How the error codes begin that no operation of this crate returns: those of a browser's
/// session, and of resources that it has no operation for.
const OTHER_CODES: [&str; 34] = [
    "401.no-cookie",
    "403.2fa",
    "403.new-application",
    "403.restricted-portal",
    "404.account",
    "404.announcement",
    "404.billing",
    "404.cluster",
    "404.community",
    "404.container",
    "404.cycleos-build",
    "404.dns",
    "404.email-verification",
    "404.environment",
    "404.ha-service",
    "404.hub.api-key",
    "404.hub.invitation",
    "404.hub.membership",
    "404.infrastructure",
    "404.instance",
    "404.monitoring",
    "404.node",
    "404.notification",
    "404.pipeline",
    "404.platform-build",
    "404.provider",
    "404.sales",
    "404.sdn",
    "404.stack.build-log",
    "404.survey",
    "404.virtual-machine",
    "404.vpn",
    "500.dev",
    "500.email",
];

impl Drift {
    fn add(&mut self, line: String) {
        let listed = ON_PURPOSE.iter().find(|(part, _)| line.contains(part));
        match listed.filter(|_| line.starts_with('+') && line.contains(" of a request of ")) {
            Some((part, _)) => _ = self.on_purpose.insert(part),
            None => _ = self.lines.insert(line),
        }
    }

    /// Adds what only one of two sets has.
    fn compare(&mut self, what: &str, documented: &BTreeSet<String>, known: &BTreeSet<String>) {
        documented.difference(known).for_each(|name| self.add(format!("+ {what}{name}")));
        known.difference(documented).for_each(|name| self.add(format!("- {what}{name}")));
    }
}

/// Compares the document with the crate.
///
/// # Errors
/// If the crate's own sources can't be read.
pub fn drift(document: &Document) -> io::Result<Drift> {
    let mut drift = Drift::default();
    let all = operations();
    let mut documented = BTreeMap::new();
    for operation in document.operations() {
        documented.insert(format!("{} {}", operation.method, template(operation.path)), operation);
    }
    let names = documented.keys().cloned().collect();
    drift.compare("operation ", &names, &all.iter().map(Known::endpoint).collect());
    let vocabulary = words::words()?;
    for known in &all {
        if let Some(operation) = documented.get(&known.endpoint()) {
            let capability = BTreeSet::from([known.capability.to_owned()]);
            let what = format!("capability of {}: ", known.name);
            drift.compare(&what, &document.capabilities(*operation), &capability);
            status(&mut drift, document, *operation, known);
            parameters(&mut drift, document, *operation, known);
            body(&mut drift, document, *operation, known);
            response(&mut drift, document, *operation, known, &vocabulary);
        }
    }
    errors(&mut drift, document, &vocabulary);
    Ok(drift)
}

/// Compares the status of the success with that of the recordings.
fn status(drift: &mut Drift, document: &Document, operation: Documented<'_>, known: &Known) {
    let documented = document.status(operation).map(str::to_owned).into_iter().collect();
    let recorded =
        known.recordings().map(|name| recording::read(&name).status().as_str().to_owned());
    drift.compare(&format!("status of {}: ", known.name), &documented, &recorded.collect());
}

fn parameters(drift: &mut Drift, document: &Document, operation: Documented<'_>, known: &Known) {
    let mut sent: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for request in &known.requests {
        let query = request.uri().query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let values = value.split(',').map(str::to_owned);
            sent.entry(name.into_owned()).or_default().extend(values);
        }
    }
    let parameters = document.query(operation).flat_map(parameter_names);
    let parameters: BTreeMap<String, &Value> = parameters.collect();
    let names = parameters.keys().cloned().collect();
    let what = format!("parameter of {}: ", known.name);
    drift.compare(&what, &names, &sent.keys().cloned().collect());
    for (name, schema) in parameters {
        let documented: BTreeSet<String> =
            words(document.resolve(schema)).map(str::to_owned).collect();
        if let (false, Some(sent)) = (documented.is_empty(), sent.get(&name)) {
            let what = format!("value of a parameter of {}: {name}=", known.name);
            drift.compare(&what, &documented, sent);
        }
    }
}

fn body(drift: &mut Drift, document: &Document, operation: Documented<'_>, known: &Known) {
    let Some(schema) = document.body(operation) else {
        if known.requests.iter().any(|request| !request.body().is_empty()) {
            drift.add(format!("- body of {}", known.name));
        }
        return;
    };
    let places = places(document, schema);
    let words = |of: &[(String, Value)]| -> BTreeSet<String> {
        of.iter().map(|(label, word)| format!("{} = {word}", without_tag(label))).collect()
    };
    let (mut built, mut sent) = (BTreeSet::new(), Vec::new());
    for body in known.requests.iter().map(|request| request.body()) {
        // Some have no body.
        let Ok(body) = serde_json::from_slice(body) else { continue };
        let found = labels(document, schema, &body);
        built.extend(found.documented.iter().map(|(label, _)| label.clone()));
        built.extend(found.undocumented.into_iter().map(|of| of.label));
        sent.extend(found.documented);
    }
    let documented: BTreeSet<String> =
        places.iter().flat_map(|place| on_the_way(&place.label)).collect();
    drift.compare(&format!("property of a request of {}: ", known.name), &documented, &built);
    let enumerations: BTreeSet<String> = places
        .iter()
        .filter(|place| place.is_word)
        .map(|place| without_tag(&place.label))
        .collect();
    sent.retain(|(label, value)| enumerations.contains(&without_tag(label)) && value.is_string());
    let placed = places.iter().filter(|place| place.is_word);
    let placed = placed.map(|place| (place.label.clone(), place.value().clone()));
    let what = format!("value of a request of {}: ", known.name);
    drift.compare(&what, &words(&placed.collect::<Vec<_>>()), &words(&sent));
}

/// A label and those of the objects around it, as [`labels`] writes them.
fn on_the_way(label: &str) -> Vec<String> {
    let ends = label.match_indices(['.', '[', '(']).map(|(end, _)| end).chain([label.len()]);
    let starts = ends.filter_map(|end| label.get(..end));
    starts
        .filter(|label| !label.is_empty() && !label.ends_with([']', ')']))
        .map(str::to_owned)
        .collect()
}

fn response(
    drift: &mut Drift,
    document: &Document,
    operation: Documented<'_>,
    known: &Known,
    vocabulary: &BTreeSet<String>,
) {
    let Some(schema) = document.success(operation) else {
        drift.add(format!("- response of {}", known.name));
        return;
    };
    let places = places(document, schema);
    drift.placed += places.len();
    let mut probe = Probe::new(known);
    // Many operations have the same schemas. What is in none belongs to the operation.
    let named = |name: &str| {
        let is_named = name.starts_with(char::is_alphanumeric);
        if is_named { name.to_owned() } else { format!("{}{name}", known.name) }
    };
    let mut changed = Vec::new();
    let mut has_cause = false;
    for name in known.recordings() {
        let Some(read) = known.read(&recording::json(&name)) else { continue };
        let found = labels(document, schema, &read.value);
        let is_needed = |of: &Property| !probe.reads_without(&read.value, &of.pointer);
        let needed = found.undefined.iter().filter(|of| is_needed(of));
        has_cause |= found.undocumented.iter().any(is_needed) || !found.mistyped.is_empty();
        for property in found.undocumented.iter().chain(needed) {
            drift.add(format!("- property of a response: {}", named(&property.name)));
        }
        has_cause |= found.undefined.iter().any(is_needed);
        for (property, types) in found.mistyped {
            drift.add(format!("+ type of a response: {} = {types}", named(&property.name)));
            changed.push(property.label);
        }
    }
    let mut enumerations: BTreeMap<String, (&Place, BTreeSet<&str>)> = BTreeMap::new();
    for place in &places {
        if changed.iter().any(|label| place.label.starts_with(label)) {
            // A line says so.
        } else if !probe.knows(place) {
            if probe.reads_around(place) {
                drift.add(format!("+ property of a response: {}", named(&place.name)));
            } else if !has_cause {
                let what = "what is required alone is not read";
                drift.add(format!("+ response of {}: {what}", known.name));
            }
        } else if let Some(word) = place.value().as_str().filter(|_| place.is_word) {
            if !probe.knows_word(place, word) {
                drift.add(format!("+ value of a response: {} = {word}", named(&place.name)));
            }
            let label = without_tag(&place.label);
            enumerations.entry(label).or_insert((place, BTreeSet::new())).1.insert(word);
        }
    }
    for (place, words) in enumerations.values() {
        let gone = vocabulary.iter().filter(|word| !words.contains(word.as_str()));
        let gone = gone.filter(|word| !words::is_code(word));
        // Other places have any word.
        if probe.knows_word(place, "made-up") {
            continue;
        }
        for word in gone.filter(|word| probe.knows_word(place, word)) {
            let name = without_tag(&named(&place.name));
            drift.add(format!("- value of a response: {name} = {word}"));
        }
    }
}

fn errors(drift: &mut Drift, document: &Document, vocabulary: &BTreeSet<String>) {
    let Some(schema) = document.root.pointer("/components/schemas/Error") else { return };
    let codes = schema.pointer("/properties/code").into_iter().flat_map(words);
    let is_other = |code: &&str| OTHER_CODES.iter().any(|other| code.starts_with(other));
    let codes = codes.filter(|code| !is_other(code)).map(str::to_owned).collect();
    let known = vocabulary.iter().filter(|word| words::is_code(word)).cloned().collect();
    drift.compare("error code ", &codes, &known);
    for place in places(document, schema) {
        let body = serde_json::json!({"error": place.document, "data": null}).to_string();
        let mut response = Response::new(body);
        *response.status_mut() = http::StatusCode::CONFLICT;
        let error = hub().response(&cycle_images::images::GetImages::new(), response).err();
        let shown = error.and_then(|error| error.platform().map(|error| format!("{error:?}")));
        if !shown.unwrap_or_default().contains(&place.value().to_string()) {
            drift.add(format!("+ property of an error: {}", place.label));
        }
    }
}
