//! Reading the audit log and its checkpoints.
//! Must not know how a tree is hashed or a note signed.

use super::cut;
use crate::StoreError;
use crate::rows::{AuditRow, CheckpointRow, CosignatureRow, LogState, MAX_LEAVES};
use crate::value::{Query, Read, Record, args};
use domain::audit::Entry;
use domain::ids::{CaseId, EntryId, TenantId};

pub(super) const ENTRY: &str =
    "SELECT id, seq, idx, leaf, mac, tenant, case_id, case_version, at, actor, kind, body, state_hash FROM audit";
const CHECKPOINT: &str = "SELECT size, root, note, at FROM checkpoints";

pub(super) fn audit_row(record: Record) -> Result<AuditRow, StoreError> {
    let mut c = record.columns("audit");
    let id = c.id("id")?;
    Ok(AuditRow {
        seq: c.int("seq")?,
        idx: c.maybe_count("idx")?,
        leaf: c.hash("leaf")?,
        mac: c.maybe_hash("mac")?,
        entry: Entry {
            id,
            tenant: c.id("tenant")?,
            case: c.maybe_id("case_id")?,
            case_version: c.count("case_version")?,
            at: c.time("at")?,
            actor: c.text("actor")?,
            kind: c.text("kind")?,
            body: c.json("body")?,
            state_hash: c.maybe_hash("state_hash")?,
        },
    })
}

fn checkpoint_row(record: Record) -> Result<CheckpointRow, StoreError> {
    let mut c = record.columns("checkpoints");
    Ok(CheckpointRow { size: c.count("size")?, root: c.hash("root")?, note: c.text("note")?, at: c.time("at")? })
}

pub(crate) fn of_case(case: CaseId, after: i64, limit: u32) -> Read<AuditRow> {
    let sql = format!("{ENTRY} WHERE case_id = $1 AND seq > $2 ORDER BY seq LIMIT $3");
    Read { query: Query::rows(sql, args![case, after, cut(limit)]), decode: audit_row }
}

/// As `of_case`, of these kinds alone.
pub(crate) fn of_case_and_kinds(case: CaseId, kinds: Vec<String>, after: i64, limit: u32) -> Read<AuditRow> {
    let places: Vec<_> = (4..4 + kinds.len()).map(|n| format!("${n}")).collect();
    let sql = format!("{ENTRY} WHERE case_id = $1 AND seq > $2 AND kind IN ({}) ORDER BY seq LIMIT $3", places.join(", "));
    let mut args = args![case, after, cut(limit)];
    args.extend(kinds.into_iter().map(crate::value::Arg::from));
    Read { query: Query::rows(sql, args), decode: audit_row }
}

pub(crate) fn page(tenant: TenantId, before: Option<i64>, limit: u32) -> Read<AuditRow> {
    let sql = format!("{ENTRY} WHERE tenant = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3");
    Read { query: Query::rows(sql, args![tenant, before.unwrap_or(i64::MAX), cut(limit)]), decode: audit_row }
}

pub(crate) fn entry(id: EntryId) -> Read<AuditRow> {
    Read { query: Query::rows(format!("{ENTRY} WHERE id = $1"), args![id]), decode: audit_row }
}

pub(crate) fn unsequenced(limit: u32) -> Read<AuditRow> {
    let sql = format!("{ENTRY} WHERE idx IS NULL ORDER BY seq LIMIT $1");
    Read { query: Query::rows(sql, args![cut(limit)]), decode: audit_row }
}

pub(crate) fn range(from: u64, limit: u32) -> Read<AuditRow> {
    let sql = format!("{ENTRY} WHERE idx >= $1 ORDER BY idx LIMIT $2");
    Read { query: Query::rows(sql, args![from, cut(limit)]), decode: audit_row }
}

pub(crate) fn leaves(from: u64, limit: u32) -> Read<(u64, [u8; 32])> {
    let decode = |record: Record| {
        let mut c = record.columns("audit");
        Ok((c.count("idx")?, c.hash("leaf")?))
    };
    let sql = "SELECT idx, leaf FROM audit WHERE idx >= $1 ORDER BY idx LIMIT $2";
    Read { query: Query::rows(sql, args![from, limit.min(MAX_LEAVES)]), decode }
}

pub(crate) fn state() -> Read<LogState> {
    let decode = |record: Record| {
        let mut c = record.columns("log");
        c.int("one")?;
        Ok(LogState { size: c.count("size")?, frontier: c.blob("frontier")? })
    };
    Read { query: Query::rows("SELECT one, size, frontier FROM log WHERE one = 1", Vec::new()), decode }
}

pub(crate) fn newest_checkpoint() -> Read<CheckpointRow> {
    Read { query: Query::rows(format!("{CHECKPOINT} ORDER BY size DESC LIMIT 1"), Vec::new()), decode: checkpoint_row }
}

pub(crate) fn checkpoints(after: Option<u64>, limit: u32) -> Read<CheckpointRow> {
    // One of an empty log is a checkpoint too.
    let after = after.map_or(-1, |size| i64::try_from(size).unwrap_or(i64::MAX));
    let sql = format!("{CHECKPOINT} WHERE size > $1 ORDER BY size LIMIT $2");
    Read { query: Query::rows(sql, args![after, cut(limit)]), decode: checkpoint_row }
}

const COSIGNATURE: &str = "SELECT size, witness, line, at FROM cosignatures";

fn cosignature_row(record: Record) -> Result<CosignatureRow, StoreError> {
    let mut c = record.columns("cosignatures");
    Ok(CosignatureRow { size: c.count("size")?, witness: c.text("witness")?, line: c.text("line")?, at: c.time("at")? })
}

/// By size and witness, after one of them.
pub(crate) fn cosignatures(after: Option<(u64, String)>, limit: u32) -> Read<CosignatureRow> {
    let (size, witness) = after.map_or((-1, String::new()), |(size, witness)| (i64::try_from(size).unwrap_or(i64::MAX), witness));
    let sql = format!("{COSIGNATURE} WHERE (size, witness) > ($1, $2) ORDER BY size, witness LIMIT $3");
    Read { query: Query::rows(sql, args![size, witness, cut(limit)]), decode: cosignature_row }
}

pub(crate) fn newest_cosignature(witness: String) -> Read<CosignatureRow> {
    let sql = format!("{COSIGNATURE} WHERE witness = $1 ORDER BY size DESC LIMIT 1");
    Read { query: Query::rows(sql, args![witness]), decode: cosignature_row }
}

pub(crate) fn checkpoint_of(size: u64) -> Read<CheckpointRow> {
    Read { query: Query::rows(format!("{CHECKPOINT} WHERE size = $1"), args![size]), decode: checkpoint_row }
}
