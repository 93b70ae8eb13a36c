//! A time limit for an upload that the factory doesn't read.

use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ureq::Agent;

/// Shuts an agent down if a body isn't read further for a time. ureq's own limit holds for each
/// write to the socket, of which one that takes a part of its bytes is a success after that time.
pub(crate) struct StallWatch {
    shared: Arc<Shared>,
    limit: Duration,
    thread: JoinHandle<bool>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Copy)]
enum State {
    /// The next read has to begin, or the response to be there, before this time.
    Until(Instant),
    /// The body is being read, which may take any time.
    Reading,
    Ended,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, state: State) {
        *self.lock() = state;
        self.changed.notify_all();
    }
}

impl StallWatch {
    /// Watches an agent that nothing else uses. The connection may take this much longer at first.
    pub(crate) fn start(agent: Agent, connect: Duration, limit: Duration) -> Self {
        let state = Mutex::new(until(connect.saturating_add(limit)));
        let shared = Arc::new(Shared { state, changed: Condvar::new() });
        let watched = Arc::clone(&shared);
        Self { shared, limit, thread: thread::spawn(move || watch(&watched, agent)) }
    }

    /// Ends the watch, and returns whether it shut the agent down.
    pub(crate) fn end(self) -> bool {
        self.shared.set(State::Ended);
        self.thread.join().unwrap_or(false)
    }

    pub(crate) fn body<R: Read>(&self, reader: R) -> StallBody<'_, R> {
        StallBody { reader, watch: self }
    }
}

fn until(time: Duration) -> State {
    // A time that no clock can count never comes.
    Instant::now().checked_add(time).map_or(State::Reading, State::Until)
}

fn watch(shared: &Shared, agent: Agent) -> bool {
    let mut state = shared.lock();
    loop {
        let wait = match *state {
            State::Ended => return false,
            State::Reading => Duration::from_secs(3600),
            State::Until(end) => end.saturating_duration_since(Instant::now()),
        };
        if wait.is_zero() {
            agent.shutdown();
            return true;
        }
        let waited = shared.changed.wait_timeout(state, wait);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// The body of a watched upload.
pub(crate) struct StallBody<'a, R> {
    reader: R,
    watch: &'a StallWatch,
}

impl<R: Read> Read for StallBody<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.watch.shared.set(State::Reading);
        let read = self.reader.read(buffer);
        self.watch.shared.set(until(self.watch.limit));
        read
    }
}
