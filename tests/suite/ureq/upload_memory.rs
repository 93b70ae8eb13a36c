//! An upload holds little of its tar, however large that is.

#![cfg(target_os = "linux")]

use std::io::{Read, repeat};
use std::ops::ControlFlow;

use cycle_images::Hub;
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::{Client, Tar};

use crate::uploads::{self, tar};
use cycle_images_tests::subprocess::{is_subprocess, run_in_subprocess};

const SIZE: u64 = 64 << 20;
const PEAK: u64 = 32 << 20;
const IMAGE: &str = "CYCLE_IMAGES_TEST_IMAGE";

/// The most memory that this process has had at once.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kibibytes: u64 = line.trim().strip_suffix(" kB").unwrap().parse().unwrap();
    kibibytes << 10
}

/// In a process of its own, for the sandbox and the other tests have theirs.
#[test]
fn an_upload_peaks_below_32_mib() {
    if is_subprocess() {
        let image = serde_json::from_str(&std::env::var(IMAGE).unwrap()).unwrap();
        let hub = Hub::from_variables(|name| std::env::var(name).ok()).unwrap();
        let factory = hub.base_url().to_owned();
        let client = Client::new(hub.with_factory_url(&factory).unwrap());
        let endless = std::io::Cursor::new(tar(512)).chain(repeat(b'.'));
        let mut sent = 0;
        let tar = Tar::new(endless, SIZE).with_progress(|bytes| {
            sent = bytes;
            ControlFlow::Continue(())
        });
        client.upload(&image, tar).unwrap();
        assert_eq!(sent, SIZE);
        assert!(peak() < PEAK, "{} bytes at once", peak());
        return;
    }
    let sandbox = Sandbox::start().unwrap();
    let image = uploads::waiting(&sandbox, &uploads::uploader(&sandbox));
    let image = serde_json::to_string(&image).unwrap();
    let variables = [
        ("CYCLE_API_KEY", sandbox.api_key()),
        ("CYCLE_HUB_ID", sandbox.hub_id()),
        ("CYCLE_BASE_URL", sandbox.url()),
        (IMAGE, &image),
    ];
    run_in_subprocess("upload_memory::an_upload_peaks_below_32_mib", &variables);
    let seen = sandbox.requests().pop().unwrap();
    assert!(seen.length > SIZE);
}
