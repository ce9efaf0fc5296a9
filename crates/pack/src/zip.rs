//! The one form of ZIP that packs have: stored entries, one after the other, nothing beside them.
//! Must not know what the entries are.
//!
//! Every byte of the structure follows from names, lengths and checksums, and a reader compares
//! it with what it would have written: there is no room for a second entry of the same name, a
//! link, a comment, a hidden stretch or an entry that unpacks to more than it is.

mod read;
mod write;

pub(crate) use read::Archive;
pub(crate) use write::Writer;

use crate::MAX_PATH;

/// Deepest path: `recordings/ses_…/name`, and one to spare.
const MAX_DEPTH: usize = 4;
/// UTF-8 names; all of ours are ASCII.
const FLAGS: u16 = 0x0800;
/// The least version that reads it: 2.0.
const VERSION: u16 = 20;
/// Made on Unix, so that the mode below counts.
const MADE_BY: u16 = 3 << 8 | VERSION;
/// 1 January 1980: the time of the export stands in the manifest, and equal packs are equal bytes.
const DATE: u16 = 0x0021;
/// An ordinary file, readable by all.
const MODE: u32 = 0o100_644 << 16;

pub(crate) const LOCAL: usize = 30;
pub(crate) const CENTRAL: usize = 46;
pub(crate) const END: usize = 22;
const LOCAL_MAGIC: u32 = 0x0403_4b50;
const CENTRAL_MAGIC: u32 = 0x0201_4b50;
const END_MAGIC: u32 = 0x0605_4b50;

/// One entry, as its headers tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub name: String,
    pub size: u32,
    pub crc: u32,
    /// Where its local header begins.
    pub at: u32,
}

impl Entry {
    pub fn local(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(LOCAL + self.name.len());
        out.extend_from_slice(&LOCAL_MAGIC.to_le_bytes());
        out.extend_from_slice(&VERSION.to_le_bytes());
        self.shared(&mut out);
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(self.name.as_bytes());
        out
    }

    pub fn central(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(CENTRAL + self.name.len());
        out.extend_from_slice(&CENTRAL_MAGIC.to_le_bytes());
        out.extend_from_slice(&MADE_BY.to_le_bytes());
        out.extend_from_slice(&VERSION.to_le_bytes());
        self.shared(&mut out);
        // No extra field, no comment, first disk, no inner attributes.
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&MODE.to_le_bytes());
        out.extend_from_slice(&self.at.to_le_bytes());
        out.extend_from_slice(self.name.as_bytes());
        out
    }

    /// Flags, method, time, date, checksum, both lengths, length of the name.
    fn shared(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&FLAGS.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&DATE.to_le_bytes());
        out.extend_from_slice(&self.crc.to_le_bytes());
        out.extend_from_slice(&self.size.to_le_bytes());
        out.extend_from_slice(&self.size.to_le_bytes());
        out.extend_from_slice(&u16::try_from(self.name.len()).unwrap_or(u16::MAX).to_le_bytes());
    }
}

fn end(entries: u16, size: u32, at: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(END);
    out.extend_from_slice(&END_MAGIC.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&entries.to_le_bytes());
    out.extend_from_slice(&entries.to_le_bytes());
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(&at.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}

/// Why a path may not stand in a pack: it must mean the same file below any folder, on any system.
pub(crate) fn unsafe_name(name: &str) -> Option<&'static str> {
    if name.is_empty() || name.len() > MAX_PATH {
        return Some("is empty or too long");
    }
    if name.starts_with('/') || name.contains(':') {
        return Some("is an absolute path");
    }
    if name.contains('\\') {
        return Some("has a backslash");
    }
    if name.split('/').any(|part| part == ".." || part == ".") {
        return Some("leads out of its folder");
    }
    if name.split('/').any(|part| part.is_empty() || part.starts_with('.') || part.ends_with('.')) || name.split('/').count() > MAX_DEPTH {
        return Some("is no plain path");
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/');
    (!name.bytes().all(plain)).then_some("has characters that no pack of ours has")
}
