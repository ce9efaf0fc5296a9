//! Recordings: every segment opens, follows the one before, and leads to the heads that the log holds.
//! Must not know what is seen or heard.

use super::{Fault, Ground};
use crate::adapters::blobs::{BlobError, Blobs};
use crate::adapters::seal;
use crate::engine::CaseKey;
use crate::recorder::{self, PartFault};
use domain::digest::Digest;
use domain::ids::{CaseId, SessionId};
use std::collections::BTreeMap;

/// What the log tells of one recording.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Chain hash by number of segments.
    heads: BTreeMap<u64, Digest>,
    /// How many segments there are for good.
    sealed: Option<u64>,
}

/// What was there.
pub(super) struct Counted {
    pub segments: u64,
    pub bytes: u64,
}

impl Told {
    /// Takes in the chain hash after so many segments.
    pub fn head(&mut self, case: CaseId, session: SessionId, segments: u64, head: Digest) -> Result<(), Fault> {
        if *self.heads.entry(segments).or_insert(head) == head {
            return Ok(());
        }
        Err(Fault::Recording { case, session, what: format!("the log holds two heads after {segments} segments") })
    }

    /// There are so many segments and will be no more.
    pub fn sealed(&mut self, segments: u64) {
        self.sealed = Some(segments);
    }
}

/// Reads a recording from its first segment to its last.
pub(super) fn check(ground: &Ground, case: CaseId, session: SessionId, key: &CaseKey, told: &Told) -> Result<Counted, Fault> {
    let segment = |index, what: String| Fault::Segment { case, session, index, what };
    let mut bytes = 0;
    let read = recorder::read_sealed(&ground.blobs, case, session, |index, sealed, chain| {
        let fault = |why: String| PartFault::Segment { index, why };
        let plain = seal::open(&key.0, &recorder::place(session, index), sealed).map_err(|e| fault(format!("does not open: {e}")))?;
        media::decode(&plain).map_err(|e| fault(format!("opens, but {e}")))?;
        if told.sealed.is_some_and(|all| index >= all) {
            return Err(fault("was added after the recording was sealed".to_owned()));
        }
        if told.heads.get(&(index + 1)).is_some_and(|head| *head != chain) {
            return Err(fault("does not lead to the head that the log holds".to_owned()));
        }
        bytes += sealed.len() as u64;
        Ok(())
    });
    let found = match read {
        Ok(found) => found,
        Err(PartFault::Segment { index, why }) => return Err(segment(index, why)),
        Err(other) => return Err(Fault::Recording { case, session, what: other.to_string() }),
    };
    let wanted = told.heads.keys().next_back().copied().unwrap_or(0);
    if found.count < wanted {
        let what = format!("is missing, or cut off: the log holds {wanted}");
        return Err(segment(found.count, what));
    }
    parts(ground, case, session, told, found.parts)?;
    Ok(Counted { segments: found.count, bytes })
}

/// The part files are those that were read, and behind the last segment of a sealed recording is nothing.
fn parts(ground: &Ground, case: CaseId, session: SessionId, told: &Told, read: u32) -> Result<(), Fault> {
    let fault = |what: String| Fault::Recording { case, session, what };
    let broken = |e: BlobError| fault(e.to_string());
    let folder = format!("evidence/{case}");
    let names = ground.blobs.list(&folder).map_err(broken)?;
    let names: Vec<_> = names.into_iter().filter(|name| session_of(&folder, name) == Some(session)).collect();
    // A running server may have begun a part since.
    if names.len() > read as usize && !ground.live {
        return Err(fault(format!("part {read} is missing, but later ones are there")));
    }
    match names.last() {
        Some(last) if told.sealed.is_some() => match torn(&ground.blobs, last).map_err(broken)? {
            0 => Ok(()),
            extra => Err(fault(format!("{extra} bytes were added to {last} after it was sealed"))),
        },
        Some(_) | None => Ok(()),
    }
}

/// Bytes behind the last whole record of a part: what a crash tore.
fn torn(blobs: &dyn Blobs, name: &str) -> Result<u64, BlobError> {
    let size = blobs.size(name)?.unwrap_or(0);
    let mut at = 0;
    while at + 4 <= size {
        let head = blobs.read_range(name, at, 4)?;
        let end = at + 4 + head.first_chunk::<4>().map_or(0, |b| u64::from(u32::from_be_bytes(*b)));
        if end > size {
            break;
        }
        at = end;
    }
    Ok(size - at)
}

/// The session whose recording a file is a part of.
pub(super) fn session_of(folder: &str, name: &str) -> Option<SessionId> {
    let (session, part) = name.strip_prefix(folder)?.strip_prefix("/rec-")?.split_once('.')?;
    part.bytes().all(|b| b.is_ascii_digit()).then(|| session.parse().ok())?
}
