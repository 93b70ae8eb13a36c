//! A sandbox in another process, so that its memory and descriptors aren't counted as those of the
//! client.

#![allow(clippy::print_stdout, reason = "the other process says where it is")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};

use cycle_images::{Hub, SourceId};
use cycle_images_tests::sandbox::Sandbox;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The argument with which the program calls [`serve`].
pub(crate) const SERVE: &str = "--serve";

/// Serves until the standard input ends.
pub(crate) fn serve(sandbox: &Sandbox) -> Result<()> {
    let source = sandbox.source_called("pushed").ok_or("there is no source to push to")?;
    println!("{} {} {} {source}", sandbox.url(), sandbox.api_key(), sandbox.hub_id());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// The process, which ends when this is dropped.
pub(crate) struct SandboxProcess {
    pub(crate) hub: Hub,
    /// The source of images that are uploaded.
    pub(crate) pushed: SourceId,
    process: Child,
    input: Option<ChildStdin>,
}

impl SandboxProcess {
    /// Starts this program again, to [`serve`].
    pub(crate) fn start() -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = process.stdin.take();
        let mut line = String::new();
        let output = process.stdout.take().ok_or("the sandbox has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let mut words = line.split_whitespace();
        let mut word = || words.next().ok_or("the sandbox doesn't say where it is");
        let (url, api_key, hub_id, pushed) = (word()?, word()?, word()?, word()?);
        let hub = Hub::new(api_key, hub_id)?.with_base_url(url)?.with_factory_url(url)?;
        Ok(Self { hub, pushed: SourceId::new(pushed)?, process, input })
    }
}

impl Drop for SandboxProcess {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}
