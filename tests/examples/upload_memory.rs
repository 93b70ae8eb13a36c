//! How much memory an upload takes: it pushes 1 GiB that is made as it is sent, or as many bytes as
//! `--size` says, to a sandbox in another process, and tells its own peak. Linux alone tells that.

#![allow(clippy::print_stdout, reason = "a measurement is there to be printed")]

use std::io::{BufRead, BufReader, Cursor, Read, repeat};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Instant;

use cycle_images::images::CreateImage;
use cycle_images::{Hub, SourceId};
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::{Client, Tar};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut size = 1 << 30;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--serve" => return serve(),
            "--size" => size = arguments.next().unwrap_or_default().parse()?,
            other => return Err(format!("{other} is not an option; --size BYTES is").into()),
        }
    }
    let other = Other::start()?;
    let hub = Hub::new(&other.api_key, &other.hub_id)?;
    let hub = hub.with_base_url(&other.url)?.with_factory_url(&other.url)?;
    let client = Client::new(hub);
    let image = client.call(&CreateImage::new(SourceId::new(&other.source_id)?))?.data;

    let before = peak()?;
    let start = Instant::now();
    let mut pieces = 0_u64;
    client.upload(&image, generated(size), |_| pieces += 1)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{size} bytes in {pieces} pieces and {seconds:.1} s");
    println!("peak memory: {} KiB, of which {before} KiB before the upload", peak()?);
    Ok(())
}

/// A tar for as far as the sandbox looks: it wants to see the magic in the first header.
fn generated(size: u64) -> Tar<'static> {
    let mut head = vec![0; 257];
    head.extend(b"ustar");
    Tar::reader(Cursor::new(head).chain(repeat(0)), size)
}

/// The most memory that this process has had at once, in KiB.
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    Ok(peak.ok_or("the system doesn't tell the peak")?.parse()?)
}

/// The sandbox's process: it tells where it is and lives until its standard input ends.
fn serve() -> Result<()> {
    let sandbox = Sandbox::start()?;
    let source = sandbox.source_called("pushed").ok_or("there is no source to push to")?;
    println!("{} {} {} {source}", sandbox.url(), sandbox.api_key(), sandbox.hub_id());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// That process, seen from here.
struct Other {
    url: String,
    api_key: String,
    hub_id: String,
    source_id: String,
    process: Child,
    input: Option<ChildStdin>,
}

impl Other {
    fn start() -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("--serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = process.stdin.take();
        let mut line = String::new();
        let output = process.stdout.take().ok_or("the sandbox has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let mut word = || words.next().ok_or("the sandbox doesn't say where it is");
        let (url, api_key, hub_id, source_id) = (word()?, word()?, word()?, word()?);
        Ok(Self { url, api_key, hub_id, source_id, process, input })
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}
