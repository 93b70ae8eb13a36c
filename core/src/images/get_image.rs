use http::Method;
use serde::{Deserialize, Serialize};

use super::include::{ImageInclude, ImageMetaName};
use crate::error::RequestError;
use crate::id::ImageId;
use crate::list_options::ListOptions;
use crate::model::{Image, ImageIncludes};
use crate::operation::Operation;
use crate::path::Path;
use crate::query::Query;

/// Reads one image: `GET /v1/images/{id}`, documented as `getImage`. Capability: `images-view`.
///
/// ```
/// use cycle_images::ImageId;
/// use cycle_images::images::{GetImage, ImageInclude};
///
/// let operation = GetImage::new(ImageId::new("651586fca6078e98982dbd90")?)
///     .include(ImageInclude::Creators);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&operation)?.uri().path_and_query().unwrap(),
///     "/v1/images/651586fca6078e98982dbd90?include=creators",
/// );
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetImage {
    id: ImageId,
    options: ListOptions,
}

impl GetImage {
    /// The image with this id.
    pub fn new(id: impl Into<ImageId>) -> Self {
        Self { id: id.into(), options: ListOptions::default() }
    }

    /// Has a value computed for the image's `meta`; may be called again for another.
    pub fn meta(mut self, meta: ImageMetaName) -> Self {
        self.options.meta.push(meta.as_str().into());
        self
    }

    /// Includes resources that the image refers to; may be called again for others.
    pub fn include(mut self, include: ImageInclude) -> Self {
        self.options.include.push(include.as_str().into());
        self
    }

    /// Documented for a single image as for the list: a field to sort by.
    pub fn sort(mut self, field: impl Into<String>) -> Self {
        self.options.sort.push(field.into());
        self
    }

    /// Documented for a single image as for the list: the page to read, counted from 1.
    pub fn page_number(mut self, number: u32) -> Self {
        self.options.page_number = Some(number);
        self
    }

    /// Documented for a single image as for the list: the size of a page, at least 1.
    pub fn page_size(mut self, size: u32) -> Self {
        self.options.page_size = Some(size);
        self
    }
}

impl Operation for GetImage {
    const NAME: &'static str = "GetImage";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "images-view";
    type Data = Image;
    type Includes = ImageIncludes;

    fn check(&self) -> Result<(), RequestError> {
        self.options.check()
    }

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images").id(&self.id);
    }

    fn query(&self, query: &mut Query<'_>) {
        self.options.begin(query);
        self.options.end(query);
    }
}
