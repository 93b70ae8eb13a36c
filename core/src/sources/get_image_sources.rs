use super::include::{SourceInclude, SourceIncludes, SourceMetaName};
use crate::error::DecodeError;
use crate::model::{ImageSource, LifeStatus};
use crate::operation::{
    DocumentOf, List, ListOperation, ListOptions, Operation, Output, Path, Query, Sort,
};
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

    /// Requests a computed value for each source's `meta`; may be called again for another.
    pub fn meta(mut self, meta: SourceMetaName) -> Self {
        self.options.add_meta(meta.as_str());
        self
    }

    /// Includes resources that the sources refer to; may be called again for others.
    pub fn include(mut self, include: SourceInclude) -> Self {
        self.options.add_include(include.as_str());
        self
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

    /// Sorts by a field; may be called again for the next field. Only `id` is documented.
    pub fn sort(mut self, sort: impl Into<Sort>) -> Self {
        self.options.add_sort(sort);
        self
    }

    /// The page to read, counted from 1.
    pub fn page_number(mut self, number: u32) -> Self {
        self.options.set_page_number(number);
        self
    }

    /// The number of sources on a page, at least 1.
    pub fn page_size(mut self, size: u32) -> Self {
        self.options.set_page_size(size);
        self
    }
}

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

    fn read(body: &str) -> Result<DocumentOf<Self>, DecodeError> {
        Self::Output::read(body)
    }
}

impl ListOperation for GetImageSources {
    type Record = ImageSource;

    fn options(&self) -> &ListOptions {
        &self.options
    }

    fn options_mut(&mut self) -> &mut ListOptions {
        &mut self.options
    }

    fn key(source: &ImageSource) -> &str {
        source.id.as_str()
    }
}
