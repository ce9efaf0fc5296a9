//! Case state between the domain and the store: sealed with the case's own key, and the tokens of links.
//! Must not know what a transition means.

use super::{CaseKey, Engine, EngineError};
use crate::adapters::ids::Ids;
use crate::adapters::seal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::agent::Agent;
use domain::case::Case;
use domain::digest::Digest;
use domain::ids::{CaseId, DeliveryId, InvitationId, TenantId};
use domain::invitation::FreshLink;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use store::rows::{AgentRow, CaseRow};
use unicode_normalization::UnicodeNormalization;

/// Schema of the sealed state; older ones are lifted in `upgrade`.
const SCHEMA: u8 = 1;
/// Most words of a name in the blind index.
const MAX_TOKENS: usize = 12;

/// A case with what is needed to write it back.
pub struct Loaded {
    pub case: Case,
    pub key: CaseKey,
    /// Names the key.
    pub key_id: Vec<u8>,
    pub version: u64,
}

impl Engine {
    pub(super) async fn open_row(&self, row: &CaseRow) -> Result<Loaded, EngineError> {
        let corrupt = |why: String| EngineError::Corrupt { what: "state", row: row.id.to_string(), why };
        let key = self.case_key(row).await?;
        let plain = seal::open(&key.0, &place(row.id, row.version), &row.state).map_err(|e| corrupt(e.to_string()))?;
        let case = upgrade(&plain).map_err(corrupt)?;
        Ok(Loaded { case, key, key_id: row.key.clone(), version: row.version })
    }

    /// The sealed state of a case, and its hash for the audit log.
    pub(super) fn seal_case(&self, case: &Case, key: &CaseKey) -> Result<(Vec<u8>, [u8; 32]), EngineError> {
        let corrupt = |why: String| EngineError::Corrupt { what: "state", row: case.id.to_string(), why };
        let mut plain = vec![SCHEMA];
        serde_json::to_writer(&mut plain, case).map_err(|e| corrupt(e.to_string()))?;
        let sealed = seal::seal(&key.0, &place(case.id, case.version), &plain).map_err(|e| corrupt(e.to_string()))?;
        let hash = Digest::of(&sealed).0;
        Ok((sealed, hash))
    }

    /// The blind index of a name: keyed hashes of its words, so that a search needs no plaintext on disk.
    ///
    /// # Errors
    /// When the tenant's key cannot be used.
    pub fn name_tokens(&self, tenant: TenantId, wrapped: &[u8], name: &str) -> Result<Vec<String>, EngineError> {
        let key = self.kms.unwrap_key(tenant, wrapped)?;
        let mut tokens: Vec<String> = words(name)
            .filter_map(|word| {
                let mut mac = Hmac::<Sha256>::new_from_slice(key.as_slice()).ok()?;
                mac.update(b"name-index:");
                mac.update(word.as_bytes());
                let bytes = mac.finalize().into_bytes();
                Some(bytes.iter().take(8).map(|b| format!("{b:02x}")).collect())
            })
            .take(MAX_TOKENS)
            .collect();
        tokens.sort();
        tokens.dedup();
        Ok(tokens)
    }
}

/// The words of a name as they are compared: compatibility form, lower case.
fn words(name: &str) -> impl Iterator<Item = String> {
    let normal: String = name.nfkc().flat_map(char::to_lowercase).collect();
    normal
        .split(|c: char| c.is_whitespace() || c == '-' || c == ',')
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// Reads a sealed state of any schema this program has ever written.
fn upgrade(plain: &[u8]) -> Result<Case, String> {
    match plain.split_first() {
        Some((&SCHEMA, json)) => serde_json::from_slice(json).map_err(|e| e.to_string()),
        Some((other, _)) => Err(format!("schema {other} is not known")),
        None => Err("empty".to_owned()),
    }
}

fn place(case: CaseId, version: u64) -> String {
    format!("case/{case}/state/{version}")
}

/// Where a sealed message of the outbox belongs.
#[must_use]
pub fn place_of_delivery(id: DeliveryId) -> String {
    format!("deliveries/{id}/payload")
}

/// Seals a message of the outbox with its case's key: it names the customer, and goes with them.
pub(super) fn seal_message(key: &CaseKey, id: DeliveryId, plain: &[u8]) -> Result<Vec<u8>, EngineError> {
    let broken = |e: seal::SealError| EngineError::Corrupt { what: "message", row: id.to_string(), why: e.to_string() };
    seal::seal(&key.0, &place_of_delivery(id), plain).map_err(broken)
}

pub(super) fn read_agent(row: &AgentRow) -> Result<Agent, EngineError> {
    serde_json::from_str(&row.state).map_err(|e| EngineError::Corrupt { what: "agent", row: row.id.to_string(), why: e.to_string() })
}

/// A capability token: 256 bits as base64url.
#[must_use]
pub fn new_token(ids: &dyn Ids) -> String {
    URL_SAFE_NO_PAD.encode(ids.secret())
}

/// What is kept of a token.
#[must_use]
pub fn token_hash(token: &str) -> Digest {
    Digest::of(token.as_bytes())
}

/// The customer's address of a token: in the fragment, which no server log sees.
#[must_use]
pub fn link_url(public_url: &str, token: &str) -> String {
    format!("{}/v#{token}", public_url.trim_end_matches('/'))
}

pub(super) fn fresh_link(ids: &dyn Ids) -> (String, FreshLink) {
    let token = new_token(ids);
    let link = FreshLink { id: InvitationId(ids.id()), token_hash: token_hash(&token) };
    (token, link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_words_in_any_script_and_case() {
        let all = |n: &str| words(n).collect::<Vec<_>>();
        assert_eq!(all("NUR  Aisyah binti-Rahman"), ["nur", "aisyah", "binti", "rahman"]);
        assert_eq!(all("Ｎｕｒ"), all("nur"), "full-width letters are the same letters");
        assert_eq!(all("สมชาย ใจดี").len(), 2);
    }

    #[test]
    fn a_state_of_an_unknown_schema_is_refused() {
        assert!(upgrade(&[9, b'{', b'}']).is_err() && upgrade(&[]).is_err());
    }
}
