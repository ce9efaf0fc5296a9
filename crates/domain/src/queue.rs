//! The queue: who waits, who is free, and who is given to whom.
//! Must not know cases, sockets, or how a reservation is stored. One tenant, one queue.

mod matching;
#[cfg(test)]
mod model;
mod router;
mod skills;
mod staffing;
#[cfg(test)]
mod tests;

pub use router::{Command, Ending, Event, Router, Timing, Token};
pub use skills::{Interner, MAX_SKILL_BYTES, MAX_SKILLS, Skills, is_skill_name};
pub use staffing::{
    Outlook, Tally, bucket, erlang_a, erlang_c, estimate_wait, next_handle_time, shown_wait, staff_erlang_a, staff_erlang_c,
};

use crate::ids::{AgentId, TicketId};
use crate::time::{Span, Timestamp};
use matching::{Free, Run, Waiting};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Waiting places in one queue.
pub const MAX_TICKETS: usize = 20_000;
/// Agents in one queue.
pub const MAX_AGENTS: usize = 2_000;
/// Rings of one ticket.
pub const MAX_RINGS: usize = 6;
/// No boost moves a ticket further ahead than this, so that nobody starves.
pub const MAX_BOOST: Span = Span::seconds(600);
/// The boost of a customer the bank marks as important.
pub const BOOST_VIP: Span = Span::seconds(120);
/// The boost after a dropped call.
pub const BOOST_DROPPED: Span = Span::seconds(300);
/// The boost of a call-back that is due.
pub const BOOST_CALLBACK: Span = Span::seconds(300);
/// How long a ticket is kept from an agent who rejected or missed it.
pub const COOLDOWN: Span = Span::seconds(10);

/// "After so long, these skills are no longer asked for."
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ring {
    /// Time since the ticket was enqueued.
    pub after: Span,
    /// What is dropped from then on.
    pub drop: Skills,
}

impl Ring {
    /// The usual relaxation: after 15 s any document will do, after 30 s any language.
    #[must_use]
    pub fn usual(document: Skills, language: Skills) -> Vec<Self> {
        vec![Self { after: Span::seconds(15), drop: document }, Self { after: Span::seconds(30), drop: language }]
    }
}

/// A customer's place in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingTicket {
    /// Which ticket.
    pub id: TicketId,
    /// When the customer first came; a transfer, a miss or a reconnect keeps it.
    pub enqueued: Timestamp,
    /// How much earlier the ticket counts than it came; more than `MAX_BOOST` counts as that.
    pub boost: Span,
    /// What an agent must have, before the rings relax it.
    pub need: Skills,
    /// What an agent should have: those without come last.
    pub prefers: Skills,
    /// How the need relaxes; only the first `MAX_RINGS` count.
    pub rings: Vec<Ring>,
    /// The agent who knows this customer, first until then.
    pub sticky: Option<(AgentId, Timestamp)>,
    /// Agents who are not given this ticket until then.
    pub cooling: BTreeMap<AgentId, Timestamp>,
}

impl WaitingTicket {
    /// A ticket without boost, rings, preferences or history.
    #[must_use]
    pub const fn new(id: TicketId, enqueued: Timestamp, need: Skills) -> Self {
        Self { id, enqueued, boost: Span::ZERO, need, prefers: Skills::NONE, rings: Vec::new(), sticky: None, cooling: BTreeMap::new() }
    }

    /// The order in which tickets are served: virtual arrival, then id.
    #[must_use]
    pub fn key(&self) -> (Timestamp, TicketId) {
        (self.enqueued - self.boost.clamp(Span::ZERO, MAX_BOOST), self.id)
    }

    /// What is asked of an agent at `now`.
    #[must_use]
    pub fn need_at(&self, now: Timestamp) -> Skills {
        self.rings().filter(|ring| self.enqueued + ring.after <= now).fold(self.need, |need, ring| need.without(ring.drop))
    }

    /// When the need relaxes next after `now`.
    #[must_use]
    pub fn next_ring(&self, now: Timestamp) -> Option<Timestamp> {
        self.rings().map(|ring| self.enqueued + ring.after).filter(|at| *at > now).min()
    }

    fn rings(&self) -> impl Iterator<Item = &Ring> {
        self.rings.iter().take(MAX_RINGS)
    }

    fn is_cooling(&self, agent: AgentId, now: Timestamp) -> bool {
        self.cooling.get(&agent).is_some_and(|until| now < *until)
    }

    fn is_sticky(&self, agent: AgentId, now: Timestamp) -> bool {
        self.sticky.is_some_and(|(who, until)| who == agent && now < until)
    }
}

/// An agent who can take a customer now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeAgent {
    /// Which agent.
    pub id: AgentId,
    /// What the agent can do.
    pub skills: Skills,
    /// When the agent's last contact ended, or the agent signed in.
    pub since: Timestamp,
}

/// How the agent is chosen among those who can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The one who knows the customer, then preferred skills, then longest idle.
    #[default]
    LongestIdle,
    /// Drawn by the seed, for profiles that forbid an assignment one can foretell; preferred
    /// skills still come first, acquaintance does not count.
    Random,
}

/// How `assign` matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rules {
    /// How the agent is chosen.
    pub choice: Choice,
}

/// "Give this ticket to this agent": the store decides whether it comes true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proposal {
    /// Which ticket.
    pub ticket: TicketId,
    /// Which agent.
    pub agent: AgentId,
}

/// Matches all that can be matched: tickets in the order of their keys, each at most one agent,
/// each agent at most one ticket. Tickets and agents beyond the limits are left for the next
/// call, the last in line first. The caller records the seed of a random choice.
#[must_use]
pub fn assign(tickets: &[WaitingTicket], agents: &[FreeAgent], now: Timestamp, rules: &Rules, seed: u64) -> Vec<Proposal> {
    let mut line: Vec<&WaitingTicket> = tickets.iter().collect();
    line.sort_by_key(|ticket| ticket.key());
    line.truncate(MAX_TICKETS);
    let mut waiting = Waiting::default();
    let mut by_id: BTreeMap<TicketId, &WaitingTicket> = BTreeMap::new();
    for ticket in line {
        // A ticket given twice waits once, in its better place.
        if by_id.contains_key(&ticket.id) {
            continue;
        }
        waiting.insert(ticket.need_at(now), ticket.key());
        by_id.insert(ticket.id, ticket);
    }
    let run =
        Run { waiting: &waiting, ticket: |id| by_id.get(&id).copied(), offers: |_: &WaitingTicket| 1, choice: rules.choice, seed, now };
    run.propose(&mut free_of(agents))
}

fn free_of(agents: &[FreeAgent]) -> Free {
    let mut idle: Vec<&FreeAgent> = agents.iter().collect();
    idle.sort_by_key(|agent| (agent.since, agent.id));
    idle.truncate(MAX_AGENTS);
    let mut seen = BTreeMap::new();
    let mut free = Free::default();
    for agent in idle {
        if seen.insert(agent.id, ()).is_none() {
            free.insert(agent.since, agent.id, agent.skills);
        }
    }
    free
}

/// A ticket's place in line, from 1: how many tickets that compete for the same agents come
/// before it, itself included. `agents` are the skills of all staffed agents.
#[must_use]
pub fn position(ticket: &WaitingTicket, tickets: &[WaitingTicket], agents: &[Skills], now: Timestamp) -> u32 {
    let mut waiting = Waiting::default();
    for other in tickets.iter().take(MAX_TICKETS) {
        waiting.insert(other.need_at(now), other.key());
    }
    waiting.ahead(ticket.key(), ticket.need_at(now), agents).saturating_add(1)
}
