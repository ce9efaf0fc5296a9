//! Wakes cases and agents whose time has come. The database says who; nothing is kept here.
//! Must not know what a deadline means.

use crate::engine::{Actor, EngineError};
use crate::state::App;
use domain::agent;
use domain::case::Input;
use std::time::Duration;

/// How late a deadline may be noticed.
const TICK: Duration = Duration::from_millis(250);
/// Most of each kind at once.
const BATCH: u32 = 100;

/// Runs until the program ends.
pub async fn run(app: App) {
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = once(&app).await {
            tracing::warn!(%error, "deadlines wait for the store");
        }
    }
}

/// Wakes everything that is due now.
///
/// # Errors
/// A store that does not answer.
pub async fn once(app: &App) -> Result<(), EngineError> {
    let now = app.engine.now();
    for row in app.engine.store.due_cases(now, BATCH).await? {
        let woken = app.engine.with_link(row.id, &Actor::System, |link, life| Input::Wake { link, life }).await;
        report(row.id, woken.map(|_| ()));
    }
    for row in app.engine.store.due_agents(now, BATCH).await? {
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
