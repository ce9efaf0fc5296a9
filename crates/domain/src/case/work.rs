//! The agent's work: stills, steps, prompts, questions, chat, notes, rating.
//! Must not know a screen.

use super::{Case, Fact, MAX_CHAT, Message, Phase, Rating, Transition};
use crate::digest::{Digest, Salt};
use crate::evidence::{Evidence, MAX_EVIDENCE, Source};
use crate::ids::AgentId;
use crate::pii::Pii;
use crate::procedure::{Answer, Procedure, StepState};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

impl Case {
    pub(super) fn still(&self, evidence: Evidence, now: Timestamp) -> Result<Transition, Refusal> {
        // A picture of the chat belongs to no step, so it may come wherever there is a chat.
        let chat = evidence.source == Source::Chat && evidence.step.is_none();
        let session = match &self.phase {
            Phase::Live { session, .. } => Some(session.id),
            Phase::Waiting { .. } | Phase::Deciding { .. } if chat => None,
            Phase::Reported
            | Phase::Invited
            | Phase::Claimed
            | Phase::Waiting { .. }
            | Phase::Callback { .. }
            | Phase::Deciding { .. }
            | Phase::UnderReview { .. }
            | Phase::Closed { .. } => return Err(self.wrong("still")),
        };
        if self.evidence.len() >= MAX_EVIDENCE {
            return Err(self.refuse(Code::LimitReached, "still"));
        }
        let known = self.evidence.iter().any(|e| e.id == evidence.id);
        if known || evidence.session != session || evidence.source == Source::Report {
            return Err(self.refuse(Code::Stale, "still"));
        }
        // An annotated picture stands beside the untouched one, or nowhere.
        let untouched = evidence.of.filter(|of| self.evidence.iter().any(|e| e.id == *of && !e.void));
        if (evidence.source == Source::Annotated) != evidence.of.is_some() || untouched != evidence.of {
            return Err(self.refuse(Code::EvidenceMismatch, "still"));
        }
        let mut next = self.clone();
        if let (Some(step), Some(procedure)) = (&evidence.step, &mut next.procedure) {
            procedure.bind(step, evidence.slot, evidence.id)?;
        }
        let fact = Fact::StillTaken {
            evidence: evidence.id,
            source: evidence.source,
            slot: evidence.slot,
            step: evidence.step.clone(),
            width: evidence.width,
            height: evidence.height,
            sha256: evidence.sha256,
            sealed: evidence.sealed,
            shown_sealed: evidence.shown_sealed,
            of: evidence.of,
        };
        next.evidence.push(evidence);
        Ok(self.step(next, now, vec![fact]))
    }

    /// The procedure, open for work by the agent who has the case in hand.
    pub(super) fn working(&self, agent: AgentId, input: &'static str) -> Result<Procedure, Refusal> {
        match &self.phase {
            Phase::Live { session, .. } if session.agent == agent => {}
            Phase::Deciding { agent: a, .. } if *a == agent => {}
            Phase::Live { .. } | Phase::Deciding { .. } => return Err(self.refuse(Code::NotYours, input)),
            Phase::Reported
            | Phase::Invited
            | Phase::Claimed
            | Phase::Waiting { .. }
            | Phase::Callback { .. }
            | Phase::UnderReview { .. }
            | Phase::Closed { .. } => return Err(self.wrong(input)),
        }
        self.procedure.clone().ok_or_else(|| self.wrong(input))
    }

    pub(super) fn worked(&self, procedure: Procedure, now: Timestamp, fact: Fact) -> Transition {
        self.step(Self { procedure: Some(procedure), ..self.clone() }, now, vec![fact])
    }

    pub(super) fn step_done(&self, agent: AgentId, key: &str, now: Timestamp) -> Result<Transition, Refusal> {
        let mut procedure = self.working(agent, "step_done")?;
        let ground = self.ground();
        let step = procedure.step_mut(key, "step_done")?;
        if !step.stands(&ground) {
            return Err(self.refuse(Code::EvidenceMismatch, "step_done"));
        }
        if step.state == StepState::Done && ground.holds(step.session) {
            return Ok(self.stay());
        }
        step.state = StepState::Done;
        step.session = self.newest_session().map(|s| s.id);
        let fact = Fact::StepDone { agent, step: key.to_owned(), evidence: step.evidence.clone() };
        Ok(self.worked(procedure, now, fact))
    }

    pub(super) fn step_state(&self, agent: AgentId, key: &str, failed: bool, now: Timestamp) -> Result<Transition, Refusal> {
        let mut procedure = self.working(agent, "step_state")?;
        let step = procedure.step_mut(key, "step_state")?;
        step.state = if failed { StepState::Failed } else { StepState::Pending };
        step.session = None;
        let step = key.to_owned();
        let fact = if failed { Fact::StepFailed { agent, step } } else { Fact::StepReopened { agent, step } };
        Ok(self.worked(procedure, now, fact))
    }

    pub(super) fn waive(&self, agent: AgentId, key: &str, reason: Pii<String>, salt: Salt, now: Timestamp) -> Result<Transition, Refusal> {
        let mut procedure = self.working(agent, "waive")?;
        let length = reason.reveal().trim().chars().count();
        if !(3..=500).contains(&length) {
            return Err(self.refuse(Code::ReasonMissing, "waive"));
        }
        let step = procedure.step_mut(key, "waive")?;
        if !step.waivable {
            return Err(self.refuse(Code::StepNotWaivable, "waive"));
        }
        let commitment = Digest::commit(&salt, reason.reveal());
        step.state = StepState::Waived { reason, commitment };
        step.session = self.newest_session().map(|s| s.id);
        Ok(self.worked(procedure, now, Fact::StepWaived { agent, step: key.to_owned(), commitment }))
    }

    pub(super) fn answered(
        &self,
        agent: AgentId,
        key: &str,
        question: &str,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Transition, Refusal> {
        let mut procedure = self.working(agent, "answered")?;
        let step = procedure.step_mut(key, "answered")?;
        let Some(asked) = step.questions.iter_mut().find(|q| q.key == question) else {
            return Err(self.refuse(Code::UnknownStep, "answered"));
        };
        asked.answer = answer;
        Ok(self.worked(procedure, now, Fact::QuestionAnswered { agent, question: question.to_owned(), answer }))
    }

    pub(super) fn say(&self, message: Message, salt: Salt, now: Timestamp) -> Result<Transition, Refusal> {
        if !matches!(self.phase, Phase::Waiting { .. } | Phase::Live { .. } | Phase::Deciding { .. }) {
            return Err(self.wrong("chat"));
        }
        if self.chat.iter().any(|m| m.from == message.from && m.nonce == message.nonce) {
            return Ok(self.stay());
        }
        let chars = message.text.reveal().chars().count();
        if chars > 2_000 || (chars == 0 && message.image.is_none()) || message.nonce.is_empty() || message.nonce.len() > 40 {
            return Err(self.refuse(Code::OutOfRange, "chat"));
        }
        if self.chat.len() >= MAX_CHAT {
            return Err(self.refuse(Code::LimitReached, "chat"));
        }
        let commitment = Digest::commit(&salt, message.text.reveal());
        let fact = Fact::ChatSent { message: message.id, from: message.from, image: message.image, commitment };
        let mut next = self.clone();
        next.chat.push(message);
        Ok(self.step(next, now, vec![fact]))
    }

    pub(super) fn take_notes(&self, agent: AgentId, text: Pii<String>, salt: Salt, now: Timestamp) -> Result<Transition, Refusal> {
        self.working(agent, "notes")?;
        if text.reveal().chars().count() > 4_000 {
            return Err(self.refuse(Code::OutOfRange, "notes"));
        }
        if self.notes == text {
            return Ok(self.stay());
        }
        let commitment = Digest::commit(&salt, text.reveal());
        let next = Self { notes: text, ..self.clone() };
        Ok(self.step(next, now, vec![Fact::NotesChanged { agent, commitment }]))
    }

    pub(super) fn rate(&self, stars: u8, comment: Pii<String>, now: Timestamp) -> Result<Transition, Refusal> {
        if self.past.is_empty() || self.rating.is_some() {
            return Err(self.wrong("rate"));
        }
        if !(1..=5).contains(&stars) || comment.reveal().chars().count() > 1_000 {
            return Err(self.refuse(Code::OutOfRange, "rate"));
        }
        let agent = self.past.last().map(|p| p.session.agent);
        let next = Self { rating: Some(Rating { stars, comment, at: now }), ..self.clone() };
        Ok(self.step(next, now, vec![Fact::Rated { stars, agent }]))
    }
}
