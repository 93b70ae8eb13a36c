/// The attempt that a request is: in the [extensions](http::Request::extensions) of each request of
/// a flow or an upload, for middleware such as a tower layer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The operation's documented name.
    pub operation: &'static str,
    /// The path without ids, such as `/v1/images/{id}`.
    pub template: String,
    /// The number of the attempt, counted from 1.
    pub number: u32,
}

impl Attempt {
    pub(crate) fn new(operation: &'static str, template: String, number: u32) -> Self {
        Self { operation, template, number }
    }
}
