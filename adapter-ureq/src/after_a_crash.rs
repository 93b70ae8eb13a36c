//! After a crash: what a program can know of a request that was in flight when it was killed, and
//! how it goes on.
//!
//! Save each flow [before its request is sent](crate::FlowIter::with_save). When it is read again,
//! it knows whether a request may have been sent:
//!
//! | what was interrupted | what the flow does when it is run again |
//! |---|---|
//! | a wait, or nothing | it goes on |
//! | a GET, DELETE or PATCH, such as the poll of a job | it sends the request again |
//! | a POST | it returns [`Error::Interrupted`](crate::Error::Interrupted), and sends nothing |
//!
//! [`Interrupted`](crate::Error::Interrupted) means that the platform may have executed the
//! request, now or later: it may still be in flight.
//! [`Error::may_have_arrived`](crate::Error::may_have_arrived) is the same question for an error
//! without a crash. Sending the POST again without a look could create a second image, or import
//! one twice. So look first:
//!
//! - **CreateImage**: give each image a name of its own, and look for that name in the list of
//!   images.
//! - **CreateImageJob (import)**: look for a job that
//!   [mentions](cycle_images::model::Job::mentions) the image. An image stays `new` while its
//!   import is queued, so its state alone doesn't tell.
//!
//! The limits: the platform's documents don't say how long a request may be in flight, or after
//! what time an image or a job is in a list. Wait for at least the time limit of an attempt before
//! you look. Nor do they name the properties of a task's input; `mentions` compares all strings in
//! it.
//!
//! The example `after_a_crash` is tried by a test, which kills its process again and again: no
//! image is created or imported twice.
//!
//! ```no_run
#![doc = include_str!("../examples/after_a_crash.rs")]
//! ```
