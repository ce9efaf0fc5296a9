//! Gives committed audit entries their place in the tree and signs checkpoints.
//! Must not know what an entry means.

mod guard;

pub use guard::{Guard, Halt, Head};

use crate::engine::{Engine, EngineError};
use crate::state::App;
use crate::telemetry::metrics;
use domain::audit::{Checkpoint, Frontier, VerifierKey};
use ed25519_dalek::SigningKey;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use store::rows::{CheckpointRow, MAX_LIST, Sequenced};
use store::{Store, StoreError};

/// An entry waits at most about this long for its place.
const TICK: Duration = Duration::from_secs(1);
/// Entries of one moment share a checkpoint and a sync of the disk, and the customer who is just
/// being connected does not wait for either.
const GATHER: Duration = Duration::from_millis(250);
/// Most entries of one checkpoint.
const BATCH: u32 = 500;
/// Witnesses are heard before the first signature of a run; one that does not answer is not waited for.
const HEARING: Duration = Duration::from_secs(5);

/// The log's name and key, and what was signed with it.
pub struct LogKey {
    pub origin: String,
    pub key: SigningKey,
    pub guard: Arc<Guard>,
}

impl LogKey {
    /// A key whose signatures nobody remembers.
    #[must_use]
    pub fn new(origin: &str, key: SigningKey) -> Self {
        Self { origin: origin.to_owned(), key, guard: Arc::default() }
    }

    /// The key with which others verify.
    #[must_use]
    pub fn verifier(&self) -> Option<VerifierKey> {
        VerifierKey::new(&self.origin, self.key.verifying_key())
    }
}

/// Why nothing was sequenced.
#[derive(Debug, thiserror::Error)]
pub enum SequencerError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("{0}")]
    Halted(#[from] Halt),
    #[error("what was signed cannot be noted: {0}")]
    Head(#[from] std::io::Error),
}

impl From<StoreError> for SequencerError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// Runs until the program ends.
pub async fn run(app: App, key: Arc<LogKey>) {
    app.witnesses.heard(HEARING).await;
    loop {
        let wait = tokio::time::timeout(TICK, app.hub.sequence.notified());
        if wait.await.is_ok() {
            tokio::time::sleep(GATHER).await;
        }
        loop {
            match once(&app.engine, &key).await {
                Ok(n) => {
                    if n > 0 {
                        app.witnesses.signed();
                    }
                    if n < BATCH as usize {
                        break;
                    }
                }
                // Said once, when it began.
                Err(SequencerError::Halted(_)) => break,
                Err(SequencerError::Engine(EngineError::Store(StoreError::Conflict))) => break,
                Err(error) => {
                    tracing::warn!(%error, "the log waits");
                    break;
                }
            }
        }
    }
}

/// Sequences what is waiting; gives back how many entries that were.
///
/// # Errors
/// A store that does not answer, another sequencer that was faster, or a log that was put back.
pub async fn once(engine: &Engine, key: &LogKey) -> Result<usize, SequencerError> {
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
    key.guard.allows(engine.store.as_ref(), Head { size: state.size, root: frontier.root() }).await??;
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
    // A clock that was set back between two runs does not set the log back.
    let last = engine.store.checkpoint().await?.map(|row| row.at);
    let at = last.map_or(engine.now(), |last| last.max(engine.now()));
    let checkpoint = Checkpoint::following(state.size, key.origin.clone(), size, root, at);
    let note = checkpoint.sign(&key.key).map_err(|e| corrupt(format!("{e:?}")))?;
    let row = CheckpointRow { size, root, note: note.to_string(), at };
    let bytes = serde_json::to_vec(&frontier).map_err(|e| corrupt(e.to_string()))?;
    let count = placed.len();
    engine.store.sequence(state.size, placed, bytes, Some(row)).await?;
    key.guard.signed(Head { size, root })?;
    let now = engine.now();
    for row in &waiting {
        let waited = u64::try_from(now.since(row.entry.at).as_millis()).unwrap_or(0);
        metrics::LOG_INCLUSION_SECONDS.observe(Duration::from_millis(waited));
    }
    Ok(count)
}

/// How long each entry from a place on waited for a signature over it, shortest first.
///
/// # Errors
/// A store that does not answer.
pub async fn inclusion(store: &dyn Store, from: u64) -> Result<Vec<Duration>, StoreError> {
    let mut checkpoints = VecDeque::new();
    let (mut waits, mut after, mut next) = (Vec::new(), from.checked_sub(1), from);
    loop {
        let page = store.audit_range(next, MAX_LIST).await?;
        let Some(last) = page.last().and_then(|row| row.idx) else { break };
        next = last + 1;
        for row in &page {
            let Some(index) = row.idx else { continue };
            while checkpoints.front().is_none_or(|row: &CheckpointRow| row.size <= index) {
                if checkpoints.pop_front().is_none() {
                    let more = store.checkpoints(after, MAX_LIST).await?;
                    let Some(newest) = more.last() else { break };
                    after = Some(newest.size);
                    checkpoints.extend(more);
                }
            }
            if let Some(covering) = checkpoints.front() {
                waits.push(Duration::from_millis(u64::try_from(covering.at.since(row.entry.at).as_millis()).unwrap_or(0)));
            }
        }
    }
    waits.sort();
    Ok(waits)
}
