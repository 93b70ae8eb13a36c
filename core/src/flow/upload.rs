use std::io;
use std::time::Duration;

use http::Response;

use super::{FlowError, SendFailure};
use crate::error::{Attempts, RequestInfo, ResponseError};
use crate::hub::Hub;
use crate::upload::UploadImage;

impl Hub {
    /// Reads the outcome of an upload: the factory's response, or why there is none. Any 2xx is a
    /// success, if the HTTP client took the whole tar. `sent` is how much of it was taken, and
    /// `elapsed` how long the upload took.
    ///
    /// # Errors
    /// If the tar can't be read, the factory can't be reached, refuses the tar, or responds before
    /// it had all of it. [`FlowError::Upload`] says how much was sent.
    pub fn upload_outcome(
        &self,
        upload: &UploadImage,
        outcome: Result<Response<impl AsRef<[u8]>>, SendFailure>,
        sent: TarSent,
        elapsed: Duration,
    ) -> Result<(), FlowError> {
        let request =
            RequestInfo { operation: UploadImage::NAME, is_idempotent: false, is_upload: true };
        let attempts = Attempts { count: 1, elapsed, quota_empty: false };
        let TarSent { sent, size, error } = sent;
        let ended = |source| FlowError::Upload { operation: UploadImage::NAME, sent, size, source };
        let outcome = match error {
            Some(error) => return Err(ended(Box::new(UnreadTar(error)))),
            None => outcome,
        };
        let (head, body) = match outcome {
            Ok(response) => response.into_parts(),
            Err(error) => {
                let has_begun = error.may_have_arrived();
                let error = error.into_error(request, self, attempts);
                return Err(if has_begun { ended(error.into()) } else { error });
            }
        };
        if !head.status.is_success() {
            let mut secrets = self.secrets();
            secrets.text(upload.token().expose());
            let error = ResponseError::refused(request, &head, body.as_ref(), &secrets);
            return Err(error.with_attempts(attempts).into());
        }
        if sent < size {
            return Err(ended("the factory responded before the whole tar was sent".into()));
        }
        Ok(())
    }
}

/// How much of a tar was sent.
#[derive(Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a program that sends an upload makes one")]
pub struct TarSent {
    /// The bytes of the tar that were passed to the HTTP client.
    pub sent: u64,
    /// The size of the tar in bytes.
    pub size: u64,
    /// Why the tar could not be read any further.
    pub error: Option<io::Error>,
}

#[derive(Debug, thiserror::Error)]
#[error("the tar can't be read")]
struct UnreadTar(#[source] io::Error);
