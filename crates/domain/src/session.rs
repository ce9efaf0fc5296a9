//! The live session: joining, live, interrupted, ended.
//! Must not know media.

use crate::device::UnderWay;
use crate::digest::Digest;
use crate::evidence::Recording;
use crate::ids::{AgentId, GuestId, SessionId};
use crate::pii::Pii;
use crate::seats::{Seating, SupervisorMode};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How long a seat is held after media broke off.
pub const SEAT_HELD: Span = Span::seconds(60);
/// How long both sides may take to bring media up.
pub const JOIN_WITHIN: Span = Span::seconds(90);
/// How long an agent may take to decide after the session.
pub const DECIDE_WITHIN: Span = Span::minutes(5);
/// Most sessions of one case.
pub const MAX_SESSIONS: usize = 20;
/// How long an interpreter's link may be used: somebody is on the telephone, about to open it.
pub const INTERPRETER_LINK: Span = Span::minutes(15);
/// Most changes of hands in one session; more would be a way to fill the state.
pub const MAX_TAKE_OVERS: usize = 8;

/// A place in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// The customer.
    Customer,
    /// The agent.
    Agent,
    /// A supervisor.
    Supervisor,
    /// An interpreter.
    Interpreter,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// Accepted; media comes up.
    Joining {
        /// Given up then.
        until: Timestamp,
    },
    /// Face to face.
    Live,
    /// Media of the customer or the agent broke off.
    Interrupted {
        /// Since when.
        since: Timestamp,
        /// Held until then.
        until: Timestamp,
        /// Whose.
        seat: Seat,
    },
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The agent ended it or decided.
    Agent,
    /// The customer left.
    Customer,
    /// The customer's media did not come back.
    CustomerLost,
    /// The agent's media did not come back.
    AgentLost,
    /// The agent handed the customer on.
    Transferred,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Given by the caller.
    pub id: SessionId,
    /// Who answers.
    pub agent: AgentId,
    /// When the agent accepted.
    pub started_at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Seats whose media is up.
    pub up: BTreeSet<Seat>,
    /// Its recording.
    pub recording: Recording,
    /// How often media broke off.
    pub drops: u16,
    /// Commands the customer's device has not answered yet; at most one of each kind.
    #[serde(default)]
    pub commands: Vec<UnderWay>,
    /// A supervisor who takes part.
    #[serde(default)]
    pub supervisor: Option<Supervisor>,
    /// An interpreter who is invited or takes part.
    #[serde(default)]
    pub interpreter: Option<Interpreter>,
    /// On hold since then.
    #[serde(default)]
    pub hold: Option<Timestamp>,
    /// Agents from whom a supervisor took over, oldest first.
    #[serde(default)]
    pub former: Vec<AgentId>,
}

/// A supervisor in a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervisor {
    /// Who.
    pub id: AgentId,
    /// First name, shown to the customer once they joined.
    pub name: Pii<String>,
    /// How they take part.
    pub mode: SupervisorMode,
}

/// An interpreter of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// Which invitation.
    pub id: GuestId,
    /// Tag of the language spoken with the customer.
    pub language: String,
    /// SHA-256 of the link's secret; good for one use.
    pub token_hash: Digest,
    /// The link runs out then.
    pub expires_at: Timestamp,
    /// Who came.
    pub seated: Option<Seated>,
}

/// An interpreter who came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seated {
    /// As told to both sides.
    pub name: Pii<String>,
    /// SHA-256 of the secret that their browser keeps for a reload.
    pub secret_hash: Digest,
}

impl Session {
    /// A session that an agent has just answered: nobody's media is up yet, the recording is.
    #[must_use]
    pub fn joining(id: SessionId, agent: AgentId, now: Timestamp) -> Self {
        Self {
            id,
            agent,
            started_at: now,
            state: State::Joining { until: now + JOIN_WITHIN },
            up: BTreeSet::new(),
            recording: Recording::Running { segments: 0, head: None },
            drops: 0,
            commands: Vec::new(),
            supervisor: None,
            interpreter: None,
            hold: None,
            former: Vec::new(),
        }
    }

    /// When it wants to be woken: it is given up, or a command stays unanswered.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        self.given_up().into_iter().chain(self.commands.iter().map(|c| c.due)).min()
    }

    /// When it is given up, should nobody come.
    #[must_use]
    pub const fn given_up(&self) -> Option<Timestamp> {
        match self.state {
            State::Joining { until } | State::Interrupted { until, .. } => Some(until),
            State::Live => None,
        }
    }

    /// Who sits in the room and how.
    #[must_use]
    pub fn seating(&self) -> Seating {
        Seating {
            supervisor: self.supervisor.as_ref().map(|s| s.mode),
            interpreter: self.interpreter.as_ref().is_some_and(|i| i.seated.is_some()),
            hold: self.hold.is_some(),
        }
    }
}

/// A session that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// As it was.
    pub session: Session,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How.
    pub by: EndedBy,
}
