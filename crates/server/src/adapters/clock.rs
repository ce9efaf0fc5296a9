//! The time, as a port: the machine's clock that never steps back, and one that tests set.
//! Must not know what the time is used for.

use domain::time::{Span, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Tells the time; two readings in one process never go backwards.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// Steps that the clock made forward, oldest first.
    fn steps(&self) -> Vec<Step> {
        Vec::new()
    }

    /// Whether something that was set to end at `end`, and last touched at `touched`, is over: a step
    /// of the clock since then is no time that passed.
    fn is_over(&self, end: Timestamp, touched: Timestamp) -> bool {
        let stepped: i64 = self.steps().iter().filter(|step| touched < step.at).map(|step| step.by.0).sum();
        end + Span(stepped) <= self.now()
    }
}

/// The wall clock was set forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The first time after it.
    pub at: Timestamp,
    pub by: Span,
}

/// A difference to what the process measured itself that is a step, and no drift.
const STEP: i64 = 1_000_000;
/// How fast a clock that was set back is followed: one part in so many.
const SLEW: i64 = 8;
/// Steps that are remembered; a machine whose clock steps more often has another trouble.
const MAX_STEPS: usize = 16;

/// Wall clock and what the process measured, in microseconds.
type Source = Box<dyn Fn() -> (i64, i64) + Send + Sync>;

/// The machine's clock. It follows a step forward at once, and remembers it, so that nothing ends early;
/// when the wall clock was set back it goes on by what the process measures, a little slower, until the
/// wall clock has caught up.
pub struct SystemClock {
    source: Source,
    state: Mutex<Reading>,
}

struct Reading {
    shown: i64,
    measured: i64,
    steps: Vec<Step>,
}

impl Reading {
    fn next(&mut self, wall: i64, measured: i64) -> i64 {
        let passed = (measured - self.measured).max(0);
        self.measured = self.measured.max(measured);
        let gap = wall.saturating_sub(self.shown.saturating_add(passed));
        if gap < -STEP {
            self.shown += passed - (-gap).min(passed / SLEW);
            return self.shown;
        }
        if gap > STEP {
            if self.steps.len() >= MAX_STEPS {
                self.steps.remove(0);
            }
            self.steps.push(Step { at: Timestamp(wall), by: Span(gap) });
        }
        self.shown = self.shown.max(wall);
        self.shown
    }
}

impl SystemClock {
    #[must_use]
    pub fn new() -> Self {
        let began = Instant::now();
        let measured = move || i64::try_from(began.elapsed().as_micros()).unwrap_or(i64::MAX);
        Self::of(Box::new(move || (wall_micros(), measured())))
    }

    /// A clock over other sources: wall clock and measured time.
    #[must_use]
    pub fn of(source: Source) -> Self {
        let (wall, measured) = source();
        Self { source, state: Mutex::new(Reading { shown: wall, measured, steps: Vec::new() }) }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (wall, measured) = (self.source)();
        Timestamp(state.next(wall, measured))
    }

    fn steps(&self) -> Vec<Step> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).steps.clone()
    }
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

    const SECOND: i64 = 1_000_000;
    const HOUR: i64 = 3_600 * SECOND;

    fn reading() -> Reading {
        Reading { shown: 100 * SECOND, measured: 0, steps: Vec::new() }
    }

    #[test]
    fn small_corrections_are_followed_and_never_backwards() {
        let mut clock = reading();
        let shown = [(100.5, 0.5), (100.2, 0.7), (100.9, 0.9), (101.9, 1.2)]
            .map(|(wall, measured): (f64, f64)| clock.next((wall * 1e6) as i64, (measured * 1e6) as i64));
        assert_eq!(shown, [100_500_000, 100_500_000, 100_900_000, 101_900_000]);
        assert_eq!(clock.steps, []);
    }

    #[test]
    fn an_hour_back_is_no_standstill_and_an_hour_forward_is_remembered() {
        let mut clock = reading();
        let mut last = 100 * SECOND;
        for second in 1..=60 {
            let shown = clock.next(100 * SECOND - HOUR + second * SECOND, second * SECOND);
            assert!(shown > last && shown - last >= SECOND * 7 / 8 && shown - last <= SECOND, "{}", shown - last);
            last = shown;
        }
        assert_eq!(clock.steps, []);
        let mut clock = reading();
        assert_eq!(clock.next(101 * SECOND + HOUR, SECOND), 101 * SECOND + HOUR);
        assert_eq!(clock.next(102 * SECOND + HOUR, 2 * SECOND), 102 * SECOND + HOUR);
        assert_eq!(clock.steps, [Step { at: Timestamp(101 * SECOND + HOUR), by: Span(HOUR) }]);
    }

    #[test]
    fn what_was_set_before_a_step_ends_when_its_time_has_passed_and_no_earlier() {
        let at = std::sync::Arc::new((AtomicI64::new(100 * SECOND), AtomicI64::new(0)));
        let read = at.clone();
        let clock = SystemClock::of(Box::new(move || (read.0.load(Ordering::Acquire), read.1.load(Ordering::Acquire))));
        let pass = |wall: i64, measured: i64| {
            at.0.fetch_add(wall, Ordering::AcqRel);
            at.1.fetch_add(measured, Ordering::AcqRel);
            clock.now()
        };
        let touched = clock.now();
        let end = touched + Span(20 * SECOND);
        pass(HOUR + SECOND, SECOND);
        assert!(!clock.is_over(end, touched), "nothing passed but a second");
        let later = clock.now();
        assert!(!clock.is_over(later + Span(5 * SECOND), later) && clock.is_over(later, later));
        pass(18 * SECOND, 18 * SECOND);
        assert!(!clock.is_over(end, touched) && clock.is_over(later + Span(5 * SECOND), later));
        pass(SECOND, SECOND);
        assert!(clock.is_over(end, touched), "its twenty seconds are over");
    }

    #[test]
    fn the_system_clock_agrees_with_the_calendar_and_with_itself() {
        let clock = SystemClock::new();
        let (first, second) = (clock.now(), clock.now());
        assert!(first <= second);
        assert!(first > Timestamp::parse("2025-01-01T00:00:00Z").unwrap());
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
