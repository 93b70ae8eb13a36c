use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec::IntoIter;

use cycle_images::flow::Pages;
use cycle_images::operation::ListOperation;
use futures_core::{FusedStream, Stream};

use crate::{Driver, Error, FlowStream};

/// A stream of the records of a list, across its pages. Once it has returned an error or its end, it
/// stays ended.
///
/// Records that couldn't be read are not among them: [`Client::pages`](crate::Client::pages) shows
/// those as well.
#[must_use = "a stream does nothing until it is asked"]
pub struct Items<O: ListOperation, C> {
    pages: FlowStream<Pages<O>, C>,
    page: IntoIter<O::Record>,
}

impl<O: ListOperation, C: Driver> Items<O, C> {
    pub(crate) fn new(pages: FlowStream<Pages<O>, C>) -> Self {
        Self { pages, page: Vec::new().into_iter() }
    }

    /// The next record. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Result<O::Record, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<O: ListOperation, C: Driver> Stream for Items<O, C> {
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

impl<O: ListOperation, C: Driver> FusedStream for Items<O, C> {
    fn is_terminated(&self) -> bool {
        // They are asked only when no record of a page is left.
        self.pages.is_terminated()
    }
}

/// Nothing in it is pinned.
impl<O: ListOperation, C> Unpin for Items<O, C> {}

impl<O: ListOperation, C> fmt::Debug for Items<O, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("read", &self.page.len()).finish_non_exhaustive()
    }
}
