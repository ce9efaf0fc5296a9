//! Collects one track's packets into segments and hands them over without ever waiting. It must not know str0m or files.

use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::Duration;

use crate::handle::{PeerId, RoomId, Seat};
use crate::segment::{
    Codec, Gap, GapWhy, HEAD_LEN, Pieces, RECORD_LEN, SENDER_REPORTS_MAX, Segment, SegmentHead, SenderReport, append_record,
};

/// One received packet with all that a record keeps of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken<'a> {
    pub peer: PeerId,
    pub ssrc: u32,
    pub codec: Codec,
    pub seq: u64,
    pub time: u32,
    pub marker: bool,
    pub arrival_us: i64,
    /// Set on the first packet of a key frame that tells its size.
    pub size: Option<(u16, u16)>,
    pub report: Option<SenderReport>,
    pub payload: &'a [u8],
}

/// Limits of one segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SegmentLimits {
    pub span: Duration,
    pub bytes: usize,
}

/// What became of a hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandOver {
    Nothing,
    Done,
    Lost(&'static str),
}

/// A run lasts at least this long; a quicker change of size stays in its run, where the export finds it.
const RUN_LEAST_US: i64 = 200_000;
/// 2^64 divided by the golden ratio: neighbouring rooms get spans that begin far apart.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

#[derive(Debug)]
struct Open {
    head: SegmentHead,
    bytes: Pieces,
}

/// Recorder of one seat's track over all its connections in a room.
#[derive(Debug)]
pub(crate) struct TrackRecorder {
    room: RoomId,
    seat: Seat,
    limits: SegmentLimits,
    open: Option<Open>,
    next_run: u32,
    run: Option<Run>,
    gap: Option<Gap>,
    last_report: Option<SenderReport>,
    last_len: usize,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    peer: PeerId,
    ssrc: u32,
    codec: Codec,
    size: Option<(u16, u16)>,
    number: u32,
    next_index: u32,
    started_us: i64,
}

impl TrackRecorder {
    pub fn new(room: RoomId, seat: Seat, limits: SegmentLimits) -> TrackRecorder {
        TrackRecorder { room, seat, limits, open: None, next_run: 0, run: None, gap: None, last_report: None, last_len: 16 * 1024 }
    }

    /// Adds a packet; hands the segment before it over when it is full, old, or of another run.
    pub fn push(&mut self, p: &Taken<'_>, sink: &SyncSender<Segment>) -> HandOver {
        let mut result = HandOver::Nothing;
        let source = self.run.as_ref().map(|run| {
            let same = run.peer == p.peer && run.ssrc == p.ssrc && run.codec == p.codec;
            let young = p.arrival_us.saturating_sub(run.started_us) < RUN_LEAST_US;
            (same, young, run.size)
        });
        let same = match source {
            // Whoever changes source with every packet must not fill the queue of everybody.
            Some((false, true, _)) => {
                self.lost(p.arrival_us, p.arrival_us, 1, GapWhy::Network);
                return HandOver::Nothing;
            }
            None | Some((false, false, _)) => false,
            Some((true, young, size)) => young || size.is_none() || p.size.is_none() || size == p.size,
        };
        let full = self
            .open
            .as_ref()
            .is_some_and(|open| self.is_old(open, p.arrival_us) || open.bytes.len() + RECORD_LEN + p.payload.len() > self.limits.bytes);
        if !same || full {
            result = self.hand_over(sink);
        }
        if !same {
            self.run = Some(Run {
                peer: p.peer,
                ssrc: p.ssrc,
                codec: p.codec,
                size: p.size,
                number: self.next_run,
                next_index: 0,
                started_us: p.arrival_us,
            });
            self.next_run = self.next_run.wrapping_add(1);
            self.last_report = None;
        }
        self.append(p);
        result
    }

    fn append(&mut self, p: &Taken<'_>) {
        let Some(run) = &mut self.run else { return };
        run.size = run.size.or(p.size);
        let (room, seat, capacity) = (self.room, self.seat, self.last_len);
        let last_report = self.last_report;
        let open = self.open.get_or_insert_with(|| {
            let index = run.next_index;
            run.next_index = run.next_index.wrapping_add(1);
            Open {
                head: SegmentHead {
                    room,
                    peer: run.peer,
                    seat,
                    kind: run.codec.kind(),
                    codec: run.codec,
                    clock_rate: run.codec.clock_rate(),
                    ssrc: run.ssrc,
                    run: run.number,
                    index,
                    started_us: p.arrival_us,
                    ended_us: p.arrival_us,
                    size: run.size,
                    packets: 0,
                    gap: None,
                    // Each segment maps RTP to the sender's clock by itself.
                    sender_reports: last_report.into_iter().collect(),
                    base_seq: p.seq,
                },
                bytes: Pieces::begin(HEAD_LEN, capacity + capacity / 16),
            }
        });
        open.head.size = open.head.size.or(run.size);
        open.head.ended_us = open.head.ended_us.max(p.arrival_us);
        open.head.packets += 1;
        if p.report.is_some() && p.report != self.last_report {
            self.last_report = p.report;
            if open.head.sender_reports.len() < SENDER_REPORTS_MAX {
                open.head.sender_reports.extend(p.report);
            }
        }
        // Within a segment both differences are small; the casts cut nothing.
        let seq_rel = p.seq.wrapping_sub(open.head.base_seq) as i32;
        let arrival = u32::try_from(p.arrival_us - open.head.started_us).unwrap_or(0);
        append_record(open.bytes.room_for(RECORD_LEN + p.payload.len()), seq_rel, p.time, p.marker, arrival, p.payload);
    }

    /// Time is cut into spans, and a segment ends with its span: all tracks of a room hand over together, so that whoever
    /// makes them durable does it once for all. Rooms have spans of their own, or every room would do it at once.
    fn is_old(&self, open: &Open, now_us: i64) -> bool {
        let span = i64::try_from(self.limits.span.as_micros()).unwrap_or(i64::MAX).max(1);
        // The low half of a room's name is the random one; nothing is lost by cutting the rest.
        let share = u128::from((self.room.0 as u64).wrapping_mul(SPREAD));
        let shift = i64::try_from((share * u128::from(span.unsigned_abs())) >> 64).unwrap_or(0);
        let slot = |us: i64| us.wrapping_add(shift).div_euclid(span);
        slot(now_us) > slot(open.head.started_us)
    }

    /// Notes packets that will never come.
    pub fn lost(&mut self, from_us: i64, to_us: i64, packets: u32, why: GapWhy) {
        let gap = self.gap.get_or_insert(Gap { from_us, to_us, packets: 0, why });
        gap.from_us = gap.from_us.min(from_us);
        gap.to_us = gap.to_us.max(to_us);
        gap.packets = gap.packets.saturating_add(packets);
        if why == GapWhy::Consumer {
            gap.why = why;
        }
    }

    /// Hands over a segment whose time is up although nothing arrives.
    pub fn tick(&mut self, now_us: i64, sink: &SyncSender<Segment>) -> HandOver {
        match &self.open {
            Some(open) if self.is_old(open, now_us) => self.hand_over(sink),
            Some(_) | None => HandOver::Nothing,
        }
    }

    /// Ends the run and hands the open segment over.
    pub fn finish(&mut self, sink: &SyncSender<Segment>) -> HandOver {
        let result = self.hand_over(sink);
        self.run = None;
        result
    }

    fn hand_over(&mut self, sink: &SyncSender<Segment>) -> HandOver {
        let Some(Open { mut head, mut bytes }) = self.open.take() else {
            return HandOver::Nothing;
        };
        head.gap = self.gap.take();
        head.write(bytes.first_mut());
        self.last_len = bytes.len();
        let (gap, started, ended, packets) = (head.gap, head.started_us, head.ended_us, head.packets);
        let (why, reason) = match sink.try_send(Segment { head, bytes }) {
            Ok(()) => return HandOver::Done,
            Err(TrySendError::Full(_)) => (GapWhy::Consumer, "segment queue is full"),
            Err(TrySendError::Disconnected(_)) => (GapWhy::Consumer, "segment consumer is gone"),
        };
        self.gap = gap;
        self.lost(started, ended, packets, why);
        HandOver::Lost(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::{Decoded, decode};
    use std::sync::mpsc::sync_channel;

    fn recorder() -> TrackRecorder {
        let limits = SegmentLimits { span: Duration::from_secs(2), bytes: 4096 };
        TrackRecorder::new(RoomId(1), Seat::Customer, limits)
    }

    fn packet(seq: u64, ms: i64) -> Taken<'static> {
        Taken {
            peer: PeerId(1),
            ssrc: 1,
            codec: Codec::Vp8,
            seq,
            time: 0,
            marker: false,
            arrival_us: ms * 1000,
            size: None,
            report: None,
            payload: b"payload",
        }
    }

    #[test]
    fn a_segment_lasts_at_most_its_span_and_the_next_a_whole_one() {
        let (tx, rx) = sync_channel(64);
        let mut r = recorder();
        for i in 0..100 {
            r.push(&packet(i, i as i64 * 100), &tx);
        }
        let segments: Vec<_> = rx.try_iter().collect();
        let spans: Vec<_> = segments.iter().map(|s| s.head.ended_us - s.head.started_us).collect();
        assert!(spans.iter().all(|span| *span < 2_000_000), "{spans:?}");
        assert!(spans[1..].iter().all(|span| *span == 1_900_000), "{spans:?}");
        let Decoded { head, packets } = decode(segments[1].bytes.whole()).unwrap();
        assert_eq!((head.run, head.index, packets.len()), (0, 1, 20));
        let (tick, silent) = (9_900_000, 9_900_000 + 2_000_000);
        assert_eq!(r.tick(tick, &tx), HandOver::Nothing);
        assert_eq!(r.tick(silent, &tx), HandOver::Done, "although nothing arrives");
    }

    #[test]
    fn tracks_of_a_room_are_cut_together_and_rooms_apart() {
        let cut = |room: u128, from_ms: i64| {
            let limits = SegmentLimits { span: Duration::from_secs(1), bytes: 1 << 20 };
            let mut r = TrackRecorder::new(RoomId(room), Seat::Customer, limits);
            let (tx, rx) = sync_channel(8);
            for i in 0..1100 {
                r.push(&packet(i, from_ms + i as i64), &tx);
            }
            rx.try_recv().unwrap().head.ended_us
        };
        let first = cut(7, 0);
        assert_eq!((cut(7, 13) - first) % 1_000_000, 0, "whenever it began");
        let moments: std::collections::BTreeSet<i64> = (0..30).map(|room| cut(room, 0) / 10_000).collect();
        assert!(moments.len() > 25, "{} moments for 30 rooms", moments.len());
    }

    #[test]
    fn a_new_size_source_or_start_opens_a_new_run() {
        let (tx, rx) = sync_channel(8);
        let mut r = recorder();
        let sized = |seq, size| Taken { size: Some(size), ..packet(seq, seq as i64 * 210) };
        let of_second = |seq| Taken { ssrc: 2, ..packet(seq, seq as i64 * 210) };
        r.push(&packet(0, 0), &tx);
        r.push(&sized(1, (640, 480)), &tx);
        r.push(&sized(2, (640, 480)), &tx);
        r.push(&sized(3, (480, 640)), &tx);
        r.push(&of_second(4), &tx);
        r.finish(&tx);
        r.push(&of_second(5), &tx);
        r.finish(&tx);
        let runs: Vec<_> = rx.try_iter().map(|s| (s.head.run, s.head.size, s.head.packets)).collect();
        let expected = [(0, Some((640, 480)), 3), (1, Some((480, 640)), 1), (2, None, 1), (3, None, 1)];
        assert_eq!(runs, expected);
    }

    #[test]
    fn a_source_that_changes_with_every_packet_does_not_flood_the_queue() {
        let (tx, rx) = sync_channel(4096);
        let mut r = recorder();
        for i in 0..1000 {
            let ssrc = i as u32;
            r.push(&Taken { ssrc, ..packet(i, i as i64) }, &tx);
        }
        r.finish(&tx);
        let segments: Vec<_> = rx.try_iter().collect();
        assert!(segments.len() <= 6, "{} segments in a second", segments.len());
        assert!(segments.iter().any(|s| s.head.gap.is_some()), "what was left out is told");
    }

    #[test]
    fn a_full_queue_becomes_a_gap_in_the_next_segment() {
        let (tx, rx) = sync_channel(1);
        let mut r = recorder();
        r.push(&packet(0, 0), &tx);
        assert_eq!(r.push(&packet(1, 2000), &tx), HandOver::Done);
        assert!(matches!(r.push(&packet(2, 4000), &tx), HandOver::Lost(_)));
        drop(rx.try_recv());
        assert_eq!(r.push(&packet(3, 6000), &tx), HandOver::Done);
        let gap = rx.try_recv().unwrap().head.gap.unwrap();
        assert_eq!((gap.from_us, gap.packets, gap.why), (2_000_000, 1, GapWhy::Consumer));
    }

    #[test]
    fn a_segment_stays_under_its_size() {
        let (tx, rx) = sync_channel(64);
        let mut r = recorder();
        let payload = [0u8; 1000];
        for i in 0..20 {
            r.push(&Taken { payload: &payload, ..packet(i, 0) }, &tx);
        }
        r.finish(&tx);
        let sizes: Vec<_> = rx.try_iter().map(|s| s.bytes.len()).collect();
        assert!(sizes.len() >= 5 && sizes.iter().all(|s| *s <= 4096), "{sizes:?}");
    }
}
