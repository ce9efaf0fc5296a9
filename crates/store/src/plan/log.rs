//! Giving audit entries their places in the tree.
//! Must not know how the tree is hashed.

use super::{Plan, Rule};
use crate::StoreError;
use crate::rows::{CheckpointRow, CosignatureRow, MAX_LIST, Sequenced};
use crate::value::{Query, args};

/// The plan of a sequencing from `expected_size` on, or the rule it breaks.
pub(crate) fn sequence(
    expected_size: u64,
    entries: Vec<Sequenced>,
    frontier: Vec<u8>,
    checkpoint: Option<CheckpointRow>,
) -> Result<Plan, StoreError> {
    if entries.len() > MAX_LIST as usize {
        return Err(StoreError::Limit("too many entries at once"));
    }
    let size = expected_size.saturating_add(entries.len() as u64);
    if size >= i64::MAX as u64 {
        return Err(StoreError::Limit("a log of that size"));
    }
    if !entries.iter().zip(expected_size..).all(|(entry, place)| entry.idx == place) {
        return Err(StoreError::Limit("places with a gap"));
    }
    if checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.size > size) {
        return Err(StoreError::Limit("a checkpoint past the log"));
    }
    let cas = "UPDATE log SET size = $2, frontier = $3 WHERE one = 1 AND size = $1";
    let mut plan = Plan::single(Query::change(cas, args![expected_size, size, frontier]), Rule::ONE);
    let count = entries.len() as u64;
    let rows = entries.into_iter().map(|entry| args![entry.id, entry.idx, entry.leaf]).collect();
    // Both databases call the columns of VALUES so.
    // The plus keeps SQLite from the index of places: with it each batch looks at everything that waits, and a long
    // queue takes hours instead of minutes.
    let then = ") AS v WHERE audit.id = v.column1 AND +audit.idx IS NULL AND audit.leaf = v.column3";
    if let Some(place) = Query::values("UPDATE audit SET idx = v.column2 FROM (VALUES ", rows, then) {
        plan.push(Query { once: true, ..place }, Rule::Exactly(count));
    }
    if let Some(row) = checkpoint {
        let sql = "INSERT INTO checkpoints (size, root, note, at) VALUES ($1, $2, $3, $4)";
        plan.push(Query::change(sql, args![row.size, row.root, row.note, row.at]), Rule::ONE);
    }
    plan.check()
}

/// Keeps what a witness signed; the same again changes nothing.
pub(crate) fn put_cosignature(row: CosignatureRow) -> Plan {
    let sql = "INSERT INTO cosignatures (size, witness, line, at) VALUES ($1, $2, $3, $4) ON CONFLICT (size, witness) DO NOTHING";
    Plan::single(Query::change(sql, args![row.size, row.witness, row.line, row.at]), Rule::Any)
}
