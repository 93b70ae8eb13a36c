//! Includes and computed values of images: how a request names them, and what the response
//! contains.

use std::collections::BTreeMap;

use crate::model::{Creators, ImageSource, Integration, Stack, StackBuild};
use crate::wire::model::model;

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

model! {
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
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ImageIncludes {
        /// The creators of the images.
        pub creators: Creators,
        /// The stack builds that the images belong to.
        pub stack_builds: BTreeMap<String, StackBuild>,
        /// The stacks of those builds.
        pub stacks: BTreeMap<String, Stack>,
        /// The ids of the stacks that share an identifier; documented as `stacks:identifiers`.
        #[wire(key = "stacks:identifiers")]
        pub stacks_identifiers: BTreeMap<String, Vec<String>>,
        /// The sources that the images were built from.
        pub sources: BTreeMap<String, ImageSource>,
        /// The ids of the sources that share an identifier; documented as `sources:identifiers`.
        #[wire(key = "sources:identifiers")]
        pub sources_identifiers: BTreeMap<String, Vec<String>>,
        /// The integrations that built the images.
        pub integrations: BTreeMap<String, Integration>,
        /// The ids of the integrations that share an identifier; documented as
        /// `integrations:identifiers`.
        #[wire(key = "integrations:identifiers")]
        pub integrations_identifiers: BTreeMap<String, Vec<String>>,
    }
}
