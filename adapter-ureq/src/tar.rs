use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

use cycle_images::flow::TarSent;

use crate::Client;

/// The tar of an image, to be [uploaded](crate::Client::upload): a reader and its size.
///
/// ```
/// use cycle_images_ureq::Tar;
///
/// let bytes: &[u8] = b"a tar";
/// let tar = Tar::new(bytes, bytes.len() as u64);
/// assert!(Tar::open("no/such/file.tar").is_err());
/// ```
pub struct Tar<'a> {
    reader: Box<dyn Read + 'a>,
    size: u64,
    progress: Box<Progress<'a>>,
}

type Progress<'a> = dyn FnMut(u64) -> ControlFlow<()> + 'a;

impl<'a> Tar<'a> {
    /// The tar in a file.
    ///
    /// # Errors
    /// If the file can't be opened, or is a folder.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(Self::new(file, metadata.len()))
    }

    /// A tar of `size` bytes from a reader. A reader that ends before is an error; what follows
    /// isn't read.
    pub fn new(reader: impl Read + 'a, size: u64) -> Self {
        Self { reader: Box::new(reader), size, progress: Box::new(|_| ControlFlow::Continue(())) }
    }

    /// Calls a function after each piece with the number of bytes that were passed to the transport
    /// until now. `Break` ends the upload with [`Error::Cancelled`](crate::Error::Cancelled).
    ///
    /// ```no_run
    /// # use cycle_images_ureq::Tar;
    /// use std::ops::ControlFlow;
    ///
    /// let tar = Tar::open("web.tar")?.with_progress(|sent| {
    ///     println!("{sent} bytes");
    ///     ControlFlow::Continue(())
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn with_progress(self, progress: impl FnMut(u64) -> ControlFlow<()> + 'a) -> Self {
        Self { progress: Box::new(progress), ..self }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }
}

impl fmt::Debug for Tar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tar").field("size", &self.size).finish_non_exhaustive()
    }
}

/// A tar that is being sent.
pub(crate) struct Sending<'a> {
    tar: Tar<'a>,
    client: &'a Client,
    read: u64,
    ended: Option<Ended>,
}

/// Why the tar was not read to its end.
enum Ended {
    Cancelled,
    Failed(io::Error),
}

impl<'a> Sending<'a> {
    pub(crate) fn new(tar: Tar<'a>, client: &'a Client) -> Self {
        Self { tar, client, read: 0, ended: None }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        matches!(self.ended, Some(Ended::Cancelled))
    }

    pub(crate) fn sent(self) -> TarSent {
        let error = match self.ended {
            Some(Ended::Failed(error)) => Some(error),
            _ => None,
        };
        TarSent { sent: self.read, size: self.tar.size, error }
    }

    /// Ends the upload: the transport gets an error, and the client the reason.
    fn end(&mut self, ended: Ended) -> io::Error {
        self.ended = Some(ended);
        io::Error::other("the tar ended early")
    }
}

impl Read for Sending<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.client.is_cancelled() {
            return Err(self.end(Ended::Cancelled));
        }
        let left = self.tar.size.saturating_sub(self.read);
        let count = loop {
            match self.tar.reader.by_ref().take(left).read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.end(Ended::Failed(error))),
                Ok(count) => break count,
            }
        };
        // Without an error, the factory would wait for the rest of the announced length.
        if count == 0 && left > 0 && !buffer.is_empty() {
            let reason = format!("it ended after {} of {} bytes", self.read, self.tar.size);
            let error = io::Error::new(io::ErrorKind::UnexpectedEof, reason);
            return Err(self.end(Ended::Failed(error)));
        }
        self.read = self.read.saturating_add(count as u64);
        if count > 0 && (self.tar.progress)(self.read).is_break() {
            return Err(self.end(Ended::Cancelled));
        }
        Ok(count)
    }
}
