//! The log: every entry in its place under the signed checkpoints, and what it says of each case last.
//! Must not know what an entry means.

use super::{Fault, Ground, Report};
use domain::audit::{Checkpoint, Entry, Frontier, Row, Verifier};
use domain::ids::CaseId;
use std::borrow::Cow;
use std::collections::BTreeMap;
use store::rows::{AuditRow, MAX_LIST, Sequenced};
use store::{Store, StoreError};

/// The newest state of a case that the log knows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Last {
    pub version: u64,
    pub hash: Option<[u8; 32]>,
    /// Where the log says that the evidence of this case was erased.
    pub erased: Option<u64>,
}

/// The fact that lets a case be without evidence.
const ERASED: &str = "evidence_erased";

/// By case; a million entries are some ten thousand of these.
pub(super) type Cases = BTreeMap<CaseId, Last>;

pub(super) async fn check(ground: &Ground, report: &mut Report) -> Result<Cases, Fault> {
    let store = ground.engine.store.as_ref();
    let mut cases = Cases::new();
    let mut verifier = Verifier::new(notes(store).await?, &ground.key)?;
    let mut next = 0;
    loop {
        let page = match store.audit_range(next, MAX_LIST).await {
            Ok(page) => page,
            Err(error) => return Err(pin(store, next, error).await),
        };
        if page.is_empty() {
            break;
        }
        for row in &page {
            let index = row.idx.unwrap_or(u64::MAX);
            // The rows' own order is no part of the tree, but it shows a row that came or went
            // before it was signed.
            if index == next && row.seq.checked_sub(1) != i64::try_from(index).ok() {
                return Err(Fault::Entry { index, what: "its row stands out of order: rows were removed or moved".to_owned() });
            }
            let canonical = Cow::Owned(row.entry.canonical());
            let entry = verifier.row(&Row { index, canonical, leaf: Some(row.leaf) })?;
            follow(&mut cases, index, &entry)?;
            next += 1;
        }
    }
    let summary = verifier.finish()?;
    if summary.signed != summary.entries {
        let what = format!("not covered by a signed checkpoint; the newest ends at {}", summary.signed);
        return Err(Fault::Entry { index: summary.signed, what });
    }
    report.entries = summary.entries;
    report.checkpoints = summary.checkpoints;
    report.root = summary.root;
    log_state(store, summary.entries, summary.root).await?;
    report.pending = pending(store, summary.entries, &mut cases).await?;
    Ok(cases)
}

/// The signed notes, smallest first; the columns beside each say what it says.
async fn notes(store: &dyn Store) -> Result<Vec<String>, Fault> {
    let mut notes = Vec::new();
    let mut after = None;
    loop {
        let page = store.checkpoints(after, MAX_LIST).await?;
        let Some(last) = page.last() else { return Ok(notes) };
        after = Some(last.size);
        for row in page {
            let fits = Checkpoint::parse(row.note.as_bytes()).is_ok_and(|(read, _)| read.size == row.size && read.root == row.root);
            if !fits {
                return Err(Fault::Checkpoint { size: row.size, what: "its row and its signed note do not say the same".to_owned() });
            }
            notes.push(row.note);
        }
    }
}

async fn log_state(store: &dyn Store, size: u64, root: [u8; 32]) -> Result<(), Fault> {
    let state = store.log_state().await?;
    let frontier: Frontier = if state.frontier.is_empty() {
        Frontier::default()
    } else {
        serde_json::from_slice(&state.frontier).map_err(|e| Fault::LogState(format!("cannot be read: {e}")))?
    };
    if state.size != size || frontier.size() != size || frontier.root() != root {
        return Err(Fault::LogState(format!("{} entries were placed, {size} are there, or their root differs", state.size)));
    }
    Ok(())
}

/// Entries that have no place yet. They get one in the copy, page by page, as the server would give it.
async fn pending(store: &dyn Store, placed: u64, cases: &mut Cases) -> Result<u64, Fault> {
    let mut next = placed;
    loop {
        let page = match store.unsequenced(MAX_LIST).await {
            Ok(page) => page,
            Err(error) => return Err(pin_pending(store, next, error).await),
        };
        if page.is_empty() {
            return Ok(next - placed);
        }
        let from = next;
        let mut places = Vec::with_capacity(page.len());
        for row in &page {
            check_pending(row, next)?;
            follow(cases, next, &row.entry)?;
            places.push(Sequenced { id: row.entry.id, idx: next, leaf: row.leaf });
            next += 1;
        }
        store.sequence(from, places, Vec::new(), None).await?;
    }
}

fn check_pending(row: &AuditRow, index: u64) -> Result<(), Fault> {
    let fault = |what: &str| Fault::Entry { index, what: format!("({}, not signed yet) {what}", row.entry.id) };
    if row.seq.checked_sub(1) != i64::try_from(index).ok() {
        return Err(fault("its row stands out of order: rows were removed or moved"));
    }
    if Entry::from_canonical(&row.entry.canonical()).is_err() {
        return Err(fault("is not an entry in its canonical form"));
    }
    if row.entry.leaf_hash() == row.leaf { Ok(()) } else { Err(fault("does not hash to the leaf stored beside it")) }
}

/// Remembers the newest state of the entry's case; versions only grow.
fn follow(cases: &mut Cases, index: u64, entry: &Entry) -> Result<(), Fault> {
    let Some(case) = entry.case else { return Ok(()) };
    let last = cases.entry(case).or_default();
    // An entry about a case that did not change it, such as a view, carries no version.
    if entry.case_version == 0 {
        return Ok(());
    }
    if entry.case_version < last.version {
        return Err(Fault::Entry { index, what: format!("version {} of {case} comes after version {}", entry.case_version, last.version) });
    }
    last.version = entry.case_version;
    if entry.kind == ERASED {
        last.erased.get_or_insert(index);
    }
    if entry.state_hash.is_some() {
        last.hash = entry.state_hash;
    }
    Ok(())
}

/// Which of the entries without a place cannot be read.
async fn pin_pending(store: &dyn Store, next: u64, error: StoreError) -> Fault {
    for (limit, index) in (1..=MAX_LIST).zip(next..) {
        if let Err(error) = store.unsequenced(limit).await {
            return Fault::Entry { index, what: format!("(not signed yet) {error}") };
        }
    }
    Fault::Database(error)
}

/// Which row of a page cannot be read.
async fn pin(store: &dyn Store, from: u64, error: StoreError) -> Fault {
    for index in from..from.saturating_add(u64::from(MAX_LIST)) {
        match store.audit_range(index, 1).await {
            Ok(page) if page.is_empty() => break,
            // The place was lost too: what comes next is another row.
            Ok(page) if page.iter().any(|row| row.idx != Some(index)) => return Fault::Entry { index, what: "is missing".to_owned() },
            Ok(_) => {}
            Err(error) => return Fault::Entry { index, what: error.to_string() },
        }
    }
    Fault::Database(error)
}
