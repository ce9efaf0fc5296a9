//! The offline proof: replays entries against signed checkpoints and names what does not fit.
//! Must not know where the entries come from.

use super::checkpoint::Checkpoint;
use super::note::{NoteFault, VerifierKey};
use super::tree::{Frontier, Hash, hash_leaf, verify_inclusion};
use super::{BadEntry, Entry};
use crate::ids::EntryId;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;

/// Checkpoints are kept at least every few seconds while entries come; beyond this, feed
/// the verifier the newest ones.
pub const MAX_CHECKPOINTS: usize = 1_000_000;

/// One stored row of the log.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// Its place in the tree, from 0.
    pub index: u64,
    /// The bytes of `Entry::canonical`.
    pub canonical: Cow<'a, [u8]>,
    /// The leaf hash stored beside it; with it a changed entry is named exactly, without it
    /// only the stretch between two checkpoints.
    pub leaf: Option<Hash>,
}

/// Where something does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// One entry.
    Entry {
        /// Its index.
        index: u64,
        /// Its id, if the entry can still be read.
        id: Option<EntryId>,
    },
    /// Some entry of `from..to`, which a checkpoint covers and which has no other proof.
    Stretch {
        /// The first index that is in doubt.
        from: u64,
        /// The size of the checkpoint that does not fit.
        to: u64,
    },
    /// One checkpoint.
    Checkpoint {
        /// Its position among those given, from 0.
        position: usize,
        /// Its size, if it can still be read.
        size: Option<u64>,
    },
}

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The entry cannot be read, or is not in its canonical form.
    Entry(BadEntry),
    /// The entry does not hash to the leaf stored beside it.
    Leaf,
    /// This index was expected and another came: rows are missing, doubled or out of order.
    Order,
    /// The inclusion proof does not lead to the checkpoint's root.
    Proof,
    /// The checkpoint's note does not hold.
    Note(NoteFault),
    /// Checkpoints must be given in the order of their sizes, and one size has one root.
    Fork,
    /// The entries do not give the root that was signed.
    Root,
    /// A checkpoint covers more entries than there are.
    Missing,
    /// More checkpoints than the limit.
    TooMany,
}

/// The first thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What.
    pub what: What,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Entry { index, id: Some(id) } => write!(f, "audit entry {index} ({id}): ")?,
            Place::Entry { index, id: None } => write!(f, "audit entry {index}: ")?,
            Place::Stretch { from, to } => write!(f, "audit entries {from} to {}: ", to.saturating_sub(1))?,
            Place::Checkpoint { position, size: Some(size) } => write!(f, "checkpoint {position} (size {size}): ")?,
            Place::Checkpoint { position, size: None } => write!(f, "checkpoint {position}: ")?,
        }
        match self.what {
            What::Entry(bad) => write!(f, "{bad}"),
            What::Note(fault) => write!(f, "{fault}"),
            What::Leaf => f.write_str("does not hash to its stored leaf"),
            What::Order => f.write_str("expected here, another index came"),
            What::Proof => f.write_str("the inclusion proof does not lead to the signed root"),
            What::Fork => f.write_str("not after the one before it, or another root for the same size"),
            What::Root => f.write_str("do not give the signed root"),
            What::Missing => f.write_str("covered by a signed checkpoint, but missing"),
            What::TooMany => f.write_str("more checkpoints than the limit"),
        }
    }
}

impl std::error::Error for Fault {}

/// What was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// How many entries were read.
    pub entries: u64,
    /// How many checkpoints hold.
    pub checkpoints: usize,
    /// How many entries the newest checkpoint covers; the rest is only hashed, not signed.
    pub signed: u64,
    /// The root over all entries read.
    pub root: Hash,
}

/// The verification as a machine, for callers that stream rows, and checkpoints too: what was met is forgotten.
#[derive(Clone, Debug)]
pub struct Verifier {
    key: VerifierKey,
    /// Not reached yet, smallest first.
    ahead: VecDeque<Checkpoint>,
    /// The newest one given: its size and root.
    newest: Option<(u64, Hash)>,
    /// The size of the last one that was reached.
    reached: u64,
    given: usize,
    met: usize,
    frontier: Frontier,
}

impl Verifier {
    /// Reads and verifies the signed checkpoints, smallest first; more can be given later.
    pub fn new<N: AsRef<[u8]>>(notes: impl IntoIterator<Item = N>, key: &VerifierKey) -> Result<Self, Fault> {
        let mut verifier =
            Self { key: key.clone(), ahead: VecDeque::new(), newest: None, reached: 0, given: 0, met: 0, frontier: Frontier::default() };
        for note in notes {
            verifier.expect(note.as_ref())?;
        }
        verifier.meet_checkpoints()?;
        Ok(verifier)
    }

    /// Takes the next signed checkpoint, before the rows it covers have all come.
    pub fn expect(&mut self, note: &[u8]) -> Result<(), Fault> {
        let position = self.given;
        let fault = |size, what| Fault { place: Place::Checkpoint { position, size }, what };
        if position >= MAX_CHECKPOINTS {
            return Err(fault(None, What::TooMany));
        }
        let next = Checkpoint::verify(note, &self.key).map_err(|why| {
            let size = Checkpoint::parse(note).ok().map(|(read, _)| read.size);
            fault(size, What::Note(why))
        })?;
        let fits = self.newest.is_none_or(|(size, root)| size < next.size || (size == next.size && root == next.root));
        if !fits || next.size < self.frontier.size() {
            return Err(fault(Some(next.size), What::Fork));
        }
        self.newest = Some((next.size, next.root));
        self.given += 1;
        self.ahead.push_back(next);
        Ok(())
    }

    /// How many checkpoints were given and not reached yet.
    #[must_use]
    pub fn ahead(&self) -> usize {
        self.ahead.len()
    }

    /// Takes the next row; gives back the entry it holds.
    pub fn row(&mut self, row: &Row<'_>) -> Result<Entry, Fault> {
        let read = Read::of(row);
        self.read(row, read)
    }

    /// As `row`, of a row that was read elsewhere: reading is the work, and may be shared.
    pub fn read(&mut self, row: &Row<'_>, read: Read) -> Result<Entry, Fault> {
        let index = self.frontier.size();
        let fault = |id, what| Fault { place: Place::Entry { index, id }, what };
        if row.index != index {
            return Err(fault(None, What::Order));
        }
        let Read { leaf, entry } = read;
        if row.leaf.is_some_and(|stored| stored != leaf) {
            return Err(fault(entry.ok().map(|entry| entry.id), What::Leaf));
        }
        let entry = entry.map_err(|bad| fault(None, What::Entry(bad)))?;
        self.frontier.append(leaf);
        self.meet_checkpoints()?;
        Ok(entry)
    }

    /// The root over the rows so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Ends the replay: every checkpoint must have been reached.
    pub fn finish(self) -> Result<Summary, Fault> {
        if let Some(next) = self.ahead.front() {
            return Err(Fault { place: Place::Stretch { from: self.frontier.size(), to: next.size }, what: What::Missing });
        }
        Ok(Summary {
            entries: self.frontier.size(),
            checkpoints: self.met,
            signed: self.newest.map_or(0, |(size, _)| size),
            root: self.frontier.root(),
        })
    }

    fn meet_checkpoints(&mut self) -> Result<(), Fault> {
        while self.ahead.front().is_some_and(|next| next.size == self.frontier.size()) {
            let Some(next) = self.ahead.pop_front() else { break };
            if next.root != self.frontier.root() {
                return Err(Fault { place: Place::Stretch { from: self.reached, to: next.size }, what: What::Root });
            }
            self.reached = next.size;
            self.met += 1;
        }
        Ok(())
    }
}

/// A row's leaf and entry, worked out from its bytes alone.
#[derive(Clone, Debug)]
pub struct Read {
    leaf: Hash,
    entry: Result<Entry, BadEntry>,
}

impl Read {
    /// Hashes and reads the row's bytes.
    #[must_use]
    pub fn of(row: &Row<'_>) -> Self {
        Self { leaf: hash_leaf(&row.canonical), entry: Entry::from_canonical(&row.canonical) }
    }
}

/// Replays a whole log: every row from index 0 in order, every checkpoint in order of size.
pub fn verify_log<'a, N: AsRef<[u8]>>(
    rows: impl IntoIterator<Item = Row<'a>>,
    notes: impl IntoIterator<Item = N>,
    key: &VerifierKey,
) -> Result<Summary, Fault> {
    let mut verifier = Verifier::new(notes, key)?;
    for row in rows {
        verifier.row(&row)?;
    }
    verifier.finish()
}

/// Proves that one exported entry is in the log that a verified checkpoint describes.
pub fn verify_entry(row: &Row<'_>, path: &[Hash], checkpoint: &Checkpoint) -> Result<Entry, Fault> {
    let fault = |id, what| Fault { place: Place::Entry { index: row.index, id }, what };
    let leaf = hash_leaf(&row.canonical);
    let read = Entry::from_canonical(&row.canonical);
    let id = read.as_ref().ok().map(|entry| entry.id);
    if row.leaf.is_some_and(|stored| stored != leaf) {
        return Err(fault(id, What::Leaf));
    }
    if !verify_inclusion(&leaf, row.index, checkpoint.size, path, &checkpoint.root) {
        return Err(fault(id, What::Proof));
    }
    read.map_err(|bad| fault(None, What::Entry(bad)))
}
