use super::origin_request::{OriginRequest, filled};
use crate::error::RequestError;
use crate::model::SourceId;
use crate::model::{ImageSource, Origin, SourceBuilder};
use crate::operation::{One, Operation, Path, Secrets, json_body, read_here};
use http::Method;
use serde::Serialize;

/// Changes an image source: `PATCH /v1/images/sources/{id}`, documented as `updateImageSource`.
/// Capability: `images-sources-manage`.
///
/// Only what is set is changed. Optional values have a setter that clears them.
///
/// ```
/// use cycle_images::{SourceId, model::DockerHub, sources::UpdateImageSource};
///
/// let operation = UpdateImageSource::new(SourceId::new("651586fca6078e98982dbd90")?)
///     .name("web")
///     .origin(DockerHub::new("nginx:1.28"))
///     .clear_description();
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&operation)?.into_body(),
///     br#"{"name":"web","origin":{"type":"docker-hub","details":{"target":"nginx:1.28"}},"about":{"description":null}}"#,
/// );
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an operation does nothing until it is sent"]
pub struct UpdateImageSource {
    id: SourceId,
    // Not a plain `Origin`: its upload token must not be sent.
    body: Body,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    // `None` leaves a value unchanged, `Some(None)` clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<OriginRequest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    builder: Option<Option<SourceBuilder>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<About>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct About {
    description: Option<String>,
}

impl UpdateImageSource {
    /// The source with this id.
    pub fn new(id: impl Into<SourceId>) -> Self {
        Self { id: id.into(), body: Body::default() }
    }

    /// A new human-readable name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.body.name = Some(name.into());
        self
    }

    /// A new human-readable identifier.
    pub fn identifier(mut self, identifier: impl Into<String>) -> Self {
        self.body.identifier = Some(Some(identifier.into()));
        self
    }

    /// Removes the identifier.
    pub fn clear_identifier(mut self) -> Self {
        self.body.identifier = Some(None);
        self
    }

    /// Replaces the origin, with its credentials.
    pub fn origin(mut self, origin: impl Into<Origin>) -> Self {
        self.body.origin = Some(OriginRequest::from(origin));
        self
    }

    /// The id or the identifier of the integration that builds its images.
    pub fn builder_integration_id(mut self, integration: impl Into<String>) -> Self {
        self.body.builder = Some(Some(SourceBuilder { integration_id: Some(integration.into()) }));
        self
    }

    /// Lets the platform build its images.
    pub fn clear_builder(mut self) -> Self {
        self.body.builder = Some(None);
        self
    }

    /// A description of the source.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.body.about = Some(About { description: Some(description.into()) });
        self
    }

    /// Removes the description.
    pub fn clear_description(mut self) -> Self {
        self.body.about = Some(About { description: None });
        self
    }
}

impl Operation for UpdateImageSource {
    const NAME: &'static str = "UpdateImageSource";
    const METHOD: Method = Method::PATCH;
    const CAPABILITY: &'static str = "images-sources-manage";
    type Output = One<ImageSource>;

    fn check(&self) -> Result<(), RequestError> {
        if let Some(Some(identifier)) = &self.body.identifier {
            filled("identifier", identifier)?;
        }
        if let Some(Some(SourceBuilder { integration_id: Some(integration) })) = &self.body.builder
        {
            filled("builder.integration_id", integration)?;
        }
        self.body.origin.as_ref().map_or(Ok(()), OriginRequest::check)
    }

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images/sources").id(&self.id);
    }

    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        json_body(&self.body)
    }

    read_here!();

    fn secrets<'a>(&'a self, secrets: &mut Secrets<'a>) {
        if let Some(origin) = &self.body.origin {
            origin.secrets(secrets);
        }
    }
}
