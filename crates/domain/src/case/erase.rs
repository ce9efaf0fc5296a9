//! The end of evidence: legal hold, erasure, and what of a case stays readable afterwards.
//! Must not know how a key is destroyed.

use super::{Case, Fact, Phase, Rating, Transition};
use crate::consent::Consent;
use crate::decision::Decision;
use crate::digest::{Digest, Salt};
use crate::evidence::Recording;
use crate::ids::{AgentId, SessionId};
use crate::pii::Pii;
use crate::procedure::{Procedure, Step, StepState};
use crate::refusal::{Code, Refusal};
use crate::report::{ClaimedData, Customer, Report};
use crate::retention::{self, Cause, Copied, Custody, Erased, Hold, Kept, SEALED_WITHIN};
use crate::review::{self, Review};
use crate::session::{Past, Session};
use crate::time::Timestamp;

/// A reason is a sentence.
const REASON: std::ops::RangeInclusive<usize> = 3..=500;

impl Case {
    /// How the case ended and since when nothing is added to it; absent while it is under way.
    fn rested(&self) -> Option<(Option<super::Outcome>, Timestamp)> {
        match &self.phase {
            Phase::Closed { outcome, at, .. } => Some((Some(*outcome), *at)),
            Phase::Reported => Some((None, self.updated_at)),
            Phase::Invited
            | Phase::Claimed
            | Phase::Waiting { .. }
            | Phase::Callback { .. }
            | Phase::Live { .. }
            | Phase::Deciding { .. }
            | Phase::UnderReview { .. } => None,
        }
    }

    /// When its evidence is due for erasure; absent while it is under way and once it is erased.
    #[must_use]
    pub fn erase_due(&self) -> Option<Timestamp> {
        let (outcome, since) = self.rested().filter(|_| self.kept.erased.is_none())?;
        Some(retention::due(&self.profile(), outcome, since))
    }

    /// A hold, an erasure, a delivery.
    pub(super) fn custody(&self, custody: Custody, now: Timestamp) -> Result<Transition, Refusal> {
        match custody {
            Custody::Erase { cause, by, key } => self.erase(cause, by, key, now),
            Custody::Hold { .. } | Custody::Lift { .. } | Custody::Delivered { .. } | Custody::PackDelivered { .. }
                if self.kept.erased.is_some() =>
            {
                Err(self.refuse(Code::Erased, "custody"))
            }
            Custody::Hold { by, reason, salt } => self.set_hold(by, reason, salt, now),
            Custody::Lift { by, reason, salt } => self.lift_hold(by, &reason, salt, now),
            Custody::Delivered { session, to, manifest, objects } => self.delivered(session, to, manifest, objects, now),
            // Each is another file, also of the same case: nothing to compare it with.
            Custody::PackDelivered { to, pack, manifest, objects } => {
                Ok(self.step(self.clone(), now, vec![Fact::PackDelivered { to: to.to_owned(), pack, manifest, objects }]))
            }
        }
    }

    fn set_hold(&self, by: AgentId, reason: Pii<String>, salt: Salt, now: Timestamp) -> Result<Transition, Refusal> {
        if self.kept.hold.is_some() {
            return Err(self.refuse(Code::UnderHold, "set_hold"));
        }
        let commitment = self.reason(&reason, salt, "set_hold")?;
        let hold = Hold { by, at: now, reason, commitment };
        Ok(self.step(self.with_hold(Some(hold)), now, vec![Fact::HoldSet { agent: by, commitment }]))
    }

    fn lift_hold(&self, by: AgentId, reason: &Pii<String>, salt: Salt, now: Timestamp) -> Result<Transition, Refusal> {
        if self.kept.hold.is_none() {
            return Err(self.refuse(Code::Stale, "lift_hold"));
        }
        let commitment = self.reason(reason, salt, "lift_hold")?;
        Ok(self.step(self.with_hold(None), now, vec![Fact::HoldLifted { agent: by, commitment }]))
    }

    fn with_hold(&self, hold: Option<Hold>) -> Self {
        Self { kept: Kept { hold, ..self.kept.clone() }, ..self.clone() }
    }

    fn reason(&self, reason: &Pii<String>, salt: Salt, input: &'static str) -> Result<Digest, Refusal> {
        if !REASON.contains(&reason.reveal().trim().chars().count()) {
            return Err(self.refuse(Code::ReasonMissing, input));
        }
        Ok(Digest::commit(&salt, reason.reveal()))
    }

    /// A copy of a sealed recording arrived where the tenant wants it.
    fn delivered(&self, id: SessionId, to: &'static str, manifest: Digest, objects: u32, now: Timestamp) -> Result<Transition, Refusal> {
        if !self.past.iter().any(|p| p.session.id == id && matches!(p.session.recording, Recording::Sealed { .. })) {
            return Err(self.refuse(Code::Stale, "delivered"));
        }
        if self.kept.copies.iter().any(|copy| copy.session == id && copy.to == to) {
            return Ok(self.stay());
        }
        let mut next = self.clone();
        next.kept.copies.push(Copied { session: id, to: to.to_owned(), at: now, manifest, objects });
        Ok(self.step(next, now, vec![Fact::RecordingDelivered { session: id, to: to.to_owned(), manifest, objects }]))
    }

    /// Leaves of the case what names nobody. Whoever feeds this seals what is left with another
    /// key, and destroys the one whose digest is given.
    fn erase(&self, cause: Cause, by: Option<AgentId>, key: Digest, now: Timestamp) -> Result<Transition, Refusal> {
        let refuse = |code| Err(self.refuse(code, "erase"));
        if self.kept.erased.is_some() {
            return Ok(self.stay());
        }
        if self.kept.hold.is_some() {
            return refuse(Code::UnderHold);
        }
        let Some((outcome, since)) = self.rested() else { return refuse(Code::WrongPhase) };
        let due = retention::due(&self.profile(), outcome, since);
        if now < due && (cause == Cause::RetentionOver || !retention::may_end_early(outcome)) {
            return refuse(Code::RetentionRuns);
        }
        let running = self.past.iter().any(|p| matches!(p.session.recording, Recording::Running { .. }));
        if running && now < since + SEALED_WITHIN {
            return refuse(Code::RecordingNotSealed);
        }
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let fact = Fact::EvidenceErased {
            cause,
            by,
            due,
            key,
            images: count(self.evidence.len()),
            drawings: count(self.drawings.len()),
            recordings: count(self.past.iter().filter(|p| p.session.recording.segments() > 0).count()),
            messages: count(self.chat.len()),
        };
        Ok(self.step(self.skeleton(Erased { at: now, cause, by, key }), now, vec![fact]))
    }

    /// What names nobody: what was decided, when, by which of the bank's people, on which grounds.
    /// Every field is listed, so that a new one asks here whether it identifies the customer.
    fn skeleton(&self, erased: Erased) -> Self {
        Self {
            id: self.id,
            tenant: self.tenant,
            version: self.version,
            // It names the person to the bank.
            reference: String::new(),
            customer: Customer { name: Pii::default(), locale: self.customer.locale.clone(), phone: None, email: None },
            claimed: ClaimedData::default(),
            jurisdiction: self.jurisdiction.clone(),
            reports: self.reports.iter().map(|r| Report { vendor_reference: None, images: Vec::new(), ..r.clone() }).collect(),
            answer: self.answer.clone(),
            invitations: self.invitations,
            invitation: None,
            binding: None,
            mode: self.mode,
            camera: self.camera,
            controls_refused: self.controls_refused,
            consents: self.consents.iter().map(nameless_consent).collect(),
            procedure: self.procedure.as_ref().map(nameless_steps),
            past: self.past.iter().map(nameless_session).collect(),
            evidence: Vec::new(),
            chat: Vec::new(),
            notes: Pii::default(),
            // What they opened is gone, and a short text could be guessed with its salt.
            salts: super::Salts::default(),
            rating: self.rating.as_ref().map(|r| Rating { comment: Pii::default(), ..r.clone() }),
            identity: super::Identity::default(),
            handed: None,
            phase: nameless_phase(&self.phase),
            created_at: self.created_at,
            updated_at: self.updated_at,
            drawings: Vec::new(),
            review: self.review.as_ref().and_then(nameless_review),
            rules: self.rules.clone(),
            conduct: self.conduct.clone(),
            kept: Kept { hold: None, erased: Some(erased), copies: self.kept.copies.clone() },
        }
    }
}

fn nameless_consent(consent: &Consent) -> Consent {
    Consent { address: Pii::default(), user_agent: Pii::default(), ..consent.clone() }
}

fn nameless_steps(procedure: &Procedure) -> Procedure {
    let steps = procedure.steps.iter().map(|step| {
        let state = match &step.state {
            StepState::Waived { commitment, .. } => StepState::Waived { reason: Pii::default(), commitment: *commitment },
            StepState::Pending | StepState::Done | StepState::Failed => step.state.clone(),
        };
        Step { state, ..step.clone() }
    });
    Procedure { steps: steps.collect() }
}

/// What a checker found; a look that nobody took has nothing left to look at.
fn nameless_review(review: &Review) -> Option<Review> {
    let review::State::Given { checker, taken, at, finding, reasons, again, .. } = &review.state else { return None };
    let state = review::State::Given {
        checker: *checker,
        taken: *taken,
        at: *at,
        finding: *finding,
        reasons: reasons.clone(),
        note: Pii::default(),
        again: again.clone(),
    };
    Some(Review { state, ..review.clone() })
}

fn nameless_session(past: &Past) -> Past {
    let session = Session { interpreter: None, supervisor: None, ..past.session.clone() };
    Past { session, ..past.clone() }
}

fn nameless_phase(phase: &Phase) -> Phase {
    match phase {
        Phase::Closed { outcome, decision, at } => {
            let decision = decision.as_ref().map(|d| Decision { note: Pii::default(), ..d.clone() });
            Phase::Closed { outcome: *outcome, decision, at: *at }
        }
        Phase::Reported
        | Phase::Invited
        | Phase::Claimed
        | Phase::Waiting { .. }
        | Phase::Callback { .. }
        | Phase::Live { .. }
        | Phase::Deciding { .. }
        | Phase::UnderReview { .. } => phase.clone(),
    }
}
