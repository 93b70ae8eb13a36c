/// Resources that [`GetImageSources`](super::GetImageSources) and
/// [`GetImageSource`](super::GetImageSource) can include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceInclude {
    /// Who made the sources.
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
    /// How many images were made from the source, by state.
    ImagesCount,
}

impl SourceMetaName {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ImagesCount => "images_count",
        }
    }
}
