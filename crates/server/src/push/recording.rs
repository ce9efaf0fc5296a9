//! A sealed recording's part files, copied as they lie here. Must not know a key.

use super::{Order, Piece, PushError, Pushes, TURN, Target, Turn};
use crate::adapters::blobs::Blobs;
use crate::adapters::storage::{PIECE, Storage, sha256};
use crate::engine::{Actor, Engine};
use domain::case::Input;
use domain::digest::Digest;
use domain::evidence::Recording;
use domain::ids::{CaseId, SessionId, TenantId};
use domain::retention::Custody;
use serde::Serialize;
use std::sync::Arc;
use std::time::Instant;
use store::rows::DeliveryRow;

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

impl Pushes {
    pub(super) async fn recording(
        &self,
        engine: &Engine,
        blobs: &Arc<dyn Blobs>,
        target: &Target,
        case: CaseId,
        row: &DeliveryRow,
    ) -> Result<Turn, PushError> {
        let order: Order = serde_json::from_slice(&row.payload).map_err(|_| PushError::Never("the delivery is damaged"))?;
        let now = engine.case(case).await?;
        let sealed = now.past.iter().find(|p| p.session.id == order.session).map(|p| p.session.recording);
        let Some(Recording::Sealed { segments, head }) = sealed else { return Err(PushError::Never("the recording is not sealed")) };
        let folder = format!("{}{}/{case}/{}", target.prefix, row.tenant, order.session);
        let mut pieces = self.under_way().remove(&row.id).unwrap_or_default();
        let done = copy(blobs, target.storage.as_ref(), case, order.session, &folder, &mut pieces).await;
        match done {
            Ok(Turn::Done) => {}
            Ok(later @ (Turn::More | Turn::Wait(_))) => {
                self.remember(row.id, pieces);
                return Ok(later);
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
                let piece = Piece { name: name.clone(), part: Some(part), from, bytes: length, sha256: Digest(sha256(&bytes)) };
                storage.put_new(&name, bytes).await?;
                pieces.push(piece);
            }
            from += length;
        }
    }
    Ok(Turn::Done)
}
