//! A case and its jurisdiction profile: what was set beside it, who is trained and was drawn, and what still misses.
//! Must not know what a line asks.

use super::{Case, Fact, Phase, Ticket, TicketState, Transition};
use crate::features::{self, Feature, MAX_DRAWN, Mark};
use crate::ids::{AgentId, ReservationId, SessionId};
use crate::jurisdiction::{self, Drawn, LineStanding, Profile, Rules, Trained, profile_or_default};
use crate::procedure::{Complete, Kind, Procedure};
use crate::refusal::{Code, Refusal};
use crate::session::MAX_SESSIONS;
use crate::time::Timestamp;
use std::borrow::Cow;

/// Most agents whose training is noted in one case: more than can ever hold it.
const MAX_TRAINED: usize = MAX_SESSIONS * 4;

impl Case {
    /// The profile of this case, as its operator made it stricter.
    #[must_use]
    pub fn profile(&self) -> Cow<'static, Profile> {
        profile_or_default(&self.jurisdiction).raised(&self.rules.raised)
    }

    /// The mandatory lines that keep it from being verified. A case whose sessions are all from before profiles had lines
    /// is held to what they asked then.
    #[must_use]
    pub fn lines_missing(&self, now: Timestamp) -> Vec<LineStanding> {
        if self.rules.version == 0 { Vec::new() } else { jurisdiction::missing(self, now) }
    }

    /// The proof a verdict "verified" needs: the procedure complete, and every mandatory line met.
    pub(super) fn proof(&self, input: &'static str, now: Timestamp) -> Result<Complete, Refusal> {
        let procedure = self.procedure.as_ref().ok_or_else(|| self.wrong(input))?;
        let names: Vec<_> = self.lines_missing(now).iter().map(Into::into).collect();
        let proof = procedure.complete(&self.ground()).map_err(|refusal| refusal.for_lines(names.clone()))?;
        if names.is_empty() { Ok(proof) } else { Err(self.refuse(Code::LineMissing, input).for_lines(names)) }
    }

    /// What is set beside the profile. In a session only declarations follow: nobody is asked for more halfway through.
    pub(super) fn set_rules(&self, rules: Rules, now: Timestamp) -> Transition {
        let running = match &self.phase {
            Phase::Live { .. } | Phase::Deciding { .. } | Phase::UnderReview { .. } => true,
            Phase::Closed { .. } => return self.stay(),
            Phase::Reported | Phase::Invited | Phase::Claimed | Phase::Waiting { .. } | Phase::Callback { .. } => false,
        };
        let mut next = self.clone();
        next.rules.declared = rules.declared;
        if !running {
            next.rules.raised = rules.raised;
        }
        if next.rules == self.rules {
            return self.stay();
        }
        let facts = if running { vec![next.applied()] } else { Vec::new() };
        self.step(next, now, facts)
    }

    /// Under what this case stands.
    pub(super) fn applied(&self) -> Fact {
        let base = profile_or_default(&self.jurisdiction);
        Fact::ProfileApplied {
            profile: base.code.clone(),
            version: base.version,
            sha256: base.sha256,
            raised: self.rules.raised.iter().map(|r| r.line.clone()).collect(),
            declared: self.rules.declared.iter().map(|d| d.line.clone()).collect(),
        }
    }

    /// The procedure of a session that begins: built, or brought up to what the profile asks now; features drawn anew.
    pub(super) fn prepare(&mut self, seed: u64) -> Option<Fact> {
        let profile = self.profile();
        self.rules.version = profile.version;
        let mut procedure = match self.procedure.take() {
            None => Procedure::build(&self.reasons(), &profile, &self.on_file(), seed),
            Some(mut procedure) => {
                procedure.catch_up(&profile, &self.on_file(), seed);
                procedure
            }
        };
        let drawn = procedure.draw_features(seed);
        self.procedure = Some(procedure);
        drawn.map(|features| Fact::FeaturesDrawn { features, seed })
    }

    pub(super) fn drawn(&self, agent: AgentId, reservation: ReservationId, seed: u64, now: Timestamp) -> Result<Transition, Refusal> {
        let Phase::Waiting { ticket } = &self.phase else { return Err(self.wrong("drawn")) };
        if ticket.state != (TicketState::Reserved { agent, reservation }) {
            return Err(self.refuse(Code::Stale, "drawn"));
        }
        let mut next = self.clone();
        // Who was asked for by name was not drawn, whatever the seed.
        next.conduct.drawn = unforetold(ticket).then_some(Drawn { agent, reservation });
        Ok(self.step(next, now, vec![Fact::AgentDrawn { agent, reservation, seed: seed.to_string() }]))
    }

    /// Whether the agent of this session was drawn.
    pub(super) fn seat_drawn(&mut self, agent: AgentId, reservation: ReservationId, session: SessionId) {
        if self.conduct.drawn.take() == Some(Drawn { agent, reservation }) {
            self.conduct.at_random.push(session);
        }
    }

    pub(super) fn training(&self, agent: AgentId, trained: Option<Trained>, now: Timestamp) -> Transition {
        let Some(days) = self.profile().training_days else { return self.stay() };
        let known = self.conduct.trained.get(&agent);
        if known == trained.as_ref() || (known.is_none() && self.conduct.trained.len() >= MAX_TRAINED) {
            return self.stay();
        }
        let mut next = self.clone();
        match trained {
            Some(trained) => next.conduct.trained.insert(agent, trained),
            None => next.conduct.trained.remove(&agent),
        };
        let until = trained.map(|t| t.end(days));
        self.step(next, now, vec![Fact::TrainingShown { agent, profile: self.jurisdiction.clone(), until }])
    }

    pub(super) fn mark_feature(&self, agent: AgentId, feature: Feature, seen: bool, now: Timestamp) -> Result<Transition, Refusal> {
        let mut procedure = self.working(agent, "mark_feature")?;
        let step = procedure.step_mut(Kind::SecurityFeatures.key(), "mark_feature")?;
        let mark = step.features.iter_mut().find(|m| m.feature == feature).ok_or_else(|| self.refuse(Code::OutOfRange, "mark_feature"))?;
        if mark.seen == Some(seen) {
            return Ok(self.stay());
        }
        mark.seen = Some(seen);
        Ok(self.worked(procedure, now, Fact::FeatureMarked { agent, feature, seen }))
    }

    pub(super) fn draw_feature(&self, agent: AgentId, seed: u64, now: Timestamp) -> Result<Transition, Refusal> {
        let mut procedure = self.working(agent, "draw_feature")?;
        let step = procedure.step_mut(Kind::SecurityFeatures.key(), "draw_feature")?;
        // Only in the place of one that is not there: nobody draws until an easy one comes.
        let seen = step.features.iter().filter(|m| m.seen != Some(false)).count();
        if seen >= usize::from(step.features_wanted.0) {
            return Err(self.refuse(Code::Stale, "draw_feature"));
        }
        if step.features.len() >= MAX_DRAWN {
            return Err(self.refuse(Code::LimitReached, "draw_feature"));
        }
        let Some(feature) = features::another(&step.features, seed) else { return Err(self.refuse(Code::NoAlternative, "draw_feature")) };
        step.features.push(Mark { feature, seen: None });
        Ok(self.worked(procedure, now, Fact::FeaturesDrawn { features: vec![feature], seed }))
    }
}

/// Whether nobody could tell who would be rung.
fn unforetold(ticket: &Ticket) -> bool {
    ticket.wants.as_ref().is_none_or(|w| w.agent.is_none())
}
