//! Opening one sealed segment with its own key, as the server seals it: 64 KiB chunks under AES-256-GCM in the STREAM
//! construction, bound to a place. Must not know how that key came to be.

use aead_stream::{NewStream, Nonce, StreamBE32, StreamPrimitive};
use aes_gcm::aead::KeyInit;
use aes_gcm::{Aes256Gcm, Key};

/// Magic and version, salt, nonce prefix.
const HEADER: usize = 4 + 16 + 7;
const MAGIC: [u8; 4] = *b"RCS\x01";
const CHUNK: usize = 64 * 1024 + 16;

/// The plain bytes, or nothing: another key, another place, or changed.
pub(crate) fn open(key: &[u8; 32], place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (header, body) = sealed.split_first_chunk::<HEADER>()?;
    let prefix: [u8; 7] = header.get(20..)?.try_into().ok()?;
    if !header.starts_with(&MAGIC) {
        return None;
    }
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key));
    let stream = StreamBE32::from_aead(cipher, &Nonce::<Aes256Gcm, StreamBE32<Aes256Gcm>>::from(prefix));
    let aad = [header.as_slice(), place.as_bytes()].concat();
    let last = body.len().div_ceil(CHUNK).checked_sub(1)?;
    let mut plain = Vec::with_capacity(body.len());
    for (index, chunk) in body.chunks(CHUNK).enumerate() {
        let mut chunk = chunk.to_vec();
        stream.decrypt_in_place(u32::try_from(index).ok()?, index == last, &aad, &mut chunk).ok()?;
        plain.extend_from_slice(&chunk);
    }
    Some(plain)
}
