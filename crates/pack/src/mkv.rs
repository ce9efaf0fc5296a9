//! The frames of a WebM or Matroska file, with their time. Must not know where the file comes from.

use std::io::Read;

/// Largest element that is read whole: a cluster of some seconds.
const MAX_ELEMENT: u64 = 64 * 1024 * 1024;
/// Nanoseconds of 2001-01-01 since 1970, in microseconds: the zero of dates in Matroska.
const EPOCH_2001_US: i64 = 978_307_200_000_000;

const HEADER: u32 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CLUSTER: u32 = 0x1F43_B675;
const DATE: u32 = 0x4461;
const ENTRY: u32 = 0xAE;
const NUMBER: u32 = 0xD7;
const CODEC: u32 = 0x86;
const TIME: u32 = 0xE7;
const BLOCK: u32 = 0xA3;

/// One frame.
pub(crate) struct Block<'a> {
    /// H.264: its units have their lengths before them.
    pub units: bool,
    /// Wall clock, microseconds UTC.
    pub at_us: i64,
    pub data: &'a [u8],
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |n, b| n << 8 | u64::from(*b))
}

/// A variable-length number from `next`: its bytes as they stand, and without the marker.
fn vint(mut next: impl FnMut() -> Option<u8>) -> Option<(u64, u64)> {
    let first = next()?;
    let length = first.leading_zeros() + 1;
    if length > 8 {
        return None;
    }
    let mut raw = u64::from(first);
    for _ in 1..length {
        raw = raw << 8 | u64::from(next()?);
    }
    Some((raw, raw & !(1u64 << (7 * length))))
}

fn element<'a>(bytes: &mut &'a [u8]) -> Option<(u32, &'a [u8])> {
    let mut at = *bytes;
    let mut next = || {
        let (first, rest) = at.split_first()?;
        at = rest;
        Some(*first)
    };
    let id = u32::try_from(vint(&mut next)?.0).ok()?;
    let size = usize::try_from(vint(&mut next)?.1).ok()?;
    let (body, rest) = at.split_at_checked(size)?;
    *bytes = rest;
    Some((id, body))
}

fn children(mut bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    std::iter::from_fn(move || element(&mut bytes))
}

fn head(from: &mut impl Read) -> Option<(u32, u64)> {
    let mut next = || {
        let mut byte = [0];
        from.read_exact(&mut byte).ok()?;
        Some(byte[0])
    };
    let id = u32::try_from(vint(&mut next)?.0).ok()?;
    Some((id, vint(&mut next)?.1))
}

/// Calls `each` with every frame until it says no; nothing when this is no such file, else whether all were taken.
pub(crate) fn frames(from: &mut impl Read, mut each: impl FnMut(Block<'_>) -> bool) -> Option<bool> {
    let (id, size) = head(from)?;
    if id != HEADER || size > 4_096 {
        return None;
    }
    body(from, size)?;
    let (id, mut left) = head(from)?;
    if id != SEGMENT {
        return None;
    }
    let (mut started_us, mut units) = (0, Vec::new());
    while left > 0 {
        let (id, size) = head(from)?;
        // Ids of four bytes; sizes are written with eight.
        left = left.checked_sub(12)?.checked_sub(size)?;
        let bytes = body(from, size)?;
        match id {
            INFO => {
                let date = children(&bytes).find(|(id, _)| *id == DATE)?.1;
                started_us = i64::from_be_bytes(date.try_into().ok()?) / 1_000 + EPOCH_2001_US;
            }
            TRACKS => units = children(&bytes).filter(|(id, _)| *id == ENTRY).map(|(_, entry)| track(entry)).collect(),
            CLUSTER if !cluster(&bytes, started_us, &units, &mut each)? => return Some(false),
            _ => {}
        }
    }
    Some(true)
}

fn body(from: &mut impl Read, size: u64) -> Option<Vec<u8>> {
    if size > MAX_ELEMENT {
        return None;
    }
    let mut bytes = Vec::new();
    from.take(size).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == size).then_some(bytes)
}

/// A track's number, and whether its frames are units of H.264.
fn track(entry: &[u8]) -> (u64, bool) {
    let of = |id: u32| children(entry).find(|(found, _)| *found == id).map_or(&[][..], |(_, body)| body);
    (number(of(NUMBER)), of(CODEC).starts_with(b"V_MPEG4"))
}

fn cluster(bytes: &[u8], started_us: i64, units: &[(u64, bool)], each: &mut impl FnMut(Block<'_>) -> bool) -> Option<bool> {
    let mut base_ms = 0;
    let mut rest = bytes;
    while !rest.is_empty() {
        let (id, body) = element(&mut rest)?;
        if id == TIME {
            base_ms = i64::try_from(number(body)).ok()?;
        }
        if id != BLOCK {
            continue;
        }
        let [track, high, low, _flags, data @ ..] = body else { return None };
        let track = u64::from(track & 0x7f);
        let units = units.iter().find(|(number, _)| *number == track)?.1;
        let at_ms = base_ms.checked_add(i16::from_be_bytes([*high, *low]).into())?;
        let at_us = started_us.checked_add(at_ms.checked_mul(1_000)?)?;
        if !each(Block { units, at_us, data }) {
            return Some(false);
        }
    }
    Some(true)
}

/// The units of an H.264 frame.
pub(crate) fn units(mut data: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = data.split_first_chunk::<4>()?;
        // A unit that is cut short is given as it is: no recorded one is like it.
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?.min(rest.len());
        let (unit, rest) = rest.split_at(length);
        data = rest;
        Some(unit)
    })
}
