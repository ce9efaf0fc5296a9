//! The review desk as it stands, in memory: what waits for a second look and which checkers are there.
//! The store is the truth and is read at start. Must not know how a checker is drawn.

use crate::engine::{Committed, EngineError};
use crate::http::who::role;
use crate::hub::Follower;
use crate::state::App;
use crate::telemetry::metrics;
use domain::case::{Case, Fact};
use domain::ids::{AgentId, CaseId, TenantId};
use domain::review::{Candidate, Kind, MAX_CANDIDATES, Review};
use domain::time::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::rows::PersonWrite;
use wire::terms::Role;

/// A page says every two seconds that it is there; after so long without a word its checker is gone.
const HERE: Span = Span::seconds(8);
/// What is known of a checker who is gone is forgotten after this.
const KNOWN: Span = Span::minutes(60);
/// Cases read at once at start.
const PAGE: u32 = 500;
/// The skill that lets an agent check others.
pub const MAY_REVIEW: &str = "can:review";
/// What a team's name begins with among the skills.
const TEAM: &str = "team:";

/// A checker at the desk.
#[derive(Clone, Debug)]
struct Here {
    tenant: TenantId,
    teams: BTreeSet<String>,
    seen: Timestamp,
    ready: bool,
    /// Let one pass, and has not said since that they are away.
    lapsed: bool,
}

#[derive(Default)]
struct Inner {
    open: BTreeMap<CaseId, (Arc<Case>, Review)>,
    desk: BTreeMap<AgentId, Here>,
    /// Teams of those who decided, as last read.
    teams: BTreeMap<AgentId, BTreeSet<String>>,
}

/// What waits and who is there.
#[derive(Default)]
pub struct Reviews {
    inner: Mutex<Inner>,
}

/// The teams among somebody's skills.
#[must_use]
pub fn teams(skills: &[String]) -> BTreeSet<String> {
    skills.iter().filter(|s| s.starts_with(TEAM)).cloned().collect()
}

/// Whether this person looks at the decisions of others: supervisors and auditors do, and agents who may.
#[must_use]
pub fn may(person: &PersonWrite) -> bool {
    match role(&person.role) {
        Some(Role::Supervisor | Role::Auditor) => true,
        Some(Role::Agent) => skills(person).iter().any(|s| s == MAY_REVIEW),
        Some(Role::Admin) | None => false,
    }
}

/// The skills of an account.
#[must_use]
pub fn skills(person: &PersonWrite) -> Vec<String> {
    serde_json::from_str(&person.skills).unwrap_or_default()
}

/// Whether a skill says something of a person rather than of the customers they can take.
#[must_use]
pub fn of_person(skill: &str) -> bool {
    skill == MAY_REVIEW || skill.starts_with(TEAM)
}

impl Reviews {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A checker's page is there. Who let one pass takes new work again after saying that they do not: a page left open
    /// alone says the same for ever.
    pub fn here(&self, person: AgentId, tenant: TenantId, teams: BTreeSet<String>, ready: bool, now: Timestamp) {
        let mut inner = self.lock();
        // A page whose line broke off for a moment keeps what is known of it.
        inner.desk.retain(|_, here| now.since(here.seen) < KNOWN);
        let lapsed = ready && inner.desk.get(&person).is_some_and(|before| before.lapsed);
        inner.desk.insert(person, Here { tenant, teams, seen: now, ready: ready && !lapsed, lapsed });
    }

    /// Whether this person's page is there and takes new work.
    #[must_use]
    pub fn ready(&self, person: AgentId, now: Timestamp) -> bool {
        self.lock().desk.get(&person).is_some_and(|here| here.ready && now.since(here.seen) < HERE)
    }

    /// How many of a tenant's checkers take new work.
    #[must_use]
    pub fn ready_count(&self, tenant: TenantId, now: Timestamp) -> usize {
        self.lock().desk.values().filter(|h| h.tenant == tenant && h.ready && now.since(h.seen) < HERE).count()
    }

    /// What waits for a tenant: those for which a customer waits first, then by age.
    #[must_use]
    pub fn waiting(&self, tenant: TenantId) -> Vec<(Arc<Case>, Review)> {
        let mut all: Vec<_> = self.lock().open.values().filter(|(case, _)| case.tenant == tenant).cloned().collect();
        all.sort_by_key(|(case, review)| (review.kind, review.decided_at, case.id));
        all
    }

    /// What waits for everybody, and the age of the oldest for which a customer waits.
    #[must_use]
    pub fn load(&self, now: Timestamp) -> (usize, Span) {
        let inner = self.lock();
        let required = inner.open.values().filter(|(_, r)| r.kind == Kind::Required);
        (inner.open.len(), required.map(|(_, r)| now.since(r.decided_at)).max().unwrap_or(Span::ZERO))
    }

    /// The look that was drawn for this person.
    #[must_use]
    pub fn held(&self, person: AgentId) -> Option<(Arc<Case>, Review)> {
        self.lock().open.values().find(|(_, review)| review.holder() == Some(person)).cloned()
    }

    /// The case that this person looks at blind now: what was decided about it is kept from them wherever it stands.
    #[must_use]
    pub fn hidden_from(&self, person: AgentId) -> Option<CaseId> {
        self.held(person).filter(|(_, review)| review.kind == Kind::Sample).map(|(case, _)| case.id)
    }

    /// Looks that nobody has, each with those who could be drawn for it. Somebody who is drawn for one is busy for the next.
    #[must_use]
    pub fn proposals(&self, now: Timestamp) -> Vec<(CaseId, Vec<Candidate>)> {
        let inner = self.lock();
        let busy: BTreeSet<AgentId> = inner.open.values().filter_map(|(_, review)| review.holder()).collect();
        let mut seen = BTreeSet::new();
        let mut all: Vec<_> = inner.open.values().filter(|(_, review)| review.holder().is_none()).collect();
        all.sort_by_key(|(case, review)| (review.kind, review.decided_at, case.id));
        let mut out = Vec::new();
        for (case, review) in all {
            let maker = inner.teams.get(&review.maker);
            let parties = case.parties();
            let free = inner.desk.iter().filter(|(id, here)| {
                here.tenant == case.tenant && here.ready && now.since(here.seen) < HERE && !busy.contains(*id) && !parties.contains(*id)
            });
            let candidates: Vec<Candidate> = free
                .take(MAX_CANDIDATES)
                .map(|(id, here)| Candidate { id: *id, same_team: maker.is_some_and(|teams| !teams.is_disjoint(&here.teams)) })
                .collect();
            // One draw of a tenant at a time: the next tick knows who is busy.
            if !candidates.is_empty() && seen.insert(case.tenant) {
                out.push((case.id, candidates));
            }
        }
        out
    }

    fn follow(&self, case: &Arc<Case>) {
        let mut inner = self.lock();
        match case.open_review() {
            Some(review) => {
                inner.open.insert(case.id, (case.clone(), review));
            }
            None => {
                inner.open.remove(&case.id);
            }
        }
    }

    /// Reads what waits from the store, at start.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn load_all(&self, app: &App) -> Result<(), EngineError> {
        let mut after = None;
        loop {
            let page = app.engine.store.open_reviews(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.entry);
            for row in &page {
                self.read(app, row.case).await;
            }
        }
        // From before looks were asked for by an entry of their own.
        let mut after = None;
        loop {
            let page = app.engine.store.cases_in_phases(vec!["under_review".to_owned()], after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.id);
            for row in &page {
                self.read(app, row.id).await;
            }
        }
    }

    /// Reads one case again. One that cannot be read, such as an erased one, must not keep the others from being looked at.
    pub async fn read(&self, app: &App, case: CaseId) {
        match app.engine.case(case).await {
            Ok(case) => self.follow(&Arc::new(case)),
            Err(error) => tracing::warn!(%case, %error, "a case that waits for a second look cannot be read"),
        }
    }

    /// Reads the teams of those whose decisions wait.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn load_teams(&self, app: &App) -> Result<(), EngineError> {
        let makers: BTreeSet<AgentId> = self.lock().open.values().map(|(_, review)| review.maker).collect();
        let mut known = BTreeMap::new();
        for maker in makers {
            if let Some(person) = app.engine.store.person(maker).await? {
                known.insert(maker, teams(&skills(&person)));
            }
        }
        self.lock().teams = known;
        Ok(())
    }
}

impl Follower for Reviews {
    fn committed(&self, done: &Committed) {
        let Some(change) = &done.case else { return };
        self.follow(&change.case);
        for fact in &change.facts {
            if let Fact::ReviewLapsed { checker } = fact
                && let Some(here) = self.lock().desk.get_mut(checker)
            {
                here.ready = false;
                here.lapsed = true;
            }
            if let Fact::Reviewed { decided_at, kind: Kind::Required, .. } = fact {
                let millis = u64::try_from(change.case.updated_at.since(*decided_at).as_millis()).unwrap_or(0);
                metrics::REVIEW_SECONDS.observe(Duration::from_millis(millis));
            }
        }
    }
}
