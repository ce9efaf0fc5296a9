//! How much picture a browser should send, from what its line and the other's can carry.
//! Must not know browsers.

use domain::time::{Span, Timestamp};
use wire::socket::LadderStep;

/// Under this the line is too thin for what is sent (kbit/s), or above this loss.
const THIN_KBPS: u32 = 300;
const LOSSY: f32 = 0.10;
/// So long before a step down.
const PATIENCE: Span = Span::seconds(5);
/// So long of a good line before a step up.
const TRUST: Span = Span::seconds(15);

/// One side's ladder.
#[derive(Clone, Copy, Debug)]
pub struct Ladder {
    step: LadderStep,
    bad_since: Option<Timestamp>,
    good_since: Option<Timestamp>,
}

impl Default for Ladder {
    fn default() -> Self {
        Self { step: LadderStep::Full, bad_since: None, good_since: None }
    }
}

impl Ladder {
    /// Takes a measurement; the new step if it changed.
    pub fn measure(&mut self, kbps: Option<u32>, loss: f32, now: Timestamp) -> Option<LadderStep> {
        let need = match self.step {
            LadderStep::Full => THIN_KBPS,
            LadderStep::Medium => 200,
            LadderStep::Low => 80,
            LadderStep::Stills => 0,
        };
        let bad = loss > LOSSY || kbps.is_some_and(|k| k < need);
        if bad {
            self.good_since = None;
            let since = *self.bad_since.get_or_insert(now);
            if now.since(since) >= PATIENCE {
                self.bad_since = Some(now);
                return self.turn(down(self.step));
            }
            return None;
        }
        self.bad_since = None;
        let since = *self.good_since.get_or_insert(now);
        let room = kbps.is_none_or(|k| k >= need.saturating_mul(2).max(150));
        if room && now.since(since) >= TRUST {
            self.good_since = Some(now);
            return self.turn(up(self.step));
        }
        None
    }

    fn turn(&mut self, to: LadderStep) -> Option<LadderStep> {
        let changed = to != self.step;
        self.step = to;
        changed.then_some(to)
    }
}

const fn down(step: LadderStep) -> LadderStep {
    match step {
        LadderStep::Full => LadderStep::Medium,
        LadderStep::Medium => LadderStep::Low,
        LadderStep::Low | LadderStep::Stills => LadderStep::Stills,
    }
}

const fn up(step: LadderStep) -> LadderStep {
    match step {
        LadderStep::Full | LadderStep::Medium => LadderStep::Full,
        LadderStep::Low => LadderStep::Medium,
        LadderStep::Stills => LadderStep::Low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Timestamp {
        Timestamp(s * 1_000_000)
    }

    #[test]
    fn five_bad_seconds_go_down_and_fifteen_good_ones_up() {
        let mut ladder = Ladder::default();
        let steps: Vec<_> = (0..14).filter_map(|s| ladder.measure(Some(60), 0.0, at(s))).collect();
        assert_eq!(steps, [LadderStep::Medium, LadderStep::Low]);
        let steps: Vec<_> = (14..60).filter_map(|s| ladder.measure(Some(5_000), 0.0, at(s))).collect();
        assert_eq!(steps, [LadderStep::Medium, LadderStep::Full]);
    }

    #[test]
    fn a_short_dip_changes_nothing() {
        let mut ladder = Ladder::default();
        for s in 0..40 {
            let loss = if s % 4 == 3 { 0.0 } else { 0.3 };
            assert_eq!(ladder.measure(None, loss, at(s)), None);
        }
    }
}
