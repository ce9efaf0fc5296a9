//! The agent's presence and reservation: the other aggregate beside the case.
//! Must not know sockets; a lost heartbeat comes in as an input.

use crate::ids::{AgentId, CaseId, ReservationId, SessionId, TenantId};
use crate::jurisdiction::{ProfileCode, Trained};
use crate::refusal::{Code, Refusal};
use crate::session::DECIDE_WITHIN;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Wrap-up after a call.
pub const WRAP_UP: Span = Span::seconds(20);
/// An answer given at the last moment is still on its way for about this long.
pub const RING_GRACE: Span = Span::seconds(1);
/// What one extension adds.
pub const WRAP_EXTENSION: Span = Span::seconds(60);

/// Most certificates of one agent; there are not that many jurisdictions.
pub const MAX_CERTIFICATES: usize = 64;

/// Why an agent is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AwayReason {
    /// Break.
    Break,
    /// Training.
    Training,
    /// Meeting.
    Meeting,
    /// A ring was missed.
    Missed,
    /// Something is broken.
    Technical,
}

/// Where an agent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// Not signed in, or the page is gone.
    Offline,
    /// Signed in, takes nobody.
    Away {
        /// Why.
        reason: AwayReason,
    },
    /// Waits for a customer.
    Available {
        /// Idle since: the longest idle is rung first.
        idle_since: Timestamp,
    },
    /// Being rung.
    Reserved {
        /// For whom.
        case: CaseId,
        /// Which ring.
        reservation: ReservationId,
        /// Missed then.
        until: Timestamp,
        /// Kept, so that a withdrawn ring costs no place.
        idle_since: Timestamp,
    },
    /// Face to face.
    OnCall {
        /// With whom.
        case: CaseId,
        /// Which session.
        session: SessionId,
    },
    /// Finishing the last case.
    WrapUp {
        /// Which.
        case: CaseId,
        /// Available again then.
        until: Timestamp,
        /// The one extension was used.
        extended: bool,
        /// The page is gone: go offline instead of available.
        gone: bool,
        /// The verdict is still open: the agent stays with the case.
        undecided: bool,
    },
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Who.
    pub id: AgentId,
    /// Whose.
    pub tenant: TenantId,
    /// Row version.
    pub version: u64,
    /// Rings are accepted by the console after a chime.
    pub auto_accept: bool,
    /// Where they stand.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// Certificates of training, by profile.
    #[serde(default)]
    pub certificates: BTreeMap<ProfileCode, Trained>,
}

/// What can happen to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The agent goes available.
    Available,
    /// The agent goes away.
    Away(AwayReason),
    /// The page is gone.
    Gone,
    /// The console came up: off the list of the offline ones.
    Came,
    /// The router reserves.
    Reserve {
        /// For whom.
        case: CaseId,
        /// Which ring.
        reservation: ReservationId,
        /// Missed then.
        until: Timestamp,
    },
    /// The agent answers.
    Accept {
        /// Which ring.
        reservation: ReservationId,
        /// The session that begins.
        session: SessionId,
    },
    /// The agent passes the ring on.
    Reject {
        /// Which ring.
        reservation: ReservationId,
    },
    /// The ring is withdrawn: the customer left.
    Rescind {
        /// Which ring.
        reservation: ReservationId,
    },
    /// The call is over.
    CallEnded {
        /// Which.
        case: CaseId,
        /// The verdict is still open.
        undecided: bool,
    },
    /// The verdict of the case in hand was given, or taken out of hand.
    Settled {
        /// Which.
        case: CaseId,
    },
    /// 60 s more wrap-up.
    ExtendWrap,
    /// Auto-accept on or off.
    AutoAccept(bool),
    /// A deadline passed.
    Wake,

    /// A supervisor takes a live case over.
    TakeOver {
        /// Which.
        case: CaseId,
        /// Its session.
        session: SessionId,
    },
    /// A certificate of training is entered, or taken away.
    Certify {
        /// For this profile.
        profile: ProfileCode,
        /// The training; none: taken away.
        trained: Option<Trained>,
    },
}

/// What is kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Presence changed.
    PresenceChanged {
        /// `offline`, `away`, `available`, `wrap_up`…
        to: PresenceName,
        /// Why away.
        reason: Option<AwayReason>,
    },
    /// A ring was missed.
    RingMissed {
        /// For whom.
        case: CaseId,
        /// Which.
        reservation: ReservationId,
    },
    /// A certificate of training was entered, or taken away.
    Certified {
        /// For this profile.
        profile: ProfileCode,
        /// The training; none: taken away.
        trained: Option<Trained>,
    },
}

/// The name of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresenceName {
    /// Not there.
    Offline,
    /// Takes nobody.
    Away,
    /// Waits for a customer.
    Available,
    /// Being rung.
    Reserved,
    /// Face to face.
    OnCall,
    /// Finishing.
    WrapUp,
}

/// The next state and what is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Next.
    pub next: Agent,
    /// Facts.
    pub facts: Vec<Fact>,
}

impl State {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> PresenceName {
        match self {
            Self::Offline => PresenceName::Offline,
            Self::Away { .. } => PresenceName::Away,
            Self::Available { .. } => PresenceName::Available,
            Self::Reserved { .. } => PresenceName::Reserved,
            Self::OnCall { .. } => PresenceName::OnCall,
            Self::WrapUp { .. } => PresenceName::WrapUp,
        }
    }

    const fn text(&self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Away { .. } => "away",
            Self::Available { .. } => "available",
            Self::Reserved { .. } => "reserved",
            Self::OnCall { .. } => "on_call",
            Self::WrapUp { .. } => "wrap_up",
        }
    }
}

impl Agent {
    /// A new agent, offline.
    #[must_use]
    pub const fn new(id: AgentId, tenant: TenantId, now: Timestamp) -> Self {
        Self { id, tenant, version: 0, auto_accept: true, state: State::Offline, since: now, certificates: BTreeMap::new() }
    }

    /// The case in hand: being rung, on call or in wrap-up.
    #[must_use]
    pub const fn case(&self) -> Option<CaseId> {
        match self.state {
            State::Reserved { case, .. } | State::OnCall { case, .. } | State::WrapUp { case, .. } => Some(case),
            State::Offline | State::Away { .. } | State::Available { .. } => None,
        }
    }

    /// When this agent wants to be woken.
    #[must_use]
    pub const fn deadline(&self) -> Option<Timestamp> {
        match self.state {
            State::Reserved { until, .. } => Some(Timestamp(until.0 + RING_GRACE.0)),
            State::WrapUp { until, .. } => Some(until),
            State::Offline | State::Away { .. } | State::Available { .. } | State::OnCall { .. } => None,
        }
    }

    /// What follows from `input`.
    ///
    /// # Errors
    /// `agent_busy`, `agent_not_available`, `stale`, `limit_reached`.
    pub fn handle(&self, input: Input, now: Timestamp) -> Result<Transition, Refusal> {
        match input {
            Input::Available => self.available(now),
            Input::Away(reason) => self.away(reason, now),
            Input::Gone => Ok(self.gone(now)),
            Input::Came => Ok(self.came(now)),
            Input::Reserve { case, reservation, until } => self.reserve(case, reservation, until, now),
            Input::Accept { reservation, session } => self.accept(reservation, session, now),
            Input::Reject { reservation } => self.unring(reservation, "reject", now, true),
            Input::Rescind { reservation } => self.unring(reservation, "rescind", now, false),
            Input::CallEnded { case, undecided } => self.call_ended(case, undecided, now),
            Input::Settled { case } => Ok(self.settled(case, now)),
            Input::ExtendWrap => self.extend(now),
            Input::AutoAccept(on) => {
                Ok(Transition { next: Self { auto_accept: on, version: self.version + 1, ..self.clone() }, facts: vec![] })
            }
            Input::Wake => Ok(self.wake(now)),

            Input::TakeOver { case, session } => self.take_over(case, session, now),
            Input::Certify { profile, trained } => self.certify(profile, trained, now),
        }
    }

    /// Entered in any state: a certificate is paper, and who is on call keeps the call.
    fn certify(&self, profile: ProfileCode, trained: Option<Trained>, now: Timestamp) -> Result<Transition, Refusal> {
        if trained.is_some_and(|t| t.at > now || t.until <= t.at) {
            return Err(self.refuse(Code::OutOfRange, "certify"));
        }
        let known = self.certificates.get(&profile);
        if known == trained.as_ref() {
            return Ok(self.stay());
        }
        if known.is_none() && self.certificates.len() >= MAX_CERTIFICATES {
            return Err(self.refuse(Code::LimitReached, "certify"));
        }
        let mut next = Self { version: self.version + 1, ..self.clone() };
        match trained {
            Some(trained) => next.certificates.insert(profile, trained),
            None => next.certificates.remove(&profile),
        };
        Ok(Transition { next, facts: vec![Fact::Certified { profile, trained }] })
    }

    fn to(&self, state: State, now: Timestamp) -> Transition {
        let reason = match state {
            State::Away { reason } => Some(reason),
            State::Offline | State::Available { .. } | State::Reserved { .. } | State::OnCall { .. } | State::WrapUp { .. } => None,
        };
        let fact = Fact::PresenceChanged { to: state.name(), reason };
        let next = Self { state, since: now, version: self.version + 1, ..self.clone() };
        Transition { next, facts: vec![fact] }
    }

    fn stay(&self) -> Transition {
        Transition { next: self.clone(), facts: vec![] }
    }

    fn refuse(&self, code: Code, input: &'static str) -> Refusal {
        Refusal::new(code, input, self.state.text())
    }

    fn available(&self, now: Timestamp) -> Result<Transition, Refusal> {
        match self.state {
            State::Offline | State::Away { .. } | State::WrapUp { undecided: false, .. } => {
                Ok(self.to(State::Available { idle_since: now }, now))
            }
            State::Available { .. } => Ok(self.stay()),
            State::Reserved { .. } | State::OnCall { .. } | State::WrapUp { .. } => Err(self.refuse(Code::AgentBusy, "available")),
        }
    }

    fn away(&self, reason: AwayReason, now: Timestamp) -> Result<Transition, Refusal> {
        match self.state {
            State::Offline | State::Away { .. } | State::Available { .. } | State::WrapUp { undecided: false, .. } => {
                Ok(self.to(State::Away { reason }, now))
            }
            State::Reserved { .. } | State::OnCall { .. } | State::WrapUp { .. } => Err(self.refuse(Code::AgentBusy, "away")),
        }
    }

    fn gone(&self, now: Timestamp) -> Transition {
        match self.state {
            State::Offline | State::OnCall { .. } => self.stay(),
            State::Away { .. } | State::Available { .. } | State::Reserved { .. } => self.to(State::Offline, now),
            State::WrapUp { case, until, extended, undecided, gone: _ } => {
                let state = State::WrapUp { case, until, extended, undecided, gone: true };
                Transition { next: Self { state, version: self.version + 1, ..self.clone() }, facts: vec![] }
            }
        }
    }

    fn came(&self, now: Timestamp) -> Transition {
        match self.state {
            State::Offline => self.to(State::Away { reason: AwayReason::Break }, now),
            State::WrapUp { case, until, extended, undecided, gone: true } => {
                let state = State::WrapUp { case, until, extended, undecided, gone: false };
                Transition { next: Self { state, version: self.version + 1, ..self.clone() }, facts: vec![] }
            }
            State::Away { .. } | State::Available { .. } | State::Reserved { .. } | State::OnCall { .. } | State::WrapUp { .. } => {
                self.stay()
            }
        }
    }

    fn reserve(&self, case: CaseId, reservation: ReservationId, until: Timestamp, now: Timestamp) -> Result<Transition, Refusal> {
        let State::Available { idle_since } = self.state else {
            return Err(self.refuse(Code::AgentNotAvailable, "reserve"));
        };
        Ok(self.to(State::Reserved { case, reservation, until, idle_since }, now))
    }

    fn accept(&self, ring: ReservationId, session: SessionId, now: Timestamp) -> Result<Transition, Refusal> {
        match self.state {
            State::Reserved { case, reservation, .. } if reservation == ring => Ok(self.to(State::OnCall { case, session }, now)),
            State::Offline
            | State::Away { .. }
            | State::Available { .. }
            | State::Reserved { .. }
            | State::OnCall { .. }
            | State::WrapUp { .. } => Err(self.refuse(Code::Stale, "accept")),
        }
    }

    fn take_over(&self, case: CaseId, session: SessionId, now: Timestamp) -> Result<Transition, Refusal> {
        match self.state {
            State::Offline | State::Away { .. } | State::Available { .. } | State::WrapUp { undecided: false, .. } => {
                Ok(self.to(State::OnCall { case, session }, now))
            }
            State::Reserved { .. } | State::OnCall { .. } | State::WrapUp { .. } => Err(self.refuse(Code::AgentBusy, "take_over")),
        }
    }

    fn unring(&self, ring: ReservationId, input: &'static str, now: Timestamp, own: bool) -> Result<Transition, Refusal> {
        match self.state {
            State::Reserved { reservation, idle_since, .. } if reservation == ring => {
                let idle_since = if own { now } else { idle_since };
                Ok(self.to(State::Available { idle_since }, now))
            }
            State::Offline
            | State::Away { .. }
            | State::Available { .. }
            | State::Reserved { .. }
            | State::OnCall { .. }
            | State::WrapUp { .. } => Err(self.refuse(Code::Stale, input)),
        }
    }

    fn call_ended(&self, ended: CaseId, undecided: bool, now: Timestamp) -> Result<Transition, Refusal> {
        match self.state {
            State::OnCall { case, .. } if case == ended => {
                let until = now + if undecided { DECIDE_WITHIN } else { WRAP_UP };
                Ok(self.to(State::WrapUp { case, until, extended: false, gone: false, undecided }, now))
            }
            State::Offline
            | State::Away { .. }
            | State::Available { .. }
            | State::Reserved { .. }
            | State::OnCall { .. }
            | State::WrapUp { .. } => Err(self.refuse(Code::Stale, "call_ended")),
        }
    }

    fn settled(&self, settled: CaseId, now: Timestamp) -> Transition {
        match self.state {
            State::WrapUp { case, extended, gone, undecided: true, .. } if case == settled => {
                let state = State::WrapUp { case, until: now + WRAP_UP, extended, gone, undecided: false };
                Transition { next: Self { state, version: self.version + 1, ..self.clone() }, facts: vec![] }
            }
            State::Offline
            | State::Away { .. }
            | State::Available { .. }
            | State::Reserved { .. }
            | State::OnCall { .. }
            | State::WrapUp { .. } => self.stay(),
        }
    }

    fn extend(&self, now: Timestamp) -> Result<Transition, Refusal> {
        match self.state {
            State::WrapUp { case, until, extended: false, gone, undecided } => {
                let state = State::WrapUp { case, until: until.max(now) + WRAP_EXTENSION, extended: true, gone, undecided };
                Ok(Transition { next: Self { state, version: self.version + 1, ..self.clone() }, facts: vec![] })
            }
            State::WrapUp { .. } => Err(self.refuse(Code::LimitReached, "extend_wrap")),
            State::Offline | State::Away { .. } | State::Available { .. } | State::Reserved { .. } | State::OnCall { .. } => {
                Err(self.refuse(Code::WrongPhase, "extend_wrap"))
            }
        }
    }

    fn wake(&self, now: Timestamp) -> Transition {
        match self.state {
            State::Reserved { case, reservation, until, .. } if now >= until + RING_GRACE => {
                let mut t = self.to(State::Away { reason: AwayReason::Missed }, now);
                t.facts.push(Fact::RingMissed { case, reservation });
                t
            }
            State::WrapUp { until, gone, .. } if now >= until => {
                self.to(if gone { State::Offline } else { State::Available { idle_since: now } }, now)
            }
            State::Offline
            | State::Away { .. }
            | State::Available { .. }
            | State::Reserved { .. }
            | State::OnCall { .. }
            | State::WrapUp { .. } => self.stay(),
        }
    }
}

#[cfg(test)]
mod tests;
