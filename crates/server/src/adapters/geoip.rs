//! The country of a network address, from a database file of the MaxMind format (version 2) that the operator supplies.
//! Must not know whose address it is.

use std::net::IpAddr;
use std::path::Path;

/// Larger than any country or city database that is published.
const MAX_FILE: u64 = 512 * 1024 * 1024;
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";
/// The metadata stands within so many bytes of the end.
const METADATA_WITHIN: usize = 128 * 1024;
/// Values read for one address; a record of a city in all its languages has about a hundred.
const MAX_VALUES: u32 = 4_096;
const MAX_DEPTH: u8 = 16;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GeoIpError {
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("it is larger than 512 MiB")]
    TooLarge,
    #[error("it is not a MaxMind-format database: {0}")]
    Malformed(&'static str),
}

/// An open database.
pub struct GeoIp {
    bytes: Vec<u8>,
    nodes: usize,
    record_bits: usize,
    /// Where the data section begins.
    data: usize,
    v6: bool,
}

#[derive(Debug)]
enum Value {
    Map(Vec<(String, Value)>),
    Text(String),
    Number(u64),
    Other,
}

impl Value {
    fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(all) => all.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            Self::Text(_) | Self::Number(_) | Self::Other => None,
        }
    }

    fn number(&self) -> Option<usize> {
        match self {
            Self::Number(n) => usize::try_from(*n).ok(),
            Self::Map(_) | Self::Text(_) | Self::Other => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Map(_) | Self::Number(_) | Self::Other => None,
        }
    }
}

impl GeoIp {
    /// Opens a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open(path: &Path) -> Result<Self, GeoIpError> {
        if std::fs::metadata(path)?.len() > MAX_FILE {
            return Err(GeoIpError::TooLarge);
        }
        Self::read(std::fs::read(path)?)
    }

    /// Reads a database.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: Vec<u8>) -> Result<Self, GeoIpError> {
        let bad = GeoIpError::Malformed;
        let from = bytes.len().saturating_sub(METADATA_WITHIN);
        let tail = bytes.get(from..).unwrap_or_default();
        let at = tail.windows(MARKER.len()).rposition(|w| w == MARKER).ok_or(bad("no metadata"))?;
        let about = Reader::new(tail.get(at + MARKER.len()..).unwrap_or_default()).value(0, 0).ok_or(bad("the metadata cannot be read"))?.0;
        let number = |key: &str| about.get(key).and_then(Value::number);
        let nodes = number("node_count").ok_or(bad("no node count"))?;
        let record_bits = number("record_size").filter(|bits| matches!(bits, 24 | 28 | 32)).ok_or(bad("an unknown record size"))?;
        let version = number("ip_version").filter(|v| matches!(v, 4 | 6)).ok_or(bad("an unknown address family"))?;
        // Sixteen empty bytes part the tree from the data.
        let data = nodes.checked_mul(record_bits / 4).and_then(|tree| tree.checked_add(16)).ok_or(bad("an impossible size"))?;
        if data > from + at {
            return Err(bad("the tree is cut off"));
        }
        Ok(Self { bytes, nodes, record_bits, data, v6: version == 6 })
    }

    /// ISO 3166 alpha-2 of the country an address belongs to.
    #[must_use]
    pub fn country(&self, address: IpAddr) -> Option<String> {
        let bits: u128 = match (address.to_canonical(), self.v6) {
            (IpAddr::V4(v4), true) => u128::from(u32::from(v4)),
            (IpAddr::V4(v4), false) => u128::from(u32::from(v4)) << 96,
            (IpAddr::V6(v6), true) => u128::from(v6),
            (IpAddr::V6(_), false) => return None,
        };
        let mut node = 0;
        for depth in 0..128u32 {
            let right = (bits >> (127 - depth)) & 1 == 1;
            node = self.record(node, right)?;
            if node >= self.nodes {
                break;
            }
        }
        let offset = node.checked_sub(self.nodes)?.checked_sub(16)?;
        let record = Reader::new(self.bytes.get(self.data..)?).value(offset, 0)?.0;
        let of = |key: &str| record.get(key).and_then(|c| c.get("iso_code")).and_then(Value::text).map(str::to_owned);
        let code = of("country").or_else(|| of("registered_country"))?;
        (code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())).then_some(code)
    }

    fn record(&self, node: usize, right: bool) -> Option<usize> {
        let size = self.record_bits / 4;
        let bytes = self.bytes.get(node.checked_mul(size)?..)?.get(..size)?;
        let wide = |part: &[u8]| part.iter().fold(0usize, |n, b| n << 8 | usize::from(*b));
        Some(match (self.record_bits, right) {
            (28, false) => (usize::from(bytes[3] >> 4) << 24) | wide(&bytes[..3]),
            (28, true) => (usize::from(bytes[3] & 0xf) << 24) | wide(&bytes[4..]),
            (_, false) => wide(&bytes[..size / 2]),
            (_, true) => wide(&bytes[size / 2..]),
        })
    }
}

/// Reads values of a data section; garbage ends in `None`, never in a loop.
struct Reader<'a> {
    section: &'a [u8],
    left: u32,
}

impl<'a> Reader<'a> {
    const fn new(section: &'a [u8]) -> Self {
        Self { section, left: MAX_VALUES }
    }

    fn take(&self, at: usize, count: usize) -> Option<&'a [u8]> {
        self.section.get(at..at.checked_add(count)?)
    }

    fn wide(&self, at: usize, count: usize) -> Option<usize> {
        Some(self.take(at, count)?.iter().fold(0usize, |n, b| n << 8 | usize::from(*b)))
    }

    /// The value at a place, and the place behind it.
    fn value(&mut self, at: usize, depth: u8) -> Option<(Value, usize)> {
        self.left = self.left.checked_sub(1)?;
        if depth > MAX_DEPTH {
            return None;
        }
        let control = self.wide(at, 1)?;
        let (kind, at) = match control >> 5 {
            0 => (7 + self.wide(at + 1, 1)?, at + 2),
            kind => (kind, at + 1),
        };
        if kind == 1 {
            return self.pointer(control, at, depth);
        }
        let (size, at) = match control & 0x1f {
            29 => (29 + self.wide(at, 1)?, at + 1),
            30 => (285 + self.wide(at, 2)?, at + 2),
            31 => (65_821 + self.wide(at, 3)?, at + 3),
            size => (size, at),
        };
        match kind {
            2 => Some((Value::Text(std::str::from_utf8(self.take(at, size)?).ok()?.to_owned()), at + size)),
            5 | 6 | 9 if size <= 8 => Some((Value::Number(self.take(at, size)?.iter().fold(0, |n, b| n << 8 | u64::from(*b))), at + size)),
            7 => self.map(size, at, depth),
            11 => self.array(size, at, depth),
            // A boolean is its own size.
            14 => Some((Value::Other, at)),
            _ => self.take(at, size).map(|_| (Value::Other, at + size)),
        }
    }

    fn pointer(&mut self, control: usize, at: usize, depth: u8) -> Option<(Value, usize)> {
        let high = control & 7;
        let (target, behind) = match (control >> 3) & 3 {
            0 => (high << 8 | self.wide(at, 1)?, at + 1),
            1 => ((high << 16 | self.wide(at, 2)?) + 2_048, at + 2),
            2 => ((high << 24 | self.wide(at, 3)?) + 526_336, at + 3),
            _ => (self.wide(at, 4)?, at + 4),
        };
        Some((self.value(target, depth + 1)?.0, behind))
    }

    fn map(&mut self, size: usize, mut at: usize, depth: u8) -> Option<(Value, usize)> {
        let mut all = Vec::new();
        for _ in 0..size {
            let (key, behind) = self.value(at, depth + 1)?;
            let (value, behind) = self.value(behind, depth + 1)?;
            at = behind;
            if let Value::Text(key) = key {
                all.push((key, value));
            }
        }
        Some((Value::Map(all), at))
    }

    fn array(&mut self, size: usize, mut at: usize, depth: u8) -> Option<(Value, usize)> {
        for _ in 0..size {
            at = self.value(at, depth + 1)?.1;
        }
        Some((Value::Other, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(t: &str) -> Vec<u8> {
        let mut out = vec![0x40 | u8::try_from(t.len()).unwrap()];
        out.extend(t.bytes());
        out
    }

    fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut out = vec![0xe0 | u8::try_from(entries.len()).unwrap()];
        for (key, value) in entries {
            out.extend(text(key));
            out.extend(value);
        }
        out
    }

    fn number(n: u16) -> Vec<u8> {
        [vec![0xa2], n.to_be_bytes().to_vec()].concat()
    }

    /// A database that knows one network: every bit of it a node, every other way leads nowhere.
    fn database(network: &[bool], bits: u16, version: u16) -> Vec<u8> {
        let nodes = network.len();
        let record = |value: usize| u32::try_from(value).unwrap().to_be_bytes();
        let mut out = Vec::new();
        for (at, right) in network.iter().enumerate() {
            let on = if at + 1 == nodes { nodes + 16 } else { at + 1 };
            let (a, b) = if *right { (nodes, on) } else { (on, nodes) };
            let (a, b) = (record(a), record(b));
            match bits {
                24 => out.extend([&a[1..], &b[1..]].concat()),
                28 => out.extend([&a[1..], &[a[0] << 4 | b[0] & 0xf], &b[1..]].concat()),
                _ => out.extend([a, b].concat()),
            }
        }
        out.extend([0; 16]);
        out.extend(map(&[("country", map(&[("geoname_id", number(7)), ("iso_code", text("SG"))]))]));
        out.extend(MARKER);
        let count = number(u16::try_from(nodes).unwrap());
        out.extend(map(&[("node_count", count), ("record_size", number(bits)), ("ip_version", number(version))]));
        out
    }

    fn prefix(address: u32, length: u32, before: usize) -> Vec<bool> {
        let mut all = vec![false; before];
        all.extend((0..length).map(|n| address >> (31 - n) & 1 == 1));
        all
    }

    #[test]
    fn an_address_is_found_in_every_layout_and_its_neighbour_is_not() {
        let network = u32::from_be_bytes([203, 0, 113, 0]);
        for bits in [24, 28, 32] {
            for (version, before) in [(4, 0), (6, 96)] {
                let db = GeoIp::read(database(&prefix(network, 24, before), bits, version)).unwrap();
                assert_eq!(db.country("203.0.113.77".parse().unwrap()).as_deref(), Some("SG"), "{bits} {version}");
                assert_eq!(db.country("::ffff:203.0.113.77".parse().unwrap()).as_deref(), Some("SG"));
                assert_eq!(db.country("203.0.112.77".parse().unwrap()), None);
                assert_eq!(db.country("2001:db8::1".parse().unwrap()), None);
            }
        }
    }

    #[test]
    fn what_is_no_database_is_refused_with_a_reason() {
        let why = |bytes: Vec<u8>| GeoIp::read(bytes).err().unwrap().to_string();
        assert!(why(Vec::new()).contains("no metadata"));
        let good = database(&prefix(0xcb00_7100, 24, 0), 24, 4);
        assert!(why([MARKER, &[0xe1]].concat()).contains("cannot be read"));
        let cut = good[good.len() - 80..].to_vec();
        assert!(why(cut).contains("cut off"));
        assert!(GeoIp::open(Path::new("/nowhere/at-all.mmdb")).is_err());
    }

    #[test]
    fn a_pointer_to_itself_ends() {
        let mut db = database(&prefix(0xcb00_7100, 24, 0), 24, 4);
        let data = 24 * 6 + 16;
        db[data..data + 2].copy_from_slice(&[0x20, 0]);
        assert_eq!(GeoIp::read(db).unwrap().country("203.0.113.1".parse().unwrap()), None);
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(at in 0usize..260, byte: u8, address: u32) {
            let mut db = database(&prefix(0xcb00_7100, 24, 0), 28, 4);
            let at = at % db.len();
            db[at] = byte;
            if let Ok(db) = GeoIp::read(db) {
                let _ = db.country(IpAddr::from(address.to_be_bytes()));
                let _ = db.country("203.0.113.1".parse().unwrap());
            }
        }
    }
}
