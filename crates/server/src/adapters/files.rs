//! Files that are there whole or not at all after a power cut.
//! Must not know what the bytes mean.

use super::ids::random;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Creates a file that nobody but the owner reads, durably: its bytes and its name are on
/// the disk when this returns. An existing file is left alone and is the error
/// `AlreadyExists`; half a file is never seen under the name. `scratch` is a folder on the
/// same file system for the file while it is written.
pub fn create(scratch: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unnamed = write_scratch(scratch, bytes)?;
    // A hard link, unlike a rename, never replaces what is there.
    let linked = fs::hard_link(&unnamed, path);
    let cleaned = fs::remove_file(&unnamed);
    linked?;
    cleaned?;
    sync_folder(parent(path))
}

/// Replaces a file (or creates it) durably and at once: a reader sees the old or the new.
pub fn replace(scratch: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unnamed = write_scratch(scratch, bytes)?;
    fs::rename(&unnamed, path).inspect_err(|_| drop(fs::remove_file(&unnamed)))?;
    sync_folder(parent(path))
}

/// Creates a folder and those above it, closed to others, and makes each name durable.
pub fn create_folders(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = parent(path);
    create_folders(above)?;
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => sync_folder(above),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(e) => Err(e),
    }
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The folder a path lies in; a bare name lies in the working folder.
#[must_use]
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        Some(_) | None => Path::new("."),
    }
}

fn write_scratch(scratch: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let name = format!(".new-{:032x}", u128::from_be_bytes(random()));
    let path = scratch.join(name);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.inspect_err(|_| drop(fs::remove_file(&path)))?;
    Ok(path)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A folder for one test, gone with it.
    pub struct TestFolder(pub PathBuf);

    impl TestFolder {
        pub fn make() -> Self {
            let name = format!("recourse-test-{:032x}", u128::from_be_bytes(random()));
            let path = std::env::temp_dir().join(name);
            create_folders(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for TestFolder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn create_never_replaces_and_leaves_nothing_behind() {
        let folder = TestFolder::make();
        let path = folder.0.join("a");
        create(&folder.0, &path, b"first").unwrap();
        let again = create(&folder.0, &path, b"second").unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn replace_swaps_the_whole_file() {
        let folder = TestFolder::make();
        let path = folder.0.join("a");
        replace(&folder.0, &path, b"first").unwrap();
        replace(&folder.0, &path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    }

    #[test]
    fn folders_are_made_closed_to_others_and_twice_without_error() {
        let folder = TestFolder::make();
        let deep = folder.0.join("a/b/c");
        create_folders(&deep).unwrap();
        create_folders(&deep).unwrap();
        assert_eq!(fs::metadata(&deep).unwrap().permissions().mode() & 0o777, 0o700);
        fs::write(folder.0.join("file"), b"").unwrap();
        assert!(create_folders(&folder.0.join("file/below")).is_err());
    }
}
