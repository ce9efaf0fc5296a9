//! Liveness prompts in a case: asked, shown, declined, exchanged and judged.
//! Must not know how a prompt is drawn.

use super::{Case, Fact, Phase, Transition};
use crate::ids::AgentId;
use crate::liveness::{self, Challenge, MAX_CHALLENGES, Need, Outcome, Shown};
use crate::procedure::{Kind, Procedure, Step};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

impl Case {
    /// Tries the profile still leaves for this step in the newest session. What was withdrawn is no try.
    #[must_use]
    pub fn tries_left(&self, step: &Step) -> u8 {
        let cap = step.challenges_wanted.saturating_add(self.profile().liveness_repeats);
        let now = self.newest_session().map(|s| s.id);
        let tried = step.challenges.iter().filter(|c| c.counts() && (c.session.is_none() || c.session == now)).count();
        cap.saturating_sub(u8::try_from(tried).unwrap_or(u8::MAX))
    }

    pub(super) fn challenge(&self, agent: AgentId, key: &str, seed: u64, now: Timestamp) -> Result<Transition, Refusal> {
        self.held_by(agent, "challenge")?;
        let mut procedure = self.working(agent, "challenge")?;
        let step = procedure.step_mut(key, "challenge")?;
        if step.kind != Kind::Liveness {
            return Err(self.refuse(Code::EvidenceMismatch, "challenge"));
        }
        if self.tries_left(step) == 0 {
            return Err(self.refuse(Code::LimitReached, "challenge"));
        }
        let mut facts = Vec::new();
        // Moving on from an open prompt is a judgement: it was not seen done.
        for open in step.challenges.iter_mut().filter(|c| c.outcome == Outcome::Asked) {
            open.outcome = Outcome::Failed;
            facts.push(Fact::ChallengeJudged { agent, id: open.id, passed: false });
        }
        facts.push(self.ask(agent, step, seed, now)?);
        Ok(self.changed(procedure, now, facts))
    }

    /// The customer cannot do what is asked: the prompt is taken back and one without that need comes in its place.
    /// What they cannot do is remembered, so that they are not asked for it again.
    pub(super) fn alternative(&self, agent: AgentId, id: u32, need: Need, seed: u64, now: Timestamp) -> Result<Transition, Refusal> {
        self.held_by(agent, "challenge_alternative")?;
        let mut procedure = self.working(agent, "challenge_alternative")?;
        let step = procedure
            .steps
            .iter_mut()
            .find(|s| s.challenges.iter().any(|c| c.id == id))
            .ok_or_else(|| self.refuse(Code::UnknownStep, "challenge_alternative"))?;
        let open = step.challenges.iter_mut().find(|c| c.id == id && c.outcome == Outcome::Asked);
        let open = open.ok_or_else(|| self.refuse(Code::Stale, "challenge_alternative"))?;
        if !open.prompt.needs().contains(&need) {
            return Err(self.refuse(Code::OutOfRange, "challenge_alternative"));
        }
        open.outcome = Outcome::Withdrawn;
        if !step.cannot.contains(&need) {
            step.cannot.push(need);
        }
        let asked = self.ask(agent, step, seed, now)?;
        Ok(self.changed(procedure, now, vec![Fact::ChallengeWithdrawn { agent, id, need }, asked]))
    }

    /// Draws a prompt for this step.
    fn ask(&self, agent: AgentId, step: &mut Step, seed: u64, now: Timestamp) -> Result<Fact, Refusal> {
        if step.challenges.len() >= MAX_CHALLENGES {
            return Err(self.refuse(Code::LimitReached, "challenge"));
        }
        let Some((prompt, detail)) = liveness::draw(&step.challenges, &step.cannot, seed) else {
            return Err(self.refuse(Code::NoAlternative, "challenge"));
        };
        let challenge = Challenge {
            id: step.challenges.last().map_or(1, |c| c.id + 1),
            prompt,
            detail: detail.clone(),
            outcome: Outcome::Asked,
            session: self.newest_session().map(|s| s.id),
            asked_at: Some(now),
            shown: None,
            declined: false,
        };
        let id = challenge.id;
        step.challenges.push(challenge);
        Ok(Fact::ChallengeAsked { agent, step: step.kind.key().to_owned(), id, prompt, seed, detail })
    }

    /// The customer's page shows it. A page that tells late, twice or after the judgement changes nothing.
    pub(super) fn challenge_shown(&self, id: u32, page_at: Timestamp, locale: String, now: Timestamp) -> Result<Transition, Refusal> {
        let tag = (2..=12).contains(&locale.len()) && locale.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !tag {
            return Err(self.refuse(Code::OutOfRange, "challenge_shown"));
        }
        self.open_challenge(id, "challenge_shown", now, |open| {
            if open.shown.is_some() {
                return None;
            }
            open.shown = Some(Shown { at: now, page_at, locale: locale.clone() });
            Some(Fact::ChallengeShown { id, page_at, locale })
        })
    }

    /// The customer says that they cannot do it; which way they go on, the agent chooses.
    pub(super) fn challenge_declined(&self, id: u32, now: Timestamp) -> Result<Transition, Refusal> {
        self.open_challenge(id, "challenge_declined", now, |open| {
            if open.declined {
                return None;
            }
            open.declined = true;
            Some(Fact::ChallengeDeclined { id })
        })
    }

    fn open_challenge(
        &self,
        id: u32,
        input: &'static str,
        now: Timestamp,
        change: impl FnOnce(&mut Challenge) -> Option<Fact>,
    ) -> Result<Transition, Refusal> {
        let Phase::Live { .. } = &self.phase else { return Err(self.wrong(input)) };
        let mut procedure = self.procedure.clone().ok_or_else(|| self.wrong(input))?;
        let mut all = procedure.steps.iter_mut().flat_map(|s| s.challenges.iter_mut());
        let found = all.find(|c| c.id == id).ok_or_else(|| self.refuse(Code::UnknownStep, input))?;
        if found.outcome != Outcome::Asked {
            return Ok(self.stay());
        }
        match change(found) {
            Some(fact) => Ok(self.changed(procedure, now, vec![fact])),
            None => Ok(self.stay()),
        }
    }

    pub(super) fn judge(&self, agent: AgentId, id: u32, passed: bool, now: Timestamp) -> Result<Transition, Refusal> {
        let mut procedure = self.working(agent, "judge")?;
        let mut all = procedure.steps.iter_mut().flat_map(|s| s.challenges.iter_mut());
        let Some(challenge) = all.find(|c| c.id == id) else {
            return Err(self.refuse(Code::UnknownStep, "judge"));
        };
        if challenge.outcome != Outcome::Asked {
            return Err(self.refuse(Code::Stale, "judge"));
        }
        challenge.outcome = if passed { Outcome::Passed } else { Outcome::Failed };
        Ok(self.changed(procedure, now, vec![Fact::ChallengeJudged { agent, id, passed }]))
    }

    fn changed(&self, procedure: Procedure, now: Timestamp, facts: Vec<Fact>) -> Transition {
        self.step(Self { procedure: Some(procedure), ..self.clone() }, now, facts)
    }
}
