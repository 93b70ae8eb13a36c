use std::error::Error;
use std::fmt;
use std::iter::successors;

/// Displays an error with all its sources: on one line by `{}`, one a line by `{:#}`.
///
/// ```
/// use cycle_images::error::report;
/// use cycle_images::{Hub, ImageId, images::DeleteImage, recorded};
///
/// let delete = DeleteImage::new(ImageId::new("651586fca6078e98982dbd90")?);
/// let response = recorded::response(
///     b"HTTP/2 409\n\n{\"error\": {\"code\": \"409.image\", \"title\": \"a container uses it\"}}",
/// )?;
/// let error = Hub::new("key", "hub")?.response(&delete, response).unwrap_err();
/// assert_eq!(
///     report(&error).to_string(),
///     "DeleteImage failed with status 409 Conflict; check the state of the resource before sending \
///      it again: a container uses it (409.image)",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A `main` that returns a `Result` shows the `Debug` of its error, which is long and has no
/// advice. Use this instead:
///
/// ```
/// use std::error::Error;
/// use std::process::ExitCode;
///
/// fn run() -> Result<(), Box<dyn Error>> {
///     Ok(())
/// }
///
/// fn main() -> ExitCode {
///     let Err(error) = run() else { return ExitCode::SUCCESS };
///     eprintln!("{:#}", cycle_images::error::report(&*error));
///     ExitCode::FAILURE
/// }
/// ```
pub fn report(error: &dyn Error) -> Report<'_> {
    Report(error)
}

/// The [`report`] of an error.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a>(&'a dyn Error);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        for source in successors(self.0.source(), |&error| error.source()) {
            match f.alternate() {
                true => write!(f, "\n  caused by: {source}")?,
                false => write!(f, ": {source}")?,
            }
        }
        Ok(())
    }
}
