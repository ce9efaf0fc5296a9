//! C2SP cosignatures: a witness's statement that it saw a checkpoint, at a time, and nothing against it.
//! Must not know how a witness is reached.

use super::note::{NoteFault, NoteSignature, SignedNote, is_name};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The signature algorithm byte of an Ed25519 cosignature.
const COSIGNATURE: u8 = 4;
/// Eight bytes of time, then the signature.
const LENGTH: usize = 8 + 64;

/// A witness's public key with its name; as text, `name+hash+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignerKey {
    name: String,
    key: VerifyingKey,
}

impl CosignerKey {
    /// A named key; `None` if the name is empty, long, or has spaces, controls or `+`.
    #[must_use]
    pub fn new(name: &str, key: VerifyingKey) -> Option<Self> {
        is_name(name).then(|| Self { name: name.to_owned(), key })
    }

    /// The name the witness signs under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256(name, newline, algorithm, key).
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let digest = Sha256::new().chain_update(&self.name).chain_update([b'\n', COSIGNATURE]).chain_update(self.key.as_bytes()).finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// When this witness signed the note's text, in seconds; every signature line of this key must hold.
    pub fn verify(&self, text: &str, lines: &[NoteSignature]) -> Result<u64, NoteFault> {
        let id = self.id();
        let mut found = Err(NoteFault::Unsigned);
        for line in lines.iter().filter(|line| line.name == self.name && line.key_id == id) {
            let raw: &[u8; LENGTH] = line.bytes.as_slice().try_into().map_err(|_| NoteFault::BadSignature)?;
            let (time, signature) = raw.split_first_chunk::<8>().ok_or(NoteFault::BadSignature)?;
            let time = u64::from_be_bytes(*time);
            let signature = Signature::from_slice(signature).map_err(|_| NoteFault::BadSignature)?;
            if time == 0 || i64::try_from(time).is_err() {
                return Err(NoteFault::BadSignature);
            }
            self.key.verify_strict(message(time, text).as_bytes(), &signature).map_err(|_| NoteFault::BadSignature)?;
            found = Ok(time);
        }
        found
    }
}

impl fmt::Display for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![COSIGNATURE];
        key.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id()), STANDARD.encode(key))
    }
}

impl FromStr for CosignerKey {
    type Err = NoteFault;

    fn from_str(text: &str) -> Result<Self, NoteFault> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteFault::Malformed);
        };
        let bytes = STANDARD.decode(key).map_err(|_| NoteFault::Malformed)?;
        let Some((&COSIGNATURE, raw)) = bytes.split_first() else { return Err(NoteFault::Malformed) };
        let raw: [u8; 32] = raw.try_into().map_err(|_| NoteFault::Malformed)?;
        let key = VerifyingKey::from_bytes(&raw).map_err(|_| NoteFault::Malformed)?;
        let named = Self::new(name, key).ok_or(NoteFault::Malformed)?;
        if format!("{:08x}", u32::from_be_bytes(named.id())) == hash { Ok(named) } else { Err(NoteFault::Malformed) }
    }
}

/// What is signed: the version, the time, and the checkpoint's whole text.
fn message(seconds: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

/// Signs a checkpoint's text as a witness, at a time in seconds.
pub fn cosign(text: &str, name: &str, key: &SigningKey, seconds: u64) -> Result<NoteSignature, NoteFault> {
    let public = CosignerKey::new(name, key.verifying_key()).ok_or(NoteFault::Malformed)?;
    let mut bytes = seconds.to_be_bytes().to_vec();
    bytes.extend_from_slice(&key.sign(message(seconds, text).as_bytes()).to_bytes());
    Ok(NoteSignature { name: name.to_owned(), key_id: public.id(), bytes })
}

/// Reads the signature lines a witness answered with.
pub fn parse_lines(text: &str, answer: &str) -> Result<Vec<NoteSignature>, NoteFault> {
    Ok(SignedNote::parse(format!("{text}\n{answer}").as_bytes())?.signatures().to_vec())
}
