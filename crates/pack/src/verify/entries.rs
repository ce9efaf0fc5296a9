//! The entries of the case: canonical, of this case, in the log that the checkpoint signs, and without a hole in its states.
//! Must not know what a fact means.

use super::Ground;
use crate::proof::Proof;
use crate::{Fault, path};
use domain::audit::{Checkpoint, Entry, Row, verify_entry};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// What the log says of the case.
pub(super) struct Log {
    /// By index.
    pub entries: BTreeMap<u64, Entry>,
    pub checkpoint: Checkpoint,
    pub states: u64,
}

pub(super) fn check<R: Read + Seek>(ground: &mut Ground<R>) -> Result<Log, Fault> {
    let note = ground.text(path::CHECKPOINT)?;
    let checkpoint = Checkpoint::verify(&note, &ground.key).map_err(|e| Fault::new("unsigned", path::CHECKPOINT, e.to_string()))?;
    let indexes = proofs(ground)?;
    let lines = ground.text(path::EVENTS)?;
    let broken = |what: &str| Fault::new("damaged", path::EVENTS, what);
    let lines: Vec<&[u8]> = match lines.strip_suffix(b"\n") {
        Some(lines) => lines.split(|b| *b == b'\n').collect(),
        None => return Err(broken("its last line is cut off")),
    };
    if lines.len() != indexes.len() {
        return Err(Fault::new("incomplete", path::EVENTS, format!("has {} entries, but there are {} proofs", lines.len(), indexes.len())));
    }
    let mut entries = BTreeMap::new();
    for (line, index) in lines.iter().zip(&indexes) {
        let name = path::proof(*index);
        let proof = Proof::parse(&ground.text(&name)?).filter(|p| p.index == *index);
        let proof = proof.ok_or_else(|| Fault::new("damaged", &name, "is no proof of that entry"))?;
        if proof.checkpoint.as_bytes() != note {
            return Err(Fault::new("changed", name, "is for another checkpoint than the one in the pack"));
        }
        let row = Row { index: *index, canonical: Cow::Borrowed(line), leaf: None };
        let fault = |what: String| Fault::new("not_in_log", format!("entry {index}"), what);
        let entry = verify_entry(&row, &proof.path, &checkpoint).map_err(|e| fault(e.to_string()))?;
        if entry.case != Some(ground.manifest.case) || entry.tenant != ground.manifest.tenant {
            return Err(Fault::new("other_case", format!("entry {index}"), "is about another case"));
        }
        entries.insert(*index, entry);
    }
    let states = states(&entries)?;
    Ok(Log { entries, checkpoint, states })
}

/// The indexes that there are proofs for, rising.
fn proofs<R: Read + Seek>(ground: &Ground<R>) -> Result<Vec<u64>, Fault> {
    let mut indexes = Vec::new();
    for file in &ground.manifest.files {
        let Some(name) = file.path.strip_prefix("log/proofs/") else { continue };
        let index = name.strip_suffix(".tlog-proof").and_then(|n| n.parse().ok()).filter(|index| path::proof(*index) == file.path);
        indexes.push(index.ok_or_else(|| Fault::new("extra", &file.path, "is not named as a proof is"))?);
    }
    indexes.sort_unstable();
    Ok(indexes)
}

/// Every state of the case left an entry with its hash: one that is missing shows.
fn states(entries: &BTreeMap<u64, Entry>) -> Result<u64, Fault> {
    let mut by_version: BTreeMap<u64, (u64, bool)> = BTreeMap::new();
    let mut newest = 0;
    for (index, entry) in entries {
        if entry.case_version == 0 {
            continue;
        }
        if entry.case_version < newest {
            return Err(Fault::new("incomplete", format!("entry {index}"), "speaks of an older state than the one before it"));
        }
        newest = entry.case_version;
        let state = by_version.entry(newest).or_insert((*index, false));
        state.1 |= entry.state_hash.is_some();
    }
    for (n, (version, (index, hashed))) in (1..).zip(&by_version) {
        if n != *version {
            return Err(Fault::new("incomplete", format!("state {n}"), "has no entry: at least one was left out"));
        }
        if !hashed {
            return Err(Fault::new("incomplete", format!("state {n}"), format!("has an entry ({index}), but not the one with its hash")));
        }
    }
    Ok(by_version.len() as u64)
}
