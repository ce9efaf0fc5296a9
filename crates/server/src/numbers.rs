//! Today's numbers and rows of cases, for the admin page.
//! Must not change anything.

use crate::engine::EngineError;
use crate::socket::agent::day_start;
use crate::state::App;
use crate::views;
use domain::agent::PresenceName;
use domain::case::Case;
use domain::ids::{AgentId, TenantId};
use domain::procedure::StepState;
use domain::review::Kind;
use domain::time::{Span, Timestamp};
use std::sync::Arc;
use wire::api::admin::{CaseRow, NumbersView, QueueRow, SessionRow};
use wire::api::custody::CopiesView;

/// Answered within this counts for the service level.
const WITHIN_MS: i64 = 20_000;
/// Rows of the waiting list.
const MAX_QUEUE: usize = 50;

/// A case as a row of the list.
pub async fn case_row(app: &App, case: &Case) -> CaseRow {
    let agent = match case.agent() {
        Some(id) => app.engine.store.person(id).await.ok().flatten().map(|p| p.name),
        None => None,
    };
    let done = case.decision().filter(|_| case.phase_name() == "verified").map(|d| d.at.since(case.created_at));
    CaseRow {
        id: case.id.to_string(),
        reference: case.reference.clone(),
        name: case.customer.name.reveal().clone(),
        phase: views::phase(case),
        reasons: case.reports.last().map(|r| r.reasons.iter().map(|x| (*x).into()).collect()).unwrap_or_default(),
        locale: case.customer.locale.clone(),
        agent,
        created_at: case.created_at.to_string(),
        updated_at: case.updated_at.to_string(),
        recovered_in: done.map(|s| small(s.as_seconds())),
    }
}

/// The same for somebody: without its outcome while they look at it blind.
pub async fn case_row_for(app: &App, case: &Case, person: AgentId) -> CaseRow {
    let row = case_row(app, case).await;
    if views::blind(case, person) { views::masked_row(row) } else { row }
}

/// The numbers of today and of this moment.
///
/// # Errors
/// A store that does not answer.
pub async fn numbers(app: &App, tenant: TenantId) -> Result<NumbersView, EngineError> {
    let now = app.engine.now();
    let zone = app.engine.tenants.get(tenant).await?.policy.hours.zone.clone();
    let from = day_start(now, &zone);
    let store = &app.engine.store;
    let counted = store.numbers(tenant, from, now + Span::seconds(1)).await?;
    let kind = |name: &str| counted.kinds.iter().find(|k| k.kind == name);
    let count = |name: &str| kind(name).map_or(0, |k| small(i64::try_from(k.count).unwrap_or(i64::MAX)));
    let phases = store.phase_counts(tenant).await?;
    let in_phase = |name: &str| phases.iter().find(|p| p.phase == name).map_or(0, |p| small(i64::try_from(p.count).unwrap_or(i64::MAX)));
    let waiting = app.queue.waiting(tenant);
    let presence = app.queue.presence(tenant);
    let reviews = app.reviews.waiting(tenant);
    let agents = |name: PresenceName| small(presence.iter().filter(|a| a.state.name() == name).count() as i64);
    Ok(NumbersView {
        at: now.to_string(),
        offered: count("offered"),
        answered: count("answered"),
        waiting: small(waiting.len() as i64),
        longest_wait: waiting.first().map_or(0, |c| waited(c, now)),
        live: in_phase("live") + in_phase("interrupted"),
        recovered: count("recovered"),
        decided: count("decided"),
        reported: count("reported"),
        abandoned: count("abandoned"),
        median_recovery_seconds: kind("recovered").map(|k| small(k.p50)),
        median_wait_seconds: kind("answered").map(|k| small(k.p50 / 1000)),
        service_level: service_level(app, tenant, from, now, count("abandoned")).await?,
        agents_available: agents(PresenceName::Available),
        agents_on_call: agents(PresenceName::OnCall) + agents(PresenceName::Reserved),
        agents_wrap_up: agents(PresenceName::WrapUp),
        agents_away: agents(PresenceName::Away),
        reviews_waiting: small(reviews.len() as i64),
        reviews_oldest: reviews
            .iter()
            .find(|(_, r)| r.kind == Kind::Required)
            .map_or(0, |(_, r)| small(now.since(r.decided_at).as_seconds())),
        queue: waiting.iter().take(MAX_QUEUE).filter_map(|c| queue_row(c, now)).collect(),
        sessions: sessions(app, tenant).await?,
        log_halted: app.witnesses.guard.halted().map(|why| why.code().to_owned()),
        copies: copies(app, tenant, now).await?,
    })
}

/// Who is face to face now, and how far they are.
async fn sessions(app: &App, tenant: TenantId) -> Result<Vec<SessionRow>, EngineError> {
    let mut rows = Vec::new();
    for case in app.hub.live(tenant).iter().take(MAX_QUEUE) {
        let Some(session) = views::session(case) else { continue };
        let agent = app.engine.store.person(session.agent).await?.map(|p| p.name);
        let open = case.procedure.iter().flat_map(|p| &p.steps).find(|s| matches!(s.state, StepState::Pending));
        rows.push(SessionRow {
            id: case.id.to_string(),
            name: case.customer.name.reveal().clone(),
            agent: agent.unwrap_or_default(),
            started_at: session.started_at.to_string(),
            state: views::session_word(session).to_owned(),
            step: open.map(|s| s.kind.into()),
        });
    }
    Ok(rows)
}

/// How far copies of recordings are behind, where any are made.
async fn copies(app: &App, tenant: TenantId, now: Timestamp) -> Result<Option<CopiesView>, EngineError> {
    if !app.engine.copies() {
        return Ok(None);
    }
    let lag = app.engine.store.copy_lag(Some(tenant)).await?;
    let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let lag_seconds = lag.oldest.map_or(0, |since| small(now.since(since).as_seconds()));
    Ok(Some(CopiesView { waiting: count(lag.waiting), lag_seconds, dead: count(lag.dead) }))
}

/// Answered within 20 s, of all answered or abandoned (short abandonments are not counted at all).
async fn service_level(app: &App, tenant: TenantId, from: Timestamp, now: Timestamp, abandoned: u32) -> Result<Option<f64>, EngineError> {
    let waits = app.engine.store.mark_values(tenant, "answered".to_owned(), from, now + Span::seconds(1)).await?;
    let all = waits.len() as f64 + f64::from(abandoned);
    if all == 0.0 {
        return Ok(None);
    }
    Ok(Some(waits.iter().filter(|w| **w <= WITHIN_MS).count() as f64 / all))
}

fn queue_row(case: &Arc<Case>, now: Timestamp) -> Option<QueueRow> {
    let ticket = crate::views::ticket(case)?;
    Some(QueueRow {
        id: case.id.to_string(),
        name: case.customer.name.reveal().clone(),
        locale: case.customer.locale.clone(),
        reason: case.reports.last()?.main_reason().into(),
        waited: waited(case, now),
        state: crate::views::ticket_word(ticket).to_owned(),
    })
}

fn waited(case: &Case, now: Timestamp) -> u32 {
    crate::views::ticket(case).map_or(0, |t| small(now.since(t.queued_at).as_seconds()))
}

fn small(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(if n < 0 { 0 } else { u32::MAX })
}
