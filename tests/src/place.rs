//! Where an example runs: on the platform, if the environment names a hub, or in a sandbox.

use std::time::Duration;

use cycle_images::{Hub, Operation, ReplyOf};
use cycle_images_ureq::Client;

use crate::sandbox::{Sandbox, Settings};

/// A client, and the sandbox that it speaks to, unless that is the platform.
#[derive(Debug)]
#[non_exhaustive]
pub struct Place {
    /// The client.
    pub client: Client,
    /// The sandbox, which stops when the place is dropped.
    pub sandbox: Option<Sandbox>,
}

impl Place {
    /// The platform if `CYCLE_API_KEY` or `CYCLE_HUB_ID` is set, a sandbox of its own if not.
    ///
    /// # Errors
    /// If one of the variables is missing or unusable, or the sandbox can't start.
    pub fn from_env() -> Result<Self, Box<dyn std::error::Error>> {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if is_set("CYCLE_API_KEY") || is_set("CYCLE_HUB_ID") {
            let client = Client::from_env()?;
            say(&format!("On the platform, at {}.", client.hub().base_url()));
            return Ok(Self { client, sandbox: None });
        }
        // Slow enough to be watched.
        let sandbox = Sandbox::with(Settings::default().step(Duration::from_millis(150)))?;
        let hub = Hub::new(sandbox.api_key(), sandbox.hub_id())?
            .with_base_url(sandbox.url())?
            .with_factory_url(sandbox.url())?;
        say(&format!(
            "In a sandbox, at {}. With CYCLE_API_KEY and CYCLE_HUB_ID set,",
            sandbox.url()
        ));
        say("the same is done on the platform.");
        Ok(Self { client: Client::new(hub), sandbox: Some(sandbox) })
    }

    /// Sends an operation, and shows the request line.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn call<O: Operation + Clone>(
        &self,
        operation: &O,
    ) -> Result<ReplyOf<O>, cycle_images_ureq::Error> {
        let request = self.client.hub().request(operation)?;
        let line = request.uri().path_and_query().map_or("/", |path| path.as_str());
        say(&format!("\n{} {line}", O::METHOD));
        self.client.call(operation)
    }
}

/// Shows a line to whoever runs the example.
#[expect(clippy::print_stdout, reason = "examples speak to people")]
pub fn say(line: &str) {
    println!("{line}");
}

/// Shows an error with all that led to it, each on a line.
#[must_use]
pub fn explained(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join("\n  because: ")
}
