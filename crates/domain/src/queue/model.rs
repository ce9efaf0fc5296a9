//! The router said naively: lists, scans and sorting, nothing kept that can be computed.
//! Must not share the router's structures; only the tests know it.
#![expect(clippy::wildcard_enum_match_arm, reason = "each half is given its own events only")]

use super::matching::draw;
use super::{BOOST_DROPPED, Choice, Command, Ending, Event, Proposal, Skills, Timing, Token, WaitingTicket};
use crate::ids::{AgentId, TicketId};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Waiting,
    Offered,
    Parked(Timestamp),
    Connected(AgentId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Free,
    Ringing,
    OnCall,
    Wrap(Timestamp, bool),
    Away,
}

#[derive(Clone, Debug)]
pub(super) struct Contact {
    pub(super) ticket: WaitingTicket,
    pub(super) place: Place,
    refusals: u32,
    suggested: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Agent {
    pub(super) id: AgentId,
    pub(super) skills: Skills,
    pub(super) since: Timestamp,
    pub(super) state: State,
}

#[derive(Clone, Copy, Debug)]
struct Offer {
    token: Token,
    contact: TicketId,
    agent: AgentId,
    due: Timestamp,
}

/// What is due, in the order of one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Offer(Token),
    Wrap(AgentId),
    Cool(TicketId, AgentId),
    Ring(TicketId),
    Park(TicketId),
    Callback(TicketId),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    timing: Timing,
    seed: u64,
    now: Timestamp,
    pub(super) contacts: Vec<Contact>,
    pub(super) agents: Vec<Agent>,
    offers: Vec<Offer>,
    tokens: u64,
    out: Vec<Command>,
}

type Done = Result<(), Code>;

impl Model {
    pub(super) fn new(timing: Timing, seed: u64) -> Self {
        Self { timing, seed, ..Self::default() }
    }

    pub(super) fn handle(&mut self, event: Event, now: Timestamp) -> Vec<Command> {
        self.now = self.now.max(now);
        if let Err(code) = self.apply(event) {
            self.out.push(Command::Refuse(Refusal::new(code, "", "")));
        }
        // Rings need no action here: the need is computed when it is asked for.
        while let Some((_, due)) = self.dues().into_iter().find(|(at, _)| *at <= self.now) {
            self.fire(due);
        }
        self.match_all();
        std::mem::take(&mut self.out)
    }

    /// The naive matching of one moment, over tickets that all wait already.
    pub(super) fn assign(&mut self, tickets: &[WaitingTicket], now: Timestamp) -> Vec<Proposal> {
        self.now = now;
        self.contacts =
            tickets.iter().map(|ticket| Contact { ticket: ticket.clone(), place: Place::Waiting, refusals: 0, suggested: true }).collect();
        self.match_all();
        self.offers.iter().map(|offer| Proposal { ticket: offer.contact, agent: offer.agent }).collect()
    }

    pub(super) fn deadline(&self) -> Option<Timestamp> {
        self.dues().first().map(|(at, _)| *at)
    }

    fn dues(&self) -> Vec<(Timestamp, Due)> {
        let mut dues: Vec<_> = self.offers.iter().map(|offer| (offer.due, Due::Offer(offer.token))).collect();
        for agent in &self.agents {
            if let State::Wrap(until, _) = agent.state {
                dues.push((until, Due::Wrap(agent.id)));
            }
        }
        for Contact { ticket, place, suggested, .. } in &self.contacts {
            dues.extend(ticket.cooling.iter().map(|(agent, until)| (*until, Due::Cool(ticket.id, *agent))));
            if let Place::Parked(until) = place {
                dues.push((*until, Due::Park(ticket.id)));
            }
            if *place == Place::Waiting {
                let rings = ticket.rings.iter().map(|ring| ticket.enqueued + ring.after).filter(|at| *at > self.now);
                dues.extend(rings.map(|at| (at, Due::Ring(ticket.id))));
                if !suggested {
                    dues.push((ticket.enqueued + self.timing.callback_after, Due::Callback(ticket.id)));
                }
            }
        }
        dues.sort();
        dues
    }

    fn fire(&mut self, due: Due) {
        match due {
            Due::Offer(token) => {
                assert_eq!(self.apply(Event::Miss(token)), Ok(()));
            }
            Due::Wrap(id) => {
                self.agent(id).unwrap().state = State::Free;
                self.out.push(Command::WrapUpOver(id));
            }
            Due::Cool(id, agent) => {
                self.contact(id).unwrap().ticket.cooling.remove(&agent);
            }
            Due::Ring(_) => unreachable!("rings are never due here"),
            Due::Park(id) => self.end(id, Ending::Abandoned),
            Due::Callback(id) => {
                self.contact(id).unwrap().suggested = true;
                self.out.push(Command::SuggestCallback(id));
            }
        }
    }

    fn apply(&mut self, event: Event) -> Done {
        match event {
            Event::Wake => {}
            Event::Arrive(ticket) => self.arrive(ticket)?,
            Event::Leave(id, ending) => {
                if matches!(self.place(id)?, Place::Connected(_)) || ending == Ending::Served {
                    return Err(Code::WrongPhase);
                }
                self.end(id, ending);
            }
            Event::Park(id) => {
                if !matches!(self.place(id)?, Place::Waiting | Place::Offered) {
                    return Err(Code::WrongPhase);
                }
                self.withdraw(|offer| offer.contact == id, State::Free);
                let until = self.now + self.timing.park;
                self.contact(id)?.place = Place::Parked(until);
            }
            Event::Back(id) => {
                if !matches!(self.place(id)?, Place::Parked(_)) {
                    return Err(Code::WrongPhase);
                }
                self.contact(id)?.place = Place::Waiting;
            }
            Event::Transfer(id, need) => {
                let Place::Connected(agent) = self.place(id)? else { return Err(Code::WrongPhase) };
                let until = self.now + self.timing.cooldown;
                let contact = self.contact(id)?;
                contact.ticket.need = need;
                contact.place = Place::Waiting;
                contact.ticket.cooling.insert(agent, until);
                self.wrap(agent);
            }
            Event::CallEnded(id) => {
                let Place::Connected(agent) = self.place(id)? else { return Err(Code::WrongPhase) };
                self.end(id, Ending::Served);
                self.wrap(agent);
            }
            Event::AgentFree(..) | Event::MoreWrapUp(_) | Event::AgentAway(_) | Event::AgentLost(_) => self.apply_to_agent(event)?,
            Event::Accept(_) | Event::Reject(_) | Event::Miss(_) => self.apply_to_offer(event)?,
        }
        Ok(())
    }

    fn apply_to_agent(&mut self, event: Event) -> Done {
        match event {
            Event::AgentFree(id, skills) => self.agent_free(id, skills)?,
            Event::MoreWrapUp(id) => {
                let more = self.timing.more_wrap_up;
                let agent = self.agent(id).ok_or(Code::WrongPhase)?;
                let State::Wrap(until, false) = agent.state else { return Err(Code::WrongPhase) };
                agent.state = State::Wrap(until + more, true);
            }
            Event::AgentAway(id) => {
                if self.agent(id).ok_or(Code::AgentNotAvailable)?.state == State::OnCall {
                    return Err(Code::AgentBusy);
                }
                self.withdraw(|offer| offer.agent == id, State::Away);
                self.agent(id).unwrap().state = State::Away;
            }
            Event::AgentLost(id) => {
                self.agent(id).ok_or(Code::AgentNotAvailable)?;
                self.withdraw(|offer| offer.agent == id, State::Away);
                self.agents.retain(|agent| agent.id != id);
                for contact in self.contacts.iter_mut().filter(|contact| contact.place == Place::Connected(id)) {
                    contact.ticket.boost = contact.ticket.boost.max(BOOST_DROPPED);
                    contact.place = Place::Waiting;
                }
            }
            other => unreachable!("{other:?} is not about an agent"),
        }
        Ok(())
    }

    fn apply_to_offer(&mut self, event: Event) -> Done {
        match event {
            Event::Accept(token) => {
                let offer = self.take(token)?;
                self.withdraw(|other| other.contact == offer.contact, State::Free);
                self.contact(offer.contact)?.place = Place::Connected(offer.agent);
                self.agent(offer.agent).unwrap().state = State::OnCall;
                self.out.push(Command::Connect { contact: offer.contact, agent: offer.agent });
            }
            Event::Reject(token) => {
                let offer = self.take(token)?;
                self.agent(offer.agent).unwrap().state = State::Free;
                self.refused(offer);
            }
            Event::Miss(token) => {
                let offer = self.take(token)?;
                self.agent(offer.agent).unwrap().state = State::Away;
                self.out.push(Command::SetAway(offer.agent));
                self.refused(offer);
            }
            other => unreachable!("{other:?} is not about an offer"),
        }
        Ok(())
    }

    fn arrive(&mut self, mut ticket: WaitingTicket) -> Done {
        if self.contact(ticket.id).is_ok() {
            return Err(Code::WrongPhase);
        }
        ticket.enqueued = ticket.enqueued.min(self.now);
        self.contacts.push(Contact { ticket, place: Place::Waiting, refusals: 0, suggested: false });
        Ok(())
    }

    fn agent_free(&mut self, id: AgentId, skills: Skills) -> Done {
        let now = self.now;
        let Some(agent) = self.agent(id) else {
            self.agents.push(Agent { id, skills, since: now, state: State::Free });
            return Ok(());
        };
        if matches!(agent.state, State::Ringing | State::OnCall) {
            return Err(Code::AgentBusy);
        }
        if agent.state == State::Away {
            agent.since = now;
        }
        agent.skills = skills;
        agent.state = State::Free;
        Ok(())
    }

    /// Match one contact at a time, beginning again from the head after each.
    fn match_all(&mut self) {
        loop {
            let mut line: Vec<_> =
                self.contacts.iter().filter(|contact| contact.place == Place::Waiting).map(|contact| contact.ticket.clone()).collect();
            line.sort_by_key(|ticket| (ticket.enqueued.0 - ticket.boost.0.clamp(0, 600_000_000), ticket.id));
            let Some((ticket, agent)) = line.into_iter().find_map(|ticket| self.best(&ticket, 0).map(|agent| (ticket, agent))) else {
                return;
            };
            self.contact(ticket.id).unwrap().place = Place::Offered;
            self.ring(ticket.id, agent);
            if ticket.enqueued + self.timing.parallel_after <= self.now {
                for turn in 1..self.timing.parallel {
                    if let Some(agent) = self.best(&ticket, turn) {
                        self.ring(ticket.id, agent);
                    }
                }
            }
        }
    }

    fn ring(&mut self, contact: TicketId, agent: AgentId) {
        self.tokens += 1;
        let (token, due) = (Token(self.tokens), self.now + self.timing.ring);
        self.agent(agent).unwrap().state = State::Ringing;
        self.offers.push(Offer { token, contact, agent, due });
        self.out.push(Command::Offer { contact, agent, token, due });
    }

    /// Whether this agent may be given this ticket now.
    pub(super) fn fits(&self, ticket: &WaitingTicket, agent: &Agent) -> bool {
        let need = ticket
            .rings
            .iter()
            .filter(|ring| ticket.enqueued + ring.after <= self.now)
            .fold(ticket.need.0, |need, ring| need & !ring.drop.0);
        let cooling = ticket.cooling.get(&agent.id).is_some_and(|until| *until > self.now);
        agent.state == State::Free && need & agent.skills.0 == need && !cooling
    }

    fn best(&self, ticket: &WaitingTicket, turn: u8) -> Option<AgentId> {
        let mut fitting: Vec<_> = self.agents.iter().filter(|agent| self.fits(ticket, agent)).collect();
        fitting.sort_by_key(|agent| (agent.since, agent.id));
        let lacks = |agent: &Agent| ticket.prefers.0 & !agent.skills.0 != 0;
        if self.timing.choice == Choice::Random {
            if fitting.iter().any(|agent| !lacks(agent)) {
                fitting.retain(|agent| !lacks(agent));
            }
            return fitting.get(draw(self.seed, ticket.id, turn, self.now, fitting.len())).map(|agent| agent.id);
        }
        let stranger = |agent: &Agent| !ticket.sticky.is_some_and(|(who, until)| who == agent.id && until > self.now);
        // Stable sorts keep the longest idle first among equals.
        fitting.sort_by_key(|agent| lacks(agent));
        fitting.sort_by_key(|agent| stranger(agent));
        fitting.first().map(|agent| agent.id)
    }

    fn contact(&mut self, id: TicketId) -> Result<&mut Contact, Code> {
        self.contacts.iter_mut().find(|contact| contact.ticket.id == id).ok_or(Code::WrongPhase)
    }

    fn place(&mut self, id: TicketId) -> Result<Place, Code> {
        self.contact(id).map(|contact| contact.place)
    }

    fn agent(&mut self, id: AgentId) -> Option<&mut Agent> {
        self.agents.iter_mut().find(|agent| agent.id == id)
    }

    fn wrap(&mut self, id: AgentId) {
        let (now, until) = (self.now, self.now + self.timing.wrap_up);
        let agent = self.agent(id).unwrap();
        agent.since = now;
        agent.state = State::Wrap(until, false);
    }

    fn take(&mut self, token: Token) -> Result<Offer, Code> {
        let at = self.offers.iter().position(|offer| offer.token == token).ok_or(Code::Stale)?;
        Ok(self.offers.remove(at))
    }

    fn refused(&mut self, offer: Offer) {
        let until = self.now + self.timing.cooldown;
        let contact = self.contact(offer.contact).unwrap();
        contact.ticket.cooling.insert(offer.agent, until);
        contact.refusals += 1;
        if contact.refusals >= 2 {
            self.out.push(Command::AlertRefused(offer.contact));
        }
        self.requeue();
    }

    /// Offered contacts without an offer wait again.
    fn requeue(&mut self) {
        for contact in &mut self.contacts {
            if contact.place == Place::Offered && !self.offers.iter().any(|offer| offer.contact == contact.ticket.id) {
                contact.place = Place::Waiting;
            }
        }
    }

    fn withdraw(&mut self, which: impl Fn(&Offer) -> bool, state: State) {
        let (mut gone, kept): (Vec<_>, Vec<_>) = self.offers.iter().copied().partition(|offer| which(offer));
        self.offers = kept;
        gone.sort_by_key(|offer| offer.agent);
        for offer in gone {
            self.agent(offer.agent).unwrap().state = state;
            self.out.push(Command::Withdraw { agent: offer.agent, token: offer.token });
        }
        self.requeue();
    }

    fn end(&mut self, id: TicketId, ending: Ending) {
        self.withdraw(|offer| offer.contact == id, State::Free);
        self.contacts.retain(|contact| contact.ticket.id != id);
        self.out.push(Command::Ended(id, ending));
    }
}
