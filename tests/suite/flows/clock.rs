//! A clock that is set by hand, and a flow that is driven with it.

use std::time::{Duration, SystemTime};

use cycle_images::flow::{Flow, FlowError, SendFailure, Step};
use cycle_images::http::{Request, Response};
use cycle_images::{Hub, Timestamp};

use crate::outcomes::Outcome;

pub(crate) const KEY: &str = "sk-3f9c-of-the-tests";

pub(crate) fn hub() -> Hub {
    Hub::new(KEY, "651586fca6078e98982dbd90").unwrap()
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn millis(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    begun: SystemTime,
    now: SystemTime,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let now: Timestamp = "2026-03-26T10:00:00Z".parse().unwrap();
        let now = SystemTime::try_from(now).unwrap();
        Self { begun: now, now }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now.into()
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    pub(crate) fn go_back(&mut self, time: Duration) {
        self.now -= time;
    }

    pub(crate) fn passed(&self) -> Duration {
        self.now.duration_since(self.begun).unwrap()
    }
}

/// A flow, its hub and its clock.
pub(crate) struct Run<F> {
    pub(crate) flow: F,
    pub(crate) clock: Clock,
    pub(crate) hub: Hub,
    /// How long it waited before each request.
    pub(crate) waits: Vec<Duration>,
}

impl<F: Flow> Run<F> {
    pub(crate) fn new(flow: F) -> Self {
        Self { flow, clock: Clock::start(), hub: hub(), waits: Vec::new() }
    }

    pub(crate) fn poll(&mut self) -> Result<Step, FlowError> {
        self.flow.poll(&self.hub, self.clock.now())
    }

    /// Waits as the flow says, until it sends or is done.
    pub(crate) fn until_sent(&mut self) -> Result<Option<Request<Vec<u8>>>, FlowError> {
        let mut waited = Duration::ZERO;
        loop {
            match self.poll()? {
                Step::Send { request, .. } => {
                    self.waits.push(waited);
                    return Ok(Some(request));
                }
                Step::Wait(time) => {
                    assert!(!time.is_zero(), "a wait of no time never ends");
                    self.clock.pass(time);
                    waited += time;
                }
                Step::Done => return Ok(None),
            }
        }
    }

    /// The next request.
    #[track_caller]
    pub(crate) fn request(&mut self) -> Request<Vec<u8>> {
        self.until_sent().unwrap().unwrap()
    }

    pub(crate) fn handle(
        &mut self,
        outcome: Result<Response<String>, SendFailure>,
    ) -> Result<Option<F::Item>, FlowError> {
        self.flow.handle(&self.hub, outcome, self.clock.now())
    }

    /// Takes the next request, and passes its outcome.
    #[track_caller]
    pub(crate) fn step(&mut self, outcome: Outcome) -> Result<Option<F::Item>, FlowError> {
        self.request();
        self.handle(outcome)
    }

    #[track_caller]
    pub(crate) fn assert_ended(&mut self) {
        for _ in 0..3 {
            let next = self.poll();
            assert!(matches!(next, Ok(Step::Done)), "{next:?}");
        }
    }
}
