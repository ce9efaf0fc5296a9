//! What a verdict on this case may stand on, and how it loses that.
//! Must not know the steps.

use super::{Case, Fact, Phase};
use crate::ground::{Ground, lost};
use crate::ids::SessionId;
use crate::jurisdiction;
use crate::session::Session;

impl Case {
    /// The session that runs, or the last one.
    #[must_use]
    pub fn newest_session(&self) -> Option<&Session> {
        match &self.phase {
            Phase::Live { session, .. } => Some(session),
            Phase::Reported
            | Phase::Invited
            | Phase::Claimed
            | Phase::Waiting { .. }
            | Phase::Callback { .. }
            | Phase::Deciding { .. }
            | Phase::UnderReview { .. }
            | Phase::Closed { .. } => self.past.last().map(|p| &p.session),
        }
    }

    /// What counts for a verdict now: the newest session, and the ones before it where the profile lets a recovery go on.
    #[must_use]
    pub fn ground(&self) -> Ground {
        let newest = self.newest_session();
        let restarts = self.profile().restart_on_interruption;
        let earlier = self.past.iter().map(|p| &p.session).filter(|s| !restarts && newest.is_some_and(|n| n.id != s.id));
        Ground::new(newest, earlier, &self.evidence)
    }

    /// What keeps "verified" locked, as stable codes; empty = unlocked.
    #[must_use]
    pub fn locked_by(&self) -> Vec<String> {
        let Some(procedure) = &self.procedure else { return Vec::new() };
        let mut open = procedure.open(&self.ground());
        // What a step or the recording says already is not said twice.
        let said = |l: &jurisdiction::LineStanding| {
            l.ask == jurisdiction::Ask::Recording {} && open.iter().any(|o| o == "recording")
                || l.ask.steps(&self.claimed).iter().any(|kind| open.contains(&format!("step:{}", kind.key())))
        };
        let lines: Vec<String> =
            self.lines_missing(self.updated_at).iter().filter(|l| !said(l)).map(|l| format!("line:{}", l.id)).collect();
        open.extend(lines);
        open
    }

    /// The fresh start that some profiles ask for after a break.
    pub(super) fn void_if_asked(&mut self, session: SessionId) -> Option<Fact> {
        self.profile().restart_on_interruption.then(|| self.void(session))
    }

    /// A new session begins: what the one before it leaves behind. Where the profile asks for a fresh start, or where its
    /// recording was lost, that is nothing; and no prompt of another session stays on the screen.
    pub(super) fn inherit(&mut self) -> Option<Fact> {
        let last = self.past.last().map(|p| p.session.clone())?;
        let kept = (self.procedure.clone(), self.evidence.clone(), self.identity.clone());
        let fact = if lost(&last.recording) { Some(self.void(last.id)) } else { self.void_if_asked(last.id) };
        let fact = fact.filter(|_| kept != (self.procedure.clone(), self.evidence.clone(), self.identity.clone()));
        if let Some(procedure) = &mut self.procedure {
            procedure.hush();
        }
        fact
    }

    pub(super) fn void(&mut self, session: SessionId) -> Fact {
        let mut items = 0;
        for evidence in self.evidence.iter_mut().filter(|e| e.session.is_some() && !e.void) {
            evidence.void = true;
            items += 1;
        }
        if let Some(procedure) = &mut self.procedure {
            procedure.restart();
        }
        self.identity = super::Identity::default();
        Fact::EvidenceVoided { session, items }
    }
}
