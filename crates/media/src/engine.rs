//! One media thread: the loop over sockets, orders and timers, and the maps from addresses to peers. It must not know what is inside a packet.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io::Read;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use str0m::Input;
use str0m::net::{Protocol, Receive, Transmit};

use crate::counters::Counters;
use crate::handle::{MediaError, MediaEvent, MediaOrder, RoomId, Seat};
use crate::peer::Shared;
use crate::room::{Io, Retired, Room, RoomTimes};
use crate::segment::Segment;
use crate::stun::{is_stun, request_ufrag};
use crate::tcp::{Frames, Tcp};
use crate::udp::{BATCH, Udp};
use crate::wait::{Ready, Waiter};

/// Batches read before timers and sends get their turn.
const ROUNDS_MAX: usize = 4;
/// Datagrams asked for at first: most wakes are for one or a frame's few, and each place costs its preparation.
const FEW: usize = 8;
/// Orders done before packets get their turn.
const ORDERS_MAX: usize = 32;
/// Longest sleep; everything due earlier is on the heap.
const SLEEP_MAX: Duration = Duration::from_millis(500);

/// A peer's place in this thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PeerKey {
    slot: usize,
    room: RoomId,
    seat: Seat,
    generation: u32,
}

struct Entry {
    room: Room,
    scheduled: Option<Instant>,
    touched: bool,
}

/// What `start` gives a thread.
pub(crate) struct Setup {
    pub udp: UdpSocket,
    pub tcp: Tcp<PeerKey>,
    pub shared: Shared,
    pub times: RoomTimes,
    pub rooms_max: usize,
    pub orders: Receiver<MediaOrder>,
    pub depth: Arc<AtomicUsize>,
    pub wake: UnixStream,
    pub awake: Arc<AtomicBool>,
    pub stop: Arc<AtomicBool>,
    pub counters: Arc<Counters>,
    pub segments: SyncSender<Segment>,
    pub notify: Arc<dyn Fn(MediaEvent) + Send + Sync>,
}

struct Engine {
    waiter: Waiter,
    udp: Udp,
    s: Setup,
    rooms: Vec<Option<Entry>>,
    names: HashMap<RoomId, usize>,
    addrs: HashMap<SocketAddr, PeerKey>,
    ufrags: HashMap<String, PeerKey>,
    heap: BinaryHeap<Reverse<(Instant, usize)>>,
    touched: Vec<usize>,
    out: Vec<Transmit>,
    events: Vec<MediaEvent>,
    retired: Vec<Retired>,
    frames: Vec<Vec<u8>>,
    more_orders: bool,
    epoch: Instant,
}

/// Runs until told to stop or until every handle is gone.
pub(crate) fn run(setup: Setup) -> std::io::Result<()> {
    let udp = Udp::new(setup.udp.try_clone()?);
    let mut engine = Engine {
        waiter: Waiter::new(udp.fd(), setup.wake.as_fd(), setup.tcp.listener_fd())?,
        udp,
        s: setup,
        rooms: Vec::new(),
        names: HashMap::new(),
        addrs: HashMap::new(),
        ufrags: HashMap::new(),
        heap: BinaryHeap::new(),
        touched: Vec::new(),
        out: Vec::with_capacity(256),
        events: Vec::new(),
        retired: Vec::new(),
        frames: Vec::new(),
        more_orders: false,
        epoch: Instant::now(),
    };
    while engine.turn() {}
    engine.shut();
    Ok(())
}

impl Engine {
    fn turn(&mut self) -> bool {
        let ready = self.wait();
        if ready.udp {
            self.read_udp();
        }
        for index in ready.tcp {
            self.read_tcp(index);
        }
        if ready.accept {
            self.s.tcp.accept(Instant::now());
        }
        if (ready.wake || self.more_orders) && !self.take_orders() {
            return false;
        }
        self.run_timers();
        self.settle();
        !self.s.stop.load(Ordering::Acquire)
    }

    fn wait(&self) -> Ready {
        let now = Instant::now();
        let until = match self.heap.peek() {
            _ if self.more_orders => Duration::ZERO,
            Some(Reverse((at, _))) => at.saturating_duration_since(now).min(SLEEP_MAX),
            None => SLEEP_MAX,
        };
        self.waiter.wait(until, self.s.tcp.open())
    }

    fn read_udp(&mut self) {
        let mut most = FEW;
        for _ in 0..ROUNDS_MAX {
            let count = self.udp.receive(most);
            let now = Instant::now();
            for index in 0..count {
                self.on_datagram(index, now);
            }
            // Forwards leave after each batch: later would add latency, earlier cost.
            self.settle();
            if count < most {
                return;
            }
            most = BATCH;
        }
    }

    fn on_datagram(&mut self, index: usize, now: Instant) {
        self.s.counters.datagrams_in.add(1);
        let (data, source) = self.udp.datagram(index);
        let local = local_for(&self.s.shared.udp, source);
        let stun = is_stun(data);
        let key =
            if stun { request_ufrag(data).and_then(|ufrag| self.ufrags.get(ufrag).copied()) } else { self.addrs.get(&source).copied() };
        let Some(key) = key else {
            self.s.counters.dropped_unknown.add(1);
            return;
        };
        let Ok(receive) = Receive::new(Protocol::Udp, source, local, data) else {
            self.s.counters.dropped_garbage.add(1);
            return;
        };
        let Some(entry) = at(&mut self.rooms, key) else {
            return;
        };
        let mut io = Io {
            out: &mut self.out,
            events: &mut self.events,
            segments: &self.s.segments,
            retired: &mut self.retired,
            counters: &self.s.counters,
            shared: &self.s.shared,
        };
        let input = Input::Receive(now, receive);
        if stun {
            if !entry.room.accepts(key.seat, key.generation, &input) {
                self.s.counters.dropped_forged.add(1);
                return;
            }
            if self.addrs.insert(source, key) != Some(key) {
                entry.room.bind(key.seat, source, &mut io);
            }
        }
        let Input::Receive(_, receive) = input else {
            return;
        };
        entry.room.receive(key.seat, key.generation, receive, now, &mut io);
        self.touch(key.slot);
    }

    fn read_tcp(&mut self, index: usize) {
        let mut frames = std::mem::take(&mut self.frames);
        let result = self.s.tcp.read(index, &mut frames);
        let now = Instant::now();
        match result {
            Frames::Closed => self.s.tcp.close(index),
            Frames::Some(source) => {
                for frame in &frames {
                    if !self.on_frame(index, source, frame, now) {
                        self.s.tcp.close(index);
                        break;
                    }
                }
            }
        }
        self.frames = frames;
    }

    /// False when the connection has to be closed.
    fn on_frame(&mut self, index: usize, source: SocketAddr, data: &[u8], now: Instant) -> bool {
        self.s.counters.datagrams_in.add(1);
        let local = local_for(&self.s.shared.tcp, source);
        let stun = is_stun(data);
        let key = if stun { request_ufrag(data).and_then(|ufrag| self.ufrags.get(ufrag).copied()) } else { self.s.tcp.owner(index) };
        let Some(key) = key else {
            self.s.counters.dropped_unknown.add(1);
            // A frame that is no STUN from nobody: not a browser.
            return self.s.tcp.owner(index).is_some();
        };
        let Ok(receive) = Receive::new(Protocol::Tcp, source, local, data) else {
            self.s.counters.dropped_garbage.add(1);
            return true;
        };
        let Some(entry) = at(&mut self.rooms, key) else {
            return false;
        };
        let input = Input::Receive(now, receive);
        if stun {
            if !entry.room.accepts(key.seat, key.generation, &input) {
                self.s.counters.dropped_forged.add(1);
                return false;
            }
            self.s.tcp.set_owner(index, key);
        }
        let Input::Receive(_, receive) = input else {
            return true;
        };
        let mut io = Io {
            out: &mut self.out,
            events: &mut self.events,
            segments: &self.s.segments,
            retired: &mut self.retired,
            counters: &self.s.counters,
            shared: &self.s.shared,
        };
        let seated = entry.room.receive(key.seat, key.generation, receive, now, &mut io);
        self.touch(key.slot);
        seated
    }

    fn touch(&mut self, slot: usize) {
        if let Some(Some(entry)) = self.rooms.get_mut(slot)
            && !entry.touched
        {
            entry.touched = true;
            self.touched.push(slot);
        }
    }

    /// Runs `work` on a room and lets the room's output go its ways.
    fn with_room<T>(&mut self, slot: usize, work: impl FnOnce(&mut Room, Instant, &mut Io<'_>) -> T) -> Option<T> {
        let entry = self.rooms.get_mut(slot)?.as_mut()?;
        let mut io = Io {
            out: &mut self.out,
            events: &mut self.events,
            segments: &self.s.segments,
            retired: &mut self.retired,
            counters: &self.s.counters,
            shared: &self.s.shared,
        };
        let result = work(&mut entry.room, Instant::now(), &mut io);
        self.touch(slot);
        Some(result)
    }

    /// Flushes touched rooms, schedules them, sends, and tells events.
    fn settle(&mut self) {
        let now = Instant::now();
        let mut touched = std::mem::take(&mut self.touched);
        for slot in touched.drain(..) {
            let Some(Some(entry)) = self.rooms.get_mut(slot) else {
                continue;
            };
            entry.touched = false;
            let mut io = Io {
                out: &mut self.out,
                events: &mut self.events,
                segments: &self.s.segments,
                retired: &mut self.retired,
                counters: &self.s.counters,
                shared: &self.s.shared,
            };
            entry.room.flush(now, &mut io);
            let due = on_grid(self.epoch, entry.room.next_due());
            if entry.scheduled.is_none_or(|at| due < at) {
                entry.scheduled = Some(due);
                self.heap.push(Reverse((due, slot)));
            }
            self.forget_retired(slot);
        }
        self.touched = touched;
        self.send();
        for event in self.events.drain(..) {
            (self.s.notify)(event);
        }
    }

    fn forget_retired(&mut self, slot: usize) {
        for retired in self.retired.drain(..) {
            let same = |key: &PeerKey, generation| key.slot == slot && key.generation == generation;
            match retired {
                Retired::Addr(addr, generation) => {
                    if self.addrs.get(&addr).is_some_and(|k| same(k, generation)) {
                        self.addrs.remove(&addr);
                    }
                }
                Retired::Ufrag(ufrag, generation) => {
                    if self.ufrags.get(&ufrag).is_some_and(|k| same(k, generation)) {
                        self.ufrags.remove(&ufrag);
                    }
                }
            }
        }
    }

    fn send(&mut self) {
        if self.out.is_empty() {
            return;
        }
        let total = self.out.len() as u64;
        let mut failed = 0;
        if self.s.tcp.count() > 0 {
            self.out.retain(|t| {
                if t.proto == Protocol::Udp {
                    return true;
                }
                if !self.s.tcp.send(t.destination, &t.contents) {
                    failed += 1;
                }
                false
            });
            self.s.tcp.flush();
        } else {
            self.out.retain(|t| t.proto == Protocol::Udp);
            failed += total - self.out.len() as u64;
        }
        failed += self.udp.send(&self.out);
        self.out.clear();
        self.s.counters.datagrams_out.add(total - failed);
        self.s.counters.send_failed.add(failed);
    }

    fn run_timers(&mut self) {
        let now = Instant::now();
        while let Some(Reverse((at, slot))) = self.heap.peek().copied() {
            if at > now {
                break;
            }
            self.heap.pop();
            let Some(Some(entry)) = self.rooms.get_mut(slot) else {
                continue;
            };
            if entry.scheduled != Some(at) {
                continue;
            }
            entry.scheduled = None;
            self.with_room(slot, |room, _, io| room.run_due(now, io));
        }
        let rooms = &self.rooms;
        self.s.tcp.sweep(now, |key| {
            let entry = rooms.get(key.slot).and_then(Option::as_ref).filter(|e| e.room.id == key.room);
            entry.and_then(|e| e.room.peer(key.seat)).is_some_and(|p| p.generation == key.generation)
        });
        let conns = self.s.tcp.count() as u64;
        self.s.counters.tcp_connections.set(conns);
    }

    fn take_orders(&mut self) -> bool {
        self.more_orders = false;
        // The flag falls before the queue is read: an order put in later rings again.
        let mut rung = [0; 64];
        let _ = self.s.wake.read(&mut rung);
        self.s.awake.store(false, Ordering::SeqCst);
        for _ in 0..ORDERS_MAX {
            match self.s.orders.try_recv() {
                Ok(order) => {
                    self.s.depth.fetch_sub(1, Ordering::Relaxed);
                    self.on_order(order);
                }
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
        self.more_orders = true;
        true
    }

    fn on_order(&mut self, order: MediaOrder) {
        match order {
            MediaOrder::OpenRoom { room } => self.open(room),
            MediaOrder::Offer { room, peer, seat, sdp, reply } => {
                let Some(slot) = self.names.get(&room).copied() else {
                    let full = self.names.len() >= self.s.rooms_max;
                    return reply(Err(if full { MediaError::TooManyRooms } else { MediaError::NoSuchRoom }));
                };
                let result = self.with_room(slot, |r, now, io| r.offer(peer, seat, &sdp, now, io));
                // Old names leave before the new one enters: a restart may keep its address.
                self.forget_retired(slot);
                self.remember_ufrag(slot, seat);
                reply(result.unwrap_or(Err(MediaError::NoSuchRoom)));
            }
            MediaOrder::SetForwarding { room, on } => {
                self.in_room(room, |r, now, _| r.set_forwarding(on, now));
            }
            MediaOrder::SetRecording { room, on } => {
                self.in_room(room, |r, now, io| r.set_recording(on, now, io));
            }
            MediaOrder::SetRoutes { room, routes } => {
                self.in_room(room, |r, now, io| r.set_routes(routes, now, io));
            }
            MediaOrder::RequestKeyframe { room, seat } => {
                self.in_room(room, |r, now, _| r.ask_key(seat, now));
            }
            MediaOrder::ClosePeer { room, peer } => self.in_room(room, |r, now, io| {
                for seat in Seat::ALL {
                    if r.peer(seat).is_some_and(|p| p.id == peer) {
                        r.unseat(seat, now, io, |_| true);
                    }
                }
            }),
            MediaOrder::CloseRoom { room } => self.close(room),
        }
    }

    fn in_room(&mut self, room: RoomId, work: impl FnOnce(&mut Room, Instant, &mut Io<'_>)) {
        if let Some(slot) = self.names.get(&room).copied() {
            self.with_room(slot, work);
        }
    }

    fn remember_ufrag(&mut self, slot: usize, seat: Seat) {
        let Some(Some(entry)) = self.rooms.get(slot) else {
            return;
        };
        if let Some(peer) = entry.room.peer(seat) {
            let key = PeerKey { slot, room: entry.room.id, seat, generation: peer.generation };
            self.ufrags.insert(peer.ufrag.clone(), key);
        }
    }

    fn open(&mut self, room: RoomId) {
        if self.names.contains_key(&room) || self.names.len() >= self.s.rooms_max {
            return;
        }
        let entry = Entry { room: Room::new(room, self.s.times, Instant::now(), wall_us()), scheduled: None, touched: false };
        let slot = match self.rooms.iter().position(Option::is_none) {
            Some(free) => {
                self.rooms[free] = Some(entry);
                free
            }
            None => {
                self.rooms.push(Some(entry));
                self.rooms.len() - 1
            }
        };
        self.names.insert(room, slot);
        self.s.counters.rooms.add(1);
        self.touch(slot);
    }

    fn close(&mut self, room: RoomId) {
        let Some(slot) = self.names.remove(&room) else {
            // Closing is idempotent: who waits for the event gets it.
            self.events.push(MediaEvent::RoomClosed { room });
            return;
        };
        self.with_room(slot, |r, now, io| r.close(now, io));
        self.forget_retired(slot);
        self.touched.retain(|s| *s != slot);
        self.rooms[slot] = None;
        self.s.counters.rooms.sub(1);
    }

    fn shut(&mut self) {
        let rooms: Vec<RoomId> = self.names.keys().copied().collect();
        for room in rooms {
            self.close(room);
        }
        self.settle();
    }
}

/// Deadlines of many rooms share one waking; none of them is finer than this.
const GRID: Duration = Duration::from_millis(4);

fn on_grid(epoch: Instant, due: Instant) -> Instant {
    let since = due.saturating_duration_since(epoch).as_nanos();
    let grid = GRID.as_nanos();
    let steps = u64::try_from(since.div_ceil(grid) * grid).unwrap_or(u64::MAX);
    epoch + Duration::from_nanos(steps.min(GRID_END_NS))
}

/// A century: str0m's "never" is further away than clocks can add.
const GRID_END_NS: u64 = 3_000_000_000_000_000_000;

/// Which of our advertised addresses the sender most likely used: the one with the longest common
/// prefix, and a loopback address exactly for loopback senders.
fn local_for(ours: &[SocketAddr], remote: SocketAddr) -> SocketAddr {
    if let [only] = ours {
        return *only;
    }
    let score = |addr: &&SocketAddr| match (addr.ip(), remote.ip()) {
        (a, b) if a.is_ipv4() != b.is_ipv4() => 0,
        (a, b) if a.is_loopback() != b.is_loopback() => 1,
        (std::net::IpAddr::V4(a), std::net::IpAddr::V4(b)) => 2 + (u32::from(a) ^ u32::from(b)).leading_zeros(),
        (std::net::IpAddr::V6(a), std::net::IpAddr::V6(b)) => 2 + (u128::from(a) ^ u128::from(b)).leading_zeros(),
        _ => 0,
    };
    ours.iter().max_by_key(score).copied().unwrap_or(remote)
}

/// A key may outlive its room; the slot may hold another by then.
fn at(rooms: &mut [Option<Entry>], key: PeerKey) -> Option<&mut Entry> {
    let entry = rooms.get_mut(key.slot)?.as_mut()?;
    (entry.room.id == key.room).then_some(entry)
}

fn wall_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
}
