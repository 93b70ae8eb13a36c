//! Includes and computed values of image sources: how a request names them, and what the response
//! contains.

use std::collections::BTreeMap;

use crate::model::{Creators, Integration};
use crate::wire::model::model;

/// Resources that [`GetImageSources`](super::GetImageSources) and
/// [`GetImageSource`](super::GetImageSource) can include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceInclude {
    /// The creators of the sources.
    Creators,
    /// The integrations that build their images.
    Integrations,
}

impl SourceInclude {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Creators => "creators",
            Self::Integrations => "integrations",
        }
    }
}

/// Values that [`GetImageSources`](super::GetImageSources) and
/// [`GetImageSource`](super::GetImageSource) can compute for each source's `meta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceMetaName {
    /// The number of images created from the source, by state.
    ImagesCount,
}

impl SourceMetaName {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ImagesCount => "images_count",
        }
    }
}

model! {
    /// Resources that the image sources refer to, by id, if the request asked for them with
    /// `include`.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct SourceIncludes {
        /// The creators of the sources.
        pub creators: Creators,
        /// The integrations that build their images.
        pub integrations: BTreeMap<String, Integration>,
        /// The ids of the integrations that share an identifier; documented as
        /// `integrations:identifiers`.
        #[wire(key = "integrations:identifiers")]
        pub integrations_identifiers: BTreeMap<String, Vec<String>>,
    }
}
