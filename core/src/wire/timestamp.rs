use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff_core::civil::{Date, DateTime, Time, TimeSecond, UnixEpochDay};
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::wire::field::{self, Field};
use crate::wire::value::{Fail, Value};

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
pub struct Timestamp(DateTime); // in UTC

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Nanoseconds of a second.
const NANOS: u32 = 1_000_000_000;

/// A string that is not an RFC 3339 time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a moment in RFC 3339, such as 2026-03-26T10:00:00Z")]
#[non_exhaustive]
pub struct TimestampError;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(jiff_core::civil::datetime(1970, 1, 1, 0, 0, 0, 0));

    /// What the platform writes for *never*.
    pub(crate) const ZERO: Self = Self(jiff_core::civil::datetime(1, 1, 1, 0, 0, 0, 0));

    const MIN: Self = Self(jiff_core::civil::datetime(0, 1, 1, 0, 0, 0, 0));

    /// The last time of the year 9999.
    const MAX: Self = Self(DateTime::MAX);

    /// Seconds since 1970-01-01T00:00:00Z, rounded down; negative before it.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.since_epoch().0
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, rounded down; negative before it.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        let (second, nanosecond) = self.since_epoch();
        second * 1000 + i64::from(nanosecond / 1_000_000)
    }

    /// This time plus a duration, at most the last time of the year 9999.
    #[must_use]
    pub fn saturating_add(self, time: Duration) -> Self {
        let (seconds, nanosecond) = self.since_epoch();
        // Neither sum reaches 2 s.
        let nanoseconds = nanosecond.saturating_add(time.subsec_nanos());
        let carry = i64::from(nanoseconds / NANOS);
        i64::try_from(time.as_secs())
            .ok()
            .and_then(|added| seconds.checked_add(added)?.checked_add(carry))
            .and_then(|seconds| Self::at(seconds, nanoseconds % NANOS))
            .unwrap_or(Self::MAX)
    }

    /// The duration since an earlier time; zero if it is later.
    #[must_use]
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        let ((later, nanosecond), (earlier, nanoseconds)) =
            (self.since_epoch(), earlier.since_epoch());
        u64::try_from(later - earlier).map_or(Duration::ZERO, |seconds| {
            let since = Duration::new(seconds, nanosecond);
            since.saturating_sub(Duration::from_nanos(nanoseconds.into()))
        })
    }

    /// The second since the epoch in which it is, and the nanosecond of that second.
    fn since_epoch(self) -> (i64, u32) {
        let (date, time) = (self.0.date(), self.0.time());
        let day = i64::from(date.to_unix_epoch_day().day());
        let second = day * DAY + i64::from(time.to_second().second());
        (second, time.subsec_nanosecond().unsigned_abs())
    }

    /// The time at a second since the epoch, if it has a year of four digits.
    fn at(second: i64, nanosecond: u32) -> Option<Self> {
        let day = UnixEpochDay::new(second.div_euclid(DAY).try_into().ok()?).ok()?;
        let second = TimeSecond::new(second.rem_euclid(DAY).try_into().ok()?).ok()?;
        let time = second.to_time().with_subsec_nanosecond(nanosecond.try_into().ok()?).ok()?;
        let date = day.to_date();
        (date.year() >= 0).then(|| Self(DateTime::from_parts(date, time)))
    }

    /// The year, and where it is in the year.
    pub(crate) fn in_year(self) -> (i16, impl Ord) {
        let (date, time) = (self.0.date(), self.0.time());
        (date.year(), (date.month(), date.day(), time))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        parse(text.as_bytes()).ok_or(TimestampError)
    }
}

/// Parses RFC 3339: `2026-03-26T10:00:00.5+02:00`.
fn parse(text: &[u8]) -> Option<Timestamp> {
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
    let local = Timestamp(DateTime::from_parts(date, time));
    match *offset {
        [b'Z' | b'z'] => Some(local),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => {
            let (hours, minutes) = (i64::from(two(h0, h1)?), i64::from(two(m0, m1)?));
            if hours >= 24 || minutes >= 60 {
                return None;
            }
            let offset = (hours * 60 + minutes) * 60;
            let (second, nanosecond) = local.since_epoch();
            match sign {
                b'-' => Some(Timestamp::at(second + offset, nanosecond).unwrap_or(Timestamp::MAX)),
                // A year without four digits couldn't be written back.
                _ => Timestamp::at(second - offset, nanosecond),
            }
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

/// The same time; before the year 0 the first one of it, after the year 9999 the last one.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use cycle_images::Timestamp;
/// use cycle_images::model::Image;
///
/// const MONTH: Duration = Duration::from_secs(30 * 86_400);
///
/// fn is_older_than_a_month(image: &Image) -> bool {
///     let limit = Timestamp::from(SystemTime::now() - MONTH);
///     image.events.created.is_some_and(|created| created < limit)
/// }
/// ```
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Self::UNIX_EPOCH.saturating_add(after),
            Err(before) => {
                let before = before.duration();
                // The nanoseconds count from the second before.
                let (borrowed, nanoseconds) = match before.subsec_nanos() {
                    0 => (0, 0),
                    nanoseconds => (1, NANOS - nanoseconds),
                };
                i64::try_from(before.as_secs())
                    .ok()
                    .and_then(|seconds| Self::at(-seconds - borrowed, nanoseconds))
                    .unwrap_or(Self::MIN)
            }
        }
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampError> {
        let (second, nanosecond) = timestamp.since_epoch();
        let seconds = Duration::from_secs(second.unsigned_abs());
        let second = match second {
            0.. => Self::UNIX_EPOCH.checked_add(seconds),
            _ => Self::UNIX_EPOCH.checked_sub(seconds),
        };
        let moment = second.and_then(|at| at.checked_add(Duration::from_nanos(nanosecond.into())));
        moment.ok_or(TimestampError)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date(), self.0.time());
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())?;
        write!(f, "T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        let (mut fraction, mut width) = (time.subsec_nanosecond(), 9);
        while fraction > 0 && fraction % 10 == 0 {
            (fraction, width) = (fraction / 10, width - 1);
        }
        if fraction > 0 {
            write!(f, ".{fraction:0width$}")?;
        }
        f.write_str("Z")
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
        field::deserialize(deserializer)
    }
}

impl Field for Timestamp {
    fn of(value: Value<'_>) -> Result<Self, Fail> {
        match value {
            Value::Text(text) => text.parse().map_err(|_| Fail::invalid(EXPECTED)),
            other => Err(other.unexpected(EXPECTED)),
        }
    }

    /// The zero time is *never*, and so is a string that isn't a time: it must not cost the record.
    fn optional(value: Value<'_>) -> Result<Option<Self>, Fail> {
        match value {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(text.parse().ok().filter(|time| *time != Self::ZERO)),
            other => Err(other.unexpected(EXPECTED)),
        }
    }
}

const EXPECTED: &str = "a time in RFC 3339";

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
            let time: Result<Option<Timestamp>, _> =
                field::deserialize(&mut serde_json::Deserializer::from_str(json));
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
        assert_eq!(last.saturating_add(Duration::MAX), last.saturating_add(Duration::from_secs(1)));
        for time in [first, Timestamp::UNIX_EPOCH, last] {
            assert_eq!(Timestamp::from(SystemTime::try_from(time).unwrap()), time);
        }
    }

    #[test]
    fn system_times_out_of_range_are_the_first_and_the_last_time() {
        const MILLENNIUM: Duration = Duration::from_secs(1000 * 31_556_952);
        let first = Timestamp::from(SystemTime::UNIX_EPOCH - 2 * MILLENNIUM);
        let last = Timestamp::from(SystemTime::UNIX_EPOCH + 9 * MILLENNIUM);
        assert_eq!(first.to_string(), "0000-01-01T00:00:00Z");
        assert_eq!(last, Timestamp::MAX);
        let before = SystemTime::UNIX_EPOCH - Duration::from_millis(1);
        assert_eq!(Timestamp::from(before).to_string(), "1969-12-31T23:59:59.999Z");
    }

    /// It isn't *never*: a flow may be stored at any time.
    #[test]
    fn the_zero_time_is_a_time() {
        let zero: Timestamp = serde_json::from_str("\"0001-01-01T00:00:00Z\"").unwrap();
        assert_eq!(zero, Timestamp::ZERO);
        for json in ["null", "\"\"", "\"soon\"", "7"] {
            assert!(serde_json::from_str::<Timestamp>(json).is_err(), "{json}");
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
        assert_eq!(Timestamp::from(SystemTime::try_from(time).unwrap()), time);
        assert_eq!(time.unix_millis(), 1_774_519_200_250);
    }

    #[test]
    fn seconds_and_milliseconds_are_rounded_down() {
        for (text, seconds, millis) in [
            ("1970-01-01T00:00:00.0019Z", 0, 1),
            ("1970-01-01T00:00:00.0009Z", 0, 0),
            ("1969-12-31T23:59:59.9991Z", -1, -1),
            ("1969-12-31T23:59:59.9981Z", -1, -2),
            ("1969-12-31T23:59:59Z", -1, -1000),
            // Found by fuzzing.
            ("1301-01-31t22:32:31.6-01:33", -21_108_902_069, -21_108_902_068_400),
        ] {
            let time: Timestamp = text.parse().unwrap();
            assert_eq!((time.unix_seconds(), time.unix_millis()), (seconds, millis), "{text}");
        }
    }
}
