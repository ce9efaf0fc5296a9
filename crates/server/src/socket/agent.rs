//! The agent's page: presence, rings, the case in hand, commands to the customer's device.
//! Must not decide; the domain refuses what an agent may not do.

mod act;
mod desk;
mod hands;
mod identity;
mod people;
mod together;

pub use desk::day_start;
pub use together::read;

use super::{Ear, HELLO_WITHIN, Said, TOO_LARGE, Voice, problem, split};
use crate::engine::{Actor, EngineError};
use crate::http::who::{Person, still_signed_in};
use crate::hub::ToAgent;
use crate::state::App;
use crate::telemetry::metrics;
use axum::extract::ws::WebSocket;
use desk::Counted;
use domain::agent;
use domain::case::{Case, Input, Phase};
use domain::ids::{AgentId, CaseId, TenantId};
use std::collections::BTreeMap;
use std::time::Duration;
use wire::api::people::FloorView;
use wire::socket::{AgentMessage, AgentPush};
use wire::terms::Role;

/// A reload takes about this long; then a waiting agent is offline and a ring goes on.
const GRACE: Duration = Duration::from_secs(5);
/// After this an agent on call is lost and the customer goes back to the head of the queue.
const LOST: Duration = Duration::from_secs(15);
/// The desk's numbers are looked at this often.
const DESK_EVERY: Duration = Duration::from_secs(2);
const CHAT_PAGE: usize = 100;

struct Page {
    app: App,
    agent: AgentId,
    socket: u64,
    /// Chat shown per case, so that a second case in the shift starts at its own beginning.
    chat_shown: BTreeMap<CaseId, usize>,
    chat_after: usize,
    last_desk: String,
    /// The case in hand that the page was shown.
    case_shown: Option<CaseId>,
    /// The numbers of the shift; none: to be counted.
    counted: Option<Counted>,
    sign_in: [u8; 32],
    end: End,
    tenant: TenantId,
    role: Role,
    observing: Option<people::Observing>,
    last_floor: Option<FloorView>,
    names: BTreeMap<AgentId, String>,
}

/// How a page ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// It may come back at once.
    Gone,
    /// Another page of the same agent took over.
    Replaced,
    /// The account or its sign-in counts no more.
    SignedOut,
}

/// Serves one console until it goes.
pub async fn serve(app: App, socket: WebSocket, person: Person) {
    let _open = metrics::SOCKETS.hold("agent");
    let agent = person.id;
    let (mut voice, mut ear) = split(socket);
    let hello = tokio::time::timeout(HELLO_WITHIN, ear.hear::<AgentMessage>()).await;
    let Ok(Said::Message(AgentMessage::Hello { chat_after, .. })) = hello else {
        voice
            .say(&AgentPush::Problem {
                code: "hello_first".to_owned(),
                detail: "The first message must be hello.".to_owned(),
                of: String::new(),
            })
            .await;
        return voice.close().await;
    };
    let (id, mut inbox) = app.hub.join_agent(agent);
    let mut page = Page {
        app: app.clone(),
        agent,
        socket: id,
        chat_shown: BTreeMap::new(),
        chat_after: chat_after as usize,
        last_desk: String::new(),
        case_shown: None,
        counted: None,
        sign_in: person.sign_in,
        end: End::Gone,
        tenant: person.tenant,
        role: person.role,
        observing: None,
        last_floor: None,
        names: BTreeMap::new(),
    };
    page.feed(agent::Input::Came).await;
    app.hub.route.notify_one();
    let watched = page.watched();
    let shown = page.show_desk(&mut voice).await && page.show_case(&mut voice).await && page.show_floor(&mut voice).await;
    let shown = shown
        && match watched {
            Some(case) => page.show_watched(&mut voice, &case).await,
            // A page that was away too long has lost its seat and must not go on showing what it saw.
            None if page.supervises() => voice.say(&AgentPush::Observed { view: None }).await,
            None => true,
        };
    if shown && page.show_together(&mut voice).await {
        page.talk(&mut voice, &mut ear, &mut inbox).await;
    }
    voice.close().await;
    page.leave();
}

impl Page {
    async fn talk(&mut self, voice: &mut Voice, ear: &mut Ear, inbox: &mut tokio::sync::mpsc::Receiver<ToAgent>) {
        let mut tick = tokio::time::interval(DESK_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let go_on = tokio::select! {
                said = ear.hear::<AgentMessage>() => match said {
                    Said::Message(message) => self.on_message(voice, message).await,
                    Said::Odd(of, why) => voice.say(&AgentPush::Problem { code: "malformed".to_owned(), detail: why, of }).await,
                    Said::Large(of) => {
                        let (code, detail) = ("too_large".to_owned(), TOO_LARGE.to_owned());
                        voice.say(&AgentPush::Problem { code, detail, of }).await
                    }
                    Said::Nothing => true,
                    Said::Gone => false,
                },
                told = inbox.recv() => match told {
                    Some(told) => self.on_told(voice, told).await,
                    None => false,
                },
                _ = tick.tick() => self.signed_in(voice).await && self.show_desk(voice).await && self.show_floor(voice).await,
            };
            if !go_on {
                return;
            }
        }
    }

    /// Somebody who was signed out or deactivated works no further, not even on a page that is open.
    async fn signed_in(&mut self, voice: &mut Voice) -> bool {
        if still_signed_in(&self.app, self.sign_in).await {
            return true;
        }
        self.end = End::SignedOut;
        let detail = "You are signed out.".to_owned();
        voice.say(&AgentPush::Problem { code: "sign_in_needed".to_owned(), detail, of: String::new() }).await;
        false
    }

    async fn on_told(&mut self, voice: &mut Voice, told: ToAgent) -> bool {
        match told {
            // A case in hand that is shown already tells of its changes by itself.
            ToAgent::Desk => self.show_desk(voice).await && (self.in_hand().await == self.case_shown || self.show_case(voice).await),
            ToAgent::Case(case) if case.agent() == Some(self.agent) => {
                self.show_watched(voice, &case).await && self.show_one(voice, &case).await
            }
            ToAgent::Case(case) => self.show_watched(voice, &case).await,
            ToAgent::Told(case) => match self.app.engine.case(case).await {
                Ok(case) => self.show_one(voice, &case).await,
                Err(_) => true,
            },
            ToAgent::Push(push) => voice.say(push.as_ref()).await,
            ToAgent::Replaced => {
                self.end = End::Replaced;
                voice.say(&AgentPush::Replaced {}).await;
                false
            }
        }
    }

    /// The case in hand, if there is one.
    async fn show_case(&mut self, voice: &mut Voice) -> bool {
        self.case_shown = None;
        let Some(id) = self.in_hand().await else { return true };
        match self.app.engine.case(id).await {
            Ok(case) => self.show_one(voice, &case).await,
            Err(_) => true,
        }
    }

    async fn show_one(&mut self, voice: &mut Voice, case: &Case) -> bool {
        let told = self.app.hub.told(case.id);
        let view = Box::new(crate::views::agent_case(case, &told, self.app.engine.now()));
        if !voice.say(&AgentPush::Case { view }).await {
            return false;
        }
        if case.agent() == Some(self.agent) {
            self.case_shown = Some(case.id);
        }
        let first = if self.chat_shown.is_empty() { self.chat_after } else { 0 };
        let shown = self.chat_shown.entry(case.id).or_insert(first);
        let from = *shown;
        *shown = from.max(case.chat.len());
        Self::show_chat(voice, case, from).await
    }

    /// The messages from number `from` on.
    async fn show_chat(voice: &mut Voice, case: &Case, from: usize) -> bool {
        let unsaid = case.chat.get(from..).unwrap_or_default();
        for (page, some) in unsaid.chunks(CHAT_PAGE).enumerate() {
            let messages = some.iter().map(crate::views::message).collect();
            let from = u32::try_from(from + page * CHAT_PAGE).unwrap_or(u32::MAX);
            if !voice.say(&AgentPush::Chat { case: case.id.to_string(), from, messages }).await {
                return false;
            }
        }
        true
    }

    async fn in_hand(&self) -> Option<CaseId> {
        self.app.engine.agent(self.agent).await.ok()?.case()
    }

    /// Whether the agent may see this case now: in hand, or being rung for it.
    async fn holds(&self, case: CaseId) -> bool {
        self.in_hand().await == Some(case)
    }

    fn actor(&self) -> Actor {
        Actor::Person(self.agent)
    }

    async fn feed(&self, input: agent::Input) {
        match self.app.engine.on_agent(self.agent, &self.actor(), input).await {
            Ok(()) | Err(EngineError::Refused(_)) => {}
            Err(error) => tracing::warn!(agent.id = %self.agent, %error, "presence could not be kept"),
        }
    }

    /// Says what came of an action: nothing when it worked, the refusal when not.
    async fn outcome(voice: &mut Voice, of: &str, result: Result<(), EngineError>) -> bool {
        match result {
            Ok(()) => true,
            Err(error) => {
                let (code, detail) = problem(&error);
                voice.say(&AgentPush::Problem { code, detail, of: of.to_owned() }).await
            }
        }
    }

    /// The page is gone, unless it comes back at once or another one took over.
    fn leave(self) {
        if !self.app.hub.leave_agent(self.agent, self.socket) || self.end == End::Replaced {
            return;
        }
        tokio::spawn(async move {
            if self.end == End::SignedOut {
                self.leave_watched().await;
                self.give_up_case().await;
                return self.feed(agent::Input::Gone).await;
            }
            tokio::time::sleep(GRACE).await;
            if self.app.hub.agent_connected(self.agent) {
                return;
            }
            self.leave_watched().await;
            self.feed(agent::Input::Gone).await;
            tokio::time::sleep(LOST.saturating_sub(GRACE)).await;
            if self.app.hub.agent_connected(self.agent) {
                return;
            }
            self.give_up_case().await;
            self.feed(agent::Input::Gone).await;
        });
    }

    async fn give_up_case(&self) {
        let Some(id) = self.in_hand().await else { return };
        let Ok(case) = self.app.engine.case(id).await else { return };
        if let Phase::Live { session, .. } = &case.phase
            && session.agent == self.agent
            && let Err(error) = self.app.engine.tell_case(id, &Actor::System, Input::AgentLost).await
        {
            tracing::warn!(case.id = %id, %error, "a lost agent's case could not be put back");
        }
    }
}
