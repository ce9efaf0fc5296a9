//! Reading cases, their links, and agents' presence.
//! Must not know what a phase means.

use super::cut;
use crate::StoreError;
use crate::plan::{name_term, reason_term};
use crate::rows::{AgentRow, CaseCursor, CaseFilter, CaseRow, LinkRow, MAX_PAGE, PhaseCount};
use crate::value::{Arg, Query, Read, Record, args};
use domain::ids::{AgentId, CaseId, TenantId};
use domain::time::Timestamp;

macro_rules! case_columns {
    () => {
        "id, tenant, version, reference, phase, jurisdiction, locale, reasons, agent, created_at, updated_at, deadline_at, queued_at, \
         recovered_seconds, name_tokens, state, state_hash, case_key"
    };
}
macro_rules! agent_columns {
    () => {
        "id, tenant, version, presence, state, deadline_at, updated_at"
    };
}

fn case_row(record: Record) -> Result<CaseRow, StoreError> {
    let mut c = record.columns("cases");
    Ok(CaseRow {
        id: c.id("id")?,
        tenant: c.id("tenant")?,
        version: c.count("version")?,
        reference: c.text("reference")?,
        phase: c.text("phase")?,
        jurisdiction: c.text("jurisdiction")?,
        locale: c.text("locale")?,
        reasons: c.words("reasons")?,
        agent: c.maybe_id("agent")?,
        created_at: c.time("created_at")?,
        updated_at: c.time("updated_at")?,
        deadline_at: c.maybe_time("deadline_at")?,
        queued_at: c.maybe_time("queued_at")?,
        recovered_seconds: c.maybe_int("recovered_seconds")?,
        name_tokens: c.words("name_tokens")?,
        state: c.blob("state")?,
        state_hash: c.hash("state_hash")?,
        key: c.blob("case_key")?,
    })
}

fn agent_row(record: Record) -> Result<AgentRow, StoreError> {
    let mut c = record.columns("agents");
    Ok(AgentRow {
        id: c.id("id")?,
        tenant: c.id("tenant")?,
        version: c.count("version")?,
        presence: c.text("presence")?,
        state: c.json_text("state")?,
        deadline_at: c.maybe_time("deadline_at")?,
        updated_at: c.time("updated_at")?,
    })
}

fn link_row(record: Record) -> Result<LinkRow, StoreError> {
    let mut c = record.columns("links");
    Ok(LinkRow {
        token_hash: c.hash("token_hash")?,
        case: c.id("case_id")?,
        invitation: c.id("invitation")?,
        created_at: c.time("created_at")?,
        expires_at: c.time("expires_at")?,
    })
}

pub(crate) fn by_id(id: CaseId) -> Read<CaseRow> {
    let sql = concat!("SELECT ", case_columns!(), " FROM cases WHERE id = $1");
    Read { query: Query::rows(sql, args![id]), decode: case_row }
}

/// Cases of before keys had a database of their own: the key still stands in the row.
pub(crate) fn with_key(after: Option<CaseId>, limit: u32) -> Read<CaseRow> {
    let sql = concat!("SELECT ", case_columns!(), " FROM cases WHERE length(case_key) <> 16 AND id > $1 ORDER BY id LIMIT $2");
    let after = after.map_or(String::new(), |id| id.to_string());
    Read { query: Query::rows(sql, args![after, cut(limit)]), decode: case_row }
}

pub(crate) fn of_tenant(tenant: TenantId, id: CaseId) -> Read<CaseRow> {
    let sql = concat!("SELECT ", case_columns!(), " FROM cases WHERE id = $2 AND tenant = $1");
    Read { query: Query::rows(sql, args![tenant, id]), decode: case_row }
}

pub(crate) fn by_link(token_hash: [u8; 32]) -> Read<CaseRow> {
    let sql = concat!("SELECT ", case_columns!(), " FROM cases WHERE id = (SELECT case_id FROM links WHERE token_hash = $1)");
    Read { query: Query::rows(sql, args![token_hash]), decode: case_row }
}

pub(crate) fn by_reference(tenant: TenantId, reference: String) -> Read<CaseRow> {
    let sql =
        concat!("SELECT ", case_columns!(), " FROM cases WHERE tenant = $1 AND reference = $2 ORDER BY created_at DESC, id DESC LIMIT 1");
    Read { query: Query::rows(sql, args![tenant, reference]), decode: case_row }
}

/// A condition under construction: its text holds numbers of parameters only.
struct Where {
    sql: String,
    args: Vec<Arg>,
}

impl Where {
    fn and(&mut self, before: &str, arg: impl Into<Arg>, after: &str) {
        self.args.push(arg.into());
        self.sql.push_str(&format!(" AND {before} ${}{after}", self.args.len()));
    }

    fn any_of(&mut self, column: &str, words: Vec<String>) {
        let first = self.args.len() + 1;
        self.args.extend(words.into_iter().map(Arg::from));
        let places: Vec<_> = (first..=self.args.len()).map(|n| format!("${n}")).collect();
        self.sql.push_str(&format!(" AND {column} IN ({})", places.join(", ")));
    }
}

pub(crate) fn page(tenant: TenantId, filter: CaseFilter, after: Option<CaseCursor>, limit: u32) -> Result<Read<CaseRow>, StoreError> {
    if filter.phases.len() > 32 || filter.name_tokens.len() > 8 {
        return Err(StoreError::Limit("too many conditions"));
    }
    let mut to = Where { sql: "tenant = $1".to_owned(), args: args![tenant] };
    if !filter.phases.is_empty() {
        to.any_of("phase", filter.phases);
    }
    let terms = filter.reason.iter().map(|reason| reason_term(reason));
    for term in terms.chain(filter.name_tokens.iter().map(|token| name_term(token))) {
        to.and("id IN (SELECT case_id FROM case_terms WHERE tenant = $1 AND term =", term, ")");
    }
    if let Some(prefix) = filter.reference_prefix {
        // Bytewise in both databases; no text sorts after the last code point.
        to.and("reference <", format!("{prefix}\u{10FFFF}"), "");
        to.and("reference >=", prefix, "");
    }
    if let Some(agent) = filter.agent {
        to.and("agent =", agent, "");
    }
    if let Some(from) = filter.from {
        to.and("created_at >=", from, "");
    }
    if let Some(end) = filter.to {
        to.and("created_at <", end, "");
    }
    if let Some(cursor) = after {
        to.and("(created_at, id) < (", cursor.created_at, ",");
        to.args.push(Arg::from(cursor.id));
        to.sql.push_str(&format!(" ${})", to.args.len()));
    }
    to.args.push(Arg::from(limit.min(MAX_PAGE)));
    let Where { sql, args } = to;
    let sql = format!("SELECT {} FROM cases WHERE {sql} ORDER BY created_at DESC, id DESC LIMIT ${}", case_columns!(), args.len());
    Ok(Read { query: Query::rows(sql, args), decode: case_row })
}

pub(crate) fn in_phases(phases: Vec<String>, after: Option<CaseId>, limit: u32) -> Result<Read<CaseRow>, StoreError> {
    if phases.is_empty() || phases.len() > 32 {
        return Err(StoreError::Limit("phases to look for"));
    }
    // The empty text sorts before every id.
    let after = after.map_or_else(String::new, |id| id.to_string());
    let mut to = Where { sql: "id > $1".to_owned(), args: args![after] };
    to.any_of("phase", phases);
    to.args.push(Arg::from(cut(limit)));
    let Where { sql, args } = to;
    let sql = format!("SELECT {} FROM cases WHERE {sql} ORDER BY id LIMIT ${}", case_columns!(), args.len());
    Ok(Read { query: Query::rows(sql, args), decode: case_row })
}

pub(crate) fn due(now: Timestamp, limit: u32) -> Read<CaseRow> {
    let sql = concat!("SELECT ", case_columns!(), " FROM cases WHERE deadline_at <= $1 ORDER BY deadline_at, id LIMIT $2");
    Read { query: Query::rows(sql, args![now, cut(limit)]), decode: case_row }
}

pub(crate) fn phase_counts(tenant: TenantId) -> Read<PhaseCount> {
    let sql = "SELECT phase, COUNT(*) FROM cases WHERE tenant = $1 GROUP BY phase ORDER BY phase";
    let decode = |record: Record| {
        let mut c = record.columns("cases");
        Ok(PhaseCount { phase: c.text("phase")?, count: c.count("count")? })
    };
    Read { query: Query::rows(sql, args![tenant]), decode }
}

pub(crate) fn link(token_hash: [u8; 32]) -> Read<LinkRow> {
    let sql = "SELECT token_hash, case_id, invitation, created_at, expires_at FROM links WHERE token_hash = $1";
    Read { query: Query::rows(sql, args![token_hash]), decode: link_row }
}

pub(crate) fn links_of(case: CaseId) -> Read<LinkRow> {
    let sql = "SELECT token_hash, case_id, invitation, created_at, expires_at FROM links WHERE case_id = $1 \
               ORDER BY created_at, token_hash LIMIT $2";
    Read { query: Query::rows(sql, args![case, cut(u32::MAX)]), decode: link_row }
}

pub(crate) fn agent(id: AgentId) -> Read<AgentRow> {
    let sql = concat!("SELECT ", agent_columns!(), " FROM agents WHERE id = $1");
    Read { query: Query::rows(sql, args![id]), decode: agent_row }
}

pub(crate) fn agents(tenant: Option<TenantId>, after: Option<AgentId>, limit: u32) -> Read<AgentRow> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    let query = match tenant {
        Some(tenant) => {
            let sql = concat!("SELECT ", agent_columns!(), " FROM agents WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3");
            Query::rows(sql, args![tenant, after, cut(limit)])
        }
        None => {
            let sql = concat!("SELECT ", agent_columns!(), " FROM agents WHERE id > $1 ORDER BY id LIMIT $2");
            Query::rows(sql, args![after, cut(limit)])
        }
    };
    Read { query, decode: agent_row }
}

pub(crate) fn due_agents(now: Timestamp, limit: u32) -> Read<AgentRow> {
    let sql = concat!("SELECT ", agent_columns!(), " FROM agents WHERE deadline_at <= $1 ORDER BY deadline_at, id LIMIT $2");
    Read { query: Query::rows(sql, args![now, cut(limit)]), decode: agent_row }
}

/// The earliest deadline of all, past or to come; each half is one step into an index.
pub(crate) fn next_deadline() -> Read<Option<Timestamp>> {
    let sql = "SELECT MIN(deadline_at) FROM (\
               SELECT * FROM (SELECT deadline_at FROM cases WHERE deadline_at IS NOT NULL ORDER BY deadline_at LIMIT 1) AS first_case \
               UNION ALL \
               SELECT * FROM (SELECT deadline_at FROM agents WHERE deadline_at IS NOT NULL ORDER BY deadline_at LIMIT 1) AS first_agent\
               ) AS firsts";
    let decode = |record: Record| record.columns("cases").maybe_time("deadline_at");
    Read { query: Query::rows(sql, Vec::new()), decode }
}
