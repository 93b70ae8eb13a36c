//! The sandbox as a program, for a client in any language.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

use std::error::Error;
use std::io::{Write, stdout};
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use cycle_images_sandbox::{Sandbox, Settings};

const USAGE: &str = "\
A server on 127.0.0.1 that behaves as Cycle's Images API does.

usage: cycle-images-sandbox [options]
  --port N          the port; any free one by default
  --key KEY         the API key; a new one by default
  --hub ID          the hub's id; a new one by default
  --step-ms N       how long each step of a job takes, in milliseconds; 1000 by default
  --seed-images N   how many images a new sandbox has beside the others
  --lenient         accept malformed requests that the platform tolerates
  --no-nulls        write empty lists and maps where the platform writes null
  --prune-age-s N   prune only images older than N seconds; 0 by default, 900 on the platform
  --help            show this help";

fn main() -> ExitCode {
    let settings = match settings(std::env::args().skip(1)) {
        Ok(Some(settings)) => settings,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the sandbox can't run: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The settings by the options; `None` to show the usage.
fn settings(mut options: impl Iterator<Item = String>) -> Result<Option<Settings>, String> {
    let mut settings =
        Settings::default().step(Duration::from_secs(1)).read_timeout(Duration::from_secs(30));
    while let Some(option) = options.next() {
        let mut value = || options.next().ok_or_else(|| format!("{option} needs a value"));
        settings = match option.as_str() {
            "--port" => settings.port(number(&option, &value()?)?),
            "--key" => settings.api_key(value()?),
            "--hub" => settings.hub_id(value()?),
            "--step-ms" => settings.step(Duration::from_millis(number(&option, &value()?)?)),
            "--seed-images" => settings.extra_images(number(&option, &value()?)?),
            "--lenient" => settings.lenient(),
            "--no-nulls" => settings.no_nulls(),
            "--prune-age-s" => settings.prune_age(Duration::from_secs(number(&option, &value()?)?)),
            "--help" => return Ok(None),
            _ => return Err(format!("{option} is not an option")),
        };
    }
    Ok(Some(settings))
}

fn number<N: std::str::FromStr>(option: &str, value: &str) -> Result<N, String> {
    value.parse().map_err(|_| format!("{option} needs a number, not {value:?}"))
}

fn run(settings: Settings) -> Result<(), Box<dyn Error>> {
    let settings = settings.on_request(|request, status| {
        // The reader may have closed it.
        let _ = writeln!(std::io::stderr(), "{} -> {status}", request.line());
    });
    let sandbox = Sandbox::with(settings)?;
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || _ = stop.send(()))?;
    let mut out = stdout().lock();
    writeln!(out, "export CYCLE_API_KEY={}", quoted(sandbox.api_key()))?;
    writeln!(out, "export CYCLE_HUB_ID={}", quoted(sandbox.hub_id()))?;
    writeln!(out, "export CYCLE_BASE_URL={}", sandbox.url())?;
    writeln!(out, "export CYCLE_FACTORY_URL={}", sandbox.url())?;
    writeln!(out, "# This key can only read: {}", sandbox.view_only_api_key())?;
    writeln!(out, "# Ctrl-C stops the sandbox")?;
    out.flush()?;
    stopped.recv()?;
    Ok(())
}

/// Quotes a text for a shell.
fn quoted(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
