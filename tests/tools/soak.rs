//! Calls a sandbox with random faults for as long as `--seconds` says, 64 calls at a time, over
//! each client or the one that `--client` names: `ureq`, `reqwest` or `hyper`.
//!
//! It fails if memory grows, a descriptor is left over, a reply is wrong or an error isn't a
//! documented one. Memory and descriptors are only measured on Linux.

#![allow(clippy::print_stdout, reason = "it prints its measurements")]

mod sandbox_process;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Cursor;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use cycle_images::error::{ErrorCode, report};
use cycle_images::flow::{FlowError, RetryPolicy};
use cycle_images::images::{
    CreateImage, CreateImageJob, DeleteImage, GetImage, GetImageBuildLog, GetImages, UpdateImage,
    is_live,
};
use cycle_images::jobs::GetJobs;
use cycle_images::model::Image;
use cycle_images::sources::GetImageSources;
use cycle_images::{ImageId, SourceId};
use cycle_images_async::{Hyper, Reqwest, Tokio, Transport};
use cycle_images_tests::sandbox::{Fault, Sandbox, Settings};
use futures_util::stream;
use hyper_util::client::legacy::connect::HttpConnector;

use sandbox_process::{SERVE, SandboxProcess, serve};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// How many calls there are at a time.
const CALLS: u64 = 64;
/// The time limit of a request; a fault delays a few by more.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The growth of memory that the buffers of the calls explain: 128 KiB a call.
const GROWTH_KIB: u64 = CALLS * 128;
const SEEDED: usize = 120;

fn main() -> Result<()> {
    let (mut seconds, mut clients) = (60, vec!["ureq".into(), "reqwest".into(), "hyper".into()]);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" => {
                println!("usage: soak [--seconds N] [--client ureq|reqwest|hyper]");
                return Ok(());
            }
            SERVE => return serve_with_faults(),
            "--seconds" => seconds = arguments.next().unwrap_or_default().parse()?,
            "--client" => clients = vec![arguments.next().unwrap_or_default()],
            other => {
                return Err(format!("{other} is none of --seconds N and --client NAME").into());
            }
        }
    }
    clients.iter().try_for_each(|client| soak(client, Duration::from_secs(seconds)))
}

/// One client, from its first call to its end.
fn soak(client: &str, time: Duration) -> Result<()> {
    let sandbox = SandboxProcess::start()?;
    let descriptors = count_descriptors()?;
    let soak = Arc::new(Soak::prepare(&sandbox, time)?);
    let memory = {
        let running = {
            let (soak, client) = (Arc::clone(&soak), client.to_owned());
            thread::spawn(move || match &*client {
                "ureq" => {
                    soak.run_blocking();
                    Ok(())
                }
                "reqwest" => soak.run_async(Reqwest::new().map_err(std::io::Error::other)?),
                "hyper" => soak.run_async(Hyper::from_connector(HttpConnector::new())),
                other => Err(std::io::Error::other(format!("{other} is no client"))),
            })
        };
        let memory = Memory::watch(time, || running.is_finished())?;
        running.join().map_err(|_| "a call panicked")??;
        memory
    };
    let left_over = count_descriptors()?.saturating_sub(descriptors);
    println!("{client}: {} turns in {} s", soak.turns.load(Ordering::Relaxed), time.as_secs());
    let outcomes = soak.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
    for (outcome, count) in &*outcomes {
        println!("  {count:>9}  {outcome}");
    }
    let Memory { before, warm, last, peak } = memory;
    println!("  KiB of memory: {before} before, {warm} warm, {last} at the end, {peak} at most");
    println!("  descriptors: {descriptors}, left over: {left_over}");
    if let Some(outcome) = outcomes.keys().find(|outcome| outcome.starts_with(UNDOCUMENTED)) {
        return Err(format!("{client}: {outcome}").into());
    }
    if left_over > 0 {
        return Err(format!("{client}: {left_over} descriptors are left over").into());
    }
    if last > warm + GROWTH_KIB {
        return Err(format!("{client}: memory grows by {} KiB", last - warm).into());
    }
    Ok(())
}

/// What all calls share.
struct Soak {
    hub: cycle_images::Hub,
    end: Instant,
    /// Images that stay, all those of their source.
    stay: BTreeSet<ImageId>,
    source: SourceId,
    /// Sources of images that are made and deleted.
    built: SourceId,
    pushed: SourceId,
    turns: AtomicU64,
    outcomes: Mutex<BTreeMap<String, u64>>,
}

/// What a call does.
#[derive(Clone, Copy)]
enum Turn {
    Get,
    List,
    Walk,
    Log,
    Jobs,
    Rename,
    Life,
    Push,
}

/// The turn of a number. Turns that leave images and jobs in the sandbox are rare.
fn turn(number: usize) -> Turn {
    match number % 64 {
        11 => Turn::Life,
        43 => Turn::Push,
        number => match number % 8 {
            1 | 5 => Turn::List,
            2 => Turn::Walk,
            3 => Turn::Log,
            4 => Turn::Rename,
            6 => Turn::Jobs,
            _ => Turn::Get,
        },
    }
}

enum Failure {
    Flow(FlowError),
    /// A reply that can't be right.
    Wrong(String),
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        Self::Flow(error)
    }
}

const UNDOCUMENTED: &str = "not documented: ";

impl Failure {
    /// The kind of an error that the faults of [`serve_with_faults`] explain.
    fn name(&self) -> String {
        match self {
            Self::Flow(FlowError::Transport { may_have_arrived: true, .. }) => "no response".into(),
            Self::Flow(FlowError::Transport { .. }) => "not sent".into(),
            Self::Flow(FlowError::Timeout { .. }) => "timed out".into(),
            Self::Flow(FlowError::Upload { .. }) => "upload without a response".into(),
            Self::Flow(error) => match error.status().map(|status| status.as_u16()) {
                Some(status @ (429 | 502 | 503)) => format!("status {status}"),
                Some(_) if is_deleted_twice(error) => "deleted by the first of two attempts".into(),
                _ => format!("{UNDOCUMENTED}{}", report(error)),
            },
            Self::Wrong(reply) => format!("{UNDOCUMENTED}{reply}"),
        }
    }
}

/// A DELETE that took effect, and whose response was lost.
fn is_deleted_twice(error: &FlowError) -> bool {
    let Some(response) = error.response() else { return false };
    let code = response.code().map(ErrorCode::as_str);
    response.operation() == "DeleteImage" && matches!(code, Some("404.image" | "403.invalid-state"))
}

fn check(is_right: bool, what: impl FnOnce() -> String) -> std::result::Result<(), Failure> {
    if is_right { Ok(()) } else { Err(Failure::Wrong(what())) }
}

/// What a call does in its turn, by either client: the last tokens are `.await` or none.
macro_rules! call {
    ($soak:ident, $client:ident, $turn:ident, $number:ident, $walk:ident, $upload:ident,
        $($wait:tt)*) => {{
        let id = $soak.one($number);
        match $turn {
            Turn::Get => {
                let image = $client.call(&GetImage::new(id))$($wait)*?.data;
                check(image.id == *id, || format!("requested {id}, got {}", image.id))
            }
            Turn::List => {
                let page = $client.call(&$soak.list())$($wait)*?.data;
                check(page.len() == 50, || format!("a page of 50 has {}", page.len()))
            }
            Turn::Walk => $soak.check_walk(&$walk()$($wait)*?),
            Turn::Log => Ok($client.call(&GetImageBuildLog::new(id))$($wait)*.map(drop)?),
            Turn::Jobs => Ok($client.call(&GetJobs::new())$($wait)*.map(drop)?),
            Turn::Rename => {
                let image = $client.call(&UpdateImage::new(id).name("renamed"))$($wait)*?.data;
                check(image.name == "renamed", || format!("renamed to {:?}", image.name))
            }
            Turn::Life => {
                let image = $client.call(&CreateImage::new(&$soak.built))$($wait)*?.data;
                let import = $client.call(&CreateImageJob::import(&image.id))$($wait)*?.data;
                $client.track(&import)?.wait()$($wait)*?;
                let deletion = $client.call(&DeleteImage::new(&image.id))$($wait)*?.data;
                $client.track(&deletion)?.wait()$($wait)*?;
                Ok(())
            }
            Turn::Push => {
                let image = $client.call(&CreateImage::new(&$soak.pushed))$($wait)*?.data;
                $upload(&image)$($wait)*?;
                $client.wait_until(GetImage::new(&image.id), is_live)$($wait)*?;
                $client.call(&DeleteImage::new(&image.id))$($wait)*?;
                Ok(())
            }
        }
    }};
}

impl Soak {
    fn prepare(sandbox: &SandboxProcess, time: Duration) -> Result<Self> {
        // A client of its own, which is dropped before the descriptors are counted.
        let client = cycle_images_ureq::Client::new(sandbox.hub.clone())
            .with_retry(RetryPolicy::default().max_attempts(20).initial_backoff(Duration::ZERO));
        let sources = client.call(&GetImageSources::new())?.data;
        let called = |identifier: &str| {
            let found = sources.iter().find(|source| source.identifier == identifier);
            found.map(|source| source.id.clone()).ok_or("the sandbox lacks a source")
        };
        let (source, built) = (called("web")?, called("shop-api")?);
        let stay = client.items(GetImages::new().filter_source_id(&source));
        let stay = stay.map(|image| Ok(image?.id)).collect::<Result<BTreeSet<_>>>()?;
        Ok(Self {
            hub: sandbox.hub.clone(),
            end: Instant::now() + time,
            stay,
            source,
            built,
            pushed: sandbox.pushed.clone(),
            turns: AtomicU64::new(0),
            outcomes: Mutex::default(),
        })
    }

    /// The next turn, and the number of all turns before it.
    fn next(&self) -> Option<(Turn, usize)> {
        if Instant::now() >= self.end {
            return None;
        }
        let number = usize::try_from(self.turns.fetch_add(1, Ordering::Relaxed)).ok()?;
        Some((turn(number), number))
    }

    fn note(&self, outcome: std::result::Result<(), Failure>) {
        let name = outcome.err().map_or("ok".to_owned(), |failure| failure.name());
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        *outcomes.entry(name).or_default() += 1;
    }

    fn one(&self, number: usize) -> &ImageId {
        let mut ids = self.stay.iter().cycle();
        ids.nth(number % self.stay.len().max(1)).unwrap_or_else(|| unreachable!())
    }

    fn list(&self) -> GetImages {
        GetImages::new().filter_source_id(&self.source).page_size(50)
    }

    fn check_walk(&self, seen: &[ImageId]) -> std::result::Result<(), Failure> {
        let distinct: BTreeSet<_> = seen.iter().cloned().collect();
        let is_right = distinct == self.stay && seen.len() == self.stay.len();
        check(is_right, || format!("a list of {} has {}", self.stay.len(), seen.len()))
    }

    fn run_blocking(&self) {
        let client = cycle_images_ureq::Client::new(self.hub.clone());
        let client = client.with_retry(retry()).with_attempt_timeout(TIMEOUT);
        thread::scope(|scope| {
            for _ in 0..CALLS {
                scope.spawn(|| {
                    while let Some((turn, number)) = self.next() {
                        self.note(self.blocking(&client, turn, number));
                    }
                });
            }
        });
    }

    fn blocking(
        &self,
        client: &cycle_images_ureq::Client,
        turn: Turn,
        number: usize,
    ) -> std::result::Result<(), Failure> {
        let walk = || {
            let ids = client.items(self.list()).map(|image| Ok(image?.id));
            ids.collect::<std::result::Result<Vec<_>, FlowError>>()
        };
        let upload = |image: &Image| {
            let tar = tar();
            let size = tar.len() as u64;
            client.upload(image, cycle_images_ureq::Tar::new(Cursor::new(tar), size))
        };
        call!(self, client, turn, number, walk, upload,)
    }

    fn run_async(self: Arc<Self>, transport: impl Transport + 'static) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let client = cycle_images_async::Client::new(self.hub.clone(), transport, Tokio);
        let client = client.with_retry(retry()).with_attempt_timeout(TIMEOUT);
        let calls = (0..CALLS).map(|_| {
            let (soak, client) = (Arc::clone(&self), client.clone());
            runtime.spawn(async move {
                while let Some((turn, number)) = soak.next() {
                    soak.note(soak.asynchronous(&client, turn, number).await);
                }
            })
        });
        for call in calls.collect::<Vec<_>>() {
            runtime.block_on(call).map_err(std::io::Error::other)?;
        }
        Ok(())
    }

    async fn asynchronous(
        &self,
        client: &cycle_images_async::Client,
        turn: Turn,
        number: usize,
    ) -> std::result::Result<(), Failure> {
        let walk = async || {
            let mut images = client.pages(self.list()).prefetch(3).items();
            let mut ids = Vec::new();
            while let Some(image) = images.next().await {
                ids.push(image?.id);
            }
            Ok::<_, FlowError>(ids)
        };
        let upload = async |image: &Image| {
            let tar = tar();
            let size = tar.len() as u64;
            let tar = cycle_images_async::Tar::new(stream::iter([Ok(tar)]), size);
            client.upload(image, tar).await
        };
        call!(self, client, turn, number, walk, upload, .await)
    }
}

/// The default policy with short waits.
fn retry() -> RetryPolicy {
    let (first, longest) = (Duration::from_millis(20), Duration::from_millis(200));
    RetryPolicy::default().initial_backoff(first).max_backoff(longest)
}

/// A file with the magic of a tar, which is all that the sandbox checks.
fn tar() -> Vec<u8> {
    let mut tar = vec![0; 257];
    tar.extend(b"ustar");
    tar.resize(64 << 10, 0);
    tar
}

/// Memory before the calls, and the most in the second tenth of the time, in the last one and in
/// all.
#[derive(Default)]
struct Memory {
    before: u64,
    warm: u64,
    last: u64,
    peak: u64,
}

impl Memory {
    fn watch(time: Duration, is_over: impl Fn() -> bool) -> Result<Self> {
        let start = Instant::now();
        let mut memory = Self { before: in_status("VmRSS:")?, ..Self::default() };
        while !is_over() {
            thread::sleep(Duration::from_millis(100));
            let now = in_status("VmRSS:")?;
            match start.elapsed().as_secs_f64() / time.as_secs_f64() {
                0.1..0.2 => memory.warm = memory.warm.max(now),
                0.9..1.0 => memory.last = memory.last.max(now),
                _ => {}
            }
        }
        Ok(Self { peak: in_status("VmHWM:")?, ..memory })
    }
}

fn in_status(name: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    let value = value.and_then(|value| value.trim().strip_suffix(" kB"));
    Ok(value.ok_or("the system doesn't have it")?.parse()?)
}

fn count_descriptors() -> Result<usize> {
    Ok(fs::read_dir("/proc/self/fd")?.count())
}

/// The sandbox: about one request in five meets a fault.
fn serve_with_faults() -> Result<()> {
    let (requests, seen) = mpsc::channel();
    let settings = Settings::default().extra_images(SEEDED).kept_requests(256);
    let settings = settings.on_request(move |_, _| _ = requests.send(()));
    let sandbox = Arc::new(Sandbox::with(settings)?);
    let faulty = Arc::clone(&sandbox);
    thread::spawn(move || {
        let mut random = 7_u64;
        while let Ok(()) = seen.recv() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let Some(fault) = fault(random >> 33) else { continue };
            faulty.fault(fault);
        }
    });
    serve(&sandbox)
}

fn fault(random: u64) -> Option<Fault> {
    Some(match random % 400 {
        0..12 => Fault::too_many_requests("0"),
        12 => Fault::too_many_requests("1"),
        13..24 => Fault::unavailable(),
        24..36 => Fault::unavailable_until("0"),
        36..46 => Fault::bad_gateway(),
        46..54 => Fault::Close,
        54..62 => Fault::CloseAfter,
        62..70 => Fault::Truncate,
        70..79 => Fault::Delay(Duration::from_millis(50)),
        79 => Fault::Delay(TIMEOUT * 2),
        _ => return None,
    })
}
