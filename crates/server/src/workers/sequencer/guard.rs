//! What this node signed last, kept beside its key: a log that is shorter or other than that is not signed.
//! Must not know how an entry gets its place, nor how a witness is asked.
//!
//! A database that was put back from a backup would let the node sign a second root for a size it has
//! signed already. The node then stops signing, says so, and goes on only after an operator has recorded
//! the loss (`recourse log-loss`). Entries are committed meanwhile and wait for their place.

use crate::adapters::files;
use domain::audit::Hash;
use domain::audit::tree::{from_hex, to_hex};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Store, StoreError};

/// A size and its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub size: u64,
    pub root: Hash,
}

/// Why nothing is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The log is shorter than what was signed.
    PutBack { had: u64, has: u64 },
    /// The log has another root for a size that was signed.
    OtherRoot { size: u64 },
    /// A witness signed more than the log has.
    WitnessAhead { witness: String, had: u64, has: u64 },
    /// A witness signed something that the log does not lead to.
    Contradicted { witness: String, size: u64 },
}

impl Halt {
    /// A word for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PutBack { .. } => "put_back",
            Self::OtherRoot { .. } => "other_root",
            Self::WitnessAhead { .. } => "witness_ahead",
            Self::Contradicted { .. } => "contradicted",
        }
    }

    /// The largest size that was signed and that the log does not lead to.
    #[must_use]
    pub const fn had(&self) -> u64 {
        match self {
            Self::PutBack { had, .. } | Self::WitnessAhead { had, .. } => *had,
            Self::OtherRoot { size } | Self::Contradicted { size, .. } => *size,
        }
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutBack { had, has } => write!(f, "the log has {has} entries, but {had} were signed: an older copy was put back"),
            Self::OtherRoot { size } => write!(f, "the log was written anew: another root was signed for its first {size} entries"),
            Self::WitnessAhead { witness, had, has } => {
                write!(f, "the log has {has} entries, but {witness} signed {had}: an older copy was put back")
            }
            Self::Contradicted { witness, size } => {
                write!(f, "the log was written anew: it does not lead to the {size} entries that {witness} signed")
            }
        }
    }
}

impl std::error::Error for Halt {}

#[derive(Default)]
struct Memory {
    head: Option<Head>,
    /// What was signed up to this size may differ: an operator recorded that it is lost.
    lost: u64,
    halted: Option<Halt>,
}

/// The guard of one node's signatures.
#[derive(Default)]
pub struct Guard {
    file: Option<PathBuf>,
    memory: Mutex<Memory>,
}

impl Guard {
    /// Reads what was signed last; nothing was at the first start.
    ///
    /// # Errors
    /// A file that cannot be read, or is damaged.
    pub fn open(file: &Path) -> io::Result<Self> {
        let memory = match std::fs::read_to_string(file) {
            Ok(text) => {
                read(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "is damaged: restore it, or record a loss"))?
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Memory::default(),
            Err(e) => return Err(e),
        };
        Ok(Self { file: Some(file.to_owned()), memory: Mutex::new(memory) })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nothing is signed, if so.
    #[must_use]
    pub fn halted(&self) -> Option<Halt> {
        self.memory().halted.clone()
    }

    /// What was signed last.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        self.memory().head
    }

    /// Up to where a loss was recorded: a witness that knows more than that of the log stops it.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.memory().lost
    }

    /// Stops signing, for good or until a loss is recorded. The first reason stays.
    pub fn halt(&self, why: Halt) {
        let mut memory = self.memory();
        if memory.halted.is_none() {
            tracing::error!(%why, code = why.code(), "nothing is signed any more; record the loss with `recourse log-loss`");
            memory.halted = Some(why);
        }
    }

    /// Whether the log as it stands may be signed on; the error of the store is the outer one.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn allows(&self, store: &dyn Store, log: Head) -> Result<Result<(), Halt>, StoreError> {
        if let Some(why) = self.halted() {
            return Ok(Err(why));
        }
        let Some(head) = self.head() else { return Ok(Ok(())) };
        let why = if head.size > log.size {
            Some(Halt::PutBack { had: head.size, has: log.size })
        } else if head.size == log.size {
            (head.root != log.root).then_some(Halt::OtherRoot { size: head.size })
        } else {
            // Another node signed on, or this one was interrupted before it noted what it had signed.
            let root = store.checkpoint_of(head.size).await?.map(|row| row.root);
            (root != Some(head.root)).then_some(Halt::OtherRoot { size: head.size })
        };
        Ok(match why {
            Some(why) => {
                self.halt(why.clone());
                Err(why)
            }
            None => Ok(()),
        })
    }

    /// Notes what was signed and kept, before anybody outside is told.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn signed(&self, head: Head) -> io::Result<()> {
        let mut memory = self.memory();
        // Another sequencer of this process may have been faster.
        if memory.head.is_none_or(|last| last.size <= head.size) {
            write(self.file.as_deref(), head, memory.lost)?;
            memory.head = Some(head);
        }
        Ok(())
    }

    /// An operator recorded a loss: the log as it stands is what counts. What was signed is set aside.
    ///
    /// # Errors
    /// Files that cannot be written.
    pub fn accept(&self, log: Head, lost: u64) -> io::Result<()> {
        let mut memory = self.memory();
        if let (Some(file), Some(head)) = (&self.file, memory.head) {
            let aside = file.with_extension(format!("lost-{}", head.size));
            write(Some(&aside), head, memory.lost)?;
        }
        let lost = lost.max(memory.lost);
        write(self.file.as_deref(), log, lost)?;
        *memory = Memory { head: Some(log), lost, halted: None };
        Ok(())
    }
}

fn read(text: &str) -> Option<Memory> {
    let mut lines = text.lines();
    let (size, root) = lines.next()?.split_once(' ')?;
    let head = Head { size: size.parse().ok()?, root: from_hex(root)? };
    let lost = lines.next()?.strip_prefix("lost ")?.parse().ok()?;
    Some(Memory { head: Some(head), lost, halted: None })
}

fn write(file: Option<&Path>, head: Head, lost: u64) -> io::Result<()> {
    let Some(file) = file else { return Ok(()) };
    let text = format!("{} {}\nlost {lost}\n", head.size, to_hex(&head.root));
    files::replace(files::parent(file), file, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::files::tests::TestFolder;

    #[test]
    fn what_was_signed_is_known_after_a_restart_and_damage_is_no_fresh_start() {
        let folder = TestFolder::make();
        let file = folder.0.join("log.head");
        let guard = Guard::open(&file).unwrap();
        assert_eq!(guard.head(), None);
        let head = |size| Head { size, root: [7; 32] };
        guard.signed(head(5)).unwrap();
        guard.signed(head(3)).unwrap();
        assert_eq!(Guard::open(&file).unwrap().head(), Some(head(5)), "the larger one stays");
        let again = Guard::open(&file).unwrap();
        again.halt(Halt::PutBack { had: 5, has: 2 });
        again.halt(Halt::OtherRoot { size: 1 });
        assert_eq!(again.halted(), Some(Halt::PutBack { had: 5, has: 2 }), "the first reason stays");
        again.accept(head(2), 5).unwrap();
        let after = Guard::open(&file).unwrap();
        assert_eq!((after.head(), after.lost(), after.halted()), (Some(head(2)), 5, None));
        assert!(folder.0.join("log.lost-5").is_file(), "what was signed is set aside");
        std::fs::write(&file, "5 zz\n").unwrap();
        assert!(Guard::open(&file).is_err());
    }
}
