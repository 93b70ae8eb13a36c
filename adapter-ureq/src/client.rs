use std::io::{self, Read};
use std::time::Duration;

use cycle_images::http::header::{HeaderValue, USER_AGENT};
use cycle_images::http::{Request, Response};
use cycle_images::{Hub, Operation, ReplyOf};
use ureq::{Agent, Body, Proxy, Timeout};

use crate::Error;

const NAME: &str = concat!("cycle-images/", env!("CARGO_PKG_VERSION"), " (ureq)");

/// A blocking client of one hub. Cloning is cheap, and clones share their connections.
///
/// It never follows a redirect, and a status is never an error of its own: the hub reads every
/// answer.
///
/// | setting | default |
/// |---|---|
/// | time to connect | 10 s |
/// | time for the whole call | 60 s |
/// | size of an answer's body | 64 MiB |
///
/// ```
/// use cycle_images::Hub;
/// use cycle_images_ureq::Client;
///
/// let hub = Hub::new("my-api-key", "651586fca6078e98982dbd90")?;
/// let client = Client::new(hub);
/// assert_eq!(client.hub().base_url(), "https://api.cycle.io");
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    hub: Hub,
    connect_timeout: Duration,
    timeout: Duration,
    body_limit: u64,
}

impl Client {
    /// A client with connections of its own.
    ///
    /// A proxy is taken from the environment (`HTTPS_PROXY` and its kin) for https alone: over
    /// plain http, the proxy could read the API key.
    #[must_use]
    pub fn new(hub: Hub) -> Self {
        let secure = hub.base_url().to_ascii_lowercase().starts_with("https:");
        let proxy = Proxy::try_from_env().filter(|_| secure);
        let config = Agent::config_builder().proxy(proxy);
        // ureq takes the system's library only if it is asked to.
        #[cfg(all(feature = "native-tls", not(feature = "rustls")))]
        let config = config.tls_config(
            ureq::tls::TlsConfig::builder().provider(ureq::tls::TlsProvider::NativeTls).build(),
        );
        let agent = config.build().new_agent();
        Self::with_agent(hub, agent)
    }

    /// A client of the hub that the environment names: `CYCLE_API_KEY`, `CYCLE_HUB_ID` and, if it
    /// is set, `CYCLE_BASE_URL`.
    ///
    /// # Errors
    /// Names the first variable that is missing or unusable.
    pub fn from_env() -> Result<Self, Error> {
        // What isn't UTF-8 must not be taken for unset: it is refused by name further on.
        let hub = Hub::from_variables(|name| {
            std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
        })?;
        Ok(Self::new(hub))
    }

    /// A client that uses an agent of the caller's: its connections, TLS, proxy and middleware. The
    /// settings of this type go before the agent's.
    #[must_use]
    pub fn with_agent(hub: Hub, agent: Agent) -> Self {
        Self {
            agent,
            hub,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            body_limit: 64 << 20,
        }
    }

    /// Sets the time in which a connection must be made; 10 s if it isn't called.
    #[must_use]
    pub fn with_connect_timeout(self, connect_timeout: Duration) -> Self {
        Self { connect_timeout, ..self }
    }

    /// Sets the time in which the whole call must be done; 60 s if it isn't called.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets how many bytes the body of an answer may have; 64 MiB if it isn't called. A build log
    /// may need more.
    #[must_use]
    pub fn with_body_limit(self, body_limit: u64) -> Self {
        Self { body_limit, ..self }
    }

    /// The hub that the client speaks to.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Sends an operation and waits for its reply.
    ///
    /// # Errors
    /// If an argument can't be sent, the request can't be carried to the platform and back, or the
    /// answer isn't a success.
    pub fn call<O: Operation>(&self, operation: &O) -> Result<ReplyOf<O>, Error> {
        let request = self.hub.request(operation)?;
        let response = self.send(request).and_then(|response| self.receive(response));
        let response = response.map_err(|fault| self.error(O::NAME, fault))?;
        Ok(self.hub.response(operation, response)?)
    }

    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Body>, Fault> {
        let (mut head, body) = request.into_parts();
        // As a header: a request that sets it as an option shares no connections with its agent.
        head.headers.insert(USER_AGENT, HeaderValue::from_static(NAME));
        // ureq sends even an empty `Vec` as a body.
        let response = if body.is_empty() {
            self.run(Request::from_parts(head, ()))
        } else {
            self.run(Request::from_parts(head, body))
        };
        response.map_err(|error| Fault::Ureq { may_have_arrived: !is_unsent(&error), error })
    }

    fn run<B: ureq::AsSendBody>(&self, request: Request<B>) -> Result<Response<Body>, ureq::Error> {
        let request = self
            .agent
            .configure_request(request)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(self.connect_timeout))
            .timeout_global(Some(self.timeout))
            .build();
        self.agent.run(request)
    }

    fn receive(&self, response: Response<Body>) -> Result<Response<Vec<u8>>, Fault> {
        let (head, body) = response.into_parts();
        // One byte more than the limit tells a body that is too large from one that just fits;
        // ureq's own limit, 10 MB unless it is set, must not come before ours.
        let wanted = self.body_limit.saturating_add(1);
        let reader = body.into_with_config().limit(u64::MAX).reader();
        let mut bytes = Vec::new();
        reader.take(wanted).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > self.body_limit {
            return Err(Fault::BodyTooLarge);
        }
        Ok(Response::from_parts(head, bytes))
    }

    fn error(&self, operation: &'static str, fault: Fault) -> Error {
        match fault {
            Fault::BodyTooLarge => Error::BodyTooLarge { operation, limit: self.body_limit },
            Fault::Ureq { error, may_have_arrived } => {
                let limit = match error {
                    ureq::Error::Timeout(Timeout::Connect) => Some(self.connect_timeout),
                    ureq::Error::Timeout(Timeout::Global) => Some(self.timeout),
                    // One of a handed-in agent's own.
                    _ => None,
                };
                let source = error.into();
                match limit {
                    Some(limit) => Error::Timeout { operation, limit, may_have_arrived, source },
                    None => Error::Transport { operation, may_have_arrived, source },
                }
            }
        }
    }
}

enum Fault {
    Ureq { error: ureq::Error, may_have_arrived: bool },
    BodyTooLarge,
}

impl From<io::Error> for Fault {
    /// An error in the midst of an answer's body.
    fn from(error: io::Error) -> Self {
        Self::Ureq { error: error.into(), may_have_arrived: true }
    }
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
