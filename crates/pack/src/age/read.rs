//! Reading a file at any place: the chunk that is asked for is opened, and no more. Must not know what is in it.

use super::header::{self, Header};
use super::{CHUNK, Identity, NONCE, Stream, TAG, stream};
use aead_stream::StreamPrimitive;
use std::io::{self, Read, Seek, SeekFrom};

/// A chunk with what proves it.
const SEALED: u64 = (CHUNK + TAG) as u64;
/// The first line of a file that was made printable.
const ARMOUR: &str = "-----BEGIN AGE ENCRYPTED FILE-----";

/// Why a file is not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenFault {
    /// Its beginning does not say what age says, or is another version.
    #[error("is no file of age, version 1, or its header was changed")]
    Header,
    /// It was encrypted to others.
    #[error("is encrypted to somebody else: none of these identities opens it")]
    OtherRecipient,
    /// A byte is not the one that was written, or the end is missing.
    #[error("was changed or cut off after it was encrypted")]
    Changed,
    /// Of the disk.
    #[error("cannot be read: {0}")]
    Io(String),
}

impl From<io::Error> for OpenFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

/// Says whether something is a file of age, plain or printable, and goes back to the beginning.
///
/// # Errors
/// Of what is read.
pub fn is_age<R: Read + Seek>(from: &mut R) -> io::Result<bool> {
    let mut start = Vec::new();
    from.rewind()?;
    from.by_ref().take(ARMOUR.len() as u64).read_to_end(&mut start)?;
    from.rewind()?;
    Ok(start.starts_with(header::VERSION.as_bytes()) || start == ARMOUR.as_bytes())
}

/// An opened file. Every byte it gives is proven; one that was changed is an error where it lies.
pub struct Reader<R> {
    from: R,
    stream: Stream,
    /// Where the first chunk begins.
    start: u64,
    /// Sealed bytes from there on.
    sealed: u64,
    at: u64,
    chunk: Vec<u8>,
    index: u32,
}

impl<R: Read + Seek> Reader<R> {
    /// Opens a file with one of these identities. Its last chunk is proven at once, so it was not cut off.
    ///
    /// # Errors
    /// Why it does not open.
    pub fn open(mut from: R, identities: &[Identity]) -> Result<Self, OpenFault> {
        let mut head = Vec::new();
        from.rewind()?;
        from.by_ref().take(header::MAX).read_to_end(&mut head)?;
        let header = Header::read(&head).ok_or(OpenFault::Header)?;
        let key = header.file_key(identities)?;
        let start = (header.end + NONCE) as u64;
        let mut nonce = [0; NONCE];
        from.seek(SeekFrom::Start(header.end as u64))?;
        from.read_exact(&mut nonce).map_err(|_| OpenFault::Header)?;
        let sealed = from.seek(SeekFrom::End(0))?.saturating_sub(start);
        let last = sealed.div_ceil(SEALED).checked_sub(1).and_then(|last| u32::try_from(last).ok()).ok_or(OpenFault::Changed)?;
        let mut reader = Self { from, stream: stream(&key, &nonce), start, sealed, at: 0, chunk: Vec::new(), index: 0 };
        reader.load(last).map_err(|_| OpenFault::Changed)?;
        // Only an empty file ends with nothing.
        if reader.chunk.is_empty() && last > 0 { Err(OpenFault::Changed) } else { Ok(reader) }
    }

    /// Bytes of the plain file.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.sealed - self.sealed.div_ceil(SEALED) * TAG as u64
    }

    fn load(&mut self, index: u32) -> io::Result<()> {
        let from = u64::from(index) * SEALED;
        let length = SEALED.min(self.sealed.saturating_sub(from));
        self.from.seek(SeekFrom::Start(self.start + from))?;
        self.chunk.clear();
        self.from.by_ref().take(length).read_to_end(&mut self.chunk)?;
        let opened = self.stream.decrypt_in_place(index, from + length == self.sealed, &[], &mut self.chunk);
        if opened.is_err() {
            self.chunk.clear();
            return Err(io::Error::new(io::ErrorKind::InvalidData, OpenFault::Changed.to_string()));
        }
        self.index = index;
        Ok(())
    }
}

impl<R: Read + Seek> Read for Reader<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.length() || to.is_empty() {
            return Ok(0);
        }
        let (index, within) = (self.at / CHUNK as u64, self.at % CHUNK as u64);
        let index = u32::try_from(index).map_err(io::Error::other)?;
        if index != self.index || self.chunk.is_empty() {
            self.load(index)?;
        }
        let rest = self.chunk.get(usize::try_from(within).map_err(io::Error::other)?..).unwrap_or_default();
        let given = rest.len().min(to.len());
        to.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.at += given as u64;
        Ok(given)
    }
}

impl<R: Read + Seek> Seek for Reader<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the beginning"))?;
        Ok(self.at)
    }
}
