//! The admin's page: today's numbers as they move, and cases as they change.
//! Must not change anything.

use super::{Said, Voice, split};
use crate::http::who::{Person, still_signed_in};
use crate::hub::ToAdmin;
use crate::state::App;
use crate::telemetry::metrics;
use axum::extract::ws::WebSocket;
use domain::ids::TenantId;
use std::time::Duration;
use tokio::sync::broadcast;
use wire::socket::AdminPush;

/// At most one picture of the numbers in this time.
const EVERY: Duration = Duration::from_secs(1);

/// Serves one page until it goes.
pub async fn serve(app: App, socket: WebSocket, person: Person) {
    let _open = metrics::SOCKETS.hold("admin");
    let tenant = person.tenant;
    let (mut voice, mut ear) = split(socket);
    let mut changes = app.hub.join_admin();
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut last = String::new();
    loop {
        let go_on = tokio::select! {
            heard = ear.hear::<serde_json::Value>() => answer(&mut voice, heard).await,
            change = changes.recv() => match change {
                Ok(ToAdmin::Case(case)) if case.tenant == tenant => {
                    let row = crate::numbers::case_row_for(&app, &case, person.id).await;
                    voice.say(&AdminPush::CaseChanged { id: case.id.to_string(), row }).await
                }
                Ok(ToAdmin::Case(_) | ToAdmin::Agents(_)) | Err(broadcast::error::RecvError::Lagged(_)) => true,
                Err(broadcast::error::RecvError::Closed) => false,
            },
            _ = tick.tick() => still_signed_in(&app, person.sign_in).await && numbers(&app, &mut voice, tenant, &mut last).await,
        };
        if !go_on {
            break;
        }
    }
    voice.close().await;
}

/// The page says nothing but that it is there, and wants to know the same of us.
async fn answer(voice: &mut Voice, heard: Said<serde_json::Value>) -> bool {
    match heard {
        Said::Message(said) if said["type"] == "ping" => voice.say(&AdminPush::Pong {}).await,
        Said::Message(_) | Said::Odd(..) | Said::Large(_) | Said::Nothing => true,
        Said::Gone => false,
    }
}

async fn numbers(app: &App, voice: &mut Voice, tenant: TenantId, last: &mut String) -> bool {
    let Ok(mut view) = crate::numbers::numbers(app, tenant).await else { return true };
    let at = std::mem::take(&mut view.at);
    let text = serde_json::to_string(&view).unwrap_or_default();
    if text == *last {
        return true;
    }
    *last = text;
    view.at = at;
    voice.say(&AdminPush::Numbers { view }).await
}
