use crate::error::RequestError;
use crate::model::{Image, ImageBuild, ImageOverride, SourceId};
use crate::operation::{One, Operation, Path, Secrets, json_body, read_here};
use http::Method;
use serde::{Deserialize, Serialize};

/// Creates an image from a source: `POST /v1/images`, documented as `createImage`. Capability:
/// `images-manage`.
///
/// The new image is empty: [`CreateImageJob`](super::CreateImageJob) imports it.
///
/// ```
/// use cycle_images::{SourceId, images::CreateImage};
///
/// let operation = CreateImage::new(SourceId::new("651586fca6078e98982dbd90")?)
///     .name("web 1.4")
///     .build_arg("VERSION", "1.4")
///     .override_target("my-company/web:1.4");
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&operation)?.into_body(),
///     br#"{"name":"web 1.4","source_id":"651586fca6078e98982dbd90","build":{"args":{"VERSION":"1.4"}},"override":{"target":"my-company/web:1.4"}}"#,
/// );
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct CreateImage {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    source_id: SourceId,
    #[serde(default, skip_serializing_if = "ImageBuild::is_empty")]
    build: ImageBuild,
    #[serde(rename = "override", default, skip_serializing_if = "ImageOverride::is_empty")]
    overrides: ImageOverride,
}

impl CreateImage {
    /// An image from this source.
    pub fn new(source_id: impl Into<SourceId>) -> Self {
        Self {
            name: None,
            source_id: source_id.into(),
            build: ImageBuild::default(),
            overrides: ImageOverride::default(),
        }
    }

    /// A human-readable name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// A build argument; may be called again for another.
    pub fn build_arg(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.build.args.insert(name.into(), value.into());
        self
    }

    /// Whether to build on disk instead of in memory, for images that don't fit into it.
    pub fn build_use_disk(mut self, use_disk: bool) -> Self {
        self.build.use_disk = Some(use_disk);
        self
    }

    /// Overrides the source's target (image and tag) for this image only; for sources of origin
    /// `docker-hub` or `docker-registry`.
    pub fn override_target(mut self, target: impl Into<String>) -> Self {
        self.overrides.target = Some(target.into());
        self
    }

    /// Overrides the URL of the source's `.tar.gz` for this image only; for sources of origin
    /// `docker-file`.
    pub fn override_targz_url(mut self, url: impl Into<String>) -> Self {
        self.overrides.targz_url = Some(url.into());
        self
    }
}

impl Operation for CreateImage {
    const NAME: &'static str = "CreateImage";
    const METHOD: Method = Method::POST;
    const CAPABILITY: &'static str = "images-manage";
    type Output = One<Image>;

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images");
    }

    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        json_body(self)
    }

    read_here!();

    fn secrets<'a>(&'a self, secrets: &mut Secrets<'a>) {
        // Shorter ones are versions and flags, which an error must be able to name.
        for argument in self.build.args.values().filter(|argument| argument.len() >= 8) {
            secrets.text(argument);
        }
        if let Some(url) = &self.overrides.targz_url {
            secrets.url(url);
        }
    }
}
