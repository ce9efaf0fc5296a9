//! Packets without most of their payload: enough to plan a file, and where the rest of it lies. It must not know containers.

use crate::segment::{Codec, Decoded, SegmentError, SegmentHead, decode};

/// Most packets of one plan: a call of two people makes some 300 a second, so this is almost three hours in 150 MB.
pub const SCAN_PACKETS_MAX: usize = 3_000_000;

/// Longest payload descriptor of VP8 and the ten bytes that open a key frame.
const VP8_HEAD: usize = 20;
/// NAL unit header and the header of a fragment.
const H264_HEAD: usize = 2;

/// Bytes inside a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    /// Its position among the segments given.
    pub segment: u32,
    /// First byte within the segment.
    pub from: u32,
}

impl Source {
    pub(crate) fn plus(self, bytes: usize) -> Self {
        Self { from: self.from.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX)), ..self }
    }
}

/// A packet as the planner sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peek<'a> {
    pub seq: u64,
    pub time: u32,
    pub marker: bool,
    pub arrival_us: i64,
    /// The payload or its beginning; whole where its content matters to a plan.
    pub head: &'a [u8],
    /// Of the whole payload.
    pub len: usize,
    /// Where the payload lies.
    pub at: Source,
}

/// A segment as the planner sees it.
#[derive(Debug, Clone)]
pub(crate) struct Peeked<'a> {
    pub head: &'a SegmentHead,
    pub packets: Vec<Peek<'a>>,
}

/// Sees whole segments; nothing of them is copied.
pub(crate) fn peeked<'a>(segments: &'a [Decoded<'_>]) -> Vec<Peeked<'a>> {
    let one = |(segment, decoded): (u32, &'a Decoded<'_>)| Peeked {
        head: &decoded.head,
        packets: decoded
            .packets
            .iter()
            .map(|p| Peek {
                seq: p.seq,
                time: p.time,
                marker: p.marker,
                arrival_us: p.arrival_us,
                head: p.payload,
                len: p.payload.len(),
                at: Source { segment, from: p.from },
            })
            .collect(),
    };
    (0u32..).zip(segments).map(one).collect()
}

/// How many bytes of a payload a plan needs.
fn needed(codec: Codec, payload: &[u8]) -> usize {
    let most = match codec {
        Codec::Opus => 0,
        Codec::Vp8 => VP8_HEAD,
        Codec::H264 => {
            let kind = |at: usize| payload.get(at).map_or(0, |b| b & 0x1f);
            // Parameter sets go into the file's header, and aggregates hold the lengths of their parts.
            let whole = matches!(kind(0), 7 | 8 | 24) || (kind(0) == 28 && matches!(kind(1), 7 | 8));
            if whole { usize::MAX } else { H264_HEAD }
        }
    };
    most.min(payload.len())
}

struct Held {
    seq: u64,
    arrival_us: i64,
    time: u32,
    from: u32,
    kept_at: usize,
    kept: u16,
    len: u16,
    marker: bool,
}

/// Segments read one after the other, of which only what a plan needs is kept: about a thirtieth.
#[derive(Default)]
pub struct Scan {
    heads: Vec<SegmentHead>,
    ends: Vec<usize>,
    packets: Vec<Held>,
    kept: Vec<u8>,
}

impl Scan {
    /// Takes the next segment in; its bytes may go away afterwards.
    ///
    /// # Errors
    /// Bytes that are no segment, or more packets than [`SCAN_PACKETS_MAX`].
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), SegmentError> {
        let Decoded { head, packets } = decode(bytes)?;
        if self.packets.len() + packets.len() > SCAN_PACKETS_MAX {
            return Err(SegmentError::TOO_MANY);
        }
        for p in packets {
            let kept = needed(head.codec, p.payload);
            self.packets.push(Held {
                seq: p.seq,
                arrival_us: p.arrival_us,
                time: p.time,
                from: p.from,
                kept_at: self.kept.len(),
                // Payloads are at most 65 535 bytes: their length is written in 16 bits.
                kept: u16::try_from(kept).unwrap_or(u16::MAX),
                len: u16::try_from(p.payload.len()).unwrap_or(u16::MAX),
                marker: p.marker,
            });
            self.kept.extend_from_slice(&p.payload[..kept]);
        }
        self.ends.push(self.packets.len());
        self.heads.push(head);
        Ok(())
    }

    /// The heads of the segments so far.
    #[must_use]
    pub fn heads(&self) -> &[SegmentHead] {
        &self.heads
    }

    /// Bytes of memory this takes.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.packets.len() * size_of::<Held>() + self.kept.len() + self.heads.len() * size_of::<SegmentHead>()
    }

    pub(crate) fn peeked(&self) -> Vec<Peeked<'_>> {
        let mut first = 0;
        let mut all = Vec::with_capacity(self.heads.len());
        for (segment, (head, end)) in (0u32..).zip(self.heads.iter().zip(&self.ends)) {
            let packets = self.packets[first..*end].iter().map(|p| Peek {
                seq: p.seq,
                time: p.time,
                marker: p.marker,
                arrival_us: p.arrival_us,
                head: &self.kept[p.kept_at..p.kept_at + usize::from(p.kept)],
                len: usize::from(p.len),
                at: Source { segment, from: p.from },
            });
            all.push(Peeked { head, packets: packets.collect() });
            first = *end;
        }
        all
    }
}
