//! The desk: presence, the ring, the numbers of the shift.
//! Must not change anything.

use super::Page;
use crate::socket::Voice;
use crate::state::App;
use domain::agent::{Agent, State};
use domain::ids::{AgentId, TenantId};
use domain::time::{Span, Timestamp};
use wire::api::agents::{DeskView, RingView};
use wire::socket::AgentPush;

/// A count of the shift holds for so long, as long as nothing ends: it looks at everybody's day.
const SHIFT_EVERY: Span = Span::seconds(10);

/// An agent's numbers of today.
#[derive(Clone, Copy)]
struct Shift {
    answered: u32,
    aht_seconds: Option<u32>,
    rating: Option<f64>,
}

/// The same, with which version of the agent they are of, and when they were counted.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    version: u64,
    at: Timestamp,
    shift: Shift,
}

impl Page {
    /// Sends the desk if it differs from what was sent before.
    pub(super) async fn show_desk(&mut self, voice: &mut Voice) -> bool {
        let Some(view) = self.desk().await else { return true };
        let Ok(text) = serde_json::to_string(&view) else { return true };
        if text == self.last_desk {
            return true;
        }
        self.last_desk = text;
        voice.say(&AgentPush::Desk { view }).await
    }

    async fn desk(&mut self) -> Option<DeskView> {
        let agent = self.app.engine.agent(self.agent).await.ok()?;
        let shift = self.shift_of(&agent).await;
        let app = &self.app;
        let now = app.engine.now();
        let waiting = app.queue.waiting(agent.tenant);
        let longest = waiting.first().and_then(|c| crate::views::ticket(c)).map_or(Span::ZERO, |t| now.since(t.queued_at));
        let ring = self.ring(&agent.state, now).await;
        let (wrap_until, wrap_extended) = match agent.state {
            State::WrapUp { until, extended, .. } => (Some(until.to_string()), extended),
            State::Offline | State::Away { .. } | State::Available { .. } | State::Reserved { .. } | State::OnCall { .. } => (None, false),
        };
        let away = if let State::Away { reason } = agent.state { Some(reason.into()) } else { None };
        Some(DeskView {
            version: agent.version,
            presence: agent.state.name().into(),
            away,
            since: agent.since.to_string(),
            ring,
            case: agent.case().filter(|_| !matches!(agent.state, State::Reserved { .. })).map(|c| c.to_string()),
            wrap_until,
            wrap_extended,
            waiting: u32::try_from(waiting.len()).unwrap_or(u32::MAX),
            longest_wait: u32::try_from(longest.as_seconds()).unwrap_or(u32::MAX),
            answered_today: shift.answered,
            aht_seconds: shift.aht_seconds,
            rating: shift.rating,
            auto_accept: agent.auto_accept,
        })
    }

    /// Counted anew whenever something ended, and now and then: a rating comes when the customer likes. While it rings or they
    /// talk nobody waits for a count.
    async fn shift_of(&mut self, agent: &Agent) -> Shift {
        let now = self.app.engine.now();
        let busy = matches!(agent.state, State::Reserved { .. } | State::OnCall { .. });
        let fresh = |c: &Counted| busy || (c.version == agent.version && now.since(c.at) < SHIFT_EVERY);
        if let Some(counted) = self.counted.filter(fresh) {
            return counted.shift;
        }
        let shift = shift(&self.app, agent.tenant, self.agent, now).await;
        self.counted = Some(Counted { version: agent.version, at: now, shift });
        shift
    }

    async fn ring(&self, state: &State, now: Timestamp) -> Option<RingView> {
        let State::Reserved { case, reservation, until, .. } = state else { return None };
        let held = self.app.engine.case(*case).await.ok()?;
        let told = self.app.hub.told(*case);
        Some(RingView { reservation: reservation.to_string(), case: crate::views::agent_case(&held, &told, now), until: until.to_string() })
    }
}

async fn shift(app: &App, tenant: TenantId, agent: AgentId, now: Timestamp) -> Shift {
    let none = Shift { answered: 0, aht_seconds: None, rating: None };
    let Ok(settings) = app.engine.tenants.get(tenant).await else { return none };
    let from = day_start(now, &settings.policy.hours.zone);
    let Ok(numbers) = app.engine.store.numbers(tenant, from, now + Span::seconds(1)).await else { return none };
    let of = |kind: &str| numbers.agents.iter().find(|n| n.agent == agent && n.kind == kind);
    let mean = |kind: &str| of(kind).filter(|n| n.count > 0).map(|n| n.sum as f64 / n.count as f64);
    Shift {
        answered: of("answered").map_or(0, |n| u32::try_from(n.count).unwrap_or(u32::MAX)),
        aht_seconds: mean("handled").map(|ms| (ms / 1000.0).round() as u32),
        rating: mean("rated"),
    }
}

/// Midnight of the tenant's day.
#[must_use]
pub fn day_start(now: Timestamp, zone: &str) -> Timestamp {
    let minute = i64::from(now.local(zone).minute);
    let into_minute = now.0.rem_euclid(60_000_000);
    Timestamp(now.0 - into_minute - minute * 60_000_000)
}
