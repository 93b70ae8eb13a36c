use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use crate::wire::timestamp::Timestamp;

/// How long a response asks to wait: in seconds, or until a date. The date is taken against the
/// response's own `Date`, so that a clock that is off here changes nothing.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text| Timestamp::from_http_date(text);
    let sent = headers.get(DATE).and_then(|value| date(value.to_str().ok()?)).unwrap_or(now);
    Some(date(asked)?.since(sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(&'static str, &'static str)]) -> Option<u64> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        retry_after(&map, "2026-03-26T10:00:00Z".parse().unwrap()).map(|time| time.as_secs())
    }

    #[test]
    fn seconds() {
        assert_eq!(asked(&[("retry-after", " 120 ")]), Some(120));
        assert_eq!(asked(&[("retry-after", "0")]), Some(0));
        for nonsense in ["-1", "1.5", "soon", "99999999999999999999"] {
            assert_eq!(asked(&[("retry-after", nonsense)]), None, "{nonsense}");
        }
        assert_eq!(asked(&[]), None);
    }

    #[test]
    fn a_date_against_the_responses_own() {
        let date = ("retry-after", "Thu, 26 Mar 2026 10:00:30 GMT");
        assert_eq!(asked(&[date, ("date", "Thu, 26 Mar 2026 10:00:10 GMT")]), Some(20));
        assert_eq!(asked(&[date, ("date", "nonsense")]), Some(30));
        assert_eq!(asked(&[date, ("date", "Thu, 26 Mar 2026 10:01:00 GMT")]), Some(0));
    }
}
