//! Draws a checker for each decision that waits for a second look, as soon as somebody is at the desk.
//! Must not know how the draw is made.

use crate::engine::EngineError;
use crate::state::App;
use std::time::Duration;

/// A case waits at most about so long for its draw while a checker is free.
const TICK: Duration = Duration::from_millis(500);

/// Runs until the program ends.
pub async fn run(app: App) {
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        once(&app).await;
    }
}

/// Draws for everything that can be drawn for now.
pub async fn once(app: &App) {
    if app.reviews.proposals(app.engine.now()).is_empty() {
        return;
    }
    if let Err(error) = app.reviews.load_teams(app).await {
        tracing::warn!(%error, "teams could not be read; nobody is drawn now");
        return;
    }
    for (case, candidates) in app.reviews.proposals(app.engine.now()) {
        match app.engine.assign_review(case, candidates).await {
            Ok(()) => {}
            Err(EngineError::Refused(refusal)) => {
                tracing::debug!(%refusal, "a draw was overtaken");
                app.reviews.read(app, case).await;
            }
            Err(error) => tracing::warn!(%case, %error, "a checker could not be drawn"),
        }
    }
}
