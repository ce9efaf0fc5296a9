//! Rows of second looks.
//! Must not know who may look.

use domain::ids::{AgentId, CaseId, EntryId, TenantId};
use domain::time::Timestamp;

/// A second look that was asked for; by the entry of the log that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewAskRow {
    pub entry: EntryId,
    pub tenant: TenantId,
    pub case: CaseId,
    /// `required` or `sample`.
    pub kind: String,
    pub maker: AgentId,
    pub verdict: String,
    /// The maker's reasons.
    pub codes: Vec<String>,
    /// Names the decision within its case.
    pub decided_at: Timestamp,
}

/// A second look that was given; by the entry of the log that says so. Its maker is its checker in no database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewRow {
    pub entry: EntryId,
    pub tenant: TenantId,
    pub case: CaseId,
    pub kind: String,
    pub maker: AgentId,
    pub checker: AgentId,
    pub verdict: String,
    pub codes: Vec<String>,
    pub finding: String,
    pub reasons: Vec<String>,
    pub agreed: bool,
    pub decided_at: Timestamp,
    pub drawn_at: Timestamp,
    pub taken_at: Timestamp,
    pub at: Timestamp,
}
