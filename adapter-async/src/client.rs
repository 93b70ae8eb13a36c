use cycle_images::http::header::{HeaderValue, USER_AGENT};
use cycle_images::{Hub, Operation, ReplyOf, RequestError, ResponseError};

use crate::Transport;

const NAME: &str = concat!("cycle-images/", env!("CARGO_PKG_VERSION"), " (async)");

/// An async client of one hub, over the transport `T`.
#[derive(Clone, Debug)]
pub struct Client<T> {
    hub: Hub,
    transport: T,
}

/// Why a call has no reply; `E` is the transport's error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError<E: std::error::Error + 'static> {
    /// An argument can't be sent. Nothing was.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The transport has no response.
    #[error("{operation} could not be carried to the platform and back; it may have been done")]
    #[non_exhaustive]
    Transport {
        /// The operation's documented name.
        operation: &'static str,
        /// What the transport says.
        source: E,
    },
    /// The answer is not a success.
    #[error(transparent)]
    Response(#[from] ResponseError),
}

impl<T: Transport> Client<T> {
    /// A client that has its requests carried by this transport.
    pub fn new(hub: Hub, transport: T) -> Self {
        Self { hub, transport }
    }

    /// The hub that the client speaks to.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Sends an operation once and waits for its reply.
    ///
    /// # Errors
    /// If an argument can't be sent, the transport has no response, or the answer isn't a success.
    pub async fn call<O: Operation>(
        &self,
        operation: &O,
    ) -> Result<ReplyOf<O>, CallError<T::Error>> {
        let mut request = self.hub.request(operation)?;
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(NAME));
        let response = self.transport.send(request).await;
        let response =
            response.map_err(|source| CallError::Transport { operation: O::NAME, source })?;
        Ok(self.hub.response(operation, response)?)
    }
}
