use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// A point in time, as the platform writes it: RFC 3339, to the nanosecond.
///
/// Where the platform writes the zero time or an empty string for *never*, models have an
/// `Option<Timestamp>` that is `None`, and also for a string that isn't a time. Times with an
/// offset are converted to UTC. Digits after the nanoseconds are ignored, a leap second is read as
/// the second before it, and a time that its offset moves past the year 9999 is the last one of
/// that year.
///
/// ```
/// use cycle_images::Timestamp;
///
/// let moment: Timestamp = "2026-03-26T10:00:00.5+02:00".parse()?;
/// assert_eq!(moment.to_string(), "2026-03-26T08:00:00.5Z");
/// assert_eq!(moment.unix_seconds(), 1_774_512_000);
/// # Ok::<(), cycle_images::time::TimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime); // in UTC, and up to the end of 9999, where jiff's own ends before

/// A string that is not an RFC 3339 time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a moment in RFC 3339, such as 2026-03-26T10:00:00Z")]
#[non_exhaustive]
pub struct TimestampError;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0));

    /// What the platform writes for *never*.
    pub(crate) const ZERO: Self = Self(jiff::civil::date(1, 1, 1).at(0, 0, 0, 0));

    /// Whole seconds since 1970-01-01T00:00:00Z, negative before it.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.since_epoch().as_secs()
    }

    /// This time plus a duration, at most the last time of the year 9999.
    #[must_use]
    pub fn plus(self, time: Duration) -> Self {
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        Self(self.0.saturating_add(time))
    }

    fn since_epoch(self) -> SignedDuration {
        self.0.duration_since(Self::UNIX_EPOCH.0)
    }

    /// The duration since an earlier time; zero if it is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.duration_since(earlier.0).try_into().unwrap_or_default()
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, negative before it.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        i64::try_from(self.since_epoch().as_millis()).unwrap_or(i64::MAX)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        parse(text.as_bytes()).map(Self).ok_or(TimestampError)
    }
}

/// Parses RFC 3339: `2026-03-26T10:00:00.5+02:00`.
fn parse(text: &[u8]) -> Option<DateTime> {
    let (date, rest) = text.split_first_chunk::<10>()?;
    let (time, rest) = rest.split_first_chunk::<9>()?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *date else { return None };
    let [b'T' | b't', h0, h1, b':', i0, i1, b':', s0, s1] = *time else { return None };
    let year = i16::from(two(y0, y1)?) * 100 + i16::from(two(y2, y3)?);
    let date = Date::new(year, two(m0, m1)?, two(d0, d1)?).ok()?;
    // The date library has no leap seconds: read it as the second before.
    let second = match two(s0, s1)? {
        60 => 59,
        second => second,
    };
    let (nanosecond, offset) = match rest {
        [b'.', rest @ ..] => fraction(rest)?,
        rest => (0, rest),
    };
    let time = Time::new(two(h0, h1)?, two(i0, i1)?, second, nanosecond).ok()?;
    let local = date.to_datetime(time);
    match *offset {
        [b'Z' | b'z'] => Some(local),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => {
            let (hours, minutes) = (i64::from(two(h0, h1)?), i64::from(two(m0, m1)?));
            let offset = SignedDuration::from_secs(hours * 3600 + minutes * 60);
            let in_range = hours < 24 && minutes < 60;
            let utc = if sign == b'-' { offset } else { -offset };
            let moment = local.saturating_add(utc);
            // A year without four digits couldn't be written back.
            (in_range && moment.year() >= 0).then_some(moment)
        }
        _ => None,
    }
}

/// Parses two digits.
fn two(tens: u8, ones: u8) -> Option<i8> {
    let both = tens.is_ascii_digit() && ones.is_ascii_digit();
    both.then(|| (tens - b'0') as i8 * 10 + (ones - b'0') as i8)
}

/// Parses the digits after the dot as nanoseconds, and returns the rest.
fn fraction(text: &[u8]) -> Option<(i32, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(digits)?;
    let digit = |place| digits.get(place).map_or(0, |digit| i32::from(digit - b'0'));
    let nanoseconds = (0..9).fold(0, |sum, place| sum * 10 + digit(place));
    (!digits.is_empty()).then_some((nanoseconds, rest))
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        let epoch = Self::UNIX_EPOCH.0;
        let moment = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(time) => epoch.checked_add(time),
            Err(before) => epoch.checked_sub(before.duration()),
        };
        moment.map(Self).map_err(|_| TimestampError)
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampError> {
        let time = timestamp.since_epoch();
        let moment = if time.is_negative() {
            Self::UNIX_EPOCH.checked_sub(time.unsigned_abs())
        } else {
            Self::UNIX_EPOCH.checked_add(time.unsigned_abs())
        };
        moment.ok_or(TimestampError)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read_or_never(deserializer)?
            .ok_or_else(|| de::Error::custom("expected a time in RFC 3339, not the zero time"))
    }
}

impl Timestamp {
    /// Reads a time that may be *never*, which the platform writes as the zero time, `null` or an
    /// empty string. A string that isn't a time is read as never, too: it must not cost the record.
    pub(crate) fn read_or_never<'de, D>(deserializer: D) -> Result<Option<Self>, D::Error>
    where
        D: Deserializer<'de>,
    {
        deserializer.deserialize_any(OrNever)
    }
}

struct OrNever;

impl Visitor<'_> for OrNever {
    type Value = Option<Timestamp>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time in RFC 3339")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.parse().ok().filter(|time| *time != Timestamp::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_platform_are_written_back() {
        for text in
            ["2026-03-26T10:00:00Z", "2026-03-26T10:00:00.123456789Z", "1969-12-31T23:59:59.5Z"]
        {
            let json = format!("\"{text}\"");
            let time: Timestamp = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&time).unwrap(), json);
        }
    }

    #[test]
    fn every_writing_of_never_is_none() {
        for json in [
            "null",
            "\"\"",
            "\"0001-01-01T00:00:00Z\"",
            "\"0001-01-01T00:00:00.000Z\"",
            "\"0001-01-01T01:00:00+01:00\"",
            "\"soon\"",
        ] {
            let time = Timestamp::read_or_never(&mut serde_json::Deserializer::from_str(json));
            assert_eq!(time.unwrap(), None, "{json}");
        }
    }

    #[test]
    fn every_moment_of_the_years_1_to_9999_is_read() {
        for (text, written) in [
            ("0001-01-01T00:00:00.000000001Z", "0001-01-01T00:00:00.000000001Z"),
            ("0001-01-01T00:00:00+23:59", "0000-12-31T00:01:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
            ("9999-12-31T23:59:59-00:01", "9999-12-31T23:59:59.999999999Z"),
            ("2026-03-26t10:00:00z", "2026-03-26T10:00:00Z"),
            ("2026-03-26T10:00:00.1234567899Z", "2026-03-26T10:00:00.123456789Z"),
            ("2026-03-26T10:00:00.00000000000000000001Z", "2026-03-26T10:00:00Z"),
            ("2024-02-29T00:30:00+01:00", "2024-02-28T23:30:00Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("2016-12-31T15:59:60.5-08:00", "2016-12-31T23:59:59.5Z"),
        ] {
            let time: Timestamp = text.parse().unwrap();
            assert_eq!(time.to_string(), written, "{text}");
            assert_eq!(written.parse(), Ok(time), "{text}");
        }
        let [first, last] =
            ["0001-01-01T00:00:01Z", "9999-12-31T23:59:59Z"].map(|text| text.parse().unwrap());
        let seconds = |time: Timestamp| time.unix_seconds();
        assert_eq!((seconds(first), seconds(last)), (-62_135_596_799, 253_402_300_799));
        assert_eq!(last.plus(Duration::MAX), last.plus(Duration::from_secs(1)));
        for time in [first, Timestamp::UNIX_EPOCH, last] {
            assert_eq!(Timestamp::try_from(SystemTime::try_from(time).unwrap()), Ok(time));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "soon",
            "12",
            "",
            "2026-03-26",
            "2026-03-26T10:00:00",
            "2026-13-26T10:00:00Z",
            "2026-02-29T10:00:00Z",
            "2026-03-26T24:00:00Z",
            "2026-03-26T10:00:61Z",
            "2026-03-26T10:00:00.Z",
            "2026-03-26T10:00:00Zulu",
            "2026-03-26T10:00:00+24:00",
            "2026-03-26T10:00:00+02:60",
            "2026-03-26T10:00:00+0200",
            "2026-03-2\u{663}T10:00:00Z",
            "+2026-03-26T10:00:00Z",
            "0000-01-01T00:00:00+00:01",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text}");
        }
    }

    #[test]
    fn system_time_and_back() {
        let time: Timestamp = "2026-03-26T10:00:00.25Z".parse().unwrap();
        assert_eq!(Timestamp::try_from(SystemTime::try_from(time).unwrap()), Ok(time));
        assert_eq!(time.unix_millis(), 1_774_519_200_250);
    }
}
