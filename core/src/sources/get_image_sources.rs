use super::include::{SourceInclude, SourceIncludes, SourceMetaName};
use crate::model::{ImageSource, LifeStatus};
use crate::operation::{List, ListOptions, Operation, Path, Query, list_operation, read_here};
use crate::request::list_options::options;
use http::Method;
use serde::{Deserialize, Serialize};

/// Lists image sources: `GET /v1/images/sources`, documented as `getImageSources`. Capability:
/// `images-sources-view`.
///
/// The platform may return fewer sources on a page than requested, and reports no total.
///
/// ```
/// use cycle_images::model::LifeStatus;
/// use cycle_images::operation::Sort;
/// use cycle_images::sources::{GetImageSources, SourceMetaName};
///
/// let operation = GetImageSources::new()
///     .meta(SourceMetaName::ImagesCount)
///     .filter_state(LifeStatus::Live)
///     .sort(Sort::ascending("id"))
///     .page_size(50);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&operation)?.uri().path_and_query().unwrap(),
///     "/v1/images/sources?filter%5Bstate%5D=live&meta=images_count&sort=id&page%5Bsize%5D=50",
/// );
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetImageSources {
    options: ListOptions,
    filter: Filter,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Filter {
    identifier: Option<String>,
    search: Option<String>,
    state: Vec<LifeStatus>,
}

impl GetImageSources {
    /// The first page of all image sources.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only sources with this identifier; there may be several.
    pub fn filter_identifier(mut self, identifier: impl Into<String>) -> Self {
        self.filter.identifier = Some(identifier.into());
        self
    }

    /// Only sources that match this search text.
    pub fn filter_search(mut self, text: impl Into<String>) -> Self {
        self.filter.search = Some(text.into());
        self
    }

    /// Only sources in this state; may be called again for another state.
    pub fn filter_state(mut self, state: LifeStatus) -> Self {
        self.filter.state.push(state);
        self
    }
}

options!(GetImageSources of "sources": meta(SourceMetaName), include(SourceInclude), pages);

impl Operation for GetImageSources {
    const NAME: &'static str = "GetImageSources";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "images-sources-view";
    type Output = List<ImageSource, SourceIncludes>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images/sources");
    }

    fn query(&self, query: &mut Query<'_>) {
        let Filter { identifier, search, state } = &self.filter;
        query
            .text("filter[identifier]", identifier.as_deref())
            .text("filter[search]", search.as_deref())
            .joined("filter[state]", state)
            .options(&self.options);
    }

    read_here!();
}

list_operation!(GetImageSources of ImageSource);
