//! What a tenant has set up: brand, policy, endpoints; read often, so remembered for a moment.
//! Must not know who asks.

use crate::engine::EngineError;
use domain::case::Case;
use domain::ids::TenantId;
use domain::trigger::Policy;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use store::Store;
use store::rows::EndpointWrite;

/// How long another node's edit may stay unseen.
const REMEMBERED: Duration = Duration::from_secs(3);
/// Most tenants remembered at once.
const MAX_REMEMBERED: usize = 10_000;

/// What an admin can set, kept as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Shown name.
    pub brand: String,
    /// `#rrggbb`.
    pub color: String,
    /// Where "How we use your data" leads.
    pub privacy_url: String,
    /// Where "Go back" leads.
    pub return_url: Option<String>,
    /// Version of the consent text.
    pub consent_version: u32,
    /// Send the first link by SMS or e-mail too, not only through the bank's page.
    pub send_first_link: bool,
    /// Origins that may frame the customer's page.
    pub frame_ancestors: Vec<String>,
    /// Canned replies beside the built-in ones: key → locale → text.
    pub canned: BTreeMap<String, BTreeMap<String, String>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            brand: "Recourse".to_owned(),
            color: "#0b6bcb".to_owned(),
            privacy_url: "/privacy".to_owned(),
            return_url: None,
            consent_version: 1,
            send_first_link: false,
            frame_ancestors: Vec::new(),
            canned: BTreeMap::new(),
        }
    }
}

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

/// Tenants remembered for a moment.
pub struct Tenants {
    store: Arc<dyn Store>,
    known: RwLock<BTreeMap<TenantId, (Instant, Arc<Tenant>)>>,
}

impl Tenants {
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, known: RwLock::new(BTreeMap::new()) }
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

    /// An edit was made here: read again.
    pub fn forget(&self, id: TenantId) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
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
