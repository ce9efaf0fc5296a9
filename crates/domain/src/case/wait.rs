//! Waiting: the place in the queue, parking, rings, call back.
//! Must not know how agents are chosen.

use super::{Case, Fact, Outcome, PARKED, Phase, ReservationEnd, Ticket, TicketEnd, TicketState, Transition};
use crate::ids::{AgentId, ReservationId};
use crate::invitation::RESUME_LIFE;
use crate::refusal::{Code, Refusal};
use crate::session::EndedBy;
use crate::time::{Span, Timestamp};

/// How long an agent who passed a ring on is not rung again for the same customer.
const COOLING: Span = Span::seconds(10);
/// Most agents cooling at once for one ticket.
const MAX_COOLING: usize = 16;
/// How far ahead a call back may be booked.
pub(super) const CALLBACK_WITHIN: Span = Span::minutes(7 * 24 * 60);

impl Case {
    pub(super) fn customer_back(&self, now: Timestamp) -> Transition {
        let Phase::Waiting { ticket } = &self.phase else { return self.stay() };
        if !matches!(ticket.state, TicketState::Parked { .. }) {
            return self.stay();
        }
        let fact = Fact::TicketBack { ticket: ticket.id };
        self.step(self.with_ticket(ticket, TicketState::Queued), now, vec![fact])
    }

    pub(super) fn customer_gone(&self, now: Timestamp) -> Transition {
        let Phase::Waiting { ticket } = &self.phase else { return self.stay() };
        let mut facts = vec![Fact::TicketParked { ticket: ticket.id }];
        match ticket.state {
            TicketState::Parked { .. } => return self.stay(),
            TicketState::Queued => {}
            TicketState::Reserved { agent, reservation } => {
                facts.insert(0, Fact::ReservationEnded { agent, reservation, how: ReservationEnd::Rescinded });
            }
        }
        let next = self.with_ticket(ticket, TicketState::Parked { until: now + PARKED });
        self.step(next, now, facts)
    }

    pub(super) fn customer_leave(&self, now: Timestamp) -> Result<Transition, Refusal> {
        match &self.phase {
            Phase::Waiting { ticket } => {
                let mut facts = self.rescinded(ticket);
                facts.push(Fact::TicketEnded { ticket: ticket.id, how: TicketEnd::Left });
                Ok(self.step(self.with_phase(Phase::Claimed), now, facts))
            }
            Phase::Live { session, .. } => Ok(self.finish(session, EndedBy::Customer, now)),
            Phase::Invited | Phase::Claimed => Ok(self.stay()),
            Phase::Reported | Phase::Callback { .. } | Phase::Deciding { .. } | Phase::UnderReview { .. } | Phase::Closed { .. } => {
                Err(self.wrong("leave"))
            }
        }
    }

    pub(super) fn call_back(&self, at: Timestamp, now: Timestamp) -> Result<Transition, Refusal> {
        let closed = matches!(self.phase, Phase::Closed { outcome: Outcome::Abandoned | Outcome::Expired, .. });
        if at < now || at > now + CALLBACK_WITHIN {
            return Err(self.refuse(Code::OutOfRange, "call_back"));
        }
        let mut facts = match &self.phase {
            Phase::Waiting { ticket } => {
                let mut facts = self.rescinded(ticket);
                facts.push(Fact::TicketEnded { ticket: ticket.id, how: TicketEnd::Callback });
                facts
            }
            Phase::Invited | Phase::Claimed | Phase::Callback { .. } => Vec::new(),
            Phase::Closed { .. } if closed => Vec::new(),
            Phase::Reported | Phase::Live { .. } | Phase::Deciding { .. } | Phase::UnderReview { .. } | Phase::Closed { .. } => {
                return Err(self.wrong("call_back"));
            }
        };
        facts.push(Fact::CallbackBooked { due: at });
        Ok(self.step(self.with_phase(Phase::Callback { due: at }), now, facts))
    }

    pub(super) fn reserve(&self, agent: AgentId, reservation: ReservationId, now: Timestamp) -> Result<Transition, Refusal> {
        let Phase::Waiting { ticket } = &self.phase else { return Err(self.wrong("reserve")) };
        if ticket.state != TicketState::Queued {
            return Err(self.refuse(Code::Stale, "reserve"));
        }
        let mut ticket = ticket.clone();
        ticket.state = TicketState::Reserved { agent, reservation };
        ticket.rings = ticket.rings.saturating_add(1);
        let fact = Fact::AgentReserved { agent, reservation };
        Ok(self.step(self.with_phase(Phase::Waiting { ticket }), now, vec![fact]))
    }

    pub(super) fn ring_ended(&self, ring: ReservationId, how: ReservationEnd, now: Timestamp) -> Result<Transition, Refusal> {
        let Phase::Waiting { ticket } = &self.phase else { return Err(self.wrong("ring_ended")) };
        let TicketState::Reserved { agent, reservation } = ticket.state else { return Err(self.refuse(Code::Stale, "ring_ended")) };
        if reservation != ring {
            return Err(self.refuse(Code::Stale, "ring_ended"));
        }
        let mut ticket = ticket.clone();
        ticket.state = TicketState::Queued;
        ticket.cooling.retain(|(who, until)| *who != agent && *until > now);
        ticket.cooling.truncate(MAX_COOLING - 1);
        ticket.cooling.push((agent, now + COOLING));
        let fact = Fact::ReservationEnded { agent, reservation, how };
        Ok(self.step(self.with_phase(Phase::Waiting { ticket }), now, vec![fact]))
    }

    /// The page was lost for too long: the place goes, the link stays good for a while.
    pub(super) fn place_lost(&self, ticket: &Ticket, now: Timestamp) -> Transition {
        let fact = Fact::TicketEnded { ticket: ticket.id, how: TicketEnd::Lost };
        let mut next = self.with_phase(Phase::Claimed);
        if let Some(invitation) = &mut next.invitation {
            invitation.expires_at = invitation.expires_at.max(now + RESUME_LIFE);
        }
        self.step(next, now, vec![fact])
    }

    fn rescinded(&self, ticket: &Ticket) -> Vec<Fact> {
        match ticket.state {
            TicketState::Reserved { agent, reservation } => {
                vec![Fact::ReservationEnded { agent, reservation, how: ReservationEnd::Rescinded }]
            }
            TicketState::Queued | TicketState::Parked { .. } => Vec::new(),
        }
    }

    fn with_ticket(&self, ticket: &Ticket, state: TicketState) -> Self {
        self.with_phase(Phase::Waiting { ticket: Ticket { state, ..ticket.clone() } })
    }
}
