//! C2SP tlog-witness: what a log asks a witness, and what a witness may sign.
//! Must not know HTTP, nor where a witness keeps what it saw.

use super::checkpoint::Checkpoint;
use super::note::{NoteFault, SignedNote, VerifierKey};
use super::tree::{Hash, MAX_PROOF, empty_root, verify_consistency};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A largest note with its proof.
pub const MAX_REQUEST_BYTES: usize = super::note::MAX_NOTE_BYTES + 64 * 48;

/// The newest checkpoint of a log that a witness signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// How many leaves.
    pub size: u64,
    /// The root at that size, in hexadecimal.
    #[serde(with = "hex")]
    pub root: Hash,
    /// The note as it came, for whoever asks what was seen.
    pub note: String,
}

/// "Here is my checkpoint; from the one you signed last, this proof leads to it."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness is thought to have signed last.
    pub old: u64,
    /// From `old` to the checkpoint's size.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub note: SignedNote,
}

/// Why a witness does not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The request is not one, or its old size is above the checkpoint's.
    Malformed,
    /// The witness does not watch this log.
    UnknownLog,
    /// Not signed by the log's key.
    Unsigned,
    /// The witness signed this size last; ask from there.
    Conflict(u64),
    /// The proof does not lead from what was signed to this: a fork, or a log that was put back.
    Inconsistent,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not a request to add a checkpoint"),
            Self::UnknownLog => f.write_str("the log is not watched here"),
            Self::Unsigned => f.write_str("not signed by the log's key"),
            Self::Conflict(size) => write!(f, "the checkpoint signed last has size {size}"),
            Self::Inconsistent => f.write_str("not consistent with the checkpoint signed last"),
        }
    }
}

impl std::error::Error for Refused {}

impl AddCheckpoint {
    /// The request as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("old {}\n", self.old);
        for hash in &self.proof {
            text.push_str(&STANDARD.encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.note.to_string());
        text
    }

    /// Reads a request strictly.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        if bytes.len() > MAX_REQUEST_BYTES {
            return Err(Refused::Malformed);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Refused::Malformed)?;
        let (head, note) = text.split_once("\n\n").ok_or(Refused::Malformed)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).ok_or(Refused::Malformed)?;
        let size: u64 = old.parse().map_err(|_| Refused::Malformed)?;
        if size.to_string() != old {
            return Err(Refused::Malformed);
        }
        let hash = |line: &str| STANDARD.decode(line).ok()?.try_into().ok();
        let proof: Vec<Hash> = lines.map(hash).collect::<Option<_>>().ok_or(Refused::Malformed)?;
        if proof.len() > MAX_PROOF {
            return Err(Refused::Malformed);
        }
        let note = SignedNote::parse(note.as_bytes()).map_err(|_: NoteFault| Refused::Malformed)?;
        Ok(Self { old: size, proof, note })
    }

    /// What the witness will have seen once it signs; the caller keeps it before it answers. `log` is
    /// the key of the log that the checkpoint names, if the witness watches it.
    pub fn judge(&self, log: Option<&VerifierKey>, seen: Option<&Seen>) -> Result<(Checkpoint, Seen), Refused> {
        let checkpoint = Checkpoint::parse_text(self.note.text()).map_err(|_| Refused::Malformed)?;
        let log = log.filter(|log| log.name() == checkpoint.origin).ok_or(Refused::UnknownLog)?;
        self.note.verify(log).map_err(|_| Refused::Unsigned)?;
        if self.old > checkpoint.size {
            return Err(Refused::Malformed);
        }
        let (size, root) = seen.map_or((0, empty_root()), |seen| (seen.size, seen.root));
        if self.old != size {
            return Err(Refused::Conflict(size));
        }
        if checkpoint.size == 0 && checkpoint.root != empty_root() {
            return Err(Refused::Inconsistent);
        }
        if !verify_consistency(size, checkpoint.size, &self.proof, &root, &checkpoint.root) {
            return Err(Refused::Inconsistent);
        }
        let next = Seen { size: checkpoint.size, root: checkpoint.root, note: self.note.to_string() };
        Ok((checkpoint, next))
    }
}

mod hex {
    //! A hash as hexadecimal text.
    use super::super::tree::{Hash, from_hex, to_hex};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    pub(super) fn serialize<S: Serializer>(hash: &Hash, s: S) -> Result<S::Ok, S::Error> {
        to_hex(hash).serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Hash, D::Error> {
        from_hex(&String::deserialize(d)?).ok_or_else(|| de::Error::custom("expected 64 hexadecimal digits"))
    }
}

#[cfg(test)]
#[path = "witness_tests.rs"]
mod tests;
