//! Puts recorded packets together into whole frames, and leaves out what loss has broken. A frame says where its bytes lie and
//! holds none. It must not know containers.

use crate::codec::{Start, Vp8Descriptor, sps_size, stap_a, video_start};
use crate::peek::{Peek, Source};
use crate::segment::{Codec, Gap, GapWhy};
use crate::timeline::{Stream, Timed};

/// A part of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bit {
    /// Bytes of a segment.
    Lies {
        /// Where.
        at: Source,
        /// How many.
        len: u32,
    },
    /// A byte that the packets did not carry as it stands: the header of a fragmented NAL unit.
    Byte(u8),
    /// The length of a NAL unit, four bytes.
    Length(u32),
}

impl Bit {
    fn lies(at: Source, len: usize) -> Self {
        // A payload has at most 65 535 bytes.
        Self::Lies { at, len: u32::try_from(len).unwrap_or(0) }
    }

    /// How many bytes it stands for.
    pub(crate) const fn len(self) -> usize {
        match self {
            Self::Lies { len, .. } => len as usize,
            Self::Byte(_) => 1,
            Self::Length(_) => 4,
        }
    }
}

/// A frame ready for a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub wall_us: i64,
    pub key: bool,
    /// Told on key frames that carry it.
    pub size: Option<(u16, u16)>,
    pub len: usize,
    pub bits: Vec<Bit>,
}

impl Frame {
    fn empty(wall_us: i64) -> Self {
        Self { wall_us, key: false, size: None, len: 0, bits: Vec::new() }
    }

    fn put(&mut self, bit: Bit) {
        self.len += bit.len();
        self.bits.push(bit);
    }
}

/// All that can be played of a stream.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    pub frames: Vec<Frame>,
    pub gaps: Vec<Gap>,
    /// First sequence and picture parameter sets of H.264.
    pub parameters: Option<(Vec<u8>, Vec<u8>)>,
}

const NAL_IDR: u8 = 5;
const NAL_SPS: u8 = 7;
const NAL_PPS: u8 = 8;
const NAL_STAP_A: u8 = 24;
const NAL_FU_A: u8 = 28;
/// No frame of a browser comes near; beyond it the packets are nonsense.
const FRAME_MAX: usize = 8 << 20;

/// Cuts a stream into frames.
pub(crate) fn frames(stream: &Stream<'_>) -> Frames {
    match stream.codec {
        Codec::Opus => audio(stream),
        Codec::Vp8 | Codec::H264 => video(stream),
    }
}

fn audio(stream: &Stream<'_>) -> Frames {
    let mut out = Frames::default();
    let mut last: Option<(u64, i64)> = None;
    for p in &stream.packets {
        if let Some((seq, wall)) = last.filter(|(seq, _)| p.packet.seq > seq + 1) {
            out.gaps.push(gap(wall, p.wall_us, p.packet.seq - seq - 1));
        }
        last = Some((p.packet.seq, p.wall_us));
        if p.packet.len > 0 {
            let mut frame = Frame { key: true, ..Frame::empty(p.wall_us) };
            frame.put(Bit::lies(p.packet.at, p.packet.len));
            out.frames.push(frame);
        }
    }
    out
}

fn gap(from_us: i64, to_us: i64, packets: u64) -> Gap {
    Gap { from_us, to_us: to_us.max(from_us), packets: u32::try_from(packets).unwrap_or(u32::MAX), why: GapWhy::Network }
}

/// A NAL unit: its bits, and its content as far as it is known.
struct Nal<'a> {
    content: &'a [u8],
    len: usize,
    bits: &'a [Bit],
}

/// A fragmented NAL unit of H.264 that is not complete yet.
struct Fragment {
    content: Vec<u8>,
    len: usize,
    bits: Vec<Bit>,
}

/// A frame under construction.
struct Building {
    time: u32,
    frame: Frame,
    /// Inside a fragmented NAL unit of H.264.
    fragment: Option<Fragment>,
}

struct Video {
    codec: Codec,
    out: Frames,
    building: Option<Building>,
    /// Since when nothing can be decoded, and how many packets went missing.
    broken: Option<(i64, u64)>,
    last_seq: Option<u64>,
    last_good_us: i64,
}

fn video(stream: &Stream<'_>) -> Frames {
    let first = stream.packets.first().map_or(0, |p| p.wall_us);
    let mut v = Video {
        codec: stream.codec,
        out: Frames::default(),
        building: None,
        broken: Some((first, 0)),
        last_seq: None,
        last_good_us: first,
    };
    for p in &stream.packets {
        v.take(p);
    }
    v.out
}

impl Video {
    fn take(&mut self, p: &Timed<'_>) {
        let missing = self.last_seq.map_or(0, |last| p.packet.seq.saturating_sub(last + 1));
        self.last_seq = Some(p.packet.seq);
        if missing > 0 {
            self.fail(missing);
        }
        if p.packet.len == 0 {
            return;
        }
        if self.building.as_ref().is_some_and(|b| b.time != p.packet.time) {
            // The end of the frame before was never marked.
            match self.codec {
                Codec::H264 => self.finish(),
                Codec::Vp8 | Codec::Opus => self.fail(0),
            }
        }
        let start = video_start(self.codec, p.packet.head);
        if self.building.is_none() && !self.begins(p, start) {
            return;
        }
        if !self.append(p, start) {
            self.fail(0);
            return;
        }
        if p.packet.marker {
            self.finish();
        }
    }

    /// Opens a frame, when this packet may.
    fn begins(&mut self, p: &Timed<'_>, start: Start) -> bool {
        let is_key = matches!(start, Start::Key(_));
        if self.broken.is_some() && !is_key {
            return false;
        }
        let opens = match self.codec {
            Codec::Vp8 => Vp8Descriptor::parse(p.packet.head).is_some_and(|d| d.frame_start),
            Codec::H264 | Codec::Opus => true,
        };
        if !opens {
            self.fail(0);
            return false;
        }
        self.building = Some(Building { time: p.packet.time, frame: Frame::empty(p.wall_us), fragment: None });
        true
    }

    fn append(&mut self, p: &Timed<'_>, start: Start) -> bool {
        let Some(b) = &mut self.building else {
            return false;
        };
        if b.frame.len + p.packet.len > FRAME_MAX {
            return false;
        }
        if let Start::Key(size) = start {
            b.frame.key = true;
            b.frame.size = b.frame.size.or(size);
        }
        match self.codec {
            Codec::Vp8 | Codec::Opus => match Vp8Descriptor::parse(p.packet.head) {
                Some(d) => {
                    b.frame.put(Bit::lies(p.packet.at.plus(d.len), p.packet.len.saturating_sub(d.len)));
                    true
                }
                None => false,
            },
            Codec::H264 => self.append_h264(&p.packet),
        }
    }

    fn append_h264(&mut self, p: &Peek<'_>) -> bool {
        let Some(first) = p.head.first() else { return false };
        match first & 0x1f {
            1..=23 => self.nal(&Nal { content: p.head, len: p.len, bits: &[Bit::lies(p.at, p.len)] }),
            NAL_STAP_A => {
                let mut any = false;
                let mut from = 1;
                for nal in stap_a(&p.head[1..]) {
                    any = true;
                    from += 2;
                    if !self.nal(&Nal { content: nal, len: nal.len(), bits: &[Bit::lies(p.at.plus(from), nal.len())] }) {
                        return false;
                    }
                    from += nal.len();
                }
                any
            }
            NAL_FU_A => self.fragment(p),
            _ => false,
        }
    }

    fn fragment(&mut self, p: &Peek<'_>) -> bool {
        let [indicator, head, known @ ..] = p.head else {
            return false;
        };
        let Some(b) = &mut self.building else {
            return false;
        };
        if head & 0x80 != 0 {
            let byte = indicator & 0xe0 | head & 0x1f;
            b.fragment = Some(Fragment { content: vec![byte], len: 1, bits: vec![Bit::Byte(byte)] });
        }
        let Some(fragment) = &mut b.fragment else {
            return false;
        };
        let rest = p.len.saturating_sub(2);
        fragment.content.extend_from_slice(known);
        fragment.len += rest;
        fragment.bits.push(Bit::lies(p.at.plus(2), rest));
        if head & 0x40 == 0 {
            return true;
        }
        let Some(Fragment { content, len, bits }) = b.fragment.take() else { return false };
        self.nal(&Nal { content: &content, len, bits: &bits })
    }

    fn nal(&mut self, nal: &Nal<'_>) -> bool {
        let Some(b) = &mut self.building else {
            return false;
        };
        let Some(first) = nal.content.first() else {
            return false;
        };
        let Ok(len) = u32::try_from(nal.len) else {
            return false;
        };
        match first & 0x1f {
            NAL_IDR => b.frame.key = true,
            NAL_SPS => {
                b.frame.size = b.frame.size.or(sps_size(nal.content));
                let known = self.out.parameters.take();
                let pps = known.as_ref().map(|k| k.1.clone()).unwrap_or_default();
                let sps = known.map(|k| k.0).filter(|sps| !sps.is_empty());
                self.out.parameters = Some((sps.unwrap_or_else(|| nal.content.to_vec()), pps));
            }
            NAL_PPS => {
                if let Some((_, pps)) = self.out.parameters.as_mut().filter(|p| p.1.is_empty()) {
                    *pps = nal.content.to_vec();
                }
            }
            _ => {}
        }
        b.frame.put(Bit::Length(len));
        for bit in nal.bits {
            b.frame.put(*bit);
        }
        true
    }

    fn finish(&mut self) {
        let Some(b) = self.building.take() else {
            return;
        };
        if b.fragment.is_some() || b.frame.len == 0 {
            self.fail(0);
            return;
        }
        // A key frame of H.264 without known parameter sets cannot be decoded.
        let decodable = match self.codec {
            Codec::H264 => self.out.parameters.as_ref().is_some_and(|p| !p.1.is_empty()),
            Codec::Vp8 | Codec::Opus => true,
        };
        if !decodable {
            self.fail(0);
            return;
        }
        if let Some((from, packets)) = self.broken.take()
            && !self.out.frames.is_empty()
        {
            self.out.gaps.push(gap(from, b.frame.wall_us, packets));
        }
        self.last_good_us = b.frame.wall_us;
        self.out.frames.push(b.frame);
    }

    fn fail(&mut self, packets: u64) {
        self.building = None;
        let (_, missing) = self.broken.get_or_insert((self.last_good_us, 0));
        *missing += packets;
    }
}
