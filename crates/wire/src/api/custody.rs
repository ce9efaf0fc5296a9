//! What keeps the evidence of a case and what became of it: periods, holds, erasure, passes.
//! Must not know how anything is erased.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why evidence was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EraseCause {
    /// Its time was over.
    RetentionOver,
    /// The customer asked for it.
    CustomerRequest,
    /// The customer withdrew the consent.
    ConsentWithdrawn,
    /// It should never have been collected.
    CollectedInError,
}

/// What keeps the evidence of a case, and what became of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CustodyView {
    /// RFC 3339: the evidence is erased then by itself. Absent while the case is under way, and once it is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// How long it is kept and who asks for that, in a sentence.
    pub rule: String,
    /// A request may end that time early.
    pub early: bool,
    /// The legal hold, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldView>,
    /// The erasure, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<ErasedView>,
    /// Copies in the tenant's own storage.
    pub copies: Vec<CopyView>,
}

/// A legal hold.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HoldView {
    /// RFC 3339.
    pub at: String,
    /// Name of who set it.
    pub by: String,
    /// Why, in their words.
    pub reason: String,
}

/// An erasure.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ErasedView {
    /// RFC 3339.
    pub at: String,
    /// Why.
    pub cause: EraseCause,
    /// Name of who asked for it; absent when its time was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Index in the tree of the entry that proves it; absent until it has its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// Hex digest of the key that was destroyed.
    pub key: String,
    /// Images that were there.
    pub images: u32,
    /// Recordings that were there.
    pub recordings: u32,
    /// Chat messages that were there.
    pub messages: u32,
}

/// A copy of a recording in the tenant's own storage.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CopyView {
    /// `ses_…`.
    pub session: String,
    /// Kind of storage.
    pub to: String,
    /// RFC 3339: when it was there, whole.
    pub at: String,
    /// How many objects.
    pub objects: u32,
}

/// `POST /v1/admin/cases/{id}/hold` and `…/release`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldBody {
    /// Why, 3 to 500 characters.
    pub reason: String,
}

/// `POST /v1/admin/cases/{id}/erase`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseBody {
    /// Why.
    pub cause: EraseCause,
}

/// What a pass opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessScope {
    /// Images.
    Images,
    /// Recordings.
    Recordings,
}

impl AccessScope {
    /// Every scope, in published order.
    pub const ALL: &'static [Self] = &[Self::Images, Self::Recordings];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Recordings => "recordings",
        }
    }
}

/// `POST /v1/cases/{id}/access`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantAccess {
    /// What it opens; at least one.
    pub scope: Vec<AccessScope>,
    /// How long, 1 to 60.
    #[schema(minimum = 1, maximum = 60)]
    pub minutes: u16,
}

/// A pass; its token is only in this answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GrantedAccess {
    /// Send it as `Authorization: Bearer rp_…` to the addresses under `/v1/cases/{id}/evidence`.
    pub token: String,
    /// What it opens.
    pub scope: Vec<AccessScope>,
    /// RFC 3339.
    pub expires_at: String,
}

/// `GET /v1/cases/{id}/evidence` with a pass.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseEvidence {
    /// Images; bytes at `/v1/cases/{id}/evidence/images/{image}/original` and `…/shown`.
    pub images: Vec<super::evidence::EvidenceView>,
    /// Recordings, one for each session.
    pub recordings: Vec<super::evidence::RecordingView>,
}

/// How far copies of recordings are behind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CopiesView {
    /// Not there yet.
    pub waiting: u32,
    /// Seconds that the oldest of them has waited.
    pub lag_seconds: u32,
    /// Given up until somebody sends them again.
    pub dead: u32,
}
