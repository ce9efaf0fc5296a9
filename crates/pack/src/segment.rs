//! What recorded segments hold: whole frames, by their hash, whoever put them into a file.
//! Must not know sealing or containers.

use domain::digest::Digest;
use std::collections::BTreeMap;

const MAGIC: [u8; 8] = *b"RCRSEG\0\x01";
const HEAD: usize = 166;
/// A frame's packets lie within this many segments of each other; what is older is whole.
const OPEN: u64 = 24;
/// Most frames that may be under way at once, whatever the segments claim.
const MAX_OPEN: usize = 4_096;

/// How a track is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Codec {
    Opus,
    Vp8,
    H264,
}

/// First and last arrival of the packets a frame was made of, microseconds UTC.
pub(crate) type Arrival = (i64, i64);

/// The frames of one recording, by seat.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    known: BTreeMap<(u8, [u8; 32]), Arrival>,
    open: BTreeMap<Source, Building>,
    segments: u64,
    kept: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    seat: u8,
    peer: u128,
    ssrc: u32,
    codec: Codec,
    time: u32,
}

#[derive(Debug)]
struct Building {
    touched: u64,
    arrival: Arrival,
    packets: BTreeMap<u64, Vec<u8>>,
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }
}

impl Frames {
    /// Takes in a segment; nothing when it is none.
    pub fn add(&mut self, segment: &[u8]) -> Option<()> {
        let (head, records) = segment.split_at_checked(HEAD)?;
        if !head.starts_with(&MAGIC) || !head.ends_with(b"data") {
            return None;
        }
        let mut at = Reader(head.get(24..)?);
        let peer = u128::from_le_bytes(at.take()?);
        let [seat, _, codec, _] = at.take()?;
        let codec = [Codec::Opus, Codec::Vp8, Codec::H264].get(usize::from(codec)).copied()?;
        let _clock_rate: [u8; 4] = at.take()?;
        let ssrc = u32::from_le_bytes(at.take()?);
        let _run_and_index: [u8; 8] = at.take()?;
        let started_us = i64::from_le_bytes(at.take()?);
        let _ended: [u8; 8] = at.take()?;
        let base = u64::from_le_bytes(at.take()?);
        self.segments += 1;
        let mut at = Reader(records);
        while !at.0.is_empty() {
            let length = u16::from_le_bytes(at.take()?);
            let _flags: [u8; 1] = at.take()?;
            let seq = base.wrapping_add_signed(i32::from_le_bytes(at.take()?).into());
            let time = u32::from_le_bytes(at.take()?);
            let arrival = started_us.saturating_add(u32::from_le_bytes(at.take()?).into());
            let payload = at.slice(length.into())?;
            self.packet(Source { seat, peer, ssrc, codec, time }, seq, arrival, payload);
        }
        self.settle(OPEN);
        Some(())
    }

    fn packet(&mut self, source: Source, seq: u64, arrival: i64, payload: &[u8]) {
        if source.codec == Codec::Opus {
            if !payload.is_empty() {
                self.keep(source.seat, payload, (arrival, arrival));
            }
            return;
        }
        if self.open.len() >= MAX_OPEN {
            self.settle(0);
        }
        let touched = self.segments;
        let building =
            self.open.entry(source).or_insert_with(|| Building { touched, arrival: (arrival, arrival), packets: BTreeMap::new() });
        building.touched = touched;
        building.arrival = (building.arrival.0.min(arrival), building.arrival.1.max(arrival));
        building.packets.entry(seq).or_insert_with(|| payload.to_vec());
    }

    fn keep(&mut self, seat: u8, frame: &[u8], arrival: Arrival) {
        self.kept += 1;
        let known = self.known.entry((seat, Digest::of(frame).0)).or_insert(arrival);
        *known = (known.0.min(arrival.0), known.1.max(arrival.1));
    }

    /// Puts together what has not been added to for so many segments.
    fn settle(&mut self, age: u64) {
        let now = self.segments;
        let ripe: Vec<Source> = self.open.iter().filter(|(_, b)| b.touched + age <= now).map(|(source, _)| *source).collect();
        for source in ripe {
            let Some(building) = self.open.remove(&source) else { continue };
            let arrival = building.arrival;
            match source.codec {
                Codec::H264 => nals(building.packets.values(), |nal| self.keep(source.seat, nal, arrival)),
                Codec::Vp8 | Codec::Opus => {
                    let frame: Vec<u8> = building.packets.values().flat_map(|p| vp8(p).unwrap_or_default().iter().copied()).collect();
                    self.keep(source.seat, &frame, arrival);
                }
            }
        }
    }

    /// All segments are in.
    pub fn finish(&mut self) {
        self.settle(0);
    }

    /// How many were recorded; two of the same bytes, as of silence, are two.
    pub fn kept(&self) -> u64 {
        self.kept
    }

    /// When a frame (of H.264: a unit of one) was received from a seat; nothing when it never was.
    pub fn arrival(&self, seat: u8, frame: &[u8]) -> Option<Arrival> {
        self.known.get(&(seat, Digest::of(frame).0)).copied()
    }
}

/// VP8 data behind its descriptor (RFC 7741, 4.2).
fn vp8(payload: &[u8]) -> Option<&[u8]> {
    let first = *payload.first()?;
    let mut at = 1;
    if first & 0x80 != 0 {
        let extension = *payload.get(at)?;
        at += 1;
        if extension & 0x80 != 0 {
            at += if payload.get(at)? & 0x80 != 0 { 2 } else { 1 };
        }
        at += usize::from(extension & 0x40 != 0) + usize::from(extension & 0x30 != 0);
    }
    payload.get(at..)
}

/// The units of an H.264 frame (RFC 6184: single, STAP-A, FU-A).
fn nals<'a>(packets: impl Iterator<Item = &'a Vec<u8>>, mut each: impl FnMut(&[u8])) {
    let mut fragment: Option<Vec<u8>> = None;
    for payload in packets {
        match payload.first().map(|b| b & 0x1f) {
            Some(1..=23) => each(payload),
            Some(24) => {
                let mut body = payload.get(1..).unwrap_or_default();
                while let Some((length, rest)) = body.split_first_chunk::<2>() {
                    let Some((nal, rest)) = rest.split_at_checked(u16::from_be_bytes(*length).into()) else { break };
                    each(nal);
                    body = rest;
                }
            }
            Some(28) => {
                let [indicator, head, rest @ ..] = payload.as_slice() else { continue };
                if head & 0x80 != 0 {
                    fragment = Some(vec![indicator & 0xe0 | head & 0x1f]);
                }
                if let Some(open) = &mut fragment {
                    open.extend_from_slice(rest);
                }
                if head & 0x40 != 0
                    && let Some(whole) = fragment.take()
                {
                    each(&whole);
                }
            }
            Some(_) | None => {}
        }
    }
}
