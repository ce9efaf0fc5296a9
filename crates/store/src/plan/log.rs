//! Giving audit entries their places in the tree.
//! Must not know how the tree is hashed.

use super::{Plan, Rule};
use crate::StoreError;
use crate::rows::{CheckpointRow, MAX_LIST, Sequenced};
use crate::value::{Query, args};

/// The plan of a sequencing from `expected_size` on, or the rule it breaks.
pub(crate) fn sequence(expected_size: u64, entries: Vec<Sequenced>, frontier: Vec<u8>, checkpoint: Option<CheckpointRow>) -> Result<Plan, StoreError> {
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
    let mut plan = Plan::single(Query::change(cas, args![expected_size, size, frontier]), Rule::One);
    for entry in entries {
        let place = "UPDATE audit SET idx = $2 WHERE id = $1 AND idx IS NULL AND leaf = $3";
        plan.push(Query::change(place, args![entry.id, entry.idx, entry.leaf]), Rule::One);
    }
    if let Some(row) = checkpoint {
        let sql = "INSERT INTO checkpoints (size, root, note, at) VALUES ($1, $2, $3, $4)";
        plan.push(Query::change(sql, args![row.size, row.root, row.note, row.at]), Rule::One);
    }
    plan.check()
}
