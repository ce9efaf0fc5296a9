//! Whole calls in memory on a jumped clock, over links with loss, delay and reordering. It must not touch sockets.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use str0m::Input;
use str0m::net::{Protocol, Receive, Transmit};

use crate::counters::Counters;
use crate::handle::{MediaError, MediaEvent, PeerId, RoomId, Seat};
use crate::peer::Shared;
use crate::recorder::SegmentLimits;
use crate::room::{Io, Room, RoomTimes};
use crate::segment::Segment;
use crate::stun::is_stun;

#[path = "../tests/support/client.rs"]
pub mod client;
use client::{Client, Video};

const SERVER: &str = "10.0.0.1:5000";
/// The start of every simulated wall clock.
pub const WALL_US: i64 = 1_700_000_000_000_000;
pub const STEP: Duration = Duration::from_millis(2);

/// What a link does to packets, both ways.
#[derive(Clone, Copy)]
pub struct Link {
    pub loss_percent: u64,
    pub delay_ms: u64,
    pub jitter_ms: u64,
    pub cut: bool,
    /// Bits per millisecond that the way down carries; what does not fit in half a second is lost.
    pub down_kbps: Option<u64>,
}

impl Link {
    pub const GOOD: Link = Link { loss_percent: 0, delay_ms: 10, jitter_ms: 0, cut: false, down_kbps: None };
}

pub struct Person {
    pub core: Client,
    pub seat: Seat,
    pub link: Link,
    generation: u32,
    addr: SocketAddr,
    queue_until: Instant,
}

pub struct Sim {
    pub room: Room,
    pub people: Vec<Person>,
    pub start: Instant,
    pub now: Instant,
    pub events: Vec<MediaEvent>,
    pub segments: Receiver<Segment>,
    pub counters: Counters,
    sink: SyncSender<Segment>,
    shared: Shared,
    air: BTreeMap<(Instant, u64), Flight>,
    sent: u64,
    random: u64,
}

struct Flight {
    to_server: bool,
    person: usize,
    data: Vec<u8>,
}

impl Sim {
    pub fn new(seed: u64) -> Sim {
        let now = Instant::now();
        let crypto = Arc::new(str0m::crypto::from_feature_flags());
        let cert = crypto.dtls_provider.generate_certificate().unwrap();
        let times = RoomTimes {
            down_after: Duration::from_secs(4),
            gone_after: Duration::from_secs(60),
            limits: SegmentLimits { span: Duration::from_secs(2), bytes: 4 << 20 },
        };
        let (sink, segments) = sync_channel(4096);
        Sim {
            room: Room::new(RoomId(1), times, now, WALL_US),
            people: Vec::new(),
            start: now,
            now,
            events: Vec::new(),
            segments,
            counters: Counters::default(),
            sink,
            shared: Shared {
                cert,
                crypto,
                udp: vec![SERVER.parse().unwrap()],
                tcp: vec![SERVER.parse().unwrap()],
                packets_per_second: 4000,
            },
            air: BTreeMap::new(),
            sent: 0,
            random: seed | 1,
        }
    }

    fn roll(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    pub fn with_room<T>(&mut self, work: impl FnOnce(&mut Room, Instant, &mut Io<'_>) -> T) -> T {
        let (mut out, mut retired) = (Vec::new(), Vec::new());
        let mut io = Io {
            out: &mut out,
            events: &mut self.events,
            segments: &self.sink,
            retired: &mut retired,
            counters: &self.counters,
            shared: &self.shared,
        };
        let result = work(&mut self.room, self.now, &mut io);
        self.room.flush(self.now, &mut io);
        for t in out {
            self.deliver(t);
        }
        result
    }

    fn deliver(&mut self, t: Transmit) {
        let person = self.people.iter().position(|p| p.addr == t.destination);
        if let Some(person) = person {
            self.fly(false, person, t.contents.to_vec());
        }
    }

    fn fly(&mut self, to_server: bool, person: usize, data: Vec<u8>) {
        let link = self.people[person].link;
        if link.cut || self.roll() % 100 < link.loss_percent {
            return;
        }
        let jitter = self.roll() % (link.jitter_ms + 1);
        let mut leaves = self.now;
        if let Some(kbps) = link.down_kbps.filter(|_| !to_server) {
            let begins = self.people[person].queue_until.max(self.now);
            if begins - self.now > Duration::from_millis(500) {
                return;
            }
            leaves = begins + Duration::from_micros(data.len() as u64 * 8000 / kbps);
            self.people[person].queue_until = leaves;
        }
        let at = leaves + Duration::from_millis(link.delay_ms + jitter);
        self.sent += 1;
        let flight = Flight { to_server, person, data };
        self.air.insert((at, self.sent), flight);
    }

    pub fn join(&mut self, peer: u128, seat: Seat, video: Video) -> Result<usize, MediaError> {
        let index = self.people.len();
        let addr: SocketAddr = format!("10.0.1.{}:6000", index + 1).parse().unwrap();
        let (mut core, offer) = Client::new(addr, Protocol::Udp, video, self.now);
        let answer = self.with_room(|room, now, io| room.offer(PeerId(peer), seat, &offer, now, io))?;
        core.accept(&answer);
        let generation = self.room.peer(seat).unwrap().generation;
        self.people.push(Person { core, seat, link: Link::GOOD, generation, addr, queue_until: self.now });
        Ok(index)
    }

    /// Gives a person another address and an ICE restart; returns the offer.
    pub fn move_away(&mut self, person: usize) -> String {
        let addr = format!("10.0.2.{}:6000", person + 1).parse().unwrap();
        self.people[person].addr = addr;
        self.people[person].core.restart(addr)
    }

    /// One step of time for everybody.
    pub fn step(&mut self) {
        self.now += STEP;
        while let Some(entry) = self.air.first_entry() {
            if entry.key().0 > self.now {
                break;
            }
            let flight = entry.remove();
            self.land(flight);
        }
        let now = self.now;
        if self.room.next_due() <= now {
            self.with_room(|room, now, io| room.run_due(now, io));
        }
        for index in 0..self.people.len() {
            self.people[index].core.timeout(now);
            self.drain(index);
        }
    }

    fn land(&mut self, flight: Flight) {
        let now = self.now;
        let person = &mut self.people[flight.person];
        let server: SocketAddr = SERVER.parse().unwrap();
        if !flight.to_server {
            person.core.receive(server, &flight.data, now);
            self.drain(flight.person);
            return;
        }
        let (seat, generation, addr) = (person.seat, person.generation, person.addr);
        let Ok(receive) = Receive::new(Protocol::Udp, addr, server, &flight.data) else {
            return;
        };
        let input = Input::Receive(now, receive);
        if is_stun(&flight.data) && !self.room.accepts(seat, generation, &input) {
            return;
        }
        let Input::Receive(_, receive) = input else {
            return;
        };
        self.with_room(|room, now, io| room.receive(seat, generation, receive, now, io));
    }

    pub fn drain(&mut self, index: usize) {
        let mut out = Vec::new();
        self.people[index].core.drain(|t| out.push(t.contents.to_vec()));
        for data in out {
            self.fly(true, index, data);
        }
    }

    pub fn run(&mut self, span: Duration, mut script: impl FnMut(&mut Sim)) {
        let end = self.now + span;
        while self.now < end {
            self.step();
            script(self);
        }
    }

    /// Steps until `done`, for at most ten simulated seconds.
    pub fn until(&mut self, mut done: impl FnMut(&Sim) -> bool) {
        let end = self.now + Duration::from_secs(10);
        while !done(self) {
            assert!(self.now < end, "condition not met in simulated time");
            self.step();
        }
    }

    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from((self.now - self.start).as_millis()).unwrap()
    }

    /// Every 20 ms one sound packet, every 34 ms one picture of three packets, from each person.
    pub fn chatter(&mut self, key_size: (u16, u16)) {
        let ms = self.elapsed_ms();
        for index in 0..self.people.len() {
            let now = self.now;
            let core = &mut self.people[index].core;
            if !core.connected || core.closed {
                continue;
            }
            if ms.is_multiple_of(20) {
                let time = (ms * 48) as u32;
                core.send(false, time, false, &[0xfc, 1, 2, 3], now);
            }
            if ms.is_multiple_of(34) {
                let picture = (ms / 34) as u16;
                let first = core.seq[1] == 200;
                let key = (first || core.keyframes_asked > 0).then_some(key_size);
                core.keyframes_asked = 0;
                let time = (ms * 90) as u32;
                for part in 0..3 {
                    let payload = client::vp8_payload(picture, key, part == 0, 800);
                    core.send(true, time, part == 2, &payload, now);
                }
            }
            self.drain(index);
        }
    }
}

mod calls;
mod clips;
mod files;
