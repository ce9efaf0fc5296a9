//! Evidence packs for the tenant's own storage: made once a case is closed and its recordings are sealed, encrypted to whom
//! the configuration names. Must not know what is in a pack.

use super::{Piece, PushError, TURN, Target, Turn};
use crate::adapters::storage::{PIECE, StorageError, sha256};
use crate::engine::Actor;
use crate::export::jobs::make;
use crate::export::{Asked, ExportFault, Ground, Progress};
use domain::case::{Case, Input};
use domain::digest::Digest;
use domain::evidence::Recording;
use domain::ids::{CaseId, DeliveryId, TenantId};
use domain::retention::{Custody, SEALED_WITHIN};
use domain::time::{Span, Timestamp};
use pack::age::Recipients;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::rows::DeliveryRow;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// A delivery whose pack is not there yet is asked again so soon.
const AGAIN: Span = Span::seconds(5);
/// A made pack waits so long for a storage that is away; then the bench is another's, and it is made anew.
const IDLE: Duration = Duration::from_secs(10 * 60);
const READ: usize = 1024 * 1024;

/// Makes packs, one at a time: composing a picture takes all a processor has, and calls come first.
pub struct Packer {
    ground: Ground,
    to: Recipients,
    bench: Mutex<Option<Bench>>,
}

/// Whose pack lies there.
struct Bench {
    of: DeliveryId,
    touched: Instant,
    stage: Stage,
}

enum Stage {
    Making(JoinHandle<Result<Whole, ExportFault>>),
    Ready { whole: Arc<Whole>, pieces: Vec<Piece> },
}

/// An encrypted pack; its file has no name.
struct Whole {
    file: Arc<File>,
    bytes: u64,
    sha256: Digest,
}

/// The list that is put last: what it names is there.
#[derive(Serialize)]
struct Manifest<'a> {
    format: &'static str,
    tenant: TenantId,
    case: CaseId,
    /// What the pieces are, one after the other.
    file: String,
    bytes: u64,
    sha256: Digest,
    /// For how many it is encrypted.
    recipients: usize,
    pieces: &'a [Piece],
}

impl Bench {
    /// Nobody came back for what lies there.
    fn left(&self) -> bool {
        let over = match &self.stage {
            Stage::Making(task) => task.is_finished(),
            Stage::Ready { .. } => true,
        };
        over && self.touched.elapsed() > IDLE
    }
}

impl Packer {
    #[must_use]
    pub fn new(ground: Ground, to: Recipients) -> Self {
        Self { ground, to, bench: Mutex::default() }
    }

    pub(super) async fn turn(&self, target: &Target, case: CaseId, row: &DeliveryRow) -> Result<Turn, PushError> {
        // Another delivery's turn goes on.
        let Ok(mut place) = self.bench.try_lock() else { return Ok(Turn::Wait(AGAIN)) };
        let engine = &self.ground.engine;
        let now = engine.case(case).await?;
        let mine = place.take_if(|bench| bench.of == row.id);
        if now.kept.erased.is_some() {
            return Err(PushError::Never("the evidence was erased"));
        }
        let Some(mut bench) = mine else {
            if place.as_ref().is_none_or(Bench::left) && settled(&now, row.created_at, engine.now()) {
                *place = Some(self.begin(row.id, case));
            }
            return Ok(Turn::Wait(AGAIN));
        };
        bench.touched = Instant::now();
        if let Stage::Making(task) = &mut bench.stage {
            if !task.is_finished() {
                *place = Some(bench);
                return Ok(Turn::Wait(AGAIN));
            }
            let whole = task.await.map_err(|_| PushError::Never("the server is stopping"))??;
            bench.stage = Stage::Ready { whole: Arc::new(whole), pieces: Vec::new() };
        }
        let done = self.put(target, case, row.tenant, &mut bench).await;
        // What is there is not made again for the next try, if there is one.
        if matches!(done, Ok(Turn::More | Turn::Wait(_)) | Err(PushError::Storage(StorageError::Unavailable(_)) | PushError::Engine(_))) {
            *place = Some(bench);
        }
        done
    }

    fn begin(&self, of: DeliveryId, case: CaseId) -> Bench {
        let (ground, asked) = (self.ground.clone(), Asked { case, actor: Actor::System, to: Some(self.to.clone()) });
        let task = tokio::spawn(async move {
            let made = make(&ground, &asked, &Progress::default()).await?;
            let (file, bytes) = (made.file, made.bytes);
            let whole = tokio::task::spawn_blocking(move || hashed(file, bytes)).await.map_err(|e| ExportFault::Odd(e.to_string()))?;
            Ok(whole?)
        });
        Bench { of, touched: Instant::now(), stage: Stage::Making(task) }
    }

    async fn put(&self, target: &Target, case: CaseId, tenant: TenantId, bench: &mut Bench) -> Result<Turn, PushError> {
        let Stage::Ready { whole, pieces } = &mut bench.stage else { return Ok(Turn::Wait(AGAIN)) };
        let began = Instant::now();
        // No two packs are the same file, not even of one case: each has a folder of its own.
        let short: String = whole.sha256.to_string().chars().take(16).collect();
        let folder = format!("{}{tenant}/{case}/pack-{short}", target.prefix);
        let file = format!("evidence-{case}.zip.age");
        loop {
            let from = pieces.len() as u64 * PIECE;
            if from >= whole.bytes {
                break;
            }
            if began.elapsed() > TURN {
                return Ok(Turn::More);
            }
            let length = PIECE.min(whole.bytes - from);
            let of = whole.clone();
            let read = tokio::task::spawn_blocking(move || of.piece(from, length)).await;
            let bytes = read.map_err(|_| PushError::Never("the server is stopping"))?.map_err(ExportFault::Io)?;
            let name = format!("{folder}/{file}.{:05}", pieces.len());
            let piece = Piece { name: name.clone(), part: None, from, bytes: length, sha256: Digest(sha256(&bytes)) };
            target.storage.put_new(&name, bytes).await?;
            pieces.push(piece);
        }
        let list = Manifest {
            format: "recourse pack copy v1",
            tenant,
            case,
            file,
            bytes: whole.bytes,
            sha256: whole.sha256,
            recipients: self.to.count(),
            pieces,
        };
        let bytes = serde_json::to_vec_pretty(&list).map_err(|_| PushError::Never("the list cannot be written"))?;
        let manifest = Digest::of(&bytes);
        let objects = u32::try_from(pieces.len() + 1).unwrap_or(u32::MAX);
        target.storage.put_new(&format!("{folder}/manifest.json"), bytes).await?;
        let custody = Custody::PackDelivered { to: target.storage.kind(), pack: whole.sha256, manifest, objects };
        self.ground.engine.tell_case(case, &Actor::System, Input::Custody(custody)).await?;
        Ok(Turn::Done)
    }
}

/// Whether the case's recordings are all that they will be; one that is never sealed is not waited for.
fn settled(case: &Case, since: Timestamp, now: Timestamp) -> bool {
    let running = case.past.iter().any(|p| matches!(p.session.recording, Recording::Running { .. }));
    !running || now >= since + SEALED_WITHIN
}

fn hashed(file: Arc<File>, bytes: u64) -> io::Result<Whole> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; READ];
    let mut at = 0;
    while at < bytes {
        let n = file.read_at(&mut buffer, at)?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        hash.update(buffer.get(..n).unwrap_or_default());
        at += n as u64;
    }
    Ok(Whole { file, bytes, sha256: Digest(hash.finalize().into()) })
}

impl Whole {
    fn piece(&self, from: u64, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        self.file.read_exact_at(&mut bytes, from)?;
        Ok(bytes)
    }
}
