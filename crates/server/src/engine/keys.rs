//! The one way to a case's key: found by its name in the database of keys, unwrapped, in memory as
//! long as somebody uses it. Must not know what is sealed with it.

use super::{Engine, EngineError};
use crate::adapters::ids::random;
use crate::adapters::kms::SecretKey;
use domain::case::Outcome;
use domain::digest::Digest;
use domain::ids::{CaseId, TenantId};
use domain::jurisdiction::profile_or_default;
use domain::retention;
use domain::time::Span;
use std::sync::Arc;
use store::rows::{CaseRow, KeyId, KeyRow, MAX_LIST, RetentionWrite};

/// Said once all keys have left the rows of cases.
const MOVED: &str = "keys/moved";
/// A key without a case is one that a crash left behind, once it is this old.
const ORPHANED: Span = Span::minutes(24 * 60);

/// The key of one case, in memory as long as somebody uses it.
#[derive(Clone)]
pub struct CaseKey(pub Arc<SecretKey>);

impl CaseKey {
    /// What the log may say of a key: nothing follows from it, but the key fits it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&[b"recourse case key v1".as_slice(), self.0.as_slice()].concat())
    }
}

impl Engine {
    /// The key that opens a case's row.
    pub(super) async fn case_key(&self, row: &CaseRow) -> Result<CaseKey, EngineError> {
        let gone = |destroyed| EngineError::KeyGone { case: row.id, destroyed };
        let id = KeyId::try_from(row.key.as_slice()).map_err(|_| gone(false))?;
        let found = self.store.keys().get(id).await?.filter(|key| key.case == row.id && key.tenant == row.tenant);
        let key = found.ok_or(gone(false))?;
        let wrapped = key.wrapped.ok_or(gone(true))?;
        Ok(CaseKey(Arc::new(self.kms.unwrap_key(row.tenant, &wrapped)?)))
    }

    /// The key of a case by its id.
    ///
    /// # Errors
    /// `Missing`, or `KeyGone`.
    pub async fn key_of(&self, case: CaseId) -> Result<CaseKey, EngineError> {
        let row = self.store.case(case).await?.ok_or(EngineError::Missing("case"))?;
        self.case_key(&row).await
    }

    /// A fresh key for a case, kept durably before anything is sealed with it, and its name.
    pub(super) async fn fresh_key(&self, tenant: TenantId, case: CaseId) -> Result<(CaseKey, Vec<u8>), EngineError> {
        let key = CaseKey(Arc::new(self.kms.new_key()));
        let wrapped = Some(self.kms.wrap(tenant, &key.0)?);
        let id: KeyId = random();
        let row = KeyRow { id, tenant, case, wrapped, created_at: self.now(), bound: false, destroyed_at: None };
        self.store.keys().put(row).await?;
        Ok((key, id.to_vec()))
    }

    /// Destroys every key of a case but the one its row names; how many.
    ///
    /// # Errors
    /// A database that does not answer.
    pub async fn destroy_old_keys(&self, case: CaseId) -> Result<u64, EngineError> {
        let row = self.store.case(case).await?.ok_or(EngineError::Missing("case"))?;
        let mut gone = 0;
        for key in self.store.keys().of_case(case).await? {
            if key.id.as_slice() != row.key.as_slice() && self.store.keys().destroy(key.id, self.now()).await? {
                gone += 1;
            }
        }
        self.store.keys().scrub().await?;
        Ok(gone)
    }

    /// Takes keys that still stand in the rows of their cases to the database of keys, once. A crash
    /// anywhere in it loses nothing: the row names its key only after the key is kept.
    ///
    /// # Errors
    /// A database that does not answer.
    pub async fn move_keys(&self) -> Result<u64, EngineError> {
        if self.store.setting(MOVED.to_owned()).await?.is_some() {
            return Ok(0);
        }
        let mut moved = 0;
        let mut after = None;
        loop {
            let page = self.store.cases_with_key(after, MAX_LIST).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for row in page {
                let id: KeyId = random();
                let (case, tenant) = (row.id, row.tenant);
                let wrapped = Some(row.key.clone());
                let key = KeyRow { id, tenant, case, wrapped, created_at: self.now(), bound: false, destroyed_at: None };
                self.store.keys().put(key).await?;
                if let Some(closed) = closed(&row) {
                    self.store.put_retention(closed).await?;
                }
                self.store.move_key(case, row.key, id).await?;
                self.store.keys().bind(id).await?;
                moved += 1;
            }
        }
        if moved > 0 {
            self.store.scrub().await?;
        }
        self.store.put_setting(MOVED.to_owned(), vec![1]).await?;
        Ok(moved)
    }

    /// Marks keys whose case is there, and forgets those that never got one. A marked key is never
    /// forgotten: an old main database put back by mistake takes no key with it.
    ///
    /// # Errors
    /// A database that does not answer.
    pub async fn sweep_keys(&self) -> Result<u64, EngineError> {
        let before = self.now();
        let mut swept = 0;
        let mut after = None;
        loop {
            let page = self.store.keys().unbound(after, MAX_LIST).await?;
            let Some(last) = page.last() else { return Ok(swept) };
            after = Some((last.created_at, last.id));
            for key in page {
                let row = self.store.case(key.case).await?;
                if row.is_some_and(|row| row.key.as_slice() == key.id.as_slice()) {
                    self.store.keys().bind(key.id).await?;
                } else if before.since(key.created_at) >= ORPHANED {
                    self.store.keys().forget(key.id).await?;
                    swept += 1;
                }
            }
        }
    }
}

/// How long a case is kept that was closed before that was written down.
fn closed(row: &CaseRow) -> Option<RetentionWrite> {
    let outcome: Option<Outcome> = serde_json::from_value(serde_json::Value::String(row.phase.clone())).ok();
    if outcome.is_none() && row.phase != "reported" {
        return None;
    }
    let due_at = Some(retention::due(profile_or_default(&row.jurisdiction), outcome, row.updated_at));
    Some(RetentionWrite { case: row.id, tenant: row.tenant, due_at, held: false, erased: None })
}
