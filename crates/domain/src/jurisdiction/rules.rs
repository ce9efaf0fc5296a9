//! What an operator sets beside a profile: lines made stricter, declarations of what no case can prove; and what is
//! known of the people of a case. Must not know where it is kept.

use super::{Direction, Line, Profile};
use crate::ids::{AgentId, ReservationId, SessionId};
use crate::refusal::LineName;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most lines of one profile that are made stricter.
pub const MAX_RAISED: usize = super::MAX_LINES;
/// Most declarations for one profile.
pub const MAX_DECLARED: usize = super::MAX_LINES;
/// Of a reason or a statement.
const WORDS: std::ops::RangeInclusive<usize> = 3..=300;

/// A line made stricter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// The line's id.
    pub line: String,
    /// Made mandatory.
    pub mandatory: bool,
    /// Numbers by name.
    #[serde(default)]
    pub values: BTreeMap<String, u32>,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What the operator declares about a line that no case can prove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The line's id.
    pub line: String,
    /// In the operator's words, or where it is written.
    pub statement: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What an operator set beside one profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// In a case: version of the profile's file under which its newest session began; 0 before there were any.
    pub version: u32,
    /// Lines made stricter.
    pub raised: Vec<Raised>,
    /// Declarations.
    pub declared: Vec<Declared>,
}

/// What is wrong with an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesFault {
    /// The line it is about; none when there is no such line.
    pub line: Option<LineName>,
    /// Stable.
    pub code: &'static str,
    /// For the one who edits.
    pub detail: String,
}

impl Rules {
    /// Everything wrong with these rules for this profile; empty = fit to be kept. Upwards only.
    #[must_use]
    pub fn faults(&self, profile: &Profile) -> Vec<RulesFault> {
        let mut faults = Vec::new();
        if self.raised.len() > MAX_RAISED || self.declared.len() > MAX_DECLARED {
            faults.push(RulesFault { line: None, code: "too_many", detail: format!("At most {MAX_RAISED} lines.") });
        }
        for each in self.raised.iter().take(MAX_RAISED) {
            match profile.line(&each.line) {
                Some(line) => faults.extend(each.faults(line)),
                None => faults.push(unknown(&each.line, profile)),
            }
        }
        for each in self.declared.iter().take(MAX_DECLARED) {
            let Some(line) = profile.line(&each.line) else {
                faults.push(unknown(&each.line, profile));
                continue;
            };
            if !line.ask.declared() {
                let detail = format!("\"{}\" is proven by each case; there is nothing to declare.", line.title);
                faults.push(RulesFault { line: Some(line.into()), code: "not_declarable", detail });
            }
            faults.extend(words(&each.statement, line, "statement_missing"));
        }
        faults
    }
}

fn unknown(id: &str, profile: &Profile) -> RulesFault {
    RulesFault { line: None, code: "unknown_line", detail: format!("Profile {} has no line {id:?}.", profile.code) }
}

fn words(text: &str, line: &Line, code: &'static str) -> Option<RulesFault> {
    let fine = WORDS.contains(&text.trim().chars().count()) && !text.chars().any(char::is_control);
    let detail = format!("\"{}\": 3 to 300 characters of words.", line.title);
    (!fine).then(|| RulesFault { line: Some(line.into()), code, detail })
}

impl Raised {
    fn faults(&self, line: &Line) -> Vec<RulesFault> {
        let fault = |code, detail| RulesFault { line: Some(line.into()), code, detail };
        let mut faults: Vec<RulesFault> = words(&self.reason, line, "reason_missing").into_iter().collect();
        if line.mandatory && !self.mandatory {
            faults.push(fault("weaker", format!("\"{}\" is mandatory and stays so.", line.title)));
        }
        let known = line.ask.values();
        for (name, to) in &self.values {
            let Some(value) = known.iter().find(|v| v.name == name) else {
                faults.push(fault("unknown_value", format!("\"{}\" has no number {name:?}.", line.title)));
                continue;
            };
            if !value.allows(*to) {
                let (way, bound) = match value.stricter {
                    Direction::Up => ("less than", "more than"),
                    Direction::Down => ("more than", "less than"),
                };
                let detail = format!("\"{}\": {name} may not be {way} {} nor {bound} {}.", line.title, value.is, value.end);
                faults.push(fault("weaker", detail));
            }
        }
        let changes = self.mandatory != line.mandatory || known.iter().any(|v| self.values.get(v.name).is_some_and(|to| *to != v.is));
        let mut made = line.clone();
        made.raise(self);
        if faults.is_empty() {
            faults.extend(made.ask.faults().into_iter().map(|what| fault("inconsistent", format!("\"{}\": {what}.", line.title))));
        }
        if faults.is_empty() && !changes {
            faults.push(fault("nothing_raised", format!("\"{}\" would stay as it is.", line.title)));
        }
        faults
    }
}

/// A certificate of training for one profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trained {
    /// When the training was.
    pub at: Timestamp,
    /// The certificate's own end.
    pub until: Timestamp,
}

impl Trained {
    /// The end under a profile that lets a training count for so many days.
    #[must_use]
    pub fn end(self, days: u16) -> Timestamp {
        self.until.min(self.at + Span::minutes(i64::from(days) * 24 * 60))
    }

    /// Whether it holds at a moment.
    #[must_use]
    pub fn holds(self, days: u16, at: Timestamp) -> bool {
        self.at <= at && at < self.end(days)
    }
}

/// Who was drawn for a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Who.
    pub agent: AgentId,
    /// Which ring.
    pub reservation: ReservationId,
}

/// What is known of how the people of a case came to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conduct {
    /// Certificates of its agents, for the case's own profile.
    pub trained: BTreeMap<AgentId, Trained>,
    /// Who was drawn for the newest ring.
    pub drawn: Option<Drawn>,
    /// Sessions whose agent was drawn at random.
    pub at_random: Vec<SessionId>,
}
