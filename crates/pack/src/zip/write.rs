//! Writing a pack's ZIP as its files come. Must not know what they are.

use super::{Entry, end, unsafe_name};
use crate::{MAX_FILES, MAX_PACK};
use std::io::{self, Read, Seek, SeekFrom, Write};

/// A ZIP under construction.
pub(crate) struct Writer<W> {
    out: W,
    at: u64,
    entries: Vec<Entry>,
}

fn refused(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

impl<W: Write + Seek> Writer<W> {
    pub fn new(out: W) -> Self {
        Self { out, at: 0, entries: Vec::new() }
    }

    /// Copies a file in; `each` sees its bytes as they pass.
    pub fn add(&mut self, name: &str, from: &mut dyn Read, mut each: impl FnMut(&[u8])) -> io::Result<u64> {
        if let Some(why) = unsafe_name(name) {
            return Err(refused(why));
        }
        if self.entries.len() >= MAX_FILES || self.entries.iter().any(|e| e.name == name) {
            return Err(refused("too many files, or two of one name"));
        }
        let at = u32::try_from(self.at).map_err(|_| refused("the pack is too large"))?;
        let mut entry = Entry { name: name.to_owned(), size: 0, crc: 0, at };
        let head = entry.local();
        self.out.write_all(&head)?;
        let mut crc = crc32fast::Hasher::new();
        let mut size = 0u64;
        let mut buffer = vec![0; 128 * 1024];
        loop {
            let n = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            let part = buffer.get(..n).unwrap_or_default();
            size += n as u64;
            if self.at + size + head.len() as u64 > MAX_PACK {
                return Err(refused("the pack is too large"));
            }
            crc.update(part);
            each(part);
            self.out.write_all(part)?;
        }
        entry.size = u32::try_from(size).map_err(|_| refused("the file is too large"))?;
        entry.crc = crc.finalize();
        // Checksum and length are known now.
        let end = self.at + head.len() as u64 + size;
        self.out.seek(SeekFrom::Start(self.at))?;
        self.out.write_all(&entry.local())?;
        self.out.seek(SeekFrom::Start(end))?;
        self.at = end;
        self.entries.push(entry);
        Ok(size)
    }

    /// Writes the directory and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        let directory: Vec<u8> = self.entries.iter().flat_map(Entry::central).collect();
        let number = |n: u64| u32::try_from(n).map_err(|_| refused("the pack is too large"));
        let count = u16::try_from(self.entries.len()).map_err(|_| refused("too many files"))?;
        self.out.write_all(&directory)?;
        self.out.write_all(&end(count, number(directory.len() as u64)?, number(self.at)?))?;
        self.out.flush()?;
        Ok(self.out)
    }
}
