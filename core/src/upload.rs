//! Uploads of an image's tar to the factory.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Uri};

use crate::attempt::Attempt;
use crate::error::RequestError;
use crate::hub::Hub;
use crate::model::{Image, ImageId, Origin};
use crate::request::path::Path;
use crate::request::query::{ListStyle, Query};
use crate::wire::debug::Sent;
use crate::wire::id::HubId;
use crate::wire::secret::Secret;
use crate::wire::timestamp::Timestamp;

/// Uploads the tar of an image whose origin is `cycle-upload` to the factory: `POST
/// /v1/images/{id}/upload`. The request is authorized by the image's own token; the API key isn't
/// sent to the factory.
///
/// The tar has an image in OCI layout and may be gigabytes large: it is never in memory as a whole.
/// [`Hub::upload`](crate::Hub::upload) returns what to send before and after it.
///
/// ```
/// use cycle_images::upload::UploadImage;
/// use cycle_images::{Hub, model::Image};
///
/// let image: Image = serde_json::from_str(r#"{"id": "i1", "state": {"current": "uploading"},
///     "source": {"type": "direct", "details": {"id": "s1", "origin": {"type": "cycle-upload",
///         "details": {"token": "t", "expires": "2026-03-26T11:00:00Z"}}}}}"#)?;
/// let hub = Hub::new("my-api-key", "h1")?;
/// let now = "2026-03-26T10:00:00Z".parse()?;
///
/// let upload = hub.upload(&UploadImage::new(&image)?, 10_240, now)?;
/// let request = upload.request; // then upload.head, the 10240 bytes, upload.tail
/// assert_eq!(request.uri().host(), Some("factory.cycle.io"));
/// assert!(!request.headers().contains_key("authorization"));
/// # let length = upload.head.len() + 10_240 + upload.tail.len();
/// # assert_eq!(request.headers()["content-length"], length.to_string());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "multipart")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an operation does nothing until it is sent"]
pub struct UploadImage {
    id: ImageId,
    token: Secret,
    expires: Option<Timestamp>,
}

/// The parts of an upload, in the order in which they are sent.
#[non_exhaustive]
pub struct Upload {
    /// The request without its body. Its URI contains the token: don't log it.
    pub request: Request<()>,
    /// The body before the tar.
    pub head: Vec<u8>,
    /// The body after the tar.
    pub tail: Vec<u8>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.request.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        write!(f, "Upload({:?})", Sent(&self.request, length.unwrap_or_default()))
    }
}

impl Hub {
    /// Returns the parts of an upload of a tar of `size` bytes, at the time `now`.
    ///
    /// # Errors
    /// If the image's token is expired.
    pub fn upload(
        &self,
        upload: &UploadImage,
        size: u64,
        now: Timestamp,
    ) -> Result<Upload, RequestError> {
        upload.parts(self.factory_url(), self.id(), size, now)
    }
}

impl UploadImage {
    /// The operation's documented name.
    pub const NAME: &'static str = "UploadImage";

    /// The upload of an image.
    ///
    /// # Errors
    /// If the image's origin is not `cycle-upload`, or has no token.
    pub fn new(image: &Image) -> Result<Self, RequestError> {
        let refuse = |reason| Err(RequestError::new("image", reason).of(Self::NAME));
        let origin = image.source.as_ref().and_then(|source| source.details.origin.as_ref());
        match origin {
            Some(Origin::CycleUpload(upload)) if upload.token.expose().is_empty() => {
                refuse("has no upload token; read it again, or create another")
            }
            Some(Origin::CycleUpload(upload)) => Ok(Self {
                id: image.id.clone(),
                token: upload.token.clone(),
                expires: upload.expires,
            }),
            _ => refuse("is not of a source with the origin cycle-upload"),
        }
    }

    pub(crate) fn token(&self) -> &Secret {
        &self.token
    }

    pub(crate) fn parts(
        &self,
        factory_url: &str,
        hub_id: &HubId,
        size: u64,
        now: Timestamp,
    ) -> Result<Upload, RequestError> {
        let refuse = |argument, reason: String| RequestError::new(argument, reason).of(Self::NAME);
        if let Some(expires) = self.expires.filter(|&expires| expires <= now) {
            let reason =
                format!("has an upload token that expired at {expires}; create another image");
            return Err(refuse("image", reason));
        }
        let (mut uri, mut template) = (factory_url.to_owned(), String::new());
        for mut path in [Path::new(&mut uri), Path::template(&mut template)] {
            path.literal("/v1/images").id(&self.id).literal("/upload");
        }
        let mut query = Query::new(&mut uri, ListStyle::default());
        query.text("hub-id", hub_id.as_str()).text("token", self.token.expose());
        query.finish().map_err(|error| error.of(Self::NAME))?;
        let uri = Uri::try_from(uri)
            .map_err(|_| refuse("uri", "is longer than a URI can be".to_owned()))?;

        let boundary = self.boundary(now);
        let head = format!(
            "--{boundary}\r\n\
             Content-Disposition: form-data; name=\"file.tar\"; filename=\"file.tar\"\r\n\
             Content-Type: application/x-tar\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let length = size
            .checked_add((head.len() + tail.len()) as u64)
            .ok_or_else(|| refuse("size", "is more than a body can have".to_owned()))?;

        let mut request = Request::new(());
        request.extensions_mut().insert(Attempt::new(Self::NAME, template, 1));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_LENGTH, length.into());
        let form = format!("multipart/form-data; boundary={boundary}");
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::try_from(form)
                .map_err(|_| refuse("boundary", "isn't valid in an HTTP header".to_owned()))?,
        );
        Ok(Upload { request, head: head.into_bytes(), tail: tail.into_bytes() })
    }

    /// A multipart boundary that the tar doesn't contain. It is derived from the token, which the
    /// tar's author can't have known.
    fn boundary(&self, now: Timestamp) -> String {
        let half = |part: u8| {
            let mut hasher = DefaultHasher::new();
            (part, self.token.expose(), now).hash(&mut hasher);
            hasher.finish()
        };
        format!("cycle-images-{:016x}{:016x}", half(0), half(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(expires: &str) -> UploadImage {
        let image = format!(
            r#"{{"id": "i/1", "state": {{"current": "uploading"}}, "source": {{"type": "direct",
            "details": {{"origin": {{"type": "cycle-upload", "details":
            {{"token": "sec &t", "expires": "{expires}"}}}}}}}}}}"#
        );
        UploadImage::new(&serde_json::from_str(&image).unwrap()).unwrap()
    }

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn the_parts_are_one_form() {
        let hub = Hub::new("sec-key", "h 1".replace(' ', "-")).unwrap();
        let hub = hub.with_factory_url("http://127.0.0.1:9/f/").unwrap();
        let now = at("2026-03-26T10:00:00Z");
        let upload = hub.upload(&upload("2026-03-26T11:00:00Z"), 5_000_000_000, now).unwrap();
        let request = &upload.request;
        assert_eq!(
            request.uri(),
            "http://127.0.0.1:9/f/v1/images/i%2F1/upload?hub-id=h-1&token=sec+%26t"
        );
        let boundary = request.headers()["content-type"].to_str().unwrap();
        let boundary = boundary.strip_prefix("multipart/form-data; boundary=").unwrap();
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file.tar\"");
        assert!(upload.head.starts_with(head.as_bytes()) && upload.head.ends_with(b"\r\n\r\n"));
        assert_eq!(upload.tail, format!("\r\n--{boundary}--\r\n").into_bytes());
        let length = 5_000_000_000 + upload.head.len() + upload.tail.len();
        assert_eq!(request.headers()["content-length"], length.to_string());
        assert_eq!(request.headers().len(), 3);
        let shown = format!(
            "Upload(POST http://127.0.0.1:9/f/v1/images/i%2F1/upload?[redacted], {length} bytes)"
        );
        assert_eq!(format!("{upload:?}"), shown);
    }

    #[test]
    fn an_upload_that_cant_succeed_is_refused() {
        let hub = Hub::new("sec-key", "h1").unwrap();
        let refusal = |expires, size| {
            let now = at("2026-03-26T11:00:00Z");
            hub.upload(&upload(expires), size, now).map(|_| ()).map_err(|error| error.to_string())
        };
        let error = refusal("2026-03-26T11:00:00Z", 1).unwrap_err();
        assert!(
            error.starts_with("UploadImage: image has an upload token that expired"),
            "{error}"
        );
        assert!(refusal("2026-03-26T11:00:00Z", u64::MAX).is_err());
        assert!(refusal("0001-01-01T00:00:00Z", u64::MAX).unwrap_err().contains("size"));
        assert_eq!(refusal("0001-01-01T00:00:00Z", 1), Ok(()));
        let image = r#"{"id": "1", "state": {"current": "new"}}"#;
        let error = UploadImage::new(&serde_json::from_str(image).unwrap()).unwrap_err();
        assert!(error.to_string().contains("cycle-upload"), "{error}");
    }
}
