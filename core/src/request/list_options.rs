use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The options that every list and some single records have: `meta`, `include`, `sort` and the
/// page.
///
/// A [`ListOperation`](crate::operation::ListOperation) returns its options, and writes them by
/// [`Query::options`](crate::operation::Query::options), which also checks them.
///
/// ```
/// use cycle_images::operation::ListOptions;
///
/// let mut options = ListOptions::default();
/// options.add_include("creators");
/// options.set_page_size(50);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListOptions {
    pub(crate) meta: Vec<Cow<'static, str>>,
    pub(crate) include: Vec<Cow<'static, str>>,
    pub(crate) sort: Vec<String>,
    pub(crate) page_number: Option<u32>,
    pub(crate) page_size: Option<u32>,
}

impl ListOptions {
    /// Adds a value to compute for each record's `meta`.
    pub fn add_meta(&mut self, meta: impl Into<Cow<'static, str>>) {
        self.meta.push(meta.into());
    }

    /// Adds resources to include that the records refer to.
    pub fn add_include(&mut self, include: impl Into<Cow<'static, str>>) {
        self.include.push(include.into());
    }

    /// Adds a field to sort by.
    pub fn add_sort(&mut self, sort: impl Into<Sort>) {
        self.sort.push(sort.into().0);
    }

    /// Sets the page to read, counted from 1.
    pub fn set_page_number(&mut self, number: u32) {
        self.page_number = Some(number);
    }

    /// Sets the number of records on a page, at least 1. The platform may return fewer.
    pub fn set_page_size(&mut self, size: u32) {
        self.page_size = Some(size);
    }

    /// The page to read, counted from 1; the first if it isn't set.
    #[must_use]
    pub fn page_number(&self) -> Option<u32> {
        self.page_number
    }
}

/// A field to sort a list by, and its direction.
///
/// The platform documents only one field, `id`: ids begin with the time of creation, so that
/// descending ids are the newest records first. Other fields may work, and unknown ones are
/// refused. A string is sent as it is, with `-` in front for descending order.
///
/// ```
/// use cycle_images::images::GetImages;
/// use cycle_images::operation::Sort;
///
/// assert_eq!(GetImages::new().sort(Sort::descending("id")), GetImages::new().sort("-id"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort(String);

impl Sort {
    /// Sorts by a field, from the smallest value to the largest.
    pub fn ascending(field: impl Into<String>) -> Self {
        Self(field.into())
    }

    /// Sorts by a field, from the largest value to the smallest.
    pub fn descending(field: impl AsRef<str>) -> Self {
        Self(format!("-{}", field.as_ref()))
    }
}

impl From<&str> for Sort {
    fn from(field: &str) -> Self {
        Self(field.to_owned())
    }
}

impl From<String> for Sort {
    fn from(field: String) -> Self {
        Self(field)
    }
}

/// The setters of [`ListOptions`], which all operations with `options` have.
macro_rules! options {
    ($operation:ident of $records:literal: $($setter:ident $(($type:ty))?),* $(,)?) => {
        impl $operation {
            $(crate::request::list_options::options!(@ $setter $($type)?, $records);)*
        }
    };
    (@ meta $type:ty, $records:literal) => {
        #[doc = concat!("Requests a computed value for `meta` of ", $records, "; may be called again for another.")]
        pub fn meta(mut self, meta: $type) -> Self {
            self.options.add_meta(meta.as_str());
            self
        }
    };
    (@ include $type:ty, $records:literal) => {
        #[doc = concat!("Includes resources that ", $records, " refer to; may be called again for others.")]
        pub fn include(mut self, include: $type) -> Self {
            self.options.add_include(include.as_str());
            self
        }
    };
    (@ pages, $records:literal) => {
        /// Sorts by a field; may be called again for the next field. Only `id` is documented.
        pub fn sort(mut self, sort: impl Into<crate::request::list_options::Sort>) -> Self {
            self.options.add_sort(sort);
            self
        }

        /// The page to read, counted from 1.
        pub fn page_number(mut self, number: u32) -> Self {
            self.options.set_page_number(number);
            self
        }

        #[doc = concat!("The number of ", $records, " on a page, at least 1.")]
        pub fn page_size(mut self, size: u32) -> Self {
            self.options.set_page_size(size);
            self
        }
    };
}
pub(crate) use options;
