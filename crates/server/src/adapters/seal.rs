//! Sealed bytes: 64 KiB chunks under AES-256-GCM in the STREAM construction, bound to a place.
//! Must not know where the bytes lie, nor whose they are.

use super::cipher::Cipher;
use super::ids::random;
use super::kms::{SecretKey, derive};
use aead_stream::{NewStream, Nonce, StreamBE32, StreamPrimitive};

/// Plain bytes in every chunk but the last: small enough to seek by, large enough that the
/// tag costs 0.03 %.
pub const CHUNK: usize = 64 * 1024;
/// Magic and version, salt, nonce prefix.
pub const HEADER: usize = 4 + 16 + 7;
const TAG: usize = 16;
const SEALED_CHUNK: usize = CHUNK + TAG;
const MAGIC: [u8; 4] = *b"RCS\x01";

/// Why sealed bytes could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("these are not sealed bytes of a version this program knows")]
    Version,
    #[error("the sealed bytes are cut off")]
    Truncated,
    #[error("the sealed bytes were changed, cut, re-ordered or belong to another place")]
    NotAuthentic,
    #[error("too long to seal in one piece")]
    TooLong,
    #[error("no such chunk")]
    NoSuchChunk,
}

/// Seals `plain` in one piece. `place` says what it is and where it belongs, such as
/// `case_…/evd_…`; it is authenticated and must be given again to open.
pub fn seal(key: &[u8; 32], place: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut out = Vec::new();
    seal_onto(key, place, std::iter::once(plain), &mut out)?;
    Ok(out)
}

/// The same of what lies in pieces, at the end of `out`: for who seals often and keeps the buffer.
pub fn seal_onto<'a>(
    key: &[u8; 32],
    place: &str,
    pieces: impl Iterator<Item = &'a [u8]> + Clone,
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    let length: u64 = pieces.clone().map(|piece| piece.len() as u64).sum();
    out.reserve(sealed_len(length).try_into().unwrap_or(0));
    let mut sealer = Sealer::new(key, place, out);
    for piece in pieces {
        sealer.push(piece, out)?;
    }
    sealer.finish(out)
}

/// The key of one sealed piece: it opens that piece and nothing else that the same key has sealed.
pub fn piece_key(key: &[u8; 32], sealed: &[u8]) -> Result<SecretKey, SealError> {
    let header = sealed.first_chunk::<HEADER>().ok_or(SealError::Truncated)?;
    if !header.starts_with(&MAGIC) {
        return Err(SealError::Version);
    }
    Ok(derive(key, &[b"recourse seal v1", &header[4..20]]))
}

/// Opens the whole of what `seal` or a `Sealer` made for the same key and place.
pub fn open(key: &[u8; 32], place: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let opener = Opener::new(key, place, sealed, sealed.len() as u64)?;
    let mut plain = Vec::with_capacity(opener.plain_len().try_into().unwrap_or(0));
    for (index, chunk) in sealed[HEADER..].chunks(SEALED_CHUNK).enumerate() {
        plain.extend_from_slice(&opener.open_chunk(index as u64, chunk)?);
    }
    Ok(plain)
}

/// The sealed length of so many plain bytes.
#[must_use]
pub fn sealed_len(plain: u64) -> u64 {
    HEADER as u64 + plain + plain.div_ceil(CHUNK as u64).max(1) * TAG as u64
}

/// Seals bytes as they come; nothing is final until `finish`.
pub struct Sealer {
    stream: StreamBE32<Cipher>,
    aad: Vec<u8>,
    next: u32,
    pending: Vec<u8>,
}

impl Sealer {
    /// Starts and writes the header.
    pub fn new(key: &[u8; 32], place: &str, out: &mut Vec<u8>) -> Self {
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(&MAGIC);
        header[4..].copy_from_slice(&random::<{ HEADER - 4 }>());
        out.extend_from_slice(&header);
        let (stream, aad) = start(key, place, &header);
        Self { stream, aad, next: 0, pending: Vec::with_capacity(SEALED_CHUNK) }
    }

    /// Takes plain bytes and writes those chunks that are surely not the last.
    pub fn push(&mut self, mut plain: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        while !plain.is_empty() {
            if self.pending.len() == CHUNK {
                self.write(false, out)?;
            }
            let (taken, rest) = plain.split_at(plain.len().min(CHUNK - self.pending.len()));
            self.pending.extend_from_slice(taken);
            plain = rest;
        }
        Ok(())
    }

    /// Writes the last chunk, marked as such.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), SealError> {
        self.write(true, out)
    }

    fn write(&mut self, last: bool, out: &mut Vec<u8>) -> Result<(), SealError> {
        self.stream.encrypt_in_place(self.next, last, &self.aad, &mut self.pending).map_err(|_| SealError::TooLong)?;
        out.extend_from_slice(&self.pending);
        self.pending.clear();
        if !last {
            self.next = self.next.checked_add(1).ok_or(SealError::TooLong)?;
        }
        Ok(())
    }
}

/// Opens single chunks, so that a player can seek without reading what lies before.
pub struct Opener {
    stream: StreamBE32<Cipher>,
    aad: Vec<u8>,
    chunks: u64,
    plain_len: u64,
}

impl Opener {
    /// `start` are the first bytes (at least the header), `sealed_len` the length of it all.
    /// A wrong length is noticed at the chunk that is the last by it.
    pub fn new(key: &[u8; 32], place: &str, head: &[u8], sealed_len: u64) -> Result<Self, SealError> {
        let header = head.first_chunk::<HEADER>().ok_or(SealError::Truncated)?;
        if !header.starts_with(&MAGIC) {
            return Err(SealError::Version);
        }
        let body = sealed_len.checked_sub(HEADER as u64).ok_or(SealError::Truncated)?;
        let chunks = body.div_ceil(SEALED_CHUNK as u64);
        let rest = body % SEALED_CHUNK as u64;
        if body < TAG as u64 || (rest != 0 && rest < TAG as u64) {
            return Err(SealError::Truncated);
        }
        let (stream, aad) = start(key, place, header);
        Ok(Self { stream, aad, chunks, plain_len: body - chunks * TAG as u64 })
    }

    #[must_use]
    pub fn chunks(&self) -> u64 {
        self.chunks
    }

    #[must_use]
    pub fn plain_len(&self) -> u64 {
        self.plain_len
    }

    /// Where a chunk lies in the sealed bytes, from and to.
    #[must_use]
    pub fn chunk_range(&self, index: u64) -> (u64, u64) {
        let from = HEADER as u64 + index.saturating_mul(SEALED_CHUNK as u64);
        let end = HEADER as u64 + self.plain_len + self.chunks * TAG as u64;
        (from.min(end), from.saturating_add(SEALED_CHUNK as u64).min(end))
    }

    /// Opens the chunk that starts at plain byte `index * CHUNK`.
    pub fn open_chunk(&self, index: u64, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        if index >= self.chunks {
            return Err(SealError::NoSuchChunk);
        }
        let position = u32::try_from(index).map_err(|_| SealError::TooLong)?;
        let last = index + 1 == self.chunks;
        let mut chunk = sealed.to_vec();
        self.stream.decrypt_in_place(position, last, &self.aad, &mut chunk).map_err(|_| SealError::NotAuthentic)?;
        Ok(chunk)
    }
}

/// A key of its own for every piece, so that the short nonce prefix of STREAM is no limit.
fn start(key: &[u8; 32], place: &str, header: &[u8; HEADER]) -> (StreamBE32<Cipher>, Vec<u8>) {
    let (salt, prefix) = header[4..].split_at(16);
    let own = derive(key, &[b"recourse seal v1", salt]);
    let prefix: [u8; 7] = std::array::from_fn(|at| prefix[at]);
    let nonce = Nonce::<Cipher, StreamBE32<Cipher>>::from(prefix);
    (StreamBE32::from_aead(Cipher::new(&own), &nonce), [header, place.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [3; 32];

    fn plain(len: usize) -> Vec<u8> {
        (0..len).map(|at| u8::try_from(at * 31 % 251).unwrap()).collect()
    }

    #[test]
    fn every_length_around_a_chunk_reads_back_and_is_foretold() {
        for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5] {
            let sealed = seal(&KEY, "case/item", &plain(len)).unwrap();
            assert_eq!(sealed.len() as u64, sealed_len(len as u64), "{len}");
            assert_eq!(open(&KEY, "case/item", &sealed).unwrap(), plain(len), "{len}");
        }
    }

    #[test]
    fn another_key_case_or_item_opens_nothing() {
        let sealed = seal(&KEY, "case_1/evd_1", b"a still").unwrap();
        for place in ["case_2/evd_1", "case_1/evd_2", ""] {
            assert_eq!(open(&KEY, place, &sealed), Err(SealError::NotAuthentic), "{place}");
        }
        assert_eq!(open(&[4; 32], "case_1/evd_1", &sealed), Err(SealError::NotAuthentic));
    }

    #[test]
    fn a_cut_a_swap_and_a_splice_of_whole_chunks_are_noticed() {
        let sealed = seal(&KEY, "p", &plain(3 * CHUNK)).unwrap();
        let other = seal(&KEY, "p", &plain(3 * CHUNK)).unwrap();
        let chunk = |n: usize| HEADER + n * SEALED_CHUNK..HEADER + (n + 1) * SEALED_CHUNK;
        let cut = &sealed[..chunk(2).start];
        assert_eq!(open(&KEY, "p", cut), Err(SealError::NotAuthentic));
        let longer = [sealed.as_slice(), &sealed[chunk(2)]].concat();
        assert_eq!(open(&KEY, "p", &longer), Err(SealError::NotAuthentic));
        let swapped = [&sealed[..HEADER], &sealed[chunk(1)], &sealed[chunk(0)], &sealed[chunk(2)]].concat();
        assert_eq!(open(&KEY, "p", &swapped), Err(SealError::NotAuthentic));
        let spliced = [&sealed[..chunk(0).end], &other[chunk(1)], &sealed[chunk(2)]].concat();
        assert_eq!(open(&KEY, "p", &spliced), Err(SealError::NotAuthentic));
        for len in [0, 3, HEADER, HEADER + TAG - 1, sealed.len() - SEALED_CHUNK + TAG - 1] {
            assert_eq!(open(&KEY, "p", &sealed[..len]), Err(SealError::Truncated), "{len}");
        }
    }

    #[test]
    fn one_chunk_opens_without_the_others() {
        let text = plain(2 * CHUNK + 100);
        let sealed = seal(&KEY, "p", &text).unwrap();
        let opener = Opener::new(&KEY, "p", &sealed[..HEADER], sealed.len() as u64).unwrap();
        assert_eq!((opener.chunks(), opener.plain_len()), (3, text.len() as u64));
        for index in 0..3 {
            let (from, to) = opener.chunk_range(index);
            let (from, to) = (usize::try_from(from).unwrap(), usize::try_from(to).unwrap());
            let at = usize::try_from(index).unwrap() * CHUNK;
            let expected = &text[at..(at + CHUNK).min(text.len())];
            assert_eq!(opener.open_chunk(index, &sealed[from..to]).unwrap(), expected);
            assert!(opener.open_chunk((index + 1) % 3, &sealed[from..to]).is_err());
        }
        assert_eq!(opener.open_chunk(3, &[]), Err(SealError::NoSuchChunk));
        assert_eq!(opener.chunk_range(9), (sealed.len() as u64, sealed.len() as u64));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_flipped_bit_is_noticed(len in 0usize..150_000, at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let mut sealed = seal(&KEY, "p", &plain(len)).unwrap();
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert!(open(&KEY, "p", &sealed).is_err());
        }

        #[test]
        fn any_cut_is_noticed_and_any_pieces_give_the_same_bytes(
            len in 0usize..150_000,
            cut in any::<prop::sample::Index>(),
            piece in 1usize..70_000,
        ) {
            let text = plain(len);
            let mut sealed = Vec::new();
            let mut sealer = Sealer::new(&KEY, "p", &mut sealed);
            for part in text.chunks(piece) {
                sealer.push(part, &mut sealed).unwrap();
            }
            sealer.finish(&mut sealed).unwrap();
            prop_assert_eq!(open(&KEY, "p", &sealed).unwrap(), text);
            prop_assert!(open(&KEY, "p", &sealed[..cut.index(sealed.len())]).is_err());
        }

        #[test]
        fn random_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(open(&KEY, "p", &bytes).is_err());
            let ours = [&MAGIC[..], &bytes].concat();
            prop_assert!(open(&KEY, "p", &ours).is_err());
        }
    }
}
