//! WebSockets: what browsers say becomes inputs, what changes becomes pushes.
//! Must not know SQL or a rule.

pub mod admin;
pub mod agent;
pub mod customer;
mod device;
pub mod interpreter;
mod together;

pub use device::in_words;

use crate::engine::EngineError;
use crate::http::problem::ApiError;
use crate::http::who::{CanRead, Staff};
use crate::state::App;
use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::{Duration, Instant};
use wire::socket::MAX_MESSAGE;

/// The first message must come within this.
pub(crate) const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// A page that says nothing for so long is gone; pages ping every 5 s.
pub(crate) const SILENT_FOR: Duration = Duration::from_secs(15);
/// Most bytes read from a socket at once.
const READ_BUFFER: usize = 8 * 1024;
/// Messages a page may send in a burst, and per second after it.
const BURST: f64 = 60.0;
const RATE: f64 = 20.0;
/// What a drawing hand says costs a sixth: pages send it up to thirty times a second, and the board has a pace of its own.
const DRAW_COST: f64 = 1.0 / 6.0;
/// A message over [`MAX_MESSAGE`] is read up to here, to be refused in words; more ends the page.
const MAX_FRAME: usize = 2 * 1024 * 1024;

/// What came in.
pub(crate) enum Said<M> {
    /// A message of the protocol.
    Message(M),
    /// Something that is not one: its `type`, if it had one, and why.
    Odd(String, String),
    /// Something over the size limit: its beginning, for its `type`.
    Large(String),
    /// Nothing of interest.
    Nothing,
    /// The page is gone, or must go.
    Gone,
}

/// The writing half, with the protocol's shapes.
pub(crate) struct Voice(SplitSink<WebSocket, Message>);

/// The reading half, with its budget.
pub(crate) struct Ear {
    stream: SplitStream<WebSocket>,
    budget: f64,
    at: Instant,
}

pub(crate) fn split(socket: WebSocket) -> (Voice, Ear) {
    let (sink, stream) = socket.split();
    (Voice(sink), Ear { stream, budget: BURST, at: Instant::now() })
}

impl Voice {
    /// Says something; false when the page is gone or does not read.
    pub async fn say<T: Serialize>(&mut self, push: &T) -> bool {
        let Ok(text) = serde_json::to_string(push) else { return false };
        let sent = tokio::time::timeout(SILENT_FOR, self.0.send(Message::Text(text.into())));
        matches!(sent.await, Ok(Ok(())))
    }

    pub async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(1), self.0.close()).await;
    }
}

impl Ear {
    /// The next message; a page over its budget or over the size limit must go.
    pub async fn hear<M: DeserializeOwned>(&mut self) -> Said<M> {
        let Ok(next) = tokio::time::timeout(SILENT_FOR, self.stream.next()).await else { return Said::Gone };
        let text = match next {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Said::Nothing,
            Some(Ok(Message::Binary(_) | Message::Close(_)) | Err(_)) | None => return Said::Gone,
        };
        let now = Instant::now();
        let cost = if text.starts_with("{\"type\":\"draw\",") { DRAW_COST } else { 1.0 } + (text.len() / MAX_MESSAGE) as f64;
        self.budget = (self.budget + now.duration_since(self.at).as_secs_f64() * RATE).min(BURST) - cost;
        self.at = now;
        if self.budget < 0.0 {
            return Said::Gone;
        }
        if text.len() > MAX_MESSAGE {
            return Said::Large(begins_with_type(&text));
        }
        match serde_json::from_str(&text) {
            Ok(message) => Said::Message(message),
            Err(error) => {
                let kind = serde_json::from_str::<serde_json::Value>(&text)
                    .ok()
                    .and_then(|v| v["type"].as_str().map(|s| s.chars().take(40).collect()));
                Said::Odd(kind.unwrap_or_default(), shape(&error))
            }
        }
    }
}

/// The `type` of a message that is too long to be read, if it stands in front.
fn begins_with_type(text: &str) -> String {
    let named = text.strip_prefix("{\"type\":\"").and_then(|rest| rest.split('"').next());
    named.filter(|name| name.len() <= 40).unwrap_or_default().to_owned()
}

/// The words for a message over the size limit.
pub(crate) const TOO_LARGE: &str = "a message may have 64 KiB";

/// Why a message does not fit, without repeating what was in it.
fn shape(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof => "not JSON",
        serde_json::error::Category::Data => "a field is missing, unknown or of the wrong type",
        serde_json::error::Category::Io => "unreadable",
    };
    format!("{what}, at column {}", error.column())
}

/// A stable code and words for a page, from whatever went wrong.
pub(crate) fn problem(error: &EngineError) -> (String, String) {
    match error {
        EngineError::Refused(refusal) => {
            (refusal.code.as_str().to_owned(), crate::views::profiles::unmet(refusal).unwrap_or_else(|| refusal.to_string()))
        }
        EngineError::Missing(what) => ("not_found".to_owned(), format!("no such {what}")),
        EngineError::Store(store::StoreError::Conflict) => ("conflict".to_owned(), "somebody else was faster, try again".to_owned()),
        EngineError::KeyGone { destroyed: true, .. } => ("evidence_erased".to_owned(), "the evidence was erased".to_owned()),
        EngineError::Store(_) | EngineError::Key(_) | EngineError::KeyGone { .. } | EngineError::Corrupt { .. } => {
            tracing::error!(%error, "a socket message could not be kept");
            ("unavailable".to_owned(), "the server cannot keep this now, try again".to_owned())
        }
    }
}

/// A peer id as pages write it: 32 hexadecimal digits.
pub(crate) fn peer_id(text: &str) -> Option<media::PeerId> {
    let hex = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    hex.then(|| u128::from_str_radix(text, 16).ok().map(media::PeerId)).flatten()
}

/// The sockets' addresses.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/v1/customer/socket", get(customer_socket))
        .route("/v1/agent/socket", get(agent_socket))
        .route("/v1/admin/socket", get(admin_socket))
        .route("/v1/interpreter/socket", get(interpreter_socket))
        .with_state(app)
}

/// A page of another site may not open a socket here with our cookie (RFC 6454 origin against our own).
fn same_origin(app: &App, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (origin, host) = (text(header::ORIGIN), text(header::HOST));
    let of_host = origin.split_once("://").is_some_and(|(_, rest)| rest == host);
    origin.is_empty() || of_host || origin == app.engine.public_url.trim_end_matches('/')
}

/// Messages are short and sockets many: the library's own read buffer would take 128 KiB for each.
fn fitted(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.max_message_size(MAX_FRAME).read_buffer_size(READ_BUFFER).write_buffer_size(0)
}

async fn customer_socket(State(app): State<App>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if !same_origin(&app, &headers) {
        return ApiError::Plain("foreign_origin").into_response();
    }
    let device = in_words(headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default());
    fitted(upgrade).on_upgrade(move |socket| customer::serve(app, socket, device))
}

async fn agent_socket(State(app): State<App>, Staff(person): Staff, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if !same_origin(&app, &headers) {
        return ApiError::Plain("foreign_origin").into_response();
    }
    fitted(upgrade).on_upgrade(move |socket| agent::serve(app, socket, person))
}

async fn interpreter_socket(State(app): State<App>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if !same_origin(&app, &headers) {
        return ApiError::Plain("foreign_origin").into_response();
    }
    upgrade.max_message_size(MAX_MESSAGE).on_upgrade(move |socket| interpreter::serve(app, socket))
}

async fn admin_socket(State(app): State<App>, CanRead(person): CanRead, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if !same_origin(&app, &headers) {
        return ApiError::Plain("foreign_origin").into_response();
    }
    fitted(upgrade).on_upgrade(move |socket| admin::serve(app, socket, person))
}
