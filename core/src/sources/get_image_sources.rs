use http::Method;
use serde::{Deserialize, Serialize};

use super::include::{SourceInclude, SourceMetaName};
use crate::document::Document;
use crate::error::{DecodeError, RequestError};
use crate::flow::ListOperation;
use crate::list_options::{ListOptions, check_text, check_word};
use crate::model::{LifeStatus, Source, SourceIncludes};
use crate::operation::Operation;
use crate::path::Path;
use crate::query::Query;

/// Lists image sources: `GET /v1/images/sources`, documented as `getImageSources`. Capability:
/// `images-sources-view`.
///
/// A page's size is a wish: the platform may send fewer sources than asked for, and tells no total.
///
/// ```
/// use cycle_images::model::LifeStatus;
/// use cycle_images::sources::{GetImageSources, SourceMetaName};
///
/// let operation = GetImageSources::new()
///     .meta(SourceMetaName::ImagesCount)
///     .filter_state(LifeStatus::Live)
///     .sort("name")
///     .page_size(50);
/// # let hub = cycle_images::Hub::new("key", "hub")?;
/// assert_eq!(
///     hub.request(&operation)?.uri().path_and_query().unwrap(),
///     "/v1/images/sources?meta=images_count&filter%5Bstate%5D=live&sort=name&page%5Bsize%5D=50",
/// );
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "an operation does nothing until it is sent"]
pub struct GetImageSources {
    options: ListOptions,
    filter: Filter,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Filter {
    identifier: Option<String>,
    search: Option<String>,
    state: Vec<LifeStatus>,
}

impl GetImageSources {
    /// All image sources, the platform's first page of them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Has a value computed for each source's `meta`; may be called again for another.
    pub fn meta(mut self, meta: SourceMetaName) -> Self {
        self.options.meta.push(meta.as_str().into());
        self
    }

    /// Includes resources that the sources refer to; may be called again for others.
    pub fn include(mut self, include: SourceInclude) -> Self {
        self.options.include.push(include.as_str().into());
        self
    }

    /// Only sources with this identifier; there may be several.
    pub fn filter_identifier(mut self, identifier: impl Into<String>) -> Self {
        self.filter.identifier = Some(identifier.into());
        self
    }

    /// Only sources in which a field has something to do with this text.
    pub fn filter_search(mut self, text: impl Into<String>) -> Self {
        self.filter.search = Some(text.into());
        self
    }

    /// Only sources in this state; may be called again to let in another.
    pub fn filter_state(mut self, state: LifeStatus) -> Self {
        self.filter.state.push(state);
        self
    }

    /// Sorts by a field, descending with `-` in front; may be called again for the next field.
    pub fn sort(mut self, field: impl Into<String>) -> Self {
        self.options.sort.push(field.into());
        self
    }

    /// The page to read, counted from 1.
    pub fn page_number(mut self, number: u32) -> Self {
        self.options.page_number = Some(number);
        self
    }

    /// How many sources a page should hold, at least 1.
    pub fn page_size(mut self, size: u32) -> Self {
        self.options.page_size = Some(size);
        self
    }
}

impl Operation for GetImageSources {
    const NAME: &'static str = "GetImageSources";
    const METHOD: Method = Method::GET;
    const CAPABILITY: &'static str = "images-sources-view";
    type Data = Vec<Source>;
    type Includes = SourceIncludes;

    fn check(&self) -> Result<(), RequestError> {
        check_text("filter[identifier]", self.filter.identifier.as_ref())?;
        check_text("filter[search]", self.filter.search.as_ref())?;
        for state in &self.filter.state {
            check_word("filter[state]", state.as_str())?;
        }
        self.options.check()
    }

    fn path(&self, path: &mut Path<'_>) {
        path.literal("/v1/images/sources");
    }

    fn query(&self, query: &mut Query<'_>) {
        let Filter { identifier, search, state } = &self.filter;
        self.options.begin(query);
        if let Some(identifier) = identifier {
            query.text("filter[identifier]", identifier);
        }
        if let Some(search) = search {
            query.text("filter[search]", search);
        }
        query.joined("filter[state]", state.iter().map(LifeStatus::as_str));
        self.options.end(query);
    }

    fn read(body: &str) -> Result<Document<Vec<Source>, SourceIncludes>, DecodeError> {
        Document::read_list(body)
    }
}

impl ListOperation for GetImageSources {
    type Record = Source;

    fn page_number(&mut self) -> &mut Option<u32> {
        &mut self.options.page_number
    }

    fn key(source: &Source) -> &str {
        source.id.as_str()
    }
}
