//! Proves a data folder offline: the log, every case, image and segment; names the first thing that does not fit.
//! Must not write into the folder, nor know who asks.
//!
//! The database is copied first and the copy is read, so a server may run beside this; files
//! are read where they lie. What the log holds of chats, notes, waivers, consents and decisions
//! are salted commitments: they are proven to be unchanged as entries, but what they commit to
//! can only be shown with the salt, which lies in the sealed state.

mod audit;
mod cases;
mod evidence;
mod fault;
mod recordings;
mod reviews;
mod rows;
mod witnesses;

pub use fault::Fault;

use crate::adapters::blobs::FileBlobs;
use crate::adapters::clock::SystemClock;
use crate::adapters::files;
use crate::adapters::ids::{SystemIds, random};
use crate::adapters::kms::{FileKms, SecretKey};
use crate::engine::{Engine, bound};
use domain::audit::{Hash, VerifierKey};
use domain::ids::CaseId;
use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Options, StoreError};

/// Warnings that are spelled out; the rest is counted.
const MAX_WARNINGS: usize = 100;

/// What was proven.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries that have their place in the tree.
    pub entries: u64,
    /// Signed checkpoints that hold.
    pub checkpoints: usize,
    /// Entries that wait for their place; hashed, not signed yet.
    pub pending: u64,
    /// The root over all placed entries.
    pub root: Hash,
    /// What witnesses signed, and all of it holds.
    pub cosignatures: u64,
    /// How many entries the newest of these covers.
    pub cosigned: u64,
    /// The size of the checkpoint that was given, if one was.
    pub kept: Option<u64>,
    /// Cases whose state is the one the log knows.
    pub cases: u64,
    /// Of those, cases whose evidence was erased as the log says.
    pub erased: u64,
    /// Images, two files each.
    pub items: u64,
    /// Recordings.
    pub recordings: u64,
    /// Segments of recordings.
    pub segments: u64,
    /// Bytes of images and segments that were hashed and opened.
    pub bytes: u64,
    /// What is odd but contradicts nothing, at most a hundred.
    pub warnings: Vec<String>,
    /// Warnings beyond those.
    pub more_warnings: u64,
}

impl Report {
    fn warn(&mut self, text: String) {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(text);
        } else {
            self.more_warnings += 1;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for warning in &self.warnings {
            writeln!(f, "note: {warning}")?;
        }
        if self.more_warnings > 0 {
            writeln!(f, "note: {} more like these", self.more_warnings)?;
        }
        writeln!(f, "everything fits")?;
        writeln!(
            f,
            "  log         {} entries under {} signed checkpoints, {} not yet signed",
            self.entries, self.checkpoints, self.pending
        )?;
        write!(f, "  root        ")?;
        self.root.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        writeln!(f, " (size {})", self.entries)?;
        match self.cosignatures {
            0 => writeln!(f, "  witnesses   none has signed: who holds the log's key could have written it anew")?,
            all => writeln!(f, "  witnesses   {all} cosignatures hold, the newest on size {}", self.cosigned)?,
        }
        if let Some(size) = self.kept {
            writeln!(f, "  checkpoint  the one given, of size {size}, lies on the way")?;
        }
        writeln!(f, "  cases       {}, of which {} erased", self.cases, self.erased)?;
        writeln!(f, "  images      {}", self.items)?;
        write!(f, "  recordings  {} with {} segments; {} bytes of evidence", self.recordings, self.segments, self.bytes)
    }
}

/// What every check reads.
struct Ground {
    engine: Engine,
    blobs: FileBlobs,
    /// The folder of the cases' folders.
    evidence: PathBuf,
    key: VerifierKey,
    /// The key of the marks of entries and rows; older logs have none.
    entry_key: Option<SecretKey>,
    /// A server holds the folder: files may be newer than the copied database.
    live: bool,
}

/// Checks a data folder. Blocks its thread while it reads files, so it wants a process of its own.
///
/// # Errors
/// The first thing that does not fit.
pub async fn verify(path: &Path) -> Result<Report, Fault> {
    verify_against(path, None).await
}

/// As `verify`; the log must also lead through a checkpoint that somebody kept in this file.
///
/// # Errors
/// As `verify`.
pub async fn verify_against(path: &Path, checkpoint: Option<&Path>) -> Result<Report, Fault> {
    let copy = Copy::make()?;
    let ground = ground(path, &copy).await?;
    let proven = prove(&ground, checkpoint).await;
    let closed = ground.engine.store.close().await;
    let report = proven?;
    closed?;
    Ok(report)
}

async fn prove(ground: &Ground, checkpoint: Option<&Path>) -> Result<Report, Fault> {
    let mut report = Report::default();
    let kept = checkpoint.map(|path| witnesses::Kept::read(path, &ground.key)).transpose()?;
    report.kept = kept.as_ref().map(|kept| kept.checkpoint.size);
    let told = audit::check(ground, report.kept, &mut report).await?;
    if let Some(kept) = kept {
        kept.check(told.root_at_kept)?;
    }
    witnesses::check(ground, &told, &mut report).await?;
    rows::administration(ground, &told).await?;
    for (case, last) in &told.cases {
        let key = cases::check(ground, *case, last).await?;
        report.cases += 1;
        match last.erased {
            Some(_) => evidence::gone(ground, *case, &mut report).await?,
            None => evidence::check(ground, *case, &key, &mut report).await?,
        }
    }
    cases::none_beside(ground, &told.cases).await?;
    rows::none_astray(ground).await?;
    reviews::check(ground).await?;
    strangers(ground, &told.cases.keys().copied().collect(), &mut report)?;
    Ok(report)
}

async fn ground(path: &Path, copy: &Copy) -> Result<Ground, Fault> {
    let database = path.join("recourse.db");
    if !database.is_file() {
        return Err(Fault::Folder { path: path.display().to_string(), what: "is no data folder: recourse.db is missing".to_owned() });
    }
    let live = held(&path.join("recourse.db.lock"));
    let kms = FileKms::open(&path.join("keys/master.keys"))?;
    let copied = copy.0.join("copy.db");
    store::snapshot(&database, &copied).await.map_err(placed)?;
    let keys = Some(format!("sqlite:{}", path.join("keys.db").display()));
    let options = Options { readers: 1, migrate: false, keys, keys_reading: true, ..Options::default() };
    let store = store::open(&format!("sqlite:{}", copied.display()), options).await?;
    let key = verifier_key(path, store.setting("log/verifier_key".to_owned()).await?)?;
    let clock = Arc::new(SystemClock::new());
    let ids = Arc::new(SystemIds::new(clock.clone()));
    let blobs = path.join("blobs");
    let engine = Engine::new(store, Arc::new(kms), clock, ids, String::new());
    let entry_key = bound::entry_key(engine.store.as_ref(), engine.kms.as_ref()).await.map_err(|e| Fault::EntryKey(e.to_string()))?;
    Ok(Ground { engine, blobs: FileBlobs::reading(&blobs), evidence: blobs.join("evidence"), key, entry_key, live })
}

/// A row of the log that is named by its number, which counts from 1, is an entry, which counts from 0.
fn placed(error: StoreError) -> Fault {
    match &error {
        StoreError::Corrupt { table: "audit", row, what } => match row.parse::<u64>() {
            Ok(row) => Fault::Entry { index: row.saturating_sub(1), what: what.clone() },
            Err(_) => Fault::Database(error),
        },
        StoreError::Corrupt { .. } | StoreError::Conflict | StoreError::Unavailable(_) | StoreError::Limit(_) => Fault::Database(error),
    }
}

/// The key that signs checkpoints, from the file beside the keys and from the settings: both say
/// the same, or one was exchanged.
fn verifier_key(path: &Path, setting: Option<Vec<u8>>) -> Result<VerifierKey, Fault> {
    let read = |text: &str| text.trim().parse::<VerifierKey>().map_err(|why| Fault::VerifierKey(format!("cannot be read: {why}")));
    let file = fs::read_to_string(path.join("keys/log.pub")).ok();
    let setting = setting.and_then(|bytes| String::from_utf8(bytes).ok());
    match (file, setting) {
        (Some(file), Some(setting)) => {
            let key = read(&file)?;
            if key == read(&setting)? {
                Ok(key)
            } else {
                Err(Fault::VerifierKey("in keys/log.pub is another than in the settings".to_owned()))
            }
        }
        (Some(one), None) | (None, Some(one)) => read(&one),
        (None, None) => Err(Fault::VerifierKey("is missing".to_owned())),
    }
}

/// Whether a server holds the lock beside the database.
pub(crate) fn held(lock: &Path) -> bool {
    File::open(lock).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Folders of cases that the log does not know.
fn strangers(ground: &Ground, known: &BTreeSet<CaseId>, report: &mut Report) -> Result<(), Fault> {
    let unreadable = |error: std::io::Error| Fault::Folder { path: ground.evidence.display().to_string(), what: error.to_string() };
    let entries = match fs::read_dir(&ground.evidence) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(error)),
    };
    for entry in entries {
        let name = entry.map_err(unreadable)?.file_name();
        let name = name.to_string_lossy();
        if !name.parse().is_ok_and(|case: CaseId| known.contains(&case)) {
            report.warn(format!("the evidence folder {name} belongs to no case"));
        }
    }
    Ok(())
}

/// A folder for the copy of the database that nobody else may read, gone with this value.
struct Copy(PathBuf);

impl Copy {
    fn make() -> Result<Self, Fault> {
        let path = std::env::temp_dir().join(format!("recourse-verify-{:032x}", u128::from_be_bytes(random())));
        files::create_folders(&path).map_err(|e| Fault::Folder { path: path.display().to_string(), what: e.to_string() })?;
        Ok(Self(path))
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // A copy that stays is a nuisance, not a fault of the evidence.
        let _ = fs::remove_dir_all(&self.0);
    }
}
