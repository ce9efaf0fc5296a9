//! The recorder's writing side: one thread seals segments, appends them, chains their hashes and
//! tells how far it is. Never holds media up. Must not know RTP or what a verdict needs.
//!
//! A recording is a row of part files, one for each run of the server:
//! `evidence/<case>/rec-<session>.<part>`. A part is a row of records: four bytes length
//! (big endian), then that many sealed bytes. The chain is
//! `h(n) = SHA-256(h(n-1) || n as 8 bytes || record)`, starting from 32 zero bytes.

mod parts;

pub use parts::{Found, Lies, PartFault, part_name, place, read, read_each, read_one, read_sealed};

use crate::adapters::blobs::{BlobAppender, Blobs};
use crate::adapters::kms::SecretKey;
use crate::adapters::seal;
use crate::playback::gaps;
use crate::rooms::domain_seat;
use crate::telemetry::metrics;
use domain::digest::Digest;
use domain::ids::{CaseId, SessionId};
use domain::session::Seat;
use domain::time::Timestamp;
use media::{RoomId, Segment};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// How long the writer waits for the first segment before it looks at its orders.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long it then gathers more before one sync for all: the tracks of a room are cut together, each when its next
/// packet comes, so this is what a packet of the slowest track may take.
const GATHER: Duration = Duration::from_millis(50);
/// Most segments of one batch.
const MAX_BATCH: usize = 256;
/// The head goes into the audit log at least this often while segments come (the goal is 10 s).
const HEAD_EVERY: Duration = Duration::from_secs(8);

/// What the recorder tells.
#[derive(Debug)]
pub enum RecorderEvent {
    /// Segments are sealed and synced up to here.
    Head { case: CaseId, session: SessionId, segments: u64, head: Digest },
    /// Something is missing.
    Gap { case: CaseId, session: SessionId, seat: Seat, kind: &'static str, from: Timestamp, to: Timestamp, why: &'static str },
    /// The storage does not take segments.
    Failed { case: CaseId, session: SessionId, why: &'static str },
    /// Complete.
    Sealed { case: CaseId, session: SessionId, segments: u64, head: Digest },
}

enum Command {
    Begin { room: RoomId, case: CaseId, session: SessionId, key: SecretKey },
    Seal { room: RoomId },
    Stop,
}

/// The face of the writing thread.
pub struct Recorder {
    commands: Sender<Command>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
}

struct Open {
    case: CaseId,
    session: SessionId,
    key: SecretKey,
    file: Box<dyn BlobAppender>,
    chain: Digest,
    count: u64,
    told: u64,
    told_at: Option<Instant>,
    dirty: bool,
    failed: bool,
}

struct Writer {
    blobs: Arc<dyn Blobs>,
    events: mpsc::Sender<RecorderEvent>,
    open: BTreeMap<RoomId, Open>,
    /// The record that is being made.
    record: Vec<u8>,
}

impl Recorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn start(segments: Receiver<Segment>, blobs: Arc<dyn Blobs>, events: mpsc::Sender<RecorderEvent>) -> std::io::Result<Self> {
        let (commands, orders) = std::sync::mpsc::channel();
        let writer = Writer { blobs, events, open: BTreeMap::new(), record: Vec::new() };
        let thread = std::thread::Builder::new().name("recorder".to_owned()).spawn(move || writer.run(&segments, &orders))?;
        Ok(Self { commands, thread: Mutex::new(Some(thread)) })
    }

    /// A session begins (or goes on after a restart).
    pub fn begin(&self, room: RoomId, case: CaseId, session: SessionId, key: SecretKey) {
        let _ = self.commands.send(Command::Begin { room, case, session, key });
    }

    /// The last segment of the room has been handed over.
    pub fn seal(&self, room: RoomId) {
        let _ = self.commands.send(Command::Seal { room });
    }

    /// Writes what is waiting and ends the thread.
    pub fn stop(&self) {
        let _ = self.commands.send(Command::Stop);
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

impl Writer {
    fn run(mut self, segments: &Receiver<Segment>, commands: &Receiver<Command>) {
        loop {
            let mut stop = false;
            let mut seal = Vec::new();
            self.obey(commands, &mut seal, &mut stop);
            let mut until = Instant::now() + if stop || !seal.is_empty() { Duration::ZERO } else { PATIENCE };
            let mut taken = 0;
            while taken < MAX_BATCH || stop || !seal.is_empty() {
                let next = match segments.recv_timeout(until.saturating_duration_since(Instant::now())) {
                    Ok(segment) => Some(segment),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => {
                        stop = true;
                        None
                    }
                };
                // Orders given before this segment come before it: a session begins with its first one.
                self.obey(commands, &mut seal, &mut stop);
                // An order may have come after a wait in vain, and segments before the order.
                let Some(segment) = next.or_else(|| segments.try_recv().ok()) else { break };
                if taken == 0 {
                    until = Instant::now() + GATHER;
                }
                if stop || !seal.is_empty() {
                    // What is to be sealed waits for nothing but what was handed over before.
                    until = Instant::now();
                }
                self.write(&segment);
                taken += 1;
            }
            self.sync();
            for room in seal {
                self.seal(room);
            }
            if stop {
                let rooms: Vec<RoomId> = self.open.keys().copied().collect();
                for room in rooms {
                    self.tell_head(room);
                }
                return;
            }
        }
    }

    fn obey(&mut self, commands: &Receiver<Command>, seal: &mut Vec<RoomId>, stop: &mut bool) {
        while let Ok(command) = commands.try_recv() {
            match command {
                Command::Begin { room, case, session, key } => self.begin(room, case, session, key),
                Command::Seal { room } => seal.push(room),
                Command::Stop => *stop = true,
            }
        }
    }

    fn begin(&mut self, room: RoomId, case: CaseId, session: SessionId, key: SecretKey) {
        if self.open.get(&room).is_some_and(|o| o.session == session) {
            return;
        }
        let opened = parts::resume(self.blobs.as_ref(), case, session).and_then(|found| {
            let file = self.blobs.open_append(&parts::part_name(case, session, found.parts)).map_err(PartFault::from)?;
            Ok((found, file))
        });
        match opened {
            Ok((found, file)) => {
                if found.parts > 0 {
                    self.gap_after_restart(case, session, &key, &found);
                }
                let open = Open {
                    case,
                    session,
                    key,
                    file,
                    chain: found.chain,
                    count: found.count,
                    told: 0,
                    told_at: None,
                    dirty: false,
                    failed: false,
                };
                self.open.insert(room, open);
            }
            Err(error) => {
                tracing::error!(case.id = %case, %error, "a recording cannot begin");
                self.tell(RecorderEvent::Failed { case, session, why: "storage" });
            }
        }
    }

    /// The time between the last sealed segment and now is missing, and says so.
    fn gap_after_restart(&self, case: CaseId, session: SessionId, key: &SecretKey, found: &Found) {
        let last = found.last.as_ref().and_then(|record| {
            let plain = seal::open(key, &place(session, found.count.saturating_sub(1)), record).ok()?;
            media::decode(&plain).ok().map(|d| d.head)
        });
        let Some(head) = last else { return };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_micros());
        let to = Timestamp(i64::try_from(now).unwrap_or(i64::MAX));
        let from = Timestamp(head.ended_us);
        for (seat, kind) in [(Seat::Customer, "video"), (Seat::Customer, "audio"), (Seat::Agent, "video"), (Seat::Agent, "audio")] {
            self.tell(RecorderEvent::Gap { case, session, seat, kind, from, to, why: "server_stopped" });
        }
    }

    fn write(&mut self, segment: &Segment) {
        let Some(open) = self.open.get_mut(&segment.head.room) else {
            tracing::error!("a segment of a room without a session is dropped");
            return;
        };
        let record = &mut self.record;
        if parts::record(&open.key, &place(open.session, open.count), segment.bytes.pieces(), record).is_err() {
            return fail(open, &self.events, "cipher");
        }
        if let Err(error) = open.file.append(record) {
            tracing::error!(case.id = %open.case, %error, "a segment cannot be written");
            return fail(open, &self.events, "storage");
        }
        open.chain = parts::link(open.chain, open.count, &record[4..]);
        open.count += 1;
        open.dirty = true;
        metrics::SEGMENTS.inc(1);
        metrics::SEGMENT_BYTES.inc(record.len() as u64);
        if let Some(gap) = segment.head.gap {
            let event = RecorderEvent::Gap {
                case: open.case,
                session: open.session,
                seat: domain_seat(segment.head.seat),
                kind: gaps::kind(segment.head.kind),
                from: Timestamp(gap.from_us),
                to: Timestamp(gap.to_us),
                why: gaps::word(gap.why),
            };
            send(&self.events, event);
        }
    }

    /// One sync for the whole batch, then the heads that are due.
    fn sync(&mut self) {
        let mut due = Vec::new();
        for (room, open) in &mut self.open {
            if !open.dirty {
                continue;
            }
            if let Err(error) = open.file.sync() {
                tracing::error!(case.id = %open.case, %error, "segments cannot be made durable");
                fail(open, &self.events, "storage");
                continue;
            }
            open.dirty = false;
            if open.told_at.is_none_or(|at| at.elapsed() >= HEAD_EVERY) {
                due.push(*room);
            }
        }
        for room in due {
            self.tell_head(room);
        }
    }

    fn tell_head(&mut self, room: RoomId) {
        let Some(open) = self.open.get_mut(&room) else { return };
        if open.count == open.told || open.failed {
            return;
        }
        open.told = open.count;
        open.told_at = Some(Instant::now());
        let event = RecorderEvent::Head { case: open.case, session: open.session, segments: open.count, head: open.chain };
        send(&self.events, event);
    }

    fn seal(&mut self, room: RoomId) {
        let Some(open) = self.open.remove(&room) else { return };
        if open.failed {
            // Told when it happened; a recording with holes is never sealed.
            return;
        }
        self.tell(if open.count == 0 {
            RecorderEvent::Failed { case: open.case, session: open.session, why: "empty" }
        } else {
            RecorderEvent::Sealed { case: open.case, session: open.session, segments: open.count, head: open.chain }
        });
    }

    fn tell(&self, event: RecorderEvent) {
        send(&self.events, event);
    }
}

fn fail(open: &mut Open, events: &mpsc::Sender<RecorderEvent>, why: &'static str) {
    if !open.failed {
        open.failed = true;
        send(events, RecorderEvent::Failed { case: open.case, session: open.session, why });
    }
}

fn send(events: &mpsc::Sender<RecorderEvent>, event: RecorderEvent) {
    match &event {
        RecorderEvent::Gap { .. } => metrics::GAPS.inc(1),
        RecorderEvent::Failed { .. } => metrics::RECORDINGS_FAILED.inc(1),
        RecorderEvent::Head { .. } | RecorderEvent::Sealed { .. } => {}
    }
    if let Err(error) = events.blocking_send(event) {
        tracing::warn!(%error, "the server no longer listens to the recorder");
    }
}
