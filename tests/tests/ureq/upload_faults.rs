//! Uploads that break off: what became of them, and that none shows the token.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use cycle_images::model::ImageStatus;
use cycle_images_tests::sandbox::Sandbox;
use cycle_images_ureq::{Client, Error, Tar};
use ureq::Agent;

use crate::upload_refusals::refused;
use crate::uploads::{Reading, of, state, tar, uploader, waiting};
use crate::{hub, once, shown};

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);

#[test]
fn a_tar_that_ends_early_is_told() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    for there in [0, 1000, 70_000] {
        let bytes = tar(70_000);
        let error = refused(&client, &image, Tar::reader(&bytes[..there], 80_000));
        assert!(matches!(error, Error::Transport { .. }), "{error:?}");
        assert!(error.may_have_arrived());
        let said = format!("the tar ended after {there} of 80000 bytes");
        assert!(error.source().unwrap().to_string().contains(&said), "{error:?}");
    }
    assert_eq!(state(&client, &image), ImageStatus::Uploading);
    client.upload(&image, of(&tar(1000)), |_| {}).unwrap();
}

#[test]
fn a_tar_that_cannot_be_read_is_told() {
    let sandbox = Sandbox::start().unwrap();
    let client = uploader(&sandbox);
    let image = waiting(&sandbox, &client);
    // The head is on its way by then, whatever it was that the reader couldn't connect to.
    for kind in [ErrorKind::PermissionDenied, ErrorKind::TimedOut, ErrorKind::ConnectionRefused] {
        let failing = Reading(|_: &mut [u8]| Err(io::Error::new(kind, "the disk is on fire")));
        let error = refused(&client, &image, Tar::reader(failing, 1000));
        assert!(shown(&error).contains("the disk is on fire"), "{error:?}");
        assert!(error.may_have_arrived(), "{error:?}");
    }
    assert_eq!(state(&client, &image), ImageStatus::Uploading);
}

#[test]
fn a_factory_that_is_not_there_shows_no_token() {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &uploader(&sandbox));
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = once(Client::new(hub(&sandbox).with_factory_url(&url).unwrap()));
    let error = refused(&client, &image, of(&tar(1000)));
    assert!(matches!(error, Error::Transport { .. }) && !error.may_have_arrived(), "{error:?}");
}

/// An agent may refuse a URI, and say which.
#[test]
fn an_agent_that_takes_https_alone_shows_no_token() {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &uploader(&sandbox));
    let agent = Agent::config_builder().https_only(true).build().new_agent();
    let hub = hub(&sandbox).with_factory_url(sandbox.url()).unwrap();
    let error = refused(&once(Client::with_agent(hub, agent)), &image, of(&tar(1000)));
    assert!(!error.may_have_arrived(), "{error:?}");
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn a_factory_that_takes_nothing_in_is_given_up() {
    let sandbox = Sandbox::start().unwrap();
    let image = waiting(&sandbox, &uploader(&sandbox));
    // It accepts by the system alone, and never reads.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = once(Client::new(hub(&sandbox).with_factory_url(&url).unwrap()));
    let client = client.with_timeout(Duration::from_millis(100));
    // The first is held up while it is sent, the second while its answer is waited for.
    for size in [64 << 20, 1000] {
        let start = Instant::now();
        let error = refused(&client, &image, of(&tar(size)));
        assert!(start.elapsed() < LONG);
        assert!(error.may_have_arrived());
        assert!(shown(&error).to_lowercase().contains("timeout"), "{error:?}");
    }
}
