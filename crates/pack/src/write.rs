//! Making a pack: files as they come, then the manifest over them and the log's word for it.
//! Must not know what a case is.

use crate::manifest::{FileLine, Manifest, sign};
use crate::path;
use crate::zip::Writer;
use domain::digest::Digest;
use ed25519_dalek::SigningKey;
use sha2::{Digest as _, Sha256};
use std::io::{self, Read, Seek, Write};

/// Why a pack could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// Of the output, or of what was read.
    #[error("the pack cannot be written: {0}")]
    Io(#[from] io::Error),
    /// A manifest that cannot be signed.
    #[error("the manifest cannot be signed")]
    Unsigned,
}

/// A pack under construction.
pub struct PackWriter<W> {
    zip: Writer<W>,
    files: Vec<FileLine>,
}

impl<W: Write + Seek> PackWriter<W> {
    /// Begins at the output's beginning.
    pub fn new(out: W) -> Self {
        Self { zip: Writer::new(out), files: Vec::new() }
    }

    /// Adds a file from memory.
    ///
    /// # Errors
    /// A path that may not be, too many files, too large a pack, or an output that does not take it.
    pub fn add(&mut self, path: &str, mut bytes: &[u8]) -> Result<(), WriteFault> {
        self.stream(path, &mut bytes)
    }

    /// Adds a file as it is read.
    ///
    /// # Errors
    /// As `add`.
    pub fn stream(&mut self, path: &str, from: &mut dyn Read) -> Result<(), WriteFault> {
        let mut hash = Sha256::new();
        let size = self.zip.add(path, from, |part| hash.update(part))?;
        self.files.push(FileLine { path: path.to_owned(), size, sha256: Digest(hash.finalize().into()) });
        Ok(())
    }

    /// What was added so far.
    #[must_use]
    pub fn files(&self) -> &[FileLine] {
        &self.files
    }

    /// Adds the manifest, its second form and its note, and ends the pack.
    ///
    /// # Errors
    /// As `add`; a log whose name cannot sign.
    pub fn finish(mut self, manifest: Manifest, log: &str, key: &SigningKey) -> Result<W, WriteFault> {
        let manifest = Manifest { files: std::mem::take(&mut self.files), ..manifest };
        let sums = manifest.sums();
        let bytes = manifest.to_bytes().map_err(io::Error::other)?;
        let note = sign(log, key, manifest.case, &bytes, &sums).ok_or(WriteFault::Unsigned)?;
        for (path, bytes) in [(path::SUMS, sums.as_bytes()), (path::MANIFEST, &bytes), (path::NOTE, note.as_bytes())] {
            let mut bytes = bytes;
            self.zip.add(path, &mut bytes, |_| {})?;
        }
        Ok(self.zip.finish()?)
    }
}
