//! Reading second looks, and what the log holds about one person.
//! Must not know who may look.

use super::cut;
use super::log::audit_row;
use crate::StoreError;
use crate::rows::{AuditRow, MAX_VALUES, ReviewAskRow, ReviewRow};
use crate::value::{Arg, Query, Read, Record, args};
use domain::ids::{AgentId, EntryId, TenantId};
use domain::time::Timestamp;

const ASK: &str = "SELECT entry, tenant, case_id, kind, maker, verdict, codes, decided_at FROM review_asks";
const REVIEW: &str = "SELECT entry, tenant, case_id, kind, maker, checker, verdict, codes, finding, reasons, agreed, decided_at, drawn_at, \
    taken_at, at FROM reviews";
/// Kinds that one question may name.
const MAX_KINDS: usize = 64;

fn ask_row(record: Record) -> Result<ReviewAskRow, StoreError> {
    let mut c = record.columns("review_asks");
    Ok(ReviewAskRow {
        entry: c.id("entry")?,
        tenant: c.id("tenant")?,
        case: c.id("case_id")?,
        kind: c.text("kind")?,
        maker: c.id("maker")?,
        verdict: c.text("verdict")?,
        codes: c.words("codes")?,
        decided_at: c.time("decided_at")?,
    })
}

fn review_row(record: Record) -> Result<ReviewRow, StoreError> {
    let mut c = record.columns("reviews");
    Ok(ReviewRow {
        entry: c.id("entry")?,
        tenant: c.id("tenant")?,
        case: c.id("case_id")?,
        kind: c.text("kind")?,
        maker: c.id("maker")?,
        checker: c.id("checker")?,
        verdict: c.text("verdict")?,
        codes: c.words("codes")?,
        finding: c.text("finding")?,
        reasons: c.words("reasons")?,
        agreed: c.flag("agreed")?,
        decided_at: c.time("decided_at")?,
        drawn_at: c.time("drawn_at")?,
        taken_at: c.time("taken_at")?,
        at: c.time("at")?,
    })
}

/// The empty text sorts before every id.
fn beyond(after: Option<EntryId>) -> String {
    after.map_or_else(String::new, |id| id.to_string())
}

pub(crate) fn open(after: Option<EntryId>, limit: u32) -> Read<ReviewAskRow> {
    let sql = format!(
        "{ASK} WHERE entry > $1 AND NOT EXISTS (SELECT 1 FROM reviews WHERE reviews.case_id = review_asks.case_id \
         AND reviews.decided_at = review_asks.decided_at) ORDER BY entry LIMIT $2"
    );
    Read { query: Query::rows(sql, args![beyond(after), cut(limit)]), decode: ask_row }
}

pub(crate) fn asks(after: Option<EntryId>, limit: u32) -> Read<ReviewAskRow> {
    let sql = format!("{ASK} WHERE entry > $1 ORDER BY entry LIMIT $2");
    Read { query: Query::rows(sql, args![beyond(after), cut(limit)]), decode: ask_row }
}

pub(crate) fn reviews(after: Option<EntryId>, limit: u32) -> Read<ReviewRow> {
    let sql = format!("{REVIEW} WHERE entry > $1 ORDER BY entry LIMIT $2");
    Read { query: Query::rows(sql, args![beyond(after), cut(limit)]), decode: review_row }
}

pub(crate) fn of_tenant(tenant: TenantId, from: Timestamp, to: Timestamp) -> Read<ReviewRow> {
    let sql = format!("{REVIEW} WHERE tenant = $1 AND at >= $2 AND at < $3 ORDER BY at DESC, entry DESC LIMIT $4");
    Read { query: Query::rows(sql, args![tenant, from, to, MAX_VALUES]), decode: review_row }
}

pub(crate) fn of_person(
    tenant: TenantId,
    person: AgentId,
    kinds: Vec<String>,
    before: Option<EntryId>,
    limit: u32,
) -> Result<Read<AuditRow>, StoreError> {
    // No id sorts after this.
    let before = before.map_or_else(|| "ent_g".to_owned(), |id| id.to_string());
    let mut args = args![tenant, person, before, cut(limit)];
    let only = only(kinds, &mut args)?;
    let sql = format!(
        "{} JOIN person_entries ON person_entries.entry = audit.id WHERE person_entries.person = $2 AND person_entries.entry < $3 \
         AND tenant = $1{only} ORDER BY person_entries.entry DESC LIMIT $4",
        super::log::ENTRY
    );
    Ok(Read { query: Query::rows(sql, args), decode: audit_row })
}

pub(crate) fn of_kinds(kinds: Vec<String>, after: i64, limit: u32) -> Result<Read<AuditRow>, StoreError> {
    let mut args = args![after, cut(limit)];
    let only = only(kinds, &mut args)?;
    let sql = format!("{} WHERE seq > $1{only} ORDER BY seq LIMIT $2", super::log::ENTRY);
    Ok(Read { query: Query::rows(sql, args), decode: audit_row })
}

/// A condition for kinds; none where none is named.
fn only(kinds: Vec<String>, args: &mut Vec<Arg>) -> Result<String, StoreError> {
    if kinds.len() > MAX_KINDS {
        return Err(StoreError::Limit("too many kinds"));
    }
    if kinds.is_empty() {
        return Ok(String::new());
    }
    let first = args.len() + 1;
    args.extend(kinds.into_iter().map(Arg::from));
    let places: Vec<_> = (first..=args.len()).map(|n| format!("${n}")).collect();
    Ok(format!(" AND kind IN ({})", places.join(", ")))
}
