//! Face to face: accept, media up and down, interruption by profile, recording, end.
//! Must not know RTP.

use super::{Case, DROP_BOOST, Fact, JoinMode, Phase, Ticket, TicketState, Transition};
use crate::digest::Digest;
use crate::evidence::Recording;
use crate::ids::{AgentId, ReservationId, SessionId, TicketId};
use crate::invitation::RESUME_LIFE;
use crate::refusal::{Code, Refusal};
use crate::session::{DECIDE_WITHIN, EndedBy, MAX_SESSIONS, SEAT_HELD, Seat, Session, State};
use crate::time::Timestamp;

impl Case {
    pub(super) fn accept(
        &self,
        agent: AgentId,
        ring: ReservationId,
        id: SessionId,
        seed: u64,
        now: Timestamp,
    ) -> Result<Transition, Refusal> {
        let Phase::Waiting { ticket } = &self.phase else { return Err(self.wrong("accept")) };
        if ticket.state != (TicketState::Reserved { agent, reservation: ring }) {
            return Err(self.refuse(Code::Stale, "accept"));
        }
        if self.past.len() >= MAX_SESSIONS {
            return Err(self.refuse(Code::LimitReached, "accept"));
        }
        let session = Session::joining(id, agent, now);
        let mut next = self.with_phase(Phase::Live { session, queued_at: ticket.queued_at });
        let voided = next.inherit();
        let drawn = next.prepare(seed);
        next.seat_drawn(agent, ring, id);
        let waited_ms = now.since(ticket.queued_at).as_millis();
        let mut facts =
            vec![Fact::SessionStarted { session: id, agent, reservation: ring, waited_ms }, Fact::RecordingStarted { session: id }];
        facts.extend(voided);
        facts.push(next.applied());
        facts.extend(drawn);
        Ok(self.step(next, now, facts))
    }

    pub(super) fn media_up(&self, seat: Seat, now: Timestamp) -> Transition {
        let Phase::Live { session, queued_at } = &self.phase else { return self.stay() };
        if session.up.contains(&seat) {
            return self.stay();
        }
        let mut session = session.clone();
        let mut next = self.clone();
        session.up.insert(seat);
        let mut facts = vec![Fact::MediaUp { session: session.id, seat }];
        let needed = session.up.contains(&Seat::Agent) && (session.up.contains(&Seat::Customer) || self.mode == JoinMode::Photos);
        if needed {
            match session.state {
                State::Live => {}
                State::Joining { .. } => facts.push(Fact::SessionLive { session: session.id }),
                State::Interrupted { since, .. } => {
                    facts.push(Fact::SessionResumed { session: session.id, after_ms: now.since(since).as_millis() });
                    facts.extend(next.void_if_asked(session.id));
                }
            }
            session.state = State::Live;
            if let Some(binding) = &mut next.binding {
                binding.met = true;
            }
        }
        next.phase = Phase::Live { session, queued_at: *queued_at };
        self.step(next, now, facts)
    }

    pub(super) fn media_down(&self, seat: Seat, now: Timestamp) -> Transition {
        let Phase::Live { session, queued_at } = &self.phase else { return self.stay() };
        if !session.up.contains(&seat) {
            return self.stay();
        }
        let mut session = session.clone();
        session.up.remove(&seat);
        let mut facts = Vec::new();
        let essential = match seat {
            Seat::Agent => true,
            Seat::Customer => self.mode == JoinMode::Video,
            Seat::Supervisor | Seat::Interpreter => false,
        };
        if essential && session.state == State::Live {
            session.state = State::Interrupted { since: now, until: now + SEAT_HELD, seat };
            session.drops = session.drops.saturating_add(1);
            facts.push(Fact::SessionInterrupted { session: session.id, seat });
        }
        self.step(self.with_phase(Phase::Live { session, queued_at: *queued_at }), now, facts)
    }

    pub(super) fn agent_lost(&self, now: Timestamp) -> Result<Transition, Refusal> {
        let Phase::Live { session, queued_at } = &self.phase else { return Err(self.wrong("agent_lost")) };
        Ok(self.back_to_the_head(session, *queued_at, now))
    }

    /// The agent is lost, not the customer: back to the head of the queue, with what was captured.
    fn back_to_the_head(&self, session: &Session, queued_at: Timestamp, now: Timestamp) -> Transition {
        let id = TicketId(session.id.0);
        let ticket = Ticket { id, queued_at, boost: DROP_BOOST, cooling: Vec::new(), state: TicketState::Queued, rings: 0, wants: None };
        let mut next = self.ended(session, EndedBy::AgentLost, Phase::Waiting { ticket }, now);
        let mut facts = vec![
            Fact::SessionEnded { session: session.id, by: EndedBy::AgentLost, talked_ms: now.since(session.started_at).as_millis() },
            Fact::TicketQueued { ticket: id, mode: self.mode, boost: DROP_BOOST, again: true },
        ];
        facts.extend(next.void_if_asked(session.id));
        self.step(next, now, facts)
    }

    /// Nobody came back in time.
    pub(super) fn session_lost(&self, session: &Session, now: Timestamp) -> Transition {
        let queued_at = match &self.phase {
            Phase::Live { queued_at, .. } => *queued_at,
            Phase::Reported
            | Phase::Invited
            | Phase::Claimed
            | Phase::Waiting { .. }
            | Phase::Callback { .. }
            | Phase::Deciding { .. }
            | Phase::UnderReview { .. }
            | Phase::Closed { .. } => now,
        };
        let customer_is_there = session.up.contains(&Seat::Customer);
        let agent_is_there = session.up.contains(&Seat::Agent);
        if customer_is_there && !agent_is_there {
            return self.back_to_the_head(session, queued_at, now);
        }
        let mut next = self.ended(session, EndedBy::CustomerLost, Phase::Claimed, now);
        if let Some(invitation) = &mut next.invitation {
            invitation.expires_at = invitation.expires_at.max(now + RESUME_LIFE);
        }
        let talked_ms = now.since(session.started_at).as_millis();
        let mut facts = vec![Fact::SessionEnded { session: session.id, by: EndedBy::CustomerLost, talked_ms }];
        facts.extend(next.void_if_asked(session.id));
        self.step(next, now, facts)
    }

    pub(super) fn end(&self, agent: AgentId, now: Timestamp) -> Result<Transition, Refusal> {
        let session = self.held_by(agent, "end")?;
        Ok(self.finish(session, EndedBy::Agent, now))
    }

    /// The session is over and its agent decides.
    pub(super) fn finish(&self, session: &Session, by: EndedBy, now: Timestamp) -> Transition {
        let phase = Phase::Deciding { agent: session.agent, until: now + DECIDE_WITHIN };
        let next = self.ended(session, by, phase, now);
        let talked_ms = now.since(session.started_at).as_millis();
        self.step(next, now, vec![Fact::SessionEnded { session: session.id, by, talked_ms }])
    }

    pub(super) fn recording_head(&self, id: SessionId, segments: u64, head: Digest, now: Timestamp) -> Result<Transition, Refusal> {
        let mut next = self.clone();
        let recording = next.recording_mut(id).ok_or_else(|| self.refuse(Code::Stale, "recording_head"))?;
        match recording {
            Recording::Off | Recording::Sealed { .. } => return Err(self.refuse(Code::Stale, "recording_head")),
            Recording::Running { segments: s, head: h } | Recording::Failed { segments: s, head: h } => {
                if segments <= *s {
                    return Err(self.refuse(Code::Stale, "recording_head"));
                }
                *s = segments;
                *h = Some(head);
            }
        }
        Ok(self.step(next, now, vec![Fact::RecordingHead { session: id, segments, head }]))
    }

    pub(super) fn recording_failed(&self, id: SessionId, why: &str, now: Timestamp) -> Result<Transition, Refusal> {
        let mut next = self.clone();
        let recording = next.recording_mut(id).ok_or_else(|| self.refuse(Code::Stale, "recording_failed"))?;
        let (segments, head) = match *recording {
            Recording::Running { segments, head } => (segments, head),
            Recording::Off => (0, None),
            Recording::Failed { .. } | Recording::Sealed { .. } => return Ok(self.stay()),
        };
        *recording = Recording::Failed { segments, head };
        Ok(self.step(next, now, vec![Fact::RecordingFailed { session: id, why: why.to_owned() }]))
    }

    pub(super) fn recording_sealed(&self, id: SessionId, segments: u64, head: Digest, now: Timestamp) -> Result<Transition, Refusal> {
        let mut next = self.clone();
        let recording = next.recording_mut(id).ok_or_else(|| self.refuse(Code::Stale, "recording_sealed"))?;
        if matches!(recording, Recording::Sealed { .. }) || segments < recording.segments() {
            return Err(self.refuse(Code::Stale, "recording_sealed"));
        }
        *recording = Recording::Sealed { segments, head };
        Ok(self.step(next, now, vec![Fact::RecordingSealed { session: id, segments, head }]))
    }

    fn recording_mut(&mut self, id: SessionId) -> Option<&mut Recording> {
        if let Phase::Live { session, .. } = &mut self.phase
            && session.id == id
        {
            return Some(&mut session.recording);
        }
        self.past.iter_mut().rev().find(|p| p.session.id == id).map(|p| &mut p.session.recording)
    }
}
