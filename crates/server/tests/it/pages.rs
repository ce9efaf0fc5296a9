//! A hex editor for the audit table of a SQLite file: what somebody can change who has the disk but
//! not the program. Must not know what the columns mean.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A leaf page of a table.
const LEAF: u8 = 0x0d;

/// The file in memory.
pub struct Pages {
    path: PathBuf,
    bytes: Vec<u8>,
    page: usize,
}

/// A row of the audit table.
#[derive(Clone, Debug)]
pub struct Cell {
    page: usize,
    /// Its number among the page's cells.
    slot: usize,
    /// The values of its columns but the first, one after the other.
    pub values: Range<usize>,
}

impl Pages {
    pub fn open(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let page = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
        Self { path: path.to_owned(), bytes, page }
    }

    pub fn write(&self) {
        fs::write(&self.path, &self.bytes).unwrap();
    }

    fn number(&self, at: usize) -> usize {
        usize::from(u16::from_be_bytes([self.bytes[at], self.bytes[at + 1]]))
    }

    /// A variable-length integer and where it ends.
    fn varint(&self, mut at: usize) -> (usize, usize) {
        let mut value = 0;
        loop {
            let byte = self.bytes[at];
            value = (value << 7) | usize::from(byte & 0x7f);
            at += 1;
            if byte & 0x80 == 0 {
                return (value, at);
            }
        }
    }

    /// The row of the audit table with this id.
    pub fn row(&self, id: &str) -> Cell {
        for page in (self.page..self.bytes.len()).step_by(self.page) {
            if self.bytes[page] != LEAF {
                continue;
            }
            for slot in 0..self.number(page + 3) {
                let cell = page + self.number(page + 8 + 2 * slot);
                let (length, at) = self.varint(cell);
                let (_, at) = self.varint(at);
                let (header, _) = self.varint(at);
                let from = at + header;
                if length < self.page - 35 && self.bytes[from..].starts_with(id.as_bytes()) {
                    return Cell { page, slot, values: from..at + length };
                }
            }
        }
        panic!("{id} is in no row")
    }

    /// Changes one byte of a row to another value.
    pub fn flip(&mut self, cell: &Cell, at: usize, by: u8) {
        self.bytes[cell.values.start + at % cell.values.len()] ^= by;
    }

    /// Takes a row out of its page.
    pub fn delete(&mut self, cell: &Cell) {
        let count = self.number(cell.page + 3);
        let list = cell.page + 8;
        self.bytes.copy_within(list + 2 * (cell.slot + 1)..list + 2 * count, list + 2 * cell.slot);
        let less = u16::try_from(count - 1).unwrap().to_be_bytes();
        self.bytes[cell.page + 3..cell.page + 5].copy_from_slice(&less);
    }

    /// Lets two rows of the same length change places.
    pub fn swap(&mut self, one: &Cell, other: &Cell) {
        assert_eq!(one.values.len(), other.values.len());
        for (a, b) in one.values.clone().zip(other.values.clone()) {
            self.bytes.swap(a, b);
        }
    }

    /// Replaces every occurrence of a text by another of the same length; how many.
    pub fn replace(&mut self, old: &str, new: &str) -> usize {
        assert_eq!(old.len(), new.len());
        let mut count = 0;
        for at in 0..self.bytes.len() - old.len() {
            if self.bytes[at..].starts_with(old.as_bytes()) {
                self.bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
                count += 1;
            }
        }
        count
    }
}
