//! Inclusion proofs from the stored leaves: the upper part of the tree is remembered, the lower part is read where it is needed.
//! Must not know what an entry says, nor who asks.

use domain::audit::Hash;
use domain::audit::tree::{hash_node, root_of};
use std::collections::{BTreeMap, BTreeSet};
use store::rows::MAX_LEAVES;
use store::{Store, StoreError};
use tokio::sync::Mutex;

/// The lowest eight levels are not remembered: a stretch of 256 leaves is read at once, and a log of a million entries takes
/// 260 kB here.
const LEVELS: u32 = 8;
const STRETCH: u64 = 1 << LEVELS;

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the log has no entry {0}, though it is signed")]
    Missing(u64),
}

/// The roots of full stretches, and of all perfect trees over them: `upper[k][i]` is the root over `i * 2^k .. (i + 1) * 2^k`
/// stretches.
#[derive(Default)]
pub struct Trees {
    upper: Mutex<Vec<Vec<Hash>>>,
}

impl Trees {
    /// For each index the hashes that lead from its leaf to the root of the tree of `size` leaves.
    ///
    /// # Errors
    /// A store that does not answer, or a log with a hole.
    pub async fn paths(&self, store: &dyn Store, size: u64, indexes: &[u64]) -> Result<Vec<Vec<Hash>>, ProofError> {
        if let Some(beyond) = indexes.iter().find(|index| **index >= size) {
            return Err(ProofError::Missing(*beyond));
        }
        let full = size / STRETCH;
        let mut wanted: BTreeSet<u64> = indexes.iter().map(|index| index / STRETCH).collect();
        if !size.is_multiple_of(STRETCH) {
            wanted.insert(full);
        }
        let mut lower = BTreeMap::new();
        for stretch in wanted {
            let from = stretch * STRETCH;
            lower.insert(stretch, read(store, from, STRETCH.min(size - from)).await?);
        }
        let mut upper = self.upper.lock().await;
        grow(&mut upper, store, full).await?;
        let tree = View { upper: &upper, lower: &lower };
        indexes.iter().map(|index| tree.inclusion(*index, size).ok_or(ProofError::Missing(*index))).collect()
    }
}

/// Exactly these leaves.
async fn read(store: &dyn Store, from: u64, count: u64) -> Result<Vec<Hash>, ProofError> {
    let rows = store.leaves(from, u32::try_from(count).unwrap_or(MAX_LEAVES)).await?;
    let mut expected = from..from + count;
    for (idx, _) in &rows {
        if expected.next() != Some(*idx) {
            return Err(ProofError::Missing(*idx));
        }
    }
    match expected.next() {
        Some(missing) => Err(ProofError::Missing(missing)),
        None => Ok(rows.into_iter().map(|(_, leaf)| leaf).collect()),
    }
}

async fn grow(upper: &mut Vec<Vec<Hash>>, store: &dyn Store, full: u64) -> Result<(), ProofError> {
    let mut have = upper.first().map_or(0, |row| row.len() as u64);
    while have < full {
        let stretches = (full - have).min(u64::from(MAX_LEAVES) / STRETCH);
        let leaves = read(store, have * STRETCH, stretches * STRETCH).await?;
        for stretch in leaves.chunks_exact(STRETCH as usize) {
            push(upper, root_of(stretch));
        }
        have += stretches;
    }
    Ok(())
}

fn push(upper: &mut Vec<Vec<Hash>>, root: Hash) {
    let mut node = root;
    for level in 0.. {
        if upper.len() == level {
            upper.push(Vec::new());
        }
        let row = &mut upper[level];
        row.push(node);
        if !row.len().is_multiple_of(2) {
            return;
        }
        node = hash_node(&row[row.len() - 2], &node);
    }
}

struct View<'a> {
    upper: &'a [Vec<Hash>],
    lower: &'a BTreeMap<u64, Vec<Hash>>,
}

impl View<'_> {
    /// RFC 9162, 2.1.3.1.
    fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        let (mut start, mut end, mut path) = (0, size, Vec::new());
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                path.push(self.root(middle, end)?);
                end = middle;
            } else {
                path.push(self.root(start, middle)?);
                start = middle;
            }
        }
        path.reverse();
        Some(path)
    }

    /// The root over `start..end`, not empty, cut as RFC 6962 cuts.
    fn root(&self, start: u64, end: u64) -> Option<Hash> {
        let length = end - start;
        if length >= STRETCH && length.is_power_of_two() {
            let level = length.trailing_zeros() - LEVELS;
            let place = usize::try_from(start >> (level + LEVELS)).ok()?;
            return self.upper.get(level as usize)?.get(place).copied();
        }
        if length <= STRETCH {
            let first = usize::try_from(start % STRETCH).ok()?;
            let leaves = self.lower.get(&(start / STRETCH))?.get(first..first + usize::try_from(length).ok()?)?;
            return Some(root_of(leaves));
        }
        let middle = start + split(length);
        Some(hash_node(&self.root(start, middle)?, &self.root(middle, end)?))
    }
}

/// The largest power of two smaller than `length`, which is at least 2.
const fn split(length: u64) -> u64 {
    1 << (u64::BITS - 1 - (length - 1).leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::audit::Tree;
    use domain::audit::tree::{hash_leaf, verify_inclusion};

    #[test]
    fn every_path_is_the_one_of_the_whole_tree() {
        let leaves: Vec<Hash> = (0..2_100u32).map(|n| hash_leaf(&n.to_be_bytes())).collect();
        let whole: Tree = leaves.iter().copied().collect();
        for size in [1u64, 2, 3, 255, 256, 257, 511, 512, 513, 600, 1_024, 1_537, 2_047, 2_100] {
            let mut upper = Vec::new();
            for stretch in leaves[..size as usize].chunks_exact(STRETCH as usize) {
                push(&mut upper, root_of(stretch));
            }
            let lower = leaves[..size as usize].chunks(STRETCH as usize).enumerate().map(|(n, c)| (n as u64, c.to_vec())).collect();
            let view = View { upper: &upper, lower: &lower };
            let root = whole.root_at(size).unwrap();
            for index in (0..size).step_by(7).chain([size - 1]) {
                let path = view.inclusion(index, size).unwrap();
                assert_eq!(Some(&path), whole.inclusion(index, size).as_ref(), "{index} of {size}");
                assert!(verify_inclusion(&leaves[index as usize], index, size, &path, &root));
            }
        }
    }
}
