//! The verdict, and what becomes of the case.
//! Must not know who is told.

use super::{Case, Fact, Outcome, Phase, Transition};
use crate::decision::{Decision, Draft, Verdict};
use crate::ids::AgentId;
use crate::invitation::FreshLink;
use crate::jurisdiction::ReviewRule;
use crate::procedure::{Kind as StepKind, Procedure, Step, StepState};
use crate::refusal::{Code, Refusal};
use crate::review::Kind;
use crate::session::EndedBy;
use crate::time::{Span, Timestamp};

impl Case {
    /// How a step stands as everybody outside is told: deciding has no work of its own, and is done while there is a decision.
    #[must_use]
    pub fn told_state<'a>(&self, step: &'a Step) -> &'a StepState {
        if step.kind == StepKind::Decision && self.decision().is_some() { &StepState::Done } else { &step.state }
    }

    /// The procedure, each step as [`Case::told_state`] tells it.
    #[must_use]
    pub fn procedure_told(&self) -> Option<Procedure> {
        let mut procedure = self.procedure.clone()?;
        for step in &mut procedure.steps {
            step.state = self.told_state(step).clone();
        }
        Some(procedure)
    }

    pub(super) fn decide(&self, verdict: Verdict, draft: Draft, link: FreshLink, now: Timestamp) -> Result<Transition, Refusal> {
        let agent = draft.by;
        let session = match &self.phase {
            Phase::Live { session, .. } if session.agent == agent => Some(session.clone()),
            Phase::Deciding { agent: a, .. } if *a == agent => None,
            Phase::Live { .. } | Phase::Deciding { .. } => return Err(self.refuse(Code::NotYours, "decide")),
            Phase::Reported
            | Phase::Invited
            | Phase::Claimed
            | Phase::Waiting { .. }
            | Phase::Callback { .. }
            | Phase::UnderReview { .. }
            | Phase::Closed { .. } => return Err(self.wrong("decide")),
        };
        let decision =
            if verdict == Verdict::Verified { draft.verified(self.proof("decide", now)?, now)? } else { draft.other(verdict, now)? };
        let mut facts = Vec::new();
        let base = match session {
            Some(session) => {
                let talked_ms = now.since(session.started_at).as_millis();
                facts.push(Fact::SessionEnded { session: session.id, by: EndedBy::Agent, talked_ms });
                self.ended(&session, EndedBy::Agent, self.phase.clone(), now)
            }
            None => self.clone(),
        };
        facts.push(Fact::Decided { verdict, reasons: decision.reasons.clone(), agent, note: decision.note_commitment });
        Ok(self.settle(base, decision, link, now, facts))
    }

    fn settle(&self, base: Self, decision: Decision, link: FreshLink, now: Timestamp, mut facts: Vec<Fact>) -> Transition {
        let mut next = base;
        let rule = self.profile().review;
        let reviewed = match (rule, decision.verdict) {
            (ReviewRule::Verified, Verdict::Verified) | (ReviewRule::Always, Verdict::Verified | Verdict::Rejected) => true,
            (ReviewRule::Never | ReviewRule::Verified | ReviewRule::Always, _) => false,
        };
        if decision.verdict == Verdict::Incomplete {
            facts.push(next.invite(link, Span::minutes(24 * 60), now));
        } else if reviewed {
            facts.push(next.ask_review(Kind::Required, &decision));
            next.phase = Phase::UnderReview { decision };
        } else {
            let outcome = outcome(decision.verdict);
            next.phase = Phase::Closed { outcome, decision: Some(decision), at: now };
            facts.push(Fact::CaseClosed { outcome });
        }
        self.step(next, now, facts)
    }

    /// The agent did not decide in time: nothing is lost for the customer, a new link goes out.
    pub(super) fn decide_late(&self, agent: AgentId, link: FreshLink, life: Span, now: Timestamp) -> Transition {
        let mut next = self.clone();
        let issued = next.invite(link, life, now);
        self.step(next, now, vec![Fact::DecisionTimedOut { agent }, issued])
    }
}

const fn outcome(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Verified => Outcome::Verified,
        Verdict::Rejected => Outcome::Rejected,
        Verdict::Escalated | Verdict::Incomplete => Outcome::Escalated,
    }
}
