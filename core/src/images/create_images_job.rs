use crate::error::RequestError;
use crate::model::JobDescriptor;
use crate::model::SourceId;
use crate::operation::{One, Operation, Path, json_body, read_here};
use http::Method;
use serde::{Deserialize, Serialize};

/// Deletes the images of sources that no container uses and that are older than 15 minutes:
/// `POST /v1/images/tasks` with the action `prune`, documented as `createImagesJob`. Capability:
/// `images-manage`. The reply describes the job that does it.
///
/// ```
/// use cycle_images::{SourceId, images::CreateImagesJob};
///
/// let operation = CreateImagesJob::prune([SourceId::new("651586fca6078e98982dbd90")?]);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&operation)?.into_body(),
///     br#"{"action":"prune","contents":{"source_ids":["651586fca6078e98982dbd90"]}}"#,
/// );
/// assert!(hub.request(&CreateImagesJob::prune([] as [SourceId; 0])).is_err());
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[doc(alias = "prune")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct CreateImagesJob {
    source_ids: Vec<SourceId>,
}

impl CreateImagesJob {
    /// Prunes the images of these sources; at least one.
    pub fn prune(source_ids: impl IntoIterator<Item = impl Into<SourceId>>) -> Self {
        Self { source_ids: source_ids.into_iter().map(Into::into).collect() }
    }
}

impl Operation for CreateImagesJob {
    const NAME: &'static str = "CreateImagesJob";
    const METHOD: Method = Method::POST;
    const CAPABILITY: &'static str = "images-manage";
    type Output = One<JobDescriptor>;

    fn check(&self) -> Result<(), RequestError> {
        if self.source_ids.is_empty() {
            let reason = "is empty; name the sources whose images are to be pruned";
            return Err(RequestError::new("contents.source_ids", reason));
        }
        Ok(())
    }

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images/tasks");
    }

    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        #[derive(Serialize)]
        struct Body<'a> {
            action: &'static str,
            contents: Contents<'a>,
        }

        #[derive(Serialize)]
        struct Contents<'a> {
            source_ids: &'a [SourceId],
        }

        json_body(&Body { action: "prune", contents: Contents { source_ids: &self.source_ids } })
    }

    read_here!();
}
