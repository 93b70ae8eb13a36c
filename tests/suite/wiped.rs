//! A dropped secret isn't in the memory of the process.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at what it didn't expect"
)]
#![cfg(target_os = "linux")]

use std::fs::{File, read_to_string};
use std::hint::black_box;
use std::os::unix::fs::FileExt;

use cycle_images::Secret;
use cycle_images::model::{DockerHub, Origin, SshCredentials};

/// The bytes of the secret as they must not be in memory in this form: each one's complement.
fn needle() -> [u8; 40] {
    // On the stack: what is freed must not be used again by the search for it.
    std::array::from_fn(|n| !b"abcdefghijklmnopqrstuvwxyz"[n * 3 % 26])
}

fn secret() -> String {
    String::from_utf8(needle().into_iter().map(|byte| !byte).collect()).unwrap()
}

/// Whether the end of the secret is anywhere in the memory that this process can write to.
fn is_in_memory() -> bool {
    // An allocator writes to the beginning of what is freed.
    let needle = &needle()[20..];
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = read_to_string("/proc/self/maps").unwrap();
    let mut buffer = Vec::new();
    let mut is_found = false;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [start, end] = [start, end].map(|place| u64::from_str_radix(place, 16).unwrap());
        let size = usize::try_from(end - start).unwrap();
        if size > 64 << 20 {
            continue; // Reserved for the heaps of threads, and not in use.
        }
        buffer.resize(size, 0);
        if memory.read_exact_at(&mut buffer, start).is_ok() {
            is_found |= buffer.windows(needle.len()).any(|bytes| {
                bytes.iter().zip(needle).all(|(byte, complement)| *byte == !complement)
            });
        }
        // The next search must not find this one's copy.
        buffer.fill(0);
        black_box(&buffer);
    }
    is_found
}

/// Many of them: some of the memory that they leave is used again at once, by the search itself.
fn many<T: Clone>(one: T) -> Vec<T> {
    vec![one; 100]
}

#[test]
fn dropped_secrets_are_not_in_memory() {
    assert!(!is_in_memory());
    let plain = many(secret());
    assert!(is_in_memory(), "the search finds it");
    let secrets: Vec<Secret> = plain.into_iter().map(Secret::from).collect(); // without a copy
    assert!(is_in_memory());
    let clones = secrets.clone();
    drop(secrets);
    assert!(is_in_memory(), "the clones are others");
    drop(clones);
    assert!(!is_in_memory());

    // The type comes after the details, which wait for it as text.
    let mut text = br#"{"details": {"token": ""#.to_vec();
    text.reserve_exact(100);
    text.extend(needle().iter().map(|byte| !byte));
    text.extend(br#""}, "type": "docker-hub"}"#);
    let origins: Vec<Origin> = (0..100).map(|_| serde_json::from_slice(&text).unwrap()).collect();
    assert!(matches!(&origins[0], Origin::DockerHub(hub) if hub.token.is_some()));
    text.fill(0);
    black_box(&text);
    drop(origins);
    assert!(!is_in_memory());

    let hub = DockerHub::new("a").token(secret());
    drop(many(Origin::from(hub)));
    assert!(!is_in_memory());

    let credentials = SshCredentials::new("git", secret()).passphrase("p");
    drop(many(credentials));
    assert!(!is_in_memory());
}
