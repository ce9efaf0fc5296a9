//! Copies of sealed recordings to the tenant's own storage: the part files in pieces, then a list of
//! them with their hashes. Must not know a key, nor when to try again.

use crate::adapters::blobs::{BlobError, Blobs};
use crate::adapters::storage::{PIECE, Storage, StorageError, sha256};
use crate::engine::{Actor, Engine, EngineError};
use domain::case::Input;
use domain::digest::Digest;
use domain::evidence::Recording;
use domain::ids::{CaseId, DeliveryId, SessionId, TenantId};
use domain::retention::Custody;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::rows::DeliveryRow;

/// The event of a delivery that asks for a copy.
pub const EVENT: &str = "recording.copy";
/// After so long a turn ends, within the lease of its delivery; the next one goes on from there.
const TURN: Duration = Duration::from_secs(5);
/// Copies under way whose pieces are remembered; a forgotten one finds its pieces there and goes on.
const MAX_UNDER_WAY: usize = 256;

/// Where copies go, and how far each is.
pub struct Pushes {
    stores: Vec<Target>,
    under_way: Mutex<BTreeMap<DeliveryId, Vec<Piece>>>,
}

/// A storage and where in it.
pub struct Target {
    pub storage: Arc<dyn Storage>,
    /// Ends in a slash, unless it is empty.
    pub prefix: String,
}

/// What a delivery carries.
#[derive(Serialize, Deserialize)]
pub struct Order {
    pub session: SessionId,
}

/// A piece of a part file, as the list names it.
#[derive(Clone, Serialize)]
struct Piece {
    name: String,
    part: u32,
    from: u64,
    bytes: u64,
    sha256: Digest,
}

/// The list that is put last: what it names is there.
#[derive(Serialize)]
struct Manifest<'a> {
    format: &'static str,
    tenant: TenantId,
    case: CaseId,
    session: SessionId,
    segments: u64,
    head: Digest,
    pieces: &'a [Piece],
}

/// How a turn ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    Done,
    /// Some pieces are there; more are to come.
    More,
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
    /// It will never work.
    #[error("{0}")]
    Never(&'static str),
}

impl Pushes {
    #[must_use]
    pub fn new(stores: Vec<Target>) -> Self {
        Self { stores, under_way: Mutex::default() }
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
    /// A storage that does not answer, or holds something else.
    pub async fn turn(&self, engine: &Engine, blobs: &Arc<dyn Blobs>, kind: &str, row: &DeliveryRow) -> Result<Turn, PushError> {
        let target = self.stores.iter().find(|t| t.storage.kind() == kind).ok_or(PushError::Never("no such storage is configured"))?;
        let case = row.case.ok_or(PushError::Never("the delivery belongs to no case"))?;
        let order: Order = serde_json::from_slice(&row.payload).map_err(|_| PushError::Never("the delivery is damaged"))?;
        let now = engine.case(case).await?;
        let sealed = now.past.iter().find(|p| p.session.id == order.session).map(|p| p.session.recording);
        let Some(Recording::Sealed { segments, head }) = sealed else { return Err(PushError::Never("the recording is not sealed")) };
        let folder = format!("{}{}/{case}/{}", target.prefix, row.tenant, order.session);
        let mut pieces = self.under_way().remove(&row.id).unwrap_or_default();
        let done = copy(blobs, target.storage.as_ref(), case, order.session, &folder, &mut pieces).await;
        match done {
            Ok(Turn::Done) => {}
            Ok(Turn::More) => {
                self.remember(row.id, pieces);
                return Ok(Turn::More);
            }
            Err(error) => {
                self.remember(row.id, pieces);
                return Err(error);
            }
        }
        let list = Manifest {
            format: "recourse recording copy v1",
            tenant: row.tenant,
            case,
            session: order.session,
            segments,
            head,
            pieces: &pieces,
        };
        let bytes = serde_json::to_vec_pretty(&list).map_err(|_| PushError::Never("the list cannot be written"))?;
        let manifest = Digest::of(&bytes);
        let objects = u32::try_from(pieces.len() + 1).unwrap_or(u32::MAX);
        target.storage.put_new(&format!("{folder}/manifest.json"), bytes).await?;
        let custody = Custody::Delivered { session: order.session, to: target.storage.kind(), manifest, objects };
        engine.tell_case(case, &Actor::System, Input::Custody(custody)).await?;
        Ok(Turn::Done)
    }

    fn remember(&self, id: DeliveryId, pieces: Vec<Piece>) {
        let mut all = self.under_way();
        if all.len() >= MAX_UNDER_WAY {
            all.pop_first();
        }
        all.insert(id, pieces);
    }
}

async fn copy(
    blobs: &Arc<dyn Blobs>,
    storage: &dyn Storage,
    case: CaseId,
    session: SessionId,
    folder: &str,
    pieces: &mut Vec<Piece>,
) -> Result<Turn, PushError> {
    let began = Instant::now();
    let mut seen = 0;
    for part in 0.. {
        let file = crate::recorder::part_name(case, session, part);
        let Some(size) = blobs.size(&file)? else { return Ok(Turn::Done) };
        let mut from = 0;
        while from < size {
            let length = PIECE.min(size - from);
            seen += 1;
            if seen > pieces.len() {
                if began.elapsed() > TURN {
                    return Ok(Turn::More);
                }
                let (files, at) = (blobs.clone(), file.clone());
                let read = tokio::task::spawn_blocking(move || files.read_range(&at, from, length)).await;
                let bytes = read.map_err(|_| PushError::Never("the server is stopping"))??;
                let name = format!("{folder}/{part:04}.{:05}", from / PIECE);
                let piece = Piece { name: name.clone(), part, from, bytes: length, sha256: Digest(sha256(&bytes)) };
                storage.put_new(&name, bytes).await?;
                pieces.push(piece);
            }
            from += length;
        }
    }
    Ok(Turn::Done)
}
