//! What the database holds of a case: its state, its entries with their proofs, the checkpoint, names, policy.
//! Must not know files.

use super::{ExportFault, Ground};
use crate::engine::Loaded;
use domain::audit::{Entry, Tree};
use domain::ids::{AgentId, CaseId};
use domain::time::Timestamp;
use pack::proof::Proof;
use std::collections::{BTreeMap, btree_map};
use std::time::Duration;
use store::rows::{AuditRow, CheckpointRow, MAX_LEAVES, MAX_LIST};

/// How often and how long to wait for the newest entries' place in the tree: it is given every second.
const WAIT: Duration = Duration::from_millis(250);
const WAITS: u32 = 40;
/// Most entries of one case: a proof each must fit among the files of a pack.
const MAX_ENTRIES: usize = 8_000;
/// Largest log whose tree is held for the proofs: 64 bytes a leaf, a gigabyte.
const MAX_LOG: u64 = 16_000_000;

/// All of it.
pub(super) struct Material {
    pub loaded: Loaded,
    pub at: Timestamp,
    /// By index.
    pub entries: BTreeMap<u64, Entry>,
    pub proofs: Vec<Proof>,
    pub checkpoint: CheckpointRow,
    pub key: String,
    /// Of those who acted.
    pub names: BTreeMap<AgentId, String>,
    pub tenant: String,
    /// The policy that spoke, as it was.
    pub policy: Option<String>,
}

pub(super) async fn gather(ground: &Ground, case: CaseId) -> Result<Material, ExportFault> {
    let store = ground.engine.store.as_ref();
    let rows = placed(ground, case).await?;
    let checkpoint = store.checkpoint().await?.ok_or_else(|| ExportFault::Odd("the log has no checkpoint yet".to_owned()))?;
    // Read after the entries, so that every one of them is about this state or an older one.
    let loaded = ground.engine.loaded(case).await?;
    if loaded.case.kept.erased.is_some() {
        return Err(ExportFault::Erased);
    }
    let mut entries: BTreeMap<u64, Entry> = BTreeMap::new();
    for row in rows {
        if let Some(index) = row.idx.filter(|index| *index < checkpoint.size) {
            entries.insert(index, row.entry);
        }
    }
    let newest = entries.values().map(|e| e.case_version).max().unwrap_or(0);
    if newest != loaded.case.version {
        return Err(ExportFault::Odd("the case changes faster than its entries are signed; try again".to_owned()));
    }
    let proofs = proofs(ground, &entries, &checkpoint).await?;
    let tenant = ground.engine.tenants.get(loaded.case.tenant).await?;
    let policy = store.policy_version(tenant.id, loaded.case.answer.version.into()).await?.map(|row| row.body);
    let names = names(ground, &entries).await?;
    let key = ground.log.verifier().map(|key| key.to_string()).unwrap_or_default();
    let at = ground.engine.now();
    Ok(Material { loaded, at, entries, proofs, checkpoint, key, names, tenant: tenant.name.clone(), policy })
}

/// Every entry of the case, once each has its place in the tree.
async fn placed(ground: &Ground, case: CaseId) -> Result<Vec<AuditRow>, ExportFault> {
    let store = ground.engine.store.as_ref();
    for _ in 0..WAITS {
        let mut rows: Vec<AuditRow> = Vec::new();
        loop {
            let page = store.audit_of_case(case, rows.last().map_or(0, |row| row.seq), MAX_LIST).await?;
            let whole = page.len() < MAX_LIST as usize;
            rows.extend(page);
            if rows.len() > MAX_ENTRIES {
                return Err(ExportFault::Odd(format!("the case has more than {MAX_ENTRIES} entries, too many for one pack")));
            }
            if whole {
                break;
            }
        }
        if rows.iter().all(|row| row.idx.is_some()) {
            return Ok(rows);
        }
        tokio::time::sleep(WAIT).await;
    }
    Err(ExportFault::Odd("the newest entries have no place in the log yet; is a server running?".to_owned()))
}

async fn proofs(ground: &Ground, entries: &BTreeMap<u64, Entry>, checkpoint: &CheckpointRow) -> Result<Vec<Proof>, ExportFault> {
    if checkpoint.size > MAX_LOG {
        return Err(ExportFault::Odd(format!("the log has more than {MAX_LOG} entries, more than an export holds at once")));
    }
    let mut tree = Tree::default();
    while tree.size() < checkpoint.size {
        let leaves = ground.engine.store.leaves(tree.size(), MAX_LEAVES).await?;
        let before = tree.size();
        for (index, leaf) in leaves {
            if index != tree.size() {
                break;
            }
            tree.push(leaf);
        }
        if tree.size() == before {
            return Err(ExportFault::Odd(format!("entry {before} of the log is missing")));
        }
    }
    if tree.root_at(checkpoint.size) != Some(checkpoint.root) {
        return Err(ExportFault::Odd("the entries of the log do not give the root that was signed".to_owned()));
    }
    let proof = |index: &u64| {
        let path = tree.inclusion(*index, checkpoint.size)?;
        Some(Proof { index: *index, path, checkpoint: checkpoint.note.clone() })
    };
    let proofs: Option<Vec<Proof>> = entries.keys().map(proof).collect();
    proofs.ok_or_else(|| ExportFault::Odd("an entry is outside the log".to_owned()))
}

async fn names(ground: &Ground, entries: &BTreeMap<u64, Entry>) -> Result<BTreeMap<AgentId, String>, ExportFault> {
    let mut names = BTreeMap::new();
    for entry in entries.values() {
        let said = entry.actor.strip_prefix("agent:").or_else(|| entry.body.get("agent").and_then(|a| a.as_str()));
        let Some(id) = said.and_then(|id| id.parse::<AgentId>().ok()) else { continue };
        if let btree_map::Entry::Vacant(place) = names.entry(id) {
            place.insert(ground.engine.store.person(id).await?.map(|p| p.name).unwrap_or_default());
        }
    }
    Ok(names)
}
