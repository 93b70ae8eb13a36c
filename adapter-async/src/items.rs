use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec::IntoIter;

use cycle_images::flow::Pages;
use cycle_images::operation::ListOperation;
use futures_core::{FusedStream, Stream};

use crate::{Error, FlowStream};

/// A stream of the records of a list, across its pages. After an error, the stream is done.
///
/// Records that can't be decoded are skipped, unless the stream is [strict](Self::strict).
#[must_use = "streams do nothing unless polled"]
pub struct Items<O: ListOperation> {
    pages: FlowStream<Pages<O>>,
    page: IntoIter<O::Record>,
}

impl<O: ListOperation> FlowStream<Pages<O>> {
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

    /// The next record. Cancel safe: nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Result<O::Record, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<O: ListOperation> Stream for Items<O> {
    type Item = Result<O::Record, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(record) = self.page.next() {
                return Poll::Ready(Some(Ok(record)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => self.page = page.data.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<O: ListOperation> FusedStream for Items<O> {
    fn is_terminated(&self) -> bool {
        // The pages are only polled when no record of the last one is left.
        self.pages.is_terminated()
    }
}

/// Nothing in it is pinned.
impl<O: ListOperation> Unpin for Items<O> {}

impl<O: ListOperation> fmt::Debug for Items<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("read", &self.page.len()).finish_non_exhaustive()
    }
}
