//! Two people in a room: media arrives, over UDP and TCP, and replacement keeps it going. It must not know how.

use std::net::UdpSocket;
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::time::{Duration, Instant};

use media::{Config, MediaError, MediaEvent, MediaHandle, MediaOrder, PeerId, RoomId, Seat, Segment, start};

use crate::client::{Client, Video, vp8_payload};
use str0m::net::Protocol;

use crate::socket::{SocketClient, negotiate, until};

pub struct Bench {
    pub media: MediaHandle,
    pub events: Receiver<MediaEvent>,
    pub segments: Receiver<Segment>,
    seen: Vec<MediaEvent>,
}

impl Bench {
    pub fn new(config: Config) -> Bench {
        let (tx, events) = channel();
        let (sink, segments) = sync_channel(256);
        let media = start(&config, move |e| drop(tx.send(e)), sink).unwrap();
        Bench { media, events, segments, seen: Vec::new() }
    }

    pub fn saw(&mut self, wanted: impl Fn(&MediaEvent) -> bool) -> bool {
        self.seen.extend(self.events.try_iter());
        self.seen.iter().any(wanted)
    }
}

const ROOM: RoomId = RoomId(0xfeed);

fn config() -> Config {
    Config { udp: "127.0.0.1:0".parse().unwrap(), tcp: "127.0.0.1:0".parse().unwrap(), ..Config::default() }
}

/// Sends one video frame (key when asked) and one audio packet.
fn speak(client: &mut SocketClient, n: u32, key: bool) {
    let now = Instant::now();
    let size = key.then_some((640, 480));
    let payload = vp8_payload(n as u16, size, true, 900);
    client.core.send(true, n.wrapping_mul(3000), true, &payload, now);
    client.core.send(false, n.wrapping_mul(960), false, &[0xfc, n as u8, 1], now);
    client.turn();
}

fn two_people(tcp: [bool; 2]) -> (Bench, SocketClient, SocketClient) {
    let bench = Bench::new(config());
    bench.media.send(MediaOrder::OpenRoom { room: ROOM }).unwrap();
    let join = |peer, seat, tcp| SocketClient::join(&bench.media, ROOM, PeerId(peer), seat, tcp, Video::Both);
    let mut customer = join(1, Seat::Customer, tcp[0]);
    let mut agent = join(2, Seat::Agent, tcp[1]);
    until(&mut [&mut customer, &mut agent], |c| c.iter().all(|c| c.core.connected));
    (bench, customer, agent)
}

fn forward(bench: &Bench, on: bool) {
    bench.media.send(MediaOrder::SetForwarding { room: ROOM, on }).unwrap();
}

fn talk(a: &mut SocketClient, b: &mut SocketClient, want: usize) {
    let mut n = 1;
    let keyed = |c: &SocketClient| c.core.got.iter().filter(|g| g.video).count();
    let end = Instant::now() + Duration::from_secs(20);
    while keyed(a) < want || keyed(b) < want {
        assert!(Instant::now() < end, "{} {}", keyed(a), keyed(b));
        for c in [&mut *a, &mut *b] {
            let key = n == 1 || c.core.keyframes_asked > 0;
            c.core.keyframes_asked = 0;
            speak(c, n, key);
        }
        n += 1;
    }
}

fn assert_flowed(client: &SocketClient) {
    let video: Vec<_> = client.core.got.iter().filter(|g| g.video).collect();
    assert!(video.iter().all(|g| g.slot == 0), "the other one is slot 0");
    assert!(client.core.got.iter().any(|g| !g.video), "audio flowed");
    let seqs: Vec<u64> = video.iter().map(|g| *g.packet.seq_no).collect();
    assert!(seqs.windows(2).all(|w| w[1] == w[0] + 1), "{seqs:?}");
}

#[test]
fn media_flows_both_ways_over_udp_once_forwarding_is_on() {
    let (mut bench, mut customer, mut agent) = two_people([false, false]);
    for n in 0..20 {
        speak(&mut customer, n, n == 0);
        speak(&mut agent, n, n == 0);
    }
    assert!(customer.core.got.is_empty() && agent.core.got.is_empty());
    forward(&bench, true);
    talk(&mut customer, &mut agent, 30);
    assert_flowed(&customer);
    assert_flowed(&agent);
    assert!(bench.saw(|e| matches!(e, MediaEvent::PictureChanged { seat: Seat::Customer, width: 640, .. })));
    assert!(bench.media.counters().packets_forwarded >= 60);
    bench.media.stop();
}

#[test]
fn media_flows_over_ice_tcp() {
    let (bench, mut customer, mut agent) = two_people([true, false]);
    forward(&bench, true);
    talk(&mut customer, &mut agent, 30);
    assert_flowed(&customer);
    assert_flowed(&agent);
    bench.media.stop();
}

#[test]
fn a_replaced_peer_is_told_gone_and_the_viewer_goes_on_without_a_hole() {
    let (mut bench, mut customer, mut agent) = two_people([false, false]);
    forward(&bench, true);
    talk(&mut customer, &mut agent, 20);
    let mut second = SocketClient::join(&bench.media, ROOM, PeerId(3), Seat::Customer, false, Video::Both);
    until(&mut [&mut second, &mut agent], |c| c[0].core.connected);
    assert!(bench.saw(|e| matches!(e, MediaEvent::PeerGone { peer: PeerId(1), .. })));
    let before = agent.core.got.len();
    agent.core.got.reserve(100);
    talk(&mut second, &mut agent, 30);
    assert!(agent.core.got.len() > before);
    assert_flowed(&agent);
    assert_flowed(&second);
    until(&mut [&mut customer], |c| c[0].core.closed);
    bench.media.stop();
}

#[test]
fn an_ice_restart_from_a_new_address_keeps_the_media() {
    let (bench, mut customer, mut agent) = two_people([false, false]);
    forward(&bench, true);
    talk(&mut customer, &mut agent, 10);
    let offer = customer.move_away();
    let answer = negotiate(&bench.media, ROOM, PeerId(1), Seat::Customer, offer).unwrap();
    customer.core.restarted(&answer);
    customer.core.got.clear();
    agent.core.got.clear();
    // What was under way to the old address is lost; all else flows, both ways.
    talk(&mut customer, &mut agent, 60);
    for c in [&customer, &agent] {
        assert!(c.core.got.iter().all(|g| g.slot == 0));
        assert!(c.core.got.iter().any(|g| !g.video));
    }
    bench.media.stop();
}

#[test]
fn garbage_and_forged_stun_are_counted_and_hurt_nobody() {
    let (mut bench, mut customer, mut agent) = two_people([false, false]);
    forward(&bench, true);
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = ("127.0.0.1", bench.media.udp_addr().port());
    let before = bench.media.counters();
    // An offer that is answered but never used tells the stranger's best guess: the real name.
    let (_, offer) = Client::new("127.0.0.1:9".parse().unwrap(), Protocol::Udp, Video::Both, Instant::now());
    let answer = negotiate(&bench.media, ROOM, PeerId(9), Seat::Supervisor, offer).unwrap();
    let ufrag = answer.lines().find_map(|l| l.strip_prefix("a=ice-ufrag:")).unwrap();
    for i in 0..50u8 {
        stranger.send_to(&vec![i; usize::from(i) * 20], server).unwrap();
        stranger.send_to(&forged(ufrag, i), server).unwrap();
    }
    talk(&mut customer, &mut agent, 30);
    assert_flowed(&agent);
    let after = bench.media.counters();
    assert!(after.dropped_unknown + after.dropped_garbage >= before.dropped_unknown + 40);
    assert_eq!(after.dropped_forged, 50);
    assert!(!bench.saw(|e| matches!(e, MediaEvent::PeerGone { .. })));
    bench.media.stop();
}

/// A binding request with the right name and a wrong integrity code.
fn forged(ufrag: &str, i: u8) -> Vec<u8> {
    let name = format!("{ufrag}:abcd");
    let mut body = vec![0, 6];
    body.extend_from_slice(&(name.len() as u16).to_be_bytes());
    body.extend_from_slice(name.as_bytes());
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend_from_slice(&[0, 0x24, 0, 4, 0, 0, 0, 1]);
    body.extend_from_slice(&[0x80, 0x29, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1]);
    body.extend_from_slice(&[0, 8, 0, 20]);
    body.extend_from_slice(&[i; 20]);
    let mut message = vec![0, 1];
    message.extend_from_slice(&(body.len() as u16).to_be_bytes());
    message.extend_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
    message.extend_from_slice(&[i; 12]);
    message.extend_from_slice(&body);
    message
}

#[test]
fn closing_a_room_hands_over_the_recording_and_tells() {
    let (mut bench, mut customer, mut agent) = two_people([false, true]);
    forward(&bench, true);
    bench.media.send(MediaOrder::SetRecording { room: ROOM, on: true }).unwrap();
    talk(&mut customer, &mut agent, 30);
    bench.media.send(MediaOrder::CloseRoom { room: ROOM }).unwrap();
    until(&mut [&mut customer, &mut agent], |_| bench.saw(|e| *e == MediaEvent::RoomClosed { room: ROOM }));
    let segments: Vec<_> = bench.segments.try_iter().collect();
    for seat in [Seat::Customer, Seat::Agent] {
        for kind in [media::Kind::Audio, media::Kind::Video] {
            let track: Vec<_> = segments.iter().filter(|s| s.head.seat == seat && s.head.kind == kind).collect();
            assert!(!track.is_empty(), "{seat:?} {kind:?}");
            for s in track {
                let bytes = s.bytes.concat();
                let media::Decoded { head, packets } = media::decode(&bytes).unwrap();
                assert_eq!(head, s.head);
                assert!(!packets.is_empty());
            }
        }
    }
    bench.media.stop();
}

#[test]
fn rooms_of_two_threads_work_at_the_same_time() {
    let bench = Bench::new(Config { threads: 2, ..config() });
    for room in [RoomId(2), RoomId(3)] {
        bench.media.send(MediaOrder::OpenRoom { room }).unwrap();
        let (_, offer) = offer();
        let answer = negotiate(&bench.media, room, PeerId(1), Seat::Agent, offer).unwrap();
        assert!(answer.contains("a=ice-lite"));
    }
    let ports: std::collections::BTreeSet<_> = [RoomId(2), RoomId(3)]
        .into_iter()
        .map(|room| {
            let (_, offer) = offer();
            let answer = negotiate(&bench.media, room, PeerId(2), Seat::Customer, offer).unwrap();
            let candidate = answer.lines().find(|l| l.starts_with("a=candidate:"));
            candidate.unwrap().split(' ').nth(5).unwrap().to_owned()
        })
        .collect();
    assert_eq!(ports.len(), 2, "each thread has its port");
    bench.media.stop();
}

fn offer() -> (Client, String) {
    let addr = "127.0.0.1:9".parse().unwrap();
    Client::new(addr, Protocol::Udp, Video::Both, Instant::now())
}

#[test]
fn limits_and_missing_rooms_are_refused_by_name() {
    let bench = Bench::new(Config { max_rooms: 1, ..config() });
    let ask = |room| negotiate(&bench.media, room, PeerId(1), Seat::Agent, offer().1);
    assert_eq!(ask(ROOM), Err(MediaError::NoSuchRoom));
    bench.media.send(MediaOrder::OpenRoom { room: ROOM }).unwrap();
    assert!(ask(ROOM).is_ok());
    bench.media.send(MediaOrder::OpenRoom { room: RoomId(5) }).unwrap();
    assert_eq!(ask(RoomId(5)), Err(MediaError::TooManyRooms));
    bench.media.stop();
    assert_eq!(ask(ROOM), Err(MediaError::Stopped));
}

#[test]
fn a_configuration_that_cannot_work_is_refused() {
    let refused = |config: Config| {
        let (sink, _) = sync_channel(1);
        matches!(start(&config, |_| {}, sink), Err(MediaError::Config(_)))
    };
    let threads = Config { threads: 0, ..config() };
    let nowhere = Config { advertise: vec![], ..config() };
    let anywhere = Config { advertise: vec!["0.0.0.0".parse().unwrap()], ..config() };
    assert!(refused(threads) && refused(nowhere) && refused(anywhere));
    assert!(matches!(
        start(&Config { udp: "192.0.2.1:1".parse().unwrap(), ..config() }, |_| {}, sync_channel(1).0),
        Err(MediaError::Socket(_))
    ));
}
