//! One line of a profile: what it asks, where that stands written, and how sure that is.
//! Must not know a case.

use super::{ReviewRule, rules::Raised, step_of};
use crate::evidence::Slot;
use crate::procedure::Kind;
use crate::reading::Field;
use crate::report::ClaimedData;
use serde::{Deserialize, Serialize};

/// Most lines of a profile; the longest built-in one has two dozen.
pub const MAX_LINES: usize = 60;
/// Most security features that can be asked for: each is half a minute of the customer's patience.
const MAX_FEATURES: u32 = 6;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Stable: the profile's code in small letters, a dot, a name.
    pub id: String,
    /// In plain words.
    pub title: String,
    /// Without it nobody is verified; otherwise it is advice.
    pub mandatory: bool,
    /// What is asked.
    pub ask: Ask,
    /// Where it stands written.
    pub citation: Citation,
    /// How sure that is.
    pub certainty: Certainty,
    /// What must be known beside it.
    #[serde(default)]
    pub note: String,
}

/// Where a line stands written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The document.
    pub document: String,
    /// The paragraph; none: not verified, so none is named.
    pub paragraph: Option<String>,
}

/// How sure it is that the source says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Read in the source itself.
    Read,
    /// Read in somebody else's account of it, or in a copy.
    Secondary,
    /// General knowledge; no source was read for it.
    General,
    /// Not verified at all.
    NotVerified,
}

/// What a line asks: a closed list, so that nothing can be written that nobody checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// A step of the procedure is done.
    Step {
        /// Which.
        step: Kind,
    },
    /// Photographs are taken in the session.
    Photographs {
        /// Of what.
        slots: Vec<Slot>,
    },
    /// Security features of the document, drawn at random, are seen.
    SecurityFeatures {
        /// How many.
        count: u8,
        /// Of how many categories.
        categories: u8,
    },
    /// Questions in varying order and choice are answered as on file.
    Questions {
        /// At least so many.
        least: u8,
    },
    /// A code over another channel is typed.
    OneTimeCode {
        /// It ends the session: it counts only when typed after every other mandatory step.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        last: bool,
    },
    /// The device says where it is.
    Location {},
    /// The place must lie in one of these countries.
    CountryBlock {
        /// ISO 3166 alpha-2.
        countries: Vec<String>,
        /// The network address too, where its country is known.
        network: bool,
    },
    /// Random prompts pass; who cannot do one is always offered another.
    Liveness {
        /// How many.
        prompts: u8,
        /// How many more may be tried in a session.
        repeats: u8,
    },
    /// The session is recorded and sealed without loss.
    Recording {},
    /// Consent is given and kept as it was shown.
    Consent {},
    /// A break voids what was captured; the session starts afresh.
    Interruption {},
    /// The agent is drawn at random.
    Assignment {},
    /// The agent has a certificate of training.
    Training {
        /// Good for so many days.
        days: u16,
    },
    /// A second person checks.
    FourEyes {
        /// Which verdicts.
        of: ReviewRule,
    },
    /// How long evidence is kept, and erased after.
    Retention {
        /// Of a verified case.
        verified_years: u8,
        /// Of a rejected or escalated case.
        rejected_years: u8,
        /// Of a case that came to no verdict.
        abandoned_days: u16,
    },
    /// The machine-readable lines are read and every check digit fits.
    Mrz {},
    /// Fields are read off the document.
    Readings {
        /// Which.
        fields: Vec<Field>,
    },
    /// Where data is kept; the operator declares it.
    DataRegion {
        /// In words.
        region: String,
    },
    /// How media is protected on its way; the operator declares it.
    Encryption {
        /// In words.
        claim: String,
    },
    /// Anything else that no case can prove; the operator declares it.
    Operator {},
}

/// Which way a number is stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is stricter.
    Up,
    /// Less is stricter.
    Down,
}

/// A number of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub is: u32,
    /// Which way it is stricter.
    pub stricter: Direction,
    /// The strictest it can be.
    pub end: u32,
}

const fn up(name: &'static str, is: u32, end: u32) -> Value {
    Value { name, is, stricter: Direction::Up, end }
}

const fn down(name: &'static str, is: u32, end: u32) -> Value {
    Value { name, is, stricter: Direction::Down, end }
}

impl Value {
    /// Whether `to` is at least as strict and can be set.
    #[must_use]
    pub const fn allows(self, to: u32) -> bool {
        match self.stricter {
            Direction::Up => to >= self.is && to <= self.end,
            Direction::Down => to <= self.is && to >= self.end,
        }
    }
}

impl Ask {
    /// The kind's name in the file.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Step { .. } => "step",
            Self::Photographs { .. } => "photographs",
            Self::SecurityFeatures { .. } => "security_features",
            Self::Questions { .. } => "questions",
            Self::OneTimeCode { .. } => "one_time_code",
            Self::Location {} => "location",
            Self::CountryBlock { .. } => "country_block",
            Self::Liveness { .. } => "liveness",
            Self::Recording {} => "recording",
            Self::Consent {} => "consent",
            Self::Interruption {} => "interruption",
            Self::Assignment {} => "assignment",
            Self::Training { .. } => "training",
            Self::FourEyes { .. } => "four_eyes",
            Self::Retention { .. } => "retention",
            Self::Mrz {} => "mrz",
            Self::Readings { .. } => "readings",
            Self::DataRegion { .. } => "data_region",
            Self::Encryption { .. } => "encryption",
            Self::Operator {} => "operator",
        }
    }

    /// Only the operator can vouch for it.
    #[must_use]
    pub const fn declared(&self) -> bool {
        matches!(self, Self::DataRegion { .. } | Self::Encryption { .. } | Self::Operator {})
    }

    /// The steps it needs of a customer who claimed this.
    #[must_use]
    pub fn steps(&self, claimed: &ClaimedData) -> Vec<Kind> {
        match self {
            Self::Step { step } => vec![*step],
            Self::Photographs { slots } => slots.iter().filter(|s| applies(**s, claimed)).filter_map(|s| step_of(*s)).collect(),
            Self::SecurityFeatures { .. } => vec![Kind::SecurityFeatures],
            Self::Questions { .. } => vec![Kind::Questions],
            Self::OneTimeCode { .. } => vec![Kind::OneTimeCode],
            Self::Location {} | Self::CountryBlock { .. } => vec![Kind::Location],
            Self::Liveness { .. } => vec![Kind::Liveness],
            // What is read stands on the picture it is read from.
            Self::Mrz {} | Self::Readings { .. } => vec![Kind::DocumentFront],
            Self::Recording {}
            | Self::Consent {}
            | Self::Interruption {}
            | Self::Assignment {}
            | Self::Training { .. }
            | Self::FourEyes { .. }
            | Self::Retention { .. }
            | Self::DataRegion { .. }
            | Self::Encryption { .. }
            | Self::Operator {} => Vec::new(),
        }
    }

    /// Its numbers, each with the way in which it is stricter.
    #[must_use]
    pub fn values(&self) -> Vec<Value> {
        match self {
            Self::SecurityFeatures { count, categories } => {
                vec![up("count", u32::from(*count), MAX_FEATURES), up("categories", u32::from(*categories), 4)]
            }
            Self::Questions { least } => vec![up("least", u32::from(*least), 3)],
            Self::OneTimeCode { last } => vec![up("last", u32::from(*last), 1)],
            Self::CountryBlock { network, .. } => vec![up("network", u32::from(*network), 1)],
            Self::Liveness { prompts, repeats } => vec![up("prompts", u32::from(*prompts), 8), down("repeats", u32::from(*repeats), 0)],
            Self::Training { days } => vec![down("days", u32::from(*days), 1)],
            Self::FourEyes { of } => vec![up("always", u32::from(*of == ReviewRule::Always), 1)],
            Self::Retention { verified_years, rejected_years, abandoned_days } => vec![
                up("verified_years", u32::from(*verified_years), 50),
                up("rejected_years", u32::from(*rejected_years), 50),
                // A case that came to nothing is nobody's business for long.
                down("abandoned_days", u32::from(*abandoned_days), 1),
            ],
            Self::Step { .. }
            | Self::Photographs { .. }
            | Self::Location {}
            | Self::Recording {}
            | Self::Consent {}
            | Self::Interruption {}
            | Self::Assignment {}
            | Self::Mrz {}
            | Self::Readings { .. }
            | Self::DataRegion { .. }
            | Self::Encryption { .. }
            | Self::Operator {} => Vec::new(),
        }
    }

    /// Sets a number; what is no number of this kind changes nothing.
    fn set(&mut self, name: &str, to: u32) {
        let byte = u8::try_from(to).unwrap_or(u8::MAX);
        let short = u16::try_from(to).unwrap_or(u16::MAX);
        match (self, name) {
            (Self::SecurityFeatures { count, .. }, "count") => *count = byte,
            (Self::SecurityFeatures { categories, .. }, "categories") => *categories = byte,
            (Self::Questions { least }, "least") => *least = byte,
            (Self::OneTimeCode { last }, "last") => *last = to > 0,
            (Self::CountryBlock { network, .. }, "network") => *network = to > 0,
            (Self::Liveness { prompts, .. }, "prompts") => *prompts = byte,
            (Self::Liveness { repeats, .. }, "repeats") => *repeats = byte,
            (Self::Training { days }, "days") => *days = short,
            (Self::FourEyes { of }, "always") if to > 0 => *of = ReviewRule::Always,
            (Self::Retention { verified_years, .. }, "verified_years") => *verified_years = byte,
            (Self::Retention { rejected_years, .. }, "rejected_years") => *rejected_years = byte,
            (Self::Retention { abandoned_days, .. }, "abandoned_days") => *abandoned_days = short,
            _ => {}
        }
    }
}

/// A passport has one page to show and no back.
pub(super) fn applies(slot: Slot, claimed: &ClaimedData) -> bool {
    slot != Slot::DocumentBack || claimed.document_type.as_deref() != Some("passport")
}

impl Line {
    /// "FINMA Circular 2016/7, paragraph not verified".
    #[must_use]
    pub fn cited(&self) -> String {
        self.citation.cited()
    }

    pub(super) fn raise(&mut self, raised: &Raised) {
        self.mandatory |= raised.mandatory;
        for value in self.ask.values() {
            if let Some(to) = raised.values.get(value.name).filter(|to| value.allows(**to)) {
                self.ask.set(value.name, *to);
            }
        }
    }

    /// What is wrong with it.
    pub(super) fn faults(&self, prefix: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let name = self.id.strip_prefix(prefix).unwrap_or_default();
        if name.is_empty() || self.id.len() > 60 || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            faults.push(format!("id: {prefix} and a name of small letters, digits and underscores, at most 60"));
        }
        let text =
            |text: &str, least: usize, most: usize| (least..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if !text(&self.title, 5, 160) {
            faults.push("title: 5 to 160 characters".to_owned());
        }
        if !text(&self.note, 0, 500) {
            faults.push("note: at most 500 characters".to_owned());
        }
        if !text(&self.citation.document, 3, 160) || self.citation.paragraph.as_deref().is_some_and(|p| !text(p, 1, 60)) {
            faults.push("citation: a document of 3 to 160 characters, a paragraph of 1 to 60 or null".to_owned());
        }
        if self.citation.paragraph.is_some() && self.certainty == Certainty::NotVerified && self.note.is_empty() {
            faults.push("note: a paragraph that was not verified needs one".to_owned());
        }
        faults.extend(self.ask.faults());
        faults
    }
}

impl Citation {
    /// In words.
    #[must_use]
    pub fn cited(&self) -> String {
        match &self.paragraph {
            Some(paragraph) => format!("{}, {paragraph}", self.document),
            None => format!("{}, paragraph not verified", self.document),
        }
    }
}

impl Ask {
    /// What is wrong with it.
    pub(super) fn faults(&self) -> Vec<String> {
        let outside = |v: &Value| match v.stricter {
            Direction::Up => v.is > v.end,
            Direction::Down => v.is < v.end,
        };
        let mut faults: Vec<String> =
            self.values().iter().filter(|v| outside(v)).map(|v| format!("{}: {} is beyond {}", v.name, v.is, v.end)).collect();
        let wrong = match self {
            Self::Step { step } => matches!(step, Kind::Decision).then_some("step: the decision is none"),
            Self::Photographs { slots } => {
                (slots.is_empty() || slots.iter().any(|s| step_of(*s).is_none())).then_some("slots: at least one that a step takes")
            }
            Self::SecurityFeatures { count, categories } => (*count == 0 || *categories == 0 || categories > count)
                .then_some("count and categories: 1 or more, categories at most count"),
            Self::Questions { least } => (*least == 0).then_some("least: 1 or more"),
            Self::CountryBlock { countries, .. } => (countries.is_empty()
                || countries.iter().any(|c| crate::geo::Country::of(c).is_none()))
            .then_some("countries: codes of countries that have an outline"),
            Self::Liveness { prompts, .. } => (*prompts == 0).then_some("prompts: 1 or more"),
            Self::Training { days } => (*days == 0).then_some("days: 1 or more"),
            Self::FourEyes { of } => (*of == ReviewRule::Never).then_some("of: verified or always"),
            Self::Retention { verified_years, rejected_years, abandoned_days } => {
                (*verified_years == 0 || *rejected_years == 0 || *abandoned_days == 0).then_some("retention: 1 or more of each")
            }
            Self::Readings { fields } => fields.is_empty().then_some("fields: at least one"),
            Self::DataRegion { region: words } | Self::Encryption { claim: words } => {
                (!(2..=80).contains(&words.len())).then_some("2 to 80 characters of words")
            }
            Self::OneTimeCode { .. }
            | Self::Location {}
            | Self::Recording {}
            | Self::Consent {}
            | Self::Interruption {}
            | Self::Assignment {}
            | Self::Mrz {}
            | Self::Operator {} => None,
        };
        faults.extend(wrong.map(str::to_owned));
        faults
    }
}
