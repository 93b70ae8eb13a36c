use std::borrow::Cow;

/// An argument that is invalid. Nothing was sent.
///
/// ```
/// use cycle_images::{Hub, images::GetImages};
///
/// let hub = Hub::new("key", "hub")?;
/// let error = hub.request(&GetImages::new().page_number(0)).unwrap_err();
/// assert_eq!(error.argument(), "page[number]");
/// assert_eq!(error.to_string(), "GetImages: page[number] is 0; pages are counted from 1");
/// # Ok::<(), cycle_images::RequestError>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{prefix}{argument} {reason}", prefix = .operation.map(|name| format!("{name}: ")).unwrap_or_default())]
pub struct RequestError {
    operation: Option<&'static str>,
    argument: &'static str,
    reason: Cow<'static, str>,
    source: Option<serde_json::Error>,
}

impl RequestError {
    /// An error for an argument, by its documented name; for
    /// [`Operation::check`](crate::Operation::check). The reason continues the sentence that the
    /// name begins, such as `is empty`, and must not contain a secret.
    pub fn new(argument: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { operation: None, argument, reason: reason.into(), source: None }
    }

    pub(crate) fn body(source: serde_json::Error) -> Self {
        let reason = "can't be written as JSON".into();
        Self { operation: None, argument: "body", reason, source: Some(source) }
    }

    pub(crate) fn of(mut self, operation: &'static str) -> Self {
        self.operation = Some(operation);
        self
    }

    pub(crate) fn renamed(mut self, argument: &'static str) -> Self {
        self.argument = argument;
        self
    }

    /// The operation of the argument; `None` for an id or a hub, which are checked when they are
    /// created.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.operation
    }

    /// The argument's documented name, such as `page[size]`.
    #[must_use]
    pub fn argument(&self) -> &'static str {
        self.argument
    }
}
