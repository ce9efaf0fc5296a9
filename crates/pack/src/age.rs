//! Files of age, version 1 (C2SP age), for X25519 recipients: written, and read at any place. What any `age -d` opens.
//! Must not know what is in them, nor where randomness comes from.

mod bech32;
mod header;
mod keys;
mod read;
mod write;

pub use keys::{BadIdentity, BadRecipient, Identity, Recipient, Recipients, Why};
pub use read::{OpenFault, Reader, is_age};
pub use write::Writer;

use aead_stream::{NewStream, Nonce, StreamBE32};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Most recipients of one file: an authority, a court, a bank's own people; each costs a line that the opener tries.
pub const MAX_RECIPIENTS: usize = 20;
/// Sealed one by one, so that a file can be read from any place.
const CHUNK: usize = 64 * 1024;
/// What proves a chunk.
const TAG: usize = 16;
/// Before the chunks.
const NONCE: usize = 16;

type FileKey = Zeroizing<[u8; 16]>;
type Stream = StreamBE32<ChaCha20Poly1305>;

/// A key out of another one, for one purpose.
fn derive(secret: &[u8], salt: &[u8], purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    // Fails for more than 8,160 bytes only.
    let _ = Hkdf::<Sha256>::new(Some(salt), secret).expand(purpose, key.as_mut_slice());
    key
}

/// The chunks' cipher: age counts in eleven bytes, of which a file of less than 256 TiB uses the last four.
fn stream(file_key: &FileKey, nonce: &[u8; NONCE]) -> Stream {
    let key = derive(file_key.as_slice(), nonce, b"payload");
    let cipher = ChaCha20Poly1305::new(&(*key).into());
    Stream::from_aead(cipher, &Nonce::<ChaCha20Poly1305, Stream>::from([0; 7]))
}
