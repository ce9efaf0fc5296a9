//! The second look at a decision: asked for or drawn, assigned to somebody who took no part, given, and what follows.
//! Must not know who is at the desk, nor how a file is shown.

use super::{Case, Fact, Outcome, Phase, Transition};
use crate::decision::{Decision, Verdict};
use crate::ids::AgentId;
use crate::invitation::{FreshLink, MAX_INVITATIONS};
use crate::jurisdiction::Ask;
use crate::refusal::{Code, Refusal};
use crate::review::{Candidate, Finding, GIVE_WITHIN, Kind, MAX_MISSED, Opinion, Review, State, TAKE_WITHIN, draw, sampled};
use crate::time::{Span, Timestamp};
use std::collections::BTreeSet;

/// How long the link lives that asks a customer back; as of a session that could not be finished.
const BACK_WITHIN: Span = Span::minutes(24 * 60);

impl Case {
    /// The second look that still waits for a finding.
    #[must_use]
    pub fn open_review(&self) -> Option<Review> {
        match (&self.review, &self.phase) {
            (Some(review), _) if review.open() => Some(review.clone()),
            // From before looks were kept: the phase alone says that one is wanted.
            (None, Phase::UnderReview { decision }) => Some(asked(Kind::Required, decision)),
            (Some(_) | None, _) => None,
        }
    }

    /// Who took part and so cannot check: the maker, every agent of a session, a supervisor in one.
    #[must_use]
    pub fn parties(&self) -> BTreeSet<AgentId> {
        let sessions = self.past.iter().map(|p| &p.session).chain(self.newest_session());
        let mut all: BTreeSet<AgentId> =
            sessions.flat_map(|s| s.former.iter().copied().chain([s.agent]).chain(s.supervisor.as_ref().map(|s| s.id))).collect();
        all.extend(self.decision().map(|d| d.by));
        all.extend(self.review.as_ref().map(|r| r.maker));
        all
    }

    /// A decision was made under a profile that asks for a second look.
    pub(super) fn ask_review(&mut self, kind: Kind, decision: &Decision) -> Fact {
        let review = asked(kind, decision);
        let fact = told(&review);
        self.review = Some(review);
        fact
    }

    /// The draw for a blind look, at the moment of the decision.
    pub(super) fn sample(&self, seed: u64, percent: u8, now: Timestamp) -> Transition {
        let Phase::Closed { decision: Some(decision), .. } = &self.phase else { return self.stay() };
        if decision.at != now || self.review.as_ref().is_some_and(|r| r.decided_at == decision.at) {
            return self.stay();
        }
        let chosen = sampled(seed, percent);
        let mut next = self.clone();
        let mut facts = vec![Fact::SampleDrawn { seed, percent, chosen }];
        if chosen {
            facts.push(next.ask_review(Kind::Sample, decision));
        }
        self.step(next, now, facts)
    }

    /// Draws a checker; nobody fits: nothing happens.
    pub(super) fn assign_review(&self, candidates: &[Candidate], seed: u64, now: Timestamp) -> Result<Transition, Refusal> {
        let review = self.open_review().ok_or_else(|| self.wrong("assign_review"))?;
        if review.holder().is_some() {
            return Err(self.refuse(Code::Stale, "assign_review"));
        }
        let Some((checker, among)) = draw(candidates, &self.parties(), &review.missed, seed) else { return Ok(self.stay()) };
        let until = now + TAKE_WITHIN;
        let mut facts = Vec::new();
        if self.review.is_none() {
            facts.push(told(&review));
        }
        facts.push(Fact::ReviewAssigned { checker, among, seed, until });
        let state = State::Assigned { checker, at: now, taken: None, until };
        Ok(self.step(self.with_review(Review { state, ..review }), now, facts))
    }

    /// The drawn checker begins. A page that was loaded again begins no second time.
    pub(super) fn take_review(&self, person: AgentId, now: Timestamp) -> Result<Transition, Refusal> {
        let (review, taken, at) = self.held_review(person, "take_review", now)?;
        if taken.is_some() {
            return Ok(self.stay());
        }
        let state = State::Assigned { checker: person, at, taken: Some(now), until: now + GIVE_WITHIN };
        Ok(self.step(self.with_review(Review { state, ..review }), now, vec![Fact::ReviewTaken { checker: person }]))
    }

    /// The checker says what they found.
    pub(super) fn give_review(&self, opinion: Opinion, link: FreshLink, now: Timestamp) -> Result<Transition, Refusal> {
        let (review, taken, drawn_at) = self.held_review(opinion.checker, "give_review", now)?;
        let taken = taken.ok_or_else(|| self.refuse(Code::Stale, "give_review"))?;
        let opinion = opinion.tidy()?;
        let given = Fact::Reviewed {
            checker: opinion.checker,
            agreed: opinion.finding.agrees(review.verdict),
            kind: review.kind,
            maker: review.maker,
            verdict: review.verdict,
            codes: review.codes.clone(),
            finding: opinion.finding,
            reasons: opinion.reasons.clone(),
            note: opinion.note_commitment,
            again: opinion.again.iter().map(|step| step.key().to_owned()).collect(),
            decided_at: review.decided_at,
            drawn_at,
            taken_at: taken,
        };
        let state = State::Given {
            checker: opinion.checker,
            taken,
            at: now,
            finding: opinion.finding,
            reasons: opinion.reasons.clone(),
            note: opinion.note.clone(),
            again: opinion.again.clone(),
        };
        let kind = review.kind;
        let next = self.with_review(Review { state, ..review });
        let mut facts = vec![given];
        let next = match (kind, &self.phase) {
            (Kind::Required, Phase::UnderReview { decision }) => self.follow(next, decision, &opinion, link, now, &mut facts)?,
            // A blind look changes nothing for the customer.
            (Kind::Required | Kind::Sample, _) => next,
        };
        Ok(self.step(next, now, facts))
    }

    /// What becomes of a case that waited for the finding.
    fn follow(
        &self,
        mut next: Self,
        decision: &Decision,
        opinion: &Opinion,
        link: FreshLink,
        now: Timestamp,
        facts: &mut Vec<Fact>,
    ) -> Result<Self, Refusal> {
        let verified = decision.verdict == Verdict::Verified;
        let (outcome, decision) = match opinion.finding {
            Finding::Recapture => {
                self.capture_again(&mut next, opinion)?;
                facts.push(next.invite(link, BACK_WITHIN, now));
                return Ok(next);
            }
            // One person said no: nobody alone makes it a yes.
            Finding::Approve if !verified => return Err(self.refuse(Code::FindingNotOffered, "give_review")),
            Finding::Approve => {
                // What was proved to the maker must still hold for the checker: a recording may have been lost in between.
                self.proof("give_review", now)?;
                (Outcome::Verified, Decision { reviewed_by: Some(opinion.checker), ..decision.clone() })
            }
            Finding::Reject if !verified => (Outcome::Rejected, Decision { reviewed_by: Some(opinion.checker), ..decision.clone() }),
            Finding::Reject => (Outcome::Rejected, overruled(Verdict::Rejected, opinion, now)),
            Finding::Escalate => (Outcome::Escalated, overruled(Verdict::Escalated, opinion, now)),
        };
        next.phase = Phase::Closed { outcome, decision: Some(decision), at: now };
        facts.push(Fact::CaseClosed { outcome });
        Ok(next)
    }

    /// Opens the named steps; what was shown for them counts no more.
    fn capture_again(&self, next: &mut Self, opinion: &Opinion) -> Result<(), Refusal> {
        if self.invitations >= MAX_INVITATIONS {
            return Err(self.refuse(Code::LimitReached, "give_review"));
        }
        let procedure = next.procedure.as_mut().ok_or_else(|| self.wrong("give_review"))?;
        for step in &opinion.again {
            procedure.reopen(step.key())?;
        }
        let named = |key: &Option<String>| opinion.again.iter().any(|step| key.as_deref() == Some(step.key()));
        next.evidence.iter_mut().filter(|e| e.session.is_some() && named(&e.step)).for_each(|e| e.void = true);
        Ok(())
    }

    /// The checker's time ran out: another one is drawn.
    pub(super) fn review_late(&self, now: Timestamp) -> Transition {
        let Some(review) = self.open_review() else { return self.stay() };
        let Some(checker) = review.holder() else { return self.stay() };
        let mut missed: Vec<AgentId> = review.missed.iter().copied().filter(|id| *id != checker).collect();
        missed.push(checker);
        let excess = missed.len().saturating_sub(MAX_MISSED);
        missed.drain(..excess);
        let next = self.with_review(Review { state: State::Open, missed, ..review });
        self.step(next, now, vec![Fact::ReviewLapsed { checker }])
    }

    fn with_review(&self, review: Review) -> Self {
        Self { review: Some(review), ..self.clone() }
    }

    /// The look in this person's hand, when they began, and when they were drawn.
    fn held_review(&self, person: AgentId, input: &'static str, now: Timestamp) -> Result<(Review, Option<Timestamp>, Timestamp), Refusal> {
        let review = self.open_review().ok_or_else(|| self.wrong(input))?;
        if self.parties().contains(&person) {
            let profile = self.profile();
            let asked = profile.lines.iter().filter(|l| l.mandatory && matches!(l.ask, Ask::FourEyes { .. }));
            return Err(self.refuse(Code::SamePerson, input).for_lines(asked.map(Into::into).collect()));
        }
        match review.state {
            State::Assigned { checker, .. } if checker != person => Err(self.refuse(Code::NotYours, input)),
            State::Assigned { until, .. } if until <= now => Err(self.refuse(Code::Stale, input)),
            State::Assigned { taken, at, .. } => Ok((review, taken, at)),
            State::Open | State::Given { .. } => Err(self.refuse(Code::NotYours, input)),
        }
    }
}

fn asked(kind: Kind, decision: &Decision) -> Review {
    Review::asked(kind, decision.by, decision.verdict, decision.reasons.clone(), decision.at)
}

fn told(review: &Review) -> Fact {
    let Review { kind, maker, verdict, codes, decided_at, .. } = review;
    Fact::ReviewAsked { kind: *kind, maker: *maker, verdict: *verdict, codes: codes.clone(), decided_at: *decided_at }
}

/// The checker's own decision, where it is not the maker's.
fn overruled(verdict: Verdict, opinion: &Opinion, now: Timestamp) -> Decision {
    Decision {
        verdict,
        reasons: opinion.codes(),
        by: opinion.checker,
        at: now,
        note: opinion.note.clone(),
        note_commitment: opinion.note_commitment,
        reviewed_by: None,
    }
}
