//! A time limit for what a proxy says before the connection is there.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use ureq::unversioned::transport::{
    ConnectionDetails, Connector, DefaultConnector, ShutdownHandle, Transport,
};
use ureq::{Error, Timeout};

/// ureq's own connector, whose time limit holds for all of a proxy's response. ureq itself starts
/// it again for each read, so that a proxy which sends a byte now and then holds a call for ever.
#[derive(Debug, Default)]
pub(crate) struct TimedConnector(DefaultConnector);

impl Connector for TimedConnector {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        // The connection to the proxy itself is made by this connector as well, without a proxy.
        if details.config.proxy().is_none() || details.timeout.after.is_not_happening() {
            return self.0.connect(details, chained);
        }
        let sockets: Arc<Mutex<Vec<Weak<dyn ShutdownHandle>>>> = Arc::default();
        let (register, opened) = (Arc::clone(&details.register_shutdown), Arc::clone(&sockets));
        let timed = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::clone(&details.run_connector),
            register_shutdown: Arc::new(move |socket: Weak<dyn ShutdownHandle>| {
                opened.lock().unwrap_or_else(PoisonError::into_inner).push(socket.clone());
                register(socket)
            }),
        };
        let (done, is_done) = channel::<()>();
        let limit = *timed.timeout.after;
        let watch = thread::spawn(move || {
            let is_late = is_done.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
            if is_late {
                let sockets = sockets.lock().unwrap_or_else(PoisonError::into_inner);
                sockets.iter().filter_map(Weak::upgrade).for_each(|socket| socket.shutdown());
            }
            is_late
        });
        let connected = self.0.connect(&timed, chained);
        drop(done);
        match watch.join() {
            Ok(true) => Err(Error::Timeout(Timeout::Connect)),
            _ => connected,
        }
    }
}
