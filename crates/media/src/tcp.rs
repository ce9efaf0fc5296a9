//! ICE-TCP passive: framed connections (RFC 4571) with bounded buffers. It must not know peers or rooms.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// Larger than any frame of a browser.
const FRAME_MAX: usize = 2048;
/// About half a second of video; a slower reader loses packets, as on UDP.
const OUT_MAX: usize = 256 * 1024;
/// How long a connection may stay without a valid STUN message.
const PROVE_WITHIN: Duration = Duration::from_secs(10);
/// Connections of one peer: a browser opens one per network, and some more while it roams.
const PER_OWNER_MAX: usize = 4;
/// Connections taken per round, so that a flood of them does not hold media up.
const ACCEPTS_MAX: usize = 16;
/// Bytes read from one connection per round.
const READ_MAX: usize = 64 * 1024;

struct Conn<K> {
    stream: TcpStream,
    remote: SocketAddr,
    input: Vec<u8>,
    output: Vec<u8>,
    owner: Option<K>,
    opened: Instant,
}

pub(crate) struct Tcp<K> {
    listener: TcpListener,
    conns: Vec<Option<Conn<K>>>,
    by_addr: HashMap<SocketAddr, usize>,
    max: usize,
    scratch: Vec<u8>,
    swept: Option<Instant>,
}

/// What a round of reading gave.
pub(crate) enum Frames {
    /// Whole frames are waiting in the buffer given.
    Some(SocketAddr),
    /// Closed by the other side, or broken.
    Closed,
}

impl<K: Copy + PartialEq> Tcp<K> {
    pub fn bind(addr: SocketAddr, max: usize) -> io::Result<Tcp<K>> {
        let listener = TcpListener::bind(addr)?;
        listener.set_nonblocking(true)?;
        Ok(Tcp { listener, conns: Vec::new(), by_addr: HashMap::new(), max, scratch: vec![0; 16 * 1024], swept: None })
    }

    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    pub fn listener_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }

    /// Open connections: index, descriptor, whether output waits.
    pub fn open(&self) -> impl Iterator<Item = (usize, BorrowedFd<'_>, bool)> {
        self.conns.iter().enumerate().filter_map(|(i, conn)| {
            let conn = conn.as_ref()?;
            Some((i, conn.stream.as_fd(), !conn.output.is_empty()))
        })
    }

    pub fn count(&self) -> usize {
        self.by_addr.len()
    }

    /// Takes new connections; beyond the limit they are closed at once.
    pub fn accept(&mut self, now: Instant) {
        for _ in 0..ACCEPTS_MAX {
            let Ok((stream, remote)) = self.listener.accept() else {
                return;
            };
            if self.by_addr.len() >= self.max || stream.set_nonblocking(true).is_err() {
                continue;
            }
            // Small packets must not wait for each other.
            let _ = stream.set_nodelay(true);
            let remote = SocketAddr::new(remote.ip().to_canonical(), remote.port());
            let conn = Conn { stream, remote, input: Vec::new(), output: Vec::new(), owner: None, opened: now };
            let index = match self.conns.iter().position(Option::is_none) {
                Some(free) => {
                    self.conns[free] = Some(conn);
                    free
                }
                None => {
                    self.conns.push(Some(conn));
                    self.conns.len() - 1
                }
            };
            self.by_addr.insert(remote, index);
        }
    }

    pub fn owner(&self, index: usize) -> Option<K> {
        self.conns.get(index)?.as_ref()?.owner
    }

    /// Gives a proven connection to its owner; of too many, the oldest goes.
    pub fn set_owner(&mut self, index: usize, owner: K) {
        if let Some(Some(conn)) = self.conns.get_mut(index) {
            conn.owner = Some(owner);
        }
        let of_owner = |c: &Option<Conn<K>>| c.as_ref().is_some_and(|c| c.owner == Some(owner));
        if self.conns.iter().filter(|c| of_owner(c)).count() > PER_OWNER_MAX {
            let others = self.conns.iter().enumerate().filter(|(i, c)| *i != index && of_owner(c));
            let oldest = others.min_by_key(|(_, c)| c.as_ref().map(|c| c.opened)).map(|(i, _)| i);
            if let Some(oldest) = oldest {
                self.close(oldest);
            }
        }
    }

    pub fn close(&mut self, index: usize) {
        if let Some(slot) = self.conns.get_mut(index)
            && let Some(conn) = slot.take()
        {
            self.by_addr.remove(&conn.remote);
        }
    }

    /// Closes connections that never proved themselves, and those of owners that are gone.
    pub fn sweep(&mut self, now: Instant, is_here: impl Fn(K) -> bool) {
        let rested = self.swept.is_none_or(|at| now.saturating_duration_since(at) >= Duration::from_secs(1));
        if !rested {
            return;
        }
        self.swept = Some(now);
        for index in 0..self.conns.len() {
            let idle = self.conns[index].as_ref().is_some_and(|c| match c.owner {
                Some(owner) => !is_here(owner),
                None => now.saturating_duration_since(c.opened) >= PROVE_WITHIN,
            });
            if idle {
                self.close(index);
            }
        }
    }

    /// Reads one connection and puts its whole frames, one after the other, into `frames`.
    pub fn read(&mut self, index: usize, frames: &mut Vec<Vec<u8>>) -> Frames {
        frames.clear();
        let Some(Some(conn)) = self.conns.get_mut(index) else {
            return Frames::Closed;
        };
        let mut total = 0;
        let mut closed = false;
        while total < READ_MAX {
            match conn.stream.read(&mut self.scratch) {
                Ok(0) => {
                    closed = true;
                    break;
                }
                Ok(n) => {
                    total += n;
                    conn.input.extend_from_slice(&self.scratch[..n]);
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    closed = true;
                    break;
                }
            }
        }
        let remote = conn.remote;
        let mut at = 0;
        while let Some(head) = conn.input.get(at..at + 2) {
            let len = usize::from(u16::from_be_bytes([head[0], head[1]]));
            if len > FRAME_MAX {
                closed = true;
                break;
            }
            let Some(frame) = conn.input.get(at + 2..at + 2 + len) else {
                break;
            };
            frames.push(frame.to_vec());
            at += 2 + len;
        }
        conn.input.drain(..at);
        if closed { Frames::Closed } else { Frames::Some(remote) }
    }

    /// Sends one frame; false when it was dropped.
    pub fn send(&mut self, to: SocketAddr, data: &[u8]) -> bool {
        let Some(index) = self.by_addr.get(&to).copied() else {
            return false;
        };
        let Some(Some(conn)) = self.conns.get_mut(index) else {
            return false;
        };
        let Ok(len) = u16::try_from(data.len()) else {
            return false;
        };
        if conn.output.len() + data.len() + 2 > OUT_MAX {
            return false;
        }
        conn.output.extend_from_slice(&len.to_be_bytes());
        conn.output.extend_from_slice(data);
        true
    }

    /// Writes out what waits.
    pub fn flush(&mut self) {
        for index in 0..self.conns.len() {
            let Some(conn) = &mut self.conns[index] else {
                continue;
            };
            let mut broken = false;
            while !conn.output.is_empty() {
                match conn.stream.write(&conn.output) {
                    Ok(0) => {
                        broken = true;
                        break;
                    }
                    Ok(n) => {
                        conn.output.drain(..n);
                    }
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => {
                        broken = true;
                        break;
                    }
                }
            }
            if broken {
                self.close(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_any_cut_and_oversized_ones_close() {
        let mut tcp: Tcp<u8> = Tcp::bind("127.0.0.1:0".parse().unwrap(), 4).unwrap();
        let mut client = TcpStream::connect(tcp.local_addr().unwrap()).unwrap();
        while tcp.count() == 0 {
            tcp.accept(Instant::now());
        }
        let mut frames = Vec::new();
        let mut got = Vec::new();
        for piece in [&[0u8][..], &[3, b'a', b'b'], &[b'c', 0, 0, 0, 1, b'd']] {
            client.write_all(piece).unwrap();
            client.flush().unwrap();
        }
        while got.len() < 3 {
            assert!(matches!(tcp.read(0, &mut frames), Frames::Some(_)));
            got.append(&mut frames);
        }
        assert_eq!(got, [b"abc".to_vec(), vec![], b"d".to_vec()]);
        client.write_all(&[0xff, 0xff]).unwrap();
        while !matches!(tcp.read(0, &mut frames), Frames::Closed) {}
    }

    #[test]
    fn a_silent_stranger_is_closed() {
        let mut tcp: Tcp<u8> = Tcp::bind("127.0.0.1:0".parse().unwrap(), 4).unwrap();
        let _client = TcpStream::connect(tcp.local_addr().unwrap()).unwrap();
        let now = Instant::now();
        while tcp.count() == 0 {
            tcp.accept(now);
        }
        tcp.sweep(now + Duration::from_secs(5), |_| true);
        assert_eq!(tcp.count(), 1);
        tcp.sweep(now + Duration::from_secs(11), |_| true);
        assert_eq!(tcp.count(), 0);
    }

    #[test]
    fn an_owner_keeps_few_connections_and_loses_them_when_gone() {
        let mut tcp: Tcp<u8> = Tcp::bind("127.0.0.1:0".parse().unwrap(), 16).unwrap();
        let addr = tcp.local_addr().unwrap();
        let _clients: Vec<_> = (0..7).map(|_| TcpStream::connect(addr).unwrap()).collect();
        let now = Instant::now();
        while tcp.count() < 7 {
            tcp.accept(now);
        }
        for index in 0..6 {
            tcp.set_owner(index, 1);
        }
        tcp.set_owner(6, 2);
        assert_eq!(tcp.count(), PER_OWNER_MAX + 1);
        tcp.sweep(now + Duration::from_secs(2), |owner| owner == 2);
        assert_eq!(tcp.count(), 1);
    }
}
