//! What is known of one seat's incoming track: its source, losses, stalls, size and clock. It must not know str0m or viewers.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::codec::Start;
use crate::forward::SourceKey;
use crate::segment::Codec;

/// Silence after which a track that flowed counts as stalled.
const STALL: Duration = Duration::from_secs(2);
/// How long a retransmission may take before a packet counts as lost.
const GIVE_UP: Duration = Duration::from_millis(800);
/// Missing packets watched at a time; a longer hole is a break, not a loss.
const MISSING_MAX: usize = 512;
/// How often a change of size is told at most.
const SIZE_EVERY: Duration = Duration::from_millis(200);
/// How often a source is asked for a key frame at most.
pub(crate) const KEY_EVERY: Duration = Duration::from_millis(500);

/// One seat's audio or video as it comes in.
#[derive(Debug)]
pub(crate) struct UpTrack {
    pub key: SourceKey,
    pub codec: Codec,
    pub size: Option<(u16, u16)>,
    size_at: Option<Instant>,
    pub stalled: bool,
    last_packet: Instant,
    highest: u64,
    missing: VecDeque<(u64, Instant)>,
    received: u32,
    holes: u32,
    clock: Option<(u32, Instant)>,
}

/// What a packet changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub back: bool,
    pub size: Option<(u16, u16)>,
}

impl UpTrack {
    pub fn new(key: SourceKey, codec: Codec, seq: u64, now: Instant) -> UpTrack {
        UpTrack {
            key,
            codec,
            size: None,
            size_at: None,
            stalled: false,
            last_packet: now,
            highest: seq.wrapping_sub(1),
            missing: VecDeque::new(),
            received: 0,
            holes: 0,
            clock: None,
        }
    }

    /// A new SSRC or connection behind the same seat.
    pub fn change_source(&mut self, key: SourceKey, seq: u64) {
        self.key = key;
        self.highest = seq.wrapping_sub(1);
        self.missing.clear();
        self.clock = None;
    }

    /// Notes a packet.
    pub fn take(&mut self, seq: u64, start: Start, now: Instant) -> Change {
        let mut change = Change { back: self.stalled, size: None };
        self.stalled = false;
        self.last_packet = now;
        self.received += 1;
        if seq > self.highest {
            let hole = seq - self.highest - 1;
            if hole > 0 {
                self.note_hole(seq, hole, now);
            }
            self.highest = seq;
        } else if let Ok(at) = self.missing.binary_search_by_key(&seq, |(s, _)| *s) {
            self.missing.remove(at);
        }
        if let Start::Key(Some(size)) = start
            && self.size != Some(size)
            && self.size_at.is_none_or(|at| now.saturating_duration_since(at) >= SIZE_EVERY)
        {
            self.size_at = Some(now);
            self.size = Some(size);
            change.size = Some(size);
        }
        change
    }

    fn note_hole(&mut self, seq: u64, hole: u64, now: Instant) {
        let watched = hole.min(MISSING_MAX as u64);
        self.holes = self.holes.saturating_add(u32::try_from(hole).unwrap_or(u32::MAX));
        for s in seq - watched..seq {
            if self.missing.len() >= MISSING_MAX {
                self.missing.pop_front();
            }
            self.missing.push_back((s, now));
        }
    }

    /// Packets whose retransmission did not come, and since when.
    pub fn lost(&mut self, now: Instant) -> Option<(u32, Instant)> {
        let mut lost = None;
        while let Some((_, at)) = self.missing.front().copied() {
            if now.saturating_duration_since(at) < GIVE_UP {
                break;
            }
            self.missing.pop_front();
            let (count, since) = lost.unwrap_or((0, at));
            lost = Some((count + 1, since));
        }
        lost
    }

    /// Turns to stalled once, when it is.
    pub fn stalls(&mut self, now: Instant) -> bool {
        let silent = now.saturating_duration_since(self.last_packet) >= STALL;
        let newly = silent && !self.stalled;
        self.stalled |= silent;
        newly
    }

    /// Whether packets came lately, so that asking for a key frame makes sense.
    pub fn flows(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.last_packet) < Duration::from_secs(1)
    }

    /// Packets received and found missing at first, since the last call.
    pub fn counts(&mut self) -> (u32, u32) {
        (std::mem::take(&mut self.received), std::mem::take(&mut self.holes))
    }

    /// When the packet would have come over the quickest path seen: a steady clock for sender
    /// reports, so that jitter and retransmissions do not shake the viewer's lip sync.
    pub fn steady_time(&mut self, time: u32, now: Instant) -> Instant {
        let clock = i64::from(self.codec.clock_rate());
        let Some((base_time, base)) = self.clock else {
            self.clock = Some((time, now));
            return now;
        };
        // Wrapping difference as a signed step on the RTP clock.
        let ticks = i64::from(time.wrapping_sub(base_time) as i32);
        let step = Duration::from_micros(ticks.unsigned_abs() * 1_000_000 / clock.unsigned_abs());
        let expected = if ticks >= 0 { base.checked_add(step) } else { base.checked_sub(step) };
        let Some(expected) = expected else {
            self.clock = Some((time, now));
            return now;
        };
        let late = now.saturating_duration_since(expected);
        if now <= expected || late > Duration::from_secs(1) {
            self.clock = Some((time, now));
            return now;
        }
        if ticks > clock {
            // Move along slowly, so that drifting clocks are followed.
            self.clock = Some((time, expected + late / 256));
        }
        expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(now: Instant) -> UpTrack {
        let key = SourceKey { generation: 1, ssrc: 1 };
        UpTrack::new(key, Codec::Vp8, 10, now)
    }

    #[test]
    fn a_hole_that_is_filled_in_time_is_no_loss() {
        let t0 = Instant::now();
        let mut t = track(t0);
        for seq in [10, 13, 11] {
            t.take(seq, Start::Other, t0);
        }
        assert_eq!(t.lost(t0 + GIVE_UP), Some((1, t0)));
        assert_eq!(t.lost(t0 + GIVE_UP), None);
        assert_eq!(t.counts(), (3, 2));
    }

    #[test]
    fn silence_stalls_once_and_a_packet_brings_it_back() {
        let t0 = Instant::now();
        let mut t = track(t0);
        t.take(10, Start::Other, t0);
        assert!(!t.stalls(t0 + STALL / 2));
        assert!(t.stalls(t0 + STALL));
        assert!(!t.stalls(t0 + STALL * 2));
        assert!(t.take(11, Start::Other, t0 + STALL * 2).back);
    }

    #[test]
    fn a_size_that_flickers_is_told_a_few_times_only() {
        let t0 = Instant::now();
        let mut t = track(t0);
        let sizes = [(640, 480), (480, 640)];
        let told = (0..1000u64).filter(|i| {
            let start = Start::Key(Some(sizes[*i as usize % 2]));
            t.take(10 + i, start, t0 + Duration::from_millis(*i)).size.is_some()
        });
        assert!((2..=6).contains(&told.count()));
    }

    #[test]
    fn jitter_does_not_reach_the_steady_clock() {
        let t0 = Instant::now();
        let mut t = track(t0);
        t.steady_time(0, t0);
        let at = |ms| t0 + Duration::from_millis(ms);
        assert_eq!(t.steady_time(9000, at(160)), at(100));
        assert_eq!(t.steady_time(18_000, at(200)), at(200));
        assert_eq!(t.steady_time(27_000, at(290)), at(290), "a quicker path");
        assert_eq!(t.steady_time(36_000, at(500)), at(390));
    }
}
