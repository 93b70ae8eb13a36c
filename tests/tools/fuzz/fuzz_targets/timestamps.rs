//! A timestamp that can be read is written as it was meant, and can be calculated with.
#![no_main]

use std::time::{Duration, SystemTime};

use cycle_images::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let quoted = serde_json::to_string(text).unwrap();
    let by_serde = serde_json::from_str::<Timestamp>(&quoted).ok();
    let Ok(time) = text.parse::<Timestamp>() else {
        assert_eq!(by_serde, None);
        return;
    };
    assert_eq!(by_serde, Some(time));
    assert_eq!(time.to_string().parse(), Ok(time));
    assert_eq!(serde_json::to_string(&time).unwrap(), format!("\"{time}\""));
    if let Ok(by_system) = SystemTime::try_from(time) {
        assert_eq!(Timestamp::from(by_system), time);
    }
    let later = time.saturating_add(Duration::from_secs(u64::from(text.len() as u32) * 86_400));
    assert!(later >= time && later.saturating_add(Duration::MAX) >= later);
    assert_eq!(time.saturating_add(later.saturating_duration_since(time)), later);
    assert_eq!(time.unix_millis().div_euclid(1000), time.unix_seconds());
});
