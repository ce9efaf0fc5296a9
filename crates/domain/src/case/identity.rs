//! What is found out beside the images: fields read off the document, the one-time code, the place.
//! Must not know how a code is sent or a place is found.

use super::{Case, Fact, Phase, Transition};
use crate::code::{Channel, OneTimeCode, SENDS, State, TRIES, Tried};
use crate::digest::{Digest, Salt};
use crate::ids::{AgentId, SessionId};
use crate::location::{self, Fineness, Fix, Location, Network, Refused};
use crate::mrz::Date;
use crate::pii::Pii;
use crate::procedure::{Kind, OnFile, OwnQuestion, Procedure};
use crate::reading::{Field, Readings};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What was found out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// Fields read off the document.
    pub readings: Readings,
    /// The newest one-time code.
    pub code: Option<OneTimeCode>,
    /// Where the customer's device says it is.
    pub location: Location,
}

impl Case {
    /// Where a code can go: what is on file.
    #[must_use]
    pub fn contact(&self, channel: Channel) -> Option<&str> {
        let on_file = match channel {
            Channel::Sms => self.customer.phone.as_ref(),
            Channel::Email => self.customer.email.as_ref(),
        };
        on_file.map(|to| to.reveal().as_str())
    }

    /// What questions and codes can be drawn from.
    pub(super) const fn on_file(&self) -> OnFile<'_> {
        OnFile { claimed: &self.claimed, phone: self.customer.phone.is_some(), email: self.customer.email.is_some() }
    }

    pub(super) fn read_field(
        &self,
        agent: AgentId,
        field: Field,
        text: Pii<String>,
        salt: Salt,
        now: Timestamp,
    ) -> Result<Transition, Refusal> {
        self.working(agent, "read_field")?;
        if !field.takes(text.reveal()) {
            return Err(self.refuse(Code::OutOfRange, "read_field"));
        }
        let commitment = Digest::commit(&salt, text.reveal());
        let outcome = field.outcome(text.reveal(), field.claimed(&self.claimed, &self.customer), today(now));
        let mut next = self.clone();
        if !next.identity.readings.set(field, text) {
            return Ok(self.stay());
        }
        Ok(self.step(next, now, vec![Fact::FieldRead { agent, field, outcome, commitment }]))
    }

    pub(super) fn send_code(
        &self,
        agent: AgentId,
        channel: Channel,
        salt: Salt,
        hash: Digest,
        now: Timestamp,
    ) -> Result<Transition, Refusal> {
        let session = self.held_by(agent, "send_code")?.id;
        let procedure = self.working(agent, "send_code")?;
        if procedure.step(Kind::OneTimeCode.key(), "send_code")?.proven.is_some() {
            return Err(self.refuse(Code::Stale, "send_code"));
        }
        if self.contact(channel).is_none() {
            return Err(self.refuse(Code::OutOfRange, "send_code"));
        }
        self.code_in_turn("send_code")?;
        let before = self.identity.code.as_ref().filter(|c| c.session == session).map_or(0, |c| c.sends);
        if before >= SENDS {
            return Err(self.refuse(Code::LimitReached, "send_code"));
        }
        let sends = before + 1;
        let mut next = self.clone();
        next.identity.code = Some(OneTimeCode { channel, session, salt, hash, sent_at: now, sends, tries_left: TRIES, state: State::Open });
        Ok(self.step(next, now, vec![Fact::CodeSent { agent, channel, sends }]))
    }

    pub(super) fn try_code(&self, typed: &Pii<String>, now: Timestamp) -> Result<Transition, Refusal> {
        let Phase::Live { session, .. } = &self.phase else { return Err(self.wrong("code")) };
        let open = self.identity.code.as_ref().filter(|c| c.session == session.id && c.state == State::Open);
        let Some(code) = open else { return Err(self.refuse(Code::Stale, "code")) };
        if typed.reveal().len() > 64 {
            return Err(self.refuse(Code::OutOfRange, "code"));
        }
        let (code, tried) = code.guess(typed.reveal(), now);
        let left = code.tries_left;
        let mut next = self.clone();
        if let (Tried::Right, Some(procedure)) = (tried, &mut next.procedure) {
            procedure.prove(Kind::OneTimeCode, session.id, "code")?;
        }
        next.identity.code = Some(code);
        Ok(self.step(next, now, vec![Fact::CodeTried { tried, left }]))
    }

    pub(super) fn ask_location(&self, agent: AgentId, now: Timestamp) -> Result<Transition, Refusal> {
        self.held_by(agent, "ask_location")?;
        // Asked only where the procedure needs it.
        self.working(agent, "ask_location")?.step(Kind::Location.key(), "ask_location")?;
        let before = &self.identity.location;
        if before.asked >= location::MAX_ASKED {
            return Err(self.refuse(Code::LimitReached, "ask_location"));
        }
        let mut next = self.clone();
        next.identity.location = Location { asked: before.asked + 1, open: Some(now), refused: None, found: before.found.clone() };
        Ok(self.step(next, now, vec![Fact::LocationAsked { agent }]))
    }

    pub(super) fn refuse_location(&self, why: Refused, now: Timestamp) -> Result<Transition, Refusal> {
        let (mut next, _) = self.asked_for_location()?;
        next.identity.location.refused = Some(why);
        Ok(self.step(next, now, vec![Fact::LocationRefused { why }]))
    }

    pub(super) fn located(&self, fixes: Vec<Fix>, network: Network, salt: Salt, now: Timestamp) -> Result<Transition, Refusal> {
        let (mut next, session) = self.asked_for_location()?;
        if !location::possible(&fixes) {
            return Err(self.refuse(Code::OutOfRange, "location"));
        }
        let text = serde_json::to_string(&fixes).unwrap_or_default();
        let commitment = Digest::commit(&salt, &text);
        let finest = location::finest(&fixes).map_or(u32::MAX, |f| f.accuracy_dm);
        let before = self.identity.location.found.as_ref();
        let found = location::assess(fixes, before, &self.claimed, &self.jurisdiction, network, commitment, now);
        let fact = Fact::Located {
            commitment,
            country: found.country.clone(),
            fineness: Fineness::of(finest),
            hints: found.hints.clone(),
            network: found.network.clone(),
        };
        if let Some(procedure) = &mut next.procedure {
            procedure.prove(Kind::Location, session, "location")?;
        }
        next.identity.location.found = Some(found);
        Ok(self.step(next, now, vec![fact]))
    }

    /// This case with the open question for the place answered, and the session in which it was.
    fn asked_for_location(&self) -> Result<(Self, SessionId), Refusal> {
        let Phase::Live { session, .. } = &self.phase else { return Err(self.wrong("location")) };
        if self.identity.location.open.is_none() {
            return Err(self.refuse(Code::Stale, "location"));
        }
        let mut next = self.clone();
        next.identity.location.open = None;
        next.identity.location.refused = None;
        Ok((next, session.id))
    }

    pub(super) fn own_questions(&self, set: &[OwnQuestion], seed: u64, now: Timestamp) -> Result<Transition, Refusal> {
        let Phase::Live { .. } = &self.phase else { return Err(self.wrong("questions")) };
        let mut procedure: Procedure = self.procedure.clone().ok_or_else(|| self.wrong("questions"))?;
        let Some(keys) = procedure.ask_too(set, seed) else { return Ok(self.stay()) };
        Ok(self.worked(procedure, now, Fact::QuestionsDrawn { keys, seed }))
    }
}

/// The day in UTC: documents run out by the day, and a few hours more or less decide nothing here.
#[must_use]
pub fn today(now: Timestamp) -> Date {
    Date::parse(&now.local("UTC").date).unwrap_or(Date { year: 1970, month: 1, day: 1 })
}

#[cfg(test)]
mod tests;
