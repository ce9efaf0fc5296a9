//! Erasing a case through the write path: what is left is sealed with a fresh key, the log says so in
//! the same commit, and the old key is named for destruction. Must not know files.

use super::tx::{CaseSlot, Committed, Tx};
use super::{Actor, Engine, EngineError, TRIES};
use domain::case::{Case, Input};
use domain::ids::{AgentId, CaseId};
use domain::retention::{Cause, Custody};
use store::StoreError;
use store::rows::{Commit, RetentionWrite};

impl Engine {
    /// Erases the evidence of a case, or finds it erased. Its key and files go afterwards, by
    /// [`crate::erasure::finish`], as often as it takes.
    ///
    /// # Errors
    /// A refusal: under hold, before its time, or while the case is under way.
    pub async fn erase(&self, id: CaseId, actor: &Actor, cause: Cause, by: Option<AgentId>) -> Result<Case, EngineError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_erase(id, actor, cause, by).await {
                Err(EngineError::Store(StoreError::Conflict)) if tries < TRIES => {}
                other => {
                    other?;
                    return self.case(id).await;
                }
            }
        }
    }

    async fn try_erase(&self, id: CaseId, actor: &Actor, cause: Cause, by: Option<AgentId>) -> Result<Committed, EngineError> {
        let mut tx = self.load(Some(id), None).await?;
        let Some(key) = tx.case.as_ref().map(|slot| slot.key.digest()) else { return Err(EngineError::Missing("case")) };
        tx.feed(Input::Custody(Custody::Erase { cause, by, key }))?;
        if let Some(slot) = changed(&mut tx) {
            let (key, id) = self.fresh_key(slot.case.tenant, slot.case.id).await?;
            slot.key = key;
            slot.old_key = Some(std::mem::replace(&mut slot.key_id, id));
        }
        self.finish(tx, actor, Commit::default()).await
    }
}

fn changed(tx: &mut Tx) -> Option<&mut CaseSlot> {
    tx.case.as_mut().filter(|slot| slot.was.as_deref() != Some(&slot.case))
}

/// What the schedule of erasures must hear of this change.
pub(super) fn retention(slot: &CaseSlot, tx: &Tx) -> Option<RetentionWrite> {
    let stands = |case: &Case| (case.erase_due(), case.kept.hold.is_some());
    let (due_at, held) = stands(&slot.case);
    let was = slot.was.as_deref().map_or((None, false), stands);
    let erased = slot.old_key.clone().map(|key| (tx.now, key));
    let news = erased.is_some() || was != (due_at, held);
    news.then_some(RetentionWrite { case: slot.case.id, tenant: slot.case.tenant, due_at, held, erased })
}
