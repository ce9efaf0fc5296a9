//! Forgets what may be forgotten: idempotency answers after a day, old sign-ins.
//! Must not touch evidence.

use crate::state::App;
use domain::time::Span;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(600);
const DAY: Span = Span::minutes(24 * 60);

/// Runs until the program ends.
pub async fn run(app: App) {
    let mut tick = tokio::time::interval(EVERY);
    loop {
        tick.tick().await;
        let before = app.engine.now() - DAY;
        if let Err(error) = app.engine.store.forget_idempotency(before).await {
            tracing::warn!(%error, "old answers could not be forgotten");
        }
        if let Err(error) = app.engine.store.forget_sign_ins(before).await {
            tracing::warn!(%error, "old sign-ins could not be forgotten");
        }
    }
}
