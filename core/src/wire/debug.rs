//! `Debug` of values that may contain credentials: it shows names, and URLs without their secret
//! parts.

use std::collections::BTreeMap;
use std::fmt;

use http::Request;

use crate::wire::secret::REDACTED;

/// Implements `Debug` of a struct, with some fields replaced by what may be shown.
macro_rules! debug {
    ($name:ident { $($field:ident $(= $shown:expr)?),* $(,)? }) => {
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                // Without `..`, so that a new field must be listed.
                let Self { $($field),* } = self;
                $($(let $field = &$shown;)?)*
                f.debug_struct(stringify!($name))$(.field(stringify!($field), $field))*.finish()
            }
        }
    };
}
pub(crate) use debug;

/// A URL without its user info and its query. `Debug` shows scheme and host alone: a path may have
/// a token in it.
pub(crate) struct Url<'a>(pub(crate) &'a str);

impl fmt::Debug for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, user, place, query) = url_parts(self.0);
        let host = place.split(['/', '?', '#']).next().unwrap_or_default();
        let user = if user.is_empty() { "" } else { "[redacted]@" };
        let is_whole = host.len() == place.len() && query.is_empty();
        let rest = if is_whole { "" } else { "/[redacted]" };
        write!(f, "\"{scheme}{user}{host}{rest}\"")
    }
}

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, user, place, query) = url_parts(self.0);
        let user = if user.is_empty() { "" } else { "[redacted]@" };
        let query = if query.is_empty() { "" } else { "?[redacted]" };
        write!(f, "{scheme}{user}{place}{query}")
    }
}

/// Splits a URL into its scheme, user info, host and path, and the rest. If it isn't clear where
/// the user info ends, as much as possible is taken as user info, which is redacted.
pub(crate) fn url_parts(url: &str) -> (&str, &str, &str, &str) {
    let behind = |end: Option<usize>| url.split_at_checked(end.unwrap_or(0)).unwrap_or(("", url));
    let (scheme, rest) = behind(url.find("://").map(|at| at + 3));
    let (user, rest) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (place, query) = rest.split_once(['?', '#']).unwrap_or((rest, ""));
    (scheme, user, place, query)
}

/// A request's method, URL and length of body.
pub(crate) struct Sent<'a, B>(pub(crate) &'a Request<B>, pub(crate) usize);

impl<B> fmt::Debug for Sent<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(request, length) = self;
        let uri = request.uri().to_string();
        write!(f, "{} {}, {length} bytes", request.method(), Url(&uri))
    }
}

/// A map's names without its values.
pub(crate) struct Names<'a>(pub(crate) &'a BTreeMap<String, String>);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for name in self.0.keys() {
            map.entry(name, &format_args!("{REDACTED}"));
        }
        map.finish()
    }
}
