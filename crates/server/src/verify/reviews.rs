//! Second looks: every row says what its entry of the log says, and every such entry has its row.
//! Must not know who may look.

use super::{Fault, Ground};
use crate::engine::{asked, given};
use domain::ids::EntryId;
use store::Store;
use store::rows::{AuditRow, MAX_LIST};

/// Checks all rows of second looks against the log, which was proven before.
pub(super) async fn check(ground: &Ground) -> Result<(), Fault> {
    let store = ground.engine.store.as_ref();
    let (mut asks, mut looks) = (0u64, 0u64);
    let mut after = 0;
    loop {
        let kinds = vec!["review_asked".to_owned(), "reviewed".to_owned()];
        let page = store.audit_of_kinds(kinds, after, MAX_LIST).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for row in &page {
            let (ask, look) = one(store, row).await?;
            asks += u64::from(ask);
            looks += u64::from(look);
        }
    }
    let (mut kept_asks, mut kept_looks) = (0, 0);
    let mut from = None;
    loop {
        let page = store.review_asks(from, MAX_LIST).await?;
        let Some(last) = page.last() else { break };
        from = Some(last.entry);
        kept_asks += page.len() as u64;
        for row in &page {
            let entry = store.audit_entry(row.entry).await?;
            if entry.and_then(|entry| asked(&entry.entry)).as_ref() != Some(row) {
                return Err(Fault::Review { entry: row.entry, what: "was asked for, but no entry of the log says so".to_owned() });
            }
        }
    }
    from = None;
    loop {
        let page = store.reviews(from, MAX_LIST).await?;
        let Some(last) = page.last() else { break };
        from = Some(last.entry);
        kept_looks += page.len() as u64;
        for row in &page {
            let entry = store.audit_entry(row.entry).await?;
            if entry.and_then(|entry| given(&entry.entry)).as_ref() != Some(row) {
                return Err(Fault::Review { entry: row.entry, what: "was given, but no entry of the log says so".to_owned() });
            }
        }
    }
    if (asks, looks) == (kept_asks, kept_looks) {
        return Ok(());
    }
    let what = format!("{kept_asks} asked for and {kept_looks} given are kept, the log tells of {asks} and {looks}");
    Err(Fault::Reviews(what))
}

/// Whether the entry asks for a look or tells of one; its row must say the same.
async fn one(store: &dyn Store, row: &AuditRow) -> Result<(bool, bool), Fault> {
    let entry = &row.entry;
    let before = EntryId(entry.id.0.saturating_sub(1));
    let fault = |what: &str| Fault::Review { entry: entry.id, what: what.to_owned() };
    if let Some(wanted) = asked(entry) {
        let kept = store.review_asks(Some(before), 1).await?.into_iter().next();
        if kept != Some(wanted) {
            return Err(fault("what was asked for is missing, or its row says something else"));
        }
        return Ok((true, false));
    }
    if let Some(wanted) = given(entry) {
        let kept = store.reviews(Some(before), 1).await?.into_iter().next();
        if kept != Some(wanted) {
            return Err(fault("what was given is missing, or its row says something else"));
        }
        return Ok((false, true));
    }
    Ok((false, false))
}
