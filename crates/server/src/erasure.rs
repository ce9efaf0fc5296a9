//! What follows an erasure in the log: the key is destroyed, the bytes are removed, journals
//! forget. Each part may be done again: a crash between any two loses nothing and leaves nothing.
//! Must not decide what is erased.

use crate::adapters::blobs::{BlobError, Blobs};
use crate::engine::{Actor, Engine, EngineError};
use domain::ids::CaseId;
use domain::refusal::Code;
use domain::retention::Cause;
use domain::time::Span;
use std::sync::Arc;
use store::StoreError;
use store::rows::{RetentionRow, RetentionWrite};

/// Erasures of one round; the next round takes the rest.
const ROUND: u32 = 100;
/// One that cannot be erased now is looked at again the next day.
const PUT_OFF: Span = Span::minutes(24 * 60);

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Cases whose evidence was erased.
    pub erased: u64,
    /// Erasures whose last trace was removed.
    pub finished: u64,
    /// Keys that never got a case.
    pub orphans: u64,
}

/// Destroys the key of an erased case and removes its files; may be called as often as one likes.
///
/// # Errors
/// A database or a disk that does not answer: call again.
pub async fn finish(engine: &Engine, blobs: &Arc<dyn Blobs>, case: CaseId) -> Result<(), EngineError> {
    engine.destroy_old_keys(case).await?;
    let files = blobs.clone();
    let removed = tokio::task::spawn_blocking(move || remove(files.as_ref(), case)).await;
    let removed = removed.map_err(|e| unavailable(&e.to_string()))?.map_err(|e| unavailable(&e.to_string()))?;
    engine.store.scrub().await?;
    engine.store.finish_erasure(case, engine.now()).await?;
    tracing::info!(case.id = %case, files = removed, "evidence erased");
    Ok(())
}

fn unavailable(why: &str) -> EngineError {
    EngineError::Store(StoreError::Unavailable(why.to_owned()))
}

fn remove(blobs: &dyn Blobs, case: CaseId) -> Result<usize, BlobError> {
    let names = blobs.list(&format!("evidence/{case}"))?;
    names.iter().try_for_each(|name| blobs.remove(name))?;
    Ok(names.len())
}

/// One round: finishes what was begun, erases what is due, forgets keys without a case.
///
/// # Errors
/// A database that does not answer.
pub async fn once(engine: &Engine, blobs: &Arc<dyn Blobs>) -> Result<Round, EngineError> {
    let mut round = Round::default();
    for row in engine.store.unfinished_erasures(ROUND).await? {
        round.finished += u64::from(finished(engine, blobs, row.case).await);
    }
    for row in engine.store.due_erasures(engine.now(), ROUND).await? {
        match engine.erase(row.case, &Actor::System, Cause::RetentionOver, None).await {
            Ok(_) => {
                round.erased += 1;
                round.finished += u64::from(finished(engine, blobs, row.case).await);
            }
            Err(error) => put_off(engine, &row, &error).await?,
        }
    }
    round.orphans = engine.sweep_keys().await?;
    Ok(round)
}

async fn finished(engine: &Engine, blobs: &Arc<dyn Blobs>, case: CaseId) -> bool {
    let done = finish(engine, blobs, case).await;
    if let Err(error) = &done {
        tracing::warn!(case.id = %case, %error, "an erasure is not finished yet");
    }
    done.is_ok()
}

/// One case that cannot be erased must not stand before the others for ever.
async fn put_off(engine: &Engine, row: &RetentionRow, error: &EngineError) -> Result<(), EngineError> {
    let due_at = match error {
        EngineError::Refused(refusal) if refusal.code == Code::RetentionRuns => engine.case(row.case).await?.erase_due(),
        EngineError::Store(StoreError::Unavailable(_)) => return Ok(()),
        EngineError::Refused(_)
        | EngineError::Missing(_)
        | EngineError::Store(_)
        | EngineError::Key(_)
        | EngineError::KeyGone { .. }
        | EngineError::Corrupt { .. } => Some(engine.now() + PUT_OFF),
    };
    tracing::warn!(case.id = %row.case, %error, "evidence that is due could not be erased");
    let held = matches!(error, EngineError::Refused(refusal) if refusal.code == Code::UnderHold);
    let row = RetentionWrite { case: row.case, tenant: row.tenant, due_at, held, erased: None };
    Ok(engine.store.put_retention(row).await?)
}
