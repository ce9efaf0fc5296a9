//! What a witness keeps: its key, the logs it watches, and what it signed last of each.
//! Must not know HTTP.

use crate::adapters::files;
use crate::adapters::ids::random;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::audit::cosignature::cosign;
use domain::audit::witness::{AddCheckpoint, Refused, Seen};
use domain::audit::{CosignerKey, SignedNote, VerifierKey};
use domain::digest::Digest;
use ed25519_dalek::SigningKey;
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// A witness for more logs than this is a public service, and another program.
const MAX_LOGS: usize = 1_000;

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("{0}")]
    Broken(String),
}

fn broken(path: &Path, why: impl std::fmt::Display) -> BookError {
    BookError::Broken(format!("{}: {why}", path.display()))
}

/// The folder of a witness, held by one process.
pub struct Book {
    folder: PathBuf,
    name: String,
    key: SigningKey,
    public: CosignerKey,
    pages: Mutex<Pages>,
    _lock: File,
}

#[derive(Default)]
struct Pages {
    /// By name.
    logs: BTreeMap<String, VerifierKey>,
    /// By name of the log.
    seen: BTreeMap<String, Seen>,
}

impl Book {
    /// Opens the folder; the first time it makes it, and a key under this name.
    ///
    /// # Errors
    /// A folder that another witness holds, or files that cannot be read.
    pub fn open(folder: &Path, name: Option<&str>) -> Result<Self, BookError> {
        files::create_folders(folder).map_err(|e| broken(folder, e))?;
        let lock = hold(&folder.join("lock"))?;
        let key = signing_key(folder)?;
        let public = public_key(folder, name, &key)?;
        let logs = read_logs(&folder.join("logs"))?;
        let mut seen = BTreeMap::new();
        for origin in logs.keys() {
            let path = place(folder, origin);
            match fs::read(&path) {
                Ok(bytes) => {
                    let page: Seen = serde_json::from_slice(&bytes).map_err(|e| broken(&path, e))?;
                    seen.insert(origin.clone(), page);
                }
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(broken(&path, e)),
            }
        }
        let pages = Mutex::new(Pages { logs, seen });
        Ok(Self { folder: folder.to_owned(), name: public.name().to_owned(), key, public, pages, _lock: lock })
    }

    /// The key with which others verify.
    #[must_use]
    pub fn key(&self) -> &CosignerKey {
        &self.public
    }

    /// How many logs are watched.
    #[must_use]
    pub fn logs(&self) -> usize {
        self.lock().logs.len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Watches a log from now on. A known name with another key is refused: that is another log.
    ///
    /// # Errors
    /// As said, or a file that cannot be written.
    pub fn watch(&self, log: &VerifierKey) -> Result<(), BookError> {
        let mut pages = self.lock();
        match pages.logs.get(log.name()) {
            Some(known) if known == log => return Ok(()),
            Some(_) => return Err(BookError::Broken(format!("{} is watched under another key", log.name()))),
            None if pages.logs.len() >= MAX_LOGS => return Err(BookError::Broken(format!("{MAX_LOGS} logs are watched, no more fit"))),
            None => {}
        }
        let mut logs = pages.logs.clone();
        logs.insert(log.name().to_owned(), log.clone());
        let text: String = logs.values().map(|key| format!("{key}\n")).collect();
        let path = self.folder.join("logs");
        files::replace(&self.folder, &path, text.as_bytes()).map_err(|e| broken(&path, e))?;
        pages.logs = logs;
        Ok(())
    }

    /// Signs a checkpoint, if it follows from the one before: the answer's signature line. One request
    /// is judged and kept after the other.
    ///
    /// # Errors
    /// A refusal, or a file that could not be kept; then nothing was signed.
    pub fn add(&self, body: &[u8]) -> Result<String, BookError> {
        let request = AddCheckpoint::parse(body)?;
        let origin = request.note.text().lines().next().unwrap_or_default().to_owned();
        let mut pages = self.lock();
        let judged = request.judge(pages.logs.get(&origin), pages.seen.get(&origin));
        if matches!(judged, Err(Refused::Inconsistent)) {
            self.note_fork(&origin, body);
        }
        let (checkpoint, next) = judged?;
        let path = place(&self.folder, &origin);
        let bytes = serde_json::to_vec(&next).map_err(|e| broken(&path, e))?;
        files::replace(&self.folder, &path, &bytes).map_err(|e| broken(&path, e))?;
        pages.seen.insert(origin, next);
        let line = cosign(&checkpoint.text(), &self.name, &self.key, now()).map_err(|e| BookError::Broken(e.to_string()))?;
        lines(&checkpoint.text(), line)
    }

    /// Keeps the newest request that contradicts what was signed: the log's own signature under it is the proof.
    fn note_fork(&self, origin: &str, body: &[u8]) {
        let path = place(&self.folder, origin).with_extension("contradiction");
        match files::replace(&self.folder, &path, body) {
            Ok(()) => tracing::error!(origin, kept = %path.display(), "a log contradicts what was signed of it"),
            Err(error) => tracing::error!(origin, %error, "a log contradicts what was signed of it, and its request could not be kept"),
        }
    }

    /// The newest note signed of a log, by the SHA-256 of its name, with our signature under it.
    #[must_use]
    pub fn newest(&self, log: &str) -> Option<String> {
        let pages = self.lock();
        let (_, seen) = pages.seen.iter().find(|(origin, _)| Digest::of(origin.as_bytes()).to_string() == log)?;
        let mut note = SignedNote::parse(seen.note.as_bytes()).ok()?;
        let line = cosign(note.text(), &self.name, &self.key, now()).ok()?;
        note.add(line).ok()?;
        Some(note.to_string())
    }

    /// Sets aside what was signed of a log, so that it may begin anew; where that is kept.
    ///
    /// # Errors
    /// A log of which nothing was signed, or files that cannot be moved.
    pub fn accept_loss(&self, origin: &str) -> Result<PathBuf, BookError> {
        let mut pages = self.lock();
        let Some(seen) = pages.seen.get(origin) else {
            return Err(BookError::Broken(format!("nothing was signed of a log named {origin}")));
        };
        let from = place(&self.folder, origin);
        let to = from.with_extension(format!("lost-{}-{}", seen.size, now()));
        fs::rename(&from, &to).and_then(|()| files::sync_folder(&self.folder)).map_err(|e| broken(&from, e))?;
        pages.seen.remove(origin);
        Ok(to)
    }
}

fn lines(text: &str, line: domain::audit::NoteSignature) -> Result<String, BookError> {
    let unreadable = |e: domain::audit::NoteFault| BookError::Broken(e.to_string());
    let mut note = SignedNote::new(text.to_owned()).map_err(unreadable)?;
    note.add(line).map_err(unreadable)?;
    Ok(note.to_string().split_off(text.len() + 1))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs().max(1))
}

fn place(folder: &Path, origin: &str) -> PathBuf {
    folder.join(format!("{}.seen", Digest::of(origin.as_bytes())))
}

fn hold(path: &Path) -> Result<File, BookError> {
    let lock = File::options().write(true).create(true).truncate(false).open(path).map_err(|e| broken(path, e))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(broken(path, "another witness holds this folder")),
        Err(TryLockError::Error(e)) => Err(broken(path, e)),
    }
}

fn signing_key(folder: &Path) -> Result<SigningKey, BookError> {
    let path = folder.join("witness.key");
    let seed: [u8; 32] = random();
    match files::create(folder, &path, STANDARD.encode(seed).as_bytes()) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(broken(&path, e)),
    }
    let text = fs::read_to_string(&path).map_err(|e| broken(&path, e))?;
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|b| b.try_into().ok());
    let bytes: [u8; 32] = bytes.ok_or_else(|| broken(&path, "is damaged; restore it from the backup"))?;
    Ok(SigningKey::from_bytes(&bytes))
}

/// The public half with its name, which stays what it was at the first start.
fn public_key(folder: &Path, name: Option<&str>, key: &SigningKey) -> Result<CosignerKey, BookError> {
    let path = folder.join("witness.pub");
    if let Ok(text) = fs::read_to_string(&path) {
        let known: CosignerKey = text.trim().parse().map_err(|e| broken(&path, e))?;
        if CosignerKey::new(known.name(), key.verifying_key()).as_ref() != Some(&known) {
            return Err(broken(&path, "does not fit witness.key"));
        }
        return match name {
            Some(name) if name != known.name() => Err(broken(&path, format!("this witness is named {}", known.name()))),
            Some(_) | None => Ok(known),
        };
    }
    let short: String = Digest::of(key.verifying_key().as_bytes()).to_string().chars().take(8).collect();
    let name = name.map_or_else(|| format!("recourse-witness/{short}"), str::to_owned);
    let made =
        CosignerKey::new(&name, key.verifying_key()).ok_or_else(|| BookError::Broken(format!("{name:?} cannot be a witness's name")))?;
    files::create(folder, &path, made.to_string().as_bytes()).map_err(|e| broken(&path, e))?;
    Ok(made)
}

fn read_logs(path: &Path) -> Result<BTreeMap<String, VerifierKey>, BookError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(broken(path, e)),
    };
    let mut logs = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let key: VerifierKey = line.parse().map_err(|e| broken(path, format!("{line:?} is no verifier key: {e}")))?;
        logs.insert(key.name().to_owned(), key);
    }
    Ok(logs)
}
