use super::include::{ImageInclude, ImageIncludes, ImageMetaName};
use crate::model::SourceId;
use crate::model::{Image, ImageStatus, SourceType};
use crate::operation::{List, ListOptions, Operation, Path, Query, list_operation, read_here};
use crate::request::list_options::options;
use http::Method;
use serde::{Deserialize, Serialize};

/// Lists images: `GET /v1/images`, documented as `getImages`. Capability: `images-view`.
///
/// The platform may return fewer images on a page than requested, and reports no total.
///
/// ```
/// use cycle_images::images::{GetImages, ImageInclude};
/// use cycle_images::model::ImageStatus;
/// use cycle_images::operation::Sort;
///
/// let newest = GetImages::new()
///     .include(ImageInclude::Sources)
///     .filter_state(ImageStatus::Live)
///     .sort(Sort::descending("id"))
///     .page_size(20);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&newest)?.uri().path_and_query().unwrap(),
///     "/v1/images?filter%5Bstate%5D=live&include=sources&sort=-id&page%5Bsize%5D=20",
/// );
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetImages {
    options: ListOptions,
    filter: Filter,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Filter {
    identifier: Option<String>,
    search: Option<String>,
    state: Vec<ImageStatus>,
    source_type: Option<SourceType>,
    source_id: Option<SourceId>,
}

impl GetImages {
    /// The first page of all images.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only images that match this identifier.
    pub fn filter_identifier(mut self, identifier: impl Into<String>) -> Self {
        self.filter.identifier = Some(identifier.into());
        self
    }

    /// Only images that match this search text.
    pub fn filter_search(mut self, text: impl Into<String>) -> Self {
        self.filter.search = Some(text.into());
        self
    }

    /// Only images in this state; may be called again for another state.
    pub fn filter_state(mut self, state: ImageStatus) -> Self {
        self.filter.state.push(state);
        self
    }

    /// Only images whose source is of this type.
    pub fn filter_source_type(mut self, source_type: SourceType) -> Self {
        self.filter.source_type = Some(source_type);
        self
    }

    /// Only images that were created from this source.
    pub fn filter_source_id(mut self, source_id: impl Into<SourceId>) -> Self {
        self.filter.source_id = Some(source_id.into());
        self
    }
}

options!(GetImages of "images": meta(ImageMetaName), include(ImageInclude), pages);

impl Operation for GetImages {
    const NAME: &'static str = "GetImages";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "images-view";
    type Output = List<Image, ImageIncludes>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images");
    }

    fn query(&self, query: &mut Query<'_>) {
        let Filter { identifier, search, state, source_type, source_id } = &self.filter;
        query
            .text("filter[identifier]", identifier.as_deref())
            .text("filter[search]", search.as_deref())
            .joined("filter[state]", state)
            .joined("filter[source_type]", source_type)
            .text("filter[source_id]", source_id.as_ref().map(SourceId::as_str))
            .options(&self.options);
    }

    read_here!();
}

list_operation!(GetImages of Image);
