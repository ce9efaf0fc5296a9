//! A place in the queue.
//! Must not know who is served next.

use super::Wants;
use crate::ids::{AgentId, ReservationId, TicketId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A waiting place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Given by the caller.
    pub id: TicketId,
    /// When the customer first queued; kept through drops, misses and transfers.
    pub queued_at: Timestamp,
    /// Seconds of virtual age, 0..=600.
    pub boost: u32,
    /// An agent who should not be rung at once again, until when.
    pub cooling: Vec<(AgentId, Timestamp)>,
    /// Where it stands.
    pub state: TicketState,
    /// Rings so far.
    pub rings: u16,
    /// Whom an agent handed it to.
    #[serde(default)]
    pub wants: Option<Wants>,
}

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum TicketState {
    /// May be rung.
    Queued,
    /// An agent is being rung.
    Reserved {
        /// Who.
        agent: AgentId,
        /// Which ring.
        reservation: ReservationId,
    },
    /// The page was lost; the place is kept.
    Parked {
        /// Until then.
        until: Timestamp,
    },
}
