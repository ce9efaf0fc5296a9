//! The evidence pack: one ZIP that holds a case, and the proof of it with nothing else at hand.
//! Must not know a server, a database, a network or how a pack's files come to be.
#![deny(missing_docs)]

pub mod age;
mod fault;
pub mod manifest;
mod mkv;
pub mod proof;
pub mod readme;
mod sealed;
mod segment;
mod verify;
mod write;
mod zip;

pub use fault::Fault;
pub use manifest::Manifest;
pub use verify::{Report, verify, verify_with};
pub use write::{PackWriter, WriteFault};

/// Most files of a pack: five thousand entries with a proof each, and as many texts, fit.
pub const MAX_FILES: usize = 20_000;
/// Largest pack, bytes: what a ZIP without extensions can hold, which every unpacker reads.
pub const MAX_PACK: u64 = u32::MAX as u64;
/// Longest path inside a pack, bytes.
pub const MAX_PATH: usize = 200;
/// Largest file that is not media, bytes; it is read into memory.
pub const MAX_TEXT: u64 = 64 * 1024 * 1024;

/// Paths that every pack has.
pub mod path {
    /// What it is, and how to verify it.
    pub const README: &str = "README.txt";
    /// Every file with its hash, and which entry speaks of which file.
    pub const MANIFEST: &str = "manifest.json";
    /// The log's key vouches for the manifest.
    pub const NOTE: &str = "manifest.note";
    /// The same hashes as coreutils read them.
    pub const SUMS: &str = "SHA256SUMS";
    /// The report for people.
    pub const REPORT: &str = "report.pdf";
    /// The verification by hand.
    pub const BY_HAND: &str = "verify-by-hand.sh";
    /// The newest signed checkpoint.
    pub const CHECKPOINT: &str = "log/checkpoint";
    /// The key that signs it.
    pub const KEY: &str = "log/log.pub";
    /// The entries of the case, one canonical form a line.
    pub const EVENTS: &str = "log/events.jsonl";

    /// The proof of one entry.
    #[must_use]
    pub fn proof(index: u64) -> String {
        format!("log/proofs/{index:012}.tlog-proof")
    }

    /// What a commitment of an entry was made of: sixteen bytes of salt, and the text.
    #[must_use]
    pub fn text(index: u64, kind: &str) -> String {
        format!("texts/{index:012}-{kind}.bin")
    }

    /// A consent as it was shown.
    #[must_use]
    pub fn consent(index: u64) -> String {
        format!("consents/{index:012}.txt")
    }

    /// A file of a session's recording.
    #[must_use]
    pub fn recording(session: domain::ids::SessionId, name: &str) -> String {
        format!("recordings/{session}/{name}")
    }
}
