//! The router: reads who waits and who is free, lets the queue propose, commits reservations.
//! A lost race is a version clash and costs nothing. Must not know how a match is made.

use crate::engine::EngineError;
use crate::hub::Hub;
use crate::reviews::of_person;
use crate::state::App;
use domain::agent::{Agent, State};
use domain::case::{Case, Phase, Ticket, TicketState};
use domain::ids::{AgentId, CaseId, TenantId};
use domain::jurisdiction::ProfileCode;
use domain::queue::{Choice, FreeAgent, Ring, Rules, WaitingTicket, assign, position};
use domain::queue::{Interner, Skills};
use domain::queue::{bucket, estimate_wait, next_handle_time};
use domain::time::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use wire::api::invitations::WaitView;

/// How long a ring lasts: the chime of auto-accept with room, or time to reach for the mouse.
const RING_FOR: Span = Span::seconds(8);
/// Handle time assumed before the first call of the day.
const FIRST_AHT: Span = Span::seconds(150);
/// Rings expire and cooldowns end without an event.
const TICK: Duration = Duration::from_millis(500);
/// Skills of people are read again this often; they change in the admin page.
const PEOPLE_EVERY: Duration = Duration::from_secs(5);
const PAGE: u32 = 500;
/// After so long a customer who was handed on is taken by anybody: nobody waits for ever.
const HANDED_PATIENCE: Span = Span::seconds(120);

struct Seen {
    agent: Agent,
    skills: Vec<String>,
    active: bool,
}

#[derive(Default)]
struct Inner {
    waiting: BTreeMap<CaseId, Arc<Case>>,
    agents: BTreeMap<AgentId, Seen>,
    handle_time: BTreeMap<TenantId, Span>,
}

/// The queue as it stands, in memory; the store is the truth and is read at start.
#[derive(Default)]
pub struct QueueView {
    inner: Mutex<Inner>,
}

impl QueueView {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn follow(&self, done: &crate::engine::Committed) {
        let mut inner = self.lock();
        if let Some(change) = &done.case {
            if let Phase::Waiting { .. } = change.case.phase {
                inner.waiting.insert(change.case.id, change.case.clone());
            } else {
                inner.waiting.remove(&change.case.id);
            }
            for fact in &change.facts {
                if let domain::case::Fact::SessionEnded { talked_ms, .. } = fact {
                    let average = inner.handle_time.get(&change.case.tenant).copied().unwrap_or(FIRST_AHT);
                    inner.handle_time.insert(change.case.tenant, next_handle_time(average, Span::millis(*talked_ms)));
                }
            }
        }
        for person in &done.people {
            let skills: Vec<String> = serde_json::from_str(&person.skills).unwrap_or_default();
            let offline = Agent::new(person.id, person.tenant, person.created_at);
            let seen = inner.agents.entry(person.id).or_insert(Seen { agent: offline, skills: Vec::new(), active: true });
            seen.skills = skills;
            seen.active = person.active;
        }
        for agent in &done.agents {
            if let Some(seen) = inner.agents.get_mut(&agent.id) {
                if agent.version >= seen.agent.version {
                    seen.agent = agent.clone();
                }
            } else {
                inner.agents.insert(agent.id, Seen { agent: agent.clone(), skills: Vec::new(), active: true });
            }
        }
    }

    /// Place and expected wait of a case.
    #[must_use]
    pub fn wait(&self, case: CaseId, now: Timestamp) -> WaitView {
        let inner = self.lock();
        let Some(waiting) = inner.waiting.get(&case) else { return WaitView::default() };
        let floor = Floor::of(&inner, waiting.tenant, now);
        let Some(mine) = floor.tickets.iter().find(|(id, _)| *id == case).map(|(_, t)| t.clone()) else { return WaitView::default() };
        let tickets: Vec<WaitingTicket> = floor.tickets.iter().map(|(_, t)| t.clone()).collect();
        let skills: Vec<Skills> = floor.staffed.iter().map(|(s, _)| *s).collect();
        let place = position(&mine, &tickets, &skills, now);
        let average = inner.handle_time.get(&waiting.tenant).copied().unwrap_or(FIRST_AHT);
        let eligible = u32::try_from(floor.staffed.len()).unwrap_or(u32::MAX);
        let free = floor.staffed.iter().filter(|(_, free)| *free).count();
        let ahead = if usize::try_from(place).is_ok_and(|p| p <= free) { 0 } else { place };
        let seconds = estimate_wait(ahead, average, eligible).map(|s| u32::try_from(bucket(s).as_seconds()).unwrap_or(u32::MAX));
        WaitView { place: Some(place), seconds }
    }

    /// What somebody who comes now would wait.
    #[must_use]
    pub fn forecast(&self, tenant: TenantId) -> WaitView {
        let inner = self.lock();
        // Who is trained for what does not matter to how many there are.
        let floor = Floor::of(&inner, tenant, Timestamp(0));
        let free = floor.staffed.iter().filter(|(_, free)| *free).count();
        let ahead = u32::try_from(floor.tickets.len()).unwrap_or(u32::MAX);
        let place = if free > floor.tickets.len() { 0 } else { ahead.saturating_add(1) };
        let average = inner.handle_time.get(&tenant).copied().unwrap_or(FIRST_AHT);
        let eligible = u32::try_from(floor.staffed.len()).unwrap_or(u32::MAX);
        let seconds = estimate_wait(place, average, eligible).map(|s| u32::try_from(bucket(s).as_seconds()).unwrap_or(u32::MAX));
        WaitView { place: None, seconds }
    }

    /// Who waits for a tenant, longest first.
    #[must_use]
    pub fn waiting(&self, tenant: TenantId) -> Vec<Arc<Case>> {
        let inner = self.lock();
        let mut all: Vec<Arc<Case>> = inner.waiting.values().filter(|c| c.tenant == tenant).cloned().collect();
        all.sort_by_key(|c| crate::views::ticket(c).map(|t| t.queued_at));
        all
    }

    /// Everybody's presence for a tenant.
    #[must_use]
    pub fn presence(&self, tenant: TenantId) -> Vec<Agent> {
        self.lock().agents.values().filter(|s| s.agent.tenant == tenant).map(|s| s.agent.clone()).collect()
    }

    /// Everybody on duty for a tenant with their skills.
    #[must_use]
    pub fn staff(&self, tenant: TenantId) -> Vec<(Agent, Vec<String>)> {
        let on_duty = |s: &&Seen| s.agent.tenant == tenant && s.active && !matches!(s.agent.state, State::Offline | State::Away { .. });
        self.lock().agents.values().filter(on_duty).map(|s| (s.agent.clone(), s.skills.clone())).collect()
    }

    /// Reads everything from the store, at start.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn load(&self, app: &App) -> Result<(), EngineError> {
        let mut after = None;
        loop {
            let page = app.engine.store.cases_in_phases(vec!["waiting".to_owned()], after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for row in &page {
                let case = Arc::new(app.engine.case(row.id).await?);
                self.lock().waiting.insert(row.id, case);
            }
        }
        self.load_people(app).await
    }

    async fn load_people(&self, app: &App) -> Result<(), EngineError> {
        let mut after = None;
        loop {
            let tenants = app.engine.store.tenants(after, PAGE).await?;
            let Some(last) = tenants.last() else { return Ok(()) };
            after = Some(last.id);
            for tenant in &tenants {
                self.load_tenant(app, tenant.id).await?;
            }
        }
    }

    async fn load_tenant(&self, app: &App, tenant: TenantId) -> Result<(), EngineError> {
        let mut after = None;
        loop {
            let people = app.engine.store.people(tenant, after, PAGE).await?;
            let Some(last) = people.last() else { return Ok(()) };
            after = Some(last.id);
            for person in &people {
                let skills: Vec<String> = serde_json::from_str(&person.skills).unwrap_or_default();
                let known = self.lock().agents.contains_key(&person.id);
                if !known {
                    let agent = app.engine.agent(person.id).await?;
                    self.lock().agents.insert(person.id, Seen { agent, skills: Vec::new(), active: true });
                }
                if let Some(seen) = self.lock().agents.get_mut(&person.id) {
                    seen.skills = skills;
                    seen.active = person.active;
                }
            }
        }
    }
}

impl crate::hub::Follower for QueueView {
    fn committed(&self, done: &crate::engine::Committed) {
        self.follow(done);
    }
}

/// One tenant's queue in the words of the matcher.
struct Floor {
    tickets: Vec<(CaseId, WaitingTicket)>,
    agents: Vec<FreeAgent>,
    /// Skills of everybody on duty, and whether they are free.
    staffed: Vec<(Skills, bool)>,
    random: BTreeSet<CaseId>,
}

impl Floor {
    fn of(inner: &Inner, tenant: TenantId, now: Timestamp) -> Self {
        let mut names = Interner::default();
        let mut floor = Self { tickets: Vec::new(), agents: Vec::new(), staffed: Vec::new(), random: BTreeSet::new() };
        let named: BTreeSet<AgentId> =
            inner.waiting.values().filter(|c| c.tenant == tenant).filter_map(|c| crate::views::ticket(c)?.wants.as_ref()?.agent).collect();
        let trainings: BTreeSet<(String, ProfileCode, u16)> =
            inner.waiting.values().filter(|c| c.tenant == tenant).filter_map(|c| training_of(c)).collect();
        for seen in inner.agents.values().filter(|s| s.agent.tenant == tenant && s.active) {
            let mut skills = names.intern_all(seen.skills.iter().map(String::as_str).filter(|s| !of_person(s))).unwrap_or_default();
            if named.contains(&seen.agent.id) {
                skills = skills.with(names.intern(&own_skill(seen.agent.id)).unwrap_or_default());
            }
            for (name, code, days) in &trainings {
                if seen.agent.certificates.get(code).is_some_and(|t| t.holds(*days, now)) {
                    skills = skills.with(names.intern(name).unwrap_or_default());
                }
            }
            let free = matches!(seen.agent.state, State::Available { .. });
            if let State::Available { idle_since } = seen.agent.state {
                floor.agents.push(FreeAgent { id: seen.agent.id, skills, since: idle_since });
            }
            if !matches!(seen.agent.state, State::Offline | State::Away { .. }) {
                floor.staffed.push((skills, free));
            }
        }
        for case in inner.waiting.values().filter(|c| c.tenant == tenant) {
            let Phase::Waiting { ticket } = &case.phase else { continue };
            if case.profile().random_agent {
                floor.random.insert(case.id);
            }
            floor.tickets.extend(ticket_of(case, ticket, &mut names).map(|t| (case.id, t)));
        }
        floor
    }
}

fn ticket_of(case: &Case, ticket: &Ticket, names: &mut Interner) -> Option<WaitingTicket> {
    let language = crate::texts::locale(&case.customer.locale);
    let language = names.intern(&format!("lang:{}", language.to_lowercase())).unwrap_or_default();
    let document = case.claimed.document_type.as_deref().filter(|_| names_document(case));
    let document = document.and_then(|d| names.intern(&format!("doc:{}", d.to_lowercase())).ok()).unwrap_or_default();
    let mut out = WaitingTicket::new(ticket.id, ticket.queued_at, language.with(document));
    out.boost = Span::seconds(i64::from(ticket.boost));
    out.prefers = language;
    out.rings = Ring::usual(document, language);
    out.cooling = ticket.cooling.iter().copied().collect();
    // No ring ever drops this need: where a certificate is asked for, who has none gets no contact, however long it takes.
    if let Some((name, _, _)) = training_of(case) {
        out.need = out.need.with(names.intern(&name).ok()?);
    }
    if let Some(wants) = &ticket.wants {
        let of_skill = wants.skill.as_deref().and_then(|s| names.intern(s).ok());
        let of_person = wants.agent.and_then(|a| names.intern(&own_skill(a)).ok());
        let asked = of_skill.or(of_person).unwrap_or_default();
        out.need = out.need.with(asked);
        // The language asked for is not relaxed with the customer's own one while it is wanted.
        for ring in &mut out.rings {
            ring.drop = ring.drop.without(asked);
        }
        out.rings.push(Ring { after: (wants.at + HANDED_PATIENCE).since(ticket.queued_at), drop: asked });
    }
    Some(out)
}

/// The certificate that a case asks of its agent, as a skill: its name, the profile, and the days it is good for.
fn training_of(case: &Case) -> Option<(String, ProfileCode, u16)> {
    let (days, code) = (case.profile().training_days?, ProfileCode::parse(&case.jurisdiction)?);
    Some((format!("trained:{code}:{days}"), code, days))
}

/// Every agent is the one who has this skill, so that a customer can be handed to a person.
fn own_skill(agent: AgentId) -> String {
    format!("agent:{:032x}", agent.0)
}

/// A specialist is asked for first only when the document itself was the trouble.
fn names_document(case: &Case) -> bool {
    use domain::report::FailureReason as R;
    case.reasons().iter().any(|r| matches!(r, R::DocumentUnsupported | R::DocumentRecentlyIssued))
}

/// Runs until the program ends.
pub async fn run(app: App) {
    let mut people_at = std::time::Instant::now();
    loop {
        let _ = tokio::time::timeout(TICK, app.hub.route.notified()).await;
        if people_at.elapsed() >= PEOPLE_EVERY {
            people_at = std::time::Instant::now();
            if let Err(error) = app.queue.load_people(&app).await {
                tracing::warn!(%error, "skills could not be read");
            }
        }
        once(&app).await;
    }
}

/// Matches everything that can be matched now.
pub async fn once(app: &App) {
    let now = app.engine.now();
    for (case, agent, seed) in propose(&app.queue, &app.hub, now, app.engine.ids.seed()) {
        match app.engine.reserve(case, agent, RING_FOR, seed).await {
            Ok(()) => {}
            Err(EngineError::Refused(refusal)) => tracing::debug!(%refusal, "a match was overtaken"),
            Err(error) => tracing::warn!(%error, "a match could not be kept"),
        }
    }
    let waiting: BTreeSet<CaseId> = app.queue.lock().waiting.keys().copied().collect();
    app.hub.queue_moved(&waiting);
}

fn propose(queue: &QueueView, hub: &Hub, now: Timestamp, seed: u64) -> Vec<(CaseId, AgentId, Option<u64>)> {
    let inner = queue.lock();
    let tenants: BTreeSet<TenantId> = inner.waiting.values().map(|c| c.tenant).collect();
    let mut out = Vec::new();
    for tenant in tenants {
        let mut floor = Floor::of(&inner, tenant, now);
        floor.agents.retain(|a| hub.agent_connected(a.id));
        let queued = |id: &CaseId| {
            let ticket = inner.waiting.get(id).and_then(|c| crate::views::ticket(c));
            ticket.is_some_and(|t| t.state == TicketState::Queued) && hub.connected(*id)
        };
        floor.tickets.retain(|(id, _)| queued(id));
        if floor.random.is_empty() {
            let tickets: Vec<WaitingTicket> = floor.tickets.iter().map(|(_, t)| t.clone()).collect();
            let matched = assign(&tickets, &floor.agents, now, &Rules { choice: Choice::LongestIdle }, seed);
            let case_of = |ticket| floor.tickets.iter().find(|(_, t)| t.id == ticket).map(|(id, _)| *id);
            out.extend(matched.into_iter().filter_map(|p| Some((case_of(p.ticket)?, p.agent, None))));
        } else {
            one_by_one(floor, now, seed, &mut out);
        }
    }
    out
}

/// Mixed profiles: in the order of the line, each by its own rule, from the agents that are left.
fn one_by_one(mut floor: Floor, now: Timestamp, seed: u64, out: &mut Vec<(CaseId, AgentId, Option<u64>)>) {
    floor.tickets.sort_by_key(|(_, t)| t.key());
    for (n, (case, ticket)) in floor.tickets.iter().enumerate() {
        if floor.agents.is_empty() {
            return;
        }
        let random = floor.random.contains(case);
        let choice = if random { Choice::Random } else { Choice::LongestIdle };
        let own = seed.wrapping_add(n as u64);
        let matched = assign(std::slice::from_ref(ticket), &floor.agents, now, &Rules { choice }, own);
        for proposal in matched {
            floor.agents.retain(|a| a.id != proposal.agent);
            out.push((*case, proposal.agent, random.then_some(own)));
        }
    }
}
