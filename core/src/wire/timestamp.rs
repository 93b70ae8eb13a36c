use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// A moment, as the platform writes it: RFC 3339, to the nanosecond.
///
/// Where the platform writes the zero time or an empty text for *never*, models have an
/// `Option<Timestamp>` that is `None`. Offsets are read and written back as the same moment in UTC.
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
pub struct Timestamp(jiff::Timestamp);

/// A text that is not an RFC 3339 moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a moment in RFC 3339, such as 2026-03-26T10:00:00Z")]
#[non_exhaustive]
pub struct TimestampError;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// Whole seconds since 1970-01-01T00:00:00Z, negative before it.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// The moment this long after this one; the last there is, if that is later still.
    pub(crate) fn plus(self, time: Duration) -> Self {
        let sum = jiff::SignedDuration::try_from(time)
            .ok()
            .and_then(|time| self.0.checked_add(time).ok());
        Self(sum.unwrap_or(jiff::Timestamp::MAX))
    }

    /// The time since an earlier moment; none, if it is a later one.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        self.0.duration_since(earlier.0).try_into().unwrap_or_default()
    }

    /// Reads the form that HTTP's headers have.
    pub(crate) fn from_http_date(text: &str) -> Option<Self> {
        jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok().map(Self)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, negative before it.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        self.0.as_millisecond()
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        text.parse().map(Self).map_err(|_| TimestampError)
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        jiff::Timestamp::try_from(time).map(Self).map_err(|_| TimestampError)
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampError> {
        timestamp.0.try_into().map_err(|_| TimestampError)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        or_never::deserialize(deserializer)?
            .ok_or_else(|| de::Error::custom("expected a moment, not the zero time"))
    }
}

/// A moment that may be *never*, which the platform writes as the zero time or an empty text.
pub(crate) mod or_never {
    use super::{Deserializer, Serializer, Timestamp, Visitor, de, fmt};

    const ZERO: &str = "0001-01-01T00:00:00Z";

    pub(crate) fn serialize<S>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error>
    where
        S: Serializer,
    {
        match time {
            Some(time) => serializer.collect_str(time),
            None => serializer.serialize_str(ZERO),
        }
    }

    pub(crate) fn deserialize<'de, D>(deserializer: D) -> Result<Option<Timestamp>, D::Error>
    where
        D: Deserializer<'de>,
    {
        deserializer.deserialize_any(Moment)
    }

    struct Moment;

    impl Visitor<'_> for Moment {
        type Value = Option<Timestamp>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a moment in RFC 3339")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            if text.is_empty() || text == ZERO {
                return Ok(None);
            }
            match text.parse::<Timestamp>() {
                // The zero time in another offset or with a fraction of zeros.
                Ok(time) if time.unix_seconds() == -62_135_596_800 => Ok(None),
                Ok(time) => Ok(Some(time)),
                Err(_) => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_platform_writes_is_written_back() {
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
        ] {
            let time = or_never::deserialize(&mut serde_json::Deserializer::from_str(json));
            assert_eq!(time.unwrap(), None, "{json}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["soon", "2026-03-26", "2026-13-26T10:00:00Z", "12", "2026-03-26T10:00:00"] {
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
