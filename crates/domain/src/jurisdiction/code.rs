//! The code of a profile, small enough to be copied. Must not know which codes there are.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// `SG`, `EU-AMLA`, `default`, …
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileCode([u8; 8]);

impl ProfileCode {
    /// 2 to 8 letters, digits or hyphens.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (2..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let mut bytes = [0; 8];
        bytes.get_mut(..text.len()).filter(|_| fits)?.copy_from_slice(text.as_bytes());
        Some(Self(bytes))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|b| *b == 0).unwrap_or(self.0.len());
        self.0.get(..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl fmt::Display for ProfileCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ProfileCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ProfileCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ProfileCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a profile's code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_as_it_was_and_nothing_else_is_one() {
        for fine in ["SG", "EU-AMLA", "default", "ABCDEFGH"] {
            let code = ProfileCode::parse(fine).unwrap();
            assert_eq!(code.as_str(), fine);
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(serde_json::from_str::<ProfileCode>(&json).unwrap(), code);
        }
        for bad in ["", "S", "ABCDEFGHI", "S G", "Ü1", "a/b"] {
            assert_eq!(ProfileCode::parse(bad), None, "{bad}");
        }
    }
}
