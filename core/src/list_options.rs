//! What reading operations have in common: what may be asked for beside the records, how they are
//! sorted and cut into pages, and how a filter is checked.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::error::RequestError;
use crate::query::Query;

/// Meta, include, sort and page, as the platform has them on every list and on some single records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListOptions {
    pub(crate) meta: Vec<Cow<'static, str>>,
    pub(crate) include: Vec<Cow<'static, str>>,
    pub(crate) sort: Vec<String>,
    pub(crate) page_number: Option<u32>,
    pub(crate) page_size: Option<u32>,
}

impl ListOptions {
    pub(crate) fn check(&self) -> Result<(), RequestError> {
        if self.sort.iter().any(|field| matches!(field.as_str(), "" | "-")) {
            return Err(RequestError::new("sort", "has an empty field name"));
        }
        if self.sort.iter().any(|field| field.contains(',')) {
            let reason = "has a field name with a comma; give one name at a time";
            return Err(RequestError::new("sort", reason));
        }
        if self.page_number == Some(0) {
            return Err(RequestError::new("page[number]", "is 0; pages are counted from 1"));
        }
        if self.page_size == Some(0) {
            return Err(RequestError::new("page[size]", "is 0; a page holds at least 1"));
        }
        Ok(())
    }

    /// Writes what stands in front of a filter.
    pub(crate) fn begin(&self, query: &mut Query<'_>) {
        query.list("meta", self.meta.iter().map(|meta| &**meta));
        query.list("include", self.include.iter().map(|include| &**include));
    }

    /// Writes what stands behind a filter.
    pub(crate) fn end(&self, query: &mut Query<'_>) {
        query.list("sort", self.sort.iter().map(String::as_str));
        if let Some(number) = self.page_number {
            query.number("page[number]", number);
        }
        if let Some(size) = self.page_size {
            query.number("page[size]", size);
        }
    }
}

/// Refuses an empty text to filter by: the platform may take it for no filter at all.
pub(crate) fn check_text(
    argument: &'static str,
    text: Option<&String>,
) -> Result<(), RequestError> {
    if text.is_some_and(String::is_empty) {
        let reason = "is empty; leave the filter out to let everything in";
        return Err(RequestError::new(argument, reason));
    }
    Ok(())
}

/// A word that this version doesn't know may be any text, and a comma in it would make it two.
pub(crate) fn check_word(argument: &'static str, word: &str) -> Result<(), RequestError> {
    match word {
        "" => Err(RequestError::new(argument, "is empty")),
        word if word.contains(',') => {
            Err(RequestError::new(argument, "has a comma; give one value at a time"))
        }
        _ => Ok(()),
    }
}
