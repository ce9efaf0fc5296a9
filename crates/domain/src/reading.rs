//! What the agent reads off a document, field by field, and how it compares with what was claimed.
//! Must not know a screen.

use crate::mrz::{self, Date, Mrz};
use crate::names::{self, Comparison, Verdict};
use crate::pii::Pii;
use crate::report::{ClaimedData, Customer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Full name.
    Name,
    /// Date of birth.
    BirthDate,
    /// Document number.
    DocumentNumber,
    /// Date of expiry.
    Expiry,
    /// Address.
    Address,
    /// Nationality.
    Nationality,
    /// The machine-readable lines.
    Mrz,
}

/// Every field, in the order in which documents print them.
pub const FIELDS: [Field; 7] =
    [Field::Name, Field::BirthDate, Field::DocumentNumber, Field::Expiry, Field::Address, Field::Nationality, Field::Mrz];

/// What is kept of a reading in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As claimed.
    Same,
    /// The same letters with other marks or spaces.
    SameButMarks,
    /// The same words in another order.
    SameButOrder,
    /// Only particles or titles differ.
    Particle,
    /// Not as claimed.
    Different,
    /// Nothing was claimed.
    Unclaimed,
    /// Every check digit agrees.
    ChecksPassed,
    /// A check digit does not agree.
    ChecksFailed,
    /// Not lines of a document.
    Unreadable,
    /// Taken back.
    Cleared,
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Same => Self::Same,
            Verdict::SameButMarks => Self::SameButMarks,
            Verdict::SameButOrder => Self::SameButOrder,
            Verdict::Particle => Self::Particle,
            Verdict::Different => Self::Different,
        }
    }
}

/// What was read, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Readings(BTreeMap<Field, Pii<String>>);

impl Readings {
    /// What was read of a field.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(|text| text.reveal().as_str())
    }

    /// Keeps a reading; an empty one takes the field back. False when nothing changed.
    pub fn set(&mut self, field: Field, text: Pii<String>) -> bool {
        if text.reveal().is_empty() {
            return self.0.remove(&field).is_some();
        }
        self.0.insert(field, text.clone()) != Some(text)
    }
}

impl Field {
    /// Longest text, characters.
    #[must_use]
    pub const fn limit(self) -> usize {
        match self {
            Self::Name => names::MAX_NAME,
            Self::BirthDate | Self::Expiry => 10,
            Self::DocumentNumber => 40,
            Self::Address => 300,
            Self::Nationality => 60,
            Self::Mrz => mrz::MAX_TYPED,
        }
    }

    /// Whether a text can be kept for this field; an empty one takes it back.
    #[must_use]
    pub fn takes(self, text: &str) -> bool {
        let dated = match self {
            Self::BirthDate | Self::Expiry => Date::parse(text).is_some(),
            Self::Name | Self::DocumentNumber | Self::Address | Self::Nationality | Self::Mrz => true,
        };
        text.is_empty() || (dated && text.chars().count() <= self.limit())
    }

    /// What was claimed for it.
    #[must_use]
    pub fn claimed<'a>(self, claimed: &'a ClaimedData, customer: &'a Customer) -> Option<&'a str> {
        let found = match self {
            Self::Name => Some(claimed.name.as_ref().unwrap_or(&customer.name)),
            Self::BirthDate => claimed.birth_date.as_ref(),
            Self::DocumentNumber => claimed.document_number.as_ref(),
            Self::Expiry => claimed.document_expiry.as_ref(),
            Self::Address => claimed.address.as_ref(),
            Self::Nationality | Self::Mrz => None,
        };
        found.map(|text| text.reveal().as_str()).filter(|text| !text.is_empty())
    }

    /// The two beside each other.
    #[must_use]
    pub fn compare(self, claimed: &str, read: &str) -> Comparison {
        match self {
            Self::Name => names::compare(claimed, read),
            Self::BirthDate | Self::DocumentNumber | Self::Expiry | Self::Address | Self::Nationality | Self::Mrz => {
                names::compare_plain(claimed, read)
            }
        }
    }

    /// How a reading compares.
    #[must_use]
    pub fn outcome(self, read: &str, claimed: Option<&str>, today: Date) -> Outcome {
        if read.is_empty() {
            return Outcome::Cleared;
        }
        if self == Self::Mrz {
            return match Mrz::read(read, today) {
                Ok(mrz) if mrz.passed() => Outcome::ChecksPassed,
                Ok(_) => Outcome::ChecksFailed,
                Err(_) => Outcome::Unreadable,
            };
        }
        claimed.map_or(Outcome::Unclaimed, |claimed| self.compare(claimed, read).verdict.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date { year: 2026, month: 11, day: 23 };

    #[test]
    fn a_field_takes_what_belongs_there_and_nothing_longer() {
        assert!(Field::BirthDate.takes("1982-09-08") && Field::BirthDate.takes(""));
        assert!(!Field::BirthDate.takes("8.9.1982") && !Field::Expiry.takes("2023-02-29"));
        assert!(Field::Name.takes(&"x".repeat(200)) && !Field::Name.takes(&"x".repeat(201)));
        assert!(!Field::Mrz.takes(&"<".repeat(241)));
    }

    #[test]
    fn an_outcome_says_how_it_compares_and_no_more() {
        let of = |field: Field, read: &str, claimed| field.outcome(read, claimed, TODAY);
        assert_eq!(of(Field::Name, "NGUYEN VAN DUC", Some("Nguyễn Văn Đức")), Outcome::SameButMarks);
        assert_eq!(of(Field::DocumentNumber, "D1234567", Some("D1234568")), Outcome::Different);
        assert_eq!(of(Field::Nationality, "UTO", None), Outcome::Unclaimed);
        assert_eq!(of(Field::Name, "", Some("A")), Outcome::Cleared);
        let good = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
        assert_eq!(of(Field::Mrz, good, None), Outcome::ChecksPassed);
        assert_eq!(of(Field::Mrz, &good.replace("740812", "740813"), None), Outcome::ChecksFailed);
        assert_eq!(of(Field::Mrz, "P<UTO", None), Outcome::Unreadable);
    }

    #[test]
    fn a_reading_is_kept_replaced_and_taken_back() {
        let mut all = Readings::default();
        let text = |t: &str| Pii::new(t.to_owned());
        assert!(all.set(Field::Name, text("A")) && !all.set(Field::Name, text("A")) && all.set(Field::Name, text("B")));
        assert_eq!(all.get(Field::Name), Some("B"));
        assert!(all.set(Field::Name, text("")) && !all.set(Field::Name, text("")));
    }
}
