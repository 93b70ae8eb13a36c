//! reqwest, which runs on tokio alone.

use cycle_images_async::Reqwest;

use crate::driver::Async;
use crate::executors::OnTokio;
use crate::setup::Setup;

pub(crate) fn client<E: OnTokio>(setup: Setup) -> Async<E> {
    let transport = Reqwest::new().unwrap();
    let transport = match setup.body_limit {
        Some(limit) => transport.with_body_limit(limit),
        None => transport,
    };
    Async::new(setup, transport, E::start())
}
