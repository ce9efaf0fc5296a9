//! The least of HTTP (RFC 9112) and WebSocket (RFC 6455) that drives a server on loopback. It must not know the product.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Fallible;

/// Pages ping every 5 s; a reader that waits longer pings too.
const PING: Duration = Duration::from_secs(4);

/// JSON calls, one connection each.
pub struct Http {
    pub at: SocketAddr,
}

impl Http {
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Fallible<Value> {
        Ok(serde_json::from_slice(&self.call(path, headers, body)?.1)?)
    }

    /// Uses a one-time link; the cookie.
    pub fn sign_in(&self, url: &str) -> Fallible<String> {
        let token = url.rsplit("signin=").next().unwrap_or_default();
        let (head, _) = self.call("/v1/sign-in/link", &[("recourse-page", "1")], &json!({ "token": token }))?;
        let line = head.lines().find_map(|l| l.to_ascii_lowercase().starts_with("set-cookie:").then(|| l[11..].trim().to_owned()));
        let cookie = line.ok_or_else(|| format!("not signed in: {head}"))?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }

    fn call(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Fallible<(String, Vec<u8>)> {
        let mut stream = TcpStream::connect(self.at)?;
        stream.set_nodelay(true)?;
        let body = body.to_string();
        let extra: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{extra}connection: close\r\n\r\n{body}",
            self.at,
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").ok_or("no answer")?;
        Ok((String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end + 4..].to_vec()))
    }
}

/// A WebSocket that speaks JSON text.
pub struct Socket {
    stream: TcpStream,
    read: Vec<u8>,
    pinged: Instant,
}

impl Socket {
    pub fn open(at: SocketAddr, path: &str, cookie: Option<&str>) -> Fallible<Socket> {
        let mut stream = TcpStream::connect(at)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PING))?;
        let cookie = cookie.map(|c| format!("cookie: {c}\r\n")).unwrap_or_default();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {at}\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{cookie}\r\n"
        );
        stream.write_all(request.as_bytes())?;
        let mut socket = Socket { stream, read: Vec::new(), pinged: Instant::now() };
        loop {
            if let Some(end) = socket.read.windows(4).position(|w| w == b"\r\n\r\n") {
                if !socket.read.starts_with(b"HTTP/1.1 101") {
                    return Err(String::from_utf8_lossy(&socket.read).into_owned().into());
                }
                socket.read.drain(..end + 4);
                return Ok(socket);
            }
            socket.more()?;
        }
    }

    pub fn say(&mut self, message: &Value) -> Fallible<()> {
        let text = message.to_string();
        let length = text.len();
        let mut frame = vec![0x81];
        match u16::try_from(length) {
            Ok(short @ ..126) => frame.push(0x80 | short as u8),
            Ok(middle) => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&middle.to_be_bytes());
            }
            Err(_) => {
                frame.push(0x80 | 127);
                frame.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        // A mask of zeros is a mask: what matters to a server is that the bit is set.
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(text.as_bytes());
        Ok(self.stream.write_all(&frame)?)
    }

    /// The next message; keeps the line alive while it waits.
    pub fn hear(&mut self) -> Fallible<Value> {
        loop {
            if self.pinged.elapsed() >= PING {
                self.pinged = Instant::now();
                self.say(&json!({ "type": "ping" }))?;
            }
            if let Some(text) = self.frame()? {
                return Ok(serde_json::from_slice(&text)?);
            }
            self.more()?;
        }
    }

    /// One whole frame, if it is there; control frames are passed over.
    fn frame(&mut self) -> Fallible<Option<Vec<u8>>> {
        let Some([first, second]) = self.read.first_chunk::<2>().copied() else { return Ok(None) };
        let (head, length) = match second & 0x7f {
            126 => match self.read.get(2..4) {
                Some(b) => (4, usize::from(u16::from_be_bytes([b[0], b[1]]))),
                None => return Ok(None),
            },
            127 => match self.read.get(2..10).and_then(|b| b.first_chunk::<8>().copied()) {
                Some(b) => (10, usize::try_from(u64::from_be_bytes(b))?),
                None => return Ok(None),
            },
            short => (2, usize::from(short)),
        };
        let Some(body) = self.read.get(head..head + length).map(<[u8]>::to_vec) else { return Ok(None) };
        self.read.drain(..head + length);
        match first & 0x0f {
            1 => Ok(Some(body)),
            8 => Err("the server closed the socket".into()),
            _ => Ok(None),
        }
    }

    fn more(&mut self) -> Fallible<()> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => Err("the server closed the connection".into()),
            Ok(n) => {
                self.read.extend_from_slice(&buffer[..n]);
                Ok(())
            }
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }
}
