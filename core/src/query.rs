use std::fmt::Write;

use crate::path::encode;

/// How list-valued query parameters (`meta`, `include`, `sort`) are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListStyle {
    /// `include=a,b`, as documented.
    #[default]
    Comma,
    /// `include=a&include=b`, as generated clients do.
    Repeat,
}

/// Writes an operation's query behind its path: parameters in the order in which they are given,
/// none without a value, `?` and `&` only where a parameter follows.
#[derive(Debug)]
pub struct Query<'a> {
    uri: &'a mut String,
    lists: ListStyle,
    begun: bool,
}

impl<'a> Query<'a> {
    pub(crate) fn new(uri: &'a mut String, lists: ListStyle) -> Self {
        Self { uri, lists, begun: false }
    }

    /// Writes `name=value`.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.name(name);
        self.uri.extend(encode(value));
        self
    }

    /// Writes `name=value` for a whole number.
    pub fn number(&mut self, name: &str, value: u32) -> &mut Self {
        self.name(name);
        // Writing into a `String` can't fail.
        let _ = write!(self.uri, "{value}");
        self
    }

    /// Writes a list-valued parameter such as `include`, in the hub's [`ListStyle`].
    pub fn list<'v>(&mut self, name: &str, values: impl IntoIterator<Item = &'v str>) -> &mut Self {
        match self.lists {
            ListStyle::Comma => self.joined(name, values),
            ListStyle::Repeat => {
                for value in values {
                    self.text(name, value);
                }
                self
            }
        }
    }

    /// Writes `name=a,b`: values that the platform takes as one text, whatever the list style.
    pub fn joined<'v>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = &'v str>,
    ) -> &mut Self {
        let mut values = values.into_iter();
        if let Some(first) = values.next() {
            self.text(name, first);
        }
        for value in values {
            self.uri.push(',');
            self.uri.extend(encode(value));
        }
        self
    }

    fn name(&mut self, name: &str) {
        self.uri.push(if self.begun { '&' } else { '?' });
        self.begun = true;
        self.uri.extend(encode(name));
        self.uri.push('=');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lists: ListStyle, write: impl FnOnce(&mut Query<'_>)) -> String {
        let mut uri = String::new();
        write(&mut Query::new(&mut uri, lists));
        uri
    }

    #[test]
    fn nothing_is_written_for_nothing() {
        let uri = written(ListStyle::Comma, |query| {
            query.list("meta", []).joined("filter[state]", []);
        });
        assert_eq!(uri, "");
    }

    #[test]
    fn names_and_values_are_encoded() {
        let uri = written(ListStyle::Comma, |query| {
            query.text("filter[search]", "a&b=c+d e#ü").number("page[size]", 20);
        });
        assert_eq!(uri, "?filter%5Bsearch%5D=a%26b%3Dc%2Bd%20e%23%C3%BC&page%5Bsize%5D=20");
    }

    #[test]
    fn lists_in_both_styles() {
        let lists = |query: &mut Query<'_>| {
            query.list("include", ["creators", "stacks"]).joined("filter[state]", ["live", "new"]);
        };
        assert_eq!(
            written(ListStyle::Comma, lists),
            "?include=creators,stacks&filter%5Bstate%5D=live,new"
        );
        assert_eq!(
            written(ListStyle::Repeat, lists),
            "?include=creators&include=stacks&filter%5Bstate%5D=live,new"
        );
    }
}
