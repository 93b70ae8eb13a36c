use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The tar of an image, to be [uploaded](crate::Client::upload): a reader and its size.
///
/// ```
/// use cycle_images_ureq::Tar;
///
/// let bytes: &[u8] = b"a tar";
/// let tar = Tar::reader(bytes, bytes.len() as u64);
/// assert!(Tar::open("no/such/file.tar").is_err());
/// ```
pub struct Tar<'a> {
    reader: Box<dyn Read + 'a>,
    size: u64,
}

impl<'a> Tar<'a> {
    /// The tar in a file.
    ///
    /// # Errors
    /// If the file can't be opened.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Self::reader(file, size))
    }

    /// A tar of `size` bytes from a reader. A reader that ends before is an error; what follows isn't
    /// read.
    pub fn reader(reader: impl Read + 'a, size: u64) -> Self {
        Self { reader: Box::new(reader), size }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Reads the tar, and reports after each piece how many bytes have been read.
    pub(crate) fn counted(self, progress: impl FnMut(u64)) -> impl Read {
        Counted { tar: self.reader, size: self.size, read: 0, progress }
    }
}

impl fmt::Debug for Tar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tar").field("size", &self.size).finish_non_exhaustive()
    }
}

struct Counted<R, P> {
    tar: R,
    size: u64,
    read: u64,
    progress: P,
}

impl<R: Read, P: FnMut(u64)> Read for Counted<R, P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.size - self.read;
        let count = loop {
            match self.tar.by_ref().take(left).read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // As an error of another kind, or it could be mistaken for one of the connection.
                Err(error) => return Err(io::Error::other(error)),
                Ok(count) => break count,
            }
        };
        // Without an error, the factory would wait for the rest of the announced length.
        if count == 0 && left > 0 && !buffer.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("the tar ended after {} of {} bytes", self.read, self.size),
            ));
        }
        self.read += count as u64;
        if count > 0 {
            (self.progress)(self.read);
        }
        Ok(count)
    }
}
