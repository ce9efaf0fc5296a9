//! Reading a pack's ZIP: nothing is taken on trust, and nothing is unpacked. Must not know what the files are.

use super::{CENTRAL, END, Entry, LOCAL, end, unsafe_name};
use crate::{Fault, MAX_FILES, MAX_PACK, MAX_PATH};
use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};

/// A ZIP whose structure holds.
pub(crate) struct Archive<R> {
    from: R,
    entries: Vec<Entry>,
}

/// A file inside, as the directory tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub name: String,
    pub size: u64,
    pub crc: u32,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn exactly<R: Read + Seek>(from: &mut R, at: u64, length: usize) -> io::Result<Vec<u8>> {
    from.seek(SeekFrom::Start(at))?;
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

impl<R: Read + Seek> Archive<R> {
    pub fn open(mut from: R) -> Result<Self, Fault> {
        let io = |e: io::Error| Fault::pack(format!("cannot be read: {e}"));
        let length = from.seek(SeekFrom::End(0)).map_err(io)?;
        if length > MAX_PACK {
            return Err(Fault::new("too_large", "the pack", "is larger than any pack of ours"));
        }
        let tail_at = length.checked_sub(END as u64).ok_or_else(|| Fault::pack("is too short to be one"))?;
        let tail = exactly(&mut from, tail_at, END).map_err(io)?;
        let (count, size, at) = (u16_at(&tail, 10), u32_at(&tail, 12), u32_at(&tail, 16));
        if u32_at(&tail, 0) != super::END_MAGIC {
            return Err(Fault::pack("is cut off, has something behind its end, or is no ZIP"));
        }
        if tail != end(count, size, at) || u64::from(at) + u64::from(size) != tail_at {
            return Err(Fault::pack("its end does not fit its directory: something was cut out, added or changed"));
        }
        // The directory is read into memory, so its length is bounded by what so many entries can take.
        if usize::from(count) > MAX_FILES || size as usize > usize::from(count) * (CENTRAL + MAX_PATH) {
            return Err(Fault::new("too_large", "the pack", "its directory is larger than any of ours"));
        }
        let directory = exactly(&mut from, u64::from(at), size as usize).map_err(io)?;
        let entries = directory_of(&directory, count, at)?;
        for entry in &entries {
            let head = exactly(&mut from, u64::from(entry.at), LOCAL + entry.name.len()).map_err(|e| Fault::io(&entry.name, &e))?;
            if head != entry.local() {
                return Err(Fault::new("damaged", &entry.name, "the head before the file does not say what the directory says"));
            }
        }
        Ok(Self { from, entries })
    }

    pub fn files(&self) -> impl Iterator<Item = Stored> + '_ {
        self.entries.iter().map(|e| Stored { name: e.name.clone(), size: e.size.into(), crc: e.crc })
    }

    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.name == name)
    }

    /// The bytes of a file, to be read on.
    pub fn file(&mut self, name: &str) -> Result<io::Take<&mut R>, Fault> {
        let entry = self.entries.iter().find(|e| e.name == name);
        let entry = entry.ok_or_else(|| Fault::new("missing", name, "is not in the pack"))?;
        let at = u64::from(entry.at) + (LOCAL + entry.name.len()) as u64;
        self.from.seek(SeekFrom::Start(at)).map_err(|e| Fault::io(name, &e))?;
        Ok(self.from.by_ref().take(entry.size.into()))
    }

    /// A whole file of at most `limit` bytes.
    pub fn bytes(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, Fault> {
        let mut file = self.file(name)?;
        if file.limit() > limit {
            return Err(Fault::new("too_large", name, "is larger than such a file can be"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(file.limit()).unwrap_or(0));
        file.read_to_end(&mut bytes).map_err(|e| Fault::io(name, &e))?;
        Ok(bytes)
    }
}

fn directory_of(directory: &[u8], count: u16, end_of_files: u32) -> Result<Vec<Entry>, Fault> {
    let mut entries: Vec<Entry> = Vec::with_capacity(count.into());
    let mut seen = BTreeSet::new();
    let (mut rest, mut next) = (directory, 0u64);
    for number in 0..count {
        let broken = || Fault::new("damaged", format!("entry {number} of the directory"), "cannot be read");
        let (head, after) = rest.split_at_checked(CENTRAL).ok_or_else(broken)?;
        let (name, after) = after.split_at_checked(u16_at(head, 28).into()).ok_or_else(broken)?;
        let said = String::from_utf8_lossy(name).into_owned();
        if let Some(why) = unsafe_name(&said) {
            return Err(Fault::new("unsafe_name", said.escape_debug().to_string(), why));
        }
        check_kind(head, &said)?;
        let entry = Entry { name: said.clone(), size: u32_at(head, 24), crc: u32_at(head, 16), at: u32_at(head, 42) };
        if [head, name].concat() != entry.central() {
            return Err(Fault::new("damaged", said, "its directory entry is none of ours"));
        }
        if !seen.insert(said.to_ascii_lowercase()) {
            return Err(Fault::new("damaged", said, "stands in the directory twice"));
        }
        if u64::from(entry.at) != next {
            return Err(Fault::new("damaged", said, "does not follow the file before it"));
        }
        next += (LOCAL + name.len()) as u64 + u64::from(entry.size);
        if next > u64::from(end_of_files) {
            return Err(Fault::new("damaged", said, "is longer than the pack"));
        }
        entries.push(entry);
        rest = after;
    }
    if !rest.is_empty() || next != u64::from(end_of_files) {
        return Err(Fault::pack("has bytes that belong to no file"));
    }
    Ok(entries)
}

/// What a stranger's entry would be, said by its name.
fn check_kind(head: &[u8], name: &str) -> Result<(), Fault> {
    if u16_at(head, 10) != 0 || u32_at(head, 20) != u32_at(head, 24) {
        return Err(Fault::new("compressed", name, "is compressed: packs hold stored files only, so that none unpacks to more than it is"));
    }
    let kind = u32_at(head, 38) >> 16 & 0o170_000;
    if kind != 0o100_000 {
        let what = if kind == 0o120_000 { "is a link" } else { "is no ordinary file" };
        return Err(Fault::new("unsafe_name", name, what));
    }
    Ok(())
}
