//! Debian's Janus as the server under load: its own configuration in a temporary folder, its videoroom over HTTP. It must not know the generator.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::measure::Process;
use crate::peer::Role;
use crate::{Ask, Asks, Fallible, Options};

pub struct Server {
    pub process: Process,
    pub port: u16,
    dir: PathBuf,
    record: bool,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Best effort: the folder is temporary by its place.
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Server {
    pub fn start(options: &Options) -> Fallible<Server> {
        let dir = std::env::temp_dir().join(format!("sfu-load-janus-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("records"))?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let lib = "/usr/lib/x86_64-linux-gnu/janus";
        let general = format!(
            "general: {{\n configs_folder = \"{dir}\"\n plugins_folder = \"{lib}/plugins\"\n \
             transports_folder = \"{lib}/transports\"\n events_folder = \"{lib}/events\"\n \
             loggers_folder = \"{lib}/loggers\"\n debug_level = 2\n session_timeout = 0\n log_to_stdout = false\n \
             log_to_file = \"{dir}/log\"\n}}\n\
             nat: {{\n ice_enforce_list = \"{ip}\"\n}}\n\
             media: {{\n}}\n\
             plugins: {{\n disable = \"libjanus_audiobridge.so,libjanus_duktape.so,libjanus_lua.so,\
             libjanus_echotest.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,\
             libjanus_streaming.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so\"\n}}\n\
             transports: {{\n disable = \"libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,\
             libjanus_rabbitmq.so,libjanus_websockets.so\"\n}}\n\
             events: {{\n broadcast = false\n}}\n",
            dir = dir.display(),
            ip = options.ip,
        );
        std::fs::write(dir.join("janus.jcfg"), general)?;
        let http = format!(
            "general: {{\n json = \"compact\"\n base_path = \"/janus\"\n http = true\n \
             port = {port}\n ip = \"127.0.0.1\"\n https = false\n}}\nadmin: {{\n admin_http = false\n}}\n"
        );
        std::fs::write(dir.join("janus.transport.http.jcfg"), http)?;
        std::fs::write(dir.join("janus.plugin.videoroom.jcfg"), "general: {\n}\n")?;
        let child = Command::new("janus").arg("-F").arg(&dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let server = Server { process: Process(child), port, dir, record: options.record };
        let end = Instant::now() + Duration::from_secs(15);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > end {
                return Err("janus does not listen".into());
            }
            std::thread::yield_now();
        }
        Ok(server)
    }

    pub fn record_dir(&self) -> Option<String> {
        let dir = self.dir.join("records").display().to_string();
        self.record.then_some(dir)
    }
}

/// One Janus session: requests on one kept-open connection, events by long poll on another.
struct Session {
    port: u16,
    path: String,
    requests: BufReader<TcpStream>,
    events: BufReader<TcpStream>,
    early: Vec<Value>,
}

fn http(stream: &mut BufReader<TcpStream>, port: u16, method: &str, path: &str, body: Option<&Value>) -> Fallible<Value> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.get_mut().write_all(request.as_bytes())?;
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err("janus closed the connection".into());
        }
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(n) = line.strip_prefix("content-length:") {
            length = n.trim().parse()?;
        }
        chunked |= line == "transfer-encoding: chunked";
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer)?;
    while chunked {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16)?;
        let begin = answer.len();
        answer.resize(begin + size + 2, 0);
        stream.read_exact(&mut answer[begin..])?;
        answer.truncate(begin + size);
        chunked = size > 0;
    }
    Ok(serde_json::from_slice(&answer)?)
}

fn connect(port: u16) -> Fallible<BufReader<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}

impl Session {
    fn new(port: u16) -> Fallible<Session> {
        let mut requests = connect(port)?;
        let create = json!({"janus": "create", "transaction": "c"});
        let created = http(&mut requests, port, "POST", "/janus", Some(&create))?;
        let id = created["data"]["id"].as_u64().ok_or("no session")?;
        Ok(Session { port, path: format!("/janus/{id}"), requests, events: connect(port)?, early: Vec::new() })
    }

    fn attach(&mut self) -> Fallible<u64> {
        let body = json!({"janus": "attach", "plugin": "janus.plugin.videoroom", "transaction": "a"});
        let path = self.path.clone();
        let answer = http(&mut self.requests, self.port, "POST", &path, Some(&body))?;
        Ok(answer["data"]["id"].as_u64().ok_or("no handle")?)
    }

    fn message(&mut self, handle: u64, body: Value, jsep: Option<Value>) -> Fallible<Value> {
        let mut message = json!({"janus": "message", "transaction": "m", "body": body});
        if let Some(jsep) = jsep {
            message["jsep"] = jsep;
        }
        let path = format!("{}/{handle}", self.path);
        http(&mut self.requests, self.port, "POST", &path, Some(&message))
    }

    /// Waits for an event of a handle that fits.
    fn event(&mut self, handle: u64, fits: impl Fn(&Value) -> bool) -> Fallible<Value> {
        loop {
            let found = self.early.iter().position(|e| e["sender"].as_u64() == Some(handle) && fits(e));
            if let Some(at) = found {
                return Ok(self.early.remove(at));
            }
            let path = format!("{}?maxev=10", self.path);
            let mut answer = http(&mut self.events, self.port, "GET", &path, None)?;
            match answer.as_array_mut() {
                Some(events) => self.early.append(events),
                None => self.early.push(answer),
            }
        }
    }

    fn publish(&mut self, session: usize, side: usize, asks: &Asks) -> Fallible<(u64, u64)> {
        let handle = self.attach()?;
        let join = json!({"request": "join", "ptype": "publisher", "room": session + 1, "display": "x"});
        self.message(handle, join, None)?;
        let joined = self.event(handle, |e| e["plugindata"]["data"]["videoroom"] == "joined")?;
        let feed = joined["plugindata"]["data"]["id"].as_u64().ok_or("no feed")?;
        let (reply, offer) = channel();
        asks.send(Ask::Offer { session, side, role: Role::Publisher, reply })?;
        let jsep = json!({"type": "offer", "sdp": offer.recv()?});
        self.message(handle, json!({"request": "publish"}), Some(jsep))?;
        let answer = self.event(handle, |e| e["jsep"]["type"] == "answer")?;
        let sdp = answer["jsep"]["sdp"].as_str().ok_or("no answer")?.to_owned();
        asks.send(Ask::Answer { session, side, sdp })?;
        Ok((handle, feed))
    }

    fn subscribe(&mut self, session: usize, side: usize, feed: u64, asks: &Asks) -> Fallible<()> {
        let handle = self.attach()?;
        let join = json!({"request": "join", "ptype": "subscriber", "room": session + 1, "streams": [{"feed": feed}]});
        self.message(handle, join, None)?;
        let offer = self.event(handle, |e| e["jsep"]["type"] == "offer" || e["plugindata"]["data"]["error"].is_string())?;
        let sdp = offer["jsep"]["sdp"].as_str().ok_or_else(|| offer.to_string())?;
        let (reply, answer) = channel();
        asks.send(Ask::Accept { session, side, sdp: sdp.to_owned(), reply })?;
        let jsep = json!({"type": "answer", "sdp": answer.recv()?});
        self.message(handle, json!({"request": "start"}), Some(jsep))?;
        Ok(())
    }
}

/// Signalling of one session: a room, two publishers, and each one's subscription to the other.
pub fn signal(port: u16, session: usize, record: Option<&str>, asks: &Asks) -> Fallible<()> {
    let mut sides = [Session::new(port)?, Session::new(port)?];
    let control = sides[0].attach()?;
    let mut create = json!({
        "request": "create", "room": session + 1, "publishers": 2,
        "audiocodec": "opus", "videocodec": "vp8",
    });
    if let Some(dir) = record {
        create["record"] = true.into();
        create["rec_dir"] = dir.into();
    }
    sides[0].message(control, create, None)?;
    let mut feeds = Vec::new();
    for (side, janus) in sides.iter_mut().enumerate() {
        feeds.push(janus.publish(session, side, asks)?);
    }
    for (janus, (handle, _)) in sides.iter_mut().zip(&feeds) {
        // A subscription before the publisher's transport is up is refused ("No such feed").
        janus.event(*handle, |e| e["janus"] == "webrtcup")?;
    }
    for (side, janus) in sides.iter_mut().enumerate() {
        janus.subscribe(session, side, feeds[1 - side].1, asks)?;
    }
    Ok(())
}
