//! Opening a case from a report, further reports, and the policy's answer.
//! Must not know HTTP.

use super::{CameraState, Case, Fact, JoinMode, Phase, Transition, Wanted};
use crate::evidence::{Evidence, MAX_EVIDENCE, Source};
use crate::ids::{CaseId, TenantId};
use crate::invitation::{FreshLink, Invitation};
use crate::pii::Pii;
use crate::refusal::{Code, Refusal};
use crate::report::{ClaimedData, Customer, MAX_IMAGES, MAX_REPORTS, Report};
use crate::time::{Span, Timestamp};
use crate::trigger::{Mode, Policy};

/// What a new case starts from.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Id.
    pub id: CaseId,
    /// Whose.
    pub tenant: TenantId,
    /// The bank's reference.
    pub reference: String,
    /// The person.
    pub customer: Customer,
    /// As typed in the bank's form.
    pub claimed: ClaimedData,
    /// Profile code.
    pub jurisdiction: String,
    /// The first report.
    pub report: Report,
    /// For the link, should the policy offer one.
    pub link: FreshLink,
}

impl Case {
    /// Opens a case; the policy says at once whether a recovery is offered.
    #[must_use]
    pub fn open(opening: Opening, policy: &Policy, now: Timestamp) -> Transition {
        let answer = policy.answer(&opening.report, &opening.jurisdiction, now);
        let fact = Fact::CaseReported {
            report: opening.report.id,
            attempt: opening.report.attempt,
            reasons: opening.report.reasons.clone(),
            mode: answer.mode,
            policy: answer.version,
            rule: answer.rule.clone(),
        };
        let offered = answer.mode != Mode::None;
        let rules = policy.rules_of(&opening.jurisdiction);
        let mut next = Self {
            id: opening.id,
            tenant: opening.tenant,
            version: 1,
            reference: opening.reference,
            customer: opening.customer,
            claimed: opening.claimed,
            jurisdiction: opening.jurisdiction,
            reports: vec![opening.report],
            answer,
            invitations: 0,
            invitation: None,
            binding: None,
            mode: JoinMode::Video,
            camera: CameraState::Idle,
            controls_refused: false,
            consents: Vec::new(),
            procedure: None,
            past: Vec::new(),
            evidence: Vec::new(),
            chat: Vec::new(),
            notes: Pii::default(),
            rating: None,
            identity: super::Identity::default(),
            handed: None,
            phase: Phase::Reported,
            created_at: now,
            updated_at: now,
            drawings: Vec::new(),
            review: None,
            salts: super::Salts::default(),
            rules,
            conduct: crate::jurisdiction::Conduct::default(),
            kept: crate::retention::Kept::default(),
        };
        let mut facts = vec![fact];
        if offered {
            facts.push(next.invite(opening.link, minutes(policy), now));
        }
        let orders = if next.wanted() == Wanted::default() { vec![] } else { vec![super::Order::OpenRoom] };
        Transition { next, facts, orders }
    }

    pub(super) fn report(&self, report: Report, policy: &Policy, link: FreshLink, now: Timestamp) -> Result<Transition, Refusal> {
        if matches!(self.phase, Phase::Closed { .. }) {
            return Err(self.wrong("report"));
        }
        if self.reports.len() >= MAX_REPORTS {
            return Err(self.refuse(Code::LimitReached, "report"));
        }
        let answer = policy.answer(&report, &self.jurisdiction, now);
        let mut facts = vec![Fact::ReportAdded {
            report: report.id,
            attempt: report.attempt,
            reasons: report.reasons.clone(),
            mode: answer.mode,
            policy: answer.version,
            rule: answer.rule.clone(),
        }];
        let mut next = self.clone();
        next.reports.push(report);
        next.answer = answer;
        // A customer who is already on the way keeps the link in hand; the new report is context for the agent.
        let idle = matches!(self.phase, Phase::Reported | Phase::Invited);
        if idle && next.answer.mode != Mode::None {
            facts.push(next.invite(link, minutes(policy), now));
        } else if idle {
            next.phase = Phase::Reported;
            next.invitation = None;
        }
        Ok(self.step(next, now, facts))
    }

    pub(super) fn report_image(&self, evidence: Evidence, now: Timestamp) -> Result<Transition, Refusal> {
        let full = self.reports.last().is_none_or(|r| r.images.len() >= MAX_IMAGES);
        if full || self.evidence.len() >= MAX_EVIDENCE {
            return Err(self.refuse(Code::LimitReached, "report_image"));
        }
        if matches!(self.phase, Phase::Closed { .. }) || evidence.source != Source::Report {
            return Err(self.wrong("report_image"));
        }
        let mut next = self.clone();
        let report = next.reports.last_mut().map(|r| {
            r.images.push(evidence.id);
            r.id
        });
        let fact = Fact::ImageReported {
            evidence: evidence.id,
            report,
            slot: evidence.slot,
            sha256: evidence.sha256,
            sealed: evidence.sealed,
            shown_sealed: evidence.shown_sealed,
        };
        next.evidence.push(evidence);
        Ok(self.step(next, now, vec![fact]))
    }

    /// Puts a new link in place; the old one is replaced and the browser that held it let go.
    pub(super) fn invite(&mut self, link: FreshLink, life: Span, now: Timestamp) -> Fact {
        let expires_at = now + life;
        self.invitations += 1;
        self.invitation = Some(Invitation { id: link.id, token_hash: link.token_hash, issued_at: now, expires_at });
        self.phase = Phase::Invited;
        Fact::InvitationIssued { invitation: link.id, token_hash: link.token_hash, expires_at }
    }
}

fn minutes(policy: &Policy) -> Span {
    Span::minutes(i64::from(policy.invitation_minutes))
}
