//! An interpreter's page: a link for one use, the notice, sound, and nothing of the customer's data.
//! Must not know what agent or customer see.

use super::{Ear, HELLO_WITHIN, Said, Voice, peer_id, problem, split};
use crate::engine::{Actor, EngineError, new_token, token_hash};
use crate::hub::ToAdmin;
use crate::socket::customer::{agent_name, clean, salt};
use crate::state::App;
use crate::telemetry::metrics;
use axum::extract::ws::WebSocket;
use domain::case::{Case, Input};
use domain::digest::Digest;
use domain::ids::{CaseId, GuestId};
use domain::pii::Pii;
use domain::refusal::{Code, Refusal};
use domain::session::{Interpreter, Seat};
use std::time::Duration;
use subtle::ConstantTimeEq;
use tokio::sync::broadcast;
use wire::api::people::{InterpreterMessage, InterpreterPush, InterpreterView};
use wire::socket::MAX_SDP;

/// A reload or a lost network takes about this long; then the interpreter has left.
const GRACE: Duration = Duration::from_secs(15);
/// 32 digits of the case, 43 characters of the secret.
const TOKEN: (usize, usize) = (32, 43);

/// The address of an interpreter's link; everything that matters stands in the fragment.
#[must_use]
pub fn link_url(public_url: &str, case: CaseId, token: &str) -> String {
    format!("{}/i#{:032x}{token}", public_url.trim_end_matches('/'), case.0)
}

struct Page {
    app: App,
    case: CaseId,
    guest: GuestId,
    token_hash: Digest,
    secret_hash: Option<Digest>,
    number: u64,
}

/// Serves one page until it goes.
pub async fn serve(app: App, socket: WebSocket) {
    let _open = metrics::SOCKETS.hold("interpreter");
    let (mut voice, mut ear) = split(socket);
    let hello = tokio::time::timeout(HELLO_WITHIN, ear.hear::<InterpreterMessage>()).await;
    let Ok(Said::Message(InterpreterMessage::Hello { token, client_secret })) = hello else {
        return refuse(voice, "hello_first", "The first message must be hello.").await;
    };
    let secret_hash = client_secret.as_deref().map(token_hash);
    let Some((case, guest, token_hash)) = admit(&app, &token, secret_hash).await else {
        return refuse(voice, "link_not_valid", "This link is not valid any more.").await;
    };
    let mut changes = app.hub.join_admin();
    let number = app.hub.join_guest(case.id);
    let mut page = Page { app, case: case.id, guest, token_hash, secret_hash, number };
    if page.show(&mut voice, &case).await {
        page.talk(&mut voice, &mut ear, &mut changes).await;
    }
    voice.close().await;
    page.leave();
}

async fn refuse(mut voice: Voice, code: &str, detail: &str) {
    voice.say(&InterpreterPush::Problem { code: code.to_owned(), detail: detail.to_owned() }).await;
    voice.close().await;
}

/// Whose link it is: good unused until it runs out, and for the browser that used it as long as the session runs.
async fn admit(app: &App, token: &str, secret: Option<Digest>) -> Option<(Case, GuestId, Digest)> {
    let (id, word) = token.split_at_checked(TOKEN.0).filter(|(id, word)| id.is_ascii() && word.len() == TOKEN.1)?;
    let case = app.engine.case(CaseId(u128::from_str_radix(id, 16).ok()?)).await.ok()?;
    let hash = token_hash(word);
    let interpreter = crate::views::session(&case)?.interpreter.as_ref()?;
    if !bool::from(interpreter.token_hash.0.ct_eq(&hash.0)) {
        return None;
    }
    let unused = interpreter.seated.is_none() && app.engine.now() < interpreter.expires_at;
    let guest = interpreter.id;
    (unused || holds(interpreter, secret)).then_some((case, guest, hash))
}

fn holds(interpreter: &Interpreter, secret: Option<Digest>) -> bool {
    secret.zip(interpreter.seated.as_ref()).is_some_and(|(given, seated)| bool::from(given.0.ct_eq(&seated.secret_hash.0)))
}

fn notice(brand: &str) -> String {
    format!(
        "{brand} records this conversation as evidence, your voice included. You hear both sides and both hear you; both are told your name. \
         Say everything that is said, add nothing, and keep what you hear to yourself."
    )
}

impl Page {
    async fn talk(&mut self, voice: &mut Voice, ear: &mut Ear, changes: &mut broadcast::Receiver<ToAdmin>) {
        loop {
            let go_on = tokio::select! {
                said = ear.hear::<InterpreterMessage>() => match said {
                    Said::Message(message) => self.on_message(voice, message).await,
                    Said::Odd(_, why) => voice.say(&InterpreterPush::Problem { code: "malformed".to_owned(), detail: why }).await,
                    Said::Large(_) => {
                        let (code, detail) = ("too_large".to_owned(), super::TOO_LARGE.to_owned());
                        voice.say(&InterpreterPush::Problem { code, detail }).await
                    }
                    Said::Nothing => true,
                    Said::Gone => false,
                },
                change = changes.recv() => match change {
                    Ok(ToAdmin::Case(case)) if case.id == self.case => self.show(voice, &case).await,
                    Ok(ToAdmin::Case(_) | ToAdmin::Agents(_)) => true,
                    Err(broadcast::error::RecvError::Lagged(_)) => match self.app.engine.case(self.case).await {
                        Ok(case) => self.show(voice, &case).await,
                        Err(_) => true,
                    },
                    Err(broadcast::error::RecvError::Closed) => false,
                },
            };
            if !go_on {
                return;
            }
        }
    }

    fn mine<'a>(&self, case: &'a Case) -> Option<&'a Interpreter> {
        crate::views::session(case)?.interpreter.as_ref().filter(|i| i.id == self.guest)
    }

    /// Shows the session; false once it is over or another browser took the seat.
    async fn show(&self, voice: &mut Voice, case: &Case) -> bool {
        let app = &self.app;
        let here = self.mine(case).filter(|i| i.seated.is_none() || holds(i, self.secret_hash));
        let Some(interpreter) = here else {
            voice.say(&InterpreterPush::Ended {}).await;
            return false;
        };
        let Ok(tenant) = app.engine.tenants.get(case.tenant).await else { return true };
        let notice = notice(&tenant.settings.brand);
        let view = InterpreterView {
            brand: crate::views::brand(&tenant.settings),
            agent_name: agent_name(app, case).await.unwrap_or_default(),
            language: interpreter.language.clone(),
            notice_sha256: crate::texts::sha256(&notice),
            notice,
            seated: interpreter.seated.is_some(),
            hold: crate::views::session(case).is_some_and(|s| s.hold.is_some()),
        };
        voice.say(&InterpreterPush::Session { view }).await
    }

    async fn on_message(&mut self, voice: &mut Voice, message: InterpreterMessage) -> bool {
        match message {
            InterpreterMessage::Ping {} => voice.say(&InterpreterPush::Pong {}).await,
            InterpreterMessage::Hello { .. } => true,
            InterpreterMessage::Join { name, notice_sha256 } => match self.join(&clean(&name), &notice_sha256).await {
                Ok((secret, case)) => voice.say(&InterpreterPush::Seated { client_secret: secret }).await && self.show(voice, &case).await,
                Err(error) => tell(voice, &error).await,
            },
            InterpreterMessage::Offer { peer, sdp } => self.offer(voice, peer, sdp).await,
            InterpreterMessage::Leave {} => {
                self.gone().await;
                voice.say(&InterpreterPush::Ended {}).await;
                false
            }
        }
    }

    async fn join(&mut self, name: &str, shown: &str) -> Result<(String, Case), EngineError> {
        let engine = &self.app.engine;
        let case = engine.case(self.case).await?;
        let tenant = engine.tenants.get(case.tenant).await?;
        let notice = notice(&tenant.settings.brand);
        if crate::texts::sha256(&notice) != shown {
            return Err(Refusal::new(Code::ConsentOutdated, "seat_interpreter", "live").into());
        }
        let secret = new_token(engine.ids.as_ref());
        let secret_hash = token_hash(&secret);
        let input = Input::SeatInterpreter {
            token_hash: self.token_hash,
            secret_hash,
            name: Pii::new(name.to_owned()),
            notice: Digest::of(notice.as_bytes()),
            commitment: Digest::commit(&salt(&self.app), name),
        };
        // Known before the commit is told to this page, so that it sees itself as seated.
        let before = self.secret_hash.replace(secret_hash);
        match engine.on_case(self.case, &Actor::Guest(self.guest), input).await {
            Ok(case) => Ok((secret, case)),
            Err(error) => {
                self.secret_hash = before;
                Err(error)
            }
        }
    }

    async fn offer(&self, voice: &mut Voice, peer: String, sdp: String) -> bool {
        let problem = |code: &str, detail: String| InterpreterPush::Problem { code: code.to_owned(), detail };
        let Some(id) = peer_id(&peer).filter(|_| sdp.len() <= MAX_SDP) else {
            return voice.say(&problem("malformed", "peer: 32 hexadecimal digits; SDP: at most 32 KiB".to_owned())).await;
        };
        let Ok(case) = self.app.engine.case(self.case).await else { return true };
        if !self.mine(&case).is_some_and(|i| holds(i, self.secret_hash)) {
            return voice.say(&problem("claim_first", "This page does not hold the seat.".to_owned())).await;
        }
        match self.app.rooms.offer(&case, Seat::Interpreter, id, sdp).await {
            Ok(sdp) => voice.say(&InterpreterPush::Answer { peer, sdp }).await,
            Err(error) => voice.say(&problem("offer_refused", error.to_string())).await,
        }
    }

    async fn gone(&self) {
        let input = Input::InterpreterGone { guest: self.guest };
        match self.app.engine.tell_case(self.case, &Actor::Guest(self.guest), input).await {
            Ok(()) | Err(EngineError::Refused(_)) => {}
            Err(error) => tracing::warn!(case.id = %self.case, %error, "an interpreter's leaving could not be kept"),
        }
    }

    /// The page is gone, unless it comes back at once; one that never took the seat leaves nothing.
    fn leave(self) {
        if self.secret_hash.is_none() {
            return;
        }
        tokio::spawn(async move {
            tokio::time::sleep(GRACE).await;
            if self.app.hub.newest_guest(self.case, self.number) {
                self.gone().await;
            }
        });
    }
}

async fn tell(voice: &mut Voice, error: &EngineError) -> bool {
    let (code, detail) = problem(error);
    voice.say(&InterpreterPush::Problem { code, detail }).await
}
