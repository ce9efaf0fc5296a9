//! More people and handing on: supervisor, interpreter, hold, transfer, another day.
//! Must not know media or how anybody is called.

use super::wait::CALLBACK_WITHIN;
use super::{Case, DROP_BOOST, Fact, Phase, Ticket, TicketState, Transition};
use crate::digest::{Digest, Salt};
use crate::ids::{AgentId, GuestId, TicketId};
use crate::invitation::FreshLink;
use crate::pii::Pii;
use crate::queue::is_skill_name;
use crate::refusal::{Code, Refusal};
use crate::seats::SupervisorMode;
use crate::session::{EndedBy, INTERPRETER_LINK, Interpreter, JOIN_WITHIN, MAX_TAKE_OVERS, Seat, Seated, Session, State, Supervisor};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// The skill of those who decide hard cases.
pub const SENIOR: &str = "level:senior";
/// Who handed a customer on is not rung for the same customer meanwhile.
const HANDED_COOLING: Span = Span::minutes(10);
/// A link for another day lives so long.
const LATER_LIFE: Span = Span::minutes(24 * 60);

/// To whom a customer is handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Whoever has this skill, such as `lang:ta`.
    Skill(String),
    /// This agent.
    Agent(AgentId),
    /// A senior.
    Senior,
}

/// What a handed-on ticket asks for beside what it asks for anyway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wants {
    /// A skill name.
    pub skill: Option<String>,
    /// A person.
    pub agent: Option<AgentId>,
    /// Since when; after a while anybody will do, because nobody waits for ever.
    pub at: Timestamp,
}

/// Who handed a case on, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// Who.
    pub by: AgentId,
    /// For the next agent.
    pub reason: Pii<String>,
    /// To a senior.
    pub senior: bool,
    /// When.
    pub at: Timestamp,
}

impl Case {
    fn in_session(&self, input: &'static str) -> Result<(Session, Timestamp), Refusal> {
        let Phase::Live { session, queued_at } = &self.phase else { return Err(self.wrong(input)) };
        Ok((session.clone(), *queued_at))
    }

    fn seated_in(&self, session: Session, queued_at: Timestamp, now: Timestamp, facts: Vec<Fact>) -> Transition {
        self.step(self.with_phase(Phase::Live { session, queued_at }), now, facts)
    }

    pub(super) fn supervise(
        &self,
        supervisor: AgentId,
        name: Pii<String>,
        mode: Option<SupervisorMode>,
        now: Timestamp,
    ) -> Result<Transition, Refusal> {
        let (mut session, queued_at) = match self.in_session("supervise") {
            Ok(found) => found,
            // The session ended first: there is nothing left to leave.
            Err(_) if mode.is_none() => return Ok(self.stay()),
            Err(refusal) => return Err(refusal),
        };
        if session.agent == supervisor {
            return Err(self.refuse(Code::SamePerson, "supervise"));
        }
        let id = session.id;
        let fact = match (&session.supervisor, mode) {
            (Some(there), _) if there.id != supervisor => {
                return if mode.is_none() { Ok(self.stay()) } else { Err(self.refuse(Code::SeatTaken, "supervise")) };
            }
            (None, None) => return Ok(self.stay()),
            (Some(there), Some(to)) if there.mode == to => return Ok(self.stay()),
            (Some(there), Some(to)) => Fact::SupervisorChanged { session: id, supervisor, from: there.mode, to },
            (None, Some(mode)) => Fact::SupervisorCame { session: id, supervisor, mode },
            (Some(_), None) => Fact::SupervisorLeft { session: id, supervisor },
        };
        session.supervisor = mode.map(|mode| Supervisor { id: supervisor, name, mode });
        if mode.is_none() {
            session.up.remove(&Seat::Supervisor);
        }
        Ok(self.seated_in(session, queued_at, now, vec![fact]))
    }

    /// The supervisor becomes the agent; both sides' media stays, the agent's seat is filled anew.
    pub(super) fn take_over(&self, supervisor: AgentId, now: Timestamp) -> Result<Transition, Refusal> {
        let (mut session, queued_at) = self.in_session("take_over")?;
        if session.supervisor.as_ref().is_none_or(|s| s.id != supervisor) {
            return Err(self.refuse(Code::NotYours, "take_over"));
        }
        if session.former.len() >= MAX_TAKE_OVERS {
            return Err(self.refuse(Code::LimitReached, "take_over"));
        }
        let fact = Fact::TakenOver { session: session.id, from: session.agent, to: supervisor };
        session.former.push(session.agent);
        session.agent = supervisor;
        session.supervisor = None;
        session.up.remove(&Seat::Supervisor);
        session.up.remove(&Seat::Agent);
        // Nothing broke off, so nothing is void: the new agent joins.
        session.state = State::Joining { until: now + JOIN_WITHIN };
        let mut facts = vec![fact];
        if let Some(since) = session.hold.take() {
            facts.push(Fact::HoldEnded { session: session.id, after_ms: now.since(since).as_millis() });
        }
        Ok(self.seated_in(session, queued_at, now, facts))
    }

    pub(super) fn invite_interpreter(
        &self,
        agent: AgentId,
        guest: GuestId,
        token_hash: Digest,
        language: String,
        now: Timestamp,
    ) -> Result<Transition, Refusal> {
        self.held_by(agent, "invite_interpreter")?;
        let (mut session, queued_at) = self.in_session("invite_interpreter")?;
        if session.interpreter.as_ref().is_some_and(|i| i.seated.is_some()) {
            return Err(self.refuse(Code::SeatTaken, "invite_interpreter"));
        }
        let tag = (2..=20).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !tag {
            return Err(self.refuse(Code::OutOfRange, "invite_interpreter"));
        }
        let expires_at = now + INTERPRETER_LINK;
        let fact = Fact::InterpreterInvited { session: session.id, agent, guest, token_hash, language: language.clone(), expires_at };
        session.interpreter = Some(Interpreter { id: guest, language, token_hash, expires_at, seated: None });
        Ok(self.seated_in(session, queued_at, now, vec![fact]))
    }

    pub(super) fn seat_interpreter(
        &self,
        token_hash: Digest,
        secret_hash: Digest,
        name: Pii<String>,
        notice: Digest,
        commitment: Digest,
        now: Timestamp,
    ) -> Result<Transition, Refusal> {
        let (mut session, queued_at) = self.in_session("seat_interpreter")?;
        let refuse = |code| Err(self.refuse(code, "seat_interpreter"));
        let id = session.id;
        let Some(interpreter) = session.interpreter.as_mut().filter(|i| i.token_hash == token_hash) else { return refuse(Code::Stale) };
        if interpreter.seated.is_some() {
            return refuse(Code::InvitationBound);
        }
        if now >= interpreter.expires_at {
            return refuse(Code::InvitationExpired);
        }
        if !(1..=80).contains(&name.reveal().trim().chars().count()) {
            return refuse(Code::OutOfRange);
        }
        let fact = Fact::InterpreterCame { session: id, guest: interpreter.id, notice, commitment };
        interpreter.seated = Some(Seated { name, secret_hash });
        Ok(self.seated_in(session, queued_at, now, vec![fact]))
    }

    pub(super) fn interpreter_gone(&self, guest: GuestId, now: Timestamp) -> Transition {
        let Ok((mut session, queued_at)) = self.in_session("interpreter_gone") else { return self.stay() };
        if session.interpreter.as_ref().is_none_or(|i| i.id != guest) {
            return self.stay();
        }
        session.interpreter = None;
        session.up.remove(&Seat::Interpreter);
        let fact = Fact::InterpreterLeft { session: session.id, guest };
        self.seated_in(session, queued_at, now, vec![fact])
    }

    pub(super) fn hold(&self, agent: AgentId, on: bool, now: Timestamp) -> Result<Transition, Refusal> {
        self.held_by(agent, "hold")?;
        let (mut session, queued_at) = self.in_session("hold")?;
        let fact = match (session.hold, on) {
            (Some(_), true) | (None, false) => return Ok(self.stay()),
            (None, true) => Fact::HoldBegan { session: session.id, agent },
            (Some(since), false) => Fact::HoldEnded { session: session.id, after_ms: now.since(since).as_millis() },
        };
        session.hold = on.then_some(now);
        Ok(self.seated_in(session, queued_at, now, vec![fact]))
    }

    /// The customer goes on to somebody else, with the place of the first day in line and what was captured.
    pub(super) fn transfer(
        &self,
        agent: AgentId,
        to: &Target,
        reason: Pii<String>,
        salt: Salt,
        now: Timestamp,
    ) -> Result<Transition, Refusal> {
        let session = self.held_by(agent, "transfer")?.clone();
        let (_, queued_at) = self.in_session("transfer")?;
        if !(3..=500).contains(&reason.reveal().trim().chars().count()) {
            return Err(self.refuse(Code::ReasonMissing, "transfer"));
        }
        let (skill, person) = match to {
            Target::Skill(skill) if is_skill_name(skill) => (Some(skill.clone()), None),
            Target::Skill(_) => return Err(self.refuse(Code::OutOfRange, "transfer")),
            Target::Agent(to) if *to == agent => return Err(self.refuse(Code::SamePerson, "transfer")),
            Target::Agent(to) => (None, Some(*to)),
            Target::Senior => (Some(SENIOR.to_owned()), None),
        };
        let wants = skill.clone().or_else(|| person.map(|p| p.to_string())).unwrap_or_default();
        let id = TicketId(session.id.0);
        let ticket = Ticket {
            id,
            queued_at,
            boost: DROP_BOOST,
            cooling: vec![(agent, now + HANDED_COOLING)],
            state: TicketState::Queued,
            rings: 0,
            wants: Some(Wants { skill, agent: person, at: now }),
        };
        let commitment = Digest::commit(&salt, reason.reveal());
        let mut next = self.ended(&session, EndedBy::Transferred, Phase::Waiting { ticket }, now);
        next.handed = Some(Handed { by: agent, reason, senior: *to == Target::Senior, at: now });
        let talked_ms = now.since(session.started_at).as_millis();
        let facts = vec![
            Fact::Transferred { session: session.id, agent, wants, commitment },
            Fact::SessionEnded { session: session.id, by: EndedBy::Transferred, talked_ms },
            Fact::TicketQueued { ticket: id, mode: self.mode, boost: DROP_BOOST, again: true },
        ];
        Ok(self.step(next, now, facts))
    }

    /// The customer continues another time; what was captured is kept where the profile allows.
    pub(super) fn later(&self, agent: AgentId, at: Option<Timestamp>, link: FreshLink, now: Timestamp) -> Result<Transition, Refusal> {
        if at.is_some_and(|at| at < now || at > now + CALLBACK_WITHIN) {
            return Err(self.refuse(Code::OutOfRange, "later"));
        }
        let mut facts = Vec::new();
        let (mut next, session) = match &self.phase {
            Phase::Live { session, .. } if session.agent == agent => {
                let talked_ms = now.since(session.started_at).as_millis();
                facts.push(Fact::SessionEnded { session: session.id, by: EndedBy::Agent, talked_ms });
                (self.ended(session, EndedBy::Agent, self.phase.clone(), now), Some(session.id))
            }
            Phase::Deciding { agent: a, .. } if *a == agent => (self.clone(), self.past.last().map(|p| p.session.id)),
            Phase::Live { .. } | Phase::Deciding { .. } => return Err(self.refuse(Code::NotYours, "later")),
            Phase::Reported
            | Phase::Invited
            | Phase::Claimed
            | Phase::Waiting { .. }
            | Phase::Callback { .. }
            | Phase::UnderReview { .. }
            | Phase::Closed { .. } => return Err(self.wrong("later")),
        };
        let kept = self.profile().keep_for_later;
        facts.push(Fact::ContinuesLater { agent, kept });
        if let (false, Some(session)) = (kept, session) {
            facts.push(next.void(session));
        }
        match at {
            Some(due) => {
                next.phase = Phase::Callback { due };
                facts.push(Fact::CallbackBooked { due });
            }
            None => facts.push(next.invite(link, LATER_LIFE, now)),
        }
        Ok(self.step(next, now, facts))
    }
}
