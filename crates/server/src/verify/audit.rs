//! The log: every entry in its place under the signed checkpoints, and what it says of each case last.
//! Must not know what an entry means.

use super::{Fault, Ground, Report};
use crate::engine::bound;
use domain::audit::{Checkpoint, CosignerKey, Entry, Frontier, Hash, Read, Row, Verifier};
use domain::ids::CaseId;
use std::borrow::Cow;
use std::collections::BTreeMap;
use store::rows::{AuditRow, MAX_LIST, Sequenced};
use store::{Store, StoreError};

/// Names the witnesses that are asked from here on.
pub(super) const WITNESSES: &str = "witnesses_changed";

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

/// What the log tells of what stands beside it.
#[derive(Default)]
pub(super) struct Told {
    pub cases: Cases,
    /// The newest mark of every row of administration, by the row's name.
    pub rows: BTreeMap<String, String>,
    /// The key of every witness that was ever asked, by its name.
    pub witnesses: BTreeMap<String, CosignerKey>,
    /// The root at the size of a checkpoint that somebody kept.
    pub root_at_kept: Option<Hash>,
}

/// Checkpoints that are read ahead of the rows they cover.
const AHEAD: usize = 64;

pub(super) async fn check(ground: &Ground, kept: Option<u64>, report: &mut Report) -> Result<Told, Fault> {
    let store = ground.engine.store.as_ref();
    let mut told = Told::default();
    let mut verifier = Verifier::new(Vec::<Vec<u8>>::new(), &ground.key)?;
    let mut notes = Notes::default();
    notes.fill(store, &mut verifier).await?;
    let mut next = 0;
    let mut page = page(store, next).await?;
    while !page.is_empty() {
        // The next page is read while this one is hashed: the work is shared by two threads.
        let after = next + page.len() as u64;
        let reading = {
            let store = ground.engine.store.clone();
            tokio::spawn(async move { store.audit_range(after, MAX_LIST).await })
        };
        for (row, (canonical, read, marked)) in page.iter().zip(worked_out(ground, &page)) {
            let index = row.idx.unwrap_or(u64::MAX);
            // The rows' own order is no part of the tree, but it shows a row that came or went
            // before it was signed.
            if index == next && row.seq.checked_sub(1) != i64::try_from(index).ok() {
                return Err(Fault::Entry { index, what: "its row stands out of order: rows were removed or moved".to_owned() });
            }
            if verifier.ahead() == 0 {
                notes.fill(store, &mut verifier).await?;
            }
            let entry = verifier.read(&Row { index, canonical: Cow::Owned(canonical), leaf: Some(row.leaf) }, read)?;
            told.take(ground, index, &entry, row, marked)?;
            next += 1;
            if kept == Some(next) {
                told.root_at_kept = Some(verifier.root());
            }
        }
        page = match reading.await {
            Ok(Ok(page)) => page,
            Ok(Err(error)) => return Err(pin(store, next, error).await),
            Err(_) => return Err(Fault::Database(StoreError::Unavailable("reading ended".to_owned()))),
        };
    }
    notes.all(store, &mut verifier).await?;
    let summary = verifier.finish()?;
    if summary.signed != summary.entries {
        let what = format!("not covered by a signed checkpoint; the newest ends at {}", summary.signed);
        return Err(Fault::Entry { index: summary.signed, what });
    }
    report.entries = summary.entries;
    report.checkpoints = summary.checkpoints;
    report.root = summary.root;
    log_state(store, summary.entries, summary.root).await?;
    report.pending = pending(ground, summary.entries, &mut told).await?;
    Ok(told)
}

async fn page(store: &dyn Store, from: u64) -> Result<Vec<AuditRow>, Fault> {
    match store.audit_range(from, MAX_LIST).await {
        Ok(page) => Ok(page),
        Err(error) => Err(pin(store, from, error).await),
    }
}

/// What can be worked out of each row by itself: its bytes, what they say, and whether its mark holds.
fn worked_out(ground: &Ground, page: &[AuditRow]) -> Vec<(Vec<u8>, Read, bool)> {
    let one = |row: &AuditRow| {
        let canonical = row.entry.canonical();
        let read = Read::of(&Row { index: 0, canonical: Cow::Borrowed(&canonical), leaf: None });
        let marked = row.mac.as_ref().zip(ground.entry_key.as_ref()).is_some_and(|(mac, key)| bound::is_mark(key, &row.leaf, mac));
        (canonical, read, marked)
    };
    let (first, second) = page.split_at(page.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| second.iter().map(one).collect::<Vec<_>>());
        let mut all: Vec<_> = first.iter().map(one).collect();
        // A thread that panicked leaves its rows out, and then the count below does not fit.
        all.extend(other.join().unwrap_or_default());
        all
    })
}

/// The signed notes, smallest first, a few at a time; the columns beside each say what it says, and none is missing.
#[derive(Default)]
struct Notes {
    before: Option<u64>,
}

impl Notes {
    /// Gives the verifier the next ones; false when there are none.
    async fn fill(&mut self, store: &dyn Store, verifier: &mut Verifier) -> Result<bool, Fault> {
        let page = store.checkpoints(self.before, AHEAD as u32).await?;
        for row in &page {
            let fault = |what: &str| Fault::Checkpoint { size: row.size, what: what.to_owned() };
            let read = Checkpoint::parse(row.note.as_bytes()).map_err(|why| fault(&why.to_string()))?.0;
            let fits = read.size == row.size && read.root == row.root && read.at().is_none_or(|at| at == row.at);
            if !fits {
                return Err(fault("its row and its signed note do not say the same"));
            }
            if let Some(after) = read.after()
                && after != self.before.unwrap_or(0)
            {
                return Err(Fault::Checkpoint { size: after, what: format!("is missing: the one of size {} follows it", row.size) });
            }
            self.before = Some(row.size);
            verifier.expect(row.note.as_bytes())?;
        }
        Ok(!page.is_empty())
    }

    async fn all(&mut self, store: &dyn Store, verifier: &mut Verifier) -> Result<(), Fault> {
        while self.fill(store, verifier).await? {}
        Ok(())
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
async fn pending(ground: &Ground, placed: u64, told: &mut Told) -> Result<u64, Fault> {
    let store = ground.engine.store.as_ref();
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
            let marked = row.mac.as_ref().zip(ground.entry_key.as_ref()).is_some_and(|(mac, key)| bound::is_mark(key, &row.leaf, mac));
            told.take(ground, next, &row.entry, row, marked)?;
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

impl Told {
    /// Takes in an entry that holds as such: who wrote it, and what it says of case and rows.
    fn take(&mut self, ground: &Ground, index: u64, entry: &Entry, row: &AuditRow, marked: bool) -> Result<(), Fault> {
        let fault = |what: &str| Fault::Entry { index, what: format!("({}) {what}", entry.id) };
        match (&row.mac, &ground.entry_key) {
            (Some(_), Some(_)) if marked => {}
            (Some(_), Some(_)) => return Err(fault("does not have the mark of the program that wrote the log")),
            (Some(_), None) => return Err(fault("has a mark, but the key of the marks is missing")),
            (None, Some(_)) => return Err(fault("has no mark: the program did not write it")),
            // Nothing was ever written by a program that makes marks.
            (None, None) => {}
        }
        follow(&mut self.cases, index, entry)?;
        if entry.kind == WITNESSES {
            let named = entry.body.get("witnesses").and_then(serde_json::Value::as_array).into_iter().flatten();
            let keys = named.filter_map(|key| key.as_str()?.parse::<CosignerKey>().ok());
            self.witnesses.extend(keys.map(|key| (key.name().to_owned(), key)));
        }
        let Some(rows) = entry.body.get("rows").and_then(serde_json::Value::as_object) else { return Ok(()) };
        for (name, mark) in rows {
            let mark = mark.as_str().unwrap_or_default().to_owned();
            self.rows.insert(name.clone(), mark);
        }
        Ok(())
    }
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
