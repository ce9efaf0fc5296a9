//! Wakes cases and agents whose time has come. The database says who; nothing is kept here.
//! Must not know what a deadline means.

use crate::engine::{Actor, EngineError, bound};
use crate::state::App;
use domain::agent;
use domain::case::Input;
use domain::time::{Span, Timestamp};
use store::rows::MAX_LIST;

/// Looks at most this often: what is held back stays due.
const SOONEST: Span = Span::millis(250);
/// Looks at least this often: another process may have set a deadline.
const LATEST: Span = Span::seconds(1);
/// Most of each kind at once.
const BATCH: u32 = 100;

/// Runs until the program ends.
pub async fn run(app: App) {
    let mut told = Timestamp(0);
    loop {
        told = tell_steps(&app, told).await;
        app.hub.deadlines.asking();
        let next = match look(&app).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "deadlines wait for the store");
                None
            }
        };
        let now = app.engine.now();
        let at = next.map_or(now + LATEST, |next| next.min(now + LATEST));
        let wait = if at > now { at.since(now) } else { SOONEST };
        app.hub.deadlines.wait(at, wait).await;
    }
}

/// Wakes what is due, if anything is; when the next deadline comes.
async fn look(app: &App) -> Result<Option<Timestamp>, EngineError> {
    let next = app.engine.store.next_deadline().await?;
    if next.is_none_or(|next| next > app.engine.now()) {
        return Ok(next);
    }
    once(app).await?;
    Ok(app.engine.store.next_deadline().await?)
}

/// Tells the log of every step of the clock once; up to when it was told.
async fn tell_steps(app: &App, told: Timestamp) -> Timestamp {
    let steps = app.engine.clock.steps();
    for step in steps.iter().filter(|step| step.at > told) {
        let body = serde_json::json!({ "by_ms": step.by.as_millis(), "to": step.at.0 });
        if let Err(error) = app.engine.log(bound::NOBODY, None, &Actor::System, "clock_stepped", body).await {
            tracing::warn!(%error, "a step of the clock is not in the log");
        }
        tracing::warn!(by_ms = step.by.as_millis(), "the clock of this machine was set forward");
    }
    steps.last().map_or(told, |step| step.at)
}

/// Wakes everything that is due now.
///
/// # Errors
/// A store that does not answer.
pub async fn once(app: &App) -> Result<(), EngineError> {
    let (now, clock) = (app.engine.now(), &app.engine.clock);
    // A clock that was set forward ends nothing early: what is held back stands among what is due.
    let batch = if clock.steps().is_empty() { BATCH } else { MAX_LIST };
    for row in app.engine.store.due_cases(now, batch).await? {
        if row.deadline_at.is_some_and(|end| !clock.is_over(end, row.updated_at)) {
            continue;
        }
        let woken = app.engine.with_link(row.id, &Actor::System, |link, life| Input::Wake { link, life }).await;
        report(row.id, woken.map(|_| ()));
    }
    for row in app.engine.store.due_agents(now, batch).await? {
        if row.deadline_at.is_some_and(|end| !clock.is_over(end, row.updated_at)) {
            continue;
        }
        report(row.id, app.engine.on_agent(row.id, &Actor::System, agent::Input::Wake).await);
    }
    Ok(())
}

fn report(who: impl std::fmt::Display, result: Result<(), EngineError>) {
    match result {
        Ok(()) | Err(EngineError::Store(store::StoreError::Conflict) | EngineError::Refused(_)) => {}
        Err(error) => tracing::warn!(%who, %error, "a deadline could not be kept"),
    }
}
