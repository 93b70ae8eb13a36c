use crate::error::RequestError;
use crate::query::Query;

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
    fn as_str(self) -> &'static str {
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
    fn as_str(self) -> &'static str {
        match self {
            Self::ContainersCount => "containers_count",
        }
    }
}

/// What both reading operations take: meta, include, sort and page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ListOptions {
    pub(super) meta: Vec<ImageMetaName>,
    pub(super) include: Vec<ImageInclude>,
    pub(super) sort: Vec<String>,
    pub(super) page_number: Option<u32>,
    pub(super) page_size: Option<u32>,
}

impl ListOptions {
    pub(super) fn check(&self) -> Result<(), RequestError> {
        if self
            .sort
            .iter()
            .any(|field| matches!(field.as_str(), "" | "-"))
        {
            return Err(RequestError::argument("sort", "has an empty field name"));
        }
        if self.sort.iter().any(|field| field.contains(',')) {
            let reason = "has a field name with a comma; give one name at a time";
            return Err(RequestError::argument("sort", reason));
        }
        if self.page_number == Some(0) {
            return Err(RequestError::argument(
                "page[number]",
                "is 0; pages are counted from 1",
            ));
        }
        if self.page_size == Some(0) {
            return Err(RequestError::argument(
                "page[size]",
                "is 0; a page holds at least 1",
            ));
        }
        Ok(())
    }

    pub(super) fn begin(&self, query: &mut Query<'_>) {
        query.list("meta", self.meta.iter().map(|meta| meta.as_str()));
        query.list(
            "include",
            self.include.iter().map(|include| include.as_str()),
        );
    }

    pub(super) fn end(&self, query: &mut Query<'_>) {
        query.list("sort", self.sort.iter().map(String::as_str));
        if let Some(number) = self.page_number {
            query.number("page[number]", number);
        }
        if let Some(size) = self.page_size {
            query.number("page[size]", size);
        }
    }
}
