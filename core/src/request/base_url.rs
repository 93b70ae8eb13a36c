use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;

use crate::error::RequestError;

/// The URL that the platform's paths are appended to: scheme, host and an optional path, without a
/// trailing slash.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    pub(crate) fn platform() -> Self {
        Self("https://api.cycle.io".to_owned())
    }

    pub(crate) fn factory() -> Self {
        Self("https://factory.cycle.io:9414".to_owned())
    }

    /// Accepts https, and http on a loopback host.
    pub(crate) fn secure(url: &str) -> Result<Self, RequestError> {
        let uri = parse(url)?;
        if uri.scheme_str() == Some("http") && !uri.host().is_some_and(is_loopback) {
            return refuse(
                "is plain http, in which anyone on the way can read the API key; use https, \
                 or opt in with `with_insecure_base_url`",
            );
        }
        Ok(Self(url.trim_end_matches('/').to_owned()))
    }

    /// Accepts https and http.
    pub(crate) fn insecure(url: &str) -> Result<Self, RequestError> {
        parse(url)?;
        Ok(Self(url.trim_end_matches('/').to_owned()))
    }

    /// The host and port, for errors.
    pub(crate) fn host(&self) -> String {
        let Ok(uri) = self.0.parse::<Uri>() else { return self.0.clone() };
        let default = if uri.scheme_str() == Some("http") { 80 } else { 443 };
        let port = uri.port_u16().unwrap_or(default);
        format!("{}:{port}", uri.host().unwrap_or_default())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn parse(url: &str) -> Result<Uri, RequestError> {
    // `Uri` drops a fragment silently.
    if url.contains('#') {
        return refuse("has a fragment; give scheme, host and perhaps a path");
    }
    let uri = match url.parse::<Uri>() {
        Ok(uri) if url.is_ascii() => uri,
        _ => return refuse("is not a URL, such as https://api.cycle.io"),
    };
    if !matches!(uri.scheme_str(), Some("https" | "http")) {
        return refuse("doesn't begin with https://");
    }
    if uri.authority().is_none_or(|authority| authority.as_str().contains('@')) {
        return refuse("has user info in front of its host; the API key goes into the hub");
    }
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let host = uri.host().filter(|host| !host.is_empty());
    let Some(host) = host else {
        return refuse("has no host");
    };
    // Some clients use the default port if the port isn't a number.
    let is_port = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse().is_ok_and(|port: u16| port > 0)
    };
    match authority.strip_prefix(host) {
        Some("") => (),
        Some(behind) if behind.strip_prefix(':').is_some_and(is_port) => (),
        _ => return refuse("has a port that is not a number from 1 to 65535"),
    }
    if !is_plain(host) {
        return refuse(
            "has a host that clients may read differently; give a name or an IP address",
        );
    }
    if uri.query().is_some() {
        return refuse("has a query; give scheme, host and perhaps a path");
    }
    if !uri.path().split('/').all(is_segment) {
        return refuse("has a path that clients may read differently; percent-encode it");
    }
    if uri.path().trim_end_matches('/').ends_with("/v1") {
        return refuse("ends in /v1, with which each path begins; leave it out");
    }
    Ok(uri)
}

fn refuse<T>(reason: &'static str) -> Result<T, RequestError> {
    Err(RequestError::new("base_url", reason))
}

/// Whether every client reads the host in the same way: some resolve `127.1`, `0x7f.1`, `%61` or a
/// zone.
fn is_plain(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let labels = host.strip_suffix('.').unwrap_or(host).split('.');
    let is_label = |label: &str| {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.bytes().all(is_known)
    };
    let is_name = labels.clone().all(is_label);
    let is_number = |label: &str| {
        let hex = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
        label.bytes().all(|byte| byte.is_ascii_digit())
            || hex.is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let ends_in_number = labels.clone().next_back().is_some_and(is_number);
    is_name && (!ends_in_number || host.parse::<Ipv4Addr>().is_ok())
}

/// Whether every client sends a path segment unchanged: some resolve dot segments, and encode what
/// RFC 3986 doesn't allow.
fn is_segment(segment: &str) -> bool {
    let mut pieces = segment.split('%');
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
    let is_encoded = |piece: &str| {
        piece.len() >= 2 && piece.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())
    };
    let first = pieces.next().unwrap_or_default();
    first.bytes().all(is_known)
        && pieces.all(|piece| is_encoded(piece) && piece.bytes().all(is_known))
        && !matches!(&*segment.to_ascii_lowercase().replace("%2e", "."), "." | "..")
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_prefix_is_kept_and_slashes_at_the_end_are_not() {
        for (url, kept) in [
            ("https://api.my-company.cycle.io", "https://api.my-company.cycle.io"),
            ("https://example.com:8443/cycle/", "https://example.com:8443/cycle"),
            ("HTTPS://example.com//", "HTTPS://example.com"),
        ] {
            assert_eq!(BaseUrl::secure(url).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn plain_http_stays_on_the_machine_unless_opted_in() {
        for url in
            ["http://127.0.0.1:80", "http://127.9.9.9", "http://[::1]:1", "http://LOCALHOST/x"]
        {
            assert!(BaseUrl::secure(url).is_ok(), "{url}");
        }
        for url in ["http://api.cycle.io", "http://127.0.0.1.example.com", "http://10.0.0.1"] {
            let error = BaseUrl::secure(url).unwrap_err().to_string();
            assert!(error.contains("base_url is plain http"), "{error}");
            assert!(BaseUrl::insecure(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn urls_with_more_or_less_than_a_base_are_refused() {
        for url in [
            "",
            "api.cycle.io",
            "/v1",
            "ftp://api.cycle.io",
            "https://",
            "https:///v1",
            "https://user:sec-pw@api.cycle.io",
            "https://@api.cycle.io",
            "https://api.cycle.io?",
            "https://api.cycle.io/?a=b",
            "https://api.cycle.io/#",
            "https://a b",
            "https://ü.example.com",
            "https://:443",
        ] {
            let error = BaseUrl::insecure(url).unwrap_err();
            assert_eq!(error.argument(), "base_url");
            assert!(!error.to_string().contains("sec-pw"));
        }
    }
}
