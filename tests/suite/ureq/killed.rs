//! A deployment whose process is killed again and again: nothing is done twice.

#[path = "../../../adapter-ureq/examples/after_a_crash.rs"]
mod after_a_crash;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use cycle_images::SourceId;
use cycle_images_tests::sandbox::{Sandbox, Settings};
use cycle_images_ureq::Client;

const FOLDER: &str = "CYCLE_IMAGES_TEST_FOLDER";
/// Longer than a request is on its way here, also on a busy machine.
const ON_ITS_WAY: Duration = Duration::from_millis(300);

/// The process that is killed.
#[test]
fn a_deployment() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let source = SourceId::new(std::env::var("SOURCE").unwrap()).unwrap();
    let client = Client::from_env().unwrap();
    after_a_crash::deploy(&client, &folder, &source, "web-1.4.0", ON_ITS_WAY).unwrap();
}

#[test]
fn a_deployment_that_is_killed_at_any_point_creates_and_imports_once() {
    let settings = Settings::default().latency(Duration::from_millis(4));
    let sandbox = Sandbox::with(settings.step(Duration::from_millis(20))).unwrap();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("killed");
    let mut killed = 0;
    for round in 0..2_u64 {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let before = made(&sandbox);
        // Later and later, so that some step is always reached that no run before has reached.
        for attempt in 1.. {
            let mut process = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "killed::a_deployment", "--nocapture"])
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
            killed += 1;
        }
        let (images, imports) = made(&sandbox);
        assert_eq!((images - before.0, imports - before.1), (1, 1), "round {round}");
        sandbox.skip(Duration::from_secs(3600));
        remove(&sandbox);
    }
    assert!(killed > 8, "{killed} processes were killed");
}

/// How many images were created and how many imports started.
fn made(sandbox: &Sandbox) -> (usize, usize) {
    let requests = sandbox.requests();
    let posts = |ends: fn(&str) -> bool| {
        let is_post = |path: &str| ends(path);
        requests.iter().filter(|seen| seen.method == "POST" && is_post(&seen.path)).count()
    };
    (posts(|path| path == "/v1/images"), posts(|path| path.ends_with("/tasks")))
}

/// Deletes the image, so that the next round finds none of its name.
fn remove(sandbox: &Sandbox) {
    use cycle_images::images::{DeleteImage, GetImages};

    let client = Client::new(cycle_images_tests::support::sandbox_hub(sandbox)).with_sleep(|_| {});
    for image in client.items(GetImages::new().filter_search("web-1.4.0")) {
        let job = client.call(DeleteImage::new(&image.unwrap().id)).unwrap().data;
        sandbox.skip(Duration::from_secs(3600));
        client.track(&job).unwrap().wait().unwrap();
    }
}
