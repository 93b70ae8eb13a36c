//! The trait of operations, and the types for implementing it.

use std::marker::PhantomData;

use http::{HeaderMap, Method};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

pub use crate::document::{Document, NoIncludes, Reply, Skipped};
use crate::error::DecodeError;
pub use crate::request::list_options::{ListOptions, Sort};
pub use crate::request::path::Path;
pub use crate::request::query::{ListStyle, Query};
use crate::request_error::RequestError;
pub use crate::wire::redact::Secrets;

/// An operation of the platform. It only declares what to send and what to expect.
///
/// [`Hub`](crate::Hub) and the clients do the rest, also for operations of other crates:
///
/// ```
/// use cycle_images::http::Method;
/// use cycle_images::id::ContainerId;
/// use cycle_images::operation::{One, Path};
/// use cycle_images::{Hub, Operation};
///
/// /// `getContainer`, with the fields that this program needs. Capability: `containers-view`.
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
///     type Output = One<Container>;
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
/// let response = http::Response::new(r#"{"data": {"name": "web"}}"#);
/// # let get = GetContainer { id: ContainerId::new("c1")? };
/// assert_eq!(hub.response(&get, response)?.data.name, "web");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Operation {
    /// The documented name, such as `GetImages`. It is part of every error.
    const NAME: &'static str;
    /// The HTTP method.
    const METHOD: Method;
    /// The capability that the API key needs, such as `images-view`.
    const CAPABILITY: &'static str;

    /// What a successful response contains: [`One`] record, a [`List`] of records, or nothing
    /// ([`Empty`]).
    type Output: Output;

    /// The HTTP method of this request: [`METHOD`](Self::METHOD), unless it is not known at
    /// compile time.
    fn method(&self) -> Method {
        Self::METHOD
    }

    /// Whether the operation can be repeated when a previous attempt may have taken effect. By
    /// default, every method but POST is idempotent.
    fn is_idempotent(&self) -> bool {
        self.method() != Method::POST
    }

    /// Checks the body, and rules that concern several arguments. A single parameter is checked by
    /// [`Query`].
    ///
    /// # Errors
    /// Names the first invalid argument, and why it is invalid.
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

    /// Adds headers to the request. `Authorization`, `X-Hub-Id`, `Accept` and `Content-Type` are
    /// the hub's, and can't be changed.
    fn headers(&self, _headers: &mut HeaderMap) {}

    /// Adds the secrets in the request, apart from the API key, so that no error repeats them.
    fn secrets<'a>(&'a self, _secrets: &mut Secrets<'a>) {}

    /// Decodes the body of a success as [`Output`](Self::Output). There is no need to implement it.
    ///
    /// # Errors
    /// Names the JSON path that can't be decoded.
    #[doc(hidden)]
    fn read(body: &str) -> Result<DocumentOf<Self>, DecodeError> {
        Self::Output::read(body)
    }
}

impl<O: Operation> Operation for &O {
    const NAME: &'static str = O::NAME;
    const METHOD: Method = O::METHOD;
    const CAPABILITY: &'static str = O::CAPABILITY;
    type Output = O::Output;

    fn method(&self) -> Method {
        O::method(self)
    }

    fn is_idempotent(&self) -> bool {
        O::is_idempotent(self)
    }

    fn check(&self) -> Result<(), RequestError> {
        O::check(self)
    }

    fn path(&self, path: &mut Path<'_>) {
        O::path(self, path);
    }

    fn query(&self, query: &mut Query<'_>) {
        O::query(self, query);
    }

    fn body(&self) -> Result<Option<Vec<u8>>, RequestError> {
        O::body(self)
    }

    fn headers(&self, headers: &mut HeaderMap) {
        O::headers(self, headers);
    }

    fn secrets<'a>(&'a self, secrets: &mut Secrets<'a>) {
        O::secrets(self, secrets);
    }

    fn read(body: &str) -> Result<DocumentOf<Self>, DecodeError> {
        O::read(body)
    }
}

/// An operation that returns a list, page by page.
///
/// Its `query` writes the options by [`Query::options`], which also checks them.
pub trait ListOperation: Operation<Output: Output<Data = Vec<Self::Record>>> {
    /// The type of a record.
    type Record;

    /// The options of the list.
    fn options(&self) -> &ListOptions;

    /// The options of the list, for example to read the next page.
    fn options_mut(&mut self) -> &mut ListOptions;

    /// The key that identifies a record: its id.
    fn key(record: &Self::Record) -> &str;
}

/// Implements [`ListOperation`] for an operation with `options`, whose records have an `id`.
macro_rules! list_operation {
    ($operation:ident of $record:ty) => {
        impl crate::operation::ListOperation for $operation {
            type Record = $record;

            fn options(&self) -> &crate::operation::ListOptions {
                &self.options
            }

            fn options_mut(&mut self) -> &mut crate::operation::ListOptions {
                &mut self.options
            }

            fn key(record: &$record) -> &str {
                record.id.as_str()
            }
        }
    };
}
pub(crate) use list_operation;

/// Has the decoding of an operation's models compiled in this crate, and not in each program.
macro_rules! read_here {
    () => {
        fn read(
            body: &str,
        ) -> Result<crate::operation::DocumentOf<Self>, crate::error::DecodeError> {
            <Self::Output as crate::operation::Output>::read(body)
        }
    };
}
pub(crate) use read_here;

/// How the response to an operation is decoded: [`One`], [`List`] or [`Empty`].
///
/// Includes are a struct of maps, from ids to records. Its fields need a `#[serde(default)]`: a
/// record in it that can't be decoded is [skipped](Skipped), and so can be all of a field.
///
/// A response is refused if its lists and maps need more memory than 8 times its size and 2 MiB, or
/// 128 MiB. In types of other crates and in a `serde_json::Value`, only the list of records counts.
pub trait Output: sealed::Sealed {
    /// The type of `data`.
    type Data;
    /// The type of `includes`.
    type Includes;

    #[doc(hidden)]
    fn read(body: &str) -> Result<Document<Self::Data, Self::Includes>, DecodeError>;
}

/// One record. If any part of it can't be decoded, the response is an error.
#[derive(Debug)]
pub struct One<T, I = NoIncludes>(PhantomData<fn() -> (T, I)>);

/// A list, decoded record by record: a record that can't be decoded is [skipped](Skipped), and the
/// others are kept.
#[derive(Debug)]
pub struct List<T, I = NoIncludes>(PhantomData<fn() -> (T, I)>);

/// Nothing: the response has no body, such as a 204, or its `data` is ignored.
#[derive(Debug)]
#[non_exhaustive]
pub struct Empty;

impl<T: DeserializeOwned, I: DeserializeOwned + Default> Output for One<T, I> {
    type Data = T;
    type Includes = I;

    fn read(body: &str) -> Result<Document<T, I>, DecodeError> {
        Document::read(body)
    }
}

impl<T: DeserializeOwned, I: DeserializeOwned + Default> Output for List<T, I> {
    type Data = Vec<T>;
    type Includes = I;

    fn read(body: &str) -> Result<Document<Vec<T>, I>, DecodeError> {
        Document::read_list(body)
    }
}

impl Output for Empty {
    type Data = ();
    type Includes = NoIncludes;

    fn read(body: &str) -> Result<Document<()>, DecodeError> {
        if body.trim_ascii().is_empty() {
            return Ok(Document::new(()));
        }
        // A proxy's page is not a success, even with status 200.
        Document::<Option<IgnoredAny>>::read(body).map(|_| Document::new(()))
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T, I> Sealed for super::One<T, I> {}
    impl<T, I> Sealed for super::List<T, I> {}
    impl Sealed for super::Empty {}
}

type DataOf<O> = <<O as Operation>::Output as Output>::Data;
type IncludesOf<O> = <<O as Operation>::Output as Output>::Includes;

/// The decoded body of a success of the operation `O`.
pub type DocumentOf<O> = Document<DataOf<O>, IncludesOf<O>>;

/// The reply to the operation `O`.
pub type ReplyOf<O> = Reply<DataOf<O>, IncludesOf<O>>;

/// Writes the body of an [`Operation`].
///
/// # Errors
/// If the value can't be written as JSON.
pub fn json_body(value: &impl Serialize) -> Result<Option<Vec<u8>>, RequestError> {
    serde_json::to_vec(value).map(Some).map_err(RequestError::body)
}
