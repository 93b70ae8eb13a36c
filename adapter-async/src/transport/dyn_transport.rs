use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use cycle_images::flow::SendError;
use cycle_images::http::{Request, Response};

use crate::{Body, Transport, UploadTransport};

/// Any transport behind one type: see [`Client`](crate::Client). Each request costs it an allocation
/// or two more than a transport of its own type.
///
/// `Reqwest`, `Hyper` and `Tower` are converted by `into()`. Everything else is handed in as a
/// function; its futures must be `Send`, which can't be asked of a [`Transport`] in general:
///
/// ```
/// use std::convert::Infallible;
/// use std::sync::Arc;
///
/// use cycle_images::Hub;
/// use cycle_images::http::{Request, Response};
/// use cycle_images_async::{Client, DynTimer, DynTransport, Transport};
///
/// struct Mine;
///
/// impl Transport for Mine {
///     type Error = Infallible;
///     type Body = &'static str;
///
///     async fn send(&self, _: Request<Vec<u8>>) -> Result<Response<&'static str>, Infallible> {
///         Ok(Response::new(r#"{"data": []}"#))
///     }
/// }
///
/// let mine = Arc::new(Mine);
/// let transport = DynTransport::new(move |request| {
///     let mine = Arc::clone(&mine);
///     async move { mine.send(request).await }
/// });
/// let client: Client = Client::new(Hub::new("key", "hub")?, transport, DynTimer::new(|_| async {}));
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Clone)]
pub struct DynTransport {
    send: Arc<SendFn<Vec<u8>>>,
    upload: Option<Arc<SendFn<Body>>>,
}

type SendFn<B> = dyn Fn(Request<B>) -> Sending + Send + Sync;
type Sending = Pin<Box<dyn Future<Output = Result<Response<DynBody>, SendError>> + Send>>;

/// The body of a [`DynTransport`]'s response.
pub struct DynBody(Box<dyn AsRef<[u8]> + Send>);

impl AsRef<[u8]> for DynBody {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

impl DynTransport {
    /// A transport that sends requests by this function. It can't upload; see
    /// [`with_upload`](Self::with_upload).
    pub fn new<F, R, B, E>(send: F) -> Self
    where
        F: Fn(Request<Vec<u8>>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Response<B>, E>> + Send + 'static,
        B: AsRef<[u8]> + Send + 'static,
        E: Into<SendError>,
    {
        Self { send: erased(send), upload: None }
    }

    /// Sends uploads by this function, as an [`UploadTransport`] does.
    #[must_use]
    pub fn with_upload<F, R, B, E>(self, upload: F) -> Self
    where
        F: Fn(Request<Body>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Response<B>, E>> + Send + 'static,
        B: AsRef<[u8]> + Send + 'static,
        E: Into<SendError>,
    {
        Self { upload: Some(erased(upload)), ..self }
    }
}

fn erased<Q, F, R, B, E>(send: F) -> Arc<SendFn<Q>>
where
    F: Fn(Request<Q>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Response<B>, E>> + Send + 'static,
    B: AsRef<[u8]> + Send + 'static,
    E: Into<SendError>,
{
    Arc::new(move |request| {
        let sending = send(request);
        Box::pin(async {
            let response = sending.await.map_err(Into::into)?;
            Ok(response.map(|body| DynBody(Box::new(body))))
        })
    })
}

impl Transport for DynTransport {
    type Error = SendError;
    type Body = DynBody;

    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> impl Future<Output = Result<Response<DynBody>, SendError>> {
        (self.send)(request)
    }
}

impl UploadTransport for DynTransport {
    async fn upload(&self, request: Request<Body>) -> Result<Response<DynBody>, SendError> {
        match &self.upload {
            Some(upload) => upload(request).await,
            None => Err(SendError::not_sent("the transport can't upload").fatal()),
        }
    }
}

#[cfg(feature = "reqwest")]
impl From<crate::Reqwest> for DynTransport {
    fn from(transport: crate::Reqwest) -> Self {
        let uploading = transport.clone();
        Self::new(move |request| {
            let transport = transport.clone();
            async move { transport.send(request).await }
        })
        .with_upload(move |request| {
            let transport = uploading.clone();
            async move { transport.upload(request).await }
        })
    }
}

#[cfg(feature = "hyper")]
impl<C> From<crate::Hyper<C>> for DynTransport
where
    C: hyper_util::client::legacy::connect::Connect + Clone + Send + Sync + 'static,
{
    fn from(transport: crate::Hyper<C>) -> Self {
        let uploading = transport.clone();
        Self::new(move |request| {
            let transport = transport.clone();
            async move { transport.send(request).await }
        })
        .with_upload(move |request| {
            let transport = uploading.clone();
            async move { transport.upload(request).await }
        })
    }
}

#[cfg(feature = "tower")]
impl<S, R> From<crate::Tower<S, Body>> for DynTransport
where
    S: tower_service::Service<Request<Body>, Response = Response<R>>,
    S: Clone + Send + Sync + 'static,
    S::Error: Into<super::read_body::BoxError> + Send,
    S::Future: Send,
    R: http_body::Body + Send + 'static,
    R::Data: Send,
    R::Error: Into<super::read_body::BoxError>,
{
    fn from(transport: crate::Tower<S, Body>) -> Self {
        let uploading = transport.clone();
        Self::new(move |request: Request<Vec<u8>>| transport.run(request.map(Body::from)))
            .with_upload(move |request| uploading.run(request))
    }
}

impl fmt::Debug for DynTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynTransport")
            .field("can_upload", &self.upload.is_some())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DynBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DynBody({} bytes)", self.as_ref().len())
    }
}
