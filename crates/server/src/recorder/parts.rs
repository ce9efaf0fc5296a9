//! Part files: names, records, the chain, and reading them back.
//! Must not know when anything is written.

use crate::adapters::blobs::{BlobError, Blobs};
use crate::adapters::seal::{self, SealError};
use domain::digest::Digest;
use domain::ids::{CaseId, SessionId};
use sha2::{Digest as _, Sha256};

/// Largest record: a segment's limit with room for the seal.
const MAX_RECORD: usize = 16 * 1024 * 1024;
/// Most parts of one recording: restarts of the server during one session.
const MAX_PARTS: u32 = 1_000;

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PartFault {
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error("segment {index} does not open: {why}")]
    Segment { index: u64, why: String },
    #[error("too many parts")]
    TooMany,
}

/// What is there of a recording.
pub struct Found {
    /// Parts there are.
    pub parts: u32,
    /// Whole records.
    pub count: u64,
    /// Chain hash of the last.
    pub chain: Digest,
    /// Sealed bytes of the last.
    pub last: Option<Vec<u8>>,
}

/// Where a sealed segment belongs.
#[must_use]
pub fn place(session: SessionId, index: u64) -> String {
    format!("rec/{session}/{index}")
}

/// The name of a part file.
#[must_use]
pub fn part_name(case: CaseId, session: SessionId, part: u32) -> String {
    format!("evidence/{case}/rec-{session}.{part:04}")
}

/// A segment as a record, into a buffer that is used again and again.
pub(super) fn record<'a>(
    key: &[u8; 32],
    place: &str,
    pieces: impl Iterator<Item = &'a [u8]> + Clone,
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    out.clear();
    out.extend_from_slice(&[0; 4]);
    seal::seal_onto(key, place, pieces, out)?;
    let head = length(&out[4..]);
    out[..4].copy_from_slice(&head);
    Ok(())
}

/// What stands before sealed bytes in a record; no segment is anywhere near its limit.
fn length(sealed: &[u8]) -> [u8; 4] {
    u32::try_from(sealed.len()).unwrap_or(u32::MAX).to_be_bytes()
}

pub(super) fn link(chain: Digest, index: u64, sealed: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(chain.0);
    hash.update(index.to_be_bytes());
    hash.update(length(sealed));
    hash.update(sealed);
    Digest(hash.finalize().into())
}

/// Where a sealed segment lies on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lies {
    part: u32,
    from: u64,
    len: u32,
}

/// Calls `each` with every whole record: its index, its sealed bytes and the chain hash up to it.
/// A torn record can only be the last of a part: what a crash left.
///
/// # Errors
/// Storage that does not answer, or whatever `each` says.
pub fn read_sealed(
    blobs: &dyn Blobs,
    case: CaseId,
    session: SessionId,
    mut each: impl FnMut(u64, &[u8], Digest) -> Result<(), PartFault>,
) -> Result<Found, PartFault> {
    walk(blobs, case, session, |index, _, sealed, chain| each(index, sealed, chain))
}

fn walk(
    blobs: &dyn Blobs,
    case: CaseId,
    session: SessionId,
    mut each: impl FnMut(u64, Lies, &[u8], Digest) -> Result<(), PartFault>,
) -> Result<Found, PartFault> {
    let mut found = Found { parts: 0, count: 0, chain: Digest([0; 32]), last: None };
    for part in 0..=MAX_PARTS {
        let name = part_name(case, session, part);
        let Some(size) = blobs.size(&name)? else { return Ok(found) };
        found.parts = part + 1;
        let mut at = 0u64;
        while at + 4 <= size {
            let head = blobs.read_range(&name, at, 4)?;
            let len = head.first_chunk::<4>().map_or(0, |b| u32::from_be_bytes(*b));
            let end = at + 4 + u64::from(len);
            if len as usize > MAX_RECORD || end > size {
                break;
            }
            let sealed = blobs.read_range(&name, at + 4, u64::from(len))?;
            found.chain = link(found.chain, found.count, &sealed);
            each(found.count, Lies { part, from: at + 4, len }, &sealed, found.chain)?;
            found.count += 1;
            found.last = Some(sealed);
            at = end;
        }
    }
    Err(PartFault::TooMany)
}

/// Calls `each` with every segment, opened, one after the other: its place on the disk and its bytes.
///
/// # Errors
/// The first segment that does not open, or whatever `each` says.
pub fn read_each(
    blobs: &dyn Blobs,
    key: &[u8; 32],
    case: CaseId,
    session: SessionId,
    mut each: impl FnMut(u64, Lies, &[u8]) -> Result<(), PartFault>,
) -> Result<Found, PartFault> {
    walk(blobs, case, session, |index, lies, sealed, _| {
        let plain = opened(key, session, index, sealed)?;
        each(index, lies, &plain)
    })
}

/// One segment, opened, from its place on the disk.
///
/// # Errors
/// Storage that does not answer, or a segment that does not open.
pub fn read_one(blobs: &dyn Blobs, key: &[u8; 32], case: CaseId, session: SessionId, index: u64, lies: Lies) -> Result<Vec<u8>, PartFault> {
    let sealed = blobs.read_range(&part_name(case, session, lies.part), lies.from, u64::from(lies.len))?;
    opened(key, session, index, &sealed)
}

fn opened(key: &[u8; 32], session: SessionId, index: u64, sealed: &[u8]) -> Result<Vec<u8>, PartFault> {
    seal::open(key, &place(session, index), sealed).map_err(|e| PartFault::Segment { index, why: e.to_string() })
}

pub(super) fn resume(blobs: &dyn Blobs, case: CaseId, session: SessionId) -> Result<Found, PartFault> {
    read_sealed(blobs, case, session, |_, _, _| Ok(()))
}

/// Every segment of a recording, opened.
///
/// # Errors
/// The first segment that does not open.
pub fn read(blobs: &dyn Blobs, key: &[u8; 32], case: CaseId, session: SessionId) -> Result<Vec<Vec<u8>>, PartFault> {
    let mut all = Vec::new();
    read_sealed(blobs, case, session, |index, sealed, _| {
        all.push(opened(key, session, index, sealed)?);
        Ok(())
    })?;
    Ok(all)
}
