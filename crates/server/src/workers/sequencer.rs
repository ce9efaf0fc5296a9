//! Gives committed audit entries their place in the tree and signs checkpoints.
//! Must not know what an entry means.

use crate::engine::{Engine, EngineError};
use crate::state::App;
use domain::audit::{Checkpoint, Frontier, VerifierKey};
use ed25519_dalek::SigningKey;
use std::sync::Arc;
use std::time::Duration;
use store::rows::{CheckpointRow, Sequenced};

/// An entry waits at most about this long for its place.
const TICK: Duration = Duration::from_secs(1);
/// Entries of one moment share a checkpoint and a sync of the disk, and the customer who is just
/// being connected does not wait for either.
const GATHER: Duration = Duration::from_millis(250);
/// Most entries of one checkpoint.
const BATCH: u32 = 500;

/// The log's name and key.
pub struct LogKey {
    pub origin: String,
    pub key: SigningKey,
}

impl LogKey {
    /// The key with which others verify.
    #[must_use]
    pub fn verifier(&self) -> Option<VerifierKey> {
        VerifierKey::new(&self.origin, self.key.verifying_key())
    }
}

/// Runs until the program ends.
pub async fn run(app: App, key: Arc<LogKey>) {
    loop {
        let wait = tokio::time::timeout(TICK, app.hub.sequence.notified());
        if wait.await.is_ok() {
            tokio::time::sleep(GATHER).await;
        }
        loop {
            match once(&app.engine, &key).await {
                Ok(n) if n == BATCH as usize => {}
                Ok(_) => break,
                Err(EngineError::Store(store::StoreError::Conflict)) => break,
                Err(error) => {
                    tracing::warn!(%error, "the log waits for the store");
                    break;
                }
            }
        }
    }
}

/// Sequences what is waiting; gives back how many entries that were.
///
/// # Errors
/// A store that does not answer, or another sequencer that was faster.
pub async fn once(engine: &Engine, key: &LogKey) -> Result<usize, EngineError> {
    let waiting = engine.store.unsequenced(BATCH).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let state = engine.store.log_state().await?;
    let corrupt = |why: String| EngineError::Corrupt { what: "log", row: "frontier".to_owned(), why };
    let mut frontier: Frontier = if state.frontier.is_empty() {
        Frontier::default()
    } else {
        serde_json::from_slice(&state.frontier).map_err(|e| corrupt(e.to_string()))?
    };
    let mut placed = Vec::with_capacity(waiting.len());
    for (n, row) in waiting.iter().enumerate() {
        // The leaf is computed from the entry as it was read back, not from the stored hash:
        // what is signed is what is there.
        let leaf = row.entry.leaf_hash();
        frontier.append(leaf);
        placed.push(Sequenced { id: row.entry.id, idx: state.size + n as u64, leaf });
    }
    let size = state.size + placed.len() as u64;
    let root = frontier.root();
    let checkpoint = Checkpoint { origin: key.origin.clone(), size, root, extensions: Vec::new() };
    let note = checkpoint.sign(&key.key).map_err(|e| corrupt(format!("{e:?}")))?;
    let row = CheckpointRow { size, root, note: note.to_string(), at: engine.now() };
    let bytes = serde_json::to_vec(&frontier).map_err(|e| corrupt(e.to_string()))?;
    let count = placed.len();
    engine.store.sequence(state.size, placed, bytes, Some(row)).await?;
    Ok(count)
}
