//! Puts a test client on real sockets, UDP or framed TCP. It must not know what is tested.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use media::{MediaHandle, MediaOrder, PeerId, RoomId, Seat};
use str0m::net::Protocol;

use super::client::{Client, Video};

enum Wire {
    Udp(UdpSocket),
    Tcp(TcpStream, Vec<u8>),
}

pub struct SocketClient {
    pub core: Client,
    wire: Wire,
    server: SocketAddr,
}

/// Sends an offer and waits for the answer.
pub fn negotiate(media: &MediaHandle, room: RoomId, peer: PeerId, seat: Seat, sdp: String) -> Result<String, media::MediaError> {
    let (tx, rx) = channel();
    let reply = Box::new(move |answer| tx.send(answer).unwrap());
    let _ = media.send(MediaOrder::Offer { room, peer, seat, sdp, reply });
    rx.recv_timeout(Duration::from_secs(20)).unwrap()
}

impl SocketClient {
    pub fn join(media: &MediaHandle, room: RoomId, peer: PeerId, seat: Seat, tcp: bool, video: Video) -> SocketClient {
        let now = Instant::now();
        let (wire, addr, proto, server) = if tcp {
            let stream = TcpStream::connect(("127.0.0.1", media.tcp_addr().port())).unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
            stream.set_nodelay(true).unwrap();
            let (local, server) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
            (Wire::Tcp(stream, Vec::new()), local, Protocol::Tcp, server)
        } else {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
            let local = socket.local_addr().unwrap();
            let server = SocketAddr::from(([127, 0, 0, 1], media.udp_addr().port()));
            (Wire::Udp(socket), local, Protocol::Udp, server)
        };
        let (mut core, offer) = Client::new(addr, proto, video, now);
        let answer = negotiate(media, room, peer, seat, offer).unwrap();
        core.accept(&answer);
        SocketClient { core, wire, server }
    }

    /// Moves to a new UDP port with an ICE restart; returns the offer.
    pub fn move_away(&mut self) -> String {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
        let offer = self.core.restart(socket.local_addr().unwrap());
        self.wire = Wire::Udp(socket);
        offer
    }

    /// Lets the client live for one short read.
    pub fn turn(&mut self) {
        let now = Instant::now();
        self.core.timeout(now);
        self.flush();
        let mut buffer = [0u8; 4096];
        let frames = match &mut self.wire {
            Wire::Udp(socket) => match socket.recv_from(&mut buffer) {
                Ok((n, from)) if from == self.server => vec![buffer[..n].to_vec()],
                _ => vec![],
            },
            Wire::Tcp(stream, input) => {
                if let Ok(n) = stream.read(&mut buffer) {
                    input.extend_from_slice(&buffer[..n]);
                }
                take_frames(input)
            }
        };
        for frame in frames {
            self.core.receive(self.server, &frame, Instant::now());
            self.flush();
        }
    }

    pub fn flush(&mut self) {
        let (wire, server) = (&mut self.wire, self.server);
        self.core.drain(|t| match wire {
            Wire::Udp(socket) => {
                if t.destination == server {
                    let _ = socket.send_to(&t.contents, t.destination);
                }
            }
            Wire::Tcp(stream, _) => {
                if t.destination == server {
                    let len = u16::try_from(t.contents.len()).unwrap().to_be_bytes();
                    let _ = stream.write_all(&len);
                    let _ = stream.write_all(&t.contents);
                }
            }
        });
    }
}

fn take_frames(input: &mut Vec<u8>) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while input.len() >= 2 {
        let len = usize::from(u16::from_be_bytes([input[0], input[1]]));
        if input.len() < 2 + len {
            break;
        }
        frames.push(input[2..2 + len].to_vec());
        input.drain(..2 + len);
    }
    frames
}

/// Lets all clients live until `done`, or fails.
pub fn until(clients: &mut [&mut SocketClient], mut done: impl FnMut(&[&mut SocketClient]) -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done(clients) {
        assert!(Instant::now() < end, "condition not met in 20 s");
        for client in clients.iter_mut() {
            client.turn();
        }
    }
}
