//! The writer's own mark: on every entry of the log, and on every row of administration that an entry names.
//! Must not know what a row is for.
//!
//! Whoever has the database's password can write rows, and hashes of them; they cannot make these
//! marks, whose key lies sealed under the master key. `recourse verify` makes each again.

use super::{Engine, EngineError};
use crate::adapters::kms::SecretKey;
use domain::audit::Hash;
use domain::audit::tree::to_hex;
use domain::ids::TenantId;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use store::rows::{ApiKeyRow, ApiKeyWrite, Commit, EndpointWrite, MAX_LIST, PersonWrite, PolicyRow, TenantWrite};
use store::{Store, StoreError};

/// Where the sealed key of the marks lies.
pub const KEY_SETTING: &str = "log/entry_key";
/// The key belongs to the whole log and so to no tenant.
pub const NOBODY: TenantId = TenantId(0);
/// The mark of an entry, by its leaf.
#[must_use]
pub fn mark(key: &SecretKey, leaf: &Hash) -> Hash {
    keyed(key, &[b"entry:", leaf])
}

/// Whether the mark is that of this key.
#[must_use]
pub fn is_mark(key: &SecretKey, leaf: &Hash, mac: &Hash) -> bool {
    mark(key, leaf) == *mac
}

fn keyed(key: &SecretKey, parts: &[&[u8]]) -> Hash {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_slice()) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// A row of administration: how an entry names it, and everything in it that must stand.
pub struct Bound {
    pub name: String,
    values: Value,
}

impl Bound {
    /// The mark of the row as it is.
    #[must_use]
    pub fn mark(&self, key: &SecretKey) -> String {
        to_hex(&keyed(key, &[b"row:", self.name.as_bytes(), b":", self.values.to_string().as_bytes()]))
    }

    #[must_use]
    pub fn tenant(row: &TenantWrite) -> Self {
        Self { name: format!("tenants/{}", row.id), values: json!([row.name, row.settings, row.key]) }
    }

    #[must_use]
    pub fn person(row: &PersonWrite) -> Self {
        let PersonWrite { id, tenant, email, name, role, skills, password_hash, totp_secret, active, created_at } = row;
        let values = json!([tenant, email, name, role, skills, password_hash, totp_secret, active, created_at.0]);
        Self { name: format!("people/{id}"), values }
    }

    #[must_use]
    pub fn endpoint(row: &EndpointWrite) -> Self {
        let EndpointWrite { id, tenant, url, events, secret, state, created_at, failures, disabled_at } = row;
        let values = json!([tenant, url, events, secret, state, created_at.0, failures, disabled_at.map(|at| at.0)]);
        Self { name: format!("endpoints/{id}"), values }
    }

    #[must_use]
    pub fn api_key(row: &ApiKeyWrite) -> Self {
        let ApiKeyWrite { hash, prefix, tenant, name, created_at, revoked_at } = row;
        let values = json!([prefix, tenant, name, created_at.0, revoked_at.map(|at| at.0)]);
        Self { name: format!("api_keys/{}", to_hex(hash)), values }
    }

    /// As `api_key`; when it was used last is no part of it.
    #[must_use]
    pub fn api_key_row(row: &ApiKeyRow) -> Self {
        let ApiKeyRow { hash, prefix, tenant, name, created_at, revoked_at, last_used_at: _ } = row.clone();
        Self::api_key(&ApiKeyWrite { hash, prefix, tenant, name, created_at, revoked_at })
    }

    #[must_use]
    pub fn policy(row: &PolicyRow) -> Self {
        let PolicyRow { tenant, version, at, by, body } = row;
        Self { name: format!("policies/{tenant}/{version}"), values: json!([at.0, by, body]) }
    }

    fn of(rows: &Commit) -> Vec<Self> {
        let mut all: Vec<_> = rows.tenants.iter().map(Self::tenant).collect();
        all.extend(rows.people.iter().map(Self::person));
        all.extend(rows.endpoints.iter().map(Self::endpoint));
        all.extend(rows.api_keys.iter().map(Self::api_key));
        all.extend(rows.policy.iter().map(Self::policy));
        all
    }
}

/// Opens the key of the marks; nothing where the log has none yet.
///
/// # Errors
/// A store or a key that cannot be read.
pub async fn entry_key(store: &dyn Store, kms: &dyn crate::adapters::kms::Kms) -> Result<Option<SecretKey>, EngineError> {
    let Some(sealed) = store.setting(KEY_SETTING.to_owned()).await? else { return Ok(None) };
    Ok(Some(kms.unwrap_key(NOBODY, &sealed)?))
}

/// Every row of administration of one tenant that an entry must name.
///
/// # Errors
/// Rows that cannot be read.
pub async fn rows_of(store: &dyn Store, tenant: &TenantWrite) -> Result<Vec<Bound>, StoreError> {
    let mut all = vec![Bound::tenant(tenant)];
    let mut after = None;
    loop {
        let page = store.people(tenant.id, after, MAX_LIST).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        all.extend(page.iter().map(Bound::person));
    }
    all.extend(store.endpoints(tenant.id).await?.iter().map(Bound::endpoint));
    all.extend(store.api_keys(tenant.id).await?.iter().map(Bound::api_key_row));
    let newest = store.policies(tenant.id, 1).await?.first().map_or(0, |row| row.version);
    for version in 1..=newest {
        all.extend(store.policy_version(tenant.id, version).await?.iter().map(Bound::policy));
    }
    Ok(all)
}

impl Engine {
    /// The key of the marks, made at the first use.
    pub(super) async fn entry_key(&self) -> Result<&SecretKey, EngineError> {
        let make = || async {
            if let Some(key) = entry_key(self.store.as_ref(), self.kms.as_ref()).await? {
                return Ok(key);
            }
            let fresh = self.kms.wrap(NOBODY, &self.kms.new_key())?;
            self.store.put_setting_once(KEY_SETTING.to_owned(), fresh).await?;
            // Another server may have been faster: what is kept counts.
            entry_key(self.store.as_ref(), self.kms.as_ref()).await?.ok_or(EngineError::Missing("key of the log's marks"))
        };
        self.entry_key.get_or_try_init(make).await
    }

    /// Names the rows of a commit in an entry's body, each with its mark.
    pub(super) async fn bind(&self, body: &mut Value, rows: &Commit) -> Result<(), EngineError> {
        let bound = Bound::of(rows);
        let Some(map) = body.as_object_mut().filter(|_| !bound.is_empty()) else { return Ok(()) };
        let key = self.entry_key().await?;
        let marks: Map<String, Value> = bound.iter().map(|row| (row.name.clone(), Value::String(row.mark(key)))).collect();
        map.insert("rows".to_owned(), Value::Object(marks));
        Ok(())
    }

    /// Marks the entries of a commit.
    pub(super) async fn marked(&self, mut rows: Commit) -> Result<Commit, EngineError> {
        if !rows.audit.is_empty() {
            let key = self.entry_key().await?;
            rows.macs = rows.audit.iter().map(|entry| mark(key, &entry.leaf_hash())).collect();
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::AgentId;
    use domain::time::Timestamp;
    use zeroize::Zeroizing;

    #[test]
    fn a_mark_depends_on_key_name_and_every_value() {
        let row = PersonWrite {
            id: AgentId(1),
            tenant: TenantId(2),
            email: "a@b.example".to_owned(),
            name: "A".to_owned(),
            role: "agent".to_owned(),
            skills: "[]".to_owned(),
            password_hash: None,
            totp_secret: None,
            active: true,
            created_at: Timestamp(5),
        };
        let (key, other) = (Zeroizing::new([1; 32]), Zeroizing::new([2; 32]));
        let mark = Bound::person(&row).mark(&key);
        assert_eq!(mark, Bound::person(&row.clone()).mark(&key));
        assert_ne!(mark, Bound::person(&row).mark(&other));
        let changed = [
            PersonWrite { id: AgentId(9), ..row.clone() },
            PersonWrite { role: "admin".to_owned(), ..row.clone() },
            PersonWrite { password_hash: Some(String::new()), ..row.clone() },
            PersonWrite { active: false, ..row.clone() },
            PersonWrite { created_at: Timestamp(6), ..row },
        ];
        assert!(changed.iter().all(|row| Bound::person(row).mark(&key) != mark));
    }
}
