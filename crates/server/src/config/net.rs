//! A block of addresses, as operators write it: `10.0.0.0/8` or one address.
//! Must not know what it is used for.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A block of IPv4 or IPv6 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Net {
    base: IpAddr,
    length: u8,
}

impl Net {
    /// Whether an address lies in the block; an IPv4 address in IPv6 clothes counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (whole, base, asked) = match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(asked)) => (32, u128::from(base.to_bits()), u128::from(asked.to_bits())),
            (IpAddr::V6(base), IpAddr::V6(asked)) => (128, base.to_bits(), asked.to_bits()),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        (base ^ asked).checked_shr(whole - u32::from(self.length)).unwrap_or(0) == 0
    }
}

impl FromStr for Net {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("{text:?} is no address block such as 10.0.0.0/8 or 192.0.2.1");
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let base: IpAddr = address.parse().map_err(|_| bad())?;
        let whole = if base.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(whole), |l| l.parse().map_err(|_| bad()))?;
        if length > whole { Err(bad()) } else { Ok(Self { base, length }) }
    }
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.length)
    }
}

impl Serialize for Net {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Net {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}

/// Who is calling: the peer itself, or, when that is a trusted proxy, the last address in
/// `X-Forwarded-For` that no trusted proxy has. What stands further left anyone may invent.
#[must_use]
pub fn caller(peer: IpAddr, forwarded_for: &[&str], trusted: &[Net]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut caller = peer.to_canonical();
    let hops = forwarded_for.iter().rev().flat_map(|header| header.rsplit(','));
    for hop in hops.take(MAX_HOPS) {
        if !is_trusted(caller) {
            break;
        }
        // A hop that is no address ends the chain at the proxy that passed it on.
        let Ok(before) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        caller = before.to_canonical();
    }
    caller
}

/// More proxies than anyone chains.
const MAX_HOPS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_is_whom_the_trusted_proxies_saw_and_nobody_invents_one() {
        let trusted: Vec<Net> = vec!["10.0.0.0/8".parse().unwrap()];
        let from = |peer: &str, headers: &[&str]| caller(peer.parse().unwrap(), headers, &trusted).to_string();
        assert_eq!(from("203.0.113.9", &["198.51.100.1"]), "203.0.113.9", "not a proxy of ours");
        assert_eq!(from("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("::ffff:10.0.0.1", &["198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["127.0.0.1, 198.51.100.1"]), "198.51.100.1", "invented left part");
        assert_eq!(from("10.0.0.1", &["127.0.0.1", "198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn a_block_holds_its_addresses_and_no_others() {
        let holds = |net: &str, address: &str| net.parse::<Net>().unwrap().contains(address.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.2.3") && !holds("10.0.0.0/8", "::1"));
        assert!(holds("192.0.2.1", "192.0.2.1") && !holds("192.0.2.1", "192.0.2.2"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("fd00::/8", "fdff::1") && holds("::/0", "fe80::1"));
        for bad in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "bank.example"] {
            assert!(bad.parse::<Net>().is_err(), "{bad}");
        }
    }
}
