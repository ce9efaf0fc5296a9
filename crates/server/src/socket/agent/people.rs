//! More people and handing on, as the agent's and the supervisor's page ask for it; and the floor they see.
//! Must not decide; the domain refuses what a person may not do.

use super::Page;
use crate::engine::{EngineError, token_hash};
use crate::hub::ToAgent;
use crate::socket::Voice;
use crate::socket::customer::{clean, salt};
use crate::socket::interpreter::link_url;
use crate::tenant::Tenant;
use domain::agent::State;
use domain::case::{Case, Input, Target};
use domain::ids::{AgentId, CaseId, GuestId};
use domain::pii::Pii;
use domain::refusal::{Code, Refusal};
use domain::time::Timestamp;
use wire::api::people::{Colleague, FloorView, LiveRow, TransferTo};
use wire::socket::{AgentMessage, AgentPush};
use wire::terms::{Role, SupervisorMode};

/// Most live sessions on one screen; a floor that large has more than one supervisor.
const MAX_LIVE: usize = 200;
/// Most colleagues to choose from.
const MAX_COLLEAGUES: usize = 200;
/// Most names remembered by one page.
const MAX_NAMES: usize = 2_000;

/// The session that is watched, as far as the page was told of it.
pub(super) struct Observing {
    case: CaseId,
    /// Messages of its chat that the page has.
    chat: usize,
}

impl Page {
    pub(super) async fn people(&mut self, message: AgentMessage) -> Result<(), EngineError> {
        let agent = self.agent;
        match message {
            AgentMessage::Supervise { case, mode } => self.supervise(&case, mode).await,
            AgentMessage::TakeOver { case } => {
                let id = self.supervised(&case).await?;
                self.app.engine.take_over(id, agent).await
            }
            AgentMessage::InviteInterpreter { case, language } => self.invite(&case, language).await,
            AgentMessage::RemoveInterpreter { case } => {
                let id = self.case_id(&case).await?;
                let held = self.app.engine.case(id).await?;
                let guest = crate::views::session(&held).and_then(|s| s.interpreter.as_ref()).map(|i| i.id);
                let Some(guest) = guest else { return Ok(()) };
                self.app.engine.tell_case(id, &self.actor(), Input::InterpreterGone { guest }).await
            }
            AgentMessage::Hold { case, on } => {
                let id = self.case_id(&case).await?;
                self.app.engine.tell_case(id, &self.actor(), Input::Hold { agent, on }).await
            }
            AgentMessage::Transfer { case, target, reason } => self.transfer(&case, target, &reason).await,
            AgentMessage::Later { case, at } => {
                let id = self.case_id(&case).await?;
                let at = match at.as_deref().map(Timestamp::parse) {
                    None => None,
                    Some(Some(at)) => Some(at),
                    Some(None) => return Err(Refusal::new(Code::OutOfRange, "later", "live").into()),
                };
                let input = |link, _life| Input::Later { agent, at, link };
                self.app.engine.with_link(id, &self.actor(), input).await.map(|_| ())
            }
            AgentMessage::Hello { .. }
            | AgentMessage::Available {}
            | AgentMessage::Away { .. }
            | AgentMessage::Accept { .. }
            | AgentMessage::Reject { .. }
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
            | AgentMessage::ExtendWrap {}
            | AgentMessage::AutoAccept { .. }
            | AgentMessage::Ping {}
            | AgentMessage::ChallengeAlternative { .. }
            | AgentMessage::ReadField { .. }
            | AgentMessage::SendCode { .. }
            | AgentMessage::AskLocation { .. }
            | AgentMessage::Show { .. }
            | AgentMessage::Draw { .. }
            | AgentMessage::BoardAgain { .. }
            | AgentMessage::ChatSeen { .. }
            | AgentMessage::MarkFeature { .. }
            | AgentMessage::DrawFeature { .. } => Ok(()),
        }
    }

    pub(super) const fn supervises(&self) -> bool {
        matches!(self.role, Role::Supervisor | Role::Admin)
    }

    /// A case of this tenant, for somebody who may supervise.
    async fn supervised(&self, text: &str) -> Result<CaseId, EngineError> {
        let id: CaseId = text.parse().map_err(|_| EngineError::Missing("case"))?;
        if !self.supervises() {
            return Err(Refusal::new(Code::NotYours, "supervise", "desk").into());
        }
        Ok(self.app.engine.loaded_of(self.tenant, id).await?.case.id)
    }

    async fn supervise(&mut self, case: &str, mode: Option<SupervisorMode>) -> Result<(), EngineError> {
        let id = self.supervised(case).await?;
        // One at a time: who goes to another session has left the one before.
        if let Some(before) = self.watched().map(|c| c.id).filter(|before| *before != id) {
            self.leave_session(before).await?;
        }
        let name = Pii::new(Tenant::first_name(&self.name_of(self.agent).await));
        let input = Input::Supervise { supervisor: self.agent, name, mode: mode.map(Into::into) };
        self.app.engine.tell_case(id, &self.actor(), input).await
    }

    pub(super) async fn leave_session(&self, case: CaseId) -> Result<(), EngineError> {
        let input = Input::Supervise { supervisor: self.agent, name: Pii::default(), mode: None };
        self.app.engine.tell_case(case, &self.actor(), input).await
    }

    /// Whoever is gone watches no longer.
    pub(super) async fn leave_watched(&self) {
        let Some(case) = self.watched() else { return };
        if let Err(error) = self.leave_session(case.id).await {
            tracing::warn!(case.id = %case.id, %error, "a supervisor's leaving could not be kept");
        }
    }

    /// The session this person watches now.
    pub(super) fn watched(&self) -> Option<std::sync::Arc<Case>> {
        let mine = |case: &std::sync::Arc<Case>| self.watches(case);
        if !self.supervises() {
            return None;
        }
        self.app.hub.live(self.tenant).into_iter().find(mine)
    }

    pub(super) fn watches(&self, case: &Case) -> bool {
        crate::views::session(case).and_then(|s| s.supervisor.as_ref()).is_some_and(|s| s.id == self.agent)
    }

    async fn invite(&self, case: &str, language: String) -> Result<(), EngineError> {
        let id = self.case_id(case).await?;
        let engine = &self.app.engine;
        let token = crate::engine::new_token(engine.ids.as_ref());
        let guest = GuestId(engine.ids.id());
        let input = Input::InviteInterpreter { agent: self.agent, guest, token_hash: token_hash(&token), language };
        engine.tell_case(id, &self.actor(), input).await?;
        let push = AgentPush::InterpreterLink { case: id.to_string(), url: link_url(&engine.public_url, id, &token) };
        self.app.hub.to_agent(self.agent, ToAgent::Push(Box::new(push)));
        Ok(())
    }

    async fn transfer(&self, case: &str, target: TransferTo, reason: &str) -> Result<(), EngineError> {
        let id = self.case_id(case).await?;
        let to = match target {
            TransferTo::Skill { name } => Target::Skill(name),
            TransferTo::Senior {} => Target::Senior,
            TransferTo::Agent { id } => {
                let colleague: AgentId = id.parse().map_err(|_| EngineError::Missing("agent"))?;
                let person = self.app.engine.store.person(colleague).await?.filter(|p| p.active && p.tenant == self.tenant);
                Target::Agent(person.ok_or(EngineError::Missing("agent"))?.id)
            }
        };
        let reason = Pii::new(clean(reason));
        let input = Input::Transfer { agent: self.agent, to, reason, salt: salt(&self.app) };
        self.app.engine.tell_case(id, &self.actor(), input).await
    }

    async fn name_of(&mut self, agent: AgentId) -> String {
        if let Some(name) = self.names.get(&agent) {
            return name.clone();
        }
        let Ok(Some(person)) = self.app.engine.store.person(agent).await else { return String::new() };
        if self.names.len() >= MAX_NAMES {
            self.names.clear();
        }
        self.names.insert(agent, person.name.clone());
        person.name
    }

    /// Sends the floor if it differs from what was sent before.
    pub(super) async fn show_floor(&mut self, voice: &mut Voice) -> bool {
        let view = self.floor().await;
        if self.last_floor.as_ref() == Some(&view) {
            return true;
        }
        self.last_floor = Some(view.clone());
        voice.say(&AgentPush::Floor { view }).await
    }

    async fn floor(&mut self) -> FloorView {
        let supervises = self.supervises();
        let mut live = Vec::new();
        let running = if supervises { self.app.hub.live(self.tenant) } else { Vec::new() };
        for case in running.iter().take(MAX_LIVE) {
            live.extend(self.live_row(case).await);
        }
        let staff = self.app.queue.staff(self.tenant);
        let mut skills: Vec<String> = staff.iter().filter(|(a, _)| a.id != self.agent).flat_map(|(_, s)| s.clone()).collect();
        skills.sort_unstable();
        skills.dedup();
        let mut colleagues = Vec::new();
        let me = self.agent;
        for (agent, _) in staff.iter().filter(|(a, _)| a.id != me).take(MAX_COLLEAGUES) {
            let free = matches!(agent.state, State::Available { .. });
            colleagues.push(Colleague { id: agent.id.to_string(), name: self.name_of(agent.id).await, free });
        }
        FloorView { supervises, live, colleagues, skills }
    }

    async fn live_row(&mut self, case: &Case) -> Option<LiveRow> {
        let session = crate::views::session(case)?;
        Some(LiveRow {
            case: case.id.to_string(),
            name: case.customer.name.reveal().clone(),
            locale: case.customer.locale.clone(),
            agent: self.name_of(session.agent).await,
            started_at: session.started_at.to_string(),
            state: crate::views::session_word(session).to_owned(),
            supervisor: session.supervisor.as_ref().map(|s| s.name.reveal().clone()),
        })
    }

    /// The session that is watched with what is written and drawn there, or that it is over. The seat that is in the
    /// log is the only way to any of it.
    pub(super) async fn show_watched(&mut self, voice: &mut Voice, case: &Case) -> bool {
        let before = self.observing.as_ref().filter(|o| o.case == case.id).map(|o| o.chat);
        if !self.watches(case) {
            if before.is_none() {
                return true;
            }
            self.observing = None;
            return voice.say(&AgentPush::Observed { view: None }).await;
        }
        let from = before.unwrap_or(0);
        self.observing = Some(Observing { case: case.id, chat: from.max(case.chat.len()) });
        let told = self.app.hub.told(case.id);
        let view = Box::new(crate::views::agent_case(case, &told, self.app.engine.now()));
        voice.say(&AgentPush::Observed { view: Some(view) }).await
            && Self::show_chat(voice, case, from).await
            // Every doing after this one comes by itself.
            && (before.is_some() || self.show_board(voice, case.id).await)
    }
}
