//! One request to the platform and its answer back.

use std::io::{self, Read};
use std::time::Duration;

use cycle_images::flow::SendError;
use cycle_images::http::header::{HeaderValue, USER_AGENT};
use cycle_images::http::{Request, Response};
use ureq::{Agent, AsSendBody, Body, Timeout};

/// How long an upload waits to be let in before it goes on unasked.
const CONTINUE_WAIT: Duration = Duration::from_millis(300);

const UNSHOWN: &str = "(not shown)";

/// The settings of a [`Client`](crate::Client) that concern a single request.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(crate) agent: Agent,
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Duration,
    pub(crate) body_limit: u64,
}

impl Sender {
    pub(crate) fn carry(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, SendError> {
        let (head, body) = request.into_parts();
        let timeout = Some(self.timeout);
        // ureq sends even an empty `Vec` as a body.
        if body.is_empty() {
            self.run(Request::from_parts(head, ()), timeout)
        } else {
            self.run(Request::from_parts(head, body), timeout)
        }
    }

    /// Sends a request and reads the answer's body. `None` sets no time for the whole of it: the
    /// client's is then that of each piece.
    pub(crate) fn run<B: AsSendBody>(
        &self,
        mut request: Request<B>,
        timeout: Option<Duration>,
    ) -> Result<Response<Vec<u8>>, SendError> {
        const NAME: &str = concat!("cycle-images/", env!("CARGO_PKG_VERSION"), " (ureq)");
        // As a header: a request that sets it as an option shares no connections with its agent.
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(NAME));
        let request = self
            .agent
            .configure_request(request)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(self.connect_timeout))
            .timeout_global(timeout)
            .timeout_per_write(Some(self.timeout))
            .timeout_per_read(Some(self.timeout))
            .timeout_await_100(Some(CONTINUE_WAIT))
            .build();
        let response = self.agent.run(request);
        self.receive(response.map_err(|error| self.send_error(error, false))?)
    }

    fn receive(&self, response: Response<Body>) -> Result<Response<Vec<u8>>, SendError> {
        let (head, body) = response.into_parts();
        // One byte more than the limit tells a body that is too large from one that just fits;
        // ureq's own limit, 10 MB unless it is set, must not come before ours.
        let wanted = self.body_limit.saturating_add(1);
        let reader = body.into_with_config().limit(u64::MAX).reader();
        let mut bytes = Vec::new();
        reader
            .take(wanted)
            .read_to_end(&mut bytes)
            .map_err(|error| self.send_error(error.into(), true))?;
        if bytes.len() as u64 > self.body_limit {
            return Err(SendError::too_large(self.body_limit));
        }
        Ok(Response::from_parts(head, bytes))
    }

    fn send_error(&self, error: ureq::Error, answered: bool) -> SendError {
        let unsent = !answered && is_unsent(&error);
        let limit = match error {
            ureq::Error::Timeout(Timeout::Connect) => Some(self.connect_timeout),
            ureq::Error::Timeout(Timeout::Global | Timeout::PerWrite | Timeout::PerRead) => {
                Some(self.timeout)
            }
            // One of a handed-in agent's own.
            _ => None,
        };
        // These repeat the URI, which holds the token of an upload.
        let error = match error {
            ureq::Error::RequireHttpsOnly(_) => ureq::Error::RequireHttpsOnly(UNSHOWN.to_owned()),
            ureq::Error::BadUri(_) => ureq::Error::BadUri(UNSHOWN.to_owned()),
            other => other,
        };
        let fatal = is_fatal(&error);
        let error = if unsent { SendError::not_sent(error) } else { SendError::maybe_sent(error) };
        let error = if fatal { error.fatal() } else { error };
        match limit {
            Some(limit) => error.timed_out(limit),
            None => error,
        }
    }
}

/// Whether an error will be there again however often the request is sent.
fn is_fatal(error: &ureq::Error) -> bool {
    matches!(
        error,
        ureq::Error::InvalidProxyUrl
            | ureq::Error::BadUri(_)
            | ureq::Error::RequireHttpsOnly(_)
            | ureq::Error::TlsRequired
    )
}

/// Whether an error surely comes from before the first byte was sent. A network or host that became
/// unreachable isn't among them: an open connection can fail in that way, too.
fn is_unsent(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::ConnectProxyFailed(_)
        | ureq::Error::InvalidProxyUrl
        | ureq::Error::BadUri(_)
        | ureq::Error::RequireHttpsOnly(_)
        | ureq::Error::TlsRequired
        | ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => true,
        ureq::Error::Io(error) => {
            error.kind() == io::ErrorKind::ConnectionRefused || is_lookup_failure(error)
        }
        _ => false,
    }
}

/// A name without an address has no `ErrorKind` of its own: std tells it by its words alone.
fn is_lookup_failure(error: &io::Error) -> bool {
    error.to_string().starts_with("failed to lookup address information")
}
