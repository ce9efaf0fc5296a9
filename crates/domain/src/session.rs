//! The live session: joining, live, interrupted, ended.
//! Must not know media.

use crate::device::UnderWay;
use crate::evidence::Recording;
use crate::ids::{AgentId, SessionId};
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
}

impl Session {
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
