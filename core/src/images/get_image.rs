use super::include::{ImageInclude, ImageIncludes, ImageMetaName};
use crate::model::Image;
use crate::model::ImageId;
use crate::operation::{ListOptions, One, Operation, Path, Query, Sort, read_here};
use http::Method;
use serde::{Deserialize, Serialize};

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

    /// Requests a computed value for the image's `meta`; may be called again for another.
    pub fn meta(mut self, meta: ImageMetaName) -> Self {
        self.options.add_meta(meta.as_str());
        self
    }

    /// Includes resources that the image refers to; may be called again for others.
    pub fn include(mut self, include: ImageInclude) -> Self {
        self.options.add_include(include.as_str());
        self
    }

    /// A field to sort by: documented for a single image, too.
    pub fn sort(mut self, sort: impl Into<Sort>) -> Self {
        self.options.add_sort(sort);
        self
    }

    /// The page to read, counted from 1: documented for a single image, too.
    pub fn page_number(mut self, number: u32) -> Self {
        self.options.set_page_number(number);
        self
    }

    /// The number of records on a page, at least 1: documented for a single image, too.
    pub fn page_size(mut self, size: u32) -> Self {
        self.options.set_page_size(size);
        self
    }
}

impl Operation for GetImage {
    const NAME: &'static str = "GetImage";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "images-view";
    type Output = One<Image, ImageIncludes>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images").id(&self.id);
    }

    fn query(&self, query: &mut Query<'_>) {
        query.options(&self.options);
    }

    read_here!();
}
