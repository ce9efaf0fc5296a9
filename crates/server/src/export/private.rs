//! A folder for files that nobody else may read and that do not outlive their purpose: in memory where the system offers
//! it, else among its temporary files. Must not know what is kept in it.

use crate::adapters::files;
use crate::adapters::ids::random;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

const PREFIX: &str = "recourse-export-";
/// Memory that looks like a disk.
const IN_MEMORY: &str = "/dev/shm";
/// What is left to others of it.
const SPARE: u64 = 256 * 1024 * 1024;

/// The folder, gone with this value.
pub struct Private(PathBuf);

impl Private {
    /// A folder with room for so many bytes. What runs of this program that were killed left behind goes first.
    ///
    /// # Errors
    /// No folder to be had.
    pub fn make(bytes: u64) -> io::Result<Self> {
        let shared = Path::new(IN_MEMORY);
        let free = rustix::fs::statvfs(shared).map_or(0, |s| s.f_bavail.saturating_mul(s.f_frsize));
        let temporary = std::env::temp_dir();
        for place in [shared, temporary.as_path()] {
            sweep(place);
        }
        let roomy = free.saturating_sub(SPARE) > bytes;
        let place = if roomy { shared } else { temporary.as_path() };
        let name = format!("{PREFIX}{}-{:032x}", std::process::id(), u128::from_be_bytes(random()));
        let path = place.join(name);
        files::create_folders(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file without a name in it: gone with its last handle, whatever happens to this program.
    ///
    /// # Errors
    /// As files have them.
    pub fn nameless(&self) -> io::Result<File> {
        let path = self.0.join("nameless");
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        fs::remove_file(path)?;
        Ok(file)
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "files of an export could not be removed");
        }
    }
}

/// Removes the folders of processes that are no more.
fn sweep(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next()?.parse::<u32>().ok());
        if process.is_some_and(|id| !Path::new(&format!("/proc/{id}")).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Seek, SeekFrom, Write};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_folder_is_closed_to_others_and_leaves_nothing() {
        let folder = Private::make(1).unwrap();
        let path = folder.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        let mut file = folder.nameless().unwrap();
        file.write_all(b"plain").unwrap();
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0, "a nameless file has no name");
        fs::write(path.join("track"), b"plain").unwrap();
        drop(folder);
        assert!(!path.exists());
        let mut text = String::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "plain", "who holds the file still reads it");
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_what_a_living_one_needs_is_not() {
        let place = std::env::temp_dir();
        // No process has this number: it is above what Linux gives.
        let dead = place.join(format!("{PREFIX}4194999-dead"));
        let living = place.join(format!("{PREFIX}{}-alive", std::process::id()));
        for folder in [&dead, &living] {
            fs::create_dir_all(folder).unwrap();
        }
        sweep(&place);
        assert!(!dead.exists() && living.exists());
        fs::remove_dir_all(living).unwrap();
    }
}
