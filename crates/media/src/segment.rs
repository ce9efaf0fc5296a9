//! The recording segment: packets of one track over about two seconds, with a self-describing byte form. It must not know rooms or sockets.

use serde::{Deserialize, Serialize};

use crate::handle::{PeerId, RoomId, Seat};

/// Audio or video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

impl Kind {
    pub(crate) const fn index(self) -> usize {
        match self {
            Kind::Audio => 0,
            Kind::Video => 1,
        }
    }
}

/// How a track is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// RFC 7587.
    Opus,
    /// RFC 7741.
    Vp8,
    /// RFC 6184, packetisation mode 1.
    H264,
}

impl Codec {
    /// RTP clock.
    #[must_use]
    pub const fn clock_rate(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            Codec::Vp8 | Codec::H264 => 90_000,
        }
    }

    /// Audio or video.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Codec::Opus => Kind::Audio,
            Codec::Vp8 | Codec::H264 => Kind::Video,
        }
    }
}

/// Why packets are missing before a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapWhy {
    /// The network lost them and no retransmission came.
    Network,
    /// The consumer of segments was not fast enough.
    Consumer,
}

/// Packets known to be missing from a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Wall clock, microseconds UTC.
    pub from_us: i64,
    /// Wall clock, microseconds UTC.
    pub to_us: i64,
    /// How many packets.
    pub packets: u32,
    /// Why.
    pub why: GapWhy,
}

/// The sender's own word on which RTP time was at which of its wall clock times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderReport {
    /// Sender's NTP clock, microseconds since 1970.
    pub ntp_us: i64,
    /// RTP timestamp at that time.
    pub rtp: u32,
}

/// Most sender reports kept in one segment; browsers send about one a second.
pub const SENDER_REPORTS_MAX: usize = 4;

/// What a segment says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentHead {
    /// The room.
    pub room: RoomId,
    /// The connection that sent the packets.
    pub peer: PeerId,
    /// Whose track.
    pub seat: Seat,
    /// Which track.
    pub kind: Kind,
    /// How it is encoded.
    pub codec: Codec,
    /// RTP clock.
    pub clock_rate: u32,
    /// RTP synchronisation source.
    pub ssrc: u32,
    /// Counts up per track for each new connection, source, codec, picture size or start of recording.
    pub run: u32,
    /// Counts up within the run.
    pub index: u32,
    /// Arrival of the first packet; wall clock, microseconds UTC.
    pub started_us: i64,
    /// Arrival of the last packet; wall clock, microseconds UTC.
    pub ended_us: i64,
    /// Picture size, when known.
    pub size: Option<(u16, u16)>,
    /// Packets inside.
    pub packets: u32,
    /// What is missing between the segment before and this one, or inside this one.
    pub gap: Option<Gap>,
    /// RTP to sender clock.
    pub sender_reports: Vec<SenderReport>,
    /// Extended sequence number that the packets' are relative to.
    pub(crate) base_seq: u64,
}

/// A finished segment as handed to the consumer; `bytes` holds the head too.
#[derive(Debug, Clone)]
pub struct Segment {
    /// What it says of itself.
    pub head: SegmentHead,
    /// The whole segment file.
    pub bytes: Pieces,
}

/// Bytes in pieces, one after the other: a segment takes the memory that it has filled so far, and what it gives back fits
/// the next one, whoever's track that is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    pieces: Vec<Vec<u8>>,
    len: usize,
}

/// A quarter of a second of a good picture.
const PIECE: usize = 32 * 1024;

impl Pieces {
    /// Begins with so many zeros, to be written over; about so much will follow.
    pub(crate) fn begin(zeros: usize, likely: usize) -> Pieces {
        let mut first = Vec::with_capacity((zeros + likely).min(PIECE));
        first.resize(zeros, 0);
        Pieces { pieces: vec![first], len: zeros }
    }

    /// The piece in which this much goes without being cut.
    pub(crate) fn room_for(&mut self, len: usize) -> &mut Vec<u8> {
        self.len += len;
        let full = self.pieces.last().is_none_or(|last| !last.is_empty() && last.len() + len > PIECE);
        if full {
            self.pieces.push(Vec::with_capacity(len.max(PIECE)));
        }
        let at = self.pieces.len() - 1;
        &mut self.pieces[at]
    }

    /// The first of them.
    pub(crate) fn first_mut(&mut self) -> &mut [u8] {
        self.pieces.first_mut().map_or(&mut [], Vec::as_mut_slice)
    }

    /// All of them, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.pieces.iter().map(Vec::as_slice)
    }

    /// In one piece.
    #[must_use]
    pub fn concat(&self) -> Vec<u8> {
        self.pieces.concat()
    }

    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// In one piece, for as long as the test lasts.
    #[cfg(test)]
    pub(crate) fn whole(&self) -> &'static [u8] {
        Box::leak(self.concat().into_boxed_slice())
    }
}

impl From<Vec<u8>> for Pieces {
    fn from(bytes: Vec<u8>) -> Pieces {
        Pieces { len: bytes.len(), pieces: vec![bytes] }
    }
}

/// One recorded packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Extended sequence number.
    pub seq: u64,
    /// RTP timestamp.
    pub time: u32,
    /// RTP marker.
    pub marker: bool,
    /// Wall clock, microseconds UTC.
    pub arrival_us: i64,
    /// RTP payload without header.
    pub payload: &'a [u8],
    /// Where the payload begins in the segment's bytes.
    pub from: u32,
}

/// A segment read back from its bytes.
#[derive(Debug, Clone)]
pub struct Decoded<'a> {
    /// What it says of itself.
    pub head: SegmentHead,
    /// Its packets, in order of arrival.
    pub packets: Vec<Packet<'a>>,
}

/// Bytes that are not a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a recording segment: {0}")]
pub struct SegmentError(&'static str);

impl SegmentError {
    pub(crate) const TOO_MANY: Self = Self("more packets than one plan may hold");
}

const MAGIC: [u8; 8] = *b"RCRSEG\0\x01";
/// Fixed, so that the head is patched in place when the segment closes and the packets are never moved.
pub(crate) const HEAD_LEN: usize = 8 + 16 * 2 + 4 + 4 * 4 + 8 * 3 + 4 + 4 + (1 + 8 + 8 + 4) + 1 + SENDER_REPORTS_MAX * 12 + 4;
/// Length, flags, sequence, time, arrival.
pub(crate) const RECORD_LEN: usize = 2 + 1 + 4 + 4 + 4;

struct Writer<'a> {
    out: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        if let Some(slot) = self.out.get_mut(self.at..self.at + N) {
            slot.copy_from_slice(&bytes);
        }
        self.at += N;
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], SegmentError> {
        let (head, rest) = self.bytes.split_first_chunk::<N>().ok_or(SegmentError("too short"))?;
        self.bytes = rest;
        Ok(*head)
    }

    fn slice(&mut self, len: usize) -> Result<&'a [u8], SegmentError> {
        let (head, rest) = self.bytes.split_at_checked(len).ok_or(SegmentError("record is cut"))?;
        self.bytes = rest;
        Ok(head)
    }
}

impl SegmentHead {
    /// Writes the head over the first [`HEAD_LEN`] bytes.
    pub(crate) fn write(&self, out: &mut [u8]) {
        let mut w = Writer { out, at: 0 };
        w.put(MAGIC);
        w.put(self.room.0.to_le_bytes());
        w.put(self.peer.0.to_le_bytes());
        let codec = match self.codec {
            Codec::Opus => 0,
            Codec::Vp8 => 1,
            Codec::H264 => 2,
        };
        let seat = u8::try_from(self.seat.index()).unwrap_or(0);
        let kind = u8::try_from(self.kind.index()).unwrap_or(0);
        w.put([seat, kind, codec, 0]);
        w.put(self.clock_rate.to_le_bytes());
        w.put(self.ssrc.to_le_bytes());
        w.put(self.run.to_le_bytes());
        w.put(self.index.to_le_bytes());
        w.put(self.started_us.to_le_bytes());
        w.put(self.ended_us.to_le_bytes());
        w.put(self.base_seq.to_le_bytes());
        let (width, height) = self.size.unwrap_or((0, 0));
        w.put(width.to_le_bytes());
        w.put(height.to_le_bytes());
        w.put(self.packets.to_le_bytes());
        let why = match self.gap.map(|g| g.why) {
            None => 0,
            Some(GapWhy::Network) => 1,
            Some(GapWhy::Consumer) => 2,
        };
        let gap = self.gap.unwrap_or(Gap { from_us: 0, to_us: 0, packets: 0, why: GapWhy::Network });
        w.put([why]);
        w.put(gap.from_us.to_le_bytes());
        w.put(gap.to_us.to_le_bytes());
        w.put(gap.packets.to_le_bytes());
        let reports = self.sender_reports.len().min(SENDER_REPORTS_MAX);
        w.put([u8::try_from(reports).unwrap_or(0)]);
        for i in 0..SENDER_REPORTS_MAX {
            let report = self.sender_reports.get(i);
            w.put(report.map_or(0, |r| r.ntp_us).to_le_bytes());
            w.put(report.map_or(0, |r| r.rtp).to_le_bytes());
        }
        w.put(*b"data");
        debug_assert_eq!(w.at, HEAD_LEN);
    }

    fn read(r: &mut Reader<'_>) -> Result<SegmentHead, SegmentError> {
        if r.take::<8>()? != MAGIC {
            return Err(SegmentError("unknown format"));
        }
        let room = RoomId(u128::from_le_bytes(r.take()?));
        let peer = PeerId(u128::from_le_bytes(r.take()?));
        let [seat, kind, codec, _] = r.take::<4>()?;
        let seat = Seat::from_index(usize::from(seat)).ok_or(SegmentError("unknown seat"))?;
        let kind = match kind {
            0 => Kind::Audio,
            1 => Kind::Video,
            _ => return Err(SegmentError("unknown kind")),
        };
        let codec = match codec {
            0 => Codec::Opus,
            1 => Codec::Vp8,
            2 => Codec::H264,
            _ => return Err(SegmentError("unknown codec")),
        };
        let clock_rate = u32::from_le_bytes(r.take()?);
        if codec.kind() != kind || clock_rate != codec.clock_rate() {
            return Err(SegmentError("codec does not fit the track"));
        }
        let ssrc = u32::from_le_bytes(r.take()?);
        let run = u32::from_le_bytes(r.take()?);
        let index = u32::from_le_bytes(r.take()?);
        let started_us = i64::from_le_bytes(r.take()?);
        let ended_us = i64::from_le_bytes(r.take()?);
        let base_seq = u64::from_le_bytes(r.take()?);
        let size = (u16::from_le_bytes(r.take()?), u16::from_le_bytes(r.take()?));
        let packets = u32::from_le_bytes(r.take()?);
        let gap = read_gap(r)?;
        let [reports] = r.take::<1>()?;
        let mut sender_reports = Vec::with_capacity(SENDER_REPORTS_MAX);
        for i in 0..SENDER_REPORTS_MAX {
            let report = SenderReport { ntp_us: i64::from_le_bytes(r.take()?), rtp: u32::from_le_bytes(r.take()?) };
            if i < usize::from(reports) {
                sender_reports.push(report);
            }
        }
        if r.take::<4>()? != *b"data" {
            return Err(SegmentError("head is damaged"));
        }
        Ok(SegmentHead {
            room,
            peer,
            seat,
            kind,
            codec,
            clock_rate,
            ssrc,
            run,
            index,
            started_us,
            ended_us,
            size: (size != (0, 0)).then_some(size),
            packets,
            gap,
            sender_reports,
            base_seq,
        })
    }
}

fn read_gap(r: &mut Reader<'_>) -> Result<Option<Gap>, SegmentError> {
    let [why] = r.take::<1>()?;
    let from_us = i64::from_le_bytes(r.take()?);
    let to_us = i64::from_le_bytes(r.take()?);
    let packets = u32::from_le_bytes(r.take()?);
    let why = match why {
        0 => return Ok(None),
        1 => GapWhy::Network,
        2 => GapWhy::Consumer,
        _ => return Err(SegmentError("unknown gap")),
    };
    Ok(Some(Gap { from_us, to_us, packets, why }))
}

/// Appends one record; `payload` beyond 65 535 bytes cannot come from a datagram.
pub(crate) fn append_record(out: &mut Vec<u8>, seq_rel: i32, time: u32, marker: bool, arrival_rel_us: u32, payload: &[u8]) {
    let len = u16::try_from(payload.len()).unwrap_or(u16::MAX);
    let mut record = [0u8; RECORD_LEN];
    record[0..2].copy_from_slice(&len.to_le_bytes());
    record[2] = u8::from(marker);
    record[3..7].copy_from_slice(&seq_rel.to_le_bytes());
    record[7..11].copy_from_slice(&time.to_le_bytes());
    record[11..15].copy_from_slice(&arrival_rel_us.to_le_bytes());
    out.extend_from_slice(&record);
    out.extend_from_slice(&payload[..usize::from(len)]);
}

/// Reads a segment's head and packets back from its bytes.
///
/// # Errors
/// When the bytes are not a whole segment.
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, SegmentError> {
    let mut r = Reader { bytes };
    let head = SegmentHead::read(&mut r)?;
    // The count is not trusted for the allocation: each record takes at least its own head.
    let possible = r.bytes.len() / RECORD_LEN;
    let mut packets = Vec::with_capacity(possible.min(head.packets as usize));
    while !r.bytes.is_empty() {
        let len = u16::from_le_bytes(r.take()?);
        let [flags] = r.take::<1>()?;
        let seq_rel = i32::from_le_bytes(r.take()?);
        let time = u32::from_le_bytes(r.take()?);
        let arrival = u32::from_le_bytes(r.take()?);
        let from = u32::try_from(bytes.len() - r.bytes.len()).map_err(|_| SegmentError("too long"))?;
        let payload = r.slice(usize::from(len))?;
        packets.push(Packet {
            seq: head.base_seq.wrapping_add_signed(i64::from(seq_rel)),
            time,
            marker: flags & 1 == 1,
            arrival_us: head.started_us.saturating_add(i64::from(arrival)),
            payload,
            from,
        });
    }
    if packets.len() != head.packets as usize {
        return Err(SegmentError("packet count differs"));
    }
    Ok(Decoded { head, packets })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Vec<u8> {
        let head = SegmentHead {
            room: RoomId(7),
            peer: PeerId(9),
            seat: Seat::Agent,
            kind: Kind::Video,
            codec: Codec::Vp8,
            clock_rate: 90_000,
            ssrc: 5,
            run: 2,
            index: 3,
            started_us: 1_000_000,
            ended_us: 1_020_000,
            size: Some((640, 480)),
            packets: 2,
            gap: Some(Gap { from_us: 1, to_us: 2, packets: 3, why: GapWhy::Consumer }),
            sender_reports: vec![SenderReport { ntp_us: 77, rtp: 88 }],
            base_seq: 100,
        };
        let mut bytes = vec![0; HEAD_LEN];
        append_record(&mut bytes, 0, 3000, true, 0, b"one");
        append_record(&mut bytes, -1, 2000, false, 20_000, b"");
        head.write(&mut bytes);
        bytes
    }

    #[test]
    fn a_segment_reads_back_as_written() {
        let bytes = sample();
        let Decoded { head, packets } = decode(&bytes).unwrap();
        assert_eq!(head.size, Some((640, 480)));
        assert_eq!(head.gap.unwrap().packets, 3);
        assert_eq!(head.sender_reports[0].rtp, 88);
        assert_eq!((head.run, head.index, head.ssrc), (2, 3, 5));
        assert_eq!(packets[0].payload, b"one");
        assert_eq!(packets[1].seq, 99);
        assert_eq!(packets[1].arrival_us, 1_020_000);
    }

    proptest! {
        #[test]
        fn damaged_bytes_never_panic(at in 0usize..200, to in any::<u8>(), cut in 0usize..240) {
            let mut bytes = sample();
            let len = bytes.len();
            bytes[at % len] = to;
            bytes.truncate(cut.min(len));
            let _ = decode(&bytes);
        }

        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = decode(&bytes);
        }
    }
}
