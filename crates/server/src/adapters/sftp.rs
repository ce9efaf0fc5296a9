//! Storage behind SSH: OpenSSH's own `sftp`, with a key and a list of known hosts. A file is put under
//! a passing name, linked to its own (which fails where one is), and read back. Must not know what the files are.

use super::files;
use super::ids::random;
use super::storage::{Storage, StorageError, sha256};
use futures_util::future::BoxFuture;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// One batch: a file there and back.
const TIMEOUT: Duration = Duration::from_secs(50);
/// So much of what `sftp` says is kept for the operator.
const MAX_SAID: usize = 300;

/// A folder on another machine.
pub struct Sftp {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub key_file: PathBuf,
    pub known_hosts: PathBuf,
    /// Where files pass through, sealed as they are; a folder that nobody else reads.
    pub scratch: PathBuf,
    /// The program, for tests.
    pub program: PathBuf,
}

/// A file that goes with this value.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        // It holds sealed bytes only; the next start clears what stays.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Sftp {
    fn passing(&self, tag: &str, end: &str) -> Passing {
        Passing(self.scratch.join(format!("sftp-{tag}.{end}")))
    }

    async fn batch(&self, lines: &str) -> Result<Result<(), String>, StorageError> {
        let unavailable = |e: std::io::Error| StorageError::Unavailable(format!("{}: {e}", self.program.display()));
        let option = |name: &str, path: &Path| format!("{name}={}", path.display());
        let mut child = Command::new(&self.program)
            .args(["-b", "-", "-P", &self.port.to_string(), "-i"])
            .arg(&self.key_file)
            .args(["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=10"])
            // Not `-q`: with it ssh refuses a server without a word, and the operator looks for the reason.
            .args(["-o", "LogLevel=ERROR"])
            .args(["-o", &option("UserKnownHostsFile", &self.known_hosts), "-o", "GlobalKnownHostsFile=/dev/null", "-F", "/dev/null"])
            .arg(format!("{}@{}", self.user, self.host))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(unavailable)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that ended early says why below.
            let _ = stdin.write_all(lines.as_bytes()).await;
        }
        let done = tokio::time::timeout(TIMEOUT, child.wait_with_output()).await;
        let done = done.map_err(|_| StorageError::Unavailable("sftp took too long".to_owned()))?.map_err(unavailable)?;
        if done.status.success() {
            return Ok(Ok(()));
        }
        let said = reason(&String::from_utf8_lossy(&done.stderr));
        // 255 is ssh's own: nobody was reached. Otherwise a line of the batch failed.
        if done.status.code() == Some(255) { Err(StorageError::Unavailable(said)) } else { Ok(Err(said)) }
    }

    /// The file as it lies there; nothing if there is none.
    async fn read(&self, name: &str, tag: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let back = self.passing(tag, "back");
        if self.batch(&format!("get {name} {}\n", back.0.display())).await?.is_err() {
            return Ok(None);
        }
        tokio::fs::read(&back.0).await.map(Some).map_err(|e| StorageError::Unavailable(e.to_string()))
    }

    async fn created(&self, name: &str, bytes: Vec<u8>) -> Result<(), StorageError> {
        let tag = format!("{:016x}", u64::from_be_bytes(random()));
        let hash = sha256(&bytes);
        let as_found = |there: &[u8]| if sha256(there) == hash { Ok(()) } else { Err(StorageError::Differs(name.to_owned())) };
        if let Some(there) = self.read(name, &tag).await? {
            return as_found(&there);
        }
        let here = self.passing(&tag, "out");
        let broken = |e: std::io::Error| StorageError::Unavailable(e.to_string());
        files::create(&self.scratch, &here.0, &bytes).map_err(broken)?;
        let mut lines = String::new();
        let mut folder = String::new();
        for part in name.split('/').take(name.split('/').count() - 1) {
            folder.push_str(part);
            if !part.is_empty() {
                // One that is there already is no error.
                lines.push_str(&format!("-mkdir {folder}\n"));
            }
            folder.push('/');
        }
        let passing = format!("{name}.{tag}.part");
        lines.push_str(&format!("put {} {passing}\n-ln {passing} {name}\nrm {passing}\n", here.0.display()));
        if let Err(why) = self.batch(&lines).await? {
            return Err(StorageError::Unavailable(why));
        }
        match self.read(name, &tag).await? {
            Some(there) => as_found(&there),
            None => Err(StorageError::Unavailable("the server makes no hard links, so nothing can be created safely".to_owned())),
        }
    }
}

/// The end of what was said, on one line: the reason comes last, after ssh's frame of signs around a changed key.
fn reason(said: &str) -> String {
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let skip = line.chars().count().saturating_sub(MAX_SAID);
    line.chars().skip(skip).collect()
}

impl Storage for Sftp {
    fn kind(&self) -> &'static str {
        "sftp"
    }

    fn put_new<'a>(&'a self, name: &'a str, bytes: Vec<u8>) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(self.created(name, bytes))
    }
}
