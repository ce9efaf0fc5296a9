//! The few bits of VP8 and H.264 payloads that forwarding and recording need. It must not know RTP sequence or time.

use crate::segment::Codec;

/// A VP8 payload descriptor (RFC 7741, section 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vp8Descriptor {
    /// Bytes before the VP8 data.
    pub len: usize,
    /// First packet of a frame's first partition.
    pub frame_start: bool,
    /// Picture id and its width in bits (7 or 15).
    pub picture_id: Option<(u16, u8)>,
    pub tl0_pic_idx: Option<u8>,
}

impl Vp8Descriptor {
    pub fn parse(payload: &[u8]) -> Option<Vp8Descriptor> {
        let first = *payload.first()?;
        let mut at = 1;
        let mut picture_id = None;
        let mut tl0_pic_idx = None;
        if first & 0x80 != 0 {
            let ext = *payload.get(at)?;
            at += 1;
            if ext & 0x80 != 0 {
                let high = *payload.get(at)?;
                at += 1;
                if high & 0x80 != 0 {
                    let low = *payload.get(at)?;
                    at += 1;
                    picture_id = Some((u16::from(high & 0x7f) << 8 | u16::from(low), 15));
                } else {
                    picture_id = Some((u16::from(high), 7));
                }
            }
            if ext & 0x40 != 0 {
                tl0_pic_idx = Some(*payload.get(at)?);
                at += 1;
            }
            if ext & 0x30 != 0 {
                at += 1;
            }
        }
        (at < payload.len()).then_some(Vp8Descriptor {
            len: at,
            frame_start: first & 0x10 != 0 && first & 0x07 == 0,
            picture_id,
            tl0_pic_idx,
        })
    }
}

/// Whether VP8 data (after the descriptor) opens a key frame, and its size.
pub(crate) fn vp8_key_size(data: &[u8]) -> Option<(u16, u16)> {
    let head = data.get(..10)?;
    if head[0] & 1 != 0 || head[3..6] != [0x9d, 0x01, 0x2a] {
        return None;
    }
    let width = u16::from_le_bytes([head[6], head[7]]) & 0x3fff;
    let height = u16::from_le_bytes([head[8], head[9]]) & 0x3fff;
    (width > 0 && height > 0).then_some((width, height))
}

/// What the first bytes of a video payload say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// A key frame begins here; its size, when this packet carries it.
    Key(Option<(u16, u16)>),
    /// Anything else.
    Other,
}

/// Looks for the beginning of a key frame.
pub(crate) fn video_start(codec: Codec, payload: &[u8]) -> Start {
    match codec {
        Codec::Opus => Start::Other,
        Codec::Vp8 => {
            let size = Vp8Descriptor::parse(payload).filter(|d| d.frame_start).and_then(|d| vp8_key_size(&payload[d.len..]));
            size.map_or(Start::Other, |size| Start::Key(Some(size)))
        }
        Codec::H264 => h264_start(payload),
    }
}

const NAL_IDR: u8 = 5;
const NAL_SPS: u8 = 7;
const NAL_STAP_A: u8 = 24;
const NAL_FU_A: u8 = 28;

fn h264_start(payload: &[u8]) -> Start {
    let Some(&first) = payload.first() else {
        return Start::Other;
    };
    match first & 0x1f {
        NAL_SPS => Start::Key(sps_size(payload)),
        NAL_IDR => Start::Key(None),
        NAL_STAP_A => {
            let mut start = Start::Other;
            for nal in stap_a(&payload[1..]) {
                match nal.first().map(|b| b & 0x1f) {
                    Some(NAL_SPS) => return Start::Key(sps_size(nal)),
                    Some(NAL_IDR) => start = Start::Key(None),
                    Some(_) | None => {}
                }
            }
            start
        }
        NAL_FU_A => match payload.get(1) {
            Some(&fu) if fu & 0x80 != 0 && fu & 0x1f == NAL_IDR => Start::Key(None),
            Some(_) | None => Start::Other,
        },
        _ => Start::Other,
    }
}

/// The NAL units of a STAP-A body; stops at the first one that is cut.
pub(crate) fn stap_a(mut body: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (len, rest) = body.split_first_chunk::<2>()?;
        let (nal, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
        body = rest;
        (!nal.is_empty()).then_some(nal)
    })
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<u32> {
        let byte = *self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(u32::from(bit))
    }

    fn bits(&mut self, n: u32) -> Option<u32> {
        let mut v = 0u32;
        for _ in 0..n {
            v = v << 1 | self.bit()?;
        }
        Some(v)
    }

    fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros > 24 {
                return None;
            }
        }
        Some((1u32 << zeros) - 1 + self.bits(zeros)?)
    }

    fn se(&mut self) -> Option<i64> {
        let v = i64::from(self.ue()?);
        Some(if v % 2 == 0 { -v / 2 } else { (v + 1) / 2 })
    }
}

/// Picture size from a sequence parameter set NAL unit (H.264, section 7.3.2.1.1).
pub(crate) fn sps_size(nal: &[u8]) -> Option<(u16, u16)> {
    // Emulation prevention: 00 00 03 stands for 00 00.
    let mut raw = Vec::with_capacity(nal.len().min(128));
    for &byte in nal.get(1..)?.iter().take(128) {
        if byte == 3 && raw.ends_with(&[0, 0]) {
            continue;
        }
        raw.push(byte);
    }
    let profile = *raw.first()?;
    let mut b = Bits { bytes: &raw, at: 24 };
    b.ue()?;
    let mut chroma = 1;
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128) {
        chroma = b.ue()?;
        if chroma == 3 {
            b.bit()?;
        }
        b.ue()?;
        b.ue()?;
        b.bit()?;
        if b.bit()? == 1 {
            // Scaling lists do not occur in what browsers send.
            return None;
        }
    }
    b.ue()?;
    match b.ue()? {
        0 => {
            b.ue()?;
        }
        1 => {
            b.bit()?;
            b.se()?;
            b.se()?;
            let cycle = b.ue()?;
            for _ in 0..cycle.min(255) {
                b.se()?;
            }
        }
        _ => {}
    }
    b.ue()?;
    b.bit()?;
    let width_mbs = b.ue()?.checked_add(1)?;
    let height_units = b.ue()?.checked_add(1)?;
    let frame_only = b.bit()?;
    if frame_only == 0 {
        b.bit()?;
    }
    b.bit()?;
    let (mut crop_x, mut crop_y) = (0, 0);
    if b.bit()? == 1 {
        let (left, right, top, bottom) = (b.ue()?, b.ue()?, b.ue()?, b.ue()?);
        let unit_x = if chroma == 1 || chroma == 2 { 2 } else { 1 };
        let unit_y = (if chroma == 1 { 2 } else { 1 }) * (2 - frame_only);
        crop_x = left.checked_add(right)?.checked_mul(unit_x)?;
        crop_y = top.checked_add(bottom)?.checked_mul(unit_y)?;
    }
    let width = width_mbs.checked_mul(16)?.checked_sub(crop_x)?;
    let height = height_units.checked_mul(16)?.checked_mul(2 - frame_only)?.checked_sub(crop_y)?;
    let (width, height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
    (width > 0 && height > 0).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vp8_key_frame_tells_its_size() {
        let payload = [0x90, 0x80, 0x81, 0x02, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01, 9];
        assert_eq!(video_start(Codec::Vp8, &payload), Start::Key(Some((640, 480))));
        let descriptor = Vp8Descriptor::parse(&payload).unwrap();
        assert_eq!(descriptor.picture_id, Some((0x102, 15)));
        let mut delta = payload;
        delta[4] |= 1;
        assert_eq!(video_start(Codec::Vp8, &delta), Start::Other);
    }

    #[test]
    fn sequence_parameter_sets_tell_the_size() {
        // 640x480 constrained baseline as written by a browser's encoder.
        let sps = [0x67, 0x42, 0xc0, 0x1f, 0x8c, 0x8d, 0x40, 0x50, 0x1e, 0xd0, 0x0f, 0x08, 0x84, 0x6a];
        assert_eq!(sps_size(&sps), Some((640, 480)));
        let mut stap = vec![24, 0, 14];
        stap.extend_from_slice(&sps);
        assert_eq!(video_start(Codec::H264, &stap), Start::Key(Some((640, 480))));
        assert_eq!(video_start(Codec::H264, &[28, 0x85, 1]), Start::Key(None));
        assert_eq!(video_start(Codec::H264, &[28, 0x05, 1]), Start::Other);
        assert_eq!(video_start(Codec::H264, &[0x41, 1]), Start::Other);
    }

    proptest! {
        #[test]
        fn garbage_payloads_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for codec in [Codec::Opus, Codec::Vp8, Codec::H264] {
                let _ = video_start(codec, &bytes);
            }
            let _ = sps_size(&bytes);
            let _ = stap_a(&bytes).count();
        }
    }
}
