//! Skills: names such as `lang:id` or `doc:passport`, interned to one bit each.
//! Must not know what a skill means.

use crate::refusal::{Code, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One bit per skill.
pub const MAX_SKILLS: usize = 64;
/// Skill names are short labels.
pub const MAX_SKILL_BYTES: usize = 40;

/// A set of skills under one interner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Skills(pub u64);

impl Skills {
    /// No skill at all; everybody has it.
    pub const NONE: Self = Self(0);

    /// Whether every skill of `needed` is here.
    #[must_use]
    pub const fn covers(self, needed: Self) -> bool {
        self.0 & needed.0 == needed.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set without the other's skills.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// Gives each skill name a bit, in the order of first use.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Interner {
    bits: BTreeMap<String, u64>,
}

impl Interner {
    /// The bit of one name, new or known.
    pub fn intern(&mut self, name: &str) -> Result<Skills, Refusal> {
        let refuse = |code| Err(Refusal::new(code, "skill", "queue"));
        if let Some(bit) = self.bits.get(name) {
            return Ok(Skills(*bit));
        }
        if !is_skill_name(name) {
            return refuse(Code::OutOfRange);
        }
        if self.bits.len() >= MAX_SKILLS {
            return refuse(Code::LimitReached);
        }
        let bit = 1 << self.bits.len();
        self.bits.insert(name.to_owned(), bit);
        Ok(Skills(bit))
    }

    /// The set of several names.
    pub fn intern_all<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) -> Result<Skills, Refusal> {
        names.into_iter().try_fold(Skills::NONE, |set, name| Ok(set.with(self.intern(name)?)))
    }

    /// The names of a set, in alphabetical order.
    #[must_use]
    pub fn names(&self, set: Skills) -> Vec<&str> {
        self.bits.iter().filter(|(_, bit)| set.0 & **bit != 0).map(|(name, _)| name.as_str()).collect()
    }
}

/// Whether a text can name a skill: a kind, a colon, a value, printable ASCII without spaces.
#[must_use]
pub fn is_skill_name(name: &str) -> bool {
    let two_parts = name.split_once(':').is_some_and(|(kind, value)| !kind.is_empty() && !value.is_empty());
    two_parts && name.len() <= MAX_SKILL_BYTES && name.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_bit_and_the_limits_hold() {
        let mut interner = Interner::default();
        let (id, passport) = (interner.intern("lang:id").unwrap(), interner.intern("doc:passport").unwrap());
        assert_eq!(interner.intern_all(["doc:passport", "lang:id"]), Ok(id.with(passport)));
        assert_eq!(interner.names(id.with(passport)), ["doc:passport", "lang:id"]);
        assert!(id.with(passport).covers(id) && !id.covers(passport) && id.covers(Skills::NONE));
        for bad in ["", "lang", "lang:", ":id", "lang:i d", "lang:\u{e9}", &format!("lang:{}", "x".repeat(36))] {
            assert_eq!(interner.intern(bad).map_err(|why| why.code), Err(Code::OutOfRange), "{bad}");
        }
        for n in 2..MAX_SKILLS {
            interner.intern(&format!("n:{n}")).unwrap();
        }
        assert_eq!(interner.intern("n:64").map_err(|why| why.code), Err(Code::LimitReached));
        assert_eq!(interner.intern("lang:id"), Ok(id));
    }
}
