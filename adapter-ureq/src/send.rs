//! One request to the platform and its answer back.

use std::cell::Cell;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use cycle_images::flow::SendError;
use cycle_images::http::header::{CONTENT_LENGTH, EXPECT, HeaderName, HeaderValue, USER_AGENT};
use cycle_images::http::{HeaderMap, Request, Response};
use ureq::{Agent, AsSendBody, Body, SendBody, Timeout};

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
        let (mut head, body) = request.into_parts();
        let timeout = Some(self.timeout);
        // ureq sends even an empty `Vec` as a body.
        if body.is_empty() {
            return self.run(Request::from_parts(head, ()), timeout, &Cell::default());
        }
        set(&mut head.headers, CONTENT_LENGTH, body.len().into())?;
        let asked = Cell::default();
        let mut body = Watched { reader: &*body, asked: &asked };
        let body = SendBody::from_reader(&mut body);
        self.run(Request::from_parts(head, body), timeout, &asked)
    }

    /// Sends a body as it is read. The client's time is that of each piece, and of the answer.
    pub(crate) fn upload(
        &self,
        mut request: Request<()>,
        reader: impl Read,
    ) -> Result<Response<Vec<u8>>, SendError> {
        // A factory that refuses says so before it is sent gigabytes, and is heard.
        set(request.headers_mut(), EXPECT, HeaderValue::from_static("100-continue"))?;
        let asked = Cell::default();
        let mut body = Watched { reader, asked: &asked };
        self.run(request.map(|()| SendBody::from_reader(&mut body)), None, &asked)
    }

    /// Sends a request and reads the answer's body. `timeout` is for the whole of it; if there is
    /// none, the answer has the client's time from when its body was last `asked` for bytes.
    fn run<B: AsSendBody>(
        &self,
        mut request: Request<B>,
        timeout: Option<Duration>,
        asked: &Cell<Option<Instant>>,
    ) -> Result<Response<Vec<u8>>, SendError> {
        const NAME: &str = concat!("cycle-images/", env!("CARGO_PKG_VERSION"), " (ureq)");
        // As a header: a request that sets it as an option shares no connections with its agent.
        set(request.headers_mut(), USER_AGENT, HeaderValue::from_static(NAME))?;
        let request = self
            .agent
            .configure_request(request)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(self.connect_timeout))
            .timeout_global(timeout)
            .timeout_recv_response(Some(self.timeout))
            .timeout_recv_body(Some(self.timeout))
            .timeout_per_write(Some(self.timeout))
            .timeout_per_read(Some(self.timeout))
            .timeout_await_100(Some(CONTINUE_WAIT.min(self.timeout)))
            .build();
        let response = self.agent.run(request);
        let response = response.map_err(|error| self.send_error(error, asked.get().is_some()))?;
        // ureq times the head of an answer and its body one by one.
        let began = asked.get().filter(|_| timeout.is_none());
        self.receive(response, began.and_then(|began| began.checked_add(self.timeout)))
    }

    fn receive(
        &self,
        response: Response<Body>,
        deadline: Option<Instant>,
    ) -> Result<Response<Vec<u8>>, SendError> {
        let (head, body) = response.into_parts();
        // One byte more than the limit tells a body that is too large from one that just fits;
        // ureq's own limit, 10 MB unless it is set, must not come before ours.
        let wanted = self.body_limit.saturating_add(1);
        let reader = body.into_with_config().limit(u64::MAX).reader();
        let mut bytes = Vec::new();
        Timed { reader, deadline }
            .take(wanted)
            .read_to_end(&mut bytes)
            .map_err(|error| self.send_error(error.into(), true))?;
        if bytes.len() as u64 > self.body_limit {
            return Err(SendError::too_large(self.body_limit));
        }
        Ok(Response::from_parts(head, bytes))
    }

    /// `sent` tells that the head of the request is surely on its way.
    fn send_error(&self, error: ureq::Error, sent: bool) -> SendError {
        let no_tls = !sent && is_failed_handshake(&error);
        let unsent = no_tls || !sent && is_unsent(&error);
        let limit = match error {
            ureq::Error::Timeout(Timeout::Connect) => Some(self.connect_timeout),
            ureq::Error::Timeout(
                Timeout::Global
                | Timeout::RecvResponse
                | Timeout::RecvBody
                | Timeout::PerWrite
                | Timeout::PerRead,
            ) => Some(self.timeout),
            // One of a handed-in agent's own.
            _ => None,
        };
        // These repeat the URI, which holds the token of an upload.
        let error = match error {
            ureq::Error::RequireHttpsOnly(_) => ureq::Error::RequireHttpsOnly(UNSHOWN.to_owned()),
            ureq::Error::BadUri(_) => ureq::Error::BadUri(UNSHOWN.to_owned()),
            other => other,
        };
        let fatal = no_tls || is_fatal(&error);
        let error = if unsent { SendError::not_sent(error) } else { SendError::maybe_sent(error) };
        let error = if fatal { error.fatal() } else { error };
        match limit {
            Some(limit) => error.timed_out(limit),
            None => error,
        }
    }
}

/// Sets a header, if there is room for it.
fn set(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> Result<(), SendError> {
    headers.try_insert(name, value).map(drop).map_err(|error| SendError::not_sent(error).fatal())
}

/// A request's body that tells when it was last asked for bytes: the head was sent by then, and all
/// of the body that was read before.
struct Watched<'a, R> {
    reader: R,
    asked: &'a Cell<Option<Instant>>,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.asked.set(Some(Instant::now()));
        self.reader.read(buffer)
    }
}

/// An answer's body that is read no longer than to its deadline.
struct Timed<R> {
    reader: R,
    deadline: Option<Instant>,
}

impl<R: Read> Read for Timed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(io::Error::other(ureq::Error::Timeout(Timeout::RecvBody)));
        }
        self.reader.read(buffer)
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

/// Whether there is no TLS with the peer, nor would be the next time, as far as it is known that no
/// body was begun: what isn't TLS looks alike on a new connection and on an open one.
///
/// rustls tells it by its words alone, unless its crate is named.
fn is_failed_handshake(error: &ureq::Error) -> bool {
    const WORDS: [&str; 6] = [
        "received corrupt message of type ",
        "invalid peer certificate",
        "peer is incompatible",
        "received fatal alert: HandshakeFailure",
        "received fatal alert: ProtocolVersion",
        "received fatal alert: UnrecognisedName",
    ];
    match error {
        ureq::Error::Tls(_) => true,
        #[cfg(feature = "rustls")]
        ureq::Error::Rustls(_) => true,
        #[cfg(feature = "native-tls")]
        ureq::Error::NativeTls(_) => true,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            let error = error.to_string();
            WORDS.iter().any(|words| error.starts_with(words))
        }
        _ => false,
    }
}

/// A name without an address has no `ErrorKind` of its own: std tells it by its words alone.
fn is_lookup_failure(error: &io::Error) -> bool {
    error.to_string().starts_with("failed to lookup address information")
}
