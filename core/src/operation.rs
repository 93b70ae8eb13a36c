use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document::{Document, Reply};
use crate::error::{DecodeError, RequestError};
use crate::path::Path;
use crate::query::Query;

/// One of the platform's operations: what it says about itself, and nothing else.
///
/// [`Hub`](crate::Hub) and the adapters do the rest, for the operations of this crate as for any
/// other endpoint that a program describes:
///
/// ```
/// use cycle_images::{ContainerId, Hub, NoIncludes, Operation, Path, http::Method};
///
/// /// `getContainer`, as far as this program needs it. Capability: `containers-view`.
/// #[derive(Clone)]
/// struct GetContainer {
///     id: ContainerId,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Container {
///     name: String,
/// }
///
/// impl Operation for GetContainer {
///     const NAME: &'static str = "GetContainer";
///     const METHOD: Method = Method::GET;
///     const CAPABILITY: &'static str = "containers-view";
///     type Data = Container;
///     type Includes = NoIncludes;
///
///     fn path(&self, path: &mut Path<'_>) {
///         path.literal("/v1/containers").id(&self.id);
///     }
/// }
///
/// let hub = Hub::new("key", "hub")?;
/// let request = hub.request(&GetContainer { id: ContainerId::new("c1")? })?;
/// assert_eq!(request.uri(), "https://api.cycle.io/v1/containers/c1");
///
/// let answer = http::Response::new(r#"{"data": {"name": "web"}}"#);
/// # let get = GetContainer { id: ContainerId::new("c1")? };
/// assert_eq!(hub.response(&get, answer)?.data.name, "web");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Operation {
    /// The documented name, such as `GetImages`. Errors carry it.
    const NAME: &'static str;
    /// The HTTP method.
    const METHOD: Method;
    /// The capability that the API key needs, such as `images-view`.
    const CAPABILITY: &'static str;

    /// What the answer's `data` is.
    type Data: DeserializeOwned;
    /// What the answer's `includes` is: [`NoIncludes`](crate::NoIncludes) where nothing can be
    /// included.
    type Includes: DeserializeOwned + Default;

    /// Whether the operation may be sent again when it may have been done already: unless it says
    /// otherwise, all but POST.
    fn is_idempotent(&self) -> bool {
        Self::METHOD != Method::POST
    }

    /// Looks for arguments that the platform would refuse, before anything is built.
    ///
    /// # Errors
    /// Names the first argument that can't be sent, and why.
    fn check(&self) -> Result<(), RequestError> {
        Ok(())
    }

    /// Writes the path, from `/v1` on.
    fn path(&self, path: &mut Path<'_>);

    /// Writes the query, if the operation has one.
    fn query(&self, _query: &mut Query<'_>) {}

    /// The JSON body, if the operation has one: see [`json_body`].
    ///
    /// # Errors
    /// If the body can't be written as JSON.
    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        Ok(None)
    }

    /// Reads the body of a success. List operations replace it by [`Document::read_list`], so that
    /// one odd record doesn't cost the page.
    ///
    /// # Errors
    /// Names the place in the document that isn't what the operation promises.
    fn read(body: &str) -> Result<Document<Self::Data, Self::Includes>, DecodeError> {
        Document::read(body)
    }
}

/// The reply to the operation `O`.
pub type ReplyOf<O> = Reply<<O as Operation>::Data, <O as Operation>::Includes>;

/// Writes the body of an [`Operation`].
///
/// # Errors
/// If the value can't be written as JSON.
pub fn json_body(value: &impl Serialize) -> Result<Option<Vec<u8>>, RequestError> {
    serde_json::to_vec(value).map(Some).map_err(RequestError::body)
}
