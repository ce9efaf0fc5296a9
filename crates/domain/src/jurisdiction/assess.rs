//! Every line of a profile against a case: met and by what, missing and why, declared, still to follow, or not applicable.
//! Must not change a case.

use super::line::applies;
use super::{Ask, Certainty, Citation, Line, Profile, ReviewRule, step_of};
use crate::case::{Case, Phase, today};
use crate::decision::{Decision, Verdict};
use crate::digest::Digest;
use crate::evidence::Slot;
use crate::ground::Ground;
use crate::ids::{AgentId, EvidenceId, SessionId};
use crate::location::Network;
use crate::mrz::Mrz;
use crate::procedure::{Answer, Kind, StepState};
use crate::reading::Field;
use crate::refusal::LineName;
use crate::session::State;
use crate::time::Timestamp;
use crate::{code, retention, review};
use serde::{Deserialize, Serialize};

/// How a case stands to one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineStanding {
    /// The line's id.
    pub id: String,
    /// In plain words.
    pub title: String,
    /// What it asks.
    pub ask: Ask,
    /// Without it nobody is verified.
    pub mandatory: bool,
    /// Where it stands written.
    pub citation: Citation,
    /// How sure that is.
    pub certainty: Certainty,
    /// What must be known beside it.
    pub note: String,
    /// The standing.
    pub standing: Standing,
}

/// How a case stands to a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// The case itself proves it.
    Met {
        /// By this.
        by: Vec<Proof>,
    },
    /// Nothing proves it yet.
    Missing {
        /// Why.
        why: Gap,
    },
    /// No case can prove it; the operator declared it.
    Declared {
        /// In the operator's words.
        statement: String,
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// It falls due after the verdict, and the program sees to it.
    Follows {
        /// What.
        what: After,
    },
    /// It does not concern this case.
    NotApplicable {
        /// Why.
        why: Exempt,
    },
}

/// What proves a line: ids, hashes, codes and times that stand in the log too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the fields are the document; each is an id, a hash, a code or a time")]
pub enum Proof {
    /// A step was done, in this session.
    Step { key: String, session: Option<SessionId> },
    /// An image that counts.
    Image { evidence: EvidenceId, sha256: Digest },
    /// A prompt was passed.
    Prompt { id: u32 },
    /// Questions were answered as on file.
    Answers { matched: u8 },
    /// Features were seen.
    Features { seen: u8, categories: u8 },
    /// A consent was given.
    Consent { text_sha256: Digest, version: u32, at: Timestamp },
    /// A session was recorded.
    Recorded { session: SessionId, segments: u64 },
    /// A session ran without a break that counts.
    Unbroken { session: SessionId },
    /// The agent of this session was drawn at random.
    AtRandom { session: SessionId, agent: AgentId },
    /// This agent's certificate holds.
    Certificate { agent: AgentId, until: Timestamp },
    /// The place lies in this country, as the log holds it by its commitment.
    Place { country: String, commitment: Digest },
    /// Check digits of the machine-readable lines fit.
    CheckDigits {},
    /// A field was read.
    Read { field: Field },
    /// A second person checked.
    Checker { agent: AgentId },
    /// Kept until then.
    KeptUntil { at: Timestamp },
}

/// Why a line is missing; the words are the surface's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// A step is open.
    StepOpen,
    /// The code was typed right, but not last.
    CodeNotLast,
    /// Nothing was recorded, or something of it was lost.
    NotRecorded,
    /// No consent is on file.
    NoConsent,
    /// The session is broken off now, or was when it ended.
    Interrupted,
    /// The agent was not drawn at random.
    NotDrawn,
    /// The agent has no certificate.
    NotTrained,
    /// The agent's certificate ran out.
    TrainingExpired,
    /// No place, or none that lies in a known country.
    PlaceUnknown,
    /// The place is outside.
    PlaceOutside,
    /// The network address is outside.
    NetworkOutside,
    /// The machine-readable lines were not read.
    NotRead,
    /// A check digit does not fit.
    CheckDigits,
    /// The operator declared nothing.
    NotDeclared,
    /// No second person checked.
    NotChecked,
}

/// What falls due after the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// A second person checks.
    SecondPerson,
    /// Kept, then erased.
    Retention,
}

/// Why a line does not concern a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exempt {
    /// The verdict is none that is checked.
    OtherVerdict,
    /// The document has no such side.
    NoSuchSide,
}

/// Every line of the case's profile, as the operator made it stricter, against the case. After a verdict the moment of the
/// verdict counts, before it `now`.
#[must_use]
pub fn assess(case: &Case, now: Timestamp) -> Vec<LineStanding> {
    let profile = case.profile();
    let at = case.decision().map_or(now, |d| d.at);
    let look = Look { case, profile: &profile, ground: case.ground(), at };
    let standing = |line: &Line| LineStanding {
        id: line.id.clone(),
        title: line.title.clone(),
        ask: line.ask.clone(),
        mandatory: line.mandatory,
        citation: line.citation.clone(),
        certainty: line.certainty,
        note: line.note.clone(),
        standing: look.standing(line),
    };
    profile.lines.iter().map(standing).collect()
}

/// The mandatory lines that keep this case from being verified.
#[must_use]
pub fn missing(case: &Case, now: Timestamp) -> Vec<LineStanding> {
    let all = assess(case, now).into_iter();
    all.filter(|l| l.mandatory && matches!(l.standing, Standing::Missing { .. })).collect()
}

impl From<&LineStanding> for LineName {
    fn from(line: &LineStanding) -> Self {
        Self { id: line.id.clone(), title: line.title.clone() }
    }
}

impl From<&Line> for LineName {
    fn from(line: &Line) -> Self {
        Self { id: line.id.clone(), title: line.title.clone() }
    }
}

struct Look<'a> {
    case: &'a Case,
    profile: &'a Profile,
    ground: Ground,
    at: Timestamp,
}

type Found = Result<Vec<Proof>, Gap>;

impl Look<'_> {
    fn standing(&self, line: &Line) -> Standing {
        let found = match &line.ask {
            Ask::Step { step } => self.step(*step),
            Ask::Photographs { slots } => {
                let mut wanted = slots.iter().copied().filter(|s| applies(*s, &self.case.claimed)).peekable();
                if wanted.peek().is_none() {
                    return Standing::NotApplicable { why: Exempt::NoSuchSide };
                }
                wanted.try_fold(Vec::new(), |all, slot| Ok([all, self.photograph(slot)?].concat()))
            }
            Ask::SecurityFeatures { count, categories } => self.features(*count, *categories),
            Ask::Questions { least } => self.questions(*least),
            Ask::OneTimeCode { .. } => self.code(),
            Ask::Location {} => self.step(Kind::Location),
            Ask::CountryBlock { countries, network } => self.country(countries, *network),
            Ask::Liveness { prompts, .. } => self.liveness(*prompts),
            Ask::Recording {} => self.recording(),
            Ask::Consent {} => self.consent(),
            Ask::Interruption {} => self.unbroken(),
            Ask::Assignment {} => self.at_random(),
            Ask::Training { days } => self.trained(*days),
            Ask::FourEyes { of } => return self.four_eyes(*of),
            Ask::Retention { .. } => return self.retention(),
            Ask::Mrz {} => self.mrz(),
            Ask::Readings { fields } => self.readings(fields),
            Ask::DataRegion { .. } | Ask::Encryption { .. } | Ask::Operator {} => return self.declared(line),
        };
        match found {
            Ok(by) => Standing::Met { by },
            Err(why) => Standing::Missing { why },
        }
    }

    /// Done, not waived: what a line asks for nobody can waive.
    fn step(&self, kind: Kind) -> Found {
        let step = self.case.procedure.as_ref().and_then(|p| p.steps.iter().find(|s| s.kind == kind));
        let step = step.filter(|s| s.state == StepState::Done && s.closed(&self.ground)).ok_or(Gap::StepOpen)?;
        let mut by = vec![Proof::Step { key: kind.key().to_owned(), session: step.session }];
        let image = |id: &EvidenceId| self.case.evidence.iter().find(|e| e.id == *id);
        let images = step.evidence.iter().filter(|id| self.ground.shows(**id)).filter_map(image);
        by.extend(images.map(|e| Proof::Image { evidence: e.id, sha256: e.sha256 }));
        Ok(by)
    }

    /// The step alone says it: a code that has to come last and did not has its step opened again.
    fn code(&self) -> Found {
        let overtaken = self.case.identity.code.as_ref().is_some_and(|c| c.state == code::State::Overtaken);
        self.step(Kind::OneTimeCode).map_err(|gap| if overtaken { Gap::CodeNotLast } else { gap })
    }

    fn photograph(&self, slot: Slot) -> Found {
        self.step(step_of(slot).ok_or(Gap::StepOpen)?)
    }

    fn features(&self, count: u8, categories: u8) -> Found {
        let mut by = self.step(Kind::SecurityFeatures)?;
        let step = self.case.procedure.as_ref().and_then(|p| p.steps.iter().find(|s| s.kind == Kind::SecurityFeatures));
        let marks = step.map(|s| s.features.as_slice()).unwrap_or_default();
        if !crate::features::enough(marks, count, categories) {
            return Err(Gap::StepOpen);
        }
        let seen: Vec<_> = marks.iter().filter(|m| m.seen == Some(true)).map(|m| m.feature.category()).collect();
        let kinds: std::collections::BTreeSet<_> = seen.iter().collect();
        let small = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        by.push(Proof::Features { seen: small(seen.len()), categories: small(kinds.len()) });
        Ok(by)
    }

    fn questions(&self, least: u8) -> Found {
        let mut by = self.step(Kind::Questions)?;
        let steps = self.case.procedure.iter().flat_map(|p| &p.steps);
        let matched = steps.flat_map(|s| &s.questions).filter(|q| q.answer == Answer::Match).count();
        let matched = u8::try_from(matched).unwrap_or(u8::MAX);
        if matched < least {
            return Err(Gap::StepOpen);
        }
        by.push(Proof::Answers { matched });
        Ok(by)
    }

    fn liveness(&self, prompts: u8) -> Found {
        let mut by = self.step(Kind::Liveness)?;
        let steps = self.case.procedure.iter().flat_map(|p| &p.steps);
        let passed: Vec<Proof> = steps
            .flat_map(|s| &s.challenges)
            .filter(|c| c.outcome == crate::liveness::Outcome::Passed && self.ground.holds(c.session))
            .map(|c| Proof::Prompt { id: c.id })
            .collect();
        if passed.len() < usize::from(prompts) {
            return Err(Gap::StepOpen);
        }
        by.extend(passed);
        Ok(by)
    }

    fn country(&self, countries: &[String], network: bool) -> Found {
        let found = self.case.identity.location.found.as_ref().ok_or(Gap::PlaceUnknown)?;
        let country = found.country.as_ref().ok_or(Gap::PlaceUnknown)?;
        if !countries.contains(country) {
            return Err(Gap::PlaceOutside);
        }
        let elsewhere = matches!(&found.network, Network::Country { code } if !countries.contains(code));
        if network && elsewhere {
            return Err(Gap::NetworkOutside);
        }
        let mut by = self.step(Kind::Location)?;
        by.push(Proof::Place { country: country.clone(), commitment: found.commitment });
        Ok(by)
    }

    fn recording(&self) -> Found {
        let session = self.case.newest_session().filter(|_| self.ground.recorded()).ok_or(Gap::NotRecorded)?;
        Ok(vec![Proof::Recorded { session: session.id, segments: session.recording.segments() }])
    }

    fn consent(&self) -> Found {
        let given = self.case.consents.last().ok_or(Gap::NoConsent)?;
        Ok(vec![Proof::Consent { text_sha256: given.text_sha256, version: given.version, at: given.at }])
    }

    /// What came before a break is void by then; so what is left to see is whether it is broken off now.
    fn unbroken(&self) -> Found {
        let session = self.case.newest_session().ok_or(Gap::Interrupted)?;
        match session.state {
            State::Live => Ok(vec![Proof::Unbroken { session: session.id }]),
            State::Joining { .. } | State::Interrupted { .. } => Err(Gap::Interrupted),
        }
    }

    fn at_random(&self) -> Found {
        let session = self.case.newest_session().ok_or(Gap::NotDrawn)?;
        // Whom a supervisor replaced was drawn; the supervisor was not.
        let drawn = self.case.conduct.at_random.contains(&session.id) && session.former.is_empty();
        drawn.then(|| vec![Proof::AtRandom { session: session.id, agent: session.agent }]).ok_or(Gap::NotDrawn)
    }

    fn trained(&self, days: u16) -> Found {
        let agent = self.case.newest_session().map(|s| s.agent).ok_or(Gap::NotTrained)?;
        let trained = self.case.conduct.trained.get(&agent).ok_or(Gap::NotTrained)?;
        let holds = trained.holds(days, self.at);
        holds.then(|| vec![Proof::Certificate { agent, until: trained.end(days) }]).ok_or(Gap::TrainingExpired)
    }

    fn four_eyes(&self, of: ReviewRule) -> Standing {
        let covered = |verdict| match of {
            ReviewRule::Never => false,
            ReviewRule::Verified => verdict == Verdict::Verified,
            ReviewRule::Always => matches!(verdict, Verdict::Verified | Verdict::Rejected),
        };
        match &self.case.phase {
            Phase::Closed { decision: Some(decision), .. } if covered(decision.verdict) => match self.checker(decision) {
                Some(agent) => Standing::Met { by: vec![Proof::Checker { agent }] },
                None => Standing::Missing { why: Gap::NotChecked },
            },
            Phase::Closed { .. } => Standing::NotApplicable { why: Exempt::OtherVerdict },
            Phase::Reported
            | Phase::Invited
            | Phase::Claimed
            | Phase::Waiting { .. }
            | Phase::Callback { .. }
            | Phase::Live { .. }
            | Phase::Deciding { .. }
            | Phase::UnderReview { .. } => Standing::Follows { what: After::SecondPerson },
        }
    }

    /// The second person: who agreed with the maker, or who overruled them.
    fn checker(&self, decision: &Decision) -> Option<AgentId> {
        let agreed = decision.reviewed_by.filter(|agent| *agent != decision.by);
        let given = self.case.review.as_ref().filter(|r| r.kind == review::Kind::Required);
        let overruled =
            given.and_then(|r| if let review::State::Given { checker, .. } = r.state { Some((checker, r.maker)) } else { None });
        agreed.or(overruled.filter(|(checker, maker)| checker != maker).map(|(checker, _)| checker))
    }

    fn retention(&self) -> Standing {
        let Phase::Closed { outcome, at, .. } = &self.case.phase else { return Standing::Follows { what: After::Retention } };
        // The very time at which it is erased: two answers to "until when" would be one too many.
        Standing::Met { by: vec![Proof::KeptUntil { at: retention::due(self.profile, Some(*outcome), *at) }] }
    }

    fn mrz(&self) -> Found {
        let typed = self.case.identity.readings.get(Field::Mrz).ok_or(Gap::NotRead)?;
        let fits = Mrz::read(typed, today(self.at)).is_ok_and(|mrz| mrz.passed());
        fits.then(|| vec![Proof::CheckDigits {}]).ok_or(Gap::CheckDigits)
    }

    fn readings(&self, fields: &[Field]) -> Found {
        let read = |field: &Field| self.case.identity.readings.get(*field).map(|_| Proof::Read { field: *field });
        fields.iter().map(read).collect::<Option<Vec<_>>>().ok_or(Gap::NotRead)
    }

    fn declared(&self, line: &Line) -> Standing {
        match self.case.rules.declared.iter().find(|d| d.line == line.id) {
            Some(d) => Standing::Declared { statement: d.statement.clone(), by: d.by.clone(), at: d.at },
            None => Standing::Missing { why: Gap::NotDeclared },
        }
    }
}
