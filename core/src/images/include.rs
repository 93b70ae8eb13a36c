//! Includes and computed values of images: how a request names them, and what the response
//! contains.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Creators, ImageSource, Integration, Stack, StackBuild};
use crate::wire::lenient;

/// Resources that [`GetImages`](super::GetImages) and [`GetImage`](super::GetImage) can include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageInclude {
    /// The creators of the images.
    Creators,
    /// The stack builds that the images belong to.
    StackBuilds,
    /// The stacks of those builds.
    Stacks,
    /// The sources that the images were built from.
    Sources,
    /// The integrations that built the images.
    Integrations,
}

impl ImageInclude {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Creators => "creators",
            Self::StackBuilds => "stack_builds",
            Self::Stacks => "stacks",
            Self::Sources => "sources",
            Self::Integrations => "integrations",
        }
    }
}

/// Values that [`GetImages`](super::GetImages) and [`GetImage`](super::GetImage) can compute for
/// each image's `meta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageMetaName {
    /// The number of containers that use the image, by state.
    ContainersCount,
}

impl ImageMetaName {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ContainersCount => "containers_count",
        }
    }
}

/// Resources that the images refer to, by id, if the request asked for them with `include`.
///
/// ```
/// # use cycle_images::{Hub, images::{GetImages, ImageInclude}};
/// # let hub = Hub::new("key", "hub")?;
/// let operation = GetImages::new().include(ImageInclude::Sources);
/// let response = http::Response::new(r#"{"data": [], "includes": {
///     "sources": {"s1": {"id": "s1", "name": "web", "state": {"current": "live"}}}
/// }}"#);
/// let reply = hub.response(&operation, response)?;
/// assert_eq!(reply.includes.sources["s1"].name, "web");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageIncludes {
    /// The creators of the images.
    #[serde(deserialize_with = "lenient::or_default", skip_serializing_if = "Creators::is_empty")]
    pub creators: Creators,
    /// The stack builds that the images belong to.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub stack_builds: BTreeMap<String, StackBuild>,
    /// The stacks of those builds.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub stacks: BTreeMap<String, Stack>,
    /// The ids of the stacks that share an identifier; documented as `stacks:identifiers`.
    #[serde(
        rename = "stacks:identifiers",
        deserialize_with = "lenient::lists",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub stacks_identifiers: BTreeMap<String, Vec<String>>,
    /// The sources that the images were built from.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, ImageSource>,
    /// The ids of the sources that share an identifier; documented as `sources:identifiers`.
    #[serde(
        rename = "sources:identifiers",
        deserialize_with = "lenient::lists",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub sources_identifiers: BTreeMap<String, Vec<String>>,
    /// The integrations that built the images.
    #[serde(deserialize_with = "lenient::map", skip_serializing_if = "BTreeMap::is_empty")]
    pub integrations: BTreeMap<String, Integration>,
    /// The ids of the integrations that share an identifier; documented as
    /// `integrations:identifiers`.
    #[serde(
        rename = "integrations:identifiers",
        deserialize_with = "lenient::lists",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub integrations_identifiers: BTreeMap<String, Vec<String>>,
}
