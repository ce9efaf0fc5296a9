//! The router: a single-writer machine of contacts, agents, offers and timers.
//! Must not know sockets or the store; time and events come in, commands go out.

use super::matching::{Free, Run, Waiting};
use super::{Choice, MAX_AGENTS, MAX_TICKETS, Skills, WaitingTicket};
use crate::ids::{AgentId, TicketId};
use crate::refusal::{Code, Refusal};
use crate::time::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Names one offer of one contact to one agent; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(pub u64);

/// How a contact left the queue for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Spoke with an agent.
    Served,
    /// Gave up, or did not come back to its parked place.
    Abandoned,
    /// Its time was over.
    Expired,
    /// Took a call-back instead.
    Callback,
    /// Withdrawn by the bank or the system.
    Cancelled,
}

/// What happens to the router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A timer may be due.
    Wake,
    /// A contact enters the queue.
    Arrive(WaitingTicket),
    /// A contact that is not with an agent leaves.
    Leave(TicketId, Ending),
    /// The customer's socket is lost before an agent answered: the place is kept for a while.
    Park(TicketId),
    /// The parked customer is here again.
    Back(TicketId),
    /// A contact in a call goes back to the queue for other skills, with its old arrival.
    Transfer(TicketId, Skills),
    /// The call is over.
    CallEnded(TicketId),
    /// Signed in, ready again, or done with wrap-up.
    AgentFree(AgentId, Skills),
    /// Needs more time for wrap-up; once.
    MoreWrapUp(AgentId),
    /// Busy with something that is not from this queue, or on a break.
    AgentAway(AgentId),
    /// The heartbeat is missing, or the agent signed out.
    AgentLost(AgentId),
    /// The agent takes the offer.
    Accept(Token),
    /// The agent declines.
    Reject(Token),
    /// The agent's page says that nobody reacted.
    Miss(Token),
}

/// What the caller does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ring this agent.
    Offer {
        /// For whom.
        contact: TicketId,
        /// Whom to ring.
        agent: AgentId,
        /// The offer's name.
        token: Token,
        /// When it counts as missed.
        due: Timestamp,
    },
    /// Stop ringing.
    Withdraw {
        /// The agent that rings.
        agent: AgentId,
        /// The offer that no longer counts.
        token: Token,
    },
    /// Bring the two together.
    Connect {
        /// The customer.
        contact: TicketId,
        /// The agent.
        agent: AgentId,
    },
    /// Show the agent as away, and tell the supervisor: an offer was missed.
    SetAway(AgentId),
    /// Tell the supervisor: this contact was rejected or missed again.
    AlertRefused(TicketId),
    /// Offer this contact to be called back.
    SuggestCallback(TicketId),
    /// Wrap-up time is over: the agent is free.
    WrapUpOver(AgentId),
    /// The contact is gone for good.
    Ended(TicketId, Ending),
    /// The event does not fit the state; nothing changed by it.
    Refuse(Refusal),
}

/// Times and choices of a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How the agent is chosen.
    pub choice: Choice,
    /// How long an offer rings: 8 s by hand, 1.5 s (and some slack) when it is auto-accepted.
    pub ring: Span,
    /// How long a contact is kept from an agent who declined or missed it.
    pub cooldown: Span,
    /// How long a lost customer's place is kept.
    pub park: Span,
    /// How long wrap-up may take.
    pub wrap_up: Span,
    /// The one extension of wrap-up.
    pub more_wrap_up: Span,
    /// After this wait a call-back is suggested, once.
    pub callback_after: Span,
    /// After this wait a contact is offered to several agents at once …
    pub parallel_after: Span,
    /// … to at most so many.
    pub parallel: u8,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            choice: Choice::LongestIdle,
            ring: Span::seconds(8),
            cooldown: super::COOLDOWN,
            park: Span::seconds(60),
            wrap_up: Span::seconds(20),
            more_wrap_up: Span::seconds(60),
            callback_after: Span::seconds(45),
            parallel_after: Span::seconds(60),
            parallel: 3,
        }
    }
}

#[derive(Clone, Debug)]
enum Phase {
    /// In the bucket of this need.
    Waiting(Skills),
    Offered(BTreeMap<AgentId, (Token, Timestamp)>),
    Parked(Timestamp),
    Connected(AgentId),
}

#[derive(Clone, Debug)]
struct Contact {
    ticket: WaitingTicket,
    phase: Phase,
    refusals: u32,
    callback_suggested: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Free,
    Offered(TicketId),
    OnCall(TicketId),
    WrapUp { until: Timestamp, extended: bool },
    Away,
}

#[derive(Clone, Copy, Debug)]
struct Agent {
    skills: Skills,
    since: Timestamp,
    presence: Presence,
}

/// Timers of one instant fire in this order, then by id. Each can be told from the state, so
/// that it is removed with what it was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Offer(Token),
    WrapUp(AgentId),
    Cool(TicketId, AgentId),
    Ring(TicketId),
    Park(TicketId),
    Callback(TicketId),
}

/// The state of one queue.
#[derive(Clone, Debug, Default)]
pub struct Router {
    timing: Timing,
    seed: u64,
    now: Timestamp,
    contacts: BTreeMap<TicketId, Contact>,
    agents: BTreeMap<AgentId, Agent>,
    waiting: Waiting,
    free: Free,
    offers: BTreeMap<Token, (TicketId, AgentId)>,
    timers: BTreeSet<(Timestamp, Timer)>,
    last_token: u64,
    arrivals: u64,
    endings: BTreeMap<Ending, u64>,
    out: Vec<Command>,
}

impl Router {
    /// An empty queue; the seed matters for a random choice only, and is recorded by the caller.
    #[must_use]
    pub fn new(timing: Timing, seed: u64) -> Self {
        Self { timing, seed, ..Self::default() }
    }

    /// When to send `Wake`, if nothing else comes before.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// Applies one event, fires what is due, matches, and says what to do.
    /// A clock that steps back stands still.
    pub fn handle(&mut self, event: Event, now: Timestamp) -> Vec<Command> {
        self.now = self.now.max(now);
        if let Err(refusal) = self.apply(event) {
            self.out.push(Command::Refuse(refusal));
        }
        while let Some((due, timer)) = self.timers.first().copied().filter(|(due, _)| *due <= self.now) {
            self.timers.remove(&(due, timer));
            self.fire(timer);
        }
        self.match_waiting();
        std::mem::take(&mut self.out)
    }

    /// How many contacts ever arrived.
    #[must_use]
    pub const fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// How many contacts ended in each way.
    #[must_use]
    pub const fn endings(&self) -> &BTreeMap<Ending, u64> {
        &self.endings
    }

    /// How many contacts are here: waiting, offered, parked or in a call.
    #[must_use]
    pub fn present(&self) -> usize {
        self.contacts.len()
    }

    /// A waiting contact's place in line from 1; 0 if an offer is out, `None` otherwise.
    #[must_use]
    pub fn position(&self, contact: TicketId) -> Option<u32> {
        let contact = self.contacts.get(&contact)?;
        match &contact.phase {
            Phase::Offered(_) => Some(0),
            Phase::Waiting(need) => {
                let staffed: Vec<Skills> =
                    self.agents.values().filter(|agent| agent.presence != Presence::Away).map(|agent| agent.skills).collect();
                Some(self.waiting.ahead(contact.ticket.key(), *need, &staffed).saturating_add(1))
            }
            Phase::Parked(_) | Phase::Connected(_) => None,
        }
    }

    fn apply(&mut self, event: Event) -> Result<(), Refusal> {
        match event {
            Event::Wake => Ok(()),
            Event::Arrive(ticket) => self.arrive(ticket),
            Event::Leave(id, ending) => self.leave(id, ending),
            Event::Park(id) => self.park(id),
            Event::Back(id) => self.back(id),
            Event::Transfer(id, need) => self.transfer(id, need),
            Event::CallEnded(id) => self.call_ended(id),
            Event::AgentFree(id, skills) => self.agent_free(id, skills),
            Event::MoreWrapUp(id) => self.more_wrap_up(id),
            Event::AgentAway(id) => self.agent_away(id),
            Event::AgentLost(id) => self.agent_lost(id),
            Event::Accept(token) => self.accept(token),
            Event::Reject(token) => self.decline(token, "reject"),
            Event::Miss(token) => self.miss(token),
        }
    }

    fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::Offer(token) => {
                // The timer goes with its offer, so the offer is there.
                let _ = self.miss(token);
            }
            Timer::WrapUp(id) => {
                self.set_free(id);
                self.out.push(Command::WrapUpOver(id));
            }
            Timer::Cool(id, agent) => {
                if let Some(contact) = self.contacts.get_mut(&id) {
                    contact.ticket.cooling.remove(&agent);
                }
            }
            Timer::Ring(id) => {
                self.stop_waiting(id);
                self.start_waiting(id);
            }
            Timer::Park(id) => self.end(id, Ending::Abandoned),
            Timer::Callback(id) => {
                if let Some(contact) = self.contacts.get_mut(&id) {
                    contact.callback_suggested = true;
                    self.out.push(Command::SuggestCallback(id));
                }
            }
        }
    }

    fn match_waiting(&mut self) {
        let (timing, now, contacts) = (self.timing, self.now, &self.contacts);
        let offers = |ticket: &WaitingTicket| if ticket.enqueued + timing.parallel_after <= now { timing.parallel.max(1) } else { 1 };
        let ticket = |id: TicketId| contacts.get(&id).map(|contact| &contact.ticket);
        let run = Run { waiting: &self.waiting, ticket, offers, choice: timing.choice, seed: self.seed, now };
        for proposal in run.propose(&mut self.free) {
            self.offer(proposal.ticket, proposal.agent);
        }
    }

    fn offer(&mut self, id: TicketId, agent: AgentId) {
        self.stop_waiting(id);
        self.last_token += 1;
        let (token, due) = (Token(self.last_token), self.now + self.timing.ring);
        if let Some(ringing) = self.agents.get_mut(&agent) {
            ringing.presence = Presence::Offered(id);
        }
        if let Some(contact) = self.contacts.get_mut(&id) {
            match &mut contact.phase {
                Phase::Offered(offers) => drop(offers.insert(agent, (token, due))),
                Phase::Waiting(_) | Phase::Parked(_) | Phase::Connected(_) => {
                    contact.phase = Phase::Offered(BTreeMap::from([(agent, (token, due))]))
                }
            }
        }
        self.offers.insert(token, (id, agent));
        self.timers.insert((due, Timer::Offer(token)));
        self.out.push(Command::Offer { contact: id, agent, token, due });
    }
}

mod contacts;

mod agents;

const fn refuse<T>(code: Code, input: &'static str, phase: &'static str) -> Result<T, Refusal> {
    Err(Refusal::new(code, input, phase))
}

impl Phase {
    const fn name(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "waiting",
            Self::Offered(_) => "offered",
            Self::Parked(_) => "parked",
            Self::Connected(_) => "connected",
        }
    }
}
