use std::time::Duration;

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName};

use crate::wire::timestamp::Timestamp;

/// The time that a response's `Retry-After` asks to wait, in seconds or until a date. The date is
/// compared with the response's own `Date`, so that a wrong local clock has no effect.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: HeaderName| Some(headers.get(name)?.to_str().ok()?.trim());
    let asked = text(RETRY_AFTER)?;
    if !asked.is_empty() && asked.bytes().all(|byte| byte.is_ascii_digit()) {
        // Only too many digits can fail to parse.
        return Some(Duration::from_secs(asked.parse().unwrap_or(u64::MAX)));
    }
    let sent = text(DATE).and_then(|sent| http_date(sent, now)).unwrap_or(now);
    // A date in the past asks for no wait.
    Some(http_date(asked, now)?.saturating_duration_since(sent))
}

/// Parses the three formats that RFC 9110 (5.6.7) requires a recipient to accept. The weekday is
/// redundant, and ignored.
fn http_date(text: &str, now: Timestamp) -> Option<Timestamp> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).collect();
    let (day, month, year, time) = match words.as_slice() {
        [_, day, month, year, time, "GMT"] => (day, month, year, time),
        [_, month, day, time, year] => (day, month, year, time),
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| name == month)?.saturating_add(1);
    let of =
        |year: i16| format!("{year:04}-{month:02}-{day:0>2}T{time}Z").parse::<Timestamp>().ok();
    let number = year.parse::<i16>().ok()?;
    match year.len() {
        4 => of(number),
        2 => {
            // RFC 850 has a year of two digits, which is at most 50 years in the future.
            let (this_year, this_day) = now.in_year();
            let date = of(this_year - this_year % 100 + number)?;
            let (year, day) = date.in_year();
            if (year - 50, day) > (this_year, this_day) { of(year - 100) } else { Some(date) }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(&'static str, &'static str)]) -> Option<u64> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        retry_after(&map, now()).map(|time| time.as_secs())
    }

    fn now() -> Timestamp {
        "2026-03-26T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn seconds() {
        assert_eq!(asked(&[("retry-after", " 120 ")]), Some(120));
        assert_eq!(asked(&[("retry-after", "0")]), Some(0));
        for nonsense in ["", "-1", "+1", "1.5", "soon", "1 s"] {
            assert_eq!(asked(&[("retry-after", nonsense)]), None, "{nonsense}");
        }
        assert_eq!(asked(&[]), None);
    }

    #[test]
    fn more_seconds_than_can_be_counted_are_the_most_that_can() {
        for many in ["18446744073709551615", "99999999999999999999", &"9".repeat(1000)] {
            let mut map = HeaderMap::new();
            map.insert("retry-after", many.parse().unwrap());
            assert_eq!(retry_after(&map, now()), Some(Duration::from_secs(u64::MAX)), "{many}");
        }
    }

    #[test]
    fn a_date_against_the_responses_own() {
        let date = ("retry-after", "Thu, 26 Mar 2026 10:00:30 GMT");
        assert_eq!(asked(&[date, ("date", "Thu, 26 Mar 2026 10:00:10 GMT")]), Some(20));
        assert_eq!(asked(&[date, ("date", "Thursday, 26-Mar-26 10:00:10 GMT")]), Some(20));
        assert_eq!(asked(&[date, ("date", "nonsense")]), Some(30));
        assert_eq!(asked(&[date, ("date", "Thu, 26 Mar 2026 10:01:00 GMT")]), Some(0));
    }

    /// RFC 9110, 5.6.7.
    #[test]
    fn every_form_of_a_date() {
        for date in [
            "Thu, 26 Mar 2026 10:00:30 GMT",
            "Thursday, 26-Mar-26 10:00:30 GMT",
            "Thu Mar 26 10:00:30 2026",
            // A wrong weekday, in any format.
            "Mon, 26 Mar 2026 10:00:30 GMT",
            "Monday, 26-Mar-26 10:00:30 GMT",
            "Mon Mar 26 10:00:30 2026",
        ] {
            assert_eq!(asked(&[("retry-after", date)]), Some(30), "{date}");
        }
        let day = 24 * 3600;
        assert_eq!(asked(&[("retry-after", "Wed Apr  1 10:00:00 2026")]), Some(6 * day));
        // A leap second is read as the second before it.
        assert_eq!(
            asked(&[("retry-after", "Thu, 26 Mar 2026 10:00:60 GMT")]),
            asked(&[("retry-after", "Thu, 26 Mar 2026 10:00:59 GMT")])
        );
        for nonsense in [
            "Thu, 26 Mar 2026 10:00:30 PST",
            "Thu, 26 Mar 2026 10:00:30",
            "Thu, 30 Feb 2026 10:00:30 GMT",
            "Thu, 26 Mai 2026 10:00:30 GMT",
            "Thu, 26 Mar 2026 25:00:30 GMT",
            "Thu, 26 Mar 2026 10:00:30 GMT or so",
            "Thu, 26 Mar 226 10:00:30 GMT",
            "Thu, 26 Mar 12026 10:00:30 GMT",
            "Thu, +26 Mar 2026 10:00:30 GMT",
            "Thursday, 26-Mar-2x 10:00:30 GMT",
        ] {
            assert_eq!(asked(&[("retry-after", nonsense)]), None, "{nonsense}");
        }
    }

    #[test]
    fn two_digits_of_a_year_are_never_more_than_50_years_ahead() {
        let asked = |date| asked(&[("retry-after", date)]).unwrap();
        assert_eq!(asked("Thursday, 26-Mar-76 10:00:00 GMT"), 1_577_923_200);
        assert_eq!(asked("Thursday, 26-Mar-76 10:00:01 GMT"), 0);
        assert_eq!(asked("Sunday, 06-Nov-94 08:49:37 GMT"), 0);
        assert_eq!(asked("Saturday, 01-Jan-00 00:00:00 GMT"), 0);
    }

    #[test]
    fn two_digits_and_four_are_the_same_year() {
        let date = ("date", "Sunday, 06-Nov-94 08:49:07 GMT");
        assert_eq!(asked(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), date]), Some(30));
    }

    #[test]
    fn far_ahead_is_far_ahead() {
        let far = asked(&[("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")]);
        assert_eq!(far, Some(251_627_781_599));
    }
}
