//! A one-time code that ends the session: what it waits for, and how it loses its worth.
//! Must not know which profile asks for it, nor how a code is sent.

use super::{Case, Fact, Phase};
use crate::code::State;
use crate::jurisdiction::Ask;
use crate::procedure::{Kind, Step, StepState};
use crate::reading::{FIELDS, Field};
use crate::refusal::{Code, Refusal};

impl Case {
    /// Whether the one-time code has to come last here.
    #[must_use]
    pub fn code_last(&self) -> bool {
        self.code_step().is_some_and(|s| s.last)
    }

    /// What comes before a code that has to come last and is not there yet, as the codes of [`Case::locked_by`]: open
    /// steps, and lines about what is done in the session.
    #[must_use]
    pub fn code_waits_for(&self) -> Vec<String> {
        if !self.code_last() {
            return Vec::new();
        }
        let ground = self.ground();
        let open: Vec<Kind> = self.before_code().filter(|s| !s.closed(&ground)).map(|s| s.kind).collect();
        let mut all: Vec<String> = open.iter().map(|kind| format!("step:{}", kind.key())).collect();
        // A line whose step is open says nothing new; one about the agent or the recording is no work of the customer's.
        let own = |ask: &Ask| {
            let steps = ask.steps(&self.claimed);
            !steps.is_empty() && !steps.iter().any(|kind| *kind == Kind::OneTimeCode || open.contains(kind))
        };
        all.extend(self.lines_missing(self.updated_at).iter().filter(|l| own(&l.ask)).map(|l| format!("line:{}", l.id)));
        all
    }

    /// Refuses to send a code now that could not count.
    pub(super) fn code_in_turn(&self, input: &'static str) -> Result<(), Refusal> {
        if self.code_waits_for().is_empty() {
            return Ok(());
        }
        let profile = self.profile();
        let asked = profile.lines.iter().filter(|l| l.mandatory && matches!(l.ask, Ask::OneTimeCode { last: true }));
        Err(self.refuse(Code::CodeComesLast, input).for_lines(asked.map(Into::into).collect()))
    }

    /// Every transition passes here, so that nothing has to remember it: a code that has to come last is worth nothing
    /// once anything before it is open, or is not what it was when the code was typed. Then the step is open again.
    pub(super) fn keep_order(&self, next: &mut Self, facts: &mut Vec<Fact>) {
        let working = matches!(next.phase, Phase::Live { .. } | Phase::Deciding { .. });
        let counted = next.code_step().is_some_and(|s| s.last && s.proven.is_some());
        if !(working && counted) || (self.same_before_code(next) && next.code_waits_for().is_empty()) {
            return;
        }
        if let Some(code) = next.identity.code.as_mut().filter(|c| c.state == State::Matched) {
            code.state = State::Overtaken;
        }
        let agent = next.agent();
        let steps = next.procedure.iter_mut().flat_map(|p| &mut p.steps);
        for step in steps.filter(|s| s.kind == Kind::OneTimeCode) {
            step.proven = None;
            if step.state == StepState::Done {
                step.state = StepState::Pending;
                step.session = None;
                facts.extend(agent.map(|agent| Fact::StepReopened { agent, step: step.kind.key().to_owned() }));
            }
        }
    }

    fn code_step(&self) -> Option<&Step> {
        self.procedure.iter().flat_map(|p| &p.steps).find(|s| s.kind == Kind::OneTimeCode)
    }

    fn before_code(&self) -> impl Iterator<Item = &Step> {
        self.procedure.iter().flat_map(|p| &p.steps).filter(|s| s.mandatory && s.kind != Kind::OneTimeCode)
    }

    fn same_before_code(&self, next: &Self) -> bool {
        let read = self.fields_asked();
        self.before_code().eq(next.before_code())
            && self.identity.location.found == next.identity.location.found
            && FIELDS.iter().filter(|f| read.contains(f)).all(|f| self.identity.readings.get(*f) == next.identity.readings.get(*f))
    }

    /// The fields that mandatory lines ask to be read.
    fn fields_asked(&self) -> Vec<Field> {
        let profile = self.profile();
        let of = |ask: &Ask| match ask {
            Ask::Mrz {} => vec![Field::Mrz],
            Ask::Readings { fields } => fields.clone(),
            Ask::Step { .. }
            | Ask::Photographs { .. }
            | Ask::SecurityFeatures { .. }
            | Ask::Questions { .. }
            | Ask::OneTimeCode { .. }
            | Ask::Location {}
            | Ask::CountryBlock { .. }
            | Ask::Liveness { .. }
            | Ask::Recording {}
            | Ask::Consent {}
            | Ask::Interruption {}
            | Ask::Assignment {}
            | Ask::Training { .. }
            | Ask::FourEyes { .. }
            | Ask::Retention { .. }
            | Ask::DataRegion { .. }
            | Ask::Encryption { .. }
            | Ask::Operator {} => Vec::new(),
        };
        profile.lines.iter().filter(|l| l.mandatory).flat_map(|l| of(&l.ask)).collect()
    }
}
