use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cycle_images_fleet::Error;

const HELP: &str = "there is no nats-server: `apt-get install nats-server`, or set NATS_URL to one that \
                    was started with `-js`";

/// A server with its store in a folder, or one that runs anyway.
pub(crate) struct NatsServer {
    pub(crate) url: String,
    own: Option<(Child, PathBuf)>,
}

impl NatsServer {
    /// The server that `NATS_URL` names, or one of our own on a free port.
    pub(crate) fn start(folder: &Path) -> Result<Self, Error> {
        if let Ok(url) = std::env::var("NATS_URL") {
            return Ok(Self { url, own: None });
        }
        let mut child = spawn("-1", folder)?;
        // It writes where it listens once it does.
        let ports = folder.join(format!("nats-server_{}.ports", child.id()));
        let url = loop {
            if let Some(status) = child.try_wait()? {
                return Err(format!("nats-server ended: {status}").into());
            }
            if let Some(url) = std::fs::read(&ports).ok().and_then(|text| url(&text)) {
                break url;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        Ok(Self { url, own: Some((child, folder.to_owned())) })
    }

    #[allow(dead_code, reason = "the test doesn't")]
    /// Kills the server and starts it anew on the same port; false if it isn't ours.
    pub(crate) fn restart(&mut self) -> Result<bool, Error> {
        let Some((child, folder)) = &mut self.own else { return Ok(false) };
        child.kill()?;
        child.wait()?;
        let port = self.url.rsplit(':').next().ok_or("a URL without a port")?;
        *child = spawn(port, folder)?;
        Ok(true)
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.own {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn spawn(port: &str, folder: &Path) -> Result<Child, Error> {
    let spawned = Command::new("nats-server")
        .args(["-js", "-a", "127.0.0.1", "-p", port, "-sd"])
        .arg(folder)
        .arg("--ports_file_dir")
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match spawned {
        Err(error) if error.kind() == ErrorKind::NotFound => Err(HELP.into()),
        other => Ok(other?),
    }
}

/// The ports file is an object of lists of URLs.
fn url(ports: &[u8]) -> Option<String> {
    let ports: serde_json::Value = serde_json::from_slice(ports).ok()?;
    Some(ports.get("nats")?.get(0)?.as_str()?.to_owned())
}
