//! The whole product as the server under load: real cases, claims, agents and sockets around the
//! same synthetic connections; recording and encryption are always on. It must not know the generator.

mod web;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::measure::Process;
use crate::peer::Role;
use crate::{Ask, Asks, Fallible, Options};
use web::{Http, Socket};

/// The started product and everything that exists before a call: agents at their desks, links out.
pub struct Server {
    pub process: Process,
    dir: PathBuf,
    pub calls: Arc<Calls>,
}

/// What the sessions need.
pub struct Calls {
    at: SocketAddr,
    tokens: Vec<String>,
    /// Which session a case is.
    sessions: Mutex<BTreeMap<String, usize>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Best effort: the folder is temporary by its place.
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Server {
    pub fn start(options: &Options) -> Fallible<Server> {
        let here = std::env::current_exe()?;
        let binary = here.ancestors().nth(2).ok_or("no target folder")?.join("recourse");
        let dir = std::env::temp_dir().join(format!("sfu-load-product-{}", std::process::id()));
        let mut child = Command::new(binary)
            .args(["demo", "--json", "--port", "0", "--data"])
            .arg(&dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or("no output")?;
        let process = Process(child);
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let urls: Value = serde_json::from_str(&line)?;
        let text = |key: &str| urls[key].as_str().ok_or("an address is missing");
        let port = text("api_url")?.rsplit(':').next().ok_or("no port")?.parse()?;
        let at = SocketAddr::from(([127, 0, 0, 1], port));
        let mut calls = Calls { at, tokens: Vec::new(), sessions: Mutex::default() };
        let http = Http { at };
        let admin = http.sign_in(text("admin_url")?)?;
        let mut desks = Vec::new();
        for n in 0..options.sessions {
            let (case, token) = report(&http, text("api_key")?, n)?;
            calls.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(case, n);
            calls.tokens.push(token);
            desks.push(hire(&http, &admin, n)?);
        }
        Ok(Server { process, dir, calls: Arc::new(calls).desks(desks)? })
    }
}

/// A failed check; its case and the token of its link.
fn report(http: &Http, key: &str, n: usize) -> Fallible<(String, String)> {
    let body = json!({
        "reference": format!("load-{n}"),
        "customer": { "name": format!("Load Person {n}"), "locale": "en" },
        "check": { "attempt": 2, "outcome": "failed", "reasons": ["document_glare"], "scores": { "document": 0.3 } },
    });
    let case = http.post("/v1/cases", &[("authorization", &format!("Bearer {key}"))], &body)?;
    let id = case["id"].as_str().ok_or_else(|| format!("no case: {case}"))?.to_owned();
    let url = case["recovery"]["url"].as_str().ok_or("no link")?;
    Ok((id, url.rsplit('#').next().unwrap_or_default().to_owned()))
}

/// One more agent, signed in; the cookie.
fn hire(http: &Http, admin: &str, n: usize) -> Fallible<String> {
    let body = json!({ "name": format!("Agent {n}"), "email": format!("load{n}@harbour.example"), "role": "agent", "skills": ["lang:en"] });
    let saved = http.post("/v1/admin/agents", &[("cookie", admin), ("recourse-page", "1")], &body)?;
    http.sign_in(saved["sign_in_url"].as_str().ok_or_else(|| format!("no agent: {saved}"))?)
}

/// What an agent's desk asks of the packet loop once a call rings; set when the load begins.
type Loop = Arc<Mutex<Option<Asks>>>;

impl Calls {
    /// Seats every agent at a desk of its own that answers whatever rings.
    fn desks(self: Arc<Self>, cookies: Vec<String>) -> Fallible<Arc<Self>> {
        for cookie in cookies {
            let mut socket = Socket::open(self.at, "/v1/agent/socket", Some(&cookie))?;
            socket.say(&json!({ "type": "hello", "page": "load", "chat_after": 0 }))?;
            socket.say(&json!({ "type": "available" }))?;
            let calls = self.clone();
            std::thread::spawn(move || {
                if let Err(error) = calls.desk(&mut socket) {
                    // The desk's end is seen as a session that never comes up.
                    drop(writeln_error(&error.to_string()));
                }
            });
        }
        Ok(self)
    }

    fn desk(&self, socket: &mut Socket) -> Fallible<()> {
        let mut ringing = String::new();
        loop {
            let push = socket.hear()?;
            if push["type"] != "desk" || push["view"]["ring"].is_null() {
                continue;
            }
            let ring = &push["view"]["ring"];
            let reservation = ring["reservation"].as_str().unwrap_or_default().to_owned();
            if reservation == ringing {
                continue;
            }
            ringing.clone_from(&reservation);
            let case = ring["case"]["id"].as_str().unwrap_or_default().to_owned();
            let session = self.sessions.lock().unwrap_or_else(PoisonError::into_inner).get(&case).copied();
            let (Some(session), Some(asks)) = (session, asks_of(None)) else { continue };
            socket.say(&json!({ "type": "accept", "reservation": reservation }))?;
            let (reply, offer) = channel();
            asks.send(Ask::Offer { session, side: 1, role: Role::Both, reply })?;
            let peer = format!("{:032x}", session * 2 + 2);
            socket.say(&json!({ "type": "offer", "case": case, "peer": peer, "sdp": offer.recv()? }))?;
            let sdp = answer(socket, &peer)?;
            asks.send(Ask::Answer { session, side: 1, sdp })?;
        }
    }
}

fn writeln_error(text: &str) -> std::io::Result<()> {
    use std::io::Write;
    writeln!(std::io::stderr(), "a desk closed: {text}")
}

/// The packet loop's ear, shared with desks that were there before it.
fn asks_of(set: Option<&Asks>) -> Option<Asks> {
    static LOOP: std::sync::OnceLock<Loop> = std::sync::OnceLock::new();
    let cell = LOOP.get_or_init(Loop::default);
    let mut held = cell.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(asks) = set {
        *held = Some(asks.clone());
    }
    held.clone()
}

fn answer(socket: &mut Socket, peer: &str) -> Fallible<String> {
    loop {
        let push = socket.hear()?;
        if push["type"] == "answer" && push["peer"] == peer {
            return Ok(push["sdp"].as_str().unwrap_or_default().to_owned());
        }
        if push["type"] == "problem" {
            return Err(format!("refused: {push}").into());
        }
    }
}

/// The customer's side of one session: the tap (claim with consent), the socket, the offer.
pub fn signal(calls: &Calls, session: usize, asks: &Asks) -> Fallible<()> {
    asks_of(Some(asks));
    let token = calls.tokens.get(session).ok_or("no link for this session")?;
    let http = Http { at: calls.at };
    let look = http.post("/v1/customer/look", &[], &json!({ "token": token }))?;
    let consent = json!({ "sha256": look["consent"]["sha256"], "locale": look["consent"]["locale"] });
    let claim = json!({ "token": token, "consent": consent, "mode": "video" });
    let kept = http.post("/v1/customer/claim", &[], &claim)?;
    let secret = kept["client_secret"].as_str().ok_or_else(|| format!("no claim: {kept}"))?;
    let mut socket = Socket::open(calls.at, "/v1/customer/socket", None)?;
    socket.say(&json!({ "type": "hello", "token": token, "client_secret": secret, "chat_after": 0 }))?;
    let (reply, offer) = channel();
    asks.send(Ask::Offer { session, side: 0, role: Role::Both, reply })?;
    let peer = format!("{:032x}", session * 2 + 1);
    socket.say(&json!({ "type": "offer", "peer": peer, "sdp": offer.recv()? }))?;
    let sdp = answer(&mut socket, &peer)?;
    asks.send(Ask::Answer { session, side: 0, sdp })?;
    // The page stays open for the whole call.
    loop {
        socket.hear()?;
    }
}
