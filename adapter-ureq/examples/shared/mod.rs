//! What the two lifecycles share: their options, and how an import is shown to people.

use cycle_images::SourceId;
use cycle_images::model::{Image, ImageStatus, JobProgress};
use cycle_images_tests::example_env::Place;
use cycle_images_tests::sandbox::{JobOutcome, Settings};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

pub(crate) const HELP: &str = "\
Creates an image, imports it, reads its build log, lists, renames, deletes and prunes images.

options:
  --source ID   the id of the source to make the image from; needed on the platform
  --keep        keep the image
  --fail        make the import fail; in the sandbox only
  --yes         allow it to create and delete an image on the platform";

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) source: Option<SourceId>,
    pub(crate) keep: bool,
}

/// Reads the options, and finds the place to run at.
pub(crate) fn begin() -> Result<(Options, Place)> {
    let mut options = Options::default();
    let mut fail = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--keep" => options.keep = true,
            "--fail" => fail = true,
            "--yes" => {}
            "--source" => {
                options.source = Some(SourceId::new(arguments.next().unwrap_or_default())?);
            }
            other => return Err(format!("{other} is not an option\n{HELP}").into()),
        }
    }
    let place = Place::to_change(Settings::default())?;
    if fail {
        let sandbox = place.sandbox.as_ref().ok_or("--fail is for the sandbox alone")?;
        let message = "no space left on the factory".to_owned();
        sandbox.next_job(JobOutcome::Fail { step: 1, message });
    }
    Ok((options, place))
}

/// The steps of an import as a bar, and a line whenever the image's state has changed.
pub(crate) struct Watch {
    bar: ProgressBar,
    state: ImageStatus,
}

impl Watch {
    pub(crate) fn new(image: &Image) -> Result<Self> {
        let style = ProgressStyle::with_template("  {bar:40} {pos} of {len}  {msg}")?;
        let bar = ProgressBar::new(0).with_style(style).with_finish(ProgressFinish::Abandon);
        Ok(Self { bar, state: image.state.current.clone() })
    }

    pub(crate) fn progress(&self, progress: JobProgress) {
        self.bar.set_length(progress.total as u64);
        self.bar.set_position(progress.done as u64);
    }

    pub(crate) fn state(&mut self, now: ImageStatus) {
        if now != self.state {
            self.bar.set_message(now.to_string());
            self.bar.suspend(|| println!("  {} -> {now}", self.state));
            self.state = now;
        }
    }
}

/// The last lines of a build log.
pub(crate) fn tail(log: &str) -> String {
    let lines: Vec<String> = log.lines().map(|line| format!("  {line}")).collect();
    lines.get(lines.len().saturating_sub(5)..).unwrap_or_default().join("\n")
}
