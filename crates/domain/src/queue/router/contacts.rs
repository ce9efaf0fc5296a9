//! What happens to contacts: arrive, wait, park, transfer, end.
//! Must not know how a match is made.

use super::{Command, Contact, Ending, MAX_TICKETS, Phase, Presence, Router, Timer, refuse};
use crate::ids::{AgentId, TicketId};
use crate::queue::{BOOST_DROPPED, MAX_AGENTS, Skills, WaitingTicket};
use crate::refusal::{Code, Refusal};

impl Router {
    pub(super) fn arrive(&mut self, mut ticket: WaitingTicket) -> Result<(), Refusal> {
        let id = ticket.id;
        if let Some(contact) = self.contacts.get(&id) {
            return refuse(Code::WrongPhase, "arrive", contact.phase.name());
        }
        if self.contacts.len() >= MAX_TICKETS || ticket.cooling.len() > MAX_AGENTS {
            return refuse(Code::LimitReached, "arrive", "queue");
        }
        // An arrival in the future would wait behind those who come later.
        ticket.enqueued = ticket.enqueued.min(self.now);
        self.arrivals += 1;
        for (agent, until) in &ticket.cooling {
            self.timers.insert((*until, Timer::Cool(id, *agent)));
        }
        let phase = Phase::Waiting(ticket.need);
        self.contacts.insert(id, Contact { ticket, phase, refusals: 0, callback_suggested: false });
        self.start_waiting(id);
        Ok(())
    }

    pub(super) fn leave(&mut self, id: TicketId, ending: Ending) -> Result<(), Refusal> {
        let contact = self.contact(id, "leave")?;
        if matches!(contact.phase, Phase::Connected(_)) || ending == Ending::Served {
            return refuse(Code::WrongPhase, "leave", contact.phase.name());
        }
        self.end(id, ending);
        Ok(())
    }

    pub(super) fn park(&mut self, id: TicketId) -> Result<(), Refusal> {
        let contact = self.contact(id, "park")?;
        if !matches!(contact.phase, Phase::Waiting(_) | Phase::Offered(_)) {
            return refuse(Code::WrongPhase, "park", contact.phase.name());
        }
        self.stop_waiting(id);
        self.withdraw_all(id);
        let until = self.now + self.timing.park;
        self.set_phase(id, Phase::Parked(until));
        self.timers.insert((until, Timer::Park(id)));
        Ok(())
    }

    pub(super) fn back(&mut self, id: TicketId) -> Result<(), Refusal> {
        let contact = self.contact(id, "back")?;
        let Phase::Parked(until) = contact.phase else {
            return refuse(Code::WrongPhase, "back", contact.phase.name());
        };
        self.timers.remove(&(until, Timer::Park(id)));
        self.start_waiting(id);
        Ok(())
    }

    pub(super) fn transfer(&mut self, id: TicketId, need: Skills) -> Result<(), Refusal> {
        let contact = self.contact(id, "transfer")?;
        let Phase::Connected(agent) = contact.phase else {
            return refuse(Code::WrongPhase, "transfer", contact.phase.name());
        };
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.ticket.need = need;
        }
        self.cool(id, agent);
        self.start_waiting(id);
        self.start_wrap_up(agent);
        Ok(())
    }

    pub(super) fn call_ended(&mut self, id: TicketId) -> Result<(), Refusal> {
        let contact = self.contact(id, "call_ended")?;
        let Phase::Connected(agent) = contact.phase else {
            return refuse(Code::WrongPhase, "call_ended", contact.phase.name());
        };
        self.end(id, Ending::Served);
        self.start_wrap_up(agent);
        Ok(())
    }

    /// The agent of a call is lost: the customer goes back to the head of the queue.
    pub(super) fn call_lost(&mut self, id: TicketId) {
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.ticket.boost = contact.ticket.boost.max(BOOST_DROPPED);
        }
        self.start_waiting(id);
    }

    pub(super) fn contact(&self, id: TicketId, input: &'static str) -> Result<&Contact, Refusal> {
        self.contacts.get(&id).ok_or_else(|| Refusal::new(Code::WrongPhase, input, "absent"))
    }

    pub(super) fn set_phase(&mut self, id: TicketId, phase: Phase) {
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.phase = phase;
        }
    }

    /// Puts the contact into the bucket of this moment, with the timers of a waiting one.
    pub(super) fn start_waiting(&mut self, id: TicketId) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let need = contact.ticket.need_at(self.now);
        contact.phase = Phase::Waiting(need);
        self.waiting.insert(need, contact.ticket.key());
        if let Some(at) = contact.ticket.next_ring(self.now) {
            self.timers.insert((at, Timer::Ring(id)));
        }
        if !contact.callback_suggested {
            self.timers.insert((contact.ticket.enqueued + self.timing.callback_after, Timer::Callback(id)));
        }
    }

    /// Takes the contact out of its bucket, if it is in one.
    pub(super) fn stop_waiting(&mut self, id: TicketId) {
        let Some(contact) = self.contacts.get(&id) else { return };
        let Phase::Waiting(need) = contact.phase else { return };
        self.waiting.remove(need, contact.ticket.key());
        let rings = contact.ticket.rings.iter().map(|ring| (contact.ticket.enqueued + ring.after, Timer::Ring(id)));
        for timer in rings.chain([(contact.ticket.enqueued + self.timing.callback_after, Timer::Callback(id))]) {
            self.timers.remove(&timer);
        }
    }

    /// Keeps the contact from this agent for a while.
    pub(super) fn cool(&mut self, id: TicketId, agent: AgentId) {
        let until = self.now + self.timing.cooldown;
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        if let Some(before) = contact.ticket.cooling.insert(agent, until) {
            self.timers.remove(&(before, Timer::Cool(id, agent)));
        }
        self.timers.insert((until, Timer::Cool(id, agent)));
    }

    /// Withdraws every offer of the contact; the agents are free as they were.
    pub(super) fn withdraw_all(&mut self, id: TicketId) {
        let Some(Phase::Offered(offers)) = self.contacts.get(&id).map(|contact| contact.phase.clone()) else { return };
        for (agent, (token, due)) in offers {
            self.offers.remove(&token);
            self.timers.remove(&(due, Timer::Offer(token)));
            self.out.push(Command::Withdraw { agent, token });
            if self.agents.get(&agent).is_some_and(|ringing| ringing.presence == Presence::Offered(id)) {
                self.set_free(agent);
            }
        }
    }

    /// Removes the contact with everything that belongs to it.
    pub(super) fn end(&mut self, id: TicketId, ending: Ending) {
        self.stop_waiting(id);
        self.withdraw_all(id);
        let Some(contact) = self.contacts.remove(&id) else { return };
        if let Phase::Parked(until) = contact.phase {
            self.timers.remove(&(until, Timer::Park(id)));
        }
        for (agent, until) in &contact.ticket.cooling {
            self.timers.remove(&(*until, Timer::Cool(id, *agent)));
        }
        *self.endings.entry(ending).or_default() += 1;
        self.out.push(Command::Ended(id, ending));
    }
}
