use super::include::{SourceInclude, SourceIncludes, SourceMetaName};
use crate::model::ImageSource;
use crate::model::SourceId;
use crate::operation::{ListOptions, One, Operation, Path, Query, read_here};
use crate::request::list_options::options;
use http::Method;
use serde::{Deserialize, Serialize};

/// Reads one image source: `GET /v1/images/sources/{id}`, documented as `getImageSource`.
/// Capability: `images-sources-view`.
///
/// ```
/// use cycle_images::SourceId;
/// use cycle_images::sources::{GetImageSource, SourceInclude};
///
/// let operation = GetImageSource::new(SourceId::new("651586fca6078e98982dbd90")?)
///     .include(SourceInclude::Integrations);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&operation)?.uri().path_and_query().unwrap(),
///     "/v1/images/sources/651586fca6078e98982dbd90?include=integrations",
/// );
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetImageSource {
    id: SourceId,
    options: ListOptions,
}

impl GetImageSource {
    /// The source with this id.
    pub fn new(id: impl Into<SourceId>) -> Self {
        Self { id: id.into(), options: ListOptions::default() }
    }
}

options!(GetImageSource of "the source": meta(SourceMetaName), include(SourceInclude));

impl Operation for GetImageSource {
    const NAME: &'static str = "GetImageSource";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "images-sources-view";
    type Output = One<ImageSource, SourceIncludes>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images/sources").id(&self.id);
    }

    fn query(&self, query: &mut Query<'_>) {
        query.options(&self.options);
    }

    read_here!();
}
