//! Where an example runs, and what it prints.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use cycle_images::error::report;
use cycle_images::{Hub, Operation};

use crate::sandbox::{Sandbox, Settings};

/// The platform, if the environment names a hub of it, or a sandbox.
#[derive(Debug)]
#[non_exhaustive]
pub struct Place {
    /// The hub for the client.
    pub hub: Hub,
    /// The sandbox, which stops when it is dropped; `None` on the platform.
    pub sandbox: Option<Sandbox>,
}

impl Place {
    /// As [`from_env`](Self::from_env), for an example that creates or deletes something: on the
    /// platform, it needs the argument `--yes`.
    ///
    /// # Errors
    /// As `from_env`, or without the argument.
    pub fn to_change(settings: Settings) -> Result<Self, Box<dyn Error>> {
        let place = Self::from_env(settings)?;
        if place.sandbox.is_none() && !std::env::args().any(|argument| argument == "--yes") {
            return Err(
                "this example changes the hub on the platform: pass --yes to allow it".into()
            );
        }
        Ok(place)
    }

    /// The platform if `CYCLE_API_KEY` or `CYCLE_HUB_ID` is set, else a sandbox with these
    /// settings.
    ///
    /// # Errors
    /// If one of the variables is missing or invalid, or the sandbox can't start.
    pub fn from_env(settings: Settings) -> Result<Self, Box<dyn Error>> {
        let variable = |name: &str| {
            let value = std::env::var_os(name).filter(|value| !value.is_empty());
            value.map(|value| value.to_string_lossy().into_owned())
        };
        if variable("CYCLE_API_KEY").or_else(|| variable("CYCLE_HUB_ID")).is_some() {
            let hub = Hub::from_variables(variable)?;
            println!("Using the platform at {}.", hub.base_url());
            return Ok(Self { hub, sandbox: None });
        }
        // Slow enough to be watched.
        let sandbox = Sandbox::with(settings.step(Duration::from_millis(150)))?;
        let hub = Hub::new(sandbox.api_key(), sandbox.hub_id())?
            .with_base_url(sandbox.url())?
            .with_factory_url(sandbox.url())?;
        println!(
            "Using a local sandbox at {}. Set CYCLE_API_KEY and CYCLE_HUB_ID to use the platform.",
            sandbox.url()
        );
        Ok(Self { hub, sandbox: Some(sandbox) })
    }
}

/// Prints the request line of an operation, and returns the operation.
pub fn shown<O: Operation>(operation: &O) -> &O {
    // The path and query are the same for every hub.
    if let Ok(request) = Hub::new("key", "hub").and_then(|hub| hub.request(operation)) {
        let line = request.uri().path_and_query().map_or("/", |path| path.as_str());
        // Brackets are percent-encoded on the wire.
        let line = line.replace("%5B", "[").replace("%5D", "]").replace("%2C", ",");
        println!("\n{} {line}", operation.method());
    }
    operation
}

/// Runs an example. With `--help`, it only prints what the example does. An error is printed with
/// its causes.
#[must_use]
pub fn main(help: &str, run: impl FnOnce() -> Result<(), Box<dyn Error>>) -> ExitCode {
    if std::env::args().any(|argument| argument == "--help") {
        println!("{help}");
        return ExitCode::SUCCESS;
    }
    let Err(error) = run() else {
        return ExitCode::SUCCESS;
    };
    println!("\n{:#}", report(&*error));
    ExitCode::FAILURE
}
