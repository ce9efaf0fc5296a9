//! The lines before the chunks: the file's key, wrapped for each recipient, and the word of that key for all of it.
//! Must not know the chunks.

use super::{FileKey, Identity, OpenFault, Recipient, derive};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// The first line of every file.
pub(super) const VERSION: &str = "age-encryption.org/v1";
/// What this program reads before it gives up, bytes: a hundred times what it writes for one recipient.
pub(super) const MAX: u64 = 64 * 1024;
const X25519: &str = "X25519";
const LABEL: &[u8] = b"age-encryption.org/v1/X25519";
/// A full line of a stanza's body; a shorter one ends it.
const COLUMNS: usize = 64;
/// A file's key, wrapped.
const WRAPPED: usize = 32;

/// Writes a header; each recipient takes a secret that is used once.
pub(super) fn write(file_key: &FileKey, to: &[Recipient], mut once: impl FnMut() -> Zeroizing<[u8; 32]>) -> Option<Vec<u8>> {
    let mut text = format!("{VERSION}\n");
    for recipient in to {
        let secret = StaticSecret::from(*once());
        let (share, theirs) = (PublicKey::from(&secret), recipient.key());
        let body = wrapping(&secret, &theirs, &share, &theirs)?.encrypt(&Nonce::default(), file_key.as_slice()).ok()?;
        text += &format!("-> {X25519} {}\n{}\n", BASE64.encode(share.as_bytes()), BASE64.encode(body));
    }
    text += "---";
    let word = mac(file_key, text.as_bytes())?.finalize().into_bytes();
    text += &format!(" {}\n", BASE64.encode(word));
    Some(text.into_bytes())
}

/// The cipher of one stanza; nothing, if the two keys make no secret.
fn wrapping(mine: &StaticSecret, other: &PublicKey, share: &PublicKey, recipient: &PublicKey) -> Option<ChaCha20Poly1305> {
    let shared = mine.diffie_hellman(other);
    let salt = [share.as_bytes().as_slice(), recipient.as_bytes()].concat();
    let key = derive(shared.as_bytes(), &salt, LABEL);
    shared.was_contributory().then(|| ChaCha20Poly1305::new(&(*key).into()))
}

fn mac(file_key: &FileKey, header: &[u8]) -> Option<Hmac<Sha256>> {
    let key = derive(file_key.as_slice(), &[], b"header");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_slice()).ok()?;
    mac.update(header);
    Some(mac)
}

/// A header as it lies there.
pub(super) struct Header<'a> {
    stanzas: Vec<Stanza<'a>>,
    /// What the file's key vouches for.
    vouched: &'a [u8],
    word: [u8; 32],
    /// Where the chunks' nonce begins.
    pub end: usize,
}

struct Stanza<'a> {
    arguments: Vec<&'a str>,
    body: Vec<u8>,
}

struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let rest = self.bytes.get(self.at..)?;
        let line = rest.get(..rest.iter().position(|b| *b == b'\n')?)?;
        self.at += line.len() + 1;
        std::str::from_utf8(line).ok()
    }
}

impl<'a> Header<'a> {
    /// Reads what a file begins with; nothing, if it does not say what age says.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut lines = Lines { bytes, at: 0 };
        if lines.next()? != VERSION {
            return None;
        }
        let mut stanzas = Vec::new();
        loop {
            let from = lines.at;
            let line = lines.next()?;
            if let Some(word) = line.strip_prefix("--- ") {
                let word = BASE64.decode(word).ok()?.try_into().ok()?;
                // A passphrase stands alone: who knows it could else make others believe that they were written to.
                let alone = stanzas.len() == 1 || !stanzas.iter().any(|s: &Stanza<'_>| s.is("scrypt"));
                let sound = !stanzas.is_empty() && alone;
                return sound.then_some(Self { stanzas, vouched: bytes.get(..from + 3)?, word, end: lines.at });
            }
            stanzas.push(Stanza::read(line, &mut lines)?);
        }
    }

    /// The file's key, by the first identity that has a stanza.
    pub fn file_key(&self, identities: &[Identity]) -> Result<FileKey, OpenFault> {
        for stanza in self.stanzas.iter().filter(|s| s.is(X25519)) {
            let share = stanza.share().ok_or(OpenFault::Header)?;
            for identity in identities {
                if let Some(key) = stanza.open(identity, &share)? {
                    let mac = mac(&key, self.vouched).ok_or(OpenFault::Changed)?;
                    return mac.verify_slice(&self.word).map(|()| key).map_err(|_| OpenFault::Changed);
                }
            }
        }
        Err(OpenFault::OtherRecipient)
    }
}

impl<'a> Stanza<'a> {
    fn read(line: &'a str, lines: &mut Lines<'a>) -> Option<Self> {
        let arguments: Vec<&str> = line.strip_prefix("-> ")?.split(' ').collect();
        if !arguments.iter().all(|a| !a.is_empty() && a.bytes().all(|b| b.is_ascii_graphic())) {
            return None;
        }
        let mut body = Vec::new();
        loop {
            let line = lines.next()?;
            if line.len() > COLUMNS {
                return None;
            }
            body.extend(BASE64.decode(line).ok()?);
            if line.len() < COLUMNS {
                return Some(Self { arguments, body });
            }
        }
    }

    fn is(&self, kind: &str) -> bool {
        self.arguments.first().is_some_and(|known| *known == kind)
    }

    fn share(&self) -> Option<PublicKey> {
        let [_, share] = self.arguments.as_slice() else { return None };
        let share: [u8; 32] = BASE64.decode(share).ok()?.try_into().ok()?;
        (self.body.len() == WRAPPED).then(|| PublicKey::from(share))
    }

    /// The file's key, or nothing if the stanza is somebody else's.
    fn open(&self, identity: &Identity, share: &PublicKey) -> Result<Option<FileKey>, OpenFault> {
        let own = PublicKey::from(identity.secret());
        let cipher = wrapping(identity.secret(), share, share, &own).ok_or(OpenFault::Header)?;
        let Ok(key) = cipher.decrypt(&Nonce::default(), self.body.as_slice()) else { return Ok(None) };
        let key = Zeroizing::new(key);
        Ok(key.as_slice().try_into().ok().map(FileKey::new))
    }
}
