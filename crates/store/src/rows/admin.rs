//! Rows of administration: tenants, people, keys, endpoints, policies and sign-ins.
//! Must not know what a role may do.

use domain::ids::{AgentId, EndpointId, TenantId};
use domain::time::Timestamp;

/// A version of a tenant's trigger policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRow {
    pub tenant: TenantId,
    pub version: u64,
    pub at: Timestamp,
    pub by: String,
    /// JSON.
    pub body: String,
}

/// A person with an account; written whole, by id. The e-mail address is unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonWrite {
    pub id: AgentId,
    pub tenant: TenantId,
    pub email: String,
    pub name: String,
    pub role: String,
    /// JSON.
    pub skills: String,
    pub password_hash: Option<String>,
    /// Sealed.
    pub totp_secret: Option<Vec<u8>>,
    pub active: bool,
    pub created_at: Timestamp,
}

/// A tenant; written whole, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantWrite {
    pub id: TenantId,
    pub name: String,
    /// JSON.
    pub settings: String,
    /// The settings that this edit started from: others standing there now are a conflict. `None`
    /// writes whatever stands there, and is what reads give.
    pub settings_were: Option<String>,
    /// The tenant's key, sealed.
    pub key: Vec<u8>,
}

/// A webhook endpoint; written whole, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointWrite {
    pub id: EndpointId,
    pub tenant: TenantId,
    pub url: String,
    /// Event names; empty means every event.
    pub events: Vec<String>,
    /// Sealed.
    pub secret: Vec<u8>,
    pub state: String,
    pub created_at: Timestamp,
    pub failures: i64,
    pub disabled_at: Option<Timestamp>,
}

/// An API key, by the hash of its secret; written whole, by hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyWrite {
    pub hash: [u8; 32],
    pub prefix: String,
    pub tenant: TenantId,
    pub name: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// An API key as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyRow {
    pub hash: [u8; 32],
    pub prefix: String,
    pub tenant: TenantId,
    pub name: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

/// A one-time link that signs a person in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInLinkRow {
    pub hash: [u8; 32],
    pub person: AgentId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A signed-in browser, by the hash of its cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRow {
    pub hash: [u8; 32],
    pub person: AgentId,
    pub created_at: Timestamp,
    pub last_seen: Timestamp,
    pub expires_at: Timestamp,
    pub revoked: bool,
}
