//! The RFC 6962 Merkle tree: hashing, the append frontier, proofs and their verification.
//! Must not know what a leaf says.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A SHA-256 value: a leaf hash, a node or a root.
pub type Hash = [u8; 32];

/// A proof never has more hashes than a tree of 2^63 leaves has levels.
pub const MAX_PROOF: usize = 63;

/// The root of the tree without leaves: the hash of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The hash of a leaf: SHA-256(0x00 || data).
#[must_use]
pub fn hash_leaf(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// The hash of an inner node: SHA-256(0x01 || left || right).
#[must_use]
pub fn hash_node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over all given leaf hashes.
#[must_use]
pub fn root_of(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.append(*leaf);
    }
    frontier.root()
}

/// What an appender must remember: the size and the roots of the perfect subtrees, largest
/// first. At most 64 hashes, whatever the size.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "StoredFrontier", into = "StoredFrontier")]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// How many leaves were appended.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each trailing one-bit of the old size is a subtree as large as the one in hand.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = hash_node(&left, &node);
            }
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The hashes that prove that the tree so far is a prefix of the one with these leaves after it:
    /// as [`Tree::consistency`] gives them, without the leaves that came before.
    #[must_use]
    pub fn consistency(&self, more: &[Hash]) -> Vec<Hash> {
        let (old, new) = (self.size, self.size + more.len() as u64);
        if old == 0 || old == new {
            return Vec::new();
        }
        // Leaves from `old` on; what lies before is in the peaks, largest first.
        let new_range = |from: u64, to: u64| root_of(leaves_between(more, from - old, to - old));
        let (mut start, mut end, mut peak, mut path) = (0, new, 0, Vec::new());
        while old != end {
            let middle = start + split(end - start);
            if old <= middle {
                path.push(new_range(middle, end));
                end = middle;
            } else {
                path.extend(self.peaks.get(peak));
                peak += 1;
                start = middle;
            }
        }
        if start != 0 {
            let mut rest = self.peaks.iter().skip(peak).rev();
            path.extend(rest.next().map(|last| rest.fold(*last, |right, left| hash_node(left, &right))));
        }
        path.reverse();
        path
    }

    /// The root of the tree so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return empty_root() };
        peaks.fold(*last, |right, left| hash_node(left, &right))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredFrontier {
    size: u64,
    peaks: Vec<String>,
}

impl From<Frontier> for StoredFrontier {
    fn from(frontier: Frontier) -> Self {
        Self { size: frontier.size, peaks: frontier.peaks.iter().map(to_hex).collect() }
    }
}

impl TryFrom<StoredFrontier> for Frontier {
    type Error = &'static str;

    fn try_from(stored: StoredFrontier) -> Result<Self, Self::Error> {
        let expected = usize::try_from(stored.size.count_ones()).unwrap_or(usize::MAX);
        if stored.peaks.len() != expected {
            return Err("a frontier has one peak for each one-bit of its size");
        }
        let peaks: Option<Vec<Hash>> = stored.peaks.iter().map(|text| from_hex(text)).collect();
        Ok(Self { size: stored.size, peaks: peaks.ok_or("a peak is 64 lower-case hexadecimal digits")? })
    }
}

/// A tree that answers proofs in logarithmic time: it keeps every perfect subtree, 64 bytes
/// a leaf. The caller limits its size by what it loads.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// `levels[k][i]` is the root over leaves `i * 2^k .. (i + 1) * 2^k`.
    levels: Vec<Vec<Hash>>,
}

impl FromIterator<Hash> for Tree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::default();
        for leaf in leaves {
            tree.push(leaf);
        }
        tree
    }
}

impl Tree {
    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Appends one leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(node);
            if !row.len().is_multiple_of(2) {
                return;
            }
            node = hash_node(&row[row.len() - 2], &node);
        }
    }

    /// The root over the first `size` leaves; `None` if the tree is smaller.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        if size > self.size() {
            return None;
        }
        Some(if size == 0 { empty_root() } else { self.range(0, size) })
    }

    /// The hashes that prove that leaf `index` is in the tree of `size` leaves.
    #[must_use]
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        if index >= size || size > self.size() {
            return None;
        }
        let (mut start, mut end, mut path) = (0, size, Vec::new());
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                path.push(self.range(middle, end));
                end = middle;
            } else {
                path.push(self.range(start, middle));
                start = middle;
            }
        }
        path.reverse();
        Some(path)
    }

    /// The hashes that prove that the tree of `old` leaves is a prefix of the one of `new`.
    #[must_use]
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        if old > new || new > self.size() {
            return None;
        }
        if old == 0 || old == new {
            return Some(Vec::new());
        }
        let (mut start, mut end, mut path) = (0, new, Vec::new());
        while old != end {
            let middle = start + split(end - start);
            if old <= middle {
                path.push(self.range(middle, end));
                end = middle;
            } else {
                path.push(self.range(start, middle));
                start = middle;
            }
        }
        // The verifier knows the old root already when it is the whole left edge.
        if start != 0 {
            path.push(self.range(start, end));
        }
        path.reverse();
        Some(path)
    }

    /// The root over leaves `start..end`, not empty, inside the tree, aligned as RFC 6962 splits.
    fn range(&self, start: u64, end: u64) -> Hash {
        let length = end - start;
        if length.is_power_of_two() {
            let level = length.trailing_zeros();
            // In range: `end` is at most the number of leaves, which are in memory.
            return self.levels[level as usize][(start >> level) as usize];
        }
        let middle = start + split(length);
        hash_node(&self.range(start, middle), &self.range(middle, end))
    }
}

fn leaves_between(leaves: &[Hash], from: u64, to: u64) -> &[Hash] {
    let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    leaves.get(at(from)..at(to)).unwrap_or_default()
}

/// The largest power of two smaller than `length`, which is at least 2.
const fn split(length: u64) -> u64 {
    1 << (u64::BITS - 1 - (length - 1).leading_zeros())
}

/// Whether `path` proves that `leaf` is at `index` of the tree of `size` leaves with `root`
/// (RFC 9162, 2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size || path.len() > MAX_PROOF {
        return false;
    }
    let (mut at, mut last, mut node) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            node = hash_node(sibling, &node);
            skip_missing_levels(&mut at, &mut last);
        } else {
            node = hash_node(&node, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && node == *root
}

/// Whether `path` proves that the tree (`old`, `old_root`) is a prefix of (`new`, `new_root`)
/// (RFC 9162, 2.1.4.2). The empty tree is a prefix of every tree, without a proof.
#[must_use]
pub fn verify_consistency(old: u64, new: u64, path: &[Hash], old_root: &Hash, new_root: &Hash) -> bool {
    if old > new || path.len() > MAX_PROOF {
        return false;
    }
    if old == new {
        return path.is_empty() && old_root == new_root && (old > 0 || *old_root == empty_root());
    }
    if old == 0 {
        return path.is_empty() && *old_root == empty_root();
    }
    let (first, rest) = if old.is_power_of_two() {
        (*old_root, path)
    } else {
        let Some((first, rest)) = path.split_first() else { return false };
        (*first, rest)
    };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old_node, mut new_node) = (first, first);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old_node = hash_node(sibling, &old_node);
            new_node = hash_node(sibling, &new_node);
            skip_missing_levels(&mut at, &mut last);
        } else {
            new_node = hash_node(&new_node, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old_node == *old_root && new_node == *new_root
}

/// A right edge without a sibling rises until it becomes a right child, or the root.
fn skip_missing_levels(at: &mut u64, last: &mut u64) {
    while *at & 1 == 0 && *at != 0 {
        *at >>= 1;
        *last >>= 1;
    }
}

/// A hash as 64 lower-case hexadecimal digits.
#[must_use]
pub fn to_hex(hash: &Hash) -> String {
    use std::fmt::Write;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A hash from 64 lower-case hexadecimal digits, and nothing else.
#[must_use]
pub fn from_hex(text: &str) -> Option<Hash> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let mut hash = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(hash)
}
