//! The trail of a board: who did what when, in pieces that are sealed with the case's key and named in its log.
//! Must not know who looks at it.

use crate::adapters::blobs::{BlobError, Blobs};
use crate::adapters::seal::{self, SealError};
use crate::engine::{Actor, Engine, EngineError};
use crate::images::drawing_place;
use domain::board::Surface;
use domain::case::Input;
use domain::digest::Digest;
use domain::evidence::Drawing;
use domain::ids::{CaseId, EvidenceId, SessionId};
use domain::session::Seat;
use domain::time::Timestamp;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use wire::board::DrawOp;

/// Doings in one piece; more are kept at once. A quarter of a megabyte at most, with the next limit.
const MAX_OPS: usize = 2_000;
/// Points in one piece.
const MAX_POINTS: usize = 20_000;
/// A store that is busy for a moment is asked again.
const TRIES: u32 = 4;

/// Why a piece was not kept.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("it cannot be written: {0}")]
    Shape(#[from] serde_json::Error),
    #[error("the server is stopping")]
    Stopped,
}

/// A piece in the making.
pub struct Trail {
    pub case: CaseId,
    session: SessionId,
    surface: Surface,
    /// When the surface was shown: the pieces of one board carry the same.
    shown_at: Timestamp,
    piece: u32,
    ops: Vec<Done>,
    points: usize,
}

/// One doing: milliseconds since the surface was shown, who, what.
#[derive(Serialize)]
struct Done(i64, wire::terms::Seat, DrawOp);

/// As it is sealed.
#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    case: CaseId,
    session: SessionId,
    surface: Surface,
    shown_at: String,
    piece: u32,
    ops: &'a [Done],
}

impl Trail {
    pub const fn new(case: CaseId, session: SessionId, surface: Surface, shown_at: Timestamp) -> Self {
        Self { case, session, surface, shown_at, piece: 0, ops: Vec::new(), points: 0 }
    }

    pub const fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Notes a doing; true when the piece should be kept now.
    pub fn add(&mut self, by: Seat, op: &DrawOp, now: Timestamp) -> bool {
        let points = match op {
            DrawOp::Laser { .. } => return false,
            DrawOp::Points { xy, .. } => xy.len() / 2,
            DrawOp::Begin { .. }
            | DrawOp::End { .. }
            | DrawOp::Text { .. }
            | DrawOp::Undo {}
            | DrawOp::Redo {}
            | DrawOp::ClearMine {}
            | DrawOp::ClearAll {} => 1,
        };
        self.points += points;
        self.ops.push(Done(now.since(self.shown_at).as_millis(), by.into(), op.clone()));
        self.ops.len() >= MAX_OPS || self.points >= MAX_POINTS || matches!(op, DrawOp::ClearAll {})
    }

    /// Since when the oldest doing waits to be kept.
    pub fn waits_since(&self) -> Option<Timestamp> {
        self.ops.first().map(|Done(ms, ..)| self.shown_at + domain::time::Span::millis(*ms))
    }

    /// What is not kept yet, as a piece of its own.
    pub fn take(&mut self) -> Self {
        let next = Self { piece: self.piece + 1, ..Self::new(self.case, self.session, self.surface, self.shown_at) };
        std::mem::replace(self, next)
    }
}

/// Seals and stores a piece, then tells the case.
///
/// # Errors
/// Storage that does not answer, or a case that refuses.
pub async fn keep(engine: &Engine, blobs: &Arc<dyn Blobs>, trail: Trail) -> Result<(), TrailError> {
    let id = EvidenceId(engine.ids.id());
    let place = drawing_place(trail.case, id);
    let written = Written {
        format: "recourse.drawing.v1",
        case: trail.case,
        session: trail.session,
        surface: trail.surface,
        shown_at: trail.shown_at.to_string(),
        piece: trail.piece,
        ops: &trail.ops,
    };
    let plain = serde_json::to_vec(&written)?;
    let key = engine.loaded(trail.case).await?.key;
    let (bytes, sha256) = (plain.len() as u64, Digest::of(&plain));
    let (to, name) = (blobs.clone(), place.clone());
    let work = move || -> Result<Digest, TrailError> {
        let sealed = seal::seal(&key.0, &name, &plain)?;
        to.put_new(&name, &sealed)?;
        Ok(Digest::of(&sealed))
    };
    let sealed = tokio::task::spawn_blocking(work).await.map_err(|_| TrailError::Stopped)??;
    let ops = u32::try_from(trail.ops.len()).unwrap_or(u32::MAX);
    let drawing = Drawing { id, session: trail.session, surface: trail.surface, at: engine.now(), ops, bytes, sha256, sealed };
    let mut tries = 0;
    loop {
        let input = Input::DrawingKept { drawing: Box::new(drawing.clone()) };
        match engine.tell_case(trail.case, &Actor::System, input).await {
            Ok(()) => return Ok(()),
            Err(EngineError::Store(_)) if tries + 1 < TRIES => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(200) * tries).await;
            }
            Err(error) => {
                let blobs = blobs.clone();
                let _ = tokio::task::spawn_blocking(move || blobs.remove(&place)).await;
                return Err(error.into());
            }
        }
    }
}
