//! What a connection is doing, and for how long.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::clients::Client;
use super::refusal::{self, Head, Problem};
use super::shared::Shared;

/// Who is at the other end.
pub(super) struct Peer {
    /// Its address.
    pub(super) address: SocketAddr,
    /// Whether it is a trusted proxy.
    pub(super) trusted: bool,
    /// The client that the connection is counted for.
    pub(super) client: Client,
}

/// What a connection is doing.
pub(super) struct State {
    pub(super) shared: Arc<Shared>,
    pub(super) peer: Peer,
    began: Instant,
    /// Requests whose answers are not sent, by the period in which they last moved: the present one, the one
    /// before, and one that is always empty; and those that are in no hurry.
    open: [AtomicU32; 4],
    /// The present period.
    period: AtomicU32,
    /// When it began, in milliseconds after the connection.
    period_began: AtomicU64,
    /// When something last happened, in milliseconds after it began.
    last: AtomicU64,
    /// The head that is being read (HTTP/1.1).
    head: Mutex<Option<Head>>,
}

/// In place of a period, for requests that are in no hurry.
const NO_PERIOD: u32 = 3;

/// A request whose answer is not sent, until this is dropped.
pub(super) struct Open {
    state: Arc<State>,
    /// The period in which it last moved.
    period: AtomicU32,
}

impl Open {
    /// Notes that a part of the answer is on its way.
    pub(super) fn moves(&self) {
        self.state.moves();
        self.enters(self.state.period.load(Ordering::Relaxed));
    }

    /// Notes that its body, and the work on it, have limits of time of their own: the connection does not
    /// end because of it until it [moves](Open::moves).
    pub(super) fn is_in_no_hurry(&self) {
        self.enters(NO_PERIOD);
    }

    fn enters(&self, now: u32) {
        let before = self.period.swap(now, Ordering::Relaxed);
        if before != now {
            self.state.in_period(now).fetch_add(1, Ordering::Relaxed);
            self.state.in_period(before).fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.state.moves();
        let period = self.period.load(Ordering::Relaxed);
        self.state.in_period(period).fetch_sub(1, Ordering::Relaxed);
    }
}

/// What takes too long.
pub(super) enum Overdue {
    /// Nothing was asked for.
    Idle,
    /// The head of a request has not arrived.
    Head,
    /// An answer is not read.
    Answer,
}

impl State {
    /// That of a connection that has just begun.
    pub(super) fn new(shared: Arc<Shared>, peer: Peer) -> Self {
        Self {
            shared,
            peer,
            began: Instant::now(),
            open: Default::default(),
            period: AtomicU32::new(0),
            period_began: AtomicU64::new(0),
            last: AtomicU64::new(0),
            head: Mutex::new(None),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn moves(&self) {
        self.last.store(self.now(), Ordering::Relaxed);
    }

    fn in_period(&self, period: u32) -> &AtomicU32 {
        &self.open[period as usize % self.open.len()]
    }

    fn is_open(&self) -> bool {
        self.open.iter().any(|requests| requests.load(Ordering::Relaxed) > 0)
    }

    /// Notes that a request has arrived.
    pub(super) fn opened(self: &Arc<Self>) -> Open {
        self.head.lock().unwrap_or_else(PoisonError::into_inner).take();
        let period = self.period.load(Ordering::Relaxed);
        self.in_period(period).fetch_add(1, Ordering::Relaxed);
        self.moves();
        Open { state: Arc::clone(self), period: AtomicU32::new(period) }
    }

    /// Notes bytes of HTTP/1.1 that were read.
    pub(super) fn read(&self, bytes: &[u8]) {
        if bytes.is_empty() || self.is_open() {
            return;
        }
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        if head.is_none() {
            self.moves();
        }
        head.get_or_insert_default().read(bytes);
    }

    /// What to write to a client whose request did not arrive in time.
    pub(super) fn late(&self) -> Vec<u8> {
        let head = self.head.lock().unwrap_or_else(PoisonError::into_inner).take();
        refusal::over_http1(&self.shared, &Problem::SLOW, &head.unwrap_or_default(), self.began)
    }

    /// What to write in place of hyper's bare refusal, if `written` is one.
    pub(super) fn in_place_of(&self, written: &[u8]) -> Option<Vec<u8>> {
        if self.is_open() {
            return None;
        }
        let head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        let problem =
            Problem::bare(written, head.as_ref()?, self.shared.settings.max_header_bytes)?;
        Some(refusal::over_http1(&self.shared, &problem, head.as_ref()?, self.began))
    }

    /// How long until the connection has to be looked at again, or what takes too long.
    pub(super) fn due(&self, multiplexed: bool) -> Result<Duration, Overdue> {
        let settings = &self.shared.settings;
        let (most, overdue) = if self.is_open() {
            // Over HTTP/1.1 the stream itself notices a client that does not read.
            if multiplexed && self.is_stuck() {
                return Err(Overdue::Answer);
            }
            return Ok(settings.header_timeout);
        } else if self.head.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            (settings.header_timeout, Overdue::Head)
        } else {
            (settings.idle_timeout, Overdue::Idle)
        };
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        let since = self.began.elapsed().saturating_sub(last);
        match most.checked_sub(since) {
            Some(left) if !left.is_zero() => Ok(left.min(settings.header_timeout)),
            _ => Err(overdue),
        }
    }

    /// Whether an answer has not moved for a whole period, and goes on to the next period when it is time. A
    /// period is long enough for a body to arrive and a client to begin to read.
    fn is_stuck(&self) -> bool {
        let settings = &self.shared.settings;
        let length = settings.write_timeout + settings.body_timeout;
        let began = Duration::from_millis(self.period_began.load(Ordering::Relaxed));
        if self.began.elapsed().saturating_sub(began) < length {
            return false;
        }
        let period = self.period.load(Ordering::Relaxed);
        if self.in_period((period + 2) % 3).load(Ordering::Relaxed) > 0 {
            return true;
        }
        self.period.store((period + 1) % 3, Ordering::Relaxed);
        self.period_began.store(self.now(), Ordering::Relaxed);
        false
    }
}
