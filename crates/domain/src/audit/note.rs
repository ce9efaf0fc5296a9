//! C2SP signed notes: a text, and lines that say who vouches for it with which Ed25519 key.
//! Must not know what the text means.

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// A note is read into memory and hashed once per signature: no more than this.
pub const MAX_NOTE_BYTES: usize = 64 * 1024;
/// A log signature and a handful of witnesses; the rest would be noise.
pub const MAX_SIGNATURES: usize = 16;
/// Names are domain-like; a longer one is a mistake.
pub const MAX_NAME_BYTES: usize = 255;

/// The signature algorithm byte of plain Ed25519.
const ED25519: u8 = 1;
/// Signature lines begin with an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Why a note or a verifier key does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteFault {
    /// Larger than the stated limits.
    TooLarge,
    /// Not the shape of a note or key.
    Malformed,
    /// No signature of the wanted key.
    Unsigned,
    /// The wanted key's signature does not fit the text.
    BadSignature,
}

impl fmt::Display for NoteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "larger than the limit",
            Self::Malformed => "malformed",
            Self::Unsigned => "not signed by the expected key",
            Self::BadSignature => "the signature does not fit the text",
        })
    }
}

impl std::error::Error for NoteFault {}

/// A public key with the name it signs under; as text, `name+hash+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

impl VerifierKey {
    /// A named key; `None` if the name is empty, long, or has spaces, controls or `+`.
    #[must_use]
    pub fn new(name: &str, key: VerifyingKey) -> Option<Self> {
        is_name(name).then(|| Self { name: name.to_owned(), key })
    }

    /// The name the key signs under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key.
    #[must_use]
    pub const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The first four bytes of SHA-256(name, newline, algorithm, key).
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let digest = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519]).chain_update(self.key.as_bytes()).finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id()), STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteFault;

    fn from_str(text: &str) -> Result<Self, NoteFault> {
        // The base64 part may hold `+` itself, so the split is from the left.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteFault::Malformed);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NoteFault::Malformed)?;
        let Some((&ED25519, raw)) = bytes.split_first() else { return Err(NoteFault::Malformed) };
        let raw: [u8; 32] = raw.try_into().map_err(|_| NoteFault::Malformed)?;
        let key = VerifyingKey::from_bytes(&raw).map_err(|_| NoteFault::Malformed)?;
        let named = Self::new(name, key).ok_or(NoteFault::Malformed)?;
        let expected = format!("{:08x}", u32::from_be_bytes(named.id()));
        if expected == hash { Ok(named) } else { Err(NoteFault::Malformed) }
    }
}

/// One signature line; of an unknown key it is kept as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name before the signature.
    pub name: String,
    /// Which key of that name.
    pub key_id: [u8; 4],
    /// The signature itself; 64 bytes for plain Ed25519, others for other kinds.
    pub bytes: Vec<u8>,
}

/// A text with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl SignedNote {
    /// A note without a signature yet; the text must end in a newline and have no controls.
    pub fn new(text: String) -> Result<Self, NoteFault> {
        if text.len() > MAX_NOTE_BYTES {
            return Err(NoteFault::TooLarge);
        }
        if !text.ends_with('\n') || text.chars().any(|c| c.is_ascii_control() && c != '\n') {
            return Err(NoteFault::Malformed);
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// The signed text, with its last newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signatures, known or not, in the order of the note.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature of `key` under `name`.
    pub fn sign(&mut self, name: &str, key: &SigningKey) -> Result<(), NoteFault> {
        let public = VerifierKey::new(name, key.verifying_key()).ok_or(NoteFault::Malformed)?;
        let bytes = key.sign(self.text.as_bytes()).to_bytes().to_vec();
        self.add(NoteSignature { name: name.to_owned(), key_id: public.id(), bytes })
    }

    /// Adds a signature that someone else made, such as a witness.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteFault> {
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(NoteFault::TooLarge);
        }
        if !is_name(&signature.name) || signature.bytes.is_empty() {
            return Err(NoteFault::Malformed);
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// Reads a note strictly: what is accepted prints back byte for byte.
    pub fn parse(note: &[u8]) -> Result<Self, NoteFault> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(NoteFault::TooLarge);
        }
        let note = std::str::from_utf8(note).map_err(|_| NoteFault::Malformed)?;
        let end = note.rfind("\n\n").ok_or(NoteFault::Malformed)? + 1;
        let mut read = Self::new(note[..end].to_owned())?;
        let lines = note[end + 1..].strip_suffix('\n').ok_or(NoteFault::Malformed)?;
        for line in lines.split('\n') {
            read.add(parse_signature(line).ok_or(NoteFault::Malformed)?)?;
        }
        Ok(read)
    }

    /// Whether `key` vouches for the text. A wrong signature of that key is never
    /// outweighed by another one.
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteFault> {
        let id = key.id();
        let mut found = Err(NoteFault::Unsigned);
        for line in self.signatures.iter().filter(|line| line.name == key.name && line.key_id == id) {
            let signature = Signature::from_slice(&line.bytes).map_err(|_| NoteFault::BadSignature)?;
            key.key.verify_strict(self.text.as_bytes(), &signature).map_err(|_| NoteFault::BadSignature)?;
            found = Ok(());
        }
        found
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for line in &self.signatures {
            let mut blob = line.key_id.to_vec();
            blob.extend_from_slice(&line.bytes);
            f.write_str(DASH)?;
            f.write_str(&line.name)?;
            writeln!(f, " {}", STANDARD.encode(blob))?;
        }
        Ok(())
    }
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (name, blob) = line.strip_prefix(DASH)?.split_once(' ')?;
    let blob = STANDARD.decode(blob).ok()?;
    let (key_id, bytes) = blob.split_first_chunk::<4>()?;
    Some(NoteSignature { name: name.to_owned(), key_id: *key_id, bytes: bytes.to_vec() })
}

pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME_BYTES && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}
