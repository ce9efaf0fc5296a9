//! Copies to the tenant's own storage: sealed recordings as they lie here, evidence packs encrypted. Objects in pieces, then
//! a list of them with their hashes. Must not know a key, nor when to try again.

mod pack;
mod recording;

pub use pack::Packer;

use crate::adapters::blobs::{BlobError, Blobs};
use crate::adapters::storage::{Storage, StorageError};
use crate::engine::{Engine, EngineError};
use crate::export::ExportFault;
use domain::digest::Digest;
use domain::ids::{DeliveryId, SessionId};
use domain::time::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::rows::DeliveryRow;

/// The event of a delivery that asks for a copy of a recording.
pub const RECORDING: &str = "recording.copy";
/// The event of one that asks for a copy of a case's pack.
pub const PACK: &str = "pack.copy";
/// After so long a turn ends, within the lease of its delivery; the next one goes on from there.
const TURN: Duration = Duration::from_secs(5);
/// Copies under way whose pieces are remembered; a forgotten one finds its pieces there and goes on.
const MAX_UNDER_WAY: usize = 256;

/// Where copies go, and how far each is.
pub struct Pushes {
    stores: Vec<Target>,
    under_way: Mutex<BTreeMap<DeliveryId, Vec<Piece>>>,
    packer: Option<Packer>,
}

/// A storage and where in it.
pub struct Target {
    pub storage: Arc<dyn Storage>,
    /// Ends in a slash, unless it is empty.
    pub prefix: String,
}

/// What the delivery of a recording carries.
#[derive(Serialize, Deserialize)]
pub struct Order {
    pub session: SessionId,
}

/// A piece of a file, as the list names it.
#[derive(Clone, Serialize)]
struct Piece {
    name: String,
    /// Which part file of a recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<u32>,
    from: u64,
    bytes: u64,
    sha256: Digest,
}

/// How a turn ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    Done,
    /// Some pieces are there; more are to come.
    More,
    /// Nothing can be put before so long.
    Wait(Span),
}

/// Why a turn failed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Export(#[from] ExportFault),
    /// It will never work.
    #[error("{0}")]
    Never(&'static str),
}

impl Pushes {
    #[must_use]
    pub fn new(stores: Vec<Target>) -> Self {
        Self { stores, under_way: Mutex::default(), packer: None }
    }

    /// The same, with packs.
    #[must_use]
    pub fn packing(self, packer: Packer) -> Self {
        Self { packer: Some(packer), ..self }
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeMap<DeliveryId, Vec<Piece>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The kinds of storage there are.
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static str> {
        self.stores.iter().map(|target| target.storage.kind()).collect()
    }

    /// Copies as much as fits into a turn; after the last piece the list, and the fact in the log.
    ///
    /// # Errors
    /// A storage that does not answer, or holds something else; a pack that cannot be made.
    pub async fn turn(&self, engine: &Engine, blobs: &Arc<dyn Blobs>, kind: &str, row: &DeliveryRow) -> Result<Turn, PushError> {
        let target = self.stores.iter().find(|t| t.storage.kind() == kind).ok_or(PushError::Never("no such storage is configured"))?;
        let case = row.case.ok_or(PushError::Never("the delivery belongs to no case"))?;
        match (row.event.as_str(), &self.packer) {
            (RECORDING, _) => self.recording(engine, blobs, target, case, row).await,
            (PACK, Some(packer)) => packer.turn(target, case, row).await,
            (PACK, None) => Err(PushError::Never("no recipients of packs are configured")),
            _ => Err(PushError::Never("the delivery is damaged")),
        }
    }

    fn remember(&self, id: DeliveryId, pieces: Vec<Piece>) {
        let mut all = self.under_way();
        if all.len() >= MAX_UNDER_WAY {
            all.pop_first();
        }
        all.insert(id, pieces);
    }
}
