//! The time, as a port: the machine's clock that never steps back, and one that tests set.
//! Must not know what the time is used for.

use domain::time::{Span, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Tells the time; two readings in one process never go backwards.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The machine's clock. It follows corrections forward and stands still, rather than
/// stepping back, until a corrected wall clock has caught up.
pub struct SystemClock {
    latest: AtomicI64,
    started: Instant,
    started_at: i64,
}

impl SystemClock {
    #[must_use]
    pub fn new() -> Self {
        let now = wall_micros();
        Self { latest: AtomicI64::new(now), started: Instant::now(), started_at: now }
    }

    /// What the process measured itself, wall clock aside: for leases that a corrected
    /// clock must not end early.
    #[must_use]
    pub fn monotonic(&self) -> Timestamp {
        let since = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        Timestamp(self.started_at.saturating_add(since))
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp(never_back(&self.latest, wall_micros()))
    }
}

/// The later of `seen` and everything seen before.
fn never_back(latest: &AtomicI64, seen: i64) -> i64 {
    latest.fetch_max(seen, Ordering::AcqRel).max(seen)
}

fn wall_micros() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(_) => 0,
    }
}

/// A clock that stands still until it is told otherwise.
pub struct FakeClock {
    now: AtomicI64,
}

impl FakeClock {
    #[must_use]
    pub fn at(start: Timestamp) -> Self {
        Self { now: AtomicI64::new(start.0) }
    }

    pub fn set(&self, now: Timestamp) {
        self.now.store(now.0, Ordering::Release);
    }

    /// Moves forward and answers the new time.
    pub fn advance(&self, by: Span) -> Timestamp {
        Timestamp(self.now.fetch_add(by.0, Ordering::AcqRel).saturating_add(by.0))
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::Acquire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_set_back_stands_still_until_it_has_caught_up() {
        let latest = AtomicI64::new(100);
        let readings = [105, 40, 104, 106].map(|wall| never_back(&latest, wall));
        assert_eq!(readings, [105, 105, 105, 106]);
    }

    #[test]
    fn the_system_clock_agrees_with_the_calendar_and_with_itself() {
        let clock = SystemClock::new();
        let (first, second) = (clock.now(), clock.now());
        assert!(first <= second);
        assert!(first > Timestamp::parse("2025-01-01T00:00:00Z").unwrap());
        assert!(clock.monotonic() <= clock.monotonic());
    }

    #[test]
    fn a_fake_clock_moves_only_when_told() {
        let clock = FakeClock::at(Timestamp(7));
        assert_eq!((clock.now(), clock.now()), (Timestamp(7), Timestamp(7)));
        assert_eq!(clock.advance(Span::seconds(1)), Timestamp(1_000_007));
        clock.set(Timestamp(3));
        assert_eq!(clock.now(), Timestamp(3));
    }
}
