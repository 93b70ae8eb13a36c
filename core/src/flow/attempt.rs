/// The attempt that a request is: in the [extensions](http::Request::extensions) of each request of a
/// flow, for middleware such as a tower layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The operation's documented name.
    pub operation: &'static str,
    /// The number of the attempt, counted from 1.
    pub number: u32,
}
