//! Sealed bytes at rest: created once under a name, appended while a recording runs, read back.
//! Must not know what is inside, nor any key.

use super::files;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// One answer, or one blob written in one piece: four times the largest upload.
pub const MAX_PIECE: u64 = 64 * 1024 * 1024;
/// A folder listing longer than this is not one of ours.
pub const MAX_LISTED: usize = 1_000_000;

/// Why bytes could not be kept or given back.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("`{0}` is no name for a blob")]
    BadName(String),
    #[error("`{0}` exists already")]
    Exists(String),
    #[error("`{0}` does not exist")]
    Missing(String),
    #[error("`{0}` is being written by another")]
    Busy(String),
    #[error("`{0}` is shorter than asked")]
    Short(String),
    #[error("`{0}` is longer than may be read or listed at once")]
    TooLong(String),
    #[error("the disk is full")]
    Full,
    #[error("blob storage: {0}")]
    Io(#[source] io::Error),
}

/// Where sealed evidence lies. Names are folders and a file: `evidence/case_…/evd_…`.
/// Calls block; use them off the async threads.
pub trait Blobs: Send + Sync {
    /// Creates a blob; it is durable when this returns, and an existing one is never touched.
    fn put_new(&self, name: &str, bytes: &[u8]) -> Result<(), BlobError>;

    /// The whole blob, up to `MAX_PIECE`.
    fn get(&self, name: &str) -> Result<Vec<u8>, BlobError>;

    /// Exactly `len` bytes from `from` on, up to `MAX_PIECE`.
    fn read_range(&self, name: &str, from: u64, len: u64) -> Result<Vec<u8>, BlobError>;

    /// The length, or nothing if there is no such blob.
    fn size(&self, name: &str) -> Result<Option<u64>, BlobError>;

    fn exists(&self, name: &str) -> Result<bool, BlobError> {
        Ok(self.size(name)?.is_some())
    }

    /// Opens a blob to append to, making it if need be; one appender at a time.
    fn open_append(&self, name: &str) -> Result<Box<dyn BlobAppender>, BlobError>;

    /// The names in a folder and below it, sorted; none if there is no such folder.
    fn list(&self, folder: &str) -> Result<Vec<String>, BlobError>;

    /// Removes a blob whose retention has ended; a missing one is no error.
    fn remove(&self, name: &str) -> Result<(), BlobError>;

    /// How much of the storage is free, 0 to 1.
    fn free_space_ratio(&self) -> Result<f64, BlobError>;
}

/// Appends to one blob; nobody else does until it is dropped.
pub trait BlobAppender: Send {
    /// Appends all bytes or none, and tells where they begin.
    fn append(&mut self, bytes: &[u8]) -> Result<u64, BlobError>;

    /// Makes everything appended so far durable.
    fn sync(&mut self) -> Result<(), BlobError>;
}

/// Blobs as files below one folder.
pub struct FileBlobs {
    root: PathBuf,
    scratch: PathBuf,
}

impl FileBlobs {
    /// Opens (or makes) the folder and clears what a crash left half written.
    pub fn open(root: &Path) -> Result<Self, BlobError> {
        let scratch = root.join(".scratch");
        files::create_folders(&scratch).map_err(BlobError::Io)?;
        for entry in fs::read_dir(&scratch).map_err(BlobError::Io)? {
            fs::remove_file(entry.map_err(BlobError::Io)?.path()).map_err(BlobError::Io)?;
        }
        Ok(Self { root: root.to_owned(), scratch })
    }

    /// The folder as it is, for reading only: nothing is made or cleared, so that a server
    /// may be writing beside it.
    #[must_use]
    pub fn reading(root: &Path) -> Self {
        Self { root: root.to_owned(), scratch: root.join(".scratch") }
    }

    fn path(&self, name: &str) -> Result<PathBuf, BlobError> {
        check_name(name)?;
        Ok(self.root.join(name))
    }
}

impl Blobs for FileBlobs {
    fn put_new(&self, name: &str, bytes: &[u8]) -> Result<(), BlobError> {
        let path = self.path(name)?;
        if bytes.len() as u64 > MAX_PIECE {
            return Err(BlobError::TooLong(name.to_owned()));
        }
        files::create_folders(files::parent(&path)).map_err(|e| named(name, e))?;
        files::create(&self.scratch, &path, bytes).map_err(|e| named(name, e))
    }

    fn get(&self, name: &str) -> Result<Vec<u8>, BlobError> {
        let file = File::open(self.path(name)?).map_err(|e| named(name, e))?;
        let mut bytes = Vec::new();
        file.take(MAX_PIECE + 1).read_to_end(&mut bytes).map_err(|e| named(name, e))?;
        if bytes.len() as u64 > MAX_PIECE {
            return Err(BlobError::TooLong(name.to_owned()));
        }
        Ok(bytes)
    }

    fn read_range(&self, name: &str, from: u64, len: u64) -> Result<Vec<u8>, BlobError> {
        let path = self.path(name)?;
        if len > MAX_PIECE {
            return Err(BlobError::TooLong(name.to_owned()));
        }
        let file = File::open(path).map_err(|e| named(name, e))?;
        let whole = file.metadata().map_err(|e| named(name, e))?.len();
        if from.checked_add(len).is_none_or(|end| end > whole) {
            return Err(BlobError::Short(name.to_owned()));
        }
        let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
        file.read_exact_at(&mut bytes, from).map_err(|e| named(name, e))?;
        Ok(bytes)
    }

    fn size(&self, name: &str) -> Result<Option<u64>, BlobError> {
        match fs::metadata(self.path(name)?) {
            Ok(meta) if meta.is_file() => Ok(Some(meta.len())),
            Ok(_) => Ok(None),
            Err(e) if absent(&e) => Ok(None),
            Err(e) => Err(named(name, e)),
        }
    }

    fn open_append(&self, name: &str) -> Result<Box<dyn BlobAppender>, BlobError> {
        let path = self.path(name)?;
        let folder = files::parent(&path);
        files::create_folders(folder).map_err(|e| named(name, e))?;
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(|e| named(name, e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(BlobError::Busy(name.to_owned())),
            Err(fs::TryLockError::Error(e)) => return Err(named(name, e)),
        }
        files::sync_folder(folder).map_err(|e| named(name, e))?;
        let end = file.seek(SeekFrom::End(0)).map_err(|e| named(name, e))?;
        Ok(Box::new(FileAppender { name: name.to_owned(), file, end, broken: false }))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, BlobError> {
        let path = self.path(folder)?;
        let mut names = Vec::new();
        collect(&path, folder, &mut names)?;
        names.sort_unstable();
        Ok(names)
    }

    fn remove(&self, name: &str) -> Result<(), BlobError> {
        let path = self.path(name)?;
        match fs::remove_file(&path) {
            Ok(()) => files::sync_folder(files::parent(&path)).map_err(|e| named(name, e)),
            Err(e) if absent(&e) => Ok(()),
            Err(e) => Err(named(name, e)),
        }
    }

    fn free_space_ratio(&self) -> Result<f64, BlobError> {
        let stat = rustix::fs::statvfs(&self.root).map_err(|e| BlobError::Io(e.into()))?;
        // What the owner of this process may use; the superuser's reserve is not free.
        Ok(ratio(stat.f_bavail, stat.f_blocks))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of block counts needs no exactness")]
fn ratio(free: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { free as f64 / all as f64 }
}

struct FileAppender {
    name: String,
    file: File,
    end: u64,
    broken: bool,
}

impl BlobAppender for FileAppender {
    fn append(&mut self, bytes: &[u8]) -> Result<u64, BlobError> {
        if self.broken {
            return Err(BlobError::Io(io::Error::other("a torn append could not be undone")));
        }
        if let Err(e) = self.file.write_all(bytes) {
            // What got through must not shift what comes next.
            self.broken = self.file.set_len(self.end).is_err();
            return Err(named(&self.name, e));
        }
        let at = self.end;
        self.end += bytes.len() as u64;
        Ok(at)
    }

    fn sync(&mut self) -> Result<(), BlobError> {
        let synced = self.file.sync_data().map_err(|e| named(&self.name, e));
        // After a failed sync the kernel may have dropped the pages; asking again would lie.
        self.broken |= synced.is_err();
        synced
    }
}

fn collect(path: &Path, name: &str, names: &mut Vec<String>) -> Result<(), BlobError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(e) if absent(&e) => return Ok(()),
        Err(e) => return Err(named(name, e)),
    };
    for entry in entries {
        let entry = entry.map_err(|e| named(name, e))?;
        let Ok(last) = entry.file_name().into_string() else {
            continue;
        };
        let below = format!("{name}/{last}");
        if check_name(&below).is_err() {
            continue;
        }
        if entry.file_type().map_err(|e| named(name, e))?.is_dir() {
            collect(&entry.path(), &below, names)?;
        } else if names.len() == MAX_LISTED {
            return Err(BlobError::TooLong(name.to_owned()));
        } else {
            names.push(below);
        }
    }
    Ok(())
}

/// One to six parts of small letters, digits, `_`, `-` and `.`, none starting with a dot.
fn check_name(name: &str) -> Result<(), BlobError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
    let part = |p: &str| (1..=100).contains(&p.len()) && !p.starts_with('.') && p.bytes().all(allowed);
    if name.split('/').count() <= 6 && name.split('/').all(part) {
        Ok(())
    } else {
        Err(BlobError::BadName(name.chars().take(100).collect()))
    }
}

fn absent(e: &io::Error) -> bool {
    matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn named(name: &str, e: io::Error) -> BlobError {
    if absent(&e) {
        return BlobError::Missing(name.to_owned());
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of io::Error are open")]
    match e.kind() {
        io::ErrorKind::AlreadyExists => BlobError::Exists(name.to_owned()),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => BlobError::Full,
        _ => BlobError::Io(e),
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::TestFolder;
    use super::*;
    use proptest::prelude::*;

    fn blobs() -> (TestFolder, FileBlobs) {
        let folder = TestFolder::make();
        let blobs = FileBlobs::open(&folder.0.join("blobs")).unwrap();
        (folder, blobs)
    }

    #[test]
    fn a_blob_is_created_once_and_reads_back_in_whole_and_in_part() {
        let (_folder, blobs) = blobs();
        blobs.put_new("evidence/case_1/evd_1", b"sealed").unwrap();
        let again = blobs.put_new("evidence/case_1/evd_1", b"other");
        assert!(matches!(again, Err(BlobError::Exists(_))));
        assert_eq!(blobs.get("evidence/case_1/evd_1").unwrap(), b"sealed");
        assert_eq!(blobs.read_range("evidence/case_1/evd_1", 2, 3).unwrap(), b"ale");
        for (from, len) in [(4, 3), (7, 0), (u64::MAX, 2)] {
            let past = blobs.read_range("evidence/case_1/evd_1", from, len);
            assert!(matches!(past, Err(BlobError::Short(_))), "{from}");
        }
        assert!(blobs.exists("evidence/case_1/evd_1").unwrap());
        assert!(!blobs.exists("evidence/case_1").unwrap());
        assert!(matches!(blobs.get("evidence/case_2/evd_1"), Err(BlobError::Missing(_))));
    }

    #[test]
    fn names_that_could_leave_the_folder_are_refused_by_every_call() {
        let (_folder, blobs) = blobs();
        let long = "a".repeat(101);
        let bad = [
            "",
            "/",
            "..",
            "../x",
            "a/../b",
            "a/./b",
            "/etc/passwd",
            "a//b",
            "a/",
            ".scratch/x",
            "a/.hidden",
            "A",
            "a\\b",
            "a\0b",
            "a b",
            "é",
            "a/b/c/d/e/f/g",
            long.as_str(),
        ];
        for name in bad {
            let refused = |e| assert!(matches!(e, BlobError::BadName(_)), "{name:?}: {e}");
            refused(blobs.put_new(name, b"").unwrap_err());
            refused(blobs.get(name).unwrap_err());
            refused(blobs.read_range(name, 0, 0).unwrap_err());
            refused(blobs.size(name).unwrap_err());
            refused(blobs.open_append(name).err().unwrap());
            refused(blobs.list(name).unwrap_err());
            refused(blobs.remove(name).unwrap_err());
        }
    }

    #[test]
    fn an_appender_tells_offsets_goes_on_after_a_restart_and_is_alone() {
        let (folder, blobs) = blobs();
        let name = "evidence/case_1/rec-customer-video";
        let mut first = blobs.open_append(name).unwrap();
        assert_eq!(first.append(b"abc").unwrap(), 0);
        assert_eq!(first.append(b"de").unwrap(), 3);
        first.sync().unwrap();
        assert!(matches!(blobs.open_append(name), Err(BlobError::Busy(_))));
        drop(first);
        let reopened = FileBlobs::open(&folder.0.join("blobs")).unwrap();
        let mut second = reopened.open_append(name).unwrap();
        assert_eq!(second.append(b"f").unwrap(), 5);
        assert_eq!(reopened.get(name).unwrap(), b"abcdef");
    }

    #[test]
    fn a_torn_append_that_cannot_be_cut_back_ends_the_appending() {
        let folder = TestFolder::make();
        // Opened for reading, so that the write fails as on a full disk.
        fs::write(folder.0.join("f"), b"abc").unwrap();
        let file = File::open(folder.0.join("f")).unwrap();
        let mut torn = FileAppender { name: "f".to_owned(), file, end: 3, broken: false };
        assert!(torn.append(b"de").is_err());
        assert!(torn.broken, "it could not be cut back, so nothing more may be appended");
        assert!(torn.append(b"de").is_err());
        assert_eq!(fs::read(folder.0.join("f")).unwrap(), b"abc");
    }

    #[test]
    fn a_listing_is_sorted_and_leaves_out_what_is_not_a_blob() {
        let (folder, blobs) = blobs();
        for name in ["evidence/case_1/b", "evidence/case_1/a", "evidence/case_1/c/d", "evidence/case_2/a"] {
            blobs.put_new(name, b"").unwrap();
        }
        fs::write(folder.0.join("blobs/evidence/case_1/.DS_Store"), b"").unwrap();
        let listed = blobs.list("evidence/case_1").unwrap();
        assert_eq!(listed, ["evidence/case_1/a", "evidence/case_1/b", "evidence/case_1/c/d"]);
        assert!(blobs.list("evidence/case_9").unwrap().is_empty());
        blobs.remove("evidence/case_1/a").unwrap();
        blobs.remove("evidence/case_1/a").unwrap();
        assert_eq!(blobs.list("evidence/case_1").unwrap().len(), 2);
    }

    #[test]
    fn what_a_crash_left_half_written_is_cleared_and_never_listed() {
        let (folder, blobs) = blobs();
        blobs.put_new("a/b", b"x").unwrap();
        let left = folder.0.join("blobs/.scratch/.new-1");
        fs::write(&left, b"half").unwrap();
        let reopened = FileBlobs::open(&folder.0.join("blobs")).unwrap();
        assert!(!left.exists());
        assert_eq!(reopened.get("a/b").unwrap(), b"x");
    }

    #[test]
    fn free_space_is_a_share() {
        let (_folder, blobs) = blobs();
        let free = blobs.free_space_ratio().unwrap();
        assert!((0.0..=1.0).contains(&free), "{free}");
        assert!((ratio(1, 4) - 0.25).abs() < f64::EPSILON && ratio(1, 0) == 0.0);
    }

    proptest! {
        #[test]
        fn an_accepted_name_never_leaves_its_folder(name in "[a-z./_-]{0,40}") {
            if check_name(&name).is_ok() {
                let path = Path::new("/root").join(&name);
                let plain = path.components().all(|c| matches!(c, std::path::Component::RootDir | std::path::Component::Normal(_)));
                prop_assert!(plain && path.starts_with("/root"));
            }
        }
    }
}
