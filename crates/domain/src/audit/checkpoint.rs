//! C2SP tlog-checkpoint: the three lines (and extensions) that state a log's size and root.
//! Must not know where checkpoints are kept.

use super::note::{NoteFault, SignedNote, VerifierKey};
use super::tree::Hash;
use crate::time::Timestamp;
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::SigningKey;

/// Extension lines are a courtesy to readers; more of them are a mistake.
pub const MAX_EXTENSIONS: usize = 16;

/// "The log `origin` has `size` entries under `root`."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a name without a scheme, such as `bank.example/recourse`; also the key's name.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The tree's root at that size.
    pub root: Hash,
    /// Further lines, opaque here, none empty.
    pub extensions: Vec<String>,
}

/// Opens the extension line with the size of the checkpoint before.
const AFTER: &str = "after ";
/// Opens the extension line with the time, in microseconds of UTC.
const AT: &str = "at ";

impl Checkpoint {
    /// A checkpoint that names the one before it and its own time, so that neither can be taken
    /// out or changed beside it.
    #[must_use]
    pub fn following(after: u64, origin: String, size: u64, root: Hash, at: Timestamp) -> Self {
        Self { origin, size, root, extensions: vec![format!("{AFTER}{after}"), format!("{AT}{}", at.0)] }
    }

    /// The size of the checkpoint before it, where it says so; 0 is none.
    #[must_use]
    pub fn after(&self) -> Option<u64> {
        self.extensions.iter().find_map(|line| line.strip_prefix(AFTER)?.parse().ok())
    }

    /// Its time, where it says so.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        self.extensions.iter().find_map(|line| line.strip_prefix(AT)?.parse().ok()).map(Timestamp)
    }

    /// The checkpoint as the text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root));
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Signs the checkpoint under the origin's name.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedNote, NoteFault> {
        let text = self.text();
        // What we sign must read back as what we meant: no newline hides in a field.
        if Self::parse_text(&text).as_ref() != Ok(self) {
            return Err(NoteFault::Malformed);
        }
        let mut note = SignedNote::new(text)?;
        note.sign(&self.origin, key)?;
        Ok(note)
    }

    /// Reads a checkpoint's text; signatures are another question (`open`).
    pub fn parse_text(text: &str) -> Result<Self, NoteFault> {
        let mut lines = text.strip_suffix('\n').ok_or(NoteFault::Malformed)?.split('\n');
        let mut line = || lines.next().filter(|line| !line.is_empty()).ok_or(NoteFault::Malformed);
        let (origin, size, root) = (line()?, line()?, line()?);
        let number: u64 = size.parse().map_err(|_| NoteFault::Malformed)?;
        if number.to_string() != size {
            return Err(NoteFault::Malformed);
        }
        let root: Hash = STANDARD.decode(root).ok().and_then(|raw| raw.try_into().ok()).ok_or(NoteFault::Malformed)?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.len() > MAX_EXTENSIONS {
            return Err(NoteFault::TooLarge);
        }
        if extensions.iter().any(String::is_empty) {
            return Err(NoteFault::Malformed);
        }
        Ok(Self { origin: origin.to_owned(), size: number, root, extensions })
    }

    /// Reads a signed checkpoint without asking who signed it.
    pub fn parse(note: &[u8]) -> Result<(Self, SignedNote), NoteFault> {
        let note = SignedNote::parse(note)?;
        Ok((Self::parse_text(note.text())?, note))
    }

    /// Reads a signed checkpoint of the log that `key` names, and verifies that key's signature.
    pub fn verify(note: &[u8], key: &VerifierKey) -> Result<Self, NoteFault> {
        let (checkpoint, note) = Self::parse(note)?;
        note.verify(key)?;
        if checkpoint.origin == key.name() { Ok(checkpoint) } else { Err(NoteFault::Unsigned) }
    }
}
