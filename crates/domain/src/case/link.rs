//! The link: new one, claim by a browser, a second browser, expiry.
//! Must not know how the token travels.

use super::{Case, Claim, DROP_BOOST, Fact, Input, JoinMode, Outcome, Phase, Ticket, TicketState, Transition};
use crate::consent::MAX_CONSENTS;
use crate::ids::TicketId;
use crate::invitation::{Binding, CHALLENGE_TRIES, FreshLink, MAX_INVITATIONS};
use crate::refusal::{Code, Refusal};
use crate::session::EndedBy;
use crate::time::{Span, Timestamp};
use crate::trigger::Mode;

impl Case {
    pub(super) fn new_link(&self, link: FreshLink, life: Span, now: Timestamp) -> Result<Transition, Refusal> {
        let reopened = matches!(self.phase, Phase::Closed { outcome: Outcome::Abandoned | Outcome::Expired, .. });
        let waiting = matches!(self.phase, Phase::Reported | Phase::Invited | Phase::Claimed | Phase::Callback { .. });
        if !(reopened || waiting) {
            return Err(self.wrong("new_link"));
        }
        if self.answer.mode == Mode::None {
            return Err(self.refuse(Code::NotOffered, "new_link"));
        }
        if self.invitations >= MAX_INVITATIONS {
            return Err(self.refuse(Code::LimitReached, "new_link"));
        }
        let mut next = self.clone();
        let fact = next.invite(link, life, now);
        Ok(self.step(next, now, vec![fact]))
    }

    pub(super) fn claim(&self, claim: Claim, now: Timestamp) -> Result<Transition, Refusal> {
        let Some(invitation) = &self.invitation else { return Err(self.wrong("claim")) };
        let live = matches!(self.phase, Phase::Live { .. } | Phase::Waiting { .. });
        if !live && !matches!(self.phase, Phase::Invited | Phase::Claimed) {
            return Err(self.wrong("claim"));
        }
        if !live && invitation.expired(now) {
            return Err(self.refuse(Code::InvitationExpired, "claim"));
        }
        if !claim.open && !live {
            return Err(self.refuse(Code::ClosedHours, "claim"));
        }
        if self.consents.len() >= MAX_CONSENTS {
            return Err(self.refuse(Code::LimitReached, "claim"));
        }
        let own = self.binding.as_ref().is_some_and(|b| b.client == claim.client);
        if !own && let Some(refused) = self.foreign(&claim, now)? {
            return Ok(refused);
        }
        Ok(self.bind(claim, own, now))
    }

    /// Another browser holds the link: `None` lets the new one in, `Some` keeps the failed try.
    fn foreign(&self, claim: &Claim, now: Timestamp) -> Result<Option<Transition>, Refusal> {
        let (Some(binding), Some(invitation)) = (&self.binding, &self.invitation) else { return Ok(None) };
        // A new link was issued after the old browser claimed: the old one has no say.
        if binding.at < invitation.issued_at && !binding.met {
            return Ok(None);
        }
        let Some(birth_date) = &self.claimed.birth_date else {
            return if binding.met { Err(self.refuse(Code::InvitationBound, "claim")) } else { Ok(None) };
        };
        if binding.tries_left == 0 {
            return Err(self.refuse(Code::ChallengeLocked, "claim"));
        }
        let given = claim.birth_date.as_deref();
        if given.is_none() {
            return Err(self.refuse(Code::InvitationBound, "claim"));
        }
        if given == Some(birth_date.reveal().as_str()) {
            return Ok(None);
        }
        let mut next = self.clone();
        let tries_left = binding.tries_left - 1;
        if let Some(b) = &mut next.binding {
            b.tries_left = tries_left;
        }
        let fact = Fact::ForeignClaim { invitation: invitation.id, client: claim.client, tries_left };
        Ok(Some(self.step(next, now, vec![fact])))
    }

    fn bind(&self, claim: Claim, own: bool, now: Timestamp) -> Transition {
        let mut next = self.clone();
        let mut facts = Vec::new();
        let device = self.binding.as_ref().map_or(0, |b| b.devices).saturating_add(u8::from(!own));
        if !own {
            next.binding = Some(Binding {
                client: claim.client,
                secret_hash: claim.secret_hash,
                at: now,
                met: self.binding.as_ref().is_some_and(|b| b.met),
                devices: device,
                tries_left: CHALLENGE_TRIES,
            });
            if let Some(invitation) = &self.invitation {
                facts.push(Fact::InvitationClaimed { invitation: invitation.id, client: claim.client, device });
            }
        }
        let c = &claim.consent;
        facts.push(Fact::ConsentGiven {
            text_sha256: c.text_sha256,
            version: c.version,
            locale: c.locale.clone(),
            commitment: c.commitment,
        });
        next.consents.push(claim.consent);
        next.mode = claim.mode;
        match &mut next.phase {
            Phase::Invited | Phase::Claimed => facts.push(next.queue(claim.ticket, claim.mode, now)),
            Phase::Waiting { ticket } => {
                if matches!(ticket.state, TicketState::Parked { .. }) {
                    ticket.state = TicketState::Queued;
                    facts.push(Fact::TicketBack { ticket: ticket.id });
                }
            }
            Phase::Live { .. }
            | Phase::Reported
            | Phase::Callback { .. }
            | Phase::Deciding { .. }
            | Phase::UnderReview { .. }
            | Phase::Closed { .. } => {}
        }
        self.step(next, now, facts)
    }

    fn queue(&mut self, id: TicketId, mode: JoinMode, now: Timestamp) -> Fact {
        let dropped = self.past.last().is_some_and(|p| matches!(p.by, EndedBy::CustomerLost | EndedBy::AgentLost));
        let boost = if dropped { DROP_BOOST } else { 0 };
        let ticket = Ticket { id, queued_at: now, boost, cooling: Vec::new(), state: TicketState::Queued, rings: 0, wants: None };
        self.phase = Phase::Waiting { ticket };
        Fact::TicketQueued { ticket: id, mode, boost, again: !self.past.is_empty() }
    }

    /// A deadline passed: expiry, lost place, call back, lost session, late decision.
    pub(super) fn wake(&self, link: FreshLink, life: Span, now: Timestamp) -> Transition {
        if self.deadline().is_none_or(|due| now < due) {
            return self.stay();
        }
        match &self.phase {
            Phase::Invited | Phase::Claimed => {
                let outcome = if self.binding.is_some() { Outcome::Abandoned } else { Outcome::Expired };
                let expired = Fact::InvitationExpired { invitation: self.invitation.as_ref().map(|i| i.id) };
                let next = self.with_phase(Phase::Closed { outcome, decision: None, at: now });
                self.step(next, now, vec![expired, Fact::CaseClosed { outcome }])
            }
            Phase::Waiting { ticket } => self.place_lost(ticket, now),
            Phase::Callback { .. } => match self.handle(Input::NewLink { link, life }, now) {
                Ok(t) => t,
                // No link can go out any more (limit reached): the case must not wake for ever.
                Err(_) => {
                    let outcome = Outcome::Abandoned;
                    let next = self.with_phase(Phase::Closed { outcome, decision: None, at: now });
                    self.step(next, now, vec![Fact::CaseClosed { outcome }])
                }
            },
            Phase::Live { session, .. } if session.given_up().is_some_and(|until| until <= now) => self.session_lost(session, now),
            Phase::Live { .. } => self.commands_late(now),
            Phase::Deciding { agent, .. } => self.decide_late(*agent, link, life, now),
            Phase::UnderReview { .. } | Phase::Closed { .. } => self.review_late(now),
            Phase::Reported => self.stay(),
        }
    }
}
