//! The one evidential write: cases and agents by version, then everything that came of it.
//! Must not know why an action writes what it writes.

use super::{Plan, Rule};
use crate::StoreError;
use crate::rows::{
    AgentWrite, ApiKeyWrite, CaseWrite, Commit, DeliveryRow, EndpointWrite, LinkRow, MarkRow, PersonWrite, ReportRow, ReviewAskRow,
    ReviewRow, TenantWrite,
};
use crate::rows::{MAX_AGENTS, MAX_CASES, MAX_ENTRIES, MAX_ROWS, MAX_STATE_BYTES};
use crate::value::{Query, args, words};
use domain::audit::Entry;

/// The plan of a commit, or the limit it breaks. The order is part of it: a version clash
/// must come before the rows it would make void, and audit rows after the case's row is
/// locked, so that entries of one case are inserted in the order of its versions. Rows of one
/// kind are locked in the order of their ids, so that two commits cannot wait for each other.
pub(crate) fn commit(mut commit: Commit) -> Result<Plan, StoreError> {
    check(&commit)?;
    let mut plan = Plan::default();
    if let Some(row) = commit.idempotency {
        let args = args![row.tenant, row.key, row.request_hash, row.status, row.response, row.created_at];
        plan.push(Query::change(IDEMPOTENCY, args), Rule::ONE);
    }
    commit.tenants.into_iter().for_each(|row| plan.push(tenant(row), Rule::ONE));
    commit.people.into_iter().for_each(|row| plan.push(person(row), Rule::ONE));
    commit.endpoints.into_iter().for_each(|row| plan.push(endpoint(row), Rule::ONE));
    commit.api_keys.into_iter().for_each(|row| plan.push(api_key(row), Rule::ONE));
    if let Some(row) = commit.policy {
        let args = args![row.tenant, row.version, row.at, row.by, row.body];
        plan.push(Query::change(POLICY, args), Rule::ONE);
    }
    commit.cases.sort_by_key(|row| row.id);
    commit.cases.into_iter().for_each(|row| case(&mut plan, row));
    commit.agents.sort_by_key(|row| row.id);
    commit.agents.into_iter().for_each(|row| plan.push(agent(row), Rule::ONE));
    commit.retention.sort_by_key(|row| row.case);
    commit.retention.into_iter().for_each(|row| super::custody::retention(&mut plan, row));
    plan.extend(Query::insert_all(LINKS, commit.links.into_iter().map(link).collect(), ""));
    plan.extend(Query::insert_all(REPORTS, commit.reports.into_iter().map(report).collect(), ""));
    plan.extend(Query::insert_all(MARKS, commit.marks.into_iter().map(mark).collect(), ""));
    let about = commit.audit.iter().flat_map(|row| row.people().into_iter().map(|person| args![person, row.id])).collect();
    let macs = commit.macs.into_iter().map(Some).chain(std::iter::repeat(None));
    plan.extend(Query::insert_all(AUDIT, commit.audit.into_iter().zip(macs).map(entry).collect(), ""));
    plan.extend(Query::insert_all(PERSON_ENTRIES, about, ""));
    plan.extend(Query::insert_all(REVIEW_ASKS, commit.review_asks.into_iter().map(review_ask).collect(), ""));
    plan.extend(Query::insert_all(REVIEWS, commit.reviews.into_iter().map(review).collect(), ""));
    plan.extend(Query::insert_all(DELIVERIES, commit.deliveries.into_iter().map(delivery).collect(), ""));
    plan.check()
}

fn check(commit: &Commit) -> Result<(), StoreError> {
    let lists = [
        (commit.cases.len(), MAX_CASES),
        (commit.agents.len(), MAX_AGENTS),
        (commit.audit.len(), MAX_ENTRIES),
        (commit.links.len(), MAX_ROWS),
        (commit.deliveries.len(), MAX_ROWS),
        (commit.marks.len(), MAX_ROWS),
        (commit.reports.len(), MAX_ROWS),
        (commit.people.len(), MAX_ROWS),
        (commit.endpoints.len(), MAX_ROWS),
        (commit.api_keys.len(), MAX_ROWS),
        (commit.tenants.len(), MAX_ROWS),
        (commit.review_asks.len(), MAX_ENTRIES),
        (commit.reviews.len(), MAX_ENTRIES),
        (commit.retention.len(), MAX_CASES),
    ];
    if lists.iter().any(|(len, limit)| len > limit) {
        return Err(StoreError::Limit("too many rows in one commit"));
    }
    let versions = commit.cases.iter().map(|row| (row.expected_version, row.version));
    let mut versions = versions.chain(commit.agents.iter().map(|row| (row.expected_version, row.version)));
    if !versions.all(|(expected, version)| expected < version && version < i64::MAX as u64) {
        return Err(StoreError::Limit("a version that does not grow"));
    }
    if commit.policy.as_ref().is_some_and(|row| row.version == 0 || row.version >= i64::MAX as u64) {
        return Err(StoreError::Limit("a policy's version"));
    }
    let too_large =
        |row: &CaseWrite| row.state.len() + row.key.len() > MAX_STATE_BYTES || row.reasons.len() + row.name_tokens.len() > MAX_ROWS;
    if commit.cases.iter().any(too_large) {
        return Err(StoreError::Limit("a case that is too large"));
    }
    if !commit.macs.is_empty() && commit.macs.len() != commit.audit.len() {
        return Err(StoreError::Limit("marks that are not one for each entry"));
    }
    let unfit = |entry: &Entry| entry.check().is_err() || entry.case_version >= i64::MAX as u64;
    if commit.audit.iter().any(unfit) {
        return Err(StoreError::Limit("an audit entry that cannot be logged"));
    }
    Ok(())
}

fn case(plan: &mut Plan, row: CaseWrite) {
    let (reasons, tokens) = (words(&row.reasons), words(&row.name_tokens));
    let mut terms: Vec<_> = row.reasons.iter().map(|reason| reason_term(reason)).collect();
    terms.extend(row.name_tokens.iter().map(|token| name_term(token)));
    let terms = terms.into_iter().map(|term| args![row.tenant, term, row.id]).collect();
    // A word may be given twice.
    let terms = Query::insert_all("case_terms (tenant, term, case_id)", terms, " ON CONFLICT DO NOTHING");
    let mut args = args![
        row.id,
        row.tenant,
        row.version,
        row.reference,
        row.phase,
        row.jurisdiction,
        row.locale,
        row.agent,
        row.created_at,
        row.updated_at,
        row.deadline_at,
        row.queued_at,
        row.recovered_seconds,
        row.state,
        row.state_hash,
        row.key,
    ];
    if row.expected_version == 0 {
        args.extend(args![reasons, tokens]);
        plan.push(Query::change(CASE_NEW, args), Rule::ONE);
        plan.extend(terms);
        return;
    }
    args.extend(args![row.expected_version]);
    plan.push(Query::change(CASE_NEXT, args), Rule::ONE);
    // Words seldom change: their index is rewritten only when they do.
    let args = args![row.id, reasons, tokens];
    plan.push(Query::change(CASE_WORDS, args), Rule::OrSkip(1 + usize::from(terms.is_some())));
    plan.push(Query::change("DELETE FROM case_terms WHERE case_id = $1", args![row.id]), Rule::Any);
    plan.extend(terms);
}

/// How a reason stands in the index of words.
pub(crate) fn reason_term(reason: &str) -> String {
    format!("r:{reason}")
}

/// How a name's blind token stands in the index of words.
pub(crate) fn name_term(token: &str) -> String {
    format!("n:{token}")
}

const CASE_NEW: &str = "INSERT INTO cases (id, tenant, version, reference, phase, jurisdiction, locale, agent, created_at, updated_at, \
    deadline_at, queued_at, recovered_seconds, state, state_hash, case_key, reasons, name_tokens) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
const CASE_NEXT: &str = "UPDATE cases SET version = $3, reference = $4, phase = $5, jurisdiction = $6, locale = $7, agent = $8, \
    created_at = $9, updated_at = $10, deadline_at = $11, queued_at = $12, recovered_seconds = $13, state = $14, state_hash = $15, \
    case_key = $16 WHERE id = $1 AND tenant = $2 AND version = $17";
const CASE_WORDS: &str = "UPDATE cases SET reasons = $2, name_tokens = $3 WHERE id = $1 AND (reasons <> $2 OR name_tokens <> $3)";
const IDEMPOTENCY: &str =
    "INSERT INTO idempotency (tenant, key, request_hash, status, response, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
const POLICY: &str = "INSERT INTO policies (tenant, version, at, author, body) VALUES ($1, $2, $3, $4, $5)";
const LINKS: &str = "links (token_hash, case_id, invitation, created_at, expires_at)";
const MARKS: &str = "marks (tenant, case_id, agent, kind, at, value)";
const REPORTS: &str = "reports (id, tenant, case_id, reference, at, attempt, reasons, document, face, liveness, jurisdiction, mode, rule)";
const AUDIT: &str = "audit (id, tenant, case_id, case_version, at, actor, kind, body, state_hash, leaf, mac)";
const PERSON_ENTRIES: &str = "person_entries (person, entry)";
const REVIEW_ASKS: &str = "review_asks (entry, tenant, case_id, kind, maker, verdict, codes, decided_at)";
const REVIEWS: &str = "reviews (entry, tenant, case_id, kind, maker, checker, verdict, codes, finding, reasons, agreed, decided_at, drawn_at, \
    taken_at, at)";
const DELIVERIES: &str = "deliveries (id, tenant, case_id, seq, channel, endpoint, event, payload, created_at, next_at, lane, not_before, \
    state, attempts, claims)";

fn agent(row: AgentWrite) -> Query {
    let mut args = args![row.id, row.tenant, row.version, row.presence, row.state, row.deadline_at, row.updated_at];
    if row.expected_version == 0 {
        return Query::change(
            "INSERT INTO agents (id, tenant, version, presence, state, deadline_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args,
        );
    }
    args.extend(args![row.expected_version]);
    Query::change(
        "UPDATE agents SET version = $3, presence = $4, state = $5, deadline_at = $6, updated_at = $7 \
         WHERE id = $1 AND tenant = $2 AND version = $8",
        args,
    )
}

fn tenant(row: TenantWrite) -> Query {
    if let Some(were) = row.settings_were {
        return Query::change(
            "UPDATE tenants SET name = $2, settings = $3 WHERE id = $1 AND settings = $4",
            args![row.id, row.name, row.settings, were],
        );
    }
    Query::change(
        "INSERT INTO tenants (id, name, settings, tenant_key) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, settings = excluded.settings, tenant_key = excluded.tenant_key",
        args![row.id, row.name, row.settings, row.key],
    )
}

// Nothing moves to another tenant: the clause leaves no row changed, which is a conflict.
fn person(row: PersonWrite) -> Query {
    Query::change(
        "INSERT INTO people (id, tenant, email, name, role, skills, password_hash, totp_secret, active, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, role = excluded.role, skills = excluded.skills, \
         password_hash = excluded.password_hash, totp_secret = excluded.totp_secret, active = excluded.active \
         WHERE people.tenant = excluded.tenant",
        args![
            row.id,
            row.tenant,
            row.email,
            row.name,
            row.role,
            row.skills,
            row.password_hash,
            row.totp_secret,
            row.active,
            row.created_at,
        ],
    )
}

fn endpoint(row: EndpointWrite) -> Query {
    Query::change(
        "INSERT INTO endpoints (id, tenant, url, events, secret, state, created_at, failures, disabled_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (id) DO UPDATE SET url = excluded.url, events = excluded.events, secret = excluded.secret, state = excluded.state, \
         failures = excluded.failures, disabled_at = excluded.disabled_at WHERE endpoints.tenant = excluded.tenant",
        args![row.id, row.tenant, row.url, words(&row.events), row.secret, row.state, row.created_at, row.failures, row.disabled_at,],
    )
}

fn api_key(row: ApiKeyWrite) -> Query {
    Query::change(
        "INSERT INTO api_keys (hash, prefix, tenant, name, created_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (hash) DO UPDATE SET name = excluded.name, revoked_at = excluded.revoked_at WHERE api_keys.tenant = excluded.tenant",
        args![row.hash, row.prefix, row.tenant, row.name, row.created_at, row.revoked_at],
    )
}

type Args = Vec<crate::value::Arg>;

fn link(row: LinkRow) -> Args {
    args![row.token_hash, row.case, row.invitation, row.created_at, row.expires_at]
}

fn mark(row: MarkRow) -> Args {
    args![row.tenant, row.case, row.agent, row.kind, row.at, row.value]
}

fn report(row: ReportRow) -> Args {
    args![
        row.id,
        row.tenant,
        row.case,
        row.reference,
        row.at,
        row.attempt,
        words(&row.reasons),
        row.document,
        row.face,
        row.liveness,
        row.jurisdiction,
        row.mode,
        row.rule,
    ]
}

fn entry((row, mac): (Entry, Option<[u8; 32]>)) -> Args {
    let leaf = row.leaf_hash();
    args![row.id, row.tenant, row.case, row.case_version, row.at, row.actor, row.kind, row.body.to_string(), row.state_hash, leaf, mac]
}

fn review_ask(row: ReviewAskRow) -> Args {
    args![row.entry, row.tenant, row.case, row.kind, row.maker, row.verdict, words(&row.codes), row.decided_at]
}

fn review(row: ReviewRow) -> Args {
    args![
        row.entry,
        row.tenant,
        row.case,
        row.kind,
        row.maker,
        row.checker,
        row.verdict,
        words(&row.codes),
        row.finding,
        words(&row.reasons),
        row.agreed,
        row.decided_at,
        row.drawn_at,
        row.taken_at,
        row.at,
    ]
}

fn delivery(row: DeliveryRow) -> Args {
    let lane = match (row.case, row.endpoint) {
        (None, _) => row.id.to_string(),
        (Some(case), Some(endpoint)) => format!("{case} {} {endpoint}", row.channel.as_str()),
        (Some(case), None) => format!("{case} {}", row.channel.as_str()),
    };
    args![
        row.id,
        row.tenant,
        row.case,
        row.seq,
        row.channel.as_str(),
        row.endpoint,
        row.event,
        row.payload,
        row.created_at,
        row.next_at,
        lane,
        row.next_at,
        "pending",
        0_i64,
        0_i64,
    ]
}
