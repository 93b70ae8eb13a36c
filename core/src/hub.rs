use std::fmt;
use std::sync::{Arc, OnceLock};

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Request, Response, Uri};

use crate::document::Reply;
use crate::error::{DecodeError, RequestError, RequestInfo, ResponseError};
use crate::event::{Event, Observers};
use crate::operation::{Operation, ReplyOf};
use crate::request::api_key::ApiKey;
use crate::request::base_url::BaseUrl;
use crate::request::path::Path;
use crate::request::query::{ListStyle, Query};
use crate::retry_quota::RetryQuota;
use crate::wire::id::HubId;
use crate::wire::redact::Secrets;
use crate::wire::redactor::Redactor;

const X_HUB_ID: HeaderName = HeaderName::from_static("x-hub-id");
/// Headers that are not the program's: they frame or encode the request, authenticate to a proxy,
/// or ask for a response that isn't the whole document.
const REFUSED_HEADERS: [&str; 23] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "expect",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-http-method-override",
];
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The base URL, API key and hub id of all requests.
///
/// A hub turns operations into requests and responses into replies. It does no IO: the caller sends
/// the request and hands in the response.
///
/// ```
/// use cycle_images::{Hub, images::GetImages};
///
/// let hub = Hub::new("my-api-key", "651586fca6078e98982dbd90")?;
/// let images = GetImages::new().page_size(50);
///
/// let request: http::Request<Vec<u8>> = hub.request(&images)?;
/// assert_eq!(request.uri(), "https://api.cycle.io/v1/images?page%5Bsize%5D=50");
///
/// // Any HTTP client sends it; this is its response.
/// let response = http::Response::new(r#"{"data": []}"#);
/// let reply = hub.response(&images, response)?;
/// assert!(reply.data.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Hub {
    base_url: BaseUrl,
    factory_url: BaseUrl,
    api_key: ApiKey,
    id: HubId,
    id_header: HeaderValue,
    lists: ListStyle,
    headers: HeaderMap,
    header_hooks: HeaderHooks,
    observers: Observers,
    retry_quota: RetryQuota,
    /// Finds the key and the sensitive headers. Clones share it.
    redactor: Arc<OnceLock<Redactor>>,
}

/// The functions that add headers to each request.
#[derive(Clone, Default)]
struct HeaderHooks(Vec<Arc<HeaderHook>>);

type HeaderHook = dyn Fn(&mut HeaderMap) + Send + Sync;

impl fmt::Debug for HeaderHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hooks", self.0.len())
    }
}

impl Hub {
    /// A hub of the platform at `https://api.cycle.io`.
    ///
    /// # Errors
    /// If the API key or the hub id is empty or can't be the value of an HTTP header.
    pub fn new(api_key: impl AsRef<str>, hub_id: impl Into<String>) -> Result<Self, RequestError> {
        let id = HubId::new(hub_id).map_err(|error| error.renamed("hub_id"))?;
        let unsendable = |at| {
            let reason = format!("has a character at byte {at} that isn't valid in an HTTP header");
            RequestError::new("hub_id", reason)
        };
        if let Some(at) = id.as_str().bytes().position(|byte| !byte.is_ascii_graphic()) {
            return Err(unsendable(at));
        }
        Ok(Self {
            base_url: BaseUrl::platform(),
            factory_url: BaseUrl::factory(),
            api_key: ApiKey::new(api_key.as_ref())?,
            id_header: HeaderValue::try_from(id.as_str()).map_err(|_| unsendable(0))?,
            id,
            lists: ListStyle::default(),
            headers: HeaderMap::new(),
            header_hooks: HeaderHooks::default(),
            observers: Observers::default(),
            retry_quota: RetryQuota::default(),
            redactor: Arc::default(),
        })
    }

    /// Reads the variables that people already use for Cycle: `CYCLE_API_KEY`, `CYCLE_HUB_ID` and,
    /// if they are set, `CYCLE_BASE_URL` and `CYCLE_FACTORY_URL`. The caller looks up each
    /// variable, as this crate doesn't read the environment; the clients have a `from_env`.
    ///
    /// ```
    /// let hub = cycle_images::Hub::from_variables(|name| match name {
    ///     "CYCLE_API_KEY" => Some("my-api-key".into()),
    ///     "CYCLE_HUB_ID" => Some("651586fca6078e98982dbd90".into()),
    ///     _ => None,
    /// })?;
    /// assert_eq!(hub.base_url(), "https://api.cycle.io");
    /// # Ok::<(), cycle_images::RequestError>(())
    /// ```
    ///
    /// # Errors
    /// Names the first variable that is missing, empty or invalid.
    pub fn from_variables(
        look_up: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, RequestError> {
        let set = |name| look_up(name).filter(|value| !value.is_empty());
        let needed =
            |name, what: &'static str| set(name).ok_or_else(|| RequestError::new(name, what));
        let api_key = needed("CYCLE_API_KEY", "is not set; set it to an API key of the hub")?;
        let hub_id = needed("CYCLE_HUB_ID", "is not set; set it to the id of the hub")?;
        let hub = Self::new(api_key, hub_id).map_err(|error| match error.argument() {
            "api_key" => error.renamed("CYCLE_API_KEY"),
            _ => error.renamed("CYCLE_HUB_ID"),
        })?;
        let hub = match set("CYCLE_BASE_URL") {
            Some(url) => {
                hub.with_base_url(&url).map_err(|error| error.renamed("CYCLE_BASE_URL"))?
            }
            None => hub,
        };
        let renamed = |error: RequestError| error.renamed("CYCLE_FACTORY_URL");
        match set("CYCLE_FACTORY_URL") {
            Some(url) => hub.with_factory_url(&url).map_err(renamed),
            None => Ok(hub),
        }
    }

    /// Sends requests to another core than Cycle's own, such as `https://api.my-company.cycle.io`.
    /// A path before `/v1` is kept.
    ///
    /// # Errors
    /// If the URL is neither https nor http on a loopback host, ends in `/v1`, with which each path
    /// begins, or has user info, a query or a fragment.
    pub fn with_base_url(self, url: &str) -> Result<Self, RequestError> {
        Ok(Self { base_url: BaseUrl::secure(url)?, ..self })
    }

    /// Like [`with_base_url`](Self::with_base_url), but accepts plain http on any host. The API key
    /// can then be read on the network.
    ///
    /// # Errors
    /// If the URL is neither https nor http, or has user info, a query or a fragment.
    pub fn with_insecure_base_url(self, url: &str) -> Result<Self, RequestError> {
        Ok(Self { base_url: BaseUrl::insecure(url)?, ..self })
    }

    /// Uploads images to another factory than Cycle's own, `https://factory.cycle.io:9414`.
    ///
    /// # Errors
    /// As [`with_base_url`](Self::with_base_url).
    pub fn with_factory_url(self, url: &str) -> Result<Self, RequestError> {
        let factory_url = BaseUrl::secure(url).map_err(|error| error.renamed("factory_url"))?;
        Ok(Self { factory_url, ..self })
    }

    /// Sets how list-valued query parameters are written: with repeated keys by default.
    #[must_use]
    pub fn with_list_style(self, lists: ListStyle) -> Self {
        Self { lists, ..self }
    }

    /// Adds a header to every request to the platform, such as a trace id. It replaces an earlier
    /// one of the same name. `Authorization`, `X-Hub-Id`, `Accept` and `Content-Type` can't be
    /// changed. Headers that frame or encode the request, authenticate to a proxy, or ask for a
    /// part of the response make each request an error, such as `Host`, `TE` or `Range`. A
    /// `User-Agent` is sent before that of the client. Uploads to the factory don't have the
    /// header. If a value is a secret, mark it as [sensitive](HeaderValue::set_sensitive): then
    /// neither `Debug` nor an error shows it.
    ///
    /// ```
    /// use cycle_images::http::{HeaderValue, header::USER_AGENT};
    ///
    /// let hub = cycle_images::Hub::new("my-api-key", "651586fca6078e98982dbd90")?
    ///     .with_header(USER_AGENT, HeaderValue::from_static("my-deploy/1.0"));
    /// # Ok::<(), cycle_images::RequestError>(())
    /// ```
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        // A map with more headers than it can hold is left as it is; no program has 24,000.
        let _ = self.headers.try_insert(name, value);
        self.redactor = Arc::default();
        self
    }

    /// Calls a function with the headers of each request to the platform, which may add some that
    /// differ from request to request, such as `traceparent`. The function is called for each
    /// attempt, in the span of the call if there is one. What [`with_header`](Self::with_header)
    /// refuses is refused here, too. Put no secret there: errors would not be free of it.
    ///
    /// ```
    /// use cycle_images::{Hub, http::HeaderValue, images::GetImages};
    ///
    /// let hub = Hub::new("my-api-key", "651586fca6078e98982dbd90")?.with_header_hook(|headers| {
    ///     let context = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    ///     headers.insert("traceparent", HeaderValue::from_static(context));
    /// });
    /// assert!(hub.request(&GetImages::new())?.headers().contains_key("traceparent"));
    /// # Ok::<(), cycle_images::RequestError>(())
    /// ```
    #[doc(alias("interceptor", "middleware", "traceparent"))]
    #[must_use]
    pub fn with_header_hook(
        mut self,
        hook: impl Fn(&mut HeaderMap) + Send + Sync + 'static,
    ) -> Self {
        self.header_hooks.0.push(Arc::new(hook));
        self
    }

    /// Calls a function with each event of the [flows](crate::flow) that use this hub: for logs and
    /// metrics. An observer is added to those that the hub has. It is called on the thread that
    /// runs the flow, and should return soon.
    ///
    /// ```
    /// use cycle_images::flow::EventKind;
    ///
    /// let hub = cycle_images::Hub::new("my-api-key", "651586fca6078e98982dbd90")?;
    /// let hub = hub.with_observer(|event| {
    ///     if let EventKind::Response { status, elapsed, .. } = event.kind {
    ///         println!("{}: {status} in {elapsed:?}", event.operation);
    ///     }
    /// });
    /// # Ok::<(), cycle_images::RequestError>(())
    /// ```
    #[doc(alias("hook", "metrics", "tracing", "middleware"))]
    #[must_use]
    pub fn with_observer(mut self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.observers.add(observer);
        self
    }

    /// Sets the quota of retries that all flows of this hub and of its clones share; 100 retries by
    /// default.
    #[must_use]
    pub fn with_retry_quota(self, retry_quota: RetryQuota) -> Self {
        Self { retry_quota, ..self }
    }

    pub(crate) fn retry_quota(&self) -> &RetryQuota {
        &self.retry_quota
    }

    pub(crate) fn observers(&self) -> &Observers {
        &self.observers
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.base_url.as_str()
    }

    /// The host and port that requests, or uploads, are sent to.
    pub(crate) fn host(&self, is_upload: bool) -> String {
        if is_upload { self.factory_url.host() } else { self.base_url.host() }
    }

    pub(crate) fn factory_url(&self) -> &str {
        self.factory_url.as_str()
    }

    /// The hub's id.
    #[must_use]
    pub fn id(&self) -> &HubId {
        &self.id
    }

    /// Turns an operation into a request, ready for any HTTP client. GET and DELETE have an empty
    /// body, which must be sent as no body.
    ///
    /// Don't log a request by its `Debug`: it is [`http`]'s own and shows the bytes of the body,
    /// which may contain credentials. Method and URI contain none, unless an operation of another
    /// crate puts them there.
    ///
    /// # Errors
    /// If an argument is invalid. Nothing is sent.
    pub fn request<O: Operation>(&self, operation: &O) -> Result<Request<Vec<u8>>, RequestError> {
        let of = |error: RequestError| error.of(O::NAME);
        operation.check().map_err(of)?;

        let mut uri = String::with_capacity(768);
        uri.push_str(self.base_url.as_str());
        let mut path = Path::new(&mut uri);
        operation.path(&mut path);
        path.finish().map_err(of)?;
        let mut query = Query::new(&mut uri, self.lists);
        operation.query(&mut query);
        query.finish().map_err(of)?;
        let body = operation.body().map_err(of)?;
        let mut headers = HeaderMap::with_capacity(6);
        for (name, value) in &self.headers {
            insert(&mut headers, name, value.clone()).map_err(of)?;
        }
        operation.headers(&mut headers);
        self.complete(&mut headers, body.is_some()).map_err(of)?;

        let mut request = Request::new(body.unwrap_or_default());
        *request.method_mut() = operation.method();
        *request.uri_mut() = Uri::try_from(uri)
            .map_err(|_| of(RequestError::new("uri", "is longer than a URI can be")))?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// Adds the headers that are the same for every operation.
    fn complete(&self, headers: &mut HeaderMap, has_body: bool) -> Result<(), RequestError> {
        for hook in &self.header_hooks.0 {
            hook(headers);
        }
        if let Some(name) = REFUSED_HEADERS.iter().find(|name| headers.contains_key(**name)) {
            let reason =
                format!("contain `{name}`, which is the HTTP client's to set or to leave out");
            return Err(RequestError::new("headers", reason));
        }
        headers.remove(CONTENT_TYPE);
        insert(headers, AUTHORIZATION, self.api_key.authorization())?;
        insert(headers, X_HUB_ID, self.id_header.clone())?;
        insert(headers, ACCEPT, JSON)?;
        if has_body {
            insert(headers, CONTENT_TYPE, JSON)?;
        }
        Ok(())
    }

    /// Reads the response to an operation. Any 2xx is a success.
    ///
    /// # Errors
    /// If the status is another one, or the body can't be decoded.
    pub fn response<O: Operation>(
        &self,
        operation: &O,
        response: Response<impl AsRef<[u8]>>,
    ) -> Result<ReplyOf<O>, ResponseError> {
        let (mut head, body) = response.into_parts();
        let body = body.as_ref();
        let mut secrets = self.secrets();
        operation.secrets(&mut secrets);
        let request = RequestInfo {
            operation: O::NAME,
            is_idempotent: operation.is_idempotent(),
            is_upload: false,
        };
        if !head.status.is_success() {
            return Err(ResponseError::refused(request, &head, body, &secrets));
        }
        match std::str::from_utf8(body).map_err(DecodeError::not_utf8).and_then(O::read) {
            Ok(mut document) => {
                for skipped in &mut document.skipped {
                    skipped.error.redact(&secrets);
                }
                secrets.redact_headers(&mut head.headers);
                Ok(Reply::new(document, head.status, head.headers))
            }
            Err(error) => Err(ResponseError::unexpected(request, &head, body, &secrets, error)),
        }
    }

    pub(crate) fn secrets(&self) -> Secrets<'_> {
        let mut secrets = Secrets::default();
        secrets.text(self.api_key.secret().expose());
        for value in self.headers.values().filter(|value| value.is_sensitive()) {
            secrets.text(String::from_utf8_lossy(value.as_bytes()));
        }
        secrets.with_shared(&self.redactor)
    }
}
/// Sets a header.
fn insert(
    headers: &mut HeaderMap,
    name: impl http::header::IntoHeaderName,
    value: HeaderValue,
) -> Result<(), RequestError> {
    match headers.try_insert(name, value) {
        Ok(_) => Ok(()),
        Err(error) => Err(RequestError::new("headers", format!("can't be sent: {error}"))),
    }
}
