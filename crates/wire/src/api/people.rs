//! More people than two: who sits in a session, the floor as a supervisor sees it, an interpreter's page.
//! Must not know the socket that carries it.

use super::invitations::Brand;
use crate::terms::{Seat, SupervisorMode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody who takes part beside the two who talk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Partaker {
    /// `supervisor` or `interpreter`.
    pub seat: Seat,
    /// First name.
    pub name: String,
    /// How a supervisor takes part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<SupervisorMode>,
    /// Tag of the language an interpreter speaks with the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Who sits at the table, as agent and supervisor see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TableView {
    /// Supervisor and interpreter, once they came.
    pub people: Vec<Partaker>,
    /// RFC 3339, since when the customer is on hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_since: Option<String>,
    /// RFC 3339, until when the interpreter's link may be used; absent once they came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter_until: Option<String>,
    /// Why the customer was handed on to this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed: Option<HandedView>,
    /// What was captured counts when the customer continues another day.
    pub keeps_for_later: bool,
}

/// Why a customer was handed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandedView {
    /// In the words of the agent before.
    pub reason: String,
    /// To a senior.
    pub senior: bool,
    /// RFC 3339.
    pub at: String,
}

/// Who sits at the table, as the customer may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CompanyView {
    /// Everybody who can be heard by the customer beside the agent.
    pub people: Vec<Partaker>,
    /// The customer is on hold.
    pub hold: bool,
    /// Was handed on and waits for the next agent.
    pub handed: bool,
    /// After a break the steps start afresh, because the rules of the country ask for it.
    pub fresh_start: bool,
}

/// The floor: live sessions (for supervisors) and colleagues (to hand a customer on to).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FloorView {
    /// May watch, whisper, join and take over.
    pub supervises: bool,
    /// Live sessions, longest first; empty for agents.
    pub live: Vec<LiveRow>,
    /// Colleagues on duty.
    pub colleagues: Vec<Colleague>,
    /// Skills somebody on duty has, such as `lang:ta`, `level:senior`.
    pub skills: Vec<String>,
}

/// One live session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LiveRow {
    /// `case_…`.
    pub case: String,
    /// The customer's name.
    pub name: String,
    /// Language tag.
    pub locale: String,
    /// The agent's name.
    pub agent: String,
    /// RFC 3339.
    pub started_at: String,
    /// `joining`, `live`, `interrupted`, `hold`.
    pub state: String,
    /// First name of the supervisor who is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervisor: Option<String>,
}

/// A colleague on duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Colleague {
    /// `agt_…`.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Waits for a customer.
    pub free: bool,
}

/// To whom a customer is handed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "to", rename_all = "snake_case", deny_unknown_fields)]
pub enum TransferTo {
    /// Whoever has this skill.
    Skill {
        /// Such as `lang:ta`.
        name: String,
    },
    /// This colleague.
    Agent {
        /// `agt_…`.
        id: String,
    },
    /// A senior.
    Senior {},
}

/// What an interpreter's page says on `/v1/interpreter/socket`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum InterpreterMessage {
    /// First message, within 10 s.
    Hello {
        /// From the fragment.
        token: String,
        /// From `seated`, after a reload.
        #[serde(default)]
        client_secret: Option<String>,
    },
    /// Take the seat: the notice was read and agreed to.
    Join {
        /// 1–80 characters, told to both sides.
        name: String,
        /// Hash of the notice that was shown.
        notice_sha256: String,
    },
    /// An SDP offer.
    Offer {
        /// Chosen by the page, 32 hexadecimal digits.
        peer: String,
        /// SDP.
        sdp: String,
    },
    /// Leave.
    Leave {},
    /// Every 5 s.
    Ping {},
}

/// What the server says to an interpreter's page.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum InterpreterPush {
    /// The session now.
    Session {
        /// View.
        view: InterpreterView,
    },
    /// The seat is taken; kept for a reload.
    Seated {
        /// Give it back with `hello`.
        client_secret: String,
    },
    /// The answer to an offer.
    Answer {
        /// The page's peer id.
        peer: String,
        /// SDP.
        sdp: String,
    },
    /// The session is over, or the interpreter was let go.
    Ended {},
    /// The message was not accepted.
    Problem {
        /// Stable code.
        code: String,
        /// In words.
        detail: String,
    },
    /// Answer to ping.
    Pong {},
}

/// A session as its interpreter sees it: no name and no data of the customer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct InterpreterView {
    /// How the page should look.
    pub brand: Brand,
    /// First name of the agent.
    pub agent_name: String,
    /// Tag of the language spoken with the customer.
    pub language: String,
    /// What is agreed to.
    pub notice: String,
    /// Hash of the notice.
    pub notice_sha256: String,
    /// The seat is this page's.
    pub seated: bool,
    /// The customer is on hold.
    pub hold: bool,
}
