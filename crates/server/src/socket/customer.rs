//! The customer's page: hello, offers, device state, chat, leaving.
//! Must not know what the agent sees.

mod hands;
mod identity;

use super::{Ear, HELLO_WITHIN, Said, TOO_LARGE, Voice, peer_id, problem, split};
use crate::engine::{Actor, EngineError, token_hash};
use crate::hub::{ToAgent, ToCustomer};
use crate::state::App;
use crate::telemetry::metrics;
use axum::extract::ws::WebSocket;
use domain::case::{Case, Input, Message};
use domain::digest::Salt;
use domain::ids::{CaseId, ClientId, MessageId};
use domain::pii::Pii;
use domain::session::Seat;
use domain::time::{Span, Timestamp};
use std::time::Duration;
use subtle::ConstantTimeEq;
use wire::socket::{AgentPush, CustomerMessage, CustomerPush, MAX_SDP};

/// A reload takes about this long; only then is the page gone.
const GRACE: Duration = Duration::from_secs(4);
/// Most chat messages in one push.
const CHAT_PAGE: usize = 100;

pub(super) struct Page {
    pub(super) app: App,
    pub(super) case: CaseId,
    socket: u64,
    holds: bool,
    client: Option<ClientId>,
    chat_shown: usize,
    last_wait: Option<wire::api::invitations::WaitView>,
    last_meters: Option<std::time::Instant>,
}

/// Serves one page until it goes. `device` is the browser in words.
pub async fn serve(app: App, socket: WebSocket, device: String) {
    let _open = metrics::SOCKETS.hold("customer");
    let (mut voice, mut ear) = split(socket);
    let hello = tokio::time::timeout(HELLO_WITHIN, ear.hear::<CustomerMessage>()).await;
    let Ok(Said::Message(CustomerMessage::Hello { token, client_secret, chat_after })) = hello else {
        return refuse(voice, "hello_first", "The first message must be hello.").await;
    };
    let Some((case, holds)) = admit(&app, &token, client_secret.as_deref()).await else {
        return refuse(voice, "link_not_valid", "This link is not valid any more.").await;
    };
    let Some((id, mut inbox)) = app.hub.join_customer(case.id, holds) else {
        return refuse(voice, "busy", "Too many cases at once.").await;
    };
    app.hub.tell(case.id, case.agent(), |t| t.device = device);
    let client = case.binding.as_ref().filter(|_| holds).map(|b| b.client);
    let mut page = Page {
        app: app.clone(),
        case: case.id,
        socket: id,
        holds,
        client,
        chat_shown: chat_after as usize,
        last_wait: None,
        last_meters: None,
    };
    if holds {
        page.tell(Input::CustomerBack).await;
        // Only who is connected is matched; the claim itself came before the socket.
        app.hub.route.notify_one();
    }
    if page.show(&mut voice, &case).await && (!holds || page.show_together(&mut voice).await) {
        page.talk(&mut voice, &mut ear, &mut inbox, &token).await;
    }
    voice.close().await;
    page.leave();
}

async fn refuse(mut voice: Voice, code: &str, detail: &str) {
    voice.say(&CustomerPush::Problem { code: code.to_owned(), detail: detail.to_owned() }).await;
    voice.close().await;
}

/// Which case the token leads to, and whether this browser holds it. A browser that holds the
/// case may come back with any of its links; another one only with the newest, and only to prepare.
async fn admit(app: &App, token: &str, secret: Option<&str>) -> Option<(Case, bool)> {
    let hash = token_hash(token);
    let row = app.engine.store.case_by_link(hash.0).await.ok()??;
    let case = app.engine.case(row.id).await.ok()?;
    let holds = secret.is_some_and(|s| holds(&case, s));
    let newest = case.invitation.as_ref().is_some_and(|i| i.token_hash == hash && !i.expired(app.engine.now()));
    (holds || newest).then_some((case, holds))
}

/// Whether `secret` is the one of the browser that holds the case.
#[must_use]
pub fn holds(case: &Case, secret: &str) -> bool {
    case.binding.as_ref().is_some_and(|b| bool::from(b.secret_hash.0.ct_eq(&token_hash(secret).0)))
}

impl Page {
    async fn talk(&mut self, voice: &mut Voice, ear: &mut Ear, inbox: &mut tokio::sync::mpsc::Receiver<ToCustomer>, token: &str) {
        loop {
            let go_on = tokio::select! {
                said = ear.hear::<CustomerMessage>() => match said {
                    Said::Message(message) => self.on_message(voice, message, token).await,
                    Said::Odd(_, why) => voice.say(&CustomerPush::Problem { code: "malformed".to_owned(), detail: why }).await,
                    Said::Large(_) => {
                        let (code, detail) = ("too_large".to_owned(), TOO_LARGE.to_owned());
                        voice.say(&CustomerPush::Problem { code, detail }).await
                    }
                    Said::Nothing => true,
                    Said::Gone => false,
                },
                told = inbox.recv() => match told {
                    Some(told) => self.on_told(voice, told).await,
                    None => false,
                },
            };
            if !go_on {
                return;
            }
        }
    }

    async fn on_told(&mut self, voice: &mut Voice, told: ToCustomer) -> bool {
        match told {
            ToCustomer::Case(case) => {
                let still = self.client.is_some() && case.binding.as_ref().map(|b| b.client) == self.client;
                if self.holds && !still {
                    self.holds = false;
                    return voice.say(&CustomerPush::Replaced {}).await;
                }
                self.show(voice, &case).await
            }
            ToCustomer::Push(push) => voice.say(push.as_ref()).await,
            ToCustomer::Wait => {
                let wait = self.app.queue.wait(self.case, self.app.engine.now());
                if self.last_wait.as_ref() == Some(&wait) || wait.place.is_none() {
                    return true;
                }
                match self.app.engine.case(self.case).await {
                    Ok(case) => self.show(voice, &case).await,
                    Err(_) => true,
                }
            }
            ToCustomer::Replaced => {
                self.holds = false;
                voice.say(&CustomerPush::Replaced {}).await
            }
        }
    }

    /// Shows the case, and the chat messages that this page has not seen.
    async fn show(&mut self, voice: &mut Voice, case: &Case) -> bool {
        // A page that has not claimed may prepare its connection and learns nothing.
        if !self.holds {
            return true;
        }
        let app = &self.app;
        let Ok(tenant) = app.engine.tenants.get(case.tenant).await else { return true };
        let now = app.engine.now();
        let wait = app.queue.wait(case.id, now);
        self.last_wait = Some(wait.clone());
        let name = agent_name(app, case).await;
        let view = crate::views::customer(case, &tenant, &app.hub.told(case.id), wait, name, now);
        if !voice.say(&CustomerPush::Case { view }).await {
            return false;
        }
        while self.chat_shown < case.chat.len() {
            let messages: Vec<_> = case.chat.iter().skip(self.chat_shown).take(CHAT_PAGE).map(crate::views::message).collect();
            let from = u32::try_from(self.chat_shown).unwrap_or(u32::MAX);
            self.chat_shown += messages.len();
            if !voice.say(&CustomerPush::Chat { from, messages }).await {
                return false;
            }
        }
        true
    }

    async fn on_message(&mut self, voice: &mut Voice, message: CustomerMessage, token: &str) -> bool {
        match message {
            CustomerMessage::Ping {} => voice.say(&CustomerPush::Pong {}).await,
            CustomerMessage::Hello { client_secret, chat_after, .. } => self.hello_again(voice, token, client_secret, chat_after).await,
            CustomerMessage::Offer { peer, sdp } => self.offer(voice, peer, sdp).await,
            CustomerMessage::Meters { reading } if self.holds => {
                self.meters(reading).await;
                true
            }
            CustomerMessage::Device { .. }
            | CustomerMessage::Chat { .. }
            | CustomerMessage::Typing { .. }
            | CustomerMessage::CommandDone { .. }
            | CustomerMessage::CommandHeld { .. }
            | CustomerMessage::CallBack { .. }
            | CustomerMessage::Leave {}
            | CustomerMessage::Rate { .. }
            | CustomerMessage::PromptShown { .. }
            | CustomerMessage::PromptDeclined { .. }
            | CustomerMessage::Code { .. }
            | CustomerMessage::Location { .. }
            | CustomerMessage::NoLocation { .. }
            | CustomerMessage::Draw { .. }
            | CustomerMessage::BoardAgain {}
            | CustomerMessage::ChatSeen { .. }
                if self.holds =>
            {
                self.on_holder(voice, message).await
            }
            CustomerMessage::Device { .. }
            | CustomerMessage::Typing { .. }
            | CustomerMessage::PromptShown { .. }
            | CustomerMessage::Meters { .. }
            | CustomerMessage::Draw { .. }
            | CustomerMessage::BoardAgain {}
            | CustomerMessage::ChatSeen { .. } => true,
            CustomerMessage::Chat { .. }
            | CustomerMessage::CommandDone { .. }
            | CustomerMessage::CommandHeld { .. }
            | CustomerMessage::CallBack { .. }
            | CustomerMessage::Leave {}
            | CustomerMessage::Rate { .. }
            | CustomerMessage::PromptDeclined { .. }
            | CustomerMessage::Code { .. }
            | CustomerMessage::Location { .. }
            | CustomerMessage::NoLocation { .. } => {
                let detail = "This page does not hold the link.".to_owned();
                voice.say(&CustomerPush::Problem { code: "claim_first".to_owned(), detail }).await
            }
        }
    }

    /// What only the page that holds the link may say.
    async fn on_holder(&self, voice: &mut Voice, message: CustomerMessage) -> bool {
        match message {
            CustomerMessage::Ping {} | CustomerMessage::Hello { .. } | CustomerMessage::Offer { .. } | CustomerMessage::Meters { .. } => {
                true
            }
            CustomerMessage::Device { .. } | CustomerMessage::CommandDone { .. } | CustomerMessage::CommandHeld { .. } => {
                self.on_device(voice, message).await
            }
            CustomerMessage::Chat { nonce, text } => self.said(voice, nonce, text).await,
            CustomerMessage::Typing { on } => {
                let (case, agent) = (self.case, self.agent().await);
                self.app.hub.tell(case, None, |t| t.typing = on);
                if let Some(agent) = agent {
                    let push = AgentPush::Typing { case: case.to_string(), on };
                    self.app.hub.to_agent(agent, ToAgent::Push(Box::new(push)));
                }
                true
            }
            CustomerMessage::CallBack { at } => {
                let now = self.app.engine.now();
                let at = match at.as_deref().map(Timestamp::parse) {
                    None => soonest(&self.app, self.case, now).await,
                    Some(Some(at)) => at,
                    Some(None) => {
                        return voice
                            .say(&CustomerPush::Problem { code: "bad_time".to_owned(), detail: "RFC 3339, please.".to_owned() })
                            .await;
                    }
                };
                self.act(voice, Input::CallBack { at }).await
            }
            CustomerMessage::Leave {} => self.act(voice, Input::CustomerLeave).await,
            CustomerMessage::Rate { stars, comment } => self.act(voice, Input::Rate { stars, comment: Pii::new(clean(&comment)) }).await,
            CustomerMessage::PromptShown { id, at, locale } => match Timestamp::parse(&at) {
                Some(page_at) => self.act(voice, Input::ChallengeShown { id, page_at, locale }).await,
                None => {
                    let detail = "RFC 3339, please.".to_owned();
                    voice.say(&CustomerPush::Problem { code: "bad_time".to_owned(), detail }).await
                }
            },
            CustomerMessage::PromptDeclined { id } => self.act(voice, Input::ChallengeDeclined { id }).await,

            CustomerMessage::Code { code } => self.code(voice, code).await,
            CustomerMessage::Location { fixes } => self.location(voice, fixes).await,
            CustomerMessage::NoLocation { why } => self.no_location(voice, why).await,
            CustomerMessage::Draw { n, op } => self.draw(voice, n, &op).await,
            CustomerMessage::BoardAgain {} => self.show_together(voice).await,
            CustomerMessage::ChatSeen { got, seen } => self.chat_seen(got, seen).await,
        }
    }

    /// The page has claimed meanwhile: it holds the link from now on.
    async fn hello_again(&mut self, voice: &mut Voice, token: &str, secret: Option<String>, chat_after: u32) -> bool {
        let Some((case, holds)) = admit(&self.app, token, secret.as_deref()).await else { return true };
        if holds && !self.holds {
            self.holds = true;
            self.client = case.binding.as_ref().map(|b| b.client);
            self.app.hub.holds(self.case, self.socket);
            self.tell(Input::CustomerBack).await;
            self.app.hub.route.notify_one();
        }
        self.chat_shown = chat_after as usize;
        self.show(voice, &case).await && (!self.holds || self.show_together(voice).await)
    }

    async fn offer(&self, voice: &mut Voice, peer: String, sdp: String) -> bool {
        let problem = |code: &str, detail: String| CustomerPush::Problem { code: code.to_owned(), detail };
        let Some(id) = peer_id(&peer) else { return voice.say(&problem("malformed", "peer: 32 hexadecimal digits".to_owned())).await };
        if sdp.len() > MAX_SDP {
            return voice.say(&problem("too_large", "SDP: at most 32 KiB".to_owned())).await;
        }
        let Ok(case) = self.app.engine.case(self.case).await else { return true };
        // Somebody holds the link already: another page may not take the seat in the room.
        if !self.holds && case.binding.is_some() && self.app.hub.connected(self.case) {
            return voice.say(&problem("claim_first", "This page does not hold the link.".to_owned())).await;
        }
        match self.app.rooms.offer(&case, Seat::Customer, id, sdp).await {
            Ok(sdp) => voice.say(&CustomerPush::Answer { peer, sdp }).await,
            Err(error) => voice.say(&problem("offer_refused", error.to_string())).await,
        }
    }

    /// What was written, as an input.
    pub(super) async fn message(&self, nonce: String, text: &str) -> Result<Input, EngineError> {
        let engine = &self.app.engine;
        let case = engine.case(self.case).await?;
        let message = Message {
            id: MessageId(engine.ids.id()),
            nonce,
            from: Seat::Customer,
            name: crate::tenant::Tenant::first_name(case.customer.name.reveal()),
            at: engine.now(),
            text: Pii::new(clean(text)),
            image: None,
        };
        Ok(Input::Chat { message: Box::new(message), salt: salt(&self.app) })
    }

    async fn act(&self, voice: &mut Voice, input: Input) -> bool {
        match self.app.engine.tell_case(self.case, &Actor::Customer, input).await {
            Ok(()) => true,
            Err(error) => {
                let (code, detail) = problem(&error);
                voice.say(&CustomerPush::Problem { code, detail }).await
            }
        }
    }

    async fn tell(&self, input: Input) {
        match self.app.engine.tell_case(self.case, &Actor::Customer, input).await {
            Ok(()) | Err(EngineError::Refused(_)) => {}
            Err(error) => tracing::warn!(case.id = %self.case, %error, "a page's coming or going could not be kept"),
        }
    }

    pub(super) async fn agent(&self) -> Option<domain::ids::AgentId> {
        self.app.engine.case(self.case).await.ok().and_then(|c| c.agent())
    }

    /// The page is gone, unless it comes back at once.
    fn leave(self) {
        if !self.app.hub.leave_customer(self.case, self.socket) {
            return;
        }
        tokio::spawn(async move {
            if let Some(agent) = self.agent().await {
                self.app.hub.to_agent(agent, ToAgent::Told(self.case));
            }
            tokio::time::sleep(GRACE).await;
            if !self.app.hub.connected(self.case) {
                self.tell(Input::CustomerGone).await;
            }
        });
    }
}

/// The first name of the agent who has the case.
pub(crate) async fn agent_name(app: &App, case: &Case) -> Option<String> {
    crate::views::session(case).or_else(|| case.past.last().map(|p| &p.session))?;
    let person = app.engine.store.person(case.agent()?).await.ok()??;
    Some(crate::tenant::Tenant::first_name(&person.name))
}

/// The next moment at which a call back can happen.
pub(crate) async fn soonest(app: &App, case: CaseId, now: Timestamp) -> Timestamp {
    let tenant = match app.engine.case(case).await {
        Ok(case) => app.engine.tenants.get(case.tenant).await.ok(),
        Err(_) => None,
    };
    let open = tenant.and_then(|t| t.policy.hours.next_open(now)).unwrap_or(now);
    open.max(now + Span::minutes(10))
}

/// Text as people typed it, without what could change how other text looks, or hide: control characters
/// other than line breaks, the bidirectional marks and overrides of Unicode (UAX 9), and what is never
/// seen. Joiners stay: Hindi and Tamil are written with them.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| !hidden(*c)).collect::<String>().trim().to_owned()
}

fn hidden(c: char) -> bool {
    match c {
        '\n' => false,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' => {
            true
        }
        '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' => true,
        '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => true,
        other => other.is_control(),
    }
}

pub(crate) fn salt(app: &App) -> Salt {
    let secret = app.engine.ids.secret();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&secret[..16]);
    Salt(bytes)
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn overrides_and_controls_are_taken_out_and_scripts_stay() {
        assert_eq!(clean(" a\u{202e}b\u{0}\nc\u{200b} "), "ab\nc");
        assert_eq!(clean("สวัสดี 你好 مرحبا"), "สวัสดี 你好 مرحبا");
        assert_eq!(clean("क्\u{200d}ष 👩\u{200d}👩\u{200d}👧 ❤\u{fe0f}"), "क्\u{200d}ष 👩\u{200d}👩\u{200d}👧 ❤\u{fe0f}");
    }

    #[test]
    fn what_is_never_seen_is_no_text() {
        assert_eq!(clean("\u{200b}\u{2060}\u{ad}\u{3164}\u{e0041}\u{200f}\u{2800}"), "");
        assert_eq!(clean("pay\u{200e}\u{2067}pal"), "paypal");
        assert_eq!(clean("<b>&lt;</b>"), "<b>&lt;</b>", "markup is text like any other");
    }
}
