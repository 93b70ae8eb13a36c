//! Sends requests over ureq.

use std::cell::Cell;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use cycle_images::flow::SendFailure;
use cycle_images::http::header::{CONTENT_LENGTH, EXPECT, HeaderName, HeaderValue, USER_AGENT};
use cycle_images::http::{HeaderMap, Request, Response};
use ureq::config::Config;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::{Agent, AsSendBody, Body, SendBody, Timeout};

use crate::connector::TimedConnector;
use crate::stall::StallWatch;
use crate::{Limits, Transport};

/// How long an upload waits for `100 Continue`, or a refusal, before it sends its body.
const CONTINUE_WAIT: Duration = Duration::from_millis(300);

const REDACTED: &str = "[redacted]";

/// The transport over a ureq agent.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) agent: Agent,
    /// Whether the agent was made by the client, and not by the program.
    pub(crate) is_own: bool,
}

impl Transport for Sender {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        limits: &Limits,
    ) -> Result<Response<Vec<u8>>, SendFailure> {
        let (mut head, body) = request.into_parts();
        let timeout = Some(limits.timeout);
        // ureq sends even an empty `Vec` as a body.
        if body.is_empty() {
            return self.run(Request::from_parts(head, ()), limits, timeout, &Cell::default());
        }
        set(&mut head.headers, CONTENT_LENGTH, body.len().into())?;
        let last_read = Cell::default();
        let mut body = Watched { reader: &*body, last_read: &last_read };
        let body = SendBody::from_reader(&mut body);
        self.run(Request::from_parts(head, body), limits, timeout, &last_read)
    }

    fn upload(
        &self,
        mut request: Request<()>,
        body: &mut dyn Read,
        limits: &Limits,
    ) -> Result<Response<Vec<u8>>, SendFailure> {
        // A factory that refuses the upload can say so before it is sent gigabytes. Without the
        // wait, writing to the connection that it closes would fail before its response is read.
        set(request.headers_mut(), EXPECT, HeaderValue::from_static("100-continue"))?;
        let last_read = Cell::default();
        let body = Watched { reader: body, last_read: &last_read };
        if !self.is_own {
            let mut body = body;
            let request = request.map(|()| SendBody::from_reader(&mut body));
            return self.run(request, limits, None, &last_read);
        }
        // A connection of its own, which can be closed if the factory doesn't read.
        let sender = Self::own(self.agent.config().clone());
        let watch = StallWatch::start(sender.agent.clone(), limits.connect_timeout, limits.timeout);
        let response = {
            let mut body = watch.body(body);
            let request = request.map(|()| SendBody::from_reader(&mut body));
            sender.run(request, limits, None, &last_read)
        };
        match (watch.end(), response) {
            (true, Err(_)) => {
                let stalled = "the factory did not read the tar, or respond, within the time limit";
                Err(SendFailure::maybe_sent(stalled).timed_out(limits.timeout))
            }
            (_, response) => response,
        }
    }
}

impl Sender {
    /// A sender over an agent of the client's own.
    pub(crate) fn own(config: Config) -> Self {
        let (connector, resolver) = (TimedConnector::default(), DefaultResolver::default());
        Self { agent: Agent::with_parts(config, connector, resolver), is_own: true }
    }

    /// Sends a request and reads the body of the response. `timeout` is the limit for all of it;
    /// without one, the response has the client's time limit from the last read of the request's
    /// body.
    fn run<B: AsSendBody>(
        &self,
        request: Request<B>,
        limits: &Limits,
        timeout: Option<Duration>,
        last_read: &Cell<Option<Instant>>,
    ) -> Result<Response<Vec<u8>>, SendFailure> {
        // A proxy could read what is sent over plain http.
        let is_upload = timeout.is_none();
        let is_plain = request.uri().scheme_str() != Some("https");
        let proxy = self.agent.config().proxy();
        let proxy = proxy.filter(|_| !is_plain || !(self.is_own || is_upload)).cloned();
        let request = self
            .agent
            .configure_request(request)
            .proxy(proxy)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(limits.connect_timeout))
            .timeout_global(timeout)
            .timeout_recv_response(Some(limits.timeout))
            .timeout_recv_body(Some(limits.timeout))
            .timeout_per_write(Some(limits.timeout))
            .timeout_per_read(Some(limits.timeout))
            .timeout_await_100(Some(CONTINUE_WAIT.min(limits.timeout)))
            .build();
        let response = self.agent.run(request);
        let response =
            response.map_err(|error| send_failure(error, last_read.get().is_some(), limits))?;
        // ureq's time limits for the head of a response and for its body are separate.
        let began = last_read.get().filter(|_| timeout.is_none());
        receive(response, began.and_then(|began| began.checked_add(limits.timeout)), limits)
    }
}

fn receive(
    response: Response<Body>,
    deadline: Option<Instant>,
    limits: &Limits,
) -> Result<Response<Vec<u8>>, SendFailure> {
    let (head, body) = response.into_parts();
    // One byte more than the limit distinguishes a body that is too large from one that just fits.
    // ureq's own limit, 10 MB by default, must not apply before ours.
    let max = limits.body_limit.saturating_add(1);
    let mut bytes = Vec::with_capacity(capacity(body.content_length(), limits.body_limit));
    let reader = body.into_with_config().limit(u64::MAX).reader();
    Timed { reader, deadline }
        .take(max)
        .read_to_end(&mut bytes)
        .map_err(|error| send_failure(error.into(), true, limits))?;
    if bytes.len() as u64 > limits.body_limit {
        return Err(SendFailure::too_large(limits.body_limit));
    }
    Ok(Response::from_parts(head, bytes))
}

/// The size of the buffer for a body. A server may declare more than it sends: past a megabyte, the
/// buffer grows with what arrives.
fn capacity(declared: Option<u64>, limit: u64) -> usize {
    const MAX: u64 = 1 << 20;
    usize::try_from(declared.unwrap_or(0).min(limit).min(MAX)).unwrap_or(0)
}

/// `sent` means that the head of the request was sent.
fn send_failure(error: ureq::Error, sent: bool, limits: &Limits) -> SendFailure {
    let no_tls = !sent && is_failed_handshake(&error);
    let not_sent = no_tls || !sent && is_not_sent(&error);
    let limit = match error {
        ureq::Error::Timeout(Timeout::Connect) => Some(limits.connect_timeout),
        ureq::Error::Timeout(
            Timeout::Global
            | Timeout::RecvResponse
            | Timeout::RecvBody
            | Timeout::PerWrite
            | Timeout::PerRead,
        ) => Some(limits.timeout),
        _ => None,
    };
    // These errors have the URI in them, and with it the token of an upload.
    let error = match error {
        ureq::Error::RequireHttpsOnly(_) => ureq::Error::RequireHttpsOnly(REDACTED.to_owned()),
        ureq::Error::BadUri(_) => ureq::Error::BadUri(REDACTED.to_owned()),
        other => other,
    };
    let fatal = no_tls || is_fatal(&error);
    let error: Box<dyn std::error::Error + Send + Sync> = match error {
        // A time limit that only the agent has.
        ureq::Error::Timeout(_) if limit.is_none() => {
            io::Error::new(io::ErrorKind::TimedOut, error).into()
        }
        other => other.into(),
    };
    let error =
        if not_sent { SendFailure::not_sent(error) } else { SendFailure::maybe_sent(error) };
    let error = if fatal { error.fatal() } else { error };
    match limit {
        Some(limit) => error.timed_out(limit),
        None => error,
    }
}

/// Adds the client to the user agent of the hub or the operation, if there is one. As a header: a
/// request that sets it as an option of ureq doesn't share the connections of its agent.
pub(crate) fn set_user_agent(headers: &mut HeaderMap) -> Result<(), SendFailure> {
    const NAME: &str = concat!("cycle-images/", env!("CARGO_PKG_VERSION"), " (ureq)");
    let agent = match headers.get(USER_AGENT) {
        Some(agent) => HeaderValue::try_from([agent.as_bytes(), NAME.as_bytes()].join(&b' '))
            .map_err(|error| SendFailure::not_sent(error).fatal())?,
        None => HeaderValue::from_static(NAME),
    };
    set(headers, USER_AGENT, agent)
}

/// Sets a header, if the map has room for it.
fn set(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> Result<(), SendFailure> {
    headers.try_insert(name, value).map(drop).map_err(|error| SendFailure::not_sent(error).fatal())
}

/// The body of a request, with the time of its last read. By then, the head was sent, and all of
/// the body that was read before.
struct Watched<'a, R> {
    reader: R,
    last_read: &'a Cell<Option<Instant>>,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.last_read.set(Some(Instant::now()));
        self.reader.read(buffer)
    }
}

/// The body of a response, which is read up to a deadline.
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

/// Whether a retry is bound to fail in the same way.
fn is_fatal(error: &ureq::Error) -> bool {
    matches!(
        error,
        ureq::Error::InvalidProxyUrl
            | ureq::Error::BadUri(_)
            | ureq::Error::RequireHttpsOnly(_)
            | ureq::Error::TlsRequired
    )
}

/// Whether an error is one from before the first byte was sent. An unreachable network or host
/// isn't: an open connection can fail in this way, too.
fn is_not_sent(error: &ureq::Error) -> bool {
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

/// Whether TLS with the peer failed in a way that a retry can't fix. To be asked only if no body
/// was read: an open connection on which something else than TLS arrives has the same errors.
///
/// Without a dependency on rustls, its errors can only be recognized by their texts.
fn is_failed_handshake(error: &ureq::Error) -> bool {
    const TEXTS: [&str; 6] = [
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
            TEXTS.iter().any(|text| error.starts_with(text))
        }
        _ => false,
    }
}

/// A failed lookup has no `ErrorKind` of its own: it can only be recognized by std's text.
fn is_lookup_failure(error: &io::Error) -> bool {
    error.to_string().starts_with("failed to lookup address information")
}
