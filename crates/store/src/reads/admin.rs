//! Reading tenants, people, keys, endpoints, policies, sign-ins and settings.
//! Must not know what a role may do.

use super::cut;
use crate::StoreError;
use crate::rows::{ApiKeyRow, EndpointWrite, IdempotencyRow, PersonWrite, PolicyRow, SignInRow, TenantWrite};
use crate::value::{Query, Read, Record, args};
use domain::ids::{AgentId, EndpointId, TenantId};

const PERSON: &str = "SELECT id, tenant, email, name, role, skills, password_hash, totp_secret, active, created_at FROM people";
const TENANT: &str = "SELECT id, name, settings, tenant_key FROM tenants";
const POLICY: &str = "SELECT tenant, version, at, author, body FROM policies";
const ENDPOINT: &str = "SELECT id, tenant, url, events, secret, state, created_at, failures, disabled_at FROM endpoints";
const API_KEY: &str = "SELECT hash, prefix, tenant, name, created_at, revoked_at, last_used_at FROM api_keys";

fn person_row(record: Record) -> Result<PersonWrite, StoreError> {
    let mut c = record.columns("people");
    Ok(PersonWrite {
        id: c.id("id")?,
        tenant: c.id("tenant")?,
        email: c.text("email")?,
        name: c.text("name")?,
        role: c.text("role")?,
        skills: c.json_text("skills")?,
        password_hash: c.maybe_text("password_hash")?,
        totp_secret: c.maybe_blob("totp_secret")?,
        active: c.flag("active")?,
        created_at: c.time("created_at")?,
    })
}

fn tenant_row(record: Record) -> Result<TenantWrite, StoreError> {
    let mut c = record.columns("tenants");
    Ok(TenantWrite {
        id: c.id("id")?,
        name: c.text("name")?,
        settings: c.json_text("settings")?,
        settings_were: None,
        key: c.blob("tenant_key")?,
    })
}

fn policy_row(record: Record) -> Result<PolicyRow, StoreError> {
    let mut c = record.columns("policies");
    Ok(PolicyRow {
        tenant: c.id("tenant")?,
        version: c.count("version")?,
        at: c.time("at")?,
        by: c.text("author")?,
        body: c.json_text("body")?,
    })
}

fn endpoint_row(record: Record) -> Result<EndpointWrite, StoreError> {
    let mut c = record.columns("endpoints");
    Ok(EndpointWrite {
        id: c.id("id")?,
        tenant: c.id("tenant")?,
        url: c.text("url")?,
        events: c.words("events")?,
        secret: c.blob("secret")?,
        state: c.text("state")?,
        created_at: c.time("created_at")?,
        failures: c.int("failures")?,
        disabled_at: c.maybe_time("disabled_at")?,
    })
}

fn api_key_row(record: Record) -> Result<ApiKeyRow, StoreError> {
    let mut c = record.columns("api_keys");
    Ok(ApiKeyRow {
        hash: c.hash("hash")?,
        prefix: c.text("prefix")?,
        tenant: c.id("tenant")?,
        name: c.text("name")?,
        created_at: c.time("created_at")?,
        revoked_at: c.maybe_time("revoked_at")?,
        last_used_at: c.maybe_time("last_used_at")?,
    })
}

pub(crate) fn person(id: AgentId) -> Read<PersonWrite> {
    Read { query: Query::rows(format!("{PERSON} WHERE id = $1"), args![id]), decode: person_row }
}

pub(crate) fn person_by_email(email: String) -> Read<PersonWrite> {
    Read { query: Query::rows(format!("{PERSON} WHERE email = $1"), args![email]), decode: person_row }
}

pub(crate) fn people(tenant: TenantId, after: Option<AgentId>, limit: u32) -> Read<PersonWrite> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    let sql = format!("{PERSON} WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3");
    Read { query: Query::rows(sql, args![tenant, after, cut(limit)]), decode: person_row }
}

pub(crate) fn sign_in(hash: [u8; 32]) -> Read<SignInRow> {
    let sql = "SELECT hash, person, created_at, last_seen, expires_at, revoked FROM sign_ins WHERE hash = $1";
    let decode = |record: Record| {
        let mut c = record.columns("sign_ins");
        Ok(SignInRow {
            hash: c.hash("hash")?,
            person: c.id("person")?,
            created_at: c.time("created_at")?,
            last_seen: c.time("last_seen")?,
            expires_at: c.time("expires_at")?,
            revoked: c.flag("revoked")?,
        })
    };
    Read { query: Query::rows(sql, args![hash]), decode }
}

/// What `plan::consume_link` gives back.
pub(crate) fn consumed(record: Record) -> Result<AgentId, StoreError> {
    record.columns("sign_in_links").id("person")
}

pub(crate) fn tenant(id: TenantId) -> Read<TenantWrite> {
    Read { query: Query::rows(format!("{TENANT} WHERE id = $1"), args![id]), decode: tenant_row }
}

pub(crate) fn tenants(after: Option<TenantId>, limit: u32) -> Read<TenantWrite> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    let sql = format!("{TENANT} WHERE id > $1 ORDER BY id LIMIT $2");
    Read { query: Query::rows(sql, args![after, cut(limit)]), decode: tenant_row }
}

pub(crate) fn policies(tenant: TenantId, limit: u32) -> Read<PolicyRow> {
    let sql = format!("{POLICY} WHERE tenant = $1 ORDER BY version DESC LIMIT $2");
    Read { query: Query::rows(sql, args![tenant, cut(limit)]), decode: policy_row }
}

pub(crate) fn policy_version(tenant: TenantId, version: u64) -> Read<PolicyRow> {
    let sql = format!("{POLICY} WHERE tenant = $1 AND version = $2");
    Read { query: Query::rows(sql, args![tenant, version]), decode: policy_row }
}

pub(crate) fn endpoint(id: EndpointId) -> Read<EndpointWrite> {
    Read { query: Query::rows(format!("{ENDPOINT} WHERE id = $1"), args![id]), decode: endpoint_row }
}

pub(crate) fn endpoints(tenant: TenantId) -> Read<EndpointWrite> {
    let sql = format!("{ENDPOINT} WHERE tenant = $1 ORDER BY created_at, id LIMIT $2");
    Read { query: Query::rows(sql, args![tenant, cut(u32::MAX)]), decode: endpoint_row }
}

pub(crate) fn api_key(hash: [u8; 32]) -> Read<ApiKeyRow> {
    Read { query: Query::rows(format!("{API_KEY} WHERE hash = $1"), args![hash]), decode: api_key_row }
}

pub(crate) fn api_keys(tenant: TenantId) -> Read<ApiKeyRow> {
    let sql = format!("{API_KEY} WHERE tenant = $1 ORDER BY created_at, hash LIMIT $2");
    Read { query: Query::rows(sql, args![tenant, cut(u32::MAX)]), decode: api_key_row }
}

pub(crate) fn idempotency(tenant: TenantId, key: String) -> Read<IdempotencyRow> {
    let sql = "SELECT key, tenant, request_hash, status, response, created_at FROM idempotency WHERE tenant = $1 AND key = $2";
    let decode = |record: Record| {
        let mut c = record.columns("idempotency");
        Ok(IdempotencyRow {
            key: c.text("key")?,
            tenant: c.id("tenant")?,
            request_hash: c.hash("request_hash")?,
            status: {
                let n = c.int("status")?;
                u16::try_from(n).map_err(|_| c.corrupt("status", "out of range"))?
            },
            response: c.blob("response")?,
            created_at: c.time("created_at")?,
        })
    };
    Read { query: Query::rows(sql, args![tenant, key]), decode }
}

pub(crate) fn setting(key: String) -> Read<Vec<u8>> {
    let decode = |record: Record| {
        let mut c = record.columns("settings");
        c.text("key")?;
        c.blob("value")
    };
    Read { query: Query::rows("SELECT key, value FROM settings WHERE key = $1", args![key]), decode }
}
