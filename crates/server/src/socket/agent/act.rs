//! What an agent says, one input each.
//! Must not know how anything is shown.

use super::Page;
use crate::engine::EngineError;
use crate::hub::ToCustomer;
use crate::socket::customer::{clean, salt};
use crate::socket::{Voice, peer_id};
use domain::agent;
use domain::case::{Case, Input, Message};
use domain::decision::Draft;
use domain::digest::Digest;
use domain::ids::{CaseId, MessageId};
use domain::pii::Pii;
use domain::procedure::Answer;
use domain::refusal::{Code, Refusal};
use domain::session::Seat;
use wire::socket::{AgentMessage, AgentPush, CustomerPush, MAX_SDP};

impl Page {
    pub(super) async fn on_message(&mut self, voice: &mut Voice, message: AgentMessage) -> bool {
        let of = name(&message);
        match message {
            AgentMessage::Ping {} => voice.say(&AgentPush::Pong {}).await,
            AgentMessage::Hello { .. } => true,
            AgentMessage::Offer { case, peer, sdp } => self.offer(voice, &case, peer, sdp).await,
            AgentMessage::Decide { case, verdict, reasons, note } => {
                let result = self.decide(&case, verdict, reasons, note).await;
                Self::outcome(voice, of, result).await
            }
            AgentMessage::Command { case, id, command } => {
                let result = self.command(&case, id, command).await;
                Self::outcome(voice, of, result).await
            }
            AgentMessage::Typing { case, on } => {
                if let Ok(id) = self.case_id(&case).await {
                    self.app.hub.to_customer(id, &ToCustomer::Push(Box::new(CustomerPush::Typing { on })));
                }
                true
            }
            AgentMessage::Available {}
            | AgentMessage::Away { .. }
            | AgentMessage::Accept { .. }
            | AgentMessage::Reject { .. }
            | AgentMessage::StepDone { .. }
            | AgentMessage::StepState { .. }
            | AgentMessage::Waive { .. }
            | AgentMessage::Challenge { .. }
            | AgentMessage::Judge { .. }
            | AgentMessage::Answered { .. }
            | AgentMessage::Notes { .. }
            | AgentMessage::End { .. }
            | AgentMessage::ExtendWrap {}
            | AgentMessage::AutoAccept { .. }
            | AgentMessage::ChallengeAlternative { .. }
            | AgentMessage::ReadField { .. }
            | AgentMessage::SendCode { .. }
            | AgentMessage::AskLocation { .. } => {
                let result = self.simple(message).await;
                Self::outcome(voice, of, result).await
            }

            AgentMessage::Chat { case, nonce, text } => self.said(voice, case, nonce, text).await,
            AgentMessage::Show { case, surface } => {
                let result = self.look_at(&case, surface).await;
                Self::outcome(voice, of, result).await
            }
            AgentMessage::Draw { case, n, op } => self.draw(voice, &case, n, &op).await,
            AgentMessage::BoardAgain { case } => self.board_again(voice, &case).await,
            AgentMessage::ChatSeen { case, got, seen } => self.chat_seen(&case, got, seen).await,
            AgentMessage::Supervise { .. }
            | AgentMessage::TakeOver { .. }
            | AgentMessage::InviteInterpreter { .. }
            | AgentMessage::RemoveInterpreter { .. }
            | AgentMessage::Hold { .. }
            | AgentMessage::Transfer { .. }
            | AgentMessage::Later { .. } => {
                let result = self.people(message).await;
                Self::outcome(voice, of, result).await
            }
            AgentMessage::MarkFeature { case, feature, seen } => {
                let result = self.mark_feature(&case, feature, seen).await;
                Self::outcome(voice, of, result).await
            }
            AgentMessage::DrawFeature { case } => {
                let result = self.draw_feature(&case).await;
                Self::outcome(voice, of, result).await
            }
        }
    }

    async fn simple(&self, message: AgentMessage) -> Result<(), EngineError> {
        let me = self.agent;
        let actor = self.actor();
        let mine = |input| self.app.engine.on_agent(me, &actor, input);
        match message {
            AgentMessage::Available {} => mine(agent::Input::Available).await,
            AgentMessage::Away { reason } => mine(agent::Input::Away(reason.into())).await,
            AgentMessage::ExtendWrap {} => mine(agent::Input::ExtendWrap).await,
            AgentMessage::AutoAccept { on } => mine(agent::Input::AutoAccept(on)).await,
            AgentMessage::Accept { reservation } => {
                let ring = reservation.parse().map_err(|_| stale("accept"))?;
                self.app.engine.accept(me, ring).await.map(|_| ())
            }
            AgentMessage::Reject { reservation } => {
                let reservation = reservation.parse().map_err(|_| stale("reject"))?;
                mine(agent::Input::Reject { reservation }).await
            }
            AgentMessage::Hello { .. }
            | AgentMessage::Offer { .. }
            | AgentMessage::Chat { .. }
            | AgentMessage::Typing { .. }
            | AgentMessage::Command { .. }
            | AgentMessage::StepDone { .. }
            | AgentMessage::StepState { .. }
            | AgentMessage::Waive { .. }
            | AgentMessage::Challenge { .. }
            | AgentMessage::Judge { .. }
            | AgentMessage::Answered { .. }
            | AgentMessage::Notes { .. }
            | AgentMessage::Decide { .. }
            | AgentMessage::End { .. }
            | AgentMessage::Supervise { .. }
            | AgentMessage::TakeOver { .. }
            | AgentMessage::InviteInterpreter { .. }
            | AgentMessage::RemoveInterpreter { .. }
            | AgentMessage::Hold { .. }
            | AgentMessage::Transfer { .. }
            | AgentMessage::Later { .. }
            | AgentMessage::Ping {}
            | AgentMessage::ChallengeAlternative { .. }
            | AgentMessage::Show { .. }
            | AgentMessage::Draw { .. }
            | AgentMessage::BoardAgain { .. }
            | AgentMessage::ChatSeen { .. }
            | AgentMessage::MarkFeature { .. }
            | AgentMessage::DrawFeature { .. } => self.work(message).await,

            AgentMessage::ReadField { case, field, text } => self.read_field(&case, field, &text).await,
            AgentMessage::SendCode { case, channel } => self.send_code(&case, channel).await,
            AgentMessage::AskLocation { case } => self.ask_location(&case).await,
        }
    }

    async fn work(&self, message: AgentMessage) -> Result<(), EngineError> {
        let agent = self.agent;
        let (case, input) = match message {
            AgentMessage::StepDone { case, step } => (case, Input::StepDone { agent, step }),
            AgentMessage::StepState { case, step, failed } => (case, Input::StepState { agent, step, failed }),
            AgentMessage::Waive { case, step, reason } => {
                let reason = Pii::new(clean(&reason));
                (case, Input::Waive { agent, step, reason, salt: salt(&self.app) })
            }
            AgentMessage::Challenge { case, step } => (case, Input::Challenge { agent, step, seed: self.app.engine.ids.seed() }),
            AgentMessage::Judge { case, id, passed } => (case, Input::Judge { agent, id, passed }),
            AgentMessage::Answered { case, step, question, answer } => {
                let answer = match answer.as_str() {
                    "match" => Answer::Match,
                    "no_match" => Answer::NoMatch,
                    "not_asked" => Answer::NotAsked,
                    _ => return Err(Refusal::new(Code::OutOfRange, "answered", "live").into()),
                };
                (case, Input::Answered { agent, step, question, answer })
            }
            AgentMessage::Notes { case, text } => (case, Input::Notes { agent, text: Pii::new(clean(&text)), salt: salt(&self.app) }),
            AgentMessage::End { case } => (case, Input::End { agent }),
            AgentMessage::ChallengeAlternative { case, id, needs_not } => {
                (case, Input::ChallengeAlternative { agent, id, need: needs_not.into(), seed: self.app.engine.ids.seed() })
            }
            AgentMessage::Hello { .. }
            | AgentMessage::Available {}
            | AgentMessage::Away { .. }
            | AgentMessage::Accept { .. }
            | AgentMessage::Reject { .. }
            | AgentMessage::Offer { .. }
            | AgentMessage::Typing { .. }
            | AgentMessage::Command { .. }
            | AgentMessage::Decide { .. }
            | AgentMessage::ExtendWrap {}
            | AgentMessage::AutoAccept { .. }
            | AgentMessage::Supervise { .. }
            | AgentMessage::TakeOver { .. }
            | AgentMessage::InviteInterpreter { .. }
            | AgentMessage::RemoveInterpreter { .. }
            | AgentMessage::Hold { .. }
            | AgentMessage::Transfer { .. }
            | AgentMessage::Later { .. }
            | AgentMessage::Ping {}
            | AgentMessage::ReadField { .. }
            | AgentMessage::SendCode { .. }
            | AgentMessage::AskLocation { .. }
            | AgentMessage::Chat { .. }
            | AgentMessage::Show { .. }
            | AgentMessage::Draw { .. }
            | AgentMessage::BoardAgain { .. }
            | AgentMessage::ChatSeen { .. }
            | AgentMessage::MarkFeature { .. }
            | AgentMessage::DrawFeature { .. } => return Ok(()),
        };
        let id = self.case_id(&case).await?;
        self.app.engine.tell_case(id, &self.actor(), input).await
    }

    /// The case, if it is in this agent's hand.
    pub(super) async fn case_id(&self, text: &str) -> Result<CaseId, EngineError> {
        let id: CaseId = text.parse().map_err(|_| EngineError::Missing("case"))?;
        if self.holds(id).await { Ok(id) } else { Err(Refusal::new(Code::NotYours, "case", "desk").into()) }
    }

    pub(super) async fn chat(&self, case: &str, nonce: String, text: String) -> Result<(), EngineError> {
        let id = self.case_id(case).await?;
        let engine = &self.app.engine;
        let person = engine.store.person(self.agent).await?.ok_or(EngineError::Missing("agent"))?;
        let message = Message {
            id: MessageId(engine.ids.id()),
            nonce,
            from: Seat::Agent,
            name: crate::tenant::Tenant::first_name(&person.name),
            at: engine.now(),
            text: Pii::new(clean(&text)),
            image: None,
        };
        engine.tell_case(id, &self.actor(), Input::Chat { message: Box::new(message), salt: salt(&self.app) }).await
    }

    async fn decide(
        &self,
        case: &str,
        verdict: wire::terms::Verdict,
        reasons: Vec<wire::terms::ReasonCode>,
        note: String,
    ) -> Result<(), EngineError> {
        let id = self.case_id(case).await?;
        let note = clean(&note);
        if note.chars().count() > 1_000 || reasons.len() > domain::decision::MAX_REASON_CODES {
            return Err(Refusal::new(Code::OutOfRange, "decide", "live").into());
        }
        let note_salt = salt(&self.app);
        let draft = Draft {
            reasons: reasons.into_iter().map(Into::into).collect(),
            by: self.agent,
            note_commitment: Digest::commit(&note_salt, &note),
            note_salt,
            note: Pii::new(note),
        };
        self.app.engine.decide(id, &self.actor(), verdict.into(), draft).await
    }

    async fn offer(&self, voice: &mut Voice, case: &str, peer: String, sdp: String) -> bool {
        let problem = |code: &str, detail: String| AgentPush::Problem { code: code.to_owned(), detail, of: "offer".to_owned() };
        let Some(id) = peer_id(&peer).filter(|_| sdp.len() <= MAX_SDP) else {
            return voice.say(&problem("malformed", "peer: 32 hexadecimal digits; SDP: at most 32 KiB".to_owned())).await;
        };
        let watched = self.watched().filter(|c| c.id.to_string() == case);
        let seat = if watched.is_some() { Seat::Supervisor } else { Seat::Agent };
        let held = match watched {
            Some(case) => Ok(Case::clone(&case)),
            None => match self.case_id(case).await {
                Ok(case) => self.app.engine.case(case).await,
                Err(error) => Err(error),
            },
        };
        let case = match held {
            Ok(case) => case,
            Err(error) => return Self::outcome(voice, "offer", Err(error)).await,
        };
        match self.app.rooms.offer(&case, seat, id, sdp).await {
            Ok(sdp) => voice.say(&AgentPush::Answer { peer, sdp }).await,
            Err(error) => voice.say(&problem("offer_refused", error.to_string())).await,
        }
    }
}

fn stale(input: &'static str) -> EngineError {
    Refusal::new(Code::Stale, input, "desk").into()
}

/// The message's own name, so that the page can show a refusal where it was asked.
fn name(message: &AgentMessage) -> &'static str {
    match message {
        AgentMessage::Hello { .. } => "hello",
        AgentMessage::Available {} => "available",
        AgentMessage::Away { .. } => "away",
        AgentMessage::Accept { .. } => "accept",
        AgentMessage::Reject { .. } => "reject",
        AgentMessage::Offer { .. } => "offer",
        AgentMessage::Chat { .. } => "chat",
        AgentMessage::Typing { .. } => "typing",
        AgentMessage::Command { .. } => "command",
        AgentMessage::StepDone { .. } => "step_done",
        AgentMessage::StepState { .. } => "step_state",
        AgentMessage::Waive { .. } => "waive",
        AgentMessage::Challenge { .. } => "challenge",
        AgentMessage::Judge { .. } => "judge",
        AgentMessage::Answered { .. } => "answered",
        AgentMessage::Notes { .. } => "notes",
        AgentMessage::Decide { .. } => "decide",
        AgentMessage::End { .. } => "end",
        AgentMessage::ExtendWrap {} => "extend_wrap",
        AgentMessage::AutoAccept { .. } => "auto_accept",
        AgentMessage::Ping {} => "ping",
        AgentMessage::ChallengeAlternative { .. } => "challenge_alternative",

        AgentMessage::ReadField { .. } => "read_field",
        AgentMessage::SendCode { .. } => "send_code",
        AgentMessage::AskLocation { .. } => "ask_location",
        AgentMessage::Show { .. } => "show",
        AgentMessage::Draw { .. } => "draw",
        AgentMessage::BoardAgain { .. } => "board_again",
        AgentMessage::ChatSeen { .. } => "chat_seen",

        AgentMessage::Supervise { .. } => "supervise",
        AgentMessage::TakeOver { .. } => "take_over",
        AgentMessage::InviteInterpreter { .. } => "invite_interpreter",
        AgentMessage::RemoveInterpreter { .. } => "remove_interpreter",
        AgentMessage::Hold { .. } => "hold",
        AgentMessage::Transfer { .. } => "transfer",
        AgentMessage::Later { .. } => "later",

        AgentMessage::MarkFeature { .. } => "mark_feature",
        AgentMessage::DrawFeature { .. } => "draw_feature",
    }
}
