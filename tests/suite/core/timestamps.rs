//! Timestamps of all years are as by chrono.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, TimeDelta, Utc};
use cycle_images::Timestamp;

/// Times of every year from 1 to 9999, 41 days and some hours apart.
fn moments() -> impl Iterator<Item = DateTime<Utc>> {
    let first = NaiveDate::from_ymd_opt(1, 1, 2).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
    (0_u32..88_000).map(move |step| {
        let nanos = [0, 500_000_000, 120_000_000, 999_999_999, 1][step as usize % 5];
        let within = TimeDelta::new(i64::from(step) * 7_919 % 86_400, nanos).unwrap();
        first.checked_add_days(Days::new(u64::from(step) * 41)).unwrap() + within
    })
}

#[test]
fn times_are_read_and_written_as_by_chrono() {
    for moment in moments() {
        let text = moment.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let time: Timestamp = text.parse().unwrap();
        assert_eq!(time.unix_seconds(), moment.timestamp(), "{text}");
        assert_eq!(time.unix_millis(), moment.timestamp_millis(), "{text}");
        let written = DateTime::parse_from_rfc3339(&time.to_string()).unwrap();
        assert_eq!(written, moment, "{text}");
        assert_eq!(time.to_string().parse(), Ok(time));
    }
}

#[test]
fn offsets_sums_and_differences_are_as_by_chrono() {
    let offsets = ["+00:00", "-00:30", "+05:45", "-23:59", "+23:59"];
    let mut earlier: Option<(Timestamp, DateTime<Utc>)> = None;
    for (step, moment) in moments().enumerate().step_by(37) {
        let text = format!("{}{}", moment.format("%Y-%m-%dT%H:%M:%S%.f"), offsets[step % 5]);
        let time: Timestamp = text.parse().unwrap();
        let moment = DateTime::parse_from_rfc3339(&text).unwrap().to_utc();
        assert_eq!(DateTime::parse_from_rfc3339(&time.to_string()).unwrap(), moment, "{text}");
        if let Some((before, then)) = earlier {
            let passed = (moment - then).to_std().unwrap();
            assert_eq!(time.saturating_duration_since(before), passed, "{text}");
            assert_eq!(before.saturating_add(passed), time, "{text}");
            assert_eq!(before.saturating_duration_since(time), Duration::ZERO);
        }
        assert_eq!(Timestamp::from(SystemTime::from(moment)), time);
        assert_eq!(SystemTime::try_from(time), Ok(SystemTime::from(moment)));
        earlier = Some((time, moment));
    }
}
