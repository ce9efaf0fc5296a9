//! A second look as its checker may see it.
//! Must not know who is at the desk.

use domain::case::Case;
use domain::ids::{AgentId, CaseId};
use domain::jurisdiction::profile_or_default;
use domain::review::{Kind, Review, State};
use domain::time::Timestamp;
use wire::api::admin::{CaseFile, CaseRow};
use wire::api::review::ReviewCard;
use wire::terms::{FailureReason, Phase};

/// Entries that tell what was decided, or that somebody was drawn to look again.
const TELLING: [&str; 8] =
    ["decided", "case_closed", "sample_drawn", "review_asked", "review_assigned", "review_taken", "review_lapsed", "rated"];

/// Whether this person looks at the case blind right now.
#[must_use]
pub fn blind(case: &Case, person: AgentId) -> bool {
    case.open_review().is_some_and(|review| review.kind == Kind::Sample && review.holder() == Some(person))
}

/// Whether an entry of this kind would tell what was decided about the case that somebody looks at blind.
#[must_use]
pub fn tells(kind: &str, of: Option<CaseId>, hidden: Option<CaseId>) -> bool {
    hidden.is_some() && of == hidden && TELLING.contains(&kind)
}

/// A row of a list without anything that tells what was decided.
#[must_use]
pub fn masked_row(row: CaseRow) -> CaseRow {
    CaseRow { phase: Phase::UnderReview, agent: None, recovered_in: None, ..row }
}

/// A card of the desk.
#[must_use]
pub fn review_card(case: &Case, review: &Review, now: Timestamp) -> ReviewCard {
    let (assigned, taken, until) = match review.state {
        State::Assigned { taken, until, .. } => (true, taken.is_some(), Some(until.to_string())),
        State::Open | State::Given { .. } => (false, false, None),
    };
    ReviewCard {
        case: case.id.to_string(),
        kind: review.kind.into(),
        jurisdiction: profile_or_default(&case.jurisdiction).name.to_owned(),
        reason: case.reports.last().map_or(FailureReason::TechnicalFailure, |r| r.main_reason().into()),
        locale: case.customer.locale.clone(),
        decided_at: review.decided_at.to_string(),
        age: u32::try_from(now.since(review.decided_at).as_seconds()).unwrap_or(u32::MAX),
        assigned,
        taken,
        until,
    }
}

/// A case file without anything that tells what was decided.
#[must_use]
pub fn masked(mut file: CaseFile) -> CaseFile {
    file.row = masked_row(file.row);
    // How long it is kept follows from the verdict.
    file.custody.rule.clear();
    file.custody.due_at = None;
    file.custody.early = false;
    file.decision = None;
    file.decision_note.clear();
    file.notes.clear();
    file.rating = None;
    file.rating_comment.clear();
    file.deliveries.clear();
    file.review = None;
    file.timeline.retain(|entry| !TELLING.contains(&entry.kind.as_str()));
    file
}
