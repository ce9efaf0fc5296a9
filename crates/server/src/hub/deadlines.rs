//! When the next deadline comes, between the commits that set one and the worker that keeps them. Must not know what a
//! deadline means.

use crate::engine::Committed;
use domain::agent::Agent;
use domain::time::{Span, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// When the next deadline is looked for, and the bell that rings when an earlier one was committed: nobody asks the store
/// several times a second whether it is time yet.
#[derive(Default)]
pub struct NextDeadline {
    planned: AtomicI64,
    earlier: Notify,
}

impl NextDeadline {
    /// Before the store is asked: whatever is committed from here on rings.
    pub fn asking(&self) {
        self.planned.store(i64::MAX, Ordering::SeqCst);
    }

    /// Nothing needs a look before `at`; ends at once when something earlier was committed since the asking began.
    pub async fn wait(&self, at: Timestamp, longest: Span) {
        self.planned.store(at.0, Ordering::SeqCst);
        let longest = Duration::from_micros(longest.0.unsigned_abs());
        // Either: time is up, or it rang.
        let _ = tokio::time::timeout(longest, self.earlier.notified()).await;
    }

    pub(super) fn committed(&self, done: &Committed) {
        let case = done.case.as_ref().and_then(|change| change.case.deadline());
        if let Some(earliest) = done.agents.iter().filter_map(Agent::deadline).chain(case).min() {
            self.set(earliest);
        }
    }

    fn set(&self, at: Timestamp) {
        if at.0 < self.planned.load(Ordering::SeqCst) {
            self.earlier.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn a_deadline_earlier_than_the_next_one_ends_the_wait_and_a_later_one_does_not() {
        let next = NextDeadline::default();
        let ended = || next.wait(Timestamp(50), Span::seconds(600)).now_or_never().is_some();
        next.asking();
        assert!(!ended(), "nothing was committed");
        next.set(Timestamp(60));
        assert!(!ended(), "it is waited for less long already");
        next.set(Timestamp(40));
        assert!(ended());
        next.asking();
        next.set(Timestamp(70));
        assert!(ended(), "nobody knows whether the store's answer has it already");
    }
}
