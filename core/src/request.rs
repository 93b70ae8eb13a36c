//! What a request is made of: base URL, API key, path, query, and the options of lists.

pub(crate) mod api_key;
pub(crate) mod base_url;
pub(crate) mod list_options;
pub(crate) mod path;
pub(crate) mod query;
