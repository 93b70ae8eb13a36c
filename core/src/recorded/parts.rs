//! Where secrets stand in a text, by the grammar of each place: properties of JSON, parameters and
//! user info of URLs, fields of forms.

use std::ops::Range;

use super::json::{self, Kind, Token};
use super::names::{Meaning, is_secret_parameter, meaning};

/// A part of a text that has a meaning of its own.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) span: Range<usize>,
    pub(super) role: Role,
    pub(super) code: Code,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A secret, by its name.
    Secret,
    /// A value of a map of settings, such as an environment variable.
    Setting,
    /// User info of a URL.
    UserInfo { is_http: bool },
    /// When a token expires.
    Expiry,
    /// The name of a property.
    Name,
    /// What identifies a thing or its state.
    Identifier,
    /// Any other text: secrets may be in it.
    Text,
}

/// How a part is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// With quotes, if it is a string.
    Json,
    /// Percent-encoded, with a plus for a space.
    Percent,
    Plain,
}

/// The parts in the order of the text. They don't overlap.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    if is_form(text) {
        parameters(text.trim_end(), 0, &mut parts);
    } else if let Some(fields) = form_data(text) {
        parts = fields;
    } else {
        let mut behind = 0;
        for part in properties(text) {
            urls(text, behind..part.span.start, &mut parts);
            behind = part.span.end;
            parts.push(part);
        }
        urls(text, behind..text.len(), &mut parts);
    }
    parts
}

/// The properties of objects, in JSON or in a text that has some.
fn properties(text: &str) -> Vec<Part> {
    let tokens = json::tokens(text);
    let raw = |token: &Token| text.get(token.span.clone()).unwrap_or_default();
    let decoded =
        |token: &Token| json::decoded(raw(token)).unwrap_or_else(|| raw(token).to_owned());
    let mut objects: Vec<Object> = Vec::new();
    objects.resize_with(tokens.len(), Object::default);
    let names: Vec<Option<String>> =
        tokens.iter().map(|token| Some(decoded(tokens.get(token.name?)?))).collect();
    // What the properties of an object tell of each other.
    for (token, name) in tokens.iter().zip(&names) {
        let object = token.parent.and_then(|parent| objects.get_mut(parent));
        let (Some(object), Some(name)) = (object, name.as_deref()) else { continue };
        match name {
            "token" => object.has_token |= !matches!(raw(token), "\"\"" | "null"),
            // The URL of a webhook may be all that it takes to call it.
            "type" => {
                object.is_webhook |= token.kind == Kind::String && decoded(token) == "webhook"
            }
            "name" | "key" if token.kind == Kind::String => {
                object.is_secret_pair |= is_secret_parameter(&decoded(token));
            }
            "value" => object.is_pair = true,
            "grant_type" | "redirect_uri" | "code_verifier" => object.is_grant = true,
            _ => {}
        }
    }
    let mut parts = Vec::new();
    for (at, (token, name)) in tokens.iter().zip(names).enumerate() {
        let parent =
            token.parent.and_then(|parent| objects.get(parent)).cloned().unwrap_or_default();
        let name = name.as_deref();
        let meaning = name.map_or(parent.meaning_of_elements, meaning);
        let inherited = match name {
            Some("details") if parent.is_webhook => Some(Role::Secret),
            Some("value") if parent.is_secret_pair => Some(Role::Secret),
            Some("code") if parent.is_grant => Some(Role::Secret),
            Some("name" | "key") if parent.is_pair => None,
            _ => parent.within,
        };
        let is_constant = matches!(raw(token), "null" | "true" | "false");
        let role = match token.kind {
            Kind::Name => Role::Name,
            Kind::Object | Kind::Array => {
                if let Some(object) = objects.get_mut(at) {
                    object.within = inherited.or(match meaning {
                        Meaning::Secret => Some(Role::Secret),
                        Meaning::Settings => Some(Role::Setting),
                        _ => None,
                    });
                    let is_list = token.kind == Kind::Array;
                    object.meaning_of_elements = if is_list { meaning } else { Meaning::Other };
                }
                continue;
            }
            Kind::Scalar if is_constant => continue,
            // A word of the platform's, which says what the rest is.
            _ if matches!(name, Some("type" | "capability")) => Role::Identifier,
            _ if parent.has_token && name == Some("expires") => Role::Expiry,
            _ => inherited.unwrap_or(match meaning {
                Meaning::Secret | Meaning::SecretText => Role::Secret,
                Meaning::Identifier => Role::Identifier,
                Meaning::Settings | Meaning::Other => Role::Text,
            }),
        };
        if token.kind != Kind::Scalar || !matches!(role, Role::Text | Role::Identifier) {
            parts.push(Part { span: token.span.clone(), role, code: Code::Json });
        }
    }
    parts
}

#[derive(Clone, Default)]
struct Object {
    has_token: bool,
    is_webhook: bool,
    /// `{"name": "MODE", "value": ...}`.
    is_pair: bool,
    /// `{"name": "PASSWORD", "value": ...}`.
    is_secret_pair: bool,
    /// Of OAuth, whose `code` is no error's.
    is_grant: bool,
    /// The role of all that is in it.
    within: Option<Role>,
    /// What the name of a list says about its elements.
    meaning_of_elements: Meaning,
}

/// URLs, absolute or relative, and parts of forms, in a range of a text.
fn urls(text: &str, range: Range<usize>, parts: &mut Vec<Part>) {
    let Some(gap) = text.get(range.clone()) else { return };
    if !gap.contains(['?', '#', '@', '&', ';']) {
        return;
    }
    for word in gap.split(ends_url) {
        // A part of the same string.
        let start = range.start + (word.as_ptr() as usize).saturating_sub(gap.as_ptr() as usize);
        let mut rest = word;
        while let Some((scheme, behind)) = rest.split_once("://") {
            let end = behind.find(['/', '?', '#', ',']).unwrap_or(behind.len());
            let authority = behind.get(..end).unwrap_or_default();
            if let Some((user, _)) = authority.rsplit_once('@') {
                let begin = start + word.len() - behind.len();
                let is_http = scheme.ends_with("http") || scheme.ends_with("https");
                let role = Role::UserInfo { is_http };
                parts.push(Part { span: begin..begin + user.len(), role, code: Code::Percent });
            }
            rest = behind.get(end..).unwrap_or_default();
        }
        let is_path = rest.starts_with('/');
        let begins = |c: char| "?#&".contains(c) || c == ';' && is_path;
        if let Some((before, behind)) = rest.split_once(begins) {
            let is_form = rest.get(before.len()..).is_some_and(|rest| rest.starts_with('&'));
            let pairs = if is_form { rest } else { behind };
            parameters(pairs, start + word.len() - pairs.len(), parts);
        }
    }
}

fn ends_url(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "\"'`<>(){}\\|".contains(c)
}

/// The values of parameters: of a query, of a fragment, of a form. `start` is where they are.
fn parameters(query: &str, start: usize, parts: &mut Vec<Part>) {
    let mut at = start;
    for pair in query.split(['&', ';', '?', '#']) {
        if let Some((name, value)) = pair.split_once('=') {
            let role = match is_secret_parameter(&decoded(name)) {
                true => Role::Secret,
                false => Role::Text,
            };
            let begin = at + name.len() + 1;
            if role == Role::Secret || value.contains('%') {
                parts.push(Part { span: begin..begin + value.len(), role, code: Code::Percent });
            }
        }
        at += pair.len() + 1;
    }
}

/// A value of a parameter, decoded.
pub(super) fn decoded(value: &str) -> String {
    let plain = value.replace('+', " ");
    percent_encoding::percent_decode_str(&plain).decode_utf8_lossy().into_owned()
}

/// `a=1&b=2`.
fn is_form(text: &str) -> bool {
    let text = text.trim_end();
    let is_name = |c: char| c.is_alphanumeric() || "_-.[]%+~".contains(c);
    !text.is_empty()
        && !text.contains(ends_url)
        && text.split('&').all(|pair| {
            let name = pair.split_once('=').map(|(name, _)| name);
            name.is_some_and(|name| !name.is_empty() && name.chars().all(is_name))
        })
}

/// The fields of `multipart/form-data`.
fn form_data(text: &str) -> Option<Vec<Part>> {
    let boundary = text.lines().next().filter(|line| line.len() > 2 && line.starts_with("--"))?;
    if !text.contains("form-data") {
        return None;
    }
    let mut parts = Vec::new();
    let mut start = 0;
    for piece in text.split(boundary) {
        let blank =
            ["\r\n\r\n", "\n\n"].into_iter().find_map(|line| Some(piece.find(line)? + line.len()));
        let (head, value) =
            piece.split_at_checked(blank.unwrap_or(piece.len())).unwrap_or((piece, ""));
        let name = head.split_once("name=\"").and_then(|(_, rest)| Some(rest.split_once('"')?.0));
        let begin = start + head.len();
        if name.is_some_and(is_secret_parameter) {
            let length = value.trim_end_matches(['\r', '\n']).len();
            parts.push(Part { span: begin..begin + length, role: Role::Secret, code: Code::Plain });
        } else {
            parts.extend(
                properties(value).into_iter().map(|part| Part {
                    span: part.span.start + begin..part.span.end + begin,
                    ..part
                }),
            );
        }
        start += piece.len() + boundary.len();
    }
    Some(parts)
}
