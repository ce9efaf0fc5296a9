//! The one write path: load, handle, commit, dispatch. Everything that changes a case or an agent
//! goes through here. Must not know HTTP, sockets or media.

pub mod bound;
mod code;
mod erase;
mod keys;
mod outbox;
mod people;
mod review;
mod rules;
mod sealing;
mod start;
mod tx;

pub use keys::CaseKey;
pub use outbox::word as word_of;
pub use review::{asked, given};
pub use sealing::{Loaded, link_url, new_token, place_of_delivery, token_hash};
pub use start::{NewReport, Opened};
pub use tx::{CaseChange, Committed, Tx};

use crate::adapters::clock::Clock;
use crate::adapters::ids::Ids;
use crate::adapters::kms::{Kms, KmsError, SecretKey};
use crate::tenant::Tenants;
use domain::agent::{self, Agent};
use domain::audit::Entry;
use domain::case::{Case, Input};
use domain::ids::{AgentId, CaseId, EntryId, GuestId, ReservationId, SessionId, TenantId};
use domain::invitation::FreshLink;
use domain::refusal::{Code, Refusal};
use domain::time::{Span, Timestamp};
use std::fmt;
use std::sync::{Arc, OnceLock};
use store::rows::{CaseRow, Channel, Commit};
use store::{Store, StoreError};

/// How often a lost race is tried again.
const TRIES: usize = 6;

/// Who acts, as the audit log says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The customer's browser.
    Customer,
    /// A person who is signed in.
    Person(AgentId),
    /// An API key, by its public prefix.
    Api(String),
    /// Somebody from outside, invited to one session.
    Guest(GuestId),
    /// The program itself.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer => f.write_str("customer"),
            Self::Person(id) => write!(f, "agent:{id}"),
            Self::Api(prefix) => write!(f, "api:{prefix}"),
            Self::Guest(id) => write!(f, "guest:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("{0}")]
    Refused(#[from] Refusal),
    #[error("no such {0}")]
    Missing(&'static str),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a key cannot be used: {0}")]
    Key(#[from] KmsError),
    /// Its evidence was erased, or its key was never where it should be.
    #[error("the key of {case} {}", if *destroyed { "was destroyed" } else { "is missing" })]
    KeyGone { case: CaseId, destroyed: bool },
    #[error("{what} of {row} cannot be read: {why}")]
    Corrupt { what: &'static str, row: String, why: String },
}

/// What happens after a commit; sockets, media and workers hang on it.
pub trait Dispatch: Send + Sync {
    /// Called once for each commit, in no particular order between cases.
    fn committed(&self, done: &Committed);
}

/// The write path and what it needs.
pub struct Engine {
    pub store: Arc<dyn Store>,
    pub kms: Arc<dyn Kms>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub tenants: Tenants,
    pub public_url: String,
    dispatch: OnceLock<Arc<dyn Dispatch>>,
    entry_key: tokio::sync::OnceCell<SecretKey>,
    copies: OnceLock<Copying>,
}

/// What is copied to the tenants' own storage.
#[derive(Clone, Debug, Default)]
pub struct Copying {
    /// The kinds of storage that sealed recordings go to.
    pub channels: Vec<Channel>,
    /// Whether evidence packs go there too.
    pub packs: bool,
}

impl Engine {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, kms: Arc<dyn Kms>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, public_url: String) -> Self {
        let tenants = Tenants::new(store.clone());
        Self {
            store,
            kms,
            clock,
            ids,
            tenants,
            public_url,
            dispatch: OnceLock::new(),
            entry_key: tokio::sync::OnceCell::new(),
            copies: OnceLock::new(),
        }
    }

    /// Hangs sockets and media on; once, before the first request.
    pub fn attach(&self, dispatch: Arc<dyn Dispatch>) {
        let _ = self.dispatch.set(dispatch);
    }

    /// Says what is copied where; once, at the start.
    pub fn copy_to(&self, copying: Copying) {
        let _ = self.copies.set(copying);
    }

    /// Whether recordings are copied anywhere.
    #[must_use]
    pub fn copies(&self) -> bool {
        self.copies.get().is_some_and(|copying| !copying.channels.is_empty())
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Feeds one input to a case; its agent is loaded too and follows.
    ///
    /// # Errors
    /// A refusal, or a store that does not answer.
    pub async fn on_case(&self, id: CaseId, actor: &Actor, input: Input) -> Result<Case, EngineError> {
        self.run(Some(id), None, actor, |tx| tx.feed(input.clone())).await?;
        self.case(id).await
    }

    /// As `on_case`, for inputs whose outcome nobody reads.
    ///
    /// # Errors
    /// As `on_case`.
    pub async fn tell_case(&self, id: CaseId, actor: &Actor, input: Input) -> Result<(), EngineError> {
        self.run(Some(id), None, actor, |tx| tx.feed(input.clone())).await.map(|_| ())
    }

    /// Feeds one input to an agent; the case in hand is loaded too and follows.
    ///
    /// # Errors
    /// As `on_case`.
    pub async fn on_agent(&self, id: AgentId, actor: &Actor, input: agent::Input) -> Result<(), EngineError> {
        self.run(None, Some(id), actor, |tx| tx.feed_agent(input)).await.map(|_| ())
    }

    /// Rings an agent for a case: both move in one commit, or neither.
    ///
    /// # Errors
    /// A refusal when either moved on meanwhile.
    pub async fn reserve(&self, case: CaseId, agent: AgentId, ring_for: Span, drawn: Option<u64>) -> Result<(), EngineError> {
        let reservation = ReservationId(self.ids.id());
        self.run(Some(case), Some(agent), &Actor::System, |tx| {
            tx.feed(Input::Reserve { agent, reservation })?;
            // Where assignment must not be foretold, the draw is on record with the ring, or there is no ring.
            if let Some(seed) = drawn {
                tx.feed(Input::Drawn { agent, reservation, seed })?;
            }
            let until = tx.now + ring_for;
            tx.feed_agent(agent::Input::Reserve { case, reservation, until })
        })
        .await
        .map(|_| ())
    }

    /// The agent answers: both move in one commit, or neither.
    ///
    /// # Errors
    /// `stale` when the ring is over.
    pub async fn accept(&self, agent: AgentId, reservation: ReservationId) -> Result<CaseId, EngineError> {
        let held = self.agent(agent).await?;
        let case = held.case().ok_or(Refusal::new(Code::Stale, "accept", "no_ring"))?;
        let session = SessionId(self.ids.id());
        let seed = self.ids.seed();
        let set = self.tenants.get(held.tenant).await?.settings.questions.clone();
        let policy = self.tenants.get(held.tenant).await?.policy.clone();
        self.run(Some(case), Some(agent), &Actor::Person(agent), |tx| {
            tx.feed_agent(agent::Input::Accept { reservation, session })?;
            tx.feed_rules(&policy)?;
            tx.feed(Input::Accept { agent, reservation, session, seed })?;
            tx.feed(Input::OwnQuestions { set: set.clone(), seed })
        })
        .await?;
        Ok(case)
    }

    /// Writes an audit entry about a case without changing it: a view of evidence, a refused try.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn log(
        &self,
        tenant: TenantId,
        case: Option<CaseId>,
        actor: &Actor,
        kind: &str,
        body: serde_json::Value,
    ) -> Result<(), EngineError> {
        let entry = self.entry(tenant, case, 0, self.now(), actor, kind, body, None);
        self.commit(Commit { audit: vec![entry], ..Commit::default() }).await
    }

    /// Commits rows of administration with their audit entry.
    ///
    /// # Errors
    /// `Conflict` when another edit came first.
    pub async fn administer(
        &self,
        tenant: TenantId,
        actor: &Actor,
        kind: &str,
        mut body: serde_json::Value,
        mut rows: Commit,
    ) -> Result<(), EngineError> {
        self.bind(&mut body, &rows).await?;
        rows.audit.push(self.entry(tenant, None, 0, self.now(), actor, kind, body, None));
        self.commit(rows).await?;
        self.tenants.forget(tenant);
        Ok(())
    }

    async fn commit(&self, rows: Commit) -> Result<(), EngineError> {
        let people = rows.people.clone();
        self.keep(rows).await?;
        self.sent(&Committed { people, ..Committed::default() });
        Ok(())
    }

    fn sent(&self, done: &Committed) {
        if let Some(dispatch) = self.dispatch.get() {
            dispatch.committed(done);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "an entry has that many parts and is made only here")]
    fn entry(
        &self,
        tenant: TenantId,
        case: Option<CaseId>,
        case_version: u64,
        at: Timestamp,
        actor: &Actor,
        kind: &str,
        body: serde_json::Value,
        state_hash: Option<[u8; 32]>,
    ) -> Entry {
        let id = EntryId(self.ids.id());
        Entry { id, tenant, case, case_version, at, actor: actor.to_string(), kind: kind.to_owned(), body, state_hash }
    }

    /// A case as it stands.
    ///
    /// # Errors
    /// `Missing`, or a state that cannot be opened.
    pub async fn case(&self, id: CaseId) -> Result<Case, EngineError> {
        Ok(self.loaded(id).await?.case)
    }

    /// A case with its key.
    ///
    /// # Errors
    /// As `case`.
    pub async fn loaded(&self, id: CaseId) -> Result<Loaded, EngineError> {
        let row = self.store.case(id).await?.ok_or(EngineError::Missing("case"))?;
        self.open_row(&row).await
    }

    /// A case of a list: one whose key is gone is left out and told of, so that it does not take the list with it.
    ///
    /// # Errors
    /// As `case`, but for a missing key.
    pub async fn listed(&self, row: &CaseRow) -> Result<Option<Case>, EngineError> {
        match self.open_row(row).await {
            Ok(loaded) => Ok(Some(loaded.case)),
            Err(EngineError::KeyGone { case, destroyed }) => {
                tracing::error!(case.id = %case, destroyed, "a case is left out of a list: its key is gone");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// A case of a tenant; another tenant's case does not exist.
    ///
    /// # Errors
    /// As `case`.
    pub async fn loaded_of(&self, tenant: TenantId, id: CaseId) -> Result<Loaded, EngineError> {
        let row = self.store.case_of(tenant, id).await?.ok_or(EngineError::Missing("case"))?;
        self.open_row(&row).await
    }

    /// An agent's presence; offline if there never was one.
    ///
    /// # Errors
    /// `Missing` for an unknown person.
    pub async fn agent(&self, id: AgentId) -> Result<Agent, EngineError> {
        if let Some(row) = self.store.agent(id).await? {
            return sealing::read_agent(&row);
        }
        let person = self.store.person(id).await?.ok_or(EngineError::Missing("agent"))?;
        Ok(Agent::new(id, person.tenant, self.now()))
    }

    /// A fresh link: its token (shown once) and what the domain keeps of it.
    #[must_use]
    pub fn fresh_link(&self) -> (String, FreshLink) {
        sealing::fresh_link(self.ids.as_ref())
    }
}
