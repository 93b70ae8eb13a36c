//! Broken and hostile answers.
//!
//! What a call of [`GetImages`](crate::images::GetImages) returns for each, with either client: the
//! reply, or a variant of [`FlowError`](super::FlowError), followed by the
//! [kind](crate::ResponseError::kind) of a `Response`. Afterwards the client works as before, and
//! no other request gets what is left on the connection.
//!
#![doc = include_str!("faults.md")]
