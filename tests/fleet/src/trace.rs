use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use crate::Error;

/// Writes when a worker begins and ends a step of a job, for those who want to see whether two do at
/// a time: `begin` or `end`, microseconds, key. Unbuffered, so that a kill loses no line.
pub(crate) struct Trace(Option<File>);

impl Trace {
    pub(crate) fn new(path: Option<&Path>) -> Result<Self, Error> {
        Ok(Self(path.map(File::create).transpose()?))
    }

    pub(crate) fn write(&self, word: &str, key: &str) {
        if let Some(mut file) = self.0.as_ref() {
            let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            if let Err(error) = writeln!(file, "{word} {} {key}", time.as_micros()) {
                eprintln!("writing the trace: {error}");
            }
        }
    }
}
