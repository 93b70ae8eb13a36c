/// Resources that [`GetImages`](super::GetImages) and [`GetImage`](super::GetImage) can include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageInclude {
    /// Who made the images.
    Creators,
    /// The stack builds that images were made for.
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
    /// How many containers use the image, by state.
    ContainersCount,
}

impl ImageMetaName {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ContainersCount => "containers_count",
        }
    }
}
