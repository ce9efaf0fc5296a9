//! Writing a file as its bytes come, a chunk at a time. Must not know what they are.

use super::{CHUNK, FileKey, NONCE, Recipients, Stream, TAG, header, stream};
use aead_stream::StreamPrimitive;
use std::io::{self, Write};
use zeroize::Zeroizing;

/// A file under construction. What is not finished opens as one that was cut off.
pub struct Writer<W> {
    out: W,
    stream: Stream,
    /// Chunks that are out.
    written: u32,
    /// At most one, held back until it is known whether it is the last.
    chunk: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins a file; `chance` gives 32 fresh random bytes at a time.
    ///
    /// # Errors
    /// Of the output.
    pub fn new(mut out: W, to: &Recipients, mut chance: impl FnMut() -> [u8; 32]) -> io::Result<Self> {
        let mut key = FileKey::default();
        let drawn = Zeroizing::new(chance());
        key.iter_mut().zip(drawn.iter()).for_each(|(to, from)| *to = *from);
        let nonce: [u8; NONCE] = chance().first_chunk().copied().unwrap_or_default();
        let header =
            header::write(&key, to.all(), || Zeroizing::new(chance())).ok_or_else(|| io::Error::other("a key cannot be wrapped"))?;
        out.write_all(&header)?;
        out.write_all(&nonce)?;
        Ok(Self { out, stream: stream(&key, &nonce), written: 0, chunk: Vec::with_capacity(CHUNK + TAG) })
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let sealed = self.stream.encrypt_in_place(self.written, last, &[], &mut self.chunk);
        sealed.map_err(|_| io::Error::other("a chunk cannot be sealed"))?;
        self.out.write_all(&self.chunk)?;
        self.chunk.clear();
        self.written = self.written.checked_add(1).ok_or_else(|| io::Error::other("the file is too large"))?;
        Ok(())
    }

    /// Writes the last chunk and gives the output back.
    ///
    /// # Errors
    /// Of the output.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
