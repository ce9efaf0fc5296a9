//! What a tenant has set up: brand, policy, endpoints; read often, so remembered for a moment.
//! Must not know who asks.

use crate::engine::EngineError;
use domain::case::Case;
use domain::ids::TenantId;
use domain::settings::is_framer;
use domain::trigger::Policy;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use store::Store;
use store::rows::{EndpointWrite, MAX_LIST};

pub use domain::settings::Settings;

/// How long another node's edit may stay unseen.
const REMEMBERED: Duration = Duration::from_secs(3);
/// Most tenants remembered at once.
const MAX_REMEMBERED: usize = 10_000;

/// A tenant, ready to use.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub settings: Settings,
    /// The tenant's own key (blind index), wrapped.
    pub wrapped_key: Vec<u8>,
    pub policy: Policy,
    pub endpoints: Vec<EndpointWrite>,
}

/// Origins that may frame the customer's page.
pub type Framers = BTreeSet<String>;

/// Tenants remembered for a moment.
pub struct Tenants {
    store: Arc<dyn Store>,
    known: RwLock<BTreeMap<TenantId, (Instant, Arc<Tenant>)>>,
    framers: RwLock<Option<(Instant, Arc<Framers>)>>,
}

impl Tenants {
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, known: RwLock::new(BTreeMap::new()), framers: RwLock::new(None) }
    }

    /// A tenant.
    ///
    /// # Errors
    /// `Missing`, or rows that cannot be read.
    pub async fn get(&self, id: TenantId) -> Result<Arc<Tenant>, EngineError> {
        if let Some((at, tenant)) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&id)
            && at.elapsed() < REMEMBERED
        {
            return Ok(tenant.clone());
        }
        let tenant = Arc::new(self.read(id).await?);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(id, (Instant::now(), tenant.clone()));
        Ok(tenant)
    }

    async fn read(&self, id: TenantId) -> Result<Tenant, EngineError> {
        let corrupt = |what, why: serde_json::Error| EngineError::Corrupt { what, row: id.to_string(), why: why.to_string() };
        let row = self.store.tenant(id).await?.ok_or(EngineError::Missing("tenant"))?;
        let settings: Settings = serde_json::from_str(&row.settings).map_err(|e| corrupt("settings", e))?;
        let policy = match self.store.policy(id).await? {
            Some(row) => serde_json::from_str(&row.body).map_err(|e| corrupt("policy", e))?,
            None => Policy::starting("UTC", "default"),
        };
        let endpoints = self.store.endpoints(id).await?;
        Ok(Tenant { id, name: row.name, settings, wrapped_key: row.key, policy, endpoints })
    }

    /// Every origin that any tenant lets frame the customer's page: whose link it is stands in the
    /// fragment, which no server sees.
    ///
    /// # Errors
    /// Rows that cannot be read.
    pub async fn framers(&self) -> Result<Arc<Framers>, EngineError> {
        let kept = self.framers.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, framers)) = kept
            && at.elapsed() < REMEMBERED
        {
            return Ok(framers);
        }
        let framers = Arc::new(self.framers_but(None).await?);
        *self.framers.write().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), framers.clone()));
        Ok(framers)
    }

    /// As [`Self::framers`], read now and without those of one tenant.
    ///
    /// # Errors
    /// Rows that cannot be read.
    pub async fn framers_but(&self, except: Option<TenantId>) -> Result<Framers, EngineError> {
        let mut framers = Framers::new();
        let mut after = None;
        loop {
            let page = self.store.tenants(after, MAX_LIST).await?;
            let Some(last) = page.last() else { return Ok(framers) };
            after = Some(last.id);
            for row in page.iter().filter(|row| Some(row.id) != except) {
                let corrupt = |e: serde_json::Error| EngineError::Corrupt { what: "settings", row: row.id.to_string(), why: e.to_string() };
                let settings: Settings = serde_json::from_str(&row.settings).map_err(corrupt)?;
                framers.extend(settings.frame_ancestors.into_iter().filter(|origin| is_framer(origin)));
            }
        }
    }

    /// An edit was made here: read again.
    pub fn forget(&self, id: TenantId) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
        *self.framers.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Tenant {
    /// First name shown for an agent of this tenant: the first word of the full name.
    #[must_use]
    pub fn first_name(full: &str) -> String {
        full.split_whitespace().next().unwrap_or(full).to_owned()
    }

    /// Whether anybody can be reached by a message about this case.
    #[must_use]
    pub fn reachable(case: &Case) -> bool {
        case.customer.phone.is_some() || case.customer.email.is_some()
    }
}
