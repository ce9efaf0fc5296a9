//! Erases what is due, and finishes what a crash interrupted.
//! Must not know how long anything is kept; `domain::retention` says.

use crate::erasure;
use crate::state::App;
use std::time::Duration;

/// Days are what is promised; minutes are how soon a restart picks up what it left.
const EVERY: Duration = Duration::from_secs(600);

/// Runs until the program ends.
pub async fn run(app: App) {
    let mut tick = tokio::time::interval(EVERY);
    loop {
        tick.tick().await;
        match erasure::once(&app.engine, &app.blobs).await {
            Ok(round) if round.erased + round.finished + round.orphans > 0 => {
                app.shelf().clear();
                app.packs().forget_erased(&app.engine).await;
                tracing::info!(erased = round.erased, finished = round.finished, orphans = round.orphans, "retention");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "retention waits for the store"),
        }
        if let Err(error) = app.engine.store.forget_passes(app.engine.now()).await {
            tracing::warn!(%error, "passes that ran out could not be forgotten");
        }
    }
}
