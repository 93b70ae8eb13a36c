use std::fmt;

use form_urlencoded::Serializer as FormWriter;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::request::list_options::ListOptions;
use crate::request_error::RequestError;
use crate::wire::timestamp::Timestamp;

/// How list-valued query parameters (`meta`, `include`, `sort`) are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListStyle {
    /// `include=a&include=b`, as the official clients write it.
    #[default]
    Repeat,
    /// `include=a,b`, as older clients of the platform write it.
    Comma,
}

/// Writes an operation's query string, form-encoded: each parameter by its documented name, in the
/// order of the calls.
///
/// `None` and an empty list write nothing. Invalid values are refused: an empty string, a comma in
/// the member of a list, page 0. The first refusal is the error that
/// [`Hub::request`](crate::Hub::request) returns; it names the parameter.
pub struct Query<'a> {
    writer: FormWriter<'static, &'a mut String>,
    lists: ListStyle,
    /// A buffer for joining lists: one allocation for all of them.
    joined: String,
    refused: Option<RequestError>,
}

impl<'a> Query<'a> {
    pub(crate) fn new(uri: &'a mut String, lists: ListStyle) -> Self {
        uri.push('?');
        let start = uri.len();
        let writer = FormWriter::for_suffix(uri, start);
        Self { writer, lists, joined: String::new(), refused: None }
    }

    /// Writes any parameter, as it is.
    pub(crate) fn raw(&mut self, name: &str, value: &str) {
        self.writer.append_pair(name, value);
    }

    /// Writes `name=value`. An empty value is refused: the platform may read it as no filter at
    /// all.
    pub fn text<'v>(&mut self, name: &'static str, value: impl Into<Option<&'v str>>) -> &mut Self {
        match value.into() {
            Some("") => self.refuse(name, "is empty; leave the parameter out instead"),
            Some(value) => self.append(name, value),
            None => self,
        }
    }

    /// Writes `name=value` for a whole number.
    pub fn number(&mut self, name: &'static str, value: Option<impl Into<u64>>) -> &mut Self {
        match value {
            Some(value) => self.append(name, &value.into()),
            None => self,
        }
    }

    /// Writes `name=true` or `name=false`.
    pub fn flag(&mut self, name: &'static str, value: impl Into<Option<bool>>) -> &mut Self {
        match value.into() {
            Some(value) => self.append(name, &value),
            None => self,
        }
    }

    /// Writes `name=value` for a time, in RFC 3339.
    pub fn timestamp(&mut self, name: &'static str, value: Option<Timestamp>) -> &mut Self {
        match value {
            Some(value) => self.append(name, &value),
            None => self,
        }
    }

    /// Writes a list-valued parameter such as `include`, in the hub's [`ListStyle`].
    pub fn list<V: AsRef<str>>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        match self.lists {
            ListStyle::Comma => self.joined(name, values),
            ListStyle::Repeat => {
                for value in values {
                    if self.is_member(name, value.as_ref()) {
                        self.append(name, value.as_ref());
                    }
                }
                self
            }
        }
    }

    /// Writes `name=a,b` in any [`ListStyle`]: for values that are documented as one
    /// comma-separated string, such as the states of a filter.
    pub fn joined<V: AsRef<str>>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let mut joined = std::mem::take(&mut self.joined);
        joined.clear();
        joined.reserve(128);
        for value in values {
            if self.is_member(name, value.as_ref()) {
                if !joined.is_empty() {
                    joined.push(',');
                }
                joined.push_str(value.as_ref());
            }
        }
        if !joined.is_empty() {
            self.append(name, joined.as_str());
        }
        self.joined = joined;
        self
    }

    /// Writes `meta`, `include`, `sort` and the page.
    pub fn options(&mut self, options: &ListOptions) -> &mut Self {
        let ListOptions { meta, include, sort, page_number, page_size } = options;
        self.list("meta", meta).list("include", include);
        if sort.iter().any(|field| field == "-") {
            self.refuse("sort", "has an empty field name");
        }
        if *page_number == Some(0) {
            self.refuse("page[number]", "is 0; pages are counted from 1");
        }
        if *page_size == Some(0) {
            self.refuse("page[size]", "is 0; a page holds at least 1");
        }
        self.list("sort", sort)
            .number("page[number]", *page_number)
            .number("page[size]", *page_size)
    }

    /// Whether a value can be a member of a list: a comma would make it two.
    fn is_member(&mut self, name: &'static str, value: &str) -> bool {
        if value.is_empty() {
            self.refuse(name, "has an empty value");
        } else if value.contains(',') {
            self.refuse(name, "has a value with a comma; give one value at a time");
        } else {
            return true;
        }
        false
    }

    fn append(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> &mut Self {
        // As an entry of a map: serde_urlencoded copies the name of a pair.
        let written = serde_urlencoded::Serializer::new(&mut self.writer)
            .serialize_map(Some(1))
            .and_then(|mut map| map.serialize_entry(name, value));
        match written {
            Ok(()) => self,
            Err(_) => self.refuse(name, "can't be written as a query parameter"),
        }
    }

    fn refuse(&mut self, name: &'static str, reason: &'static str) -> &mut Self {
        self.refused.get_or_insert_with(|| RequestError::new(name, reason));
        self
    }

    /// Finishes the query. Removes the `?` if there are no parameters.
    pub(crate) fn finish(mut self) -> Result<(), RequestError> {
        let uri = self.writer.finish();
        if uri.ends_with('?') {
            uri.pop();
        }
        self.refused.map_or(Ok(()), Err)
    }
}

impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(lists: ListStyle, write: impl FnOnce(&mut Query<'_>)) -> Result<String, RequestError> {
        let mut uri = String::new();
        let mut query = Query::new(&mut uri, lists);
        write(&mut query);
        query.finish().map(|()| uri)
    }

    fn written(lists: ListStyle, write: impl FnOnce(&mut Query<'_>)) -> String {
        query(lists, write).unwrap()
    }

    #[test]
    fn nothing_is_written_for_nothing() {
        let uri = written(ListStyle::Comma, |query| {
            query.list("meta", [""; 0]).joined("filter[state]", None::<&str>);
            query.text("filter[search]", None).number("page[size]", None::<u32>);
            query.timestamp("from", None).options(&ListOptions::default());
        });
        assert_eq!(uri, "");
    }

    #[test]
    fn names_and_values_are_form_encoded() {
        let uri = written(ListStyle::Comma, |query| {
            query.text("filter[search]", "a&b=c+d e#ü").number("page[size]", Some(u64::MAX));
            query.timestamp("from", "2026-03-26T10:00:00Z".parse().ok());
        });
        assert_eq!(
            uri,
            "?filter%5Bsearch%5D=a%26b%3Dc%2Bd+e%23%C3%BC&page%5Bsize%5D=18446744073709551615\
             &from=2026-03-26T10%3A00%3A00Z"
        );
    }

    #[test]
    fn lists_in_both_styles() {
        let lists = |query: &mut Query<'_>| {
            query.list("include", ["creators", "stacks"]).joined("filter[state]", ["live", "new"]);
        };
        assert_eq!(
            written(ListStyle::Comma, lists),
            "?include=creators%2Cstacks&filter%5Bstate%5D=live%2Cnew"
        );
        assert_eq!(
            written(ListStyle::Repeat, lists),
            "?include=creators&include=stacks&filter%5Bstate%5D=live%2Cnew"
        );
    }

    #[test]
    fn the_first_value_that_cant_be_sent_is_refused_by_name() {
        type Write = fn(&mut Query<'_>);
        let cases: [(Write, &str); 4] = [
            (
                |query| _ = query.text("filter[search]", "").text("filter[identifier]", ""),
                "filter[search] is empty; leave the parameter out instead",
            ),
            (
                |query| _ = query.joined("filter[state]", ["live", ""]),
                "filter[state] has an empty value",
            ),
            (
                |query| _ = query.list("include", ["a,b"]),
                "include has a value with a comma; give one value at a time",
            ),
            (
                |query| {
                    let mut options = ListOptions::default();
                    options.set_page_number(0);
                    query.options(&options);
                },
                "page[number] is 0; pages are counted from 1",
            ),
        ];
        for (write, refusal) in cases {
            for lists in [ListStyle::Comma, ListStyle::Repeat] {
                assert_eq!(query(lists, write).unwrap_err().to_string(), refusal);
            }
        }
    }
}
