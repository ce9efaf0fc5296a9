//! Jurisdiction profiles: what a regulator asks of a session, line by line, as versioned data.
//! Must not know who edits them or how they are shown.

mod assess;
mod code;
mod line;
mod rules;

pub use assess::{After, Exempt, Gap, LineStanding, Proof, Standing, assess, missing};
pub use code::ProfileCode;
pub use line::{Ask, Certainty, Citation, Direction, Line, MAX_LINES, Value};
pub use rules::{Conduct, Declared, Drawn, MAX_DECLARED, MAX_RAISED, Raised, Rules, RulesFault, Trained};

use crate::digest::Digest;
use crate::evidence::Slot;
use crate::procedure::Kind;
use crate::report::ClaimedData;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What a profile asks. The fields after `lines` follow from the lines and are not in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Code, such as `SG`.
    pub code: String,
    /// In words.
    pub name: String,
    /// Version of the file, 1, 2, 3, …
    pub version: u32,
    /// The day from which this version is meant, `YYYY-MM-DD`.
    pub effective: String,
    /// Where the rules stand.
    pub source: String,
    /// Steps that no line asks for may be waived with a reason.
    pub waivers: bool,
    /// What was captured counts when the customer continues another day.
    pub keep_for_later: bool,
    /// The customer looks at each photograph and agrees before it is sent. No regulator's rule but ours: where a break
    /// voids everything, a photograph must be right the first time.
    pub photo_review: bool,
    /// What it asks, line by line.
    pub lines: Vec<Line>,
    /// Of the file, so that a case can say under which text it was decided.
    pub sha256: Digest,
    /// An interruption voids the evidence and restarts the procedure.
    pub restart_on_interruption: bool,
    /// The agent is drawn at random, so that nobody can predict who answers.
    pub random_agent: bool,
    /// The one-time code ends the session: it counts only after every other mandatory step.
    pub code_last: bool,
    /// Which verdicts a second person reviews.
    pub review: ReviewRule,
    /// Liveness prompts that must pass.
    pub liveness_prompts: u8,
    /// How many more prompts may be tried in a session.
    pub liveness_repeats: u8,
    /// Days a certificate of training is good for; none: no certificate is asked for.
    pub training_days: Option<u16>,
    /// Years that evidence of a verified case is kept.
    pub retention_years: u8,
    /// Years that evidence of a rejected or escalated case is kept.
    pub rejected_years: u8,
    /// Days that evidence of a case that came to no verdict is kept.
    pub abandoned_days: u16,
}

/// Which verdicts a second person reviews.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewRule {
    /// None.
    Never,
    /// Before an account may be opened: verified ones.
    Verified,
    /// Every verified or rejected one.
    Always,
}

/// A profile as its file holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    code: String,
    name: String,
    version: u32,
    effective: String,
    source: String,
    waivers: bool,
    keep_for_later: bool,
    photo_review: bool,
    lines: Vec<Line>,
}

/// Something wrong in a profile's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileFault {
    /// The line's id, or empty when it is the profile itself.
    pub line: String,
    /// For the one who writes it.
    pub what: String,
}

const FILES: [&str; 13] = [
    include_str!("../profiles/CH.json"),
    include_str!("../profiles/DE.json"),
    include_str!("../profiles/EU.json"),
    include_str!("../profiles/EU-AMLA.json"),
    include_str!("../profiles/HK.json"),
    include_str!("../profiles/ID.json"),
    include_str!("../profiles/IN.json"),
    include_str!("../profiles/MY.json"),
    include_str!("../profiles/PH.json"),
    include_str!("../profiles/SG.json"),
    include_str!("../profiles/TH.json"),
    include_str!("../profiles/VN.json"),
    include_str!("../profiles/default.json"),
];

/// Every built-in profile, by code. A test holds that every file is fit, so none is left out.
pub static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| FILES.iter().filter_map(|text| Profile::parse(text).ok()).collect());

static FALLBACK: LazyLock<Profile> = LazyLock::new(Profile::empty);

/// The profile of a code.
#[must_use]
pub fn profile(code: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|p| p.code == code)
}

/// The profile of a code, or the general one.
#[must_use]
pub fn profile_or_default(code: &str) -> &'static Profile {
    profile(code).or_else(|| profile("default")).unwrap_or(&FALLBACK)
}

impl Profile {
    /// Reads a profile's file.
    ///
    /// # Errors
    /// Everything that is wrong with it, line by line.
    pub fn parse(text: &str) -> Result<Self, Vec<ProfileFault>> {
        let fault = |line: &str, what: String| ProfileFault { line: line.to_owned(), what };
        let file: File = serde_json::from_str(text).map_err(|e| vec![fault("", e.to_string())])?;
        let mut faults = Vec::new();
        if ProfileCode::parse(&file.code).is_none() {
            faults.push(fault("", "code: 2 to 8 letters, digits or hyphens".to_owned()));
        }
        if file.version == 0 {
            faults.push(fault("", "version: 1 or more".to_owned()));
        }
        if crate::mrz::Date::parse(&file.effective).is_none() {
            faults.push(fault("", "effective: a day such as 2026-11-23".to_owned()));
        }
        if !(1..=80).contains(&file.name.chars().count()) || !(1..=200).contains(&file.source.chars().count()) {
            faults.push(fault("", "name and source: 1 to 80 and 1 to 200 characters".to_owned()));
        }
        if file.lines.is_empty() || file.lines.len() > MAX_LINES {
            faults.push(fault("", format!("lines: 1 to {MAX_LINES}")));
        }
        let prefix = format!("{}.", file.code.to_ascii_lowercase());
        let mut seen = BTreeSet::new();
        for line in &file.lines {
            faults.extend(line.faults(&prefix).into_iter().map(|what| fault(&line.id, what)));
            if !seen.insert(&line.id) {
                faults.push(fault(&line.id, "id: occurs twice".to_owned()));
            }
        }
        for (name, is) in [("recording", Ask::Recording {}), ("consent", Ask::Consent {})] {
            if !file.lines.iter().any(|l| l.mandatory && l.ask == is) {
                faults.push(fault("", format!("lines: a mandatory line of kind {name} is missing")));
            }
        }
        if !file.lines.iter().any(|l| l.mandatory && matches!(l.ask, Ask::Retention { .. })) {
            faults.push(fault("", "lines: a mandatory line of kind retention is missing".to_owned()));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut made = Self {
            code: file.code,
            name: file.name,
            version: file.version,
            effective: file.effective,
            source: file.source,
            waivers: file.waivers,
            keep_for_later: file.keep_for_later,
            photo_review: file.photo_review,
            lines: file.lines,
            sha256: Digest::of(text.as_bytes()),
            ..Self::empty()
        };
        made.derive();
        Ok(made)
    }

    fn empty() -> Self {
        Self {
            code: "default".to_owned(),
            name: "General".to_owned(),
            version: 1,
            effective: String::new(),
            source: String::new(),
            waivers: true,
            keep_for_later: true,
            photo_review: false,
            lines: Vec::new(),
            sha256: Digest::of(b""),
            restart_on_interruption: false,
            random_agent: false,
            code_last: false,
            review: ReviewRule::Never,
            liveness_prompts: 2,
            liveness_repeats: 4,
            training_days: None,
            retention_years: 5,
            rejected_years: 5,
            abandoned_days: 90,
        }
    }

    /// What follows from the lines. Where two lines ask for the same, the stricter number holds.
    fn derive(&mut self) {
        let advised =
            self.lines.iter().find_map(|l| if let Ask::Liveness { prompts, repeats } = l.ask { Some((prompts, repeats)) } else { None });
        (self.liveness_prompts, self.liveness_repeats) = advised.unwrap_or((2, 4));
        self.restart_on_interruption = false;
        self.random_agent = false;
        self.code_last = false;
        self.review = ReviewRule::Never;
        self.training_days = None;
        for line in self.lines.iter().filter(|l| l.mandatory) {
            match &line.ask {
                Ask::Interruption {} => self.restart_on_interruption = true,
                Ask::Assignment {} => self.random_agent = true,
                Ask::FourEyes { of } => self.review = self.review.max(*of),
                Ask::OneTimeCode { last } => self.code_last |= *last,
                Ask::Training { days } => self.training_days = Some(self.training_days.map_or(*days, |d| d.min(*days))),
                Ask::Liveness { prompts, repeats } => {
                    self.liveness_prompts = self.liveness_prompts.max(*prompts);
                    self.liveness_repeats = self.liveness_repeats.min(*repeats);
                }
                Ask::Retention { verified_years, rejected_years, abandoned_days } => {
                    (self.retention_years, self.rejected_years, self.abandoned_days) = (*verified_years, *rejected_years, *abandoned_days);
                }
                Ask::Step { .. }
                | Ask::Photographs { .. }
                | Ask::SecurityFeatures { .. }
                | Ask::Questions { .. }
                | Ask::Location {}
                | Ask::CountryBlock { .. }
                | Ask::Recording {}
                | Ask::Consent {}
                | Ask::Mrz {}
                | Ask::Readings { .. }
                | Ask::DataRegion { .. }
                | Ask::Encryption { .. }
                | Ask::Operator {} => {}
            }
        }
        // What a break voids cannot be kept for another day either.
        self.keep_for_later &= !self.restart_on_interruption;
    }

    /// The steps that mandatory lines ask for, of a customer who claimed this.
    #[must_use]
    pub fn steps(&self, claimed: &ClaimedData) -> BTreeSet<Kind> {
        self.lines.iter().filter(|l| l.mandatory).flat_map(|l| l.ask.steps(claimed)).collect()
    }

    /// How many security features of how many categories must be seen; none: not asked for.
    #[must_use]
    pub fn features(&self) -> Option<(u8, u8)> {
        let asked = self.lines.iter().filter(|l| l.mandatory);
        asked.filter_map(|l| if let Ask::SecurityFeatures { count, categories } = l.ask { Some((count, categories)) } else { None }).max()
    }

    /// The line of an id.
    #[must_use]
    pub fn line(&self, id: &str) -> Option<&Line> {
        self.lines.iter().find(|l| l.id == id)
    }

    /// This profile as an operator made it stricter. What does not fit any more (a line that a later version no longer
    /// has, a value that the file has overtaken) changes nothing: the file is the least that holds.
    #[must_use]
    pub fn raised<'a>(&'a self, raised: &[Raised]) -> Cow<'a, Self> {
        if raised.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut made = self.clone();
        for each in raised {
            if let Some(line) = made.lines.iter_mut().find(|l| l.id == each.line) {
                line.raise(each);
            }
        }
        made.derive();
        Cow::Owned(made)
    }
}

/// The step that takes an image of this slot.
pub(crate) const fn step_of(slot: Slot) -> Option<Kind> {
    match slot {
        Slot::DocumentFront => Some(Kind::DocumentFront),
        Slot::DocumentBack => Some(Kind::DocumentBack),
        Slot::DocumentTilt => Some(Kind::DocumentTilt),
        Slot::Portrait => Some(Kind::PortraitMatch),
        Slot::Selfie | Slot::OtherPage => None,
    }
}

#[cfg(test)]
mod tests;
