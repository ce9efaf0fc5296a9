//! Rewrites one seat's packets into one unbroken RTP stream per viewer, whatever the source does. It must not know str0m.

use std::time::{Duration, Instant};

use crate::codec::{Start, Vp8Descriptor};
use crate::segment::{Codec, Kind};

/// Which incoming stream a packet belongs to: the connection's generation and its SSRC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SourceKey {
    pub generation: u32,
    pub ssrc: u32,
}

/// One incoming packet, as the rewriter sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Incoming<'a> {
    pub key: SourceKey,
    pub seq: u64,
    pub time: u32,
    pub start: Start,
    pub codec: Codec,
    pub payload: &'a [u8],
}

/// What goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub seq: u64,
    pub time: u32,
    /// New VP8 picture id and TL0PICIDX, when they differ from the payload's.
    pub vp8: Option<Vp8Ids>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vp8Ids {
    pub picture_id: Option<u16>,
    pub tl0_pic_idx: Option<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Source {
    key: SourceKey,
    first_seq: u64,
    seq_offset: u64,
    time_offset: u32,
    picture_offset: u16,
    tl0_offset: u8,
}

/// How long stray packets of the source before are told from a source that returned.
const STRAY: Duration = Duration::from_secs(1);

/// Keeps sequence, time and VP8 picture ids of one outgoing stream monotonic over changes of source.
#[derive(Debug)]
pub(crate) struct Rewriter {
    kind: Kind,
    source: Option<Source>,
    left: Option<(SourceKey, Instant)>,
    last_seq: u64,
    last_time: u32,
    last_at: Option<Instant>,
    last_picture: u16,
    last_tl0: u8,
    waiting: bool,
}

impl Rewriter {
    /// `first_seq` should be small: a receiver starts with a rollover count of zero.
    pub fn new(kind: Kind, first_seq: u16) -> Rewriter {
        Rewriter {
            kind,
            source: None,
            left: None,
            last_seq: u64::from(first_seq & 0x3fff),
            last_time: 0,
            last_at: None,
            last_picture: 0,
            last_tl0: 0,
            waiting: true,
        }
    }

    /// Whether video waits for a key frame.
    pub fn wants_key(&self) -> bool {
        self.waiting && self.kind == Kind::Video
    }

    /// Packets will not be seen for a while; what follows is joined without a hole.
    pub fn interrupt(&mut self) {
        self.waiting = true;
    }

    /// Maps one packet; `None` drops it.
    pub fn map(&mut self, p: &Incoming<'_>, now: Instant) -> Option<Outgoing> {
        let known = self.source.as_ref().is_some_and(|s| s.key == p.key);
        if !known || self.waiting {
            if self.kind == Kind::Video && !matches!(p.start, Start::Key(_)) {
                self.waiting |= !known && !self.is_stray(p.key, now);
                return None;
            }
            if !known && self.is_stray(p.key, now) {
                return None;
            }
            if let Some(source) = self.source.filter(|s| known && p.seq < s.first_seq) {
                debug_assert_eq!(source.key, p.key);
                return None;
            }
            self.join(p, now);
        }
        let source = self.source?;
        if p.seq < source.first_seq {
            return None;
        }
        let seq = p.seq.wrapping_add(source.seq_offset);
        let time = p.time.wrapping_add(source.time_offset);
        let vp8 = self.vp8(&source, p, seq);
        if seq > self.last_seq {
            self.last_seq = seq;
            self.last_time = time;
            self.last_at = Some(now);
        }
        Some(Outgoing { seq, time, vp8 })
    }

    fn is_stray(&self, key: SourceKey, now: Instant) -> bool {
        self.left.is_some_and(|(left, at)| left == key && now.saturating_duration_since(at) < STRAY)
    }

    fn join(&mut self, p: &Incoming<'_>, now: Instant) {
        if let Some(old) = self.source.filter(|s| s.key != p.key) {
            self.left = Some((old.key, now));
        }
        let clock = u64::from(p.codec.clock_rate());
        // One frame at least: two frames with one timestamp would be taken for one.
        let least = match self.kind {
            Kind::Audio => clock / 50,
            Kind::Video => clock / 30,
        };
        let time = match self.last_at {
            None => p.time,
            Some(at) => {
                let passed = now.saturating_duration_since(at).as_micros();
                let passed = u64::try_from(passed).unwrap_or(u64::MAX);
                let ticks = passed.saturating_mul(clock) / 1_000_000;
                // Truncation is modular arithmetic on RTP time.
                let ticks = (ticks.max(least) & 0xffff_ffff) as u32;
                self.last_time.wrapping_add(ticks)
            }
        };
        let (mut picture_offset, mut tl0_offset) = (0, 0);
        if self.last_at.is_some()
            && let Some(d) = vp8_descriptor(p)
        {
            if let Some((id, _)) = d.picture_id {
                picture_offset = self.last_picture.wrapping_add(1).wrapping_sub(id);
            }
            if let Some(tl0) = d.tl0_pic_idx {
                tl0_offset = self.last_tl0.wrapping_add(1).wrapping_sub(tl0);
            }
        }
        self.source = Some(Source {
            key: p.key,
            first_seq: p.seq,
            seq_offset: (self.last_seq + 1).wrapping_sub(p.seq),
            time_offset: time.wrapping_sub(p.time),
            picture_offset,
            tl0_offset,
        });
        self.waiting = false;
    }

    fn vp8(&mut self, source: &Source, p: &Incoming<'_>, seq: u64) -> Option<Vp8Ids> {
        let d = vp8_descriptor(p)?;
        let picture = d.picture_id.map(|(id, bits)| {
            let mask = (1u16 << bits) - 1;
            id.wrapping_add(source.picture_offset) & mask
        });
        let tl0 = d.tl0_pic_idx.map(|v| v.wrapping_add(source.tl0_offset));
        if seq > self.last_seq {
            self.last_picture = picture.unwrap_or(self.last_picture);
            self.last_tl0 = tl0.unwrap_or(self.last_tl0);
        }
        let same = picture == d.picture_id.map(|(id, _)| id) && tl0 == d.tl0_pic_idx;
        (!same).then_some(Vp8Ids { picture_id: picture, tl0_pic_idx: tl0 })
    }
}

fn vp8_descriptor(p: &Incoming<'_>) -> Option<Vp8Descriptor> {
    match p.codec {
        Codec::Vp8 => Vp8Descriptor::parse(p.payload),
        Codec::Opus | Codec::H264 => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: SourceKey = SourceKey { generation: 1, ssrc: 10 };
    const B: SourceKey = SourceKey { generation: 2, ssrc: 20 };

    fn packet(key: SourceKey, seq: u64, time: u32, key_frame: bool, picture: u8) -> [u8; 16] {
        let mut payload = [0u8; 16];
        payload[..5].copy_from_slice(&[0x90, 0xc0, 0x80, picture, picture]);
        payload[5] = u8::from(!key_frame);
        let _ = (key, seq, time);
        payload
    }

    fn map(r: &mut Rewriter, key: SourceKey, seq: u64, time: u32, is_key: bool, picture: u8, now: Instant) -> Option<Outgoing> {
        let payload = packet(key, seq, time, is_key, picture);
        let start = if is_key { Start::Key(None) } else { Start::Other };
        r.map(&Incoming { key, seq, time, start, codec: Codec::Vp8, payload: &payload }, now)
    }

    #[test]
    fn a_new_source_continues_the_stream_from_its_key_frame() {
        let t0 = Instant::now();
        let mut r = Rewriter::new(Kind::Video, 100);
        assert_eq!(map(&mut r, A, 4, 0, false, 1, t0), None, "no key frame yet");
        let first = map(&mut r, A, 5, 3000, true, 2, t0).unwrap();
        assert_eq!((first.seq, first.time, first.vp8), (101, 3000, None));
        assert_eq!(map(&mut r, A, 4, 0, false, 1, t0), None, "older than start");
        let second = map(&mut r, A, 6, 6000, false, 3, t0).unwrap();
        assert_eq!(second.seq, 102);

        let t1 = t0 + Duration::from_millis(500);
        assert_eq!(map(&mut r, B, 900, 77, false, 50, t1), None);
        assert!(r.wants_key());
        let joined = map(&mut r, B, 901, 3077, true, 51, t1).unwrap();
        assert_eq!(joined.seq, 103);
        assert_eq!(joined.time, 6000 + 45_000);
        let ids = joined.vp8.unwrap();
        assert_eq!((ids.picture_id, ids.tl0_pic_idx), (Some(4), Some(4)));
        assert_eq!(map(&mut r, A, 7, 9000, true, 4, t1), None, "stray of the old");
        let next = map(&mut r, B, 902, 6077, false, 52, t1).unwrap();
        assert_eq!((next.seq, next.time), (104, 54_000));
    }

    #[test]
    fn an_interruption_leaves_no_hole_in_the_sequence() {
        let t0 = Instant::now();
        let mut r = Rewriter::new(Kind::Video, 0);
        map(&mut r, A, 5, 0, true, 1, t0).unwrap();
        r.interrupt();
        let t1 = t0 + Duration::from_secs(3);
        assert_eq!(map(&mut r, A, 300, 200_000, false, 60, t1), None);
        let back = map(&mut r, A, 301, 203_000, true, 61, t1).unwrap();
        assert_eq!((back.seq, back.time), (2, 270_000));
    }

    #[test]
    fn a_late_retransmission_keeps_its_place() {
        let t0 = Instant::now();
        let mut r = Rewriter::new(Kind::Audio, 0);
        assert_eq!(map(&mut r, A, 10, 0, false, 1, t0).unwrap().seq, 1);
        assert_eq!(map(&mut r, A, 12, 0, false, 1, t0).unwrap().seq, 3);
        assert_eq!(map(&mut r, A, 11, 0, false, 1, t0).unwrap().seq, 2);
    }

    proptest! {
        #[test]
        fn no_sequence_number_is_used_twice(
            steps in proptest::collection::vec((0u8..3, 0u8..4, any::<bool>()), 1..200)
        ) {
            let t0 = Instant::now();
            let mut r = Rewriter::new(Kind::Video, 7);
            let mut next = [1u64, 70_000, 5];
            let mut seen = std::collections::BTreeSet::new();
            for (i, (source, skip, key)) in steps.into_iter().enumerate() {
                let now = t0 + Duration::from_millis(33 * i as u64);
                let s = usize::from(source);
                next[s] += 1 + u64::from(skip);
                if skip == 3 {
                    r.interrupt();
                }
                let id = SourceKey { generation: 1, ssrc: u32::from(source) };
                if let Some(out) = map(&mut r, id, next[s], i as u32 * 3000, key, i as u8, now) {
                    prop_assert!(seen.insert(out.seq));
                }
            }
        }
    }
}
