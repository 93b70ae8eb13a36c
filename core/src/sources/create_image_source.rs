use super::origin_request::{OriginRequest, filled};
use crate::error::RequestError;
use crate::model::{Acl, ImageSource, Origin, SourceAbout, SourceBuilder, SourceType};
use crate::operation::{One, Operation, Path, Secrets, json_body, read_here};
use http::Method;
use serde::Serialize;

/// Creates an image source: `POST /v1/images/sources`, documented as `createImageSource`.
/// Capability: `images-sources-manage`.
///
/// An image on Docker Hub:
///
/// ```
/// use cycle_images::{model::DockerHub, sources::CreateImageSource};
///
/// let operation = CreateImageSource::new(DockerHub::new("nginx:1.27")).name("web");
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&operation)?.into_body(),
///     br#"{"name":"web","type":"direct","origin":{"type":"docker-hub","details":{"target":"nginx:1.27"}}}"#,
/// );
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
///
/// A Dockerfile in a git repository, a private image on a registry, and images that are uploaded:
///
/// ```
/// use cycle_images::model::{
///     CycleUpload, DockerFile, HttpCredentials, OciRegistry, Repo, UserAuth,
/// };
/// use cycle_images::sources::CreateImageSource;
///
/// let repo = Repo::new("https://git.example.com/shop.git").auth(HttpCredentials::new("ci", "pw"));
/// let built = CreateImageSource::new(DockerFile::of_repo(repo).build_file("api/Dockerfile"));
///
/// let auth = UserAuth::new().username("ci").token("registry-token");
/// let pulled = CreateImageSource::new(
///     OciRegistry::new("shop/worker:3", "https://registry.example.com").auth(auth),
/// );
///
/// let pushed = CreateImageSource::new(CycleUpload::new()).name("pushed by CI");
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// # for operation in [built, pulled, pushed] {
/// #     assert_eq!(hub.request(&operation)?.uri().path(), "/v1/images/sources");
/// # }
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an operation does nothing until it is sent"]
pub struct CreateImageSource {
    // Not a plain `Origin`: its upload token must not be sent.
    body: Body,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acl: Option<Acl>,
    #[serde(skip_serializing_if = "Option::is_none")]
    builder: Option<SourceBuilder>,
    #[serde(rename = "type")]
    kind: SourceType,
    origin: OriginRequest,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<SourceAbout>,
}

impl CreateImageSource {
    /// A direct source of images from this origin.
    pub fn new(origin: impl Into<Origin>) -> Self {
        let body = Body {
            name: None,
            identifier: None,
            acl: None,
            builder: None,
            kind: SourceType::Direct,
            origin: OriginRequest::from(origin),
            about: None,
        };
        Self { body }
    }

    /// A source of another type than direct; documented as `type`.
    pub fn kind(mut self, kind: impl Into<SourceType>) -> Self {
        self.body.kind = kind.into();
        self
    }

    /// A human-readable name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.body.name = Some(name.into());
        self
    }

    /// A human-readable identifier; by default, the platform derives one from the name.
    pub fn identifier(mut self, identifier: impl Into<String>) -> Self {
        self.body.identifier = Some(identifier.into());
        self
    }

    /// A description of the source.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.body.about = Some(SourceAbout { description: Some(description.into()) });
        self
    }

    /// Access rights.
    pub fn acl(mut self, acl: Acl) -> Self {
        self.body.acl = Some(acl);
        self
    }

    /// The id or the identifier of the integration that builds its images, instead of the platform.
    pub fn builder_integration_id(mut self, integration: impl Into<String>) -> Self {
        self.body.builder = Some(SourceBuilder { integration_id: Some(integration.into()) });
        self
    }
}

impl Operation for CreateImageSource {
    const NAME: &'static str = "CreateImageSource";
    const METHOD: Method = Method::POST;
    const CAPABILITY: &'static str = "images-sources-manage";
    type Output = One<ImageSource>;

    fn check(&self) -> Result<(), RequestError> {
        if let Some(identifier) = &self.body.identifier {
            filled("identifier", identifier)?;
        }
        if let Some(SourceBuilder { integration_id: Some(integration) }) = &self.body.builder {
            filled("builder.integration_id", integration)?;
        }
        filled("type", self.body.kind.as_str())?;
        self.body.origin.check()
    }

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images/sources");
    }

    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        json_body(&self.body)
    }

    read_here!();

    fn secrets<'a>(&'a self, secrets: &mut Secrets<'a>) {
        self.body.origin.secrets(secrets);
    }
}
