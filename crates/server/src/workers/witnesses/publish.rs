//! Lays checkpoints down where this server's disk is not: in a folder on another mount, in a bucket, in a mailbox.
//! Must not know who reads them there.

use crate::adapters::files;
use crate::adapters::messenger::Messenger;
use crate::adapters::storage::Storage;
use crate::engine::Engine;
use domain::pii::Pii;
use domain::time::Timestamp;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::rows::CheckpointRow;
use tokio::sync::Notify;

/// A place that cannot be written is tried again so often.
const AGAIN: Duration = Duration::from_secs(30);
/// As many mailboxes as anybody keeps checkpoints in.
pub const MAX_MAILBOXES: usize = 8;

/// Where checkpoints go beside the witnesses.
#[derive(Clone)]
pub enum Publisher {
    /// A new file for each.
    Folder(PathBuf),
    /// An object for the newest, every so often.
    Bucket { storage: Arc<dyn Storage>, prefix: String, every: Duration },
    /// The newest, every so often.
    Mail { to: Vec<String>, every: Duration, messenger: Arc<dyn Messenger>, log: String },
}

/// How it stands with one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Laid {
    /// `folder`, `mail` or the kind of storage.
    pub kind: &'static str,
    pub size: u64,
    pub at: Option<Timestamp>,
    pub why: Option<String>,
}

/// All of them.
#[derive(Default)]
pub struct Publishers {
    all: Vec<(Publisher, Mutex<Laid>)>,
}

impl Publishers {
    #[must_use]
    pub fn new(all: Vec<Publisher>) -> Self {
        let kind = |publisher: &Publisher| match publisher {
            Publisher::Folder(_) => "folder",
            Publisher::Bucket { storage, .. } => storage.kind(),
            Publisher::Mail { .. } => "mail",
        };
        let all = all.into_iter().map(|publisher| {
            let laid = Mutex::new(Laid { kind: kind(&publisher), ..Laid::default() });
            (publisher, laid)
        });
        Self { all: all.collect() }
    }

    /// How it stands with each.
    #[must_use]
    pub fn standings(&self) -> Vec<Laid> {
        self.all.iter().map(|(_, laid)| lock(laid).clone()).collect()
    }

    /// Runs until the program ends; one that takes its time holds up no other.
    pub(super) async fn run(&self, engine: &Engine, changed: &Notify) {
        futures_util::future::join_all(self.all.iter().map(|(publisher, laid)| self.follow(engine, changed, publisher, laid))).await;
    }

    async fn follow(&self, engine: &Engine, changed: &Notify, publisher: &Publisher, laid: &Mutex<Laid>) {
        let mut rests = None;
        loop {
            let wait = changed.notified();
            match engine.store.checkpoint().await {
                Ok(Some(newest)) => self.lay(engine, publisher, laid, &mut rests, &newest).await,
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "the newest checkpoint cannot be read"),
            }
            let _ = tokio::time::timeout(AGAIN, wait).await;
        }
    }

    async fn lay(&self, engine: &Engine, publisher: &Publisher, laid: &Mutex<Laid>, rests: &mut Option<Instant>, newest: &CheckpointRow) {
        if lock(laid).size == newest.size || rests.is_some_and(|until| Instant::now() < until) {
            return;
        }
        let done = match publisher {
            Publisher::Folder(folder) => {
                let (folder, row) = (folder.clone(), newest.clone());
                let work = tokio::task::spawn_blocking(move || lay_in(&folder, &row)).await;
                work.map_err(|_| "stopped".to_owned()).and_then(|done| done.map_err(|e| e.to_string()))
            }
            Publisher::Bucket { storage, prefix, every } => {
                let done = storage.put_new(&name(prefix, newest.size), newest.note.clone().into_bytes()).await;
                // A checkpoint is signed every second: a bucket that refuses is not asked as often.
                *rests = Some(Instant::now() + if done.is_ok() { *every } else { AGAIN.min(*every) });
                done.map_err(|e| e.to_string())
            }
            Publisher::Mail { to, every, messenger, log } => {
                *rests = Some(Instant::now() + *every);
                mail(messenger.as_ref(), to, log, newest).await
            }
        };
        let mut laid = lock(laid);
        match done {
            Ok(()) => *laid = Laid { kind: laid.kind, size: newest.size, at: Some(engine.now()), why: None },
            Err(why) => {
                if laid.why.as_ref() != Some(&why) {
                    tracing::warn!(kind = laid.kind, why, "a checkpoint cannot be laid down");
                }
                laid.why = Some(why);
            }
        }
    }
}

fn lock(laid: &Mutex<Laid>) -> MutexGuard<'_, Laid> {
    laid.lock().unwrap_or_else(PoisonError::into_inner)
}

/// In the order of sizes, also where names are sorted as text.
fn name(prefix: &str, size: u64) -> String {
    format!("{prefix}{size:020}.checkpoint")
}

/// A file of its own, which is never replaced: another note under the name is an error.
fn lay_in(folder: &Path, row: &CheckpointRow) -> io::Result<()> {
    let path = folder.join(name("", row.size));
    match files::create(folder, &path, row.note.as_bytes()) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            if std::fs::read(&path)? == row.note.as_bytes() {
                Ok(())
            } else {
                Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} holds another checkpoint of this size", path.display())))
            }
        }
        other => other,
    }
}

async fn mail(messenger: &dyn Messenger, to: &[String], log: &str, row: &CheckpointRow) -> Result<(), String> {
    let subject = format!("Checkpoint of {log} at {}", row.size);
    let text = format!(
        "The audit log {log} states its size and root, signed. Keep this mail: `recourse verify DATA --checkpoint FILE`\n\
         shows later that nothing up to here was changed. The checkpoint is everything below this line.\n\n{}",
        row.note
    );
    for address in to {
        messenger.send_email(Pii::new(address.clone()), subject.clone(), Pii::new(text.clone())).await.map_err(|e| e.to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::files::tests::TestFolder;

    #[test]
    fn a_checkpoint_is_laid_down_once_and_never_replaced() {
        let folder = TestFolder::make();
        let row = |note: &str| CheckpointRow { size: 7, root: [0; 32], note: note.to_owned(), at: Timestamp(1) };
        lay_in(&folder.0, &row("one")).unwrap();
        lay_in(&folder.0, &row("one")).unwrap();
        assert!(lay_in(&folder.0, &row("other")).is_err());
        assert_eq!(std::fs::read(folder.0.join("00000000000000000007.checkpoint")).unwrap(), b"one");
    }
}
