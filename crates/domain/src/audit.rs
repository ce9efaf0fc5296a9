//! The audit log: entries in one canonical form, a Merkle tree over them, signed checkpoints.
//! Must not know personal data, a database or a clock.

pub mod checkpoint;
pub mod cosignature;
pub mod note;
pub mod tree;
pub mod verify;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use cosignature::CosignerKey;
pub use note::{NoteFault, NoteSignature, SignedNote, VerifierKey};
pub use tree::{Frontier, Hash, Tree};
pub use verify::{Fault, Place, Read, Row, Summary, Verifier, What, verify_entry, verify_log};

use crate::ids::{AgentId, CaseId, EntryId, TenantId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

/// The version that opens every canonical form.
pub const CANONICAL_VERSION: u64 = 1;
/// Who acted: a role, or a role and an id.
pub const MAX_ACTOR_BYTES: usize = 80;
/// A fact's name.
pub const MAX_KIND_BYTES: usize = 60;
/// A body holds ids and commitments; larger things are referred to by hash.
pub const MAX_BODY_BYTES: usize = 16 * 1024;
/// Deeper nesting has no meaning in a body.
pub const MAX_BODY_DEPTH: usize = 8;

/// One thing that happened, with ids and hashes only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its own id.
    pub id: EntryId,
    /// Whose log.
    pub tenant: TenantId,
    /// The case it is about, if it is about one.
    pub case: Option<CaseId>,
    /// The version of the case that this entry's transaction wrote; 0 without a case.
    pub case_version: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it: `customer`, `agent:agt_…`, `system`, `api:` and a key's prefix.
    pub actor: String,
    /// The fact's name in `snake_case`.
    pub kind: String,
    /// Ids and commitments; an object without fractional numbers.
    pub body: Value,
    /// The hash of the case state this entry left behind.
    #[serde(with = "optional_hex")]
    pub state_hash: Option<Hash>,
}

/// Why an entry cannot be logged, or stored bytes are not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadEntry {
    /// The bytes are not a canonical entry of a known version.
    NotCanonical,
    /// The actor is empty, too long, or not printable ASCII.
    Actor,
    /// The kind is not `snake_case` or too long.
    Kind,
    /// The body is not an object, too large, too deep, or holds a fractional number.
    Body,
}

impl fmt::Display for BadEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotCanonical => "not a canonical entry",
            Self::Actor => "the actor is not a short printable name",
            Self::Kind => "the kind is not a short snake_case name",
            Self::Body => "the body is not a small object of ids and commitments",
        })
    }
}

impl std::error::Error for BadEntry {}

impl Entry {
    /// Whether the entry may be logged; the engine asks before it commits.
    pub fn check(&self) -> Result<(), BadEntry> {
        let printable = |b: u8| b.is_ascii_graphic();
        if self.actor.is_empty() || self.actor.len() > MAX_ACTOR_BYTES || !self.actor.bytes().all(printable) {
            return Err(BadEntry::Actor);
        }
        let snake = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if self.kind.is_empty() || self.kind.len() > MAX_KIND_BYTES || !self.kind.bytes().all(snake) {
            return Err(BadEntry::Kind);
        }
        let mut body = Vec::new();
        if !self.body.is_object() || !is_plain(&self.body, MAX_BODY_DEPTH) {
            return Err(BadEntry::Body);
        }
        write_json(&mut body, &self.body);
        if body.len() > MAX_BODY_BYTES { Err(BadEntry::Body) } else { Ok(()) }
    }

    /// Everybody of the staff whom it is about: who acted, and whoever its body names.
    #[must_use]
    pub fn people(&self) -> BTreeSet<AgentId> {
        let named = self.body.as_object().into_iter().flat_map(|body| body.values()).filter_map(Value::as_str);
        let actor = self.actor.strip_prefix("agent:").into_iter();
        named.chain(actor).filter_map(|text| text.parse().ok()).collect()
    }

    /// The one byte string of this entry: JSON in UTF-8 without spaces, keys sorted by code
    /// point at every level, integers in decimal, control characters, `"` and `\` escaped and
    /// nothing else, all ten keys present (`actor at body case case_version id kind
    /// state_hash tenant v`), absent values `null`, `at` in microseconds of UTC, hashes in
    /// lower-case hexadecimal. Python's `json.dumps(x, sort_keys=True, ensure_ascii=False,
    /// separators=(",", ":"))` writes the same.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        let text = |value: String| Value::String(value);
        write_json(
            &mut out,
            &Value::Object(serde_json::Map::from_iter([
                ("actor".to_owned(), text(self.actor.clone())),
                ("at".to_owned(), Value::from(self.at.0)),
                ("body".to_owned(), self.body.clone()),
                ("case".to_owned(), self.case.map_or(Value::Null, |case| text(case.to_string()))),
                ("case_version".to_owned(), Value::from(self.case_version)),
                ("id".to_owned(), text(self.id.to_string())),
                ("kind".to_owned(), text(self.kind.clone())),
                ("state_hash".to_owned(), self.state_hash.map_or(Value::Null, |hash| text(tree::to_hex(&hash)))),
                ("tenant".to_owned(), text(self.tenant.to_string())),
                ("v".to_owned(), Value::from(CANONICAL_VERSION)),
            ])),
        );
        out
    }

    /// Reads a canonical form back; anything that would not print the same is refused.
    pub fn from_canonical(bytes: &[u8]) -> Result<Self, BadEntry> {
        // A largest body and the other nine keys, each with its own limit.
        if bytes.len() > MAX_BODY_BYTES + 2 * 1024 {
            return Err(BadEntry::NotCanonical);
        }
        // Unknown keys and other versions fall out below: they do not print back.
        let entry: Self = serde_json::from_slice(bytes).map_err(|_| BadEntry::NotCanonical)?;
        if entry.canonical() != bytes {
            return Err(BadEntry::NotCanonical);
        }
        entry.check().map(|()| entry)
    }

    /// The entry's leaf in the tree: SHA-256(0x00 || canonical).
    #[must_use]
    pub fn leaf_hash(&self) -> Hash {
        tree::hash_leaf(&self.canonical())
    }
}

/// Whether a value has no fractional number and nests no deeper than `depth`.
fn is_plain(value: &Value, depth: usize) -> bool {
    let Some(inner) = depth.checked_sub(1) else { return false };
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => !number.is_f64(),
        Value::Array(items) => items.iter().all(|item| is_plain(item, inner)),
        Value::Object(map) => map.values().all(|item| is_plain(item, inner)),
    }
}

/// Writes JSON with sorted keys, whatever order the map type keeps.
fn write_json(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => out.extend_from_slice(value.to_string().as_bytes()),
        Value::Array(items) => {
            out.push(b'[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                write_json(out, item);
            }
            out.push(b']');
        }
        Value::Object(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| key.as_bytes());
            out.push(b'{');
            for (n, (key, item)) in pairs.into_iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(Value::String(key.clone()).to_string().as_bytes());
                out.push(b':');
                write_json(out, item);
            }
            out.push(b'}');
        }
    }
}

mod optional_hex {
    //! An optional hash as hexadecimal text.
    use super::tree::{Hash, from_hex, to_hex};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    pub(super) fn serialize<S: Serializer>(hash: &Option<Hash>, s: S) -> Result<S::Ok, S::Error> {
        hash.as_ref().map(to_hex).serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Hash>, D::Error> {
        let text = Option::<String>::deserialize(d)?;
        text.map(|text| from_hex(&text).ok_or_else(|| de::Error::custom("expected 64 hexadecimal digits"))).transpose()
    }
}

#[cfg(test)]
#[path = "audit/outside_tests.rs"]
mod outside_tests;
#[cfg(test)]
#[path = "audit/tests.rs"]
mod tests;
