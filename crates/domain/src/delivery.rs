//! Webhook deliveries: which may go now, and what follows from an attempt.
//! Must not know HTTP, a socket or a clock; it returns the next time and never sleeps.

use crate::ids::{CaseId, DeliveryId};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The pauses between tries that Standard Webhooks 1.0 recommends: ten tries in 75 h 35 min.
pub const PAUSES: [Span; 9] = [
    Span::seconds(5),
    Span::minutes(5),
    Span::minutes(30),
    Span::minutes(2 * 60),
    Span::minutes(5 * 60),
    Span::minutes(10 * 60),
    Span::minutes(14 * 60),
    Span::minutes(20 * 60),
    Span::minutes(24 * 60),
];
/// After so many failures in a row the endpoint itself is taken to be down. The pauses
/// before the third try are short, those after it are not: a receiver that is down is noticed
/// before any delivery would sleep past its return.
pub const BREAK_AFTER: u32 = 3;
/// How often a broken endpoint is probed, with one delivery.
pub const PROBE: Span = Span::minutes(5);
/// A delivery that is still failing at this age is given up, visibly; it can be replayed.
pub const GIVE_UP: Span = Span::minutes(14 * 24 * 60);
/// How many pending deliveries of one endpoint are looked at, the oldest first.
pub const MAX_PENDING: usize = 10_000;

/// What one attempt brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A 2xx answer.
    Delivered,
    /// 410: the receiver wants nothing any more.
    Gone,
    /// Any other answer, or none.
    Failed,
}

impl Outcome {
    /// The outcome of an HTTP status, or of no answer; a redirect is a failure.
    #[must_use]
    pub const fn of_status(status: Option<u16>) -> Self {
        match status {
            Some(200..=299) => Self::Delivered,
            Some(410) => Self::Gone,
            Some(_) | None => Self::Failed,
        }
    }
}

/// What happens to a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is done.
    Delivered,
    /// It waits for its next try; while the endpoint is broken, for the endpoint.
    At(Timestamp),
    /// It is given up, and listed for replay.
    DeadLetter,
    /// The endpoint is switched off; the delivery waits for an operator.
    Disable,
}

/// Whether a delivery waits or is being tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// May be tried from then on.
    Waiting(Timestamp),
    /// Being tried; if nobody reports back until then, the trier is dead and it is due again.
    InFlight(Timestamp),
}

/// A delivery that is not done yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Which delivery.
    pub id: DeliveryId,
    /// Deliveries of one case go one after the other; without a case, each for itself.
    pub case: Option<CaseId>,
    /// The order within the case.
    pub seq: u64,
    /// When the fact was committed.
    pub created: Timestamp,
    /// Tries that counted: those made while the endpoint was not broken.
    pub tries: u32,
    /// When it was last tried.
    pub last_try: Option<Timestamp>,
    /// Waits, or is being tried.
    pub state: State,
}

/// An endpoint's health over all its deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breaker {
    /// Deliveries go by their own schedule.
    Closed {
        /// Failures since the last success.
        failures: u32,
        /// When the endpoint came back: what was last tried before then is due at once.
        recovered: Option<Timestamp>,
    },
    /// Only one delivery goes, at this time, to see whether the receiver is back.
    Open {
        /// When to probe.
        probe: Timestamp,
    },
    /// Switched off by a 410 or by an operator.
    Disabled,
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0, recovered: None }
    }
}

impl Breaker {
    /// The breaker after an operator switched the endpoint on: everything is due at once.
    #[must_use]
    pub const fn enabled(now: Timestamp) -> Self {
        Self::Closed { failures: 0, recovered: Some(now) }
    }

    const fn after_success(self, now: Timestamp) -> Self {
        match self {
            Self::Closed { recovered, .. } => Self::Closed { failures: 0, recovered },
            Self::Open { .. } => Self::enabled(now),
            // An attempt that was under way does not overrule the switch.
            Self::Disabled => Self::Disabled,
        }
    }

    fn after_failure(self, now: Timestamp, seed: u64) -> Self {
        let probe = now + spread(PROBE, seed);
        match self {
            Self::Closed { failures, recovered } if failures + 1 < BREAK_AFTER => Self::Closed { failures: failures + 1, recovered },
            Self::Closed { .. } | Self::Open { .. } => Self::Open { probe },
            Self::Disabled => Self::Disabled,
        }
    }
}

/// What follows from an attempt: all three are stored together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What happens to the delivery.
    pub next: Next,
    /// How many tries count now.
    pub tries: u32,
    /// The endpoint's health.
    pub breaker: Breaker,
}

/// Settles one attempt; `seed` spreads the next time by up to a tenth.
#[must_use]
pub fn settle(pending: &Pending, breaker: Breaker, outcome: Outcome, now: Timestamp, seed: u64) -> Settled {
    match outcome {
        Outcome::Delivered => {
            Settled { next: Next::Delivered, tries: pending.tries.saturating_add(1), breaker: breaker.after_success(now) }
        }
        Outcome::Gone => Settled { next: Next::Disable, tries: pending.tries, breaker: Breaker::Disabled },
        Outcome::Failed => {
            // A probe tells of the endpoint, not of the delivery: an outage uses up no tries.
            let counts = matches!(breaker, Breaker::Closed { .. });
            let tries = pending.tries.saturating_add(u32::from(counts));
            let breaker = breaker.after_failure(now, seed);
            let pause = match tries.checked_sub(1) {
                None => Some(&PROBE),
                Some(made) => PAUSES.get(usize::try_from(made).unwrap_or(usize::MAX)),
            };
            let next = match pause {
                Some(pause) if now.since(pending.created) < GIVE_UP => Next::At(now + spread(*pause, seed)),
                Some(_) | None => Next::DeadLetter,
            };
            Settled { next, tries, breaker }
        }
    }
}

/// What may go now, and when to ask again if nothing happens before.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Due {
    /// Deliveries to try now, the most overdue first.
    pub go: Vec<DeliveryId>,
    /// When the next one may go; `None` if only an attempt's end can change something.
    pub wake: Option<Timestamp>,
}

/// Picks what may go to one endpoint: of each case only the first that is not done, and at
/// most `room` at once. A broken endpoint is given one, the one untried for longest, so that no
/// single delivery that it will never take keeps it broken.
#[must_use]
pub fn next_due(pending: &[Pending], breaker: Breaker, now: Timestamp, room: usize) -> Due {
    let (busy, mut heads): (Vec<_>, Vec<_>) =
        heads(pending).into_iter().partition(|head| matches!(head.state, State::InFlight(until) if now < until));
    let leases = busy.iter().map(|head| free_at(head, None)).min();
    match breaker {
        Breaker::Disabled => Due::default(),
        Breaker::Open { probe } => {
            let longest = heads.into_iter().min_by_key(|head| (head.last_try, head.created, head.id));
            match longest {
                Some(_) if !busy.is_empty() => Due { go: Vec::new(), wake: leases },
                Some(head) if probe <= now => Due { go: Vec::from_iter((room > 0).then_some(head.id)), wake: None },
                Some(_) => Due { go: Vec::new(), wake: Some(probe) },
                None => Due { go: Vec::new(), wake: leases },
            }
        }
        Breaker::Closed { recovered, .. } => {
            heads.sort_by_key(|head| (free_at(head, recovered), head.created, head.seq, head.id));
            let due = heads.iter().take_while(|head| free_at(head, recovered) <= now).count();
            let later = heads.get(due).map(|head| free_at(head, recovered));
            Due { go: heads.iter().take(due.min(room)).map(|head| head.id).collect(), wake: later.into_iter().chain(leases).min() }
        }
    }
}

/// The first delivery of each case, and all without a case.
fn heads(pending: &[Pending]) -> Vec<&Pending> {
    let mut first: BTreeMap<CaseId, &Pending> = BTreeMap::new();
    let mut heads = Vec::new();
    for delivery in pending.iter().take(MAX_PENDING) {
        match delivery.case {
            None => heads.push(delivery),
            Some(case) => {
                let head = first.entry(case).or_insert(delivery);
                if (delivery.seq, delivery.id) < (head.seq, head.id) {
                    *head = delivery;
                }
            }
        }
    }
    heads.extend(first.into_values());
    heads
}

/// When this delivery may go, or go again.
fn free_at(delivery: &Pending, recovered: Option<Timestamp>) -> Timestamp {
    let own = match delivery.state {
        State::Waiting(due) => due,
        State::InFlight(until) => until,
    };
    match (recovered, delivery.last_try) {
        (Some(back), Some(last)) if last <= back => own.min(back),
        (Some(_) | None, _) => own,
    }
}

/// A pause made longer by 0 to 10 %, so that many do not come back at one moment.
const fn spread(pause: Span, seed: u64) -> Span {
    Span(pause.0 + pause.0 / 10_000 * (seed % 1_001).cast_signed())
}

#[cfg(test)]
#[path = "delivery/tests.rs"]
mod tests;
