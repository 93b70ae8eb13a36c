/// The attempt that a request is: in the [extensions](http::Request::extensions) of each request, for
/// middleware such as a tower layer.
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
    pub(crate) fn first(operation: &'static str, template: String) -> Self {
        Self { operation, template, number: 1 }
    }
}
