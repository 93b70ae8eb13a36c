//! How much memory an upload takes: it pushes 1 GiB that is made as it is sent, or as many bytes as
//! `--size` says, to a sandbox in another process, and prints its own peak, which only Linux
//! reports.

#![allow(clippy::print_stdout, reason = "a measurement is there to be printed")]

mod sandbox_process;

use std::io::{Cursor, Read, repeat};
use std::time::Instant;

use std::ops::ControlFlow;

use cycle_images::images::CreateImage;
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::{Client, Tar};

use sandbox_process::{SERVE, SandboxProcess, serve};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut size = 1 << 30;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" => {
                println!("usage: upload_memory [--size BYTES]");
                return Ok(());
            }
            SERVE => return serve(&Sandbox::start()?),
            "--size" => size = arguments.next().unwrap_or_default().parse()?,
            other => return Err(format!("{other} is not an option; --size BYTES is").into()),
        }
    }
    let sandbox = SandboxProcess::start()?;
    let client = Client::new(sandbox.hub.clone());
    let image = client.call(&CreateImage::new(&sandbox.pushed))?.data;

    let before = peak()?;
    let start = Instant::now();
    let mut pieces = 0_u64;
    let tar = generated(size).with_progress(|_| {
        pieces += 1;
        ControlFlow::Continue(())
    });
    client.upload(&image, tar)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{size} bytes in {pieces} pieces and {seconds:.1} s");
    println!("peak memory: {} KiB, of which {before} KiB before the upload", peak()?);
    Ok(())
}

/// As much of a tar as the sandbox checks: the magic in the first header.
fn generated(size: u64) -> Tar<'static> {
    let mut head = vec![0; 257];
    head.extend(b"ustar");
    Tar::new(Cursor::new(head).chain(repeat(0)), size)
}

/// The most memory that this process has had at once, in KiB.
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    Ok(peak.ok_or("the system doesn't tell the peak")?.parse()?)
}
