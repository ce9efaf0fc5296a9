//! The crate's whole face: orders in, events and segments out. It must not know what a case, a tenant or a database is.

use std::fmt;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::counters::{Counters, CountersSnapshot};
use crate::segment::Kind;

/// Name of a room, given by the caller.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoomId(pub u128);

/// Name of one browser connection, given by the caller.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PeerId(pub u128);

impl fmt::Debug for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "room:{:032x}", self.0)
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "peer:{:032x}", self.0)
    }
}

/// The place a person takes in a room; each room has one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// The person being verified.
    Customer,
    /// The person verifying.
    Agent,
    /// Listens in, may speak.
    Supervisor,
    /// Translates.
    Interpreter,
}

impl Seat {
    /// All seats, in the order that viewers' down slots follow.
    pub const ALL: [Seat; 4] = [Seat::Customer, Seat::Agent, Seat::Supervisor, Seat::Interpreter];

    /// Position in [`Seat::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Seat::Customer => 0,
            Seat::Agent => 1,
            Seat::Supervisor => 2,
            Seat::Interpreter => 3,
        }
    }

    /// The seat at a position of [`Seat::ALL`].
    #[must_use]
    pub fn from_index(index: usize) -> Option<Seat> {
        Seat::ALL.get(index).copied()
    }

    /// Which of `viewer`'s three down slots carries this seat; `None` for the viewer's own seat.
    #[must_use]
    pub const fn slot_for(self, viewer: Seat) -> Option<usize> {
        let (source, viewer) = (self.index(), viewer.index());
        if source == viewer {
            None
        } else if source < viewer {
            Some(source)
        } else {
            Some(source - 1)
        }
    }
}

/// Who gets whose media, and what of it is recorded. A room that is told nothing passes everything on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Routes {
    /// Per source and kind, the viewers as bits.
    passes: [[u8; 2]; 4],
    /// Per source, the recorded kinds as bits.
    kept: [u8; 4],
}

impl Default for Routes {
    fn default() -> Self {
        Routes { passes: [[0xf; 2]; 4], kept: [0b11; 4] }
    }
}

impl Routes {
    /// Reads two questions for every pair of seats: who gets what, and what is recorded.
    #[must_use]
    pub fn new(passes: impl Fn(Seat, Seat, Kind) -> bool, kept: impl Fn(Seat, Kind) -> bool) -> Routes {
        let mut routes = Routes { passes: [[0; 2]; 4], kept: [0; 4] };
        for source in Seat::ALL {
            for kind in [Kind::Audio, Kind::Video] {
                for viewer in Seat::ALL {
                    routes.passes[source.index()][kind.index()] |= u8::from(passes(source, viewer, kind)) << viewer.index();
                }
                routes.kept[source.index()] |= u8::from(kept(source, kind)) << kind.index();
            }
        }
        routes
    }

    /// Whether `viewer` gets this track of `source`.
    #[must_use]
    pub const fn passes(&self, source: Seat, viewer: Seat, kind: Kind) -> bool {
        self.passes[source.index()][kind.index()] >> viewer.index() & 1 == 1
    }

    /// Whether this track of `source` is recorded.
    #[must_use]
    pub const fn keeps(&self, source: Seat, kind: Kind) -> bool {
        self.kept[source.index()] >> kind.index() & 1 == 1
    }
}

/// How the media engine is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// UDP listen address; port 0 picks a free one. Thread `n` listens on `port + n`.
    pub udp: SocketAddr,
    /// ICE-TCP listen address; port 0 picks a free one. Thread `n` listens on `port + n`.
    pub tcp: SocketAddr,
    /// Addresses written into answers; a listed loopback address serves loopback clients.
    pub advertise: Vec<IpAddr>,
    /// Media threads, at least 1; a room stays on one thread.
    pub threads: usize,
    /// Rooms open at one time over all threads.
    pub max_rooms: usize,
    /// TCP connections open at one time per thread.
    pub max_tcp_connections: usize,
    /// Packets one peer may send per second (burst of the same size); the rest is dropped.
    pub peer_packets_per_second: u32,
    /// How long a recording segment lasts.
    pub segment_span: Duration,
    /// Size at which a recording segment is handed over early.
    pub segment_bytes_max: usize,
    /// Silence after which a peer is reported down.
    pub down_after: Duration,
    /// Silence after which a peer is gone for good.
    pub gone_after: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            udp: SocketAddr::from(([0, 0, 0, 0], 0)),
            tcp: SocketAddr::from(([0, 0, 0, 0], 0)),
            advertise: vec![IpAddr::from([127, 0, 0, 1])],
            threads: 1,
            max_rooms: 1024,
            max_tcp_connections: 2048,
            peer_packets_per_second: 2000,
            // A crash may cost what is not on the disk yet, two seconds at most; every cut costs a sync.
            segment_span: Duration::from_millis(1900),
            segment_bytes_max: 4 << 20,
            down_after: Duration::from_secs(4),
            gone_after: Duration::from_secs(60),
        }
    }
}

/// What can go wrong, as the caller sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The offer is larger than [`SDP_BYTES_MAX`] or has more than [`SDP_MEDIA_LINES_MAX`] lines.
    #[error("offer is too large: {0}")]
    OfferTooLarge(&'static str),
    /// The offer cannot be parsed or answered.
    #[error("offer is not acceptable: {0}")]
    OfferRefused(String),
    /// The offer shares no usable codec with the room.
    #[error("offer shares no codec with the room")]
    NoCommonCodec,
    /// The room was not opened or is closed.
    #[error("no such room")]
    NoSuchRoom,
    /// As many rooms are open as the configuration allows.
    #[error("too many rooms")]
    TooManyRooms,
    /// The peer name is already used for another seat.
    #[error("peer sits elsewhere")]
    SeatMismatch,
    /// The order queue is full.
    #[error("media engine is overloaded")]
    Overloaded,
    /// The engine has stopped.
    #[error("media engine is stopped")]
    Stopped,
    /// The configuration cannot work.
    #[error("media configuration: {0}")]
    Config(&'static str),
    /// A socket could not be opened.
    #[error("media socket: {0}")]
    Socket(String),
}

/// Largest accepted offer, in bytes; browsers send about 6 KiB for our eight media lines.
pub const SDP_BYTES_MAX: usize = 32 * 1024;
/// Most media lines in an offer: two up, six down, and two to spare.
pub const SDP_MEDIA_LINES_MAX: usize = 10;

/// Answer path of an offer; called exactly once, on a media thread, so it must not block.
pub type Reply = Box<dyn FnOnce(Result<String, MediaError>) + Send>;

/// What the caller may ask for.
pub enum MediaOrder {
    /// Opens a room that lasts until [`MediaOrder::CloseRoom`]; opening twice is harmless.
    OpenRoom {
        /// The room.
        room: RoomId,
    },
    /// First offer, ICE restart and re-offer alike. A new peer name on a taken seat replaces the old peer.
    Offer {
        /// The room.
        room: RoomId,
        /// The connection the offer is for.
        peer: PeerId,
        /// Where it sits.
        seat: Seat,
        /// The offer.
        sdp: String,
        /// Where the answer goes.
        reply: Reply,
    },
    /// While off, peers connect ("prewarmed") but nothing is forwarded. Rooms open with it off.
    SetForwarding {
        /// The room.
        room: RoomId,
        /// Forward or not.
        on: bool,
    },
    /// Starts or ends recording; ending hands over every open segment.
    SetRecording {
        /// The room.
        room: RoomId,
        /// Record or not.
        on: bool,
    },
    /// Says who gets whose media from now on.
    SetRoutes {
        /// The room.
        room: RoomId,
        /// Who gets what.
        routes: Routes,
    },
    /// Asks the seat's video sender for a key frame (throttled).
    RequestKeyframe {
        /// The room.
        room: RoomId,
        /// Whose video.
        seat: Seat,
    },
    /// Ends one connection.
    ClosePeer {
        /// The room.
        room: RoomId,
        /// The connection.
        peer: PeerId,
    },
    /// Ends the room: open segments are handed over, then [`MediaEvent::RoomClosed`] follows.
    CloseRoom {
        /// The room.
        room: RoomId,
    },
}

/// What the engine tells. Called on a media thread: the callback must not block.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaEvent {
    /// ICE and DTLS are up for the first time.
    PeerUp {
        /// The room.
        room: RoomId,
        /// The connection.
        peer: PeerId,
        /// Its seat.
        seat: Seat,
    },
    /// No packet for [`Config::down_after`]; the peer may come back.
    PeerDown {
        /// The room.
        room: RoomId,
        /// The connection.
        peer: PeerId,
        /// Its seat.
        seat: Seat,
    },
    /// Packets again after [`MediaEvent::PeerDown`].
    PeerBack {
        /// The room.
        room: RoomId,
        /// The connection.
        peer: PeerId,
        /// Its seat.
        seat: Seat,
    },
    /// The connection is over: closed, replaced, failed or silent for [`Config::gone_after`].
    PeerGone {
        /// The room.
        room: RoomId,
        /// The connection.
        peer: PeerId,
        /// Its seat.
        seat: Seat,
    },
    /// First packet of a seat's track since its connection.
    FirstMedia {
        /// The room.
        room: RoomId,
        /// Whose track.
        seat: Seat,
        /// Which track.
        kind: Kind,
    },
    /// A track that flowed has been silent for 2 s.
    TrackStalled {
        /// The room.
        room: RoomId,
        /// Whose track.
        seat: Seat,
        /// Which track.
        kind: Kind,
    },
    /// A stalled track flows again.
    TrackBack {
        /// The room.
        room: RoomId,
        /// Whose track.
        seat: Seat,
        /// Which track.
        kind: Kind,
    },
    /// How a connection does; every 2 s.
    Quality {
        /// The room.
        room: RoomId,
        /// Whose connection.
        seat: Seat,
        /// Figures.
        quality: Quality,
    },
    /// The seat's picture has another size (also told for the first picture).
    PictureChanged {
        /// The room.
        room: RoomId,
        /// Whose picture.
        seat: Seat,
        /// Pixels.
        width: u16,
        /// Pixels.
        height: u16,
    },
    /// Part of a recording was lost; the next segment carries the gap.
    RecordingFailed {
        /// The room.
        room: RoomId,
        /// Why, for the log.
        reason: &'static str,
    },
    /// Recording was switched off and every open segment was handed over before this.
    RecordingStopped {
        /// The room.
        room: RoomId,
    },
    /// The room is closed and its last segment handed over.
    RoomClosed {
        /// The room.
        room: RoomId,
    },
}

/// Figures of one connection over the last 2 s.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Quality {
    /// Round trip time, when known.
    pub rtt_ms: Option<u32>,
    /// Received from the peer.
    pub up_kbps: u32,
    /// Share of the peer's packets lost before recovery, 0..1.
    pub up_loss: f32,
    /// What the path to the peer carries, as estimated; the other side should not send more.
    pub down_kbps_estimate: Option<u32>,
    /// Share of our packets the peer reports lost, 0..1.
    pub down_loss: f32,
    /// Width of the seat's picture, when known.
    pub width: Option<u16>,
    /// Height of the seat's picture, when known.
    pub height: Option<u16>,
}

/// Offers and requests that may wait for a thread; beyond it they are refused.
const ORDERS_WAITING_MAX: usize = 4096;
/// Closings and switches that may wait: they must not get lost, so they have more room.
const CLOSINGS_WAITING_MAX: usize = 65_536;

/// What a handle knows of one media thread.
pub(crate) struct Thread {
    pub orders: Sender<MediaOrder>,
    pub depth: Arc<AtomicUsize>,
    pub wake: UnixStream,
    pub awake: Arc<AtomicBool>,
    pub udp: SocketAddr,
    pub tcp: SocketAddr,
}

struct Inner {
    threads: Vec<Thread>,
    stop: Arc<AtomicBool>,
    joins: Mutex<Vec<JoinHandle<()>>>,
    counters: Arc<Counters>,
}

/// The running engine. Cheap to clone; the engine ends when told to or when the last handle is gone.
#[derive(Clone)]
pub struct MediaHandle {
    inner: Arc<Inner>,
}

impl fmt::Debug for MediaHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaHandle").field("udp", &self.udp_addr()).field("tcp", &self.tcp_addr()).finish()
    }
}

impl Thread {
    fn ring(&self) {
        if !self.awake.swap(true, Ordering::SeqCst) {
            // A full pipe means that the thread is rung already.
            let _ = (&self.wake).write(&[1]);
        }
    }
}

impl MediaHandle {
    pub(crate) fn new(threads: Vec<Thread>, stop: Arc<AtomicBool>, joins: Vec<JoinHandle<()>>, counters: Arc<Counters>) -> MediaHandle {
        MediaHandle { inner: Arc::new(Inner { threads, stop, joins: Mutex::new(joins), counters }) }
    }

    /// Hands an order to the room's thread; never blocks.
    ///
    /// # Errors
    /// [`MediaError::Overloaded`] or [`MediaError::Stopped`]; an offer's reply is called with it too.
    pub fn send(&self, order: MediaOrder) -> Result<(), MediaError> {
        let (room, limit) = match &order {
            MediaOrder::OpenRoom { room } | MediaOrder::Offer { room, .. } | MediaOrder::RequestKeyframe { room, .. } => {
                (*room, ORDERS_WAITING_MAX)
            }
            MediaOrder::SetForwarding { room, .. }
            | MediaOrder::SetRecording { room, .. }
            | MediaOrder::SetRoutes { room, .. }
            | MediaOrder::ClosePeer { room, .. }
            | MediaOrder::CloseRoom { room } => (*room, CLOSINGS_WAITING_MAX),
        };
        let thread = self.thread_of(room);
        let waiting = thread.depth.fetch_add(1, Ordering::Relaxed);
        let failed = if waiting >= limit {
            Some((order, MediaError::Overloaded))
        } else if self.inner.stop.load(Ordering::Acquire) {
            Some((order, MediaError::Stopped))
        } else {
            let sent = thread.orders.send(order);
            sent.err().map(|e| (e.0, MediaError::Stopped))
        };
        let Some((order, error)) = failed else {
            thread.ring();
            return Ok(());
        };
        thread.depth.fetch_sub(1, Ordering::Relaxed);
        self.inner.counters.orders_refused.add(1);
        if let MediaOrder::Offer { reply, .. } = order {
            reply(Err(error.clone()));
        }
        Err(error)
    }

    fn thread_of(&self, room: RoomId) -> &Thread {
        // Names may be counted or random; folding serves both.
        let folded = room.0 ^ (room.0 >> 64) ^ (room.0 >> 32);
        let count = self.inner.threads.len() as u128;
        let index = usize::try_from(folded % count).unwrap_or(0);
        &self.inner.threads[index]
    }

    /// The first thread's UDP address.
    #[must_use]
    pub fn udp_addr(&self) -> SocketAddr {
        self.inner.threads[0].udp
    }

    /// The first thread's ICE-TCP address.
    #[must_use]
    pub fn tcp_addr(&self) -> SocketAddr {
        self.inner.threads[0].tcp
    }

    /// Counts so far.
    #[must_use]
    pub fn counters(&self) -> CountersSnapshot {
        self.inner.counters.snapshot()
    }

    /// Closes every room, hands over what is recorded, and waits for the threads to end.
    pub fn stop(&self) {
        self.inner.stop.store(true, Ordering::Release);
        for thread in &self.inner.threads {
            thread.awake.store(false, Ordering::SeqCst);
            thread.ring();
        }
        let joins = std::mem::take(&mut *self.inner.joins.lock().unwrap_or_else(PoisonError::into_inner));
        for join in joins {
            // A thread that panicked has nothing left to wait for.
            let _ = join.join();
        }
    }
}
