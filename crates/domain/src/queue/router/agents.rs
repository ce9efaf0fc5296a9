//! What happens to agents: free, ringing, on a call, wrap-up, away, lost.
//! Must not know why a contact waits.

use super::{Agent, Command, MAX_AGENTS, Phase, Presence, Router, Timer, Token, refuse};
use crate::ids::{AgentId, TicketId};
use crate::queue::Skills;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

impl Router {
    pub(super) fn agent_free(&mut self, id: AgentId, skills: Skills) -> Result<(), Refusal> {
        let Some(agent) = self.agents.get(&id).copied() else {
            if self.agents.len() >= MAX_AGENTS {
                return refuse(Code::LimitReached, "agent_free", "queue");
            }
            self.agents.insert(id, Agent { skills, since: self.now, presence: Presence::Free });
            self.free.insert(self.now, id, skills);
            return Ok(());
        };
        let since = match agent.presence {
            Presence::Offered(_) => return refuse(Code::AgentBusy, "agent_free", "offered"),
            Presence::OnCall(_) => return refuse(Code::AgentBusy, "agent_free", "on_call"),
            Presence::Free => agent.since,
            Presence::WrapUp { until, .. } => {
                self.timers.remove(&(until, Timer::WrapUp(id)));
                agent.since
            }
            Presence::Away => self.now,
        };
        self.agents.insert(id, Agent { skills, since, presence: agent.presence });
        self.set_free(id);
        Ok(())
    }

    pub(super) fn more_wrap_up(&mut self, id: AgentId) -> Result<(), Refusal> {
        let presence = self.agents.get(&id).map(|agent| agent.presence);
        let Some(Presence::WrapUp { until, extended: false }) = presence else {
            return refuse(Code::WrongPhase, "more_wrap_up", "agent");
        };
        self.timers.remove(&(until, Timer::WrapUp(id)));
        self.wrap_until(id, until + self.timing.more_wrap_up, true);
        Ok(())
    }

    pub(super) fn agent_away(&mut self, id: AgentId) -> Result<(), Refusal> {
        match self.agents.get(&id).map(|agent| agent.presence) {
            None => refuse(Code::AgentNotAvailable, "agent_away", "absent"),
            // The call goes on; away is for afterwards.
            Some(Presence::OnCall(_)) => refuse(Code::AgentBusy, "agent_away", "on_call"),
            Some(presence) => {
                self.release(id, presence);
                self.set_presence(id, Presence::Away);
                Ok(())
            }
        }
    }

    pub(super) fn agent_lost(&mut self, id: AgentId) -> Result<(), Refusal> {
        let Some(agent) = self.agents.get(&id).copied() else {
            return refuse(Code::AgentNotAvailable, "agent_lost", "absent");
        };
        self.release(id, agent.presence);
        self.agents.remove(&id);
        if let Presence::OnCall(contact) = agent.presence {
            self.call_lost(contact);
        }
        Ok(())
    }

    pub(super) fn accept(&mut self, token: Token) -> Result<(), Refusal> {
        let (contact, agent) = self.take_offer(token, "accept")?;
        // The losers of the race are told before anybody can be offered anything new.
        self.withdraw_all(contact);
        self.set_phase(contact, Phase::Connected(agent));
        self.set_presence(agent, Presence::OnCall(contact));
        self.out.push(Command::Connect { contact, agent });
        Ok(())
    }

    pub(super) fn decline(&mut self, token: Token, input: &'static str) -> Result<(), Refusal> {
        let (contact, agent) = self.take_offer(token, input)?;
        self.set_free(agent);
        self.refused(contact, agent);
        Ok(())
    }

    pub(super) fn miss(&mut self, token: Token) -> Result<(), Refusal> {
        let (contact, agent) = self.take_offer(token, "miss")?;
        self.set_presence(agent, Presence::Away);
        self.out.push(Command::SetAway(agent));
        self.refused(contact, agent);
        Ok(())
    }

    /// Makes the agent free with the idle time it had.
    pub(super) fn set_free(&mut self, id: AgentId) {
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.presence = Presence::Free;
            self.free.insert(agent.since, id, agent.skills);
        }
    }

    /// The contact is over for the agent, who counts as idle from now.
    pub(super) fn start_wrap_up(&mut self, id: AgentId) {
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.since = self.now;
        }
        self.wrap_until(id, self.now + self.timing.wrap_up, false);
    }

    fn wrap_until(&mut self, id: AgentId, until: Timestamp, extended: bool) {
        self.set_presence(id, Presence::WrapUp { until, extended });
        self.timers.insert((until, Timer::WrapUp(id)));
    }

    fn set_presence(&mut self, id: AgentId, presence: Presence) {
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.presence = presence;
        }
    }

    /// Ends what binds the agent outside a call: the free set, the offer, the wrap-up timer.
    fn release(&mut self, id: AgentId, presence: Presence) {
        match presence {
            Presence::Free => {
                if let Some(agent) = self.agents.get(&id) {
                    self.free.remove(agent.since, id);
                }
            }
            Presence::Offered(contact) => self.rescind(contact, id),
            Presence::WrapUp { until, .. } => {
                self.timers.remove(&(until, Timer::WrapUp(id)));
            }
            Presence::OnCall(_) | Presence::Away => {}
        }
    }

    /// Takes the offer from an agent who cannot answer it; it does not count as a refusal.
    fn rescind(&mut self, contact: TicketId, agent: AgentId) {
        let token = match self.contacts.get(&contact).map(|waiting| &waiting.phase) {
            Some(Phase::Offered(offers)) => offers.get(&agent).map(|(token, _)| *token),
            Some(Phase::Waiting(_) | Phase::Parked(_) | Phase::Connected(_)) | None => None,
        };
        let Some(token) = token else { return };
        if self.take_offer(token, "rescind").is_ok() {
            self.out.push(Command::Withdraw { agent, token });
            self.wait_if_unoffered(contact);
        }
    }

    /// Ends one offer in every structure; the agent's presence is the caller's to set.
    fn take_offer(&mut self, token: Token, input: &'static str) -> Result<(TicketId, AgentId), Refusal> {
        let Some((id, agent)) = self.offers.remove(&token) else {
            return refuse(Code::Stale, input, "offer");
        };
        if let Some(Phase::Offered(offers)) = self.contacts.get_mut(&id).map(|contact| &mut contact.phase)
            && let Some((token, due)) = offers.remove(&agent)
        {
            self.timers.remove(&(due, Timer::Offer(token)));
        }
        Ok((id, agent))
    }

    fn refused(&mut self, id: TicketId, agent: AgentId) {
        self.cool(id, agent);
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.refusals = contact.refusals.saturating_add(1);
            if contact.refusals >= 2 {
                self.out.push(Command::AlertRefused(id));
            }
        }
        self.wait_if_unoffered(id);
    }

    fn wait_if_unoffered(&mut self, id: TicketId) {
        let unoffered = matches!(self.contacts.get(&id).map(|contact| &contact.phase), Some(Phase::Offered(offers)) if offers.is_empty());
        if unoffered {
            self.start_waiting(id);
        }
    }
}
