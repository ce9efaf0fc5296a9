//! Verifying a pack with nothing but the pack: its files, the log's proofs, and what the entries commit to.
//! Must not know who asks, nor write anything.

mod entries;
mod named;
mod recordings;

use crate::age::{self, Identity};
use crate::manifest::{Manifest, check_note};
use crate::zip::Archive;
use crate::{Fault, MAX_TEXT, path};
use domain::audit::{Hash, VerifierKey};
use domain::digest::Digest;
use domain::ids::CaseId;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt;
use std::io::{Read, Seek};

/// What was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which case.
    pub case: CaseId,
    /// When the pack says it was made.
    pub exported_at: String,
    /// The key that signed, as text.
    pub key: String,
    /// The key was given from outside, and is the one.
    pub key_given: bool,
    /// Entries covered by the checkpoint.
    pub size: u64,
    /// The root that was signed.
    pub root: Hash,
    /// Entries of the case.
    pub entries: u64,
    /// States of the case, from the first on without a hole.
    pub states: u64,
    /// Files, with the three that list the others.
    pub files: usize,
    /// Bytes of files.
    pub bytes: u64,
    /// Images that entries name.
    pub images: usize,
    /// Drawings that entries name.
    pub drawings: usize,
    /// Texts that open commitments.
    pub opened: usize,
    /// Commitments without their text.
    pub unopened: usize,
    /// Consents as shown.
    pub consents: usize,
    /// Recordings.
    pub recordings: usize,
    /// Sealed segments that open and lead to the heads in the log.
    pub segments: u64,
    /// Frames and sounds that were recorded.
    pub recorded: u64,
    /// Frames and sounds of the playable tracks; each is a recorded one.
    pub played: u64,
    /// Files that only the exporter's signature vouches for.
    pub by_word: Vec<String>,
    /// What the pack says it lacks.
    pub absent: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root: String = self.root.iter().map(|byte| format!("{byte:02x}")).collect();
        let given = if self.key_given { "the one you gave" } else { "from the pack itself: compare it with the one you were given" };
        writeln!(f, "everything fits")?;
        writeln!(f, "  case        {}, exported {}", self.case, self.exported_at)?;
        writeln!(f, "  key         {} ({given})", self.key)?;
        writeln!(f, "  checkpoint  size {}, root {root}", self.size)?;
        writeln!(f, "  entries     {}, each proven to be in the log; {} states without a hole", self.entries, self.states)?;
        writeln!(f, "  files       {} with {} bytes", self.files, self.bytes)?;
        writeln!(f, "  images      {}, drawings {}, consents {}", self.images, self.drawings, self.consents)?;
        writeln!(f, "  texts       {} open what the log commits to, {} commitments stay closed", self.opened, self.unopened)?;
        writeln!(f, "  recordings  {} with {} sealed segments that lead to the heads in the log", self.recordings, self.segments)?;
        writeln!(f, "  tracks      {} frames and sounds, each one of the {} recorded", self.played, self.recorded)?;
        write!(f, "  by the exporter's signature alone: {}", self.by_word.join(", "))?;
        for line in &self.absent {
            write!(f, "\n  absent      {line}")?;
        }
        Ok(())
    }
}

/// The pack under examination.
pub(crate) struct Ground<R> {
    pub archive: Archive<R>,
    pub manifest: Manifest,
    pub key: VerifierKey,
}

impl<R: Read + Seek> Ground<R> {
    /// A listed file of at most [`MAX_TEXT`] bytes.
    pub fn text(&mut self, path: &str) -> Result<Vec<u8>, Fault> {
        self.archive.bytes(path, MAX_TEXT)
    }

    /// The hash of a listed file; the list was checked against the files.
    pub fn hash(&self, path: &str) -> Result<Digest, Fault> {
        self.manifest.file(path).map(|f| f.sha256).ok_or_else(|| Fault::new("missing", path, "is not in the pack"))
    }
}

/// Verifies a pack. `given` is the log's key from another source than the pack.
///
/// # Errors
/// The first thing that does not fit.
pub fn verify<R: Read + Seek>(mut from: R, given: Option<&VerifierKey>) -> Result<Report, Fault> {
    if age::is_age(&mut from).map_err(|e| Fault::pack(format!("cannot be read: {e}")))? {
        return Err(Fault::encrypted());
    }
    let mut archive = Archive::open(from)?;
    let manifest_bytes = archive.bytes(path::MANIFEST, MAX_TEXT)?;
    let manifest = Manifest::read(&manifest_bytes)?;
    let bytes = listed(&mut archive, &manifest)?;
    let mut ground = Ground { key: key(&mut archive, given)?, archive, manifest };
    let sums = ground.manifest.sums();
    if ground.text(path::SUMS)? != sums.as_bytes() {
        return Err(Fault::new("changed", path::SUMS, "does not say what the manifest says"));
    }
    let note = ground.text(path::NOTE)?;
    check_note(&note, &ground.key, ground.manifest.case, &manifest_bytes, &sums)?;
    let log = entries::check(&mut ground)?;
    let named = named::check(&ground, &log)?;
    let seen = recordings::check(&mut ground, &log)?;
    Ok(Report {
        case: ground.manifest.case,
        exported_at: ground.manifest.exported_at.clone(),
        key: ground.key.to_string(),
        key_given: given.is_some(),
        size: log.checkpoint.size,
        root: log.checkpoint.root,
        entries: log.entries.len() as u64,
        states: log.states,
        files: ground.archive.files().count(),
        bytes,
        images: named.images,
        drawings: named.drawings,
        opened: named.opened,
        unopened: named.unopened,
        consents: named.consents,
        recordings: ground.manifest.recordings.len(),
        segments: seen.segments,
        recorded: seen.recorded,
        played: seen.played,
        by_word: by_word(&ground.manifest),
        absent: ground.manifest.absent.clone(),
    })
}

/// As `verify`, of a pack that may be encrypted: one of these identities opens it as it is read, and nothing is written.
///
/// # Errors
/// As `verify`; none of the identities opens it.
pub fn verify_with<R: Read + Seek>(mut from: R, given: Option<&VerifierKey>, identities: &[Identity]) -> Result<Report, Fault> {
    let sealed = age::is_age(&mut from).map_err(|e| Fault::pack(format!("cannot be read: {e}")))?;
    if identities.is_empty() || !sealed {
        return verify(from, given);
    }
    verify(age::Reader::open(from, identities).map_err(|e| Fault::unopened(&e))?, given)
}

/// What no entry of the log speaks of: made at the export.
fn by_word(manifest: &Manifest) -> Vec<String> {
    let movies = manifest.recordings.iter().filter_map(|r| r.movie.clone());
    let proven = ["log/", "images/", "drawings/", "texts/", "consents/", "recordings/"];
    let made = manifest.files.iter().map(|f| f.path.clone()).filter(|p| !proven.iter().any(|at| p.starts_with(at)));
    made.chain(movies).collect()
}

/// Every file is the one the manifest lists, and none is beside them.
fn listed<R: Read + Seek>(archive: &mut Archive<R>, manifest: &Manifest) -> Result<u64, Fault> {
    let stored: Vec<_> = archive.files().collect();
    let mut names = BTreeSet::new();
    let mut bytes = 0;
    for line in &manifest.files {
        if !archive.has(&line.path) {
            return Err(Fault::new("missing", line.path.escape_debug().to_string(), "is listed, but not in the pack"));
        }
        if !names.insert(line.path.as_str()) {
            return Err(Fault::new("damaged", path::MANIFEST, format!("lists {} twice", line.path)));
        }
    }
    for file in &stored {
        let (sha256, crc, size) = read_through(archive, &file.name)?;
        bytes += size;
        let own = [path::MANIFEST, path::NOTE, path::SUMS].contains(&file.name.as_str());
        let line = manifest.file(&file.name);
        match line {
            None if own => {}
            None => return Err(Fault::new("extra", &file.name, "is in the pack, but nothing lists it")),
            Some(_) if own => return Err(Fault::new("damaged", path::MANIFEST, format!("lists {}", file.name))),
            Some(line) if line.size != size => {
                return Err(Fault::new("changed", &file.name, format!("has {size} bytes instead of {}", line.size)));
            }
            Some(line) if line.sha256 != sha256 => return Err(Fault::new("changed", &file.name, "is not the file that was put in")),
            Some(_) => {}
        }
        if crc != file.crc {
            return Err(Fault::new("changed", &file.name, "does not fit its checksum"));
        }
    }
    Ok(bytes)
}

fn read_through<R: Read + Seek>(archive: &mut Archive<R>, name: &str) -> Result<(Digest, u32, u64), Fault> {
    let mut file = archive.file(name)?;
    let (mut hash, mut crc, mut size) = (Sha256::new(), crc32fast::Hasher::new(), 0);
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let n = file.read(&mut buffer).map_err(|e| Fault::io(name, &e))?;
        let part = buffer.get(..n).unwrap_or_default();
        if part.is_empty() {
            return Ok((Digest(hash.finalize().into()), crc.finalize(), size));
        }
        hash.update(part);
        crc.update(part);
        size += n as u64;
    }
}

fn key<R: Read + Seek>(archive: &mut Archive<R>, given: Option<&VerifierKey>) -> Result<VerifierKey, Fault> {
    let bytes = archive.bytes(path::KEY, 4_096)?;
    let bad = |what: &str| Fault::new("damaged", path::KEY, what);
    let text = String::from_utf8(bytes).map_err(|_| bad("is no key"))?;
    let key: VerifierKey = text.trim_end_matches('\n').parse().map_err(|_| bad("is no key"))?;
    if given.is_some_and(|given| *given != key) {
        return Err(Fault::new("unsigned", path::KEY, "is another key than the one you gave"));
    }
    Ok(key)
}
