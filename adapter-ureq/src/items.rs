use std::vec::IntoIter;

use cycle_images::flow::Pages;
use cycle_images::operation::ListOperation;

use crate::{Error, FlowIter};

/// An iterator over the records of a list, across its pages. After an error, the iterator is done.
///
/// Records that can't be decoded are skipped, unless the iterator is [strict](Self::strict).
#[derive(Debug)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Items<O: ListOperation> {
    pages: FlowIter<Pages<O>>,
    page: IntoIter<O::Record>,
}

impl<O: ListOperation> FlowIter<Pages<O>> {
    /// The records of the pages, one by one.
    pub fn items(self) -> Items<O> {
        Items { pages: self, page: Vec::new().into_iter() }
    }
}

impl<O: ListOperation> Items<O> {
    /// Makes a record or an include that can't be decoded an error:
    /// [`Error::Skipped`](crate::Error::Skipped). Use it where a missing record would matter, for
    /// example to delete all but the newest. The records of the same page are not yielded.
    pub fn strict(self) -> Self {
        Self { pages: self.pages.strict(), ..self }
    }
}

impl<O: ListOperation> Iterator for Items<O> {
    type Item = Result<O::Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.page.next() {
                return Some(Ok(record));
            }
            match self.pages.next()? {
                Ok(page) => self.page = page.data.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<O: ListOperation> std::iter::FusedIterator for Items<O> {}
