//! One transaction in the making: a case, its agent, what is kept of both.
//! Must not know what happens after the commit.

use super::sealing;
use super::{Actor, CaseKey, Engine, EngineError, TRIES};
use crate::telemetry::metrics;
use domain::agent::{self, Agent};
use domain::case::{Case, Fact, Input, Order, ReservationEnd};
use domain::ids::{AgentId, CaseId};
use domain::jurisdiction::ProfileCode;
use domain::refusal::Refusal;
use domain::time::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::StoreError;
use store::rows::{AgentWrite, CaseWrite, Commit, LinkRow};

/// A case that changed.
#[derive(Clone, Debug)]
pub struct CaseChange {
    /// Before; absent for a new case.
    pub was: Option<Arc<Case>>,
    /// After.
    pub case: Arc<Case>,
    pub facts: Vec<Fact>,
    pub orders: Vec<Order>,
}

/// What a commit changed.
#[derive(Clone, Debug, Default)]
pub struct Committed {
    pub case: Option<CaseChange>,
    pub agents: Vec<Agent>,
    /// Accounts that were made or edited.
    pub people: Vec<store::rows::PersonWrite>,
}

pub(super) struct CaseSlot {
    pub was: Option<Arc<Case>>,
    pub case: Case,
    pub key: CaseKey,
    pub key_id: Vec<u8>,
    /// The name of the key before, when the evidence was erased here.
    pub old_key: Option<Vec<u8>>,
    pub version: u64,
    pub facts: Vec<Fact>,
    pub orders: Vec<Order>,
}

impl CaseSlot {
    /// One commit is one version, however many inputs led to it: every version has its entry.
    fn becomes(&mut self, next: Case) {
        self.case = next;
        self.case.version = self.case.version.min(self.version + 1);
    }
}

struct AgentSlot {
    was_version: u64,
    stored: bool,
    agent: Agent,
    facts: Vec<agent::Fact>,
}

/// One transaction in the making.
pub struct Tx {
    pub now: Timestamp,
    pub(super) case: Option<CaseSlot>,
    agents: Vec<AgentSlot>,
    /// Tokens of links issued here, by invitation: they leave in messages, sealed, and nowhere else.
    pub(super) tokens: Vec<(domain::ids::InvitationId, String)>,
    /// The one-time code sent here: it leaves in a message, sealed, and nowhere else.
    pub(super) code: Option<domain::pii::Pii<String>>,
}

impl Tx {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { now, case: None, agents: Vec::new(), tokens: Vec::new(), code: None }
    }

    /// The case as it stands in this transaction.
    #[must_use]
    pub fn case(&self) -> Option<&Case> {
        self.case.as_ref().map(|slot| &slot.case)
    }

    /// Feeds the case, and its agent with what follows.
    ///
    /// # Errors
    /// The case's refusal.
    pub fn feed(&mut self, input: Input) -> Result<(), Refusal> {
        let now = self.now;
        if let Some(agent) = super::rules::leans_on(&input) {
            self.show_training(agent)?;
        }
        let Some(slot) = &mut self.case else { return Ok(()) };
        let t = slot.case.handle(input, now)?;
        let id = t.next.id;
        slot.becomes(t.next);
        slot.facts.extend(t.facts.iter().cloned());
        slot.orders.extend(t.orders);
        for fact in t.facts {
            // An agent who moved on meanwhile refuses; the case has the say, so that is no error.
            if let Fact::ReservationEnded { reservation, how: ReservationEnd::Rescinded, .. } = fact {
                let _ = self.agent_only(agent::Input::Rescind { reservation });
            } else if let Fact::TakenOver { from, .. } = fact {
                let _ = self.feed_other(from, agent::Input::CallEnded { case: id, undecided: false });
            } else if let Fact::SessionEnded { .. } = fact {
                let undecided = matches!(self.case().map(|c| &c.phase), Some(domain::case::Phase::Deciding { .. }));
                let _ = self.agent_only(agent::Input::CallEnded { case: id, undecided });
            } else if let Fact::Decided { .. } | Fact::DecisionTimedOut { .. } | Fact::ContinuesLater { .. } = fact {
                let _ = self.agent_only(agent::Input::Settled { case: id });
            }
        }
        Ok(())
    }

    /// The certificate of an agent of this transaction, as it stands, beside the case that leans on it.
    fn show_training(&mut self, agent: AgentId) -> Result<(), Refusal> {
        let held = self.agents.iter().find(|slot| slot.agent.id == agent).map(|slot| slot.agent.certificates.clone());
        let Some((held, slot)) = held.zip(self.case.as_mut()) else { return Ok(()) };
        let trained = ProfileCode::parse(&slot.case.jurisdiction).and_then(|code| held.get(&code).copied());
        let t = slot.case.handle(Input::Training { agent, trained }, self.now)?;
        slot.becomes(t.next);
        slot.facts.extend(t.facts);
        Ok(())
    }

    /// Feeds the agent, and the case in hand with what follows.
    ///
    /// # Errors
    /// The agent's refusal.
    pub fn feed_agent(&mut self, input: agent::Input) -> Result<(), Refusal> {
        let was = self.agents.first().map(|slot| slot.agent.state);
        self.agent_only(input)?;
        let how = match input {
            agent::Input::Reject { .. } => ReservationEnd::Rejected,
            agent::Input::Gone => ReservationEnd::AgentGone,
            agent::Input::Wake => ReservationEnd::TimedOut,
            agent::Input::Available
            | agent::Input::Away(_)
            | agent::Input::Came
            | agent::Input::Reserve { .. }
            | agent::Input::Accept { .. }
            | agent::Input::Rescind { .. }
            | agent::Input::CallEnded { .. }
            | agent::Input::Settled { .. }
            | agent::Input::ExtendWrap
            | agent::Input::AutoAccept(_)
            | agent::Input::TakeOver { .. }
            | agent::Input::Certify { .. } => return Ok(()),
        };
        let is = self.agents.first().map(|slot| slot.agent.state);
        if let (Some(agent::State::Reserved { reservation, .. }), true) = (was, was != is) {
            let _ = self.feed(Input::RingEnded { reservation, how });
        }
        Ok(())
    }

    /// Feeds an agent of this transaction by name; one who is not in it is left alone.
    pub(super) fn feed_other(&mut self, id: AgentId, input: agent::Input) -> Result<(), Refusal> {
        let now = self.now;
        let Some(slot) = self.agents.iter_mut().find(|slot| slot.agent.id == id) else { return Ok(()) };
        let t = slot.agent.handle(input, now)?;
        slot.agent = t.next;
        slot.facts.extend(t.facts);
        Ok(())
    }

    fn agent_only(&mut self, input: agent::Input) -> Result<(), Refusal> {
        let now = self.now;
        let Some(slot) = self.agents.first_mut() else { return Ok(()) };
        let t = slot.agent.handle(input, now)?;
        slot.agent = t.next;
        slot.facts.extend(t.facts);
        Ok(())
    }
}

/// Counts the time from the tap to the first moment in which both sides see each other.
fn first_sight(change: &CaseChange, now: Timestamp) {
    let live = change.facts.iter().any(|fact| matches!(fact, Fact::SessionLive { .. }));
    // A supervisor who took over joins a customer who has seen a face long since.
    let first = change.case.past.is_empty() && crate::views::session(&change.case).is_some_and(|s| s.former.is_empty());
    if let (true, true, Some(consent)) = (live, first, change.case.consents.last()) {
        let millis = u64::try_from(now.since(consent.at).as_millis()).unwrap_or(0);
        metrics::TAP_TO_FACE_SECONDS.observe(Duration::from_millis(millis));
    }
}

impl Engine {
    /// Loads, lets `act` move the case and the agent, commits, dispatches; a lost race starts over.
    #[tracing::instrument(name = "engine.submit", level = "debug", skip_all, fields(case.id = case.map(tracing::field::display)))]
    pub(super) async fn run(
        &self,
        case: Option<CaseId>,
        agent: Option<AgentId>,
        actor: &Actor,
        act: impl Fn(&mut Tx) -> Result<(), Refusal>,
    ) -> Result<Committed, EngineError> {
        let mut tries = 0;
        loop {
            let mut tx = self.load(case, agent).await?;
            act(&mut tx).inspect_err(|_| metrics::ENGINE_INPUTS.add("refused", 1))?;
            tries += 1;
            match self.finish(tx, actor, Commit::default()).await {
                Err(EngineError::Store(StoreError::Conflict)) if tries < TRIES => {}
                other => {
                    metrics::ENGINE_INPUTS.add(if other.is_ok() { "done" } else { "failed" }, 1);
                    return other;
                }
            }
        }
    }

    pub(super) async fn load(&self, case: Option<CaseId>, agent: Option<AgentId>) -> Result<Tx, EngineError> {
        let mut tx = Tx::new(self.now());
        let mut case = case;
        let mut agent = agent;
        if let Some(id) = agent {
            let slot = self.agent_slot(id).await?;
            case = case.or(slot.agent.case());
            tx.agents.push(slot);
        }
        if let Some(id) = case {
            let loaded = self.loaded(id).await?;
            agent = agent.or(loaded.case.agent());
            tx.case = Some(CaseSlot {
                was: Some(Arc::new(loaded.case.clone())),
                case: loaded.case,
                key: loaded.key,
                key_id: loaded.key_id,
                old_key: None,
                version: loaded.version,
                facts: Vec::new(),
                orders: Vec::new(),
            });
        }
        // The agent follows what happens to the case.
        if let (Some(id), true) = (agent, tx.agents.is_empty()) {
            tx.agents.push(self.agent_slot(id).await?);
        }
        Ok(tx)
    }

    /// A further agent moves in this transaction.
    pub(super) async fn join_tx(&self, tx: &mut Tx, id: AgentId) -> Result<(), EngineError> {
        if tx.agents.iter().all(|slot| slot.agent.id != id) {
            tx.agents.push(self.agent_slot(id).await?);
        }
        Ok(())
    }

    async fn agent_slot(&self, id: AgentId) -> Result<AgentSlot, EngineError> {
        let row = self.store.agent(id).await?;
        let stored = row.is_some();
        let agent = match row {
            Some(row) => sealing::read_agent(&row)?,
            None => self.agent(id).await?,
        };
        Ok(AgentSlot { was_version: agent.version, stored, agent, facts: Vec::new() })
    }

    /// Turns a transaction into rows, commits them together with `more`, and dispatches.
    pub(super) async fn finish(&self, tx: Tx, actor: &Actor, more: Commit) -> Result<Committed, EngineError> {
        let mut rows = more;
        let mut done = Committed::default();
        if let Some(slot) = &tx.case {
            let changed = slot.was.as_deref() != Some(&slot.case);
            if changed {
                self.case_rows(slot, &tx, actor, &mut rows).await?;
                done.case = Some(CaseChange {
                    was: slot.was.clone(),
                    case: Arc::new(slot.case.clone()),
                    facts: slot.facts.clone(),
                    orders: slot.orders.clone(),
                });
            }
        }
        for slot in &tx.agents {
            if slot.agent.version != slot.was_version {
                self.agent_rows(slot, &tx, actor, &mut rows)?;
                done.agents.push(slot.agent.clone());
            }
        }
        if done.case.is_none() && done.agents.is_empty() && rows.audit.is_empty() {
            return Ok(done);
        }
        self.keep(rows).await?;
        if let Some(change) = &done.case {
            first_sight(change, tx.now);
        }
        self.sent(&done);
        Ok(done)
    }

    /// Commits, and says how long that took.
    #[tracing::instrument(name = "store.commit", level = "debug", skip_all)]
    pub(super) async fn keep(&self, rows: Commit) -> Result<(), EngineError> {
        let rows = self.marked(rows).await?;
        let began = Instant::now();
        let kept = self.store.commit(rows).await;
        match &kept {
            Ok(()) => metrics::COMMIT_SECONDS.observe(began.elapsed()),
            Err(StoreError::Conflict) => metrics::STORE_CONFLICTS.inc(1),
            Err(StoreError::Unavailable(_) | StoreError::Corrupt { .. } | StoreError::Limit(_)) => {}
        }
        Ok(kept?)
    }

    async fn case_rows(&self, slot: &CaseSlot, tx: &Tx, actor: &Actor, rows: &mut Commit) -> Result<(), EngineError> {
        let case = &slot.case;
        let (state, state_hash) = self.seal_case(case, &slot.key)?;
        let tenant = self.tenants.get(case.tenant).await?;
        let last = slot.facts.len().saturating_sub(1);
        for (n, fact) in slot.facts.iter().enumerate() {
            let (kind, body) = fact.parts();
            let hash = (n == last).then_some(state_hash);
            let entry = self.entry(case.tenant, Some(case.id), case.version, tx.now, actor, &kind, body, hash);
            rows.review_asks.extend(super::review::asked(&entry));
            rows.reviews.extend(super::review::given(&entry));
            rows.audit.push(entry);
        }
        if slot.facts.is_empty() {
            // Every state that is kept is one that the log knows, also where nothing is worth telling.
            let body = serde_json::json!({});
            rows.audit.push(self.entry(case.tenant, Some(case.id), case.version, tx.now, actor, "state_kept", body, Some(state_hash)));
        }
        if let Some(invitation) = case.invitation.as_ref()
            && slot.was.as_ref().and_then(|w| w.invitation.as_ref()).map(|i| i.id) != Some(invitation.id)
        {
            rows.links.push(LinkRow {
                token_hash: invitation.token_hash.0,
                case: case.id,
                invitation: invitation.id,
                created_at: tx.now,
                expires_at: invitation.expires_at,
            });
        }
        self.outbox(slot, tx, &tenant, rows)?;
        rows.cases.push(CaseWrite {
            id: case.id,
            tenant: case.tenant,
            expected_version: slot.version,
            version: case.version,
            reference: case.reference.clone(),
            phase: case.phase_name().to_owned(),
            jurisdiction: case.jurisdiction.clone(),
            locale: case.customer.locale.clone(),
            reasons: case.reasons().iter().map(super::outbox::word).collect(),
            agent: case.agent(),
            created_at: case.created_at,
            updated_at: case.updated_at,
            deadline_at: case.deadline(),
            queued_at: crate::views::ticket(case).map(|t| t.queued_at),
            recovered_seconds: case
                .decision()
                .filter(|_| case.phase_name() == "verified")
                .map(|d| d.at.since(case.created_at).as_seconds()),
            name_tokens: self.name_tokens(case.tenant, &tenant.wrapped_key, case.customer.name.reveal())?,
            state,
            state_hash,
            key: slot.key_id.clone(),
        });
        rows.retention.extend(super::erase::retention(slot, tx));
        Ok(())
    }

    fn agent_rows(&self, slot: &AgentSlot, tx: &Tx, actor: &Actor, rows: &mut Commit) -> Result<(), EngineError> {
        let agent = &slot.agent;
        let state = serde_json::to_string(agent).map_err(|e| EngineError::Corrupt {
            what: "agent",
            row: agent.id.to_string(),
            why: e.to_string(),
        })?;
        for fact in &slot.facts {
            let mut body = serde_json::to_value(fact).unwrap_or_default();
            let kind = body.as_object_mut().and_then(|m| m.remove("fact")).and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
            if let Some(map) = body.as_object_mut() {
                map.insert("agent".to_owned(), serde_json::Value::String(agent.id.to_string()));
            }
            rows.audit.push(self.entry(agent.tenant, None, 0, tx.now, actor, &kind, body, None));
            if let agent::Fact::RingMissed { case, .. } = fact {
                rows.marks.push(store::rows::MarkRow {
                    tenant: agent.tenant,
                    case: *case,
                    agent: Some(agent.id),
                    kind: "missed".to_owned(),
                    at: tx.now,
                    value: 1,
                });
            }
        }
        rows.agents.push(AgentWrite {
            id: agent.id,
            tenant: agent.tenant,
            expected_version: if slot.stored { slot.was_version } else { 0 },
            version: agent.version,
            presence: super::outbox::word(&agent.state.name()),
            state,
            deadline_at: agent.deadline(),
            updated_at: tx.now,
        });
        Ok(())
    }
}
