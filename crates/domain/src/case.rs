//! The case: one recovery of one failed check, from the report to the close. The main aggregate.
//! Must not know sockets, media, SQL or words shown to people.

mod challenges;
mod decide;
mod device;
mod erase;
mod facts;
mod identity;
mod input;
mod link;
mod live;
mod open;
mod openings;
mod order;
mod people;
mod review;
mod rules;
mod show;
mod standing;
mod ticket;
mod wait;
mod work;

pub use facts::{Fact, ReservationEnd, TicketEnd};
pub use identity::{Identity, today};
pub use input::{Claim, Input};
pub use open::Opening;
pub use openings::{OpenedCommitment, Salts};
pub use people::{Handed, Target, Wants};
pub use ticket::{Ticket, TicketState};

use crate::consent::Consent;
use crate::decision::Decision;
use crate::evidence::{Drawing, Evidence, Recording};
use crate::ids::{AgentId, CaseId, EvidenceId, MessageId, TenantId};
use crate::invitation::{Binding, Invitation};
use crate::jurisdiction::{Conduct, Rules};
use crate::pii::Pii;
use crate::procedure::Procedure;
use crate::refusal::{Code, Refusal};
use crate::report::{ClaimedData, Customer, Report};
use crate::retention::Kept;
use crate::review::Review;
use crate::seats::Seating;
use crate::session::{EndedBy, Past, Seat, Session};
use crate::time::{Span, Timestamp};
use crate::trigger::Answer;
use serde::{Deserialize, Serialize};

/// Most chat messages of one case.
pub const MAX_CHAT: usize = 500;
/// How long a place in the queue is kept after the page was lost.
pub const PARKED: Span = Span::seconds(60);
/// Boost of a customer whose call broke off.
pub const DROP_BOOST: u32 = 300;

/// One recovery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Who.
    pub id: CaseId,
    /// Whose.
    pub tenant: TenantId,
    /// Grows by one with each transition.
    pub version: u64,
    /// The bank's reference.
    pub reference: String,
    /// The person.
    pub customer: Customer,
    /// As typed in the bank's form.
    pub claimed: ClaimedData,
    /// Code of the jurisdiction profile.
    pub jurisdiction: String,
    /// Attempts of the automated check, oldest first, 1..=20.
    pub reports: Vec<Report>,
    /// The newest answer of the policy.
    pub answer: Answer,
    /// Links issued.
    pub invitations: u16,
    /// The newest link.
    pub invitation: Option<Invitation>,
    /// The browser that holds it.
    pub binding: Option<Binding>,
    /// How the customer takes part.
    pub mode: JoinMode,
    /// What the customer's browser told of its camera.
    pub camera: CameraState,
    /// The customer lets nobody else control the device.
    #[serde(default)]
    pub controls_refused: bool,
    /// Consents, oldest first.
    pub consents: Vec<Consent>,
    /// Steps; there from the first session on.
    pub procedure: Option<Procedure>,
    /// Sessions that are over.
    pub past: Vec<Past>,
    /// Images.
    pub evidence: Vec<Evidence>,
    /// Chat, oldest first.
    pub chat: Vec<Message>,
    /// The agents' notes.
    pub notes: Pii<String>,
    /// Rating by the customer.
    pub rating: Option<Rating>,
    /// Fields read, the one-time code, the place.
    #[serde(default)]
    pub identity: Identity,
    /// Who handed it on last, and why.
    #[serde(default)]
    pub handed: Option<Handed>,
    /// Where it stands.
    pub phase: Phase,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,

    /// The trail of what was drawn, oldest first.
    #[serde(default)]
    pub drawings: Vec<Drawing>,
    /// The second look at the newest decision.
    #[serde(default)]
    pub review: Option<Review>,
    /// What opens the commitments in the log.
    #[serde(default)]
    pub salts: Salts,
    /// What the operator set beside the profile.
    #[serde(default)]
    pub rules: Rules,
    /// Training and draw of its agents.
    #[serde(default)]
    pub conduct: Conduct,
    /// Whether its evidence is held, or gone.
    #[serde(default)]
    pub kept: Kept,
}

/// How the customer takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinMode {
    /// Camera and microphone.
    Video,
    /// Chat with photographs.
    Photos,
}

/// What the customer's browser tells of its camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CameraState {
    /// Nothing asked yet.
    Idle,
    /// The permission prompt is open.
    Prompting,
    /// Pictures flow.
    On,
    /// Switched off.
    Off,
    /// Permission was refused.
    Denied,
    /// There is no camera.
    Missing,
    /// Another program holds it.
    Busy,
    /// The browser gives none.
    Blocked,
    /// The track died and is being reopened.
    Lost,
}

/// One chat message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Given by the caller.
    pub id: MessageId,
    /// The page's own name for it: a repeat is one message.
    pub nonce: String,
    /// Who wrote it.
    pub from: Seat,
    /// First name shown.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// Text; empty when it is an image.
    pub text: Pii<String>,
    /// An image.
    pub image: Option<EvidenceId>,
}

/// Rating of the agent by the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// 1..=5.
    pub stars: u8,
    /// In own words.
    pub comment: Pii<String>,
    /// When.
    pub at: Timestamp,
}

/// Where a case stands; data lives in the variant that owns it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "a case has one phase, and cases are not held in bulk")]
pub enum Phase {
    /// Reported; nothing is offered (yet).
    Reported,
    /// A link is out and nobody has claimed it.
    Invited,
    /// Claimed, but not in the queue now.
    Claimed,
    /// In the queue.
    Waiting {
        /// The place.
        ticket: Ticket,
    },
    /// The customer will be called back.
    Callback {
        /// A new link goes out then.
        due: Timestamp,
    },
    /// In a session.
    Live {
        /// The session.
        session: Session,
        /// The place, should the agent be lost.
        queued_at: Timestamp,
    },
    /// The session is over, the agent has not decided.
    Deciding {
        /// Who decides.
        agent: AgentId,
        /// Given up then.
        until: Timestamp,
    },
    /// A second person looks.
    UnderReview {
        /// The maker's decision.
        decision: Decision,
    },
    /// Over.
    Closed {
        /// How.
        outcome: Outcome,
        /// The decision, if one was made.
        decision: Option<Decision>,
        /// When.
        at: Timestamp,
    },
}

/// How a case closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Verified.
    Verified,
    /// Rejected.
    Rejected,
    /// Handed to the bank's own staff.
    Escalated,
    /// The customer left and did not come back.
    Abandoned,
    /// The link ran out unused.
    Expired,
}

/// What must be done now and can be derived again from state: may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The room should exist.
    OpenRoom,
    /// The room should not exist.
    CloseRoom,
    /// Media flows between the seats.
    Forward(bool),
    /// Media is recorded.
    Record(bool),
    /// Who gets whose media.
    Route(Seating),
}

/// The next state, what is kept of it, and what must be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Next.
    pub next: Case,
    /// Durable.
    pub facts: Vec<Fact>,
    /// Volatile.
    pub orders: Vec<Order>,
}

/// What media should be doing for a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A room exists.
    pub room: bool,
    /// Media flows.
    pub forward: bool,
    /// Media is recorded.
    pub record: bool,
    /// Who gets whose media.
    pub seating: Seating,
}

impl Case {
    /// What follows from `input` at `now`.
    ///
    /// # Errors
    /// A [`Refusal`] that names input, phase and code.
    pub fn handle(&self, input: Input, now: Timestamp) -> Result<Transition, Refusal> {
        if self.kept.erased.is_some() && !matches!(input, Input::Custody(_)) {
            return Err(self.refuse(Code::Erased, "change"));
        }
        let salt = input.salt();
        let mut transition = self.after(input, now)?;
        if let Some(salt) = salt {
            transition.next.salts.keep(&transition.facts, salt);
        }
        Ok(transition)
    }

    #[expect(clippy::too_many_lines, reason = "one line for each input, and nothing else")]
    fn after(&self, input: Input, now: Timestamp) -> Result<Transition, Refusal> {
        match input {
            Input::Report { report, policy, link } => self.report(*report, &policy, link, now),
            Input::ReportImage { evidence } => self.report_image(*evidence, now),
            Input::NewLink { link, life } => self.new_link(link, life, now),
            Input::Claim(claim) => self.claim(*claim, now),
            Input::CustomerBack => Ok(self.customer_back(now)),
            Input::CustomerGone => Ok(self.customer_gone(now)),
            Input::CustomerLeave => self.customer_leave(now),
            Input::CallBack { at } => self.call_back(at, now),
            Input::Device { camera, controls } => Ok(self.device(camera, controls, now)),
            Input::Reserve { agent, reservation } => self.reserve(agent, reservation, now),
            Input::RingEnded { reservation, how } => self.ring_ended(reservation, how, now),
            Input::Accept { agent, reservation, session, seed } => self.accept(agent, reservation, session, seed, now),
            Input::MediaUp { seat } => Ok(self.media_up(seat, now)),
            Input::MediaDown { seat } => Ok(self.media_down(seat, now)),
            Input::AgentLost => self.agent_lost(now),
            Input::RecordingHead { session, segments, head } => self.recording_head(session, segments, head, now),
            Input::RecordingFailed { session, why } => self.recording_failed(session, why, now),
            Input::RecordingGap { session, seat, kind, from, to, why } => {
                Ok(self.keep(now, Fact::RecordingGap { session, seat, kind: kind.into(), from, to, why: why.into() }))
            }
            Input::RecordingSealed { session, segments, head } => self.recording_sealed(session, segments, head, now),
            Input::Still { evidence } => self.still(*evidence, now),
            Input::CommandSent { agent, id, what, detail } => self.command_sent(agent, id, what, &detail, now),
            Input::CommandHeld { id, why } => self.command_held(id, &why, now),
            Input::CommandDone { id, ok, why, effect } => self.command_done(id, ok, &why, &effect, now),
            Input::StepDone { agent, step } => self.step_done(agent, &step, now),
            Input::StepState { agent, step, failed } => self.step_state(agent, &step, failed, now),
            Input::Waive { agent, step, reason, salt } => self.waive(agent, &step, reason, salt, now),
            Input::Challenge { agent, step, seed } => self.challenge(agent, &step, seed, now),
            Input::Judge { agent, id, passed } => self.judge(agent, id, passed, now),
            Input::Answered { agent, step, question, answer } => self.answered(agent, &step, &question, answer, now),
            Input::Chat { message, salt } => self.say(*message, salt, now),
            Input::Notes { agent, text, salt } => self.take_notes(agent, text, salt, now),
            Input::End { agent } => self.end(agent, now),
            Input::Decide { verdict, draft, link } => self.decide(verdict, *draft, link, now),
            Input::Rate { stars, comment } => self.rate(stars, comment, now),
            Input::Wake { link, life } => Ok(self.wake(link, life, now)),

            Input::ChallengeShown { id, page_at, locale } => self.challenge_shown(id, page_at, locale, now),
            Input::ChallengeDeclined { id } => self.challenge_declined(id, now),
            Input::ChallengeAlternative { agent, id, need, seed } => self.alternative(agent, id, need, seed, now),

            Input::ReadField { agent, field, text, salt } => self.read_field(agent, field, text, salt, now),
            Input::SendCode { agent, channel, salt, hash } => self.send_code(agent, channel, salt, hash, now),
            Input::TryCode { typed } => self.try_code(&typed, now),
            Input::AskLocation { agent } => self.ask_location(agent, now),
            Input::RefuseLocation { why } => self.refuse_location(why, now),
            Input::Located { fixes, network, salt } => self.located(fixes.into_inner(), network, salt, now),
            Input::OwnQuestions { set, seed } => self.own_questions(&set, seed, now),
            Input::Show { agent, surface } => self.show(agent, surface, now),
            Input::DrawingKept { drawing } => self.drawing_kept(*drawing, now),
            Input::Supervise { supervisor, name, mode } => self.supervise(supervisor, name, mode, now),
            Input::TakeOver { supervisor } => self.take_over(supervisor, now),
            Input::InviteInterpreter { agent, guest, token_hash, language } => {
                self.invite_interpreter(agent, guest, token_hash, language, now)
            }
            Input::SeatInterpreter { token_hash, secret_hash, name, notice, commitment } => {
                self.seat_interpreter(token_hash, secret_hash, name, notice, commitment, now)
            }
            Input::InterpreterGone { guest } => Ok(self.interpreter_gone(guest, now)),
            Input::Hold { agent, on } => self.hold(agent, on, now),
            Input::Transfer { agent, to, reason, salt } => self.transfer(agent, &to, reason, salt, now),
            Input::Later { agent, at, link } => self.later(agent, at, link, now),
            Input::Sample { seed, percent } => Ok(self.sample(seed, percent, now)),
            Input::AssignReview { candidates, seed } => self.assign_review(&candidates, seed, now),
            Input::TakeReview { checker } => self.take_review(checker, now),
            Input::GiveReview { opinion, link } => self.give_review(*opinion, link, now),
            Input::Rules { rules } => Ok(self.set_rules(*rules, now)),
            Input::Drawn { agent, reservation, seed } => self.drawn(agent, reservation, seed, now),
            Input::Training { agent, trained } => Ok(self.training(agent, trained, now)),
            Input::MarkFeature { agent, feature, seen } => self.mark_feature(agent, feature, seen, now),
            Input::DrawFeature { agent, seed } => self.draw_feature(agent, seed, now),
            Input::Custody(custody) => self.custody(custody, now),
        }
    }

    /// When this case wants to be woken.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::Invited | Phase::Claimed => self.invitation.as_ref().map(|i| i.expires_at),
            Phase::Waiting { ticket } => match ticket.state {
                TicketState::Parked { until } => Some(until),
                TicketState::Queued | TicketState::Reserved { .. } => None,
            },
            Phase::Callback { due } => Some(*due),
            Phase::Live { session, .. } => session.deadline(),
            Phase::Deciding { until, .. } => Some(*until),
            Phase::UnderReview { .. } | Phase::Closed { .. } => self.review.as_ref().and_then(Review::deadline),
            Phase::Reported => None,
        }
    }

    /// What media should be doing.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        match &self.phase {
            Phase::Invited | Phase::Claimed | Phase::Waiting { .. } => Wanted { room: true, ..Wanted::default() },
            Phase::Live { session, .. } => Wanted { room: true, forward: true, record: true, seating: session.seating() },
            Phase::Reported | Phase::Callback { .. } | Phase::Deciding { .. } | Phase::UnderReview { .. } | Phase::Closed { .. } => {
                Wanted::default()
            }
        }
    }

    /// Where this case stands, in the word used in refusals and search columns.
    #[must_use]
    pub fn phase_name(&self) -> &'static str {
        match &self.phase {
            Phase::Reported => "reported",
            Phase::Invited => "invited",
            Phase::Claimed => "claimed",
            Phase::Waiting { .. } => "waiting",
            Phase::Callback { .. } => "callback",
            Phase::Live { session, .. } => match session.state {
                crate::session::State::Joining { .. } | crate::session::State::Live => "live",
                crate::session::State::Interrupted { .. } => "interrupted",
            },
            Phase::Deciding { .. } => "deciding",
            Phase::UnderReview { .. } => "under_review",
            Phase::Closed { outcome, .. } => match outcome {
                Outcome::Verified => "verified",
                Outcome::Rejected => "rejected",
                Outcome::Escalated => "escalated",
                Outcome::Abandoned => "abandoned",
                Outcome::Expired => "expired",
            },
        }
    }

    /// The agent who has it in hand or had it last.
    #[must_use]
    pub fn agent(&self) -> Option<AgentId> {
        match &self.phase {
            Phase::Live { session, .. } => Some(session.agent),
            Phase::Deciding { agent, .. } => Some(*agent),
            Phase::Waiting { ticket } => match ticket.state {
                TicketState::Reserved { agent, .. } => Some(agent),
                TicketState::Queued | TicketState::Parked { .. } => None,
            },
            Phase::Reported
            | Phase::Invited
            | Phase::Claimed
            | Phase::Callback { .. }
            | Phase::UnderReview { .. }
            | Phase::Closed { .. } => self.past.last().map(|p| p.session.agent),
        }
    }

    /// The decision, made or under review.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        match &self.phase {
            Phase::UnderReview { decision } => Some(decision),
            Phase::Closed { decision, .. } => decision.as_ref(),
            Phase::Reported
            | Phase::Invited
            | Phase::Claimed
            | Phase::Waiting { .. }
            | Phase::Callback { .. }
            | Phase::Live { .. }
            | Phase::Deciding { .. } => None,
        }
    }

    /// The recording that counts for a verdict: of the session that runs, or of the last one.
    #[must_use]
    pub fn recording(&self) -> Recording {
        self.newest_session().map_or(Recording::Off, |s| s.recording)
    }

    /// The reasons of every report, without repeats, the newest report's first.
    #[must_use]
    pub fn reasons(&self) -> Vec<crate::report::FailureReason> {
        let mut all = Vec::new();
        for reason in self.reports.iter().rev().flat_map(|r| &r.reasons) {
            if !all.contains(reason) {
                all.push(*reason);
            }
        }
        all
    }

    fn refuse(&self, code: Code, input: &'static str) -> Refusal {
        Refusal::new(code, input, self.phase_name())
    }

    /// The refusal for an input that does not belong to this phase.
    fn wrong(&self, input: &'static str) -> Refusal {
        let code = match &self.phase {
            Phase::Closed { outcome: Outcome::Verified, .. } => Code::AlreadyVerified,
            Phase::Closed { .. } => Code::CaseClosed,
            Phase::Reported
            | Phase::Invited
            | Phase::Claimed
            | Phase::Waiting { .. }
            | Phase::Callback { .. }
            | Phase::Live { .. }
            | Phase::Deciding { .. }
            | Phase::UnderReview { .. } => Code::WrongPhase,
        };
        self.refuse(code, input)
    }

    /// A transition to `next`, with the media orders that follow from the difference.
    fn step(&self, mut next: Self, now: Timestamp, mut facts: Vec<Fact>) -> Transition {
        self.keep_order(&mut next, &mut facts);
        next.version = self.version + 1;
        next.updated_at = now;
        let (was, will) = (self.wanted(), next.wanted());
        let mut orders = Vec::new();
        if will.room && !was.room {
            orders.push(Order::OpenRoom);
        }
        if was.forward != will.forward && will.room {
            orders.push(Order::Forward(will.forward));
        }
        if was.record != will.record {
            orders.push(Order::Record(will.record));
        }
        if was.seating != will.seating && will.room {
            orders.push(Order::Route(will.seating));
        }
        if was.room && !will.room {
            orders.push(Order::CloseRoom);
        }
        Transition { next, facts, orders }
    }

    fn stay(&self) -> Transition {
        Transition { next: self.clone(), facts: Vec::new(), orders: Vec::new() }
    }

    /// A fact without a change of state.
    fn keep(&self, now: Timestamp, fact: Fact) -> Transition {
        self.step(self.clone(), now, vec![fact])
    }

    fn with_phase(&self, phase: Phase) -> Self {
        Self { phase, ..self.clone() }
    }

    /// The session that runs, if `agent` holds it.
    fn held_by(&self, agent: AgentId, input: &'static str) -> Result<&Session, Refusal> {
        let Phase::Live { session, .. } = &self.phase else { return Err(self.wrong(input)) };
        if session.agent != agent {
            return Err(self.refuse(Code::NotYours, input));
        }
        Ok(session)
    }

    /// This case with its session put among the past ones.
    fn ended(&self, session: &Session, by: EndedBy, phase: Phase, now: Timestamp) -> Self {
        let mut next = self.with_phase(phase);
        let session = Session { commands: Vec::new(), ..session.clone() };
        next.past.push(Past { session, ended_at: now, by });
        next
    }
}

#[cfg(test)]
mod tests;
