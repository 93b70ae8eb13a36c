use http::Method;
use serde::{Deserialize, Serialize};

use super::include::{ImageInclude, ImageMetaName};
use crate::document::Document;
use crate::error::{DecodeError, RequestError};
use crate::flow::ListOperation;
use crate::id::SourceId;
use crate::list_options::{ListOptions, check_text, check_word};
use crate::model::{Image, ImageIncludes, ImageStatus, SourceType};
use crate::operation::Operation;
use crate::path::Path;
use crate::query::Query;

/// Lists images: `GET /v1/images`, documented as `getImages`. Capability: `images-view`.
///
/// A page's size is a wish: the platform may send fewer images than asked for, and tells no total.
///
/// ```
/// use cycle_images::images::{GetImages, ImageInclude};
/// use cycle_images::model::ImageStatus;
///
/// let newest = GetImages::new()
///     .include(ImageInclude::Sources)
///     .filter_state(ImageStatus::Live)
///     .sort("-events.created")
///     .page_size(20);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&newest)?.uri().path_and_query().unwrap(),
///     "/v1/images?include=sources&filter%5Bstate%5D=live&sort=-events.created&page%5Bsize%5D=20",
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
    /// All images, the platform's first page of them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Has a value computed for each image's `meta`; may be called again for another.
    pub fn meta(mut self, meta: ImageMetaName) -> Self {
        self.options.meta.push(meta.as_str().into());
        self
    }

    /// Includes resources that the images refer to; may be called again for others.
    pub fn include(mut self, include: ImageInclude) -> Self {
        self.options.include.push(include.as_str().into());
        self
    }

    /// Only images that match this identifier.
    pub fn filter_identifier(mut self, identifier: impl Into<String>) -> Self {
        self.filter.identifier = Some(identifier.into());
        self
    }

    /// Only images in which a field has something to do with this text.
    pub fn filter_search(mut self, text: impl Into<String>) -> Self {
        self.filter.search = Some(text.into());
        self
    }

    /// Only images in this state; may be called again to let in another.
    pub fn filter_state(mut self, state: ImageStatus) -> Self {
        self.filter.state.push(state);
        self
    }

    /// Only images whose source is of this type.
    pub fn filter_source_type(mut self, source_type: SourceType) -> Self {
        self.filter.source_type = Some(source_type);
        self
    }

    /// Only images that were made from this source.
    pub fn filter_source_id(mut self, source_id: impl Into<SourceId>) -> Self {
        self.filter.source_id = Some(source_id.into());
        self
    }

    /// Sorts by a field, descending with `-` in front; may be called again for the next field.
    pub fn sort(mut self, field: impl Into<String>) -> Self {
        self.options.sort.push(field.into());
        self
    }

    /// The page to read, counted from 1.
    pub fn page_number(mut self, number: u32) -> Self {
        self.options.page_number = Some(number);
        self
    }

    /// How many images a page should hold, at least 1.
    pub fn page_size(mut self, size: u32) -> Self {
        self.options.page_size = Some(size);
        self
    }
}

impl Operation for GetImages {
    const NAME: &'static str = "GetImages";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "images-view";
    type Data = Vec<Image>;
    type Includes = ImageIncludes;

    fn check(&self) -> Result<(), RequestError> {
        check_text("filter[identifier]", self.filter.identifier.as_ref())?;
        check_text("filter[search]", self.filter.search.as_ref())?;
        for state in &self.filter.state {
            check_word("filter[state]", state.as_str())?;
        }
        if let Some(source_type) = &self.filter.source_type {
            check_word("filter[source_type]", source_type.as_str())?;
        }
        self.options.check()
    }

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images");
    }

    fn query(&self, query: &mut Query<'_>) {
        let Filter { identifier, search, state, source_type, source_id } = &self.filter;
        self.options.begin(query);
        if let Some(identifier) = identifier {
            query.text("filter[identifier]", identifier);
        }
        if let Some(search) = search {
            query.text("filter[search]", search);
        }
        query.joined("filter[state]", state.iter().map(ImageStatus::as_str));
        if let Some(source_type) = source_type {
            query.text("filter[source_type]", source_type.as_str());
        }
        if let Some(source_id) = source_id {
            query.text("filter[source_id]", source_id.as_str());
        }
        self.options.end(query);
    }

    fn read(body: &str) -> Result<Document<Vec<Image>, ImageIncludes>, DecodeError> {
        Document::read_list(body)
    }
}

impl ListOperation for GetImages {
    type Record = Image;

    fn page_number(&mut self) -> &mut Option<u32> {
        &mut self.options.page_number
    }

    fn key(image: &Image) -> &str {
        image.id.as_str()
    }
}
