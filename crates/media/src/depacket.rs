//! Puts recorded packets together into whole frames, and leaves out what loss has broken. It must not know containers.

use crate::codec::{Start, Vp8Descriptor, sps_size, stap_a, video_start};
use crate::segment::{Codec, Gap, GapWhy};
use crate::timeline::{Stream, Timed};

/// A frame ready for a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub wall_us: i64,
    pub key: bool,
    /// Told on key frames that carry it.
    pub size: Option<(u16, u16)>,
    pub data: Vec<u8>,
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
        if !p.packet.payload.is_empty() {
            out.frames.push(Frame { wall_us: p.wall_us, key: true, size: None, data: p.packet.payload.to_vec() });
        }
    }
    out
}

fn gap(from_us: i64, to_us: i64, packets: u64) -> Gap {
    Gap { from_us, to_us: to_us.max(from_us), packets: u32::try_from(packets).unwrap_or(u32::MAX), why: GapWhy::Network }
}

/// A frame under construction.
struct Building {
    time: u32,
    frame: Frame,
    /// Inside a fragmented NAL unit of H.264.
    fragment: Option<Vec<u8>>,
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
        if p.packet.payload.is_empty() {
            return;
        }
        if self.building.as_ref().is_some_and(|b| b.time != p.packet.time) {
            // The end of the frame before was never marked.
            match self.codec {
                Codec::H264 => self.finish(),
                Codec::Vp8 | Codec::Opus => self.fail(0),
            }
        }
        let start = video_start(self.codec, p.packet.payload);
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
            Codec::Vp8 => Vp8Descriptor::parse(p.packet.payload).is_some_and(|d| d.frame_start),
            Codec::H264 | Codec::Opus => true,
        };
        if !opens {
            self.fail(0);
            return false;
        }
        self.building = Some(Building {
            time: p.packet.time,
            frame: Frame { wall_us: p.wall_us, key: false, size: None, data: Vec::new() },
            fragment: None,
        });
        true
    }

    fn append(&mut self, p: &Timed<'_>, start: Start) -> bool {
        let Some(b) = &mut self.building else {
            return false;
        };
        if b.frame.data.len() + p.packet.payload.len() > FRAME_MAX {
            return false;
        }
        if let Start::Key(size) = start {
            b.frame.key = true;
            b.frame.size = b.frame.size.or(size);
        }
        match self.codec {
            Codec::Vp8 | Codec::Opus => match Vp8Descriptor::parse(p.packet.payload) {
                Some(d) => {
                    b.frame.data.extend_from_slice(&p.packet.payload[d.len..]);
                    true
                }
                None => false,
            },
            Codec::H264 => self.append_h264(p.packet.payload),
        }
    }

    fn append_h264(&mut self, payload: &[u8]) -> bool {
        let kind = payload[0] & 0x1f;
        match kind {
            1..=23 => self.nal(payload),
            NAL_STAP_A => {
                let mut any = false;
                for nal in stap_a(&payload[1..]) {
                    any = true;
                    if !self.nal(nal) {
                        return false;
                    }
                }
                any
            }
            NAL_FU_A => self.fragment(payload),
            _ => false,
        }
    }

    fn fragment(&mut self, payload: &[u8]) -> bool {
        let [indicator, head, rest @ ..] = payload else {
            return false;
        };
        let Some(b) = &mut self.building else {
            return false;
        };
        if head & 0x80 != 0 {
            b.fragment = Some(vec![indicator & 0xe0 | head & 0x1f]);
        }
        let Some(fragment) = &mut b.fragment else {
            return false;
        };
        fragment.extend_from_slice(rest);
        if head & 0x40 == 0 {
            return true;
        }
        let whole = b.fragment.take().unwrap_or_default();
        self.nal(&whole)
    }

    fn nal(&mut self, nal: &[u8]) -> bool {
        let Some(b) = &mut self.building else {
            return false;
        };
        let Some(first) = nal.first() else {
            return false;
        };
        let Ok(len) = u32::try_from(nal.len()) else {
            return false;
        };
        match first & 0x1f {
            NAL_IDR => b.frame.key = true,
            NAL_SPS => {
                b.frame.size = b.frame.size.or(sps_size(nal));
                let known = self.out.parameters.take();
                let pps = known.as_ref().map(|k| k.1.clone()).unwrap_or_default();
                let sps = known.map(|k| k.0).filter(|sps| !sps.is_empty());
                self.out.parameters = Some((sps.unwrap_or_else(|| nal.to_vec()), pps));
            }
            NAL_PPS => {
                if let Some((_, pps)) = self.out.parameters.as_mut().filter(|p| p.1.is_empty()) {
                    *pps = nal.to_vec();
                }
            }
            _ => {}
        }
        b.frame.data.extend_from_slice(&len.to_be_bytes());
        b.frame.data.extend_from_slice(nal);
        true
    }

    fn finish(&mut self) {
        let Some(b) = self.building.take() else {
            return;
        };
        if b.fragment.is_some() || b.frame.data.is_empty() {
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
