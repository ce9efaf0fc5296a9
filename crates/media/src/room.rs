//! One room without IO: peers in seats, packets in, packets and events out. It must not know sockets or threads.

use std::net::SocketAddr;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use str0m::net::{Receive, Transmit};
use str0m::{Event, Input, Output};

use crate::counters::Counters;
use crate::handle::{MediaError, MediaEvent, PeerId, Quality, RoomId, Routes, Seat};
use crate::peer::{Dead, Peer, Shared, check_offer, choose_video};
use crate::recorder::{HandOver, SegmentLimits, TrackRecorder};
use crate::route::Want;
use crate::segment::{Codec, GapWhy, Kind, Segment};
use crate::track::UpTrack;

/// How often liveness, stalls, lost packets and segment ends are looked at.
const TICK: Duration = Duration::from_millis(250);
/// How often [`MediaEvent::Quality`] is told.
const QUALITY_EVERY: Duration = Duration::from_secs(2);
/// Steps given to one peer in one go: more than a batch of received packets can queue.
const STEPS_MAX: usize = 512;
/// Output taken from one peer in one go; more means that str0m runs in circles.
const DRAIN_MAX: usize = 20_000;

/// Where a room puts what it produces, and what it may use.
pub(crate) struct Io<'a> {
    pub out: &'a mut Vec<Transmit>,
    pub events: &'a mut Vec<MediaEvent>,
    pub segments: &'a SyncSender<Segment>,
    pub retired: &'a mut Vec<Retired>,
    pub counters: &'a Counters,
    pub shared: &'a Shared,
}

/// Routing entries of a peer that left or moved.
#[derive(Debug)]
pub(crate) enum Retired {
    Addr(SocketAddr, u32),
    Ufrag(String, u32),
}

/// Times of a room that do not change while it is open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RoomTimes {
    pub down_after: Duration,
    pub gone_after: Duration,
    pub limits: SegmentLimits,
}

/// A seat: who sits there, what comes from there, what is kept of it.
#[derive(Default)]
pub(crate) struct Chair {
    pub peer: Option<Box<Peer>>,
    pub tracks: [Option<UpTrack>; 2],
    pub recorders: [Option<TrackRecorder>; 2],
    pub want: Want,
    /// Kinds already told as first media for this connection.
    pub told: [bool; 2],
}

pub(crate) struct Room {
    pub id: RoomId,
    pub chairs: [Chair; 4],
    pub video: Option<Codec>,
    pub forwarding: bool,
    pub recording: bool,
    pub routes: Routes,
    pub times: RoomTimes,
    /// Wall clock of an instant: fixed for the room's life, so that its time line has no jumps.
    anchor: (Instant, i64),
    tick_at: Instant,
    quality_at: Instant,
    generations: u32,
    pub failing: bool,
}

impl Room {
    pub fn new(id: RoomId, times: RoomTimes, now: Instant, now_us: i64) -> Room {
        Room {
            id,
            chairs: Default::default(),
            video: None,
            forwarding: false,
            recording: false,
            routes: Routes::default(),
            times,
            anchor: (now, now_us),
            tick_at: now + TICK,
            quality_at: now + QUALITY_EVERY,
            generations: 0,
            failing: false,
        }
    }

    /// Wall clock in microseconds UTC.
    pub fn wall_us(&self, at: Instant) -> i64 {
        let (base, base_us) = self.anchor;
        let after = at.saturating_duration_since(base).as_micros();
        let before = base.saturating_duration_since(at).as_micros();
        let diff = i64::try_from(after).unwrap_or(0) - i64::try_from(before).unwrap_or(0);
        base_us.saturating_add(diff)
    }

    /// Answers an offer; seats, replaces or renegotiates the peer.
    pub fn offer(&mut self, peer: PeerId, seat: Seat, sdp: &str, now: Instant, io: &mut Io<'_>) -> Result<String, MediaError> {
        check_offer(sdp)?;
        let sits_elsewhere = Seat::ALL.into_iter().filter(|s| *s != seat).any(|s| self.peer(s).is_some_and(|p| p.id == peer));
        if sits_elsewhere {
            return Err(MediaError::SeatMismatch);
        }
        let known = self.peer(seat).is_some_and(|p| p.id == peer && p.is_same_connection(sdp));
        if known {
            return self.reoffer(seat, sdp, now, io);
        }
        let video = match self.video {
            Some(video) => video,
            None => choose_video(sdp).ok_or(MediaError::NoCommonCodec)?,
        };
        self.generations += 1;
        let generation = self.generations;
        let mut new = Peer::new(peer, generation, io.shared, video, now)
            .ok_or_else(|| MediaError::OfferRefused("no connection could be made".into()))?;
        let answer = new.answer(sdp)?;
        self.video = Some(video);
        self.unseat(seat, now, io, |old| old.id != peer);
        let chair = &mut self.chairs[seat.index()];
        chair.told = [false; 2];
        chair.peer = Some(new);
        io.counters.peers.add(1);
        self.run_peer(seat, now, io);
        Ok(answer)
    }

    fn reoffer(&mut self, seat: Seat, sdp: &str, now: Instant, io: &mut Io<'_>) -> Result<String, MediaError> {
        let Some(peer) = &mut self.chairs[seat.index()].peer else {
            return Err(MediaError::OfferRefused("nobody sits here".into()));
        };
        let (ufrag, generation) = (peer.ufrag.clone(), peer.generation);
        let result = peer.answer(sdp);
        if peer.ufrag != ufrag {
            io.retired.push(Retired::Ufrag(ufrag, generation));
        }
        let alive = peer.is_alive();
        if alive {
            self.run_peer(seat, now, io);
        } else {
            self.unseat(seat, now, io, |_| true);
        }
        result
    }

    pub fn peer(&self, seat: Seat) -> Option<&Peer> {
        self.chairs[seat.index()].peer.as_deref()
    }

    /// Ends the connection in a seat; `tell` says whether it is announced.
    pub fn unseat(&mut self, seat: Seat, now: Instant, io: &mut Io<'_>, tell: impl FnOnce(&Peer) -> bool) {
        let Some(mut peer) = self.chairs[seat.index()].peer.take() else {
            return;
        };
        peer.close();
        for _ in 0..64 {
            match peer.poll() {
                Ok(Some(Output::Transmit(t))) => io.out.push(t),
                Ok(Some(Output::Event(_)) | None) => {}
                Ok(Some(Output::Timeout(_))) | Err(_) => break,
            }
        }
        let generation = peer.generation;
        io.counters.peers.sub(1);
        io.retired.push(Retired::Ufrag(std::mem::take(&mut peer.ufrag), generation));
        let addrs = std::mem::take(&mut peer.addrs);
        let addrs = addrs.into_iter().map(|a| Retired::Addr(a, generation));
        io.retired.extend(addrs);
        for kind in [Kind::Audio, Kind::Video] {
            self.finish_recorder(seat, kind, io);
        }
        let chair = &mut self.chairs[seat.index()];
        chair.tracks = [None, None];
        let _ = now;
        if tell(&peer) {
            io.events.push(MediaEvent::PeerGone { room: self.id, peer: peer.id, seat });
        }
    }

    /// Whether a STUN message is meant for this seat's connection.
    pub fn accepts(&self, seat: Seat, generation: u32, input: &Input<'_>) -> bool {
        self.peer(seat).is_some_and(|p| p.generation == generation && p.accepts(input))
    }

    /// Notes that a peer proved itself from an address; whether the address is new.
    pub fn bind(&mut self, seat: Seat, addr: SocketAddr, io: &mut Io<'_>) {
        if let Some(peer) = &mut self.chairs[seat.index()].peer
            && let Some(old) = peer.heard_from(addr)
        {
            io.retired.push(Retired::Addr(old, peer.generation));
        }
    }

    /// One datagram for a seat. False when no such connection sits there any more.
    pub fn receive(&mut self, seat: Seat, generation: u32, receive: Receive<'_>, now: Instant, io: &mut Io<'_>) -> bool {
        let Some(peer) = self.chairs[seat.index()].peer.as_mut().filter(|p| p.generation == generation) else {
            return false;
        };
        if !peer.afford(io.shared.packets_per_second, now) {
            io.counters.throttled.add(1);
            return true;
        }
        peer.last_packet = now;
        if peer.is_down {
            peer.is_down = false;
            let peer = peer.id;
            io.events.push(MediaEvent::PeerBack { room: self.id, peer, seat });
            self.ask_all_keys(now);
        }
        let Some(peer) = &mut self.chairs[seat.index()].peer else {
            return false;
        };
        match peer.receive(now, receive) {
            Ok(()) => self.drain(seat, now, io),
            Err(_) => self.unseat(seat, now, io, |_| true),
        }
        true
    }

    fn run_peer(&mut self, seat: Seat, now: Instant, io: &mut Io<'_>) {
        for _ in 0..STEPS_MAX {
            let Some(peer) = &mut self.chairs[seat.index()].peer else {
                return;
            };
            match peer.timeout(now) {
                Ok(()) => self.drain(seat, now, io),
                Err(_) => self.unseat(seat, now, io, |_| true),
            }
            // str0m lets one queued packet out per step of time, even if time stands still.
            if self.peer(seat).is_none_or(|p| p.next_timeout > now) {
                return;
            }
        }
    }

    fn drain(&mut self, seat: Seat, now: Instant, io: &mut Io<'_>) {
        let Some(mut peer) = self.chairs[seat.index()].peer.take() else {
            return;
        };
        let mut dead = None;
        for _ in 0..DRAIN_MAX {
            match peer.poll() {
                Ok(Some(Output::Timeout(at))) => {
                    peer.next_timeout = at;
                    break;
                }
                Ok(Some(Output::Transmit(t))) => io.out.push(t),
                Ok(Some(Output::Event(event))) => {
                    if let Err(why) = self.on_event(seat, &mut peer, event, now, io) {
                        dead = Some(why);
                        break;
                    }
                }
                Ok(None) => {}
                Err(why) => {
                    dead = Some(why);
                    break;
                }
            }
        }
        if !peer.is_alive() {
            dead = dead.or(Some(Dead::Failed));
        }
        self.chairs[seat.index()].peer = Some(peer);
        if dead.is_some() {
            self.unseat(seat, now, io, |_| true);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "str0m's Event is non-exhaustive and most of it is not ours")]
    fn on_event(&mut self, seat: Seat, peer: &mut Peer, event: Event, now: Instant, io: &mut Io<'_>) -> Result<(), Dead> {
        match event {
            Event::RtpPacket(packet) => self.on_packet(seat, peer, &packet, now, io),
            Event::Connected => {
                peer.up_told = true;
                io.events.push(MediaEvent::PeerUp { room: self.id, peer: peer.id, seat });
                self.ask_all_keys(now);
            }
            Event::MediaAdded(added) => peer.add_media(&added),
            Event::KeyframeRequest(request) => {
                let source = peer.slot_of(request.mid).and_then(|slot| Seat::ALL.into_iter().find(|s| s.slot_for(seat) == Some(slot)));
                if let Some(source) = source.filter(|source| self.routes.passes(*source, seat, Kind::Video)) {
                    self.ask_key(source, now);
                }
            }
            Event::PeerStats(stats) => peer.note_stats(&stats),
            Event::Closed => return Err(Dead::Closed),
            _ => {}
        }
        Ok(())
    }

    /// Moves forwarded packets out: every peer that was written to gets its time and is drained.
    pub fn flush(&mut self, now: Instant, io: &mut Io<'_>) {
        for seat in Seat::ALL {
            if self.peer(seat).is_some_and(|p| p.dirty) {
                self.run_peer(seat, now, io);
            }
        }
    }

    /// When this room wants to be woken.
    pub fn next_due(&self) -> Instant {
        self.chairs.iter().filter_map(|c| c.peer.as_ref()).map(|p| p.next_timeout).fold(self.tick_at, Instant::min)
    }

    /// Does whatever is due.
    pub fn run_due(&mut self, now: Instant, io: &mut Io<'_>) {
        if now >= self.tick_at {
            self.tick_at = now + TICK;
            self.tick(now, io);
        }
        for seat in Seat::ALL {
            if self.peer(seat).is_some_and(|p| p.next_timeout <= now) {
                self.run_peer(seat, now, io);
                if let Some(peer) = &mut self.chairs[seat.index()].peer {
                    // A deadline that stays due must not spin the loop.
                    peer.next_timeout = peer.next_timeout.max(now + Duration::from_micros(500));
                }
            }
        }
    }

    fn tick(&mut self, now: Instant, io: &mut Io<'_>) {
        for seat in Seat::ALL {
            self.tick_peer(seat, now, io);
            for kind in [Kind::Audio, Kind::Video] {
                self.tick_track(seat, kind, now, io);
            }
            self.retry_key(seat, now);
        }
        if now >= self.quality_at {
            let span = QUALITY_EVERY + now.saturating_duration_since(self.quality_at);
            self.quality_at = now + QUALITY_EVERY;
            for seat in Seat::ALL {
                self.tell_quality(seat, span, io);
            }
        }
    }

    fn tick_peer(&mut self, seat: Seat, now: Instant, io: &mut Io<'_>) {
        let (room, times) = (self.id, self.times);
        let Some(peer) = &mut self.chairs[seat.index()].peer else {
            return;
        };
        let silent = now.saturating_duration_since(peer.last_packet);
        if silent >= times.gone_after {
            self.unseat(seat, now, io, |_| true);
        } else if silent >= times.down_after && peer.up_told && !peer.is_down {
            peer.is_down = true;
            let peer = peer.id;
            io.events.push(MediaEvent::PeerDown { room, peer, seat });
        }
    }

    fn tick_track(&mut self, seat: Seat, kind: Kind, now: Instant, io: &mut Io<'_>) {
        let room = self.id;
        let now_us = self.wall_us(now);
        let chair = &mut self.chairs[seat.index()];
        let Some(track) = &mut chair.tracks[kind.index()] else {
            return;
        };
        if track.stalls(now) {
            io.events.push(MediaEvent::TrackStalled { room, seat, kind });
        }
        let lost = track.lost(now);
        if let Some((packets, since)) = lost {
            if kind == Kind::Video {
                self.ask_key(seat, now);
            }
            let from_us = self.wall_us(since);
            if let Some(recorder) = &mut self.chairs[seat.index()].recorders[kind.index()] {
                recorder.lost(from_us, now_us, packets, GapWhy::Network);
            }
        }
        if let Some(recorder) = &mut self.chairs[seat.index()].recorders[kind.index()] {
            let result = recorder.tick(now_us, io.segments);
            self.after_hand_over(result, io);
        }
    }

    fn tell_quality(&mut self, seat: Seat, span: Duration, io: &mut Io<'_>) {
        let chair = &mut self.chairs[seat.index()];
        let Some(peer) = &mut chair.peer else { return };
        if !peer.up_told {
            return;
        }
        let (mut received, mut holes) = (0u32, 0u32);
        for track in chair.tracks.iter_mut().flatten() {
            let (r, h) = track.counts();
            received += r;
            holes = holes.saturating_add(h);
        }
        let all = received.saturating_add(holes).max(1);
        let bits = std::mem::take(&mut peer.bytes).saturating_mul(8);
        let millis = u64::try_from(span.as_millis()).unwrap_or(1).max(1);
        let size = chair.tracks[Kind::Video.index()].as_ref().and_then(|t| t.size);
        let figures = peer.figures;
        let quality = Quality {
            rtt_ms: figures.rtt.map(|rtt| u32::try_from(rtt.as_millis()).unwrap_or(u32::MAX)),
            up_kbps: u32::try_from(bits / millis).unwrap_or(u32::MAX),
            up_loss: (f64::from(holes) / f64::from(all)) as f32,
            down_kbps_estimate: figures.path.kbps(),
            down_loss: figures.down_loss,
            width: size.map(|s| s.0),
            height: size.map(|s| s.1),
        };
        io.events.push(MediaEvent::Quality { room: self.id, seat, quality });
    }

    /// Starts or stops forwarding.
    pub fn set_forwarding(&mut self, on: bool, now: Instant) {
        if self.forwarding == on {
            return;
        }
        self.forwarding = on;
        for chair in &mut self.chairs {
            if let Some(peer) = &mut chair.peer {
                peer.interrupt_down();
            }
        }
        if on {
            self.ask_all_keys(now);
        }
    }

    /// Changes who gets whose media; a track that is cut off goes on without a hole when it is let through again.
    pub fn set_routes(&mut self, routes: Routes, now: Instant, io: &mut Io<'_>) {
        let was = std::mem::replace(&mut self.routes, routes);
        for source in Seat::ALL {
            for kind in [Kind::Audio, Kind::Video] {
                for viewer in Seat::ALL {
                    let (passed, passes) = (was.passes(source, viewer, kind), routes.passes(source, viewer, kind));
                    if passed && !passes {
                        self.interrupt_one(source, viewer, kind);
                    } else if passes && !passed && kind == Kind::Video {
                        self.ask_key(source, now);
                    }
                }
                if was.keeps(source, kind) && !routes.keeps(source, kind) {
                    self.finish_recorder(source, kind, io);
                }
            }
        }
    }

    fn interrupt_one(&mut self, source: Seat, viewer: Seat, kind: Kind) {
        let Some(slot) = source.slot_for(viewer) else { return };
        let peer = self.chairs[viewer.index()].peer.as_mut();
        if let Some(down) = peer.and_then(|p| p.down[slot][kind.index()].as_mut()) {
            down.rewriter.interrupt();
        }
    }

    /// Starts or stops recording; stopping hands every open segment over.
    pub fn set_recording(&mut self, on: bool, now: Instant, io: &mut Io<'_>) {
        if self.recording == on {
            return;
        }
        self.recording = on;
        if on {
            self.failing = false;
            self.ask_all_keys(now);
            return;
        }
        for seat in Seat::ALL {
            for kind in [Kind::Audio, Kind::Video] {
                self.finish_recorder(seat, kind, io);
            }
        }
        io.events.push(MediaEvent::RecordingStopped { room: self.id });
    }

    fn finish_recorder(&mut self, seat: Seat, kind: Kind, io: &mut Io<'_>) {
        if let Some(recorder) = &mut self.chairs[seat.index()].recorders[kind.index()] {
            let result = recorder.finish(io.segments);
            self.after_hand_over(result, io);
        }
    }

    /// Counts a hand-over and tells of the first loss in a row.
    pub fn after_hand_over(&mut self, result: HandOver, io: &mut Io<'_>) {
        match result {
            HandOver::Nothing => {}
            HandOver::Done => {
                io.counters.segments.add(1);
                self.failing = false;
            }
            HandOver::Lost(reason) => {
                io.counters.segments_lost.add(1);
                if !self.failing {
                    let room = self.id;
                    io.events.push(MediaEvent::RecordingFailed { room, reason });
                }
                self.failing = true;
            }
        }
    }

    /// Ends everything in the room.
    pub fn close(&mut self, now: Instant, io: &mut Io<'_>) {
        self.set_recording(false, now, io);
        for seat in Seat::ALL {
            self.unseat(seat, now, io, |_| true);
        }
        io.events.push(MediaEvent::RoomClosed { room: self.id });
    }
}
