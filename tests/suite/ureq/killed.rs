//! A deployment whose process is killed again and again creates and imports once.

#[path = "../../../adapter-ureq/examples/after_a_crash.rs"]
mod after_a_crash;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use cycle_images::SourceId;
use cycle_images::images::{DeleteImage, GetImages};
use cycle_images::jobs::{GetJobs, GetLatestJobs};
use cycle_images_tests::sandbox::{Sandbox, Settings};
use cycle_images_tests::support::sandbox_hub;
use cycle_images_ureq::Client;

const FOLDER: &str = "CYCLE_IMAGES_TEST_FOLDER";
const NAME: &str = "web-1.4.0";
/// How long a request of a killed process may be in transit: see [`settled`].
const IN_TRANSIT: Duration = Duration::ZERO;

/// Runs in the process that is killed.
#[test]
fn deployment_in_a_subprocess() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let source = SourceId::new(std::env::var("SOURCE").unwrap()).unwrap();
    let client = Client::from_env().unwrap();
    after_a_crash::deploy(&client, &folder, &source, NAME, IN_TRANSIT).unwrap();
}

#[test]
fn deployment_killed_at_any_point_creates_and_imports_once() {
    let settings = Settings::default().latency(Duration::from_millis(4));
    let sandbox = Sandbox::with(settings.step(Duration::from_millis(20))).unwrap();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("killed");
    let mut killed = 0;
    for round in 0..4_u64 {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        // Later and later: each attempt gets further than the ones before.
        for attempt in 1.. {
            let mut process = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "killed::deployment_in_a_subprocess", "--nocapture"])
                .env(FOLDER, &folder)
                .env("SOURCE", sandbox.source_id())
                .env("CYCLE_API_KEY", sandbox.api_key())
                .env("CYCLE_HUB_ID", sandbox.hub_id())
                .env("CYCLE_BASE_URL", sandbox.url())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(6 + 3 * round + 4 * attempt * attempt));
            if let Some(status) = process.try_wait().unwrap() {
                assert!(status.success());
                break;
            }
            process.kill().unwrap();
            process.wait().unwrap();
            settled(&sandbox);
            killed += 1;
        }
        assert_eq!(made(&client(&sandbox)), (1, 1), "round {round}");
        sandbox.skip(Duration::from_secs(3600));
        remove(&client(&sandbox), &sandbox);
    }
    assert!(killed > 8, "{killed} processes were killed");
}

/// A client whose connections end with it.
fn client(sandbox: &Sandbox) -> Client {
    Client::new(sandbox_hub(sandbox)).with_sleep(|_| {})
}

/// Waits until the sandbox has handled what a killed process sent. Connections are accepted in
/// their order, so that those before this one are open, or done, when this one is answered.
fn settled(sandbox: &Sandbox) {
    client(sandbox).call(GetLatestJobs::new()).unwrap();
    assert!(sandbox.wait_for_connections(0, Duration::from_secs(60)));
}

/// The numbers of images of the deployment, and of their jobs. Requests aren't counted: the sandbox
/// drops one whose connection is closed, as a server may.
fn made(client: &Client) -> (usize, usize) {
    let images = client.items(GetImages::new().filter_search(NAME)).map(Result::unwrap);
    let images: Vec<_> = images.map(|image| image.id).collect();
    let jobs = client.items(GetJobs::new()).map(Result::unwrap);
    (images.len(), jobs.filter(|job| images.iter().any(|image| job.mentions(image))).count())
}

/// Deletes the image, so that the next round finds none of its name.
fn remove(client: &Client, sandbox: &Sandbox) {
    for image in client.items(GetImages::new().filter_search(NAME)) {
        let job = client.call(DeleteImage::new(&image.unwrap().id)).unwrap().data;
        sandbox.skip(Duration::from_secs(3600));
        client.track(&job).unwrap().wait().unwrap();
    }
}
