//! Who is connected now, what their browsers told, and what must be said to them.
//! Everything here may be lost: it is told again on reconnect. Must not know a rule or SQL.

mod deadlines;

pub use deadlines::NextDeadline;

use crate::engine::{Committed, Dispatch};
use crate::views::Told;
use domain::case::{Case, Fact};
use domain::ids::{AgentId, CaseId, TenantId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tokio::sync::{Notify, broadcast, mpsc};
use wire::socket::{AgentPush, CustomerPush};

/// Messages a socket may lag behind before it is dropped and must come back.
pub const LAG: usize = 128;
/// Most cases with something in memory.
const MAX_CASES: usize = 50_000;

/// What a customer's socket is told.
#[derive(Clone, Debug)]
pub enum ToCustomer {
    /// The case changed: show it again.
    Case(Arc<Case>),
    /// Something without state.
    Push(Box<CustomerPush>),
    /// The queue moved: the wait may have changed.
    Wait,
    /// Another page took the seat.
    Replaced,
}

/// What an agent's socket is told.
#[derive(Clone, Debug)]
pub enum ToAgent {
    /// The desk changed.
    Desk,
    /// The case in hand changed.
    Case(Arc<Case>),
    /// What the customer's browser told changed.
    Told(CaseId),
    /// Something without state.
    Push(Box<AgentPush>),
    /// Another page of this agent took over.
    Replaced,
}

/// What an admin's socket is told.
#[derive(Clone, Debug)]
pub enum ToAdmin {
    /// A case changed.
    Case(Arc<Case>),
    /// Presence changed somewhere.
    Agents(TenantId),
}

#[derive(Default)]
struct CaseDesk {
    told: Told,
    sockets: Vec<(u64, bool, mpsc::Sender<ToCustomer>)>,
}

#[derive(Default)]
struct Inner {
    cases: BTreeMap<CaseId, CaseDesk>,
    agents: BTreeMap<AgentId, (u64, mpsc::Sender<ToAgent>)>,
    next: u64,
    /// Sessions that run, so that supervisors see them without a look at the store.
    live: BTreeMap<CaseId, Arc<Case>>,
    /// The newest page of each interpreter.
    guests: BTreeMap<CaseId, u64>,
}

/// Reacts to commits beside the sockets: the queue, media.
pub trait Follower: Send + Sync {
    fn committed(&self, done: &Committed);
}

/// The registry of everything connected.
pub struct Hub {
    inner: Mutex<Inner>,
    admins: broadcast::Sender<ToAdmin>,
    /// The queue may have something to assign.
    pub route: Notify,
    /// The outbox may have something to send.
    pub deliver: Notify,
    /// The log may have entries to sequence.
    pub sequence: Notify,
    /// Who is woken next, and when.
    pub deadlines: NextDeadline,
    followers: RwLock<Vec<Arc<dyn Follower>>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            inner: Mutex::new(Inner::default()),
            admins: broadcast::channel(1024).0,
            route: Notify::new(),
            deliver: Notify::new(),
            sequence: Notify::new(),
            deadlines: NextDeadline::default(),
            followers: RwLock::default(),
        }
    }
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hangs something on that reacts to commits, before the first one.
    pub fn follow(&self, follower: Arc<dyn Follower>) {
        self.followers.write().unwrap_or_else(PoisonError::into_inner).push(follower);
    }

    /// A customer's page connects. `holds`: it holds the link, so it counts as being there.
    #[must_use]
    pub fn join_customer(&self, case: CaseId, holds: bool) -> Option<(u64, mpsc::Receiver<ToCustomer>)> {
        let (tx, rx) = mpsc::channel(LAG);
        let mut inner = self.lock();
        if inner.cases.len() >= MAX_CASES && !inner.cases.contains_key(&case) {
            return None;
        }
        inner.next += 1;
        let id = inner.next;
        let desk = inner.cases.entry(case).or_default();
        if holds {
            for (_, held, old) in &mut desk.sockets {
                if *held {
                    let _ = old.try_send(ToCustomer::Replaced);
                    *held = false;
                }
            }
            desk.told.connected = true;
        }
        desk.sockets.push((id, holds, tx));
        // A page opened many times over is one customer: the newest few are enough.
        if desk.sockets.len() > 8 {
            desk.sockets.remove(0);
        }
        Some((id, rx))
    }

    /// The page of socket `id` has claimed the link: it counts from now on.
    pub fn holds(&self, case: CaseId, id: u64) {
        let mut inner = self.lock();
        if let Some(desk) = inner.cases.get_mut(&case) {
            for (other, held, tx) in &mut desk.sockets {
                if *other == id {
                    *held = true;
                } else if *held {
                    let _ = tx.try_send(ToCustomer::Replaced);
                    *held = false;
                }
            }
            desk.told.connected = true;
        }
    }

    /// A customer's page is gone; true if it was the one that counted.
    pub fn leave_customer(&self, case: CaseId, id: u64) -> bool {
        let mut inner = self.lock();
        let Some(desk) = inner.cases.get_mut(&case) else { return false };
        let held = desk.sockets.iter().any(|(other, held, _)| *other == id && *held);
        desk.sockets.retain(|(other, ..)| *other != id);
        if held {
            desk.told.connected = false;
            desk.told.typing = false;
        }
        held
    }

    /// Whether the page that holds the link is connected.
    #[must_use]
    pub fn connected(&self, case: CaseId) -> bool {
        self.lock().cases.get(&case).is_some_and(|d| d.told.connected)
    }

    /// What the customer's browser told.
    #[must_use]
    pub fn told(&self, case: CaseId) -> Told {
        self.lock().cases.get(&case).map(|d| d.told.clone()).unwrap_or_default()
    }

    /// Changes what is known of the browser, and tells the agent who has the case.
    pub fn tell(&self, case: CaseId, agent: Option<AgentId>, change: impl FnOnce(&mut Told)) {
        let mut inner = self.lock();
        if let Some(desk) = inner.cases.get_mut(&case) {
            change(&mut desk.told);
        }
        if let Some((_, tx)) = agent.and_then(|a| inner.agents.get(&a)) {
            let _ = tx.try_send(ToAgent::Told(case));
        }
    }

    /// Says something to the page that holds the link.
    pub fn to_customer(&self, case: CaseId, message: &ToCustomer) {
        let inner = self.lock();
        for (_, held, tx) in inner.cases.get(&case).iter().flat_map(|d| &d.sockets) {
            if *held {
                let _ = tx.try_send(message.clone());
            }
        }
    }

    /// Tells every waiting page that the queue moved.
    pub fn queue_moved(&self, cases: &BTreeSet<CaseId>) {
        let inner = self.lock();
        for case in cases {
            for (_, _, tx) in inner.cases.get(case).iter().flat_map(|d| &d.sockets) {
                let _ = tx.try_send(ToCustomer::Wait);
            }
        }
    }

    /// An agent's page connects; the page before it is told that it was replaced.
    #[must_use]
    pub fn join_agent(&self, agent: AgentId) -> (u64, mpsc::Receiver<ToAgent>) {
        let (tx, rx) = mpsc::channel(LAG);
        let mut inner = self.lock();
        inner.next += 1;
        let id = inner.next;
        if let Some((_, old)) = inner.agents.insert(agent, (id, tx)) {
            let _ = old.try_send(ToAgent::Replaced);
        }
        (id, rx)
    }

    /// An agent's page is gone; true if no newer one took over.
    pub fn leave_agent(&self, agent: AgentId, id: u64) -> bool {
        let mut inner = self.lock();
        let last = inner.agents.get(&agent).is_some_and(|(now, _)| *now == id);
        if last {
            inner.agents.remove(&agent);
        }
        last
    }

    /// Whether an agent's page is connected.
    #[must_use]
    pub fn agent_connected(&self, agent: AgentId) -> bool {
        self.lock().agents.contains_key(&agent)
    }

    /// Says something to an agent.
    pub fn to_agent(&self, agent: AgentId, message: ToAgent) {
        if let Some((_, tx)) = self.lock().agents.get(&agent) {
            let _ = tx.try_send(message);
        }
    }

    /// Says something to the agent of a session and to the supervisor who watches it.
    pub fn to_table(&self, case: CaseId, agent: AgentId, push: AgentPush) {
        let inner = self.lock();
        let watcher = inner.live.get(&case).and_then(|case| watcher(case)).filter(|a| *a != agent);
        if let Some((_, tx)) = watcher.and_then(|a| inner.agents.get(&a)) {
            let _ = tx.try_send(ToAgent::Push(Box::new(push.clone())));
        }
        if let Some((_, tx)) = inner.agents.get(&agent) {
            let _ = tx.try_send(ToAgent::Push(Box::new(push)));
        }
    }

    /// Tells every agent that the desk numbers changed.
    pub fn desks(&self) {
        for (_, tx) in self.lock().agents.values() {
            let _ = tx.try_send(ToAgent::Desk);
        }
    }

    /// Listens as an admin.
    #[must_use]
    pub fn join_admin(&self) -> broadcast::Receiver<ToAdmin> {
        self.admins.subscribe()
    }

    /// Live sessions of a tenant, longest first.
    #[must_use]
    pub fn live(&self, tenant: TenantId) -> Vec<Arc<Case>> {
        let mut all: Vec<Arc<Case>> = self.lock().live.values().filter(|c| c.tenant == tenant).cloned().collect();
        all.sort_by_key(|c| crate::views::session(c).map(|s| s.started_at));
        all
    }

    /// An interpreter's page connects; the number tells it from a newer one.
    #[must_use]
    pub fn join_guest(&self, case: CaseId) -> u64 {
        let mut inner = self.lock();
        inner.next += 1;
        let id = inner.next;
        inner.guests.insert(case, id);
        id
    }

    /// Whether no newer page of the interpreter is there.
    #[must_use]
    pub fn newest_guest(&self, case: CaseId, id: u64) -> bool {
        self.lock().guests.get(&case).is_none_or(|newest| *newest == id)
    }

    fn case_changed(&self, case: &Arc<Case>, was: Option<&Case>) {
        let mut inner = self.lock();
        // Two commits at once may be told in the other order: who has left must not come back by the older one.
        let late = inner.live.get(&case.id).is_some_and(|newest| newest.version > case.version);
        let mut watching = BTreeSet::new();
        if !late {
            if crate::views::session(case).is_some() {
                inner.live.insert(case.id, case.clone());
            } else {
                inner.live.remove(&case.id);
                inner.guests.remove(&case.id);
            }
            watching.extend(watcher(case).into_iter().chain(was.and_then(watcher)));
        }
        for (_, tx) in watching.iter().filter(|a| Some(**a) != case.agent()).filter_map(|a| inner.agents.get(a)) {
            let _ = tx.try_send(ToAgent::Case(case.clone()));
        }
        for (_, _, tx) in inner.cases.get(&case.id).iter().flat_map(|d| &d.sockets) {
            let _ = tx.try_send(ToCustomer::Case(case.clone()));
        }
        if let Some((_, tx)) = case.agent().and_then(|a| inner.agents.get(&a)) {
            let _ = tx.try_send(ToAgent::Case(case.clone()));
        }
        let _ = self.admins.send(ToAdmin::Case(case.clone()));
    }

    /// The agent hears of a device that did not answer.
    fn silent_commands(&self, case: &Case, facts: &[Fact]) {
        let Some(agent) = case.agent() else { return };
        for fact in facts {
            if let Fact::CommandTimedOut { id, .. } = fact {
                let push = AgentPush::CommandDone { id: *id, ok: false, why: "no_answer".to_owned(), evidence: None, effect: None };
                self.to_agent(agent, ToAgent::Push(Box::new(push)));
            }
        }
    }

    fn forget_closed(&self, case: &Case) {
        if !matches!(case.phase, domain::case::Phase::Closed { .. }) {
            return;
        }
        let mut inner = self.lock();
        if inner.cases.get(&case.id).is_some_and(|d| d.sockets.is_empty()) {
            inner.cases.remove(&case.id);
        }
    }
}

/// The supervisor at the table of a live session.
fn watcher(case: &Case) -> Option<AgentId> {
    crate::views::session(case)?.supervisor.as_ref().map(|s| s.id)
}

impl Dispatch for Hub {
    fn committed(&self, done: &Committed) {
        for follower in self.followers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            follower.committed(done);
        }
        if let Some(change) = &done.case {
            self.case_changed(&change.case, change.was.as_deref());
            self.silent_commands(&change.case, &change.facts);
            self.forget_closed(&change.case);
        }
        for agent in &done.agents {
            self.to_agent(agent.id, ToAgent::Desk);
            let _ = self.admins.send(ToAdmin::Agents(agent.tenant));
        }
        self.sequence.notify_one();
        self.deliver.notify_one();
        self.deadlines.committed(done);
        self.route.notify_one();
    }
}
