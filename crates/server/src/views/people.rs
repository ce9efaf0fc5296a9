//! Who sits at the table, as each surface may see it.
//! Must not know how a view travels.

use super::{session, ticket};
use domain::case::{Case, Phase};
use domain::seats::SupervisorMode;
use domain::session::{Seat, Session};
use wire::api::people::{CompanyView, HandedView, Partaker, TableView};

/// Supervisor and interpreter, once they came.
fn people(session: &Session) -> Vec<Partaker> {
    let supervisor = session.supervisor.as_ref().map(|s| Partaker {
        seat: Seat::Supervisor.into(),
        name: s.name.reveal().clone(),
        mode: Some(s.mode.into()),
        language: None,
    });
    let interpreter = session.interpreter.as_ref().and_then(|i| {
        let name = i.seated.as_ref()?.name.reveal().clone();
        Some(Partaker { seat: Seat::Interpreter.into(), name, mode: None, language: Some(i.language.clone()) })
    });
    supervisor.into_iter().chain(interpreter).collect()
}

/// The table as agent and supervisor see it.
#[must_use]
pub fn table(case: &Case) -> TableView {
    let live = session(case);
    let link = live.and_then(|s| s.interpreter.as_ref()).filter(|i| i.seated.is_none());
    TableView {
        people: live.map(people).unwrap_or_default(),
        hold_since: live.and_then(|s| s.hold).map(|at| at.to_string()),
        interpreter_until: link.map(|i| i.expires_at.to_string()),
        handed: case.handed.as_ref().map(|h| HandedView { reason: h.reason.reveal().clone(), senior: h.senior, at: h.at.to_string() }),
        keeps_for_later: case.profile().keep_for_later,
    }
}

/// The table as the customer may know it: who can be heard is named, who only watches is not.
#[must_use]
pub fn company(case: &Case) -> Option<CompanyView> {
    let live = session(case);
    let handed = ticket(case).is_some_and(|t| t.wants.is_some());
    if live.is_none() && !handed {
        return None;
    }
    let hidden = live.and_then(|s| s.supervisor.as_ref()).is_some_and(|s| s.mode != SupervisorMode::Join);
    let mut people = live.map(people).unwrap_or_default();
    people.retain(|p| p.seat != Seat::Supervisor.into() || !hidden);
    for partaker in &mut people {
        partaker.mode = None;
    }
    Some(CompanyView {
        people,
        hold: live.is_some_and(|s| s.hold.is_some()),
        handed,
        fresh_start: matches!(case.phase, Phase::Live { .. }) && case.profile().restart_on_interruption,
    })
}
