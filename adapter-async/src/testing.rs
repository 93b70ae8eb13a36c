//! Testing your code, without a network: four ways, the lightest first. A replay needs the feature
//! `har`.
//!
//! | way | what runs | for |
//! |---|---|---|
//! | [a value](#a-value) | your code alone | code that takes a reply |
//! | [a replay](#a-replay) | the client, answered from a recording | code that calls several operations |
//! | [a closure](#a-closure) | the client, answered by your function | answers that depend on the request |
//! | [the sandbox](#the-sandbox) | the client, over HTTP | whole programs, faults, jobs that take time |
//!
//! In `Cargo.toml`:
//!
//! ```toml
//! [dev-dependencies]
//! cycle-images-async = { version = "0.1", features = ["har"] }
//! cycle-images-sandbox = "0.1"
//! ```
//!
//! # A value
//! What a call would have returned is read from a response, which `curl -i` prints:
//!
//! ```
//! use cycle_images::{Hub, images::GetImages, recorded};
//!
//! let response = recorded::response(br#"HTTP/2 200
//!
//! {"data": [{"id": "1", "name": "web", "state": {"current": "live"}}]}"#)?;
//! let reply = Hub::new("key", "hub")?.response(&GetImages::new(), response)?;
//! assert_eq!(reply.data[0].name, "web");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Of a record, only `id` and `state.current` are required: one without them is skipped in a list,
//! and an error alone. Every other field may be missing.
//!
//! # A replay
//! A `recorded::Session` records what a test sends and receives, and replays it
//! from then on. Here, it records if the environment has the variable `RECORD`:
//!
#![cfg_attr(feature = "har", doc = "```")]
#![cfg_attr(not(feature = "har"), doc = "```ignore")]
//! use std::error::Error;
//!
//! use cycle_images::recorded::{Recording, Session};
//! use cycle_images::{Hub, images::GetImages};
//! use cycle_images_async::Client;
//! # use cycle_images_async::{Timer, Transport};
//!
//! fn session(har: &str) -> Result<Session, Box<dyn Error>> {
//!     if std::env::var_os("RECORD").is_some() {
//!         return Ok(Session::record());
//!     }
//!     Ok(Session::replay(Recording::from_har(&std::fs::read(har)?)?))
//! }
//!
//! /// A replay needs neither the hub's id nor a key.
//! fn hub(session: &Session) -> Result<Hub, Box<dyn Error>> {
//!     Ok(match session.is_replay() {
//!         true => Hub::new("key", "hub")?,
//!         false => Hub::from_variables(|name| std::env::var(name).ok())?,
//!     })
//! }
//!
//! # async fn test(har: &str, transport: impl Transport + 'static, timer: impl Timer + 'static)
//! # -> Result<(), Box<dyn Error>> {
//! // In the test, with har = "tests/images.har", Reqwest as transport and Tokio as timer:
//! let session = session(har)?;
//! let client = Client::new(hub(&session)?, transport, timer).with_session(&session);
//!
//! assert!(client.call(GetImages::new()).await?.data.is_empty());
//!
//! if let Some(recorded) = session.finish()? {
//!     std::fs::write(har, recorded)?;
//! }
//! # Ok(())
//! # }
//! # let file = std::env::temp_dir().join(format!("async-testing-{}.har", std::process::id()));
//! # std::fs::write(&file, r#"{"log": {"entries": [{
//! #     "request": {"method": "GET", "url": "https://api.cycle.io/v1/images"},
//! #     "response": {"status": 200, "content": {"text": "{\"data\": []}"}}}]}}"#)?;
//! # let unsent = async |_: cycle_images::http::Request<Vec<u8>>| {
//! #     Err::<cycle_images::http::Response<Vec<u8>>, _>(std::io::Error::other("sent"))
//! # };
//! # pollster::block_on(test(file.to_str().unwrap(), unsent, async |_| {}))?;
//! # std::fs::remove_file(file)?;
//! # Ok::<(), Box<dyn Error>>(())
//! ```
//!
//! This way needs the feature `har`. A HAR that a browser or a proxy exported is read as well. A replay has
//! no waits, and its `finish` fails if a recording was not used. No API key, token or cookie is written; see
//! `Recording::to_har`.
//!
//! # A closure
//! Any function from a request to a future is a transport, and any function from a duration to a future a
//! timer. For a closure that captures something, see [`Transport`](crate::Transport).
//!
//! ```
//! use cycle_images::http::Request;
//! use cycle_images::{Hub, images::GetImages, recorded};
//! use cycle_images_async::Client;
//!
//! # pollster::block_on(async {
//! let transport = async |request: Request<Vec<u8>>| match request.uri().query() {
//!     Some(query) if query.contains("building") => recorded::response(b"HTTP/2 503\n\n"),
//!     _ => recorded::response(b"HTTP/2 200\n\n{\"data\": []}"),
//! };
//! // Retries take no time.
//! let client = Client::new(Hub::new("key", "hub")?, transport, async |_| {});
//! assert!(client.call(GetImages::new()).await?.data.is_empty());
//! # Ok::<(), cycle_images_async::Error>(())
//! # })?;
//! # Ok::<(), cycle_images_async::Error>(())
//! ```
//!
//! # The sandbox
//! A server on the local machine that behaves as the platform does, with jobs and faults:
//!
//! ```no_run
//! use cycle_images::{Hub, SourceId, images::{CreateImage, CreateImageJob}};
//! use cycle_images_sandbox::{Fault, JobOutcome, Sandbox};
//! use cycle_images_async::Client;
//! # use cycle_images_async::{Timer, Transport};
//!
//! # async fn test(transport: impl Transport + 'static, timer: impl Timer + 'static)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start()?;
//! let hub = Hub::new(sandbox.api_key(), sandbox.hub_id())?
//!     .with_base_url(sandbox.url())?
//!     .with_factory_url(sandbox.url())?;
//! let client = Client::new(hub, transport, timer); // such as Reqwest and Tokio
//! let source = SourceId::new(sandbox.source_id())?;
//!
//! sandbox.fault(Fault::too_many_requests("0")); // healed by a retry
//! let image = client.call(CreateImage::new(source)).await?.data;
//! sandbox.next_job(JobOutcome::Fail { step: 1, message: "disk full".to_owned() });
//! let import = client.call(CreateImageJob::import(&image.id)).await?.data;
//! let error = client.track(&import)?.wait().await.unwrap_err();
//! assert!(error.to_string().contains("disk full"));
//! # Ok(())
//! # }
//! ```
//!
//! `cargo run -p cycle-images-sandbox` starts it alone, for a program in any language.
