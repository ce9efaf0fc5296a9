//! The packet path of a room: from one seat's track to the recorder and to every viewer. It must not know sockets.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use str0m::rtp::RtpPacket;

use crate::codec::{Start, video_start};
use crate::forward::{Incoming, SourceKey};
use crate::handle::{MediaEvent, Seat};
use crate::peer::{Forwarded, Peer};
use crate::recorder::{Taken, TrackRecorder};
use crate::room::{Io, Room};
use crate::segment::{Codec, Kind, SenderReport};
use crate::track::{KEY_EVERY, UpTrack};

/// Whether a seat's video owes somebody a key frame.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Want {
    wanted: bool,
    asked: Option<Instant>,
    /// When the newest key frame came.
    came: Option<Instant>,
}

/// While it is recorded, a picture is a key frame at least this often: a viewer who jumps waits for what lies between, and what
/// a loss breaks is whole again. A browser sends them only when asked.
const KEY_WHILE_RECORDED: Duration = Duration::from_secs(10);

impl Room {
    /// One packet of `seat`, whose peer is held by the caller.
    pub(crate) fn on_packet(&mut self, seat: Seat, peer: &mut Peer, packet: &RtpPacket, now: Instant, io: &mut Io<'_>) {
        let Some(kind) = peer.kind_of(packet.header.ssrc) else {
            return;
        };
        let codec = match kind {
            Kind::Audio => Codec::Opus,
            Kind::Video => self.video.unwrap_or(Codec::Vp8),
        };
        let start = match kind {
            Kind::Audio => Start::Other,
            Kind::Video => video_start(codec, &packet.payload),
        };
        io.counters.packets_in.add(1);
        peer.bytes += packet.payload.len() as u64;
        let incoming = Incoming {
            key: SourceKey { generation: peer.generation, ssrc: *packet.header.ssrc },
            seq: *packet.seq_no,
            time: packet.header.timestamp,
            start,
            codec,
            payload: &packet.payload,
        };
        let wallclock = self.note(seat, kind, &incoming, now, io);
        if kind == Kind::Video && self.chairs[seat.index()].want.wanted {
            self.serve_key(seat, peer, &incoming, now);
        }
        if self.recording && self.routes.keeps(seat, kind) {
            self.record(seat, kind, peer, packet, &incoming, io);
        }
        if self.forwarding {
            self.forward(seat, kind, packet, &incoming, wallclock, now, io);
        }
    }

    /// Keeps the track's books; returns the packet's steady time.
    fn note(&mut self, seat: Seat, kind: Kind, incoming: &Incoming<'_>, now: Instant, io: &mut Io<'_>) -> Instant {
        let room = self.id;
        let chair = &mut self.chairs[seat.index()];
        if !chair.told[kind.index()] {
            chair.told[kind.index()] = true;
            io.events.push(MediaEvent::FirstMedia { room, seat, kind });
        }
        let track = chair.tracks[kind.index()].get_or_insert_with(|| UpTrack::new(incoming.key, incoming.codec, incoming.seq, now));
        if track.key != incoming.key {
            track.change_source(incoming.key, incoming.seq);
        }
        let change = track.take(incoming.seq, incoming.start, now);
        if change.back {
            io.events.push(MediaEvent::TrackBack { room, seat, kind });
        }
        if let Some((width, height)) = change.size {
            io.events.push(MediaEvent::PictureChanged { room, seat, width, height });
        }
        track.steady_time(incoming.time, now)
    }

    fn record(&mut self, seat: Seat, kind: Kind, peer: &Peer, packet: &RtpPacket, incoming: &Incoming<'_>, io: &mut Io<'_>) {
        let arrival_us = self.wall_us(packet.timestamp);
        let (room, limits) = (self.id, self.times.limits);
        let recorder = self.chairs[seat.index()].recorders[kind.index()].get_or_insert_with(|| TrackRecorder::new(room, seat, limits));
        let report = packet.last_sender_info.and_then(|info| {
            Some(SenderReport {
                ntp_us: micros(info.ntp_time)?,
                // RTP time is modular; the low half is what the header carries.
                rtp: (info.rtp_time.numer() & 0xffff_ffff) as u32,
            })
        });
        let size = match incoming.start {
            Start::Key(size) => size,
            Start::Other => None,
        };
        let result = recorder.push(
            &Taken {
                peer: peer.id,
                ssrc: incoming.key.ssrc,
                codec: incoming.codec,
                seq: incoming.seq,
                time: incoming.time,
                marker: packet.header.marker,
                arrival_us,
                size,
                report,
                payload: incoming.payload,
            },
            io.segments,
        );
        self.after_hand_over(result, io);
    }

    #[expect(clippy::too_many_arguments, reason = "the packet's parts are borrowed separately to avoid copies")]
    fn forward(
        &mut self,
        seat: Seat,
        kind: Kind,
        packet: &RtpPacket,
        incoming: &Incoming<'_>,
        wallclock: Instant,
        now: Instant,
        io: &Io<'_>,
    ) {
        let mut waits = false;
        for viewer in Seat::ALL {
            let Some(slot) = seat.slot_for(viewer).filter(|_| self.routes.passes(seat, viewer, kind)) else {
                continue;
            };
            let Some(peer) = &mut self.chairs[viewer.index()].peer else {
                continue;
            };
            if !peer.is_connected() {
                continue;
            }
            match peer.forward(slot, kind, incoming, packet, wallclock, now) {
                Forwarded::Sent => io.counters.packets_forwarded.add(1),
                Forwarded::WaitsForKey => waits = true,
                Forwarded::Dropped | Forwarded::NoTrack => {}
            }
        }
        if waits {
            self.ask_key(seat, now);
        }
    }

    /// Notes that somebody needs a key frame of a seat, and asks when it is time.
    pub(crate) fn ask_key(&mut self, seat: Seat, now: Instant) {
        self.chairs[seat.index()].want.wanted = true;
        self.retry_key(seat, now);
    }

    pub(crate) fn ask_all_keys(&mut self, now: Instant) {
        for seat in Seat::ALL {
            if self.chairs[seat.index()].tracks[Kind::Video.index()].is_some() {
                self.ask_key(seat, now);
            }
        }
    }

    pub(crate) fn retry_key(&mut self, seat: Seat, now: Instant) {
        let recorded = self.recording;
        let chair = &mut self.chairs[seat.index()];
        if recorded && chair.want.came.is_some_and(|at| now.saturating_duration_since(at) >= KEY_WHILE_RECORDED) {
            chair.want.wanted = true;
        }
        let Some(peer) = &mut chair.peer else { return };
        let Some(track) = &chair.tracks[Kind::Video.index()] else {
            return;
        };
        if due(&chair.want, track, now) && peer.request_keyframe(track.key.ssrc) {
            chair.want.asked = Some(now);
        }
    }

    /// As [`Room::retry_key`], while the sender's peer is held outside; also notes the key frame's arrival.
    fn serve_key(&mut self, seat: Seat, peer: &mut Peer, incoming: &Incoming<'_>, now: Instant) {
        let chair = &mut self.chairs[seat.index()];
        if matches!(incoming.start, Start::Key(_)) {
            chair.want.wanted = false;
            chair.want.came = Some(now);
            return;
        }
        let Some(track) = &chair.tracks[Kind::Video.index()] else {
            return;
        };
        if due(&chair.want, track, now) && peer.request_keyframe(incoming.key.ssrc) {
            chair.want.asked = Some(now);
        }
    }
}

fn due(want: &Want, track: &UpTrack, now: Instant) -> bool {
    let rested = want.asked.is_none_or(|at| now.saturating_duration_since(at) >= KEY_EVERY);
    want.wanted && rested && track.flows(now)
}

fn micros(time: SystemTime) -> Option<i64> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_micros()).ok()
}
