//! Problem documents (RFC 9457) with stable codes.
//! Must not know which status belongs to which error.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An RFC 9457 problem document, `application/problem+json`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A URI reference that names the kind of problem: `/problems#<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short human-readable summary, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable `snake_case` code; programs decide by this.
    pub code: String,
    /// What happened here and what to do.
    pub detail: String,
    /// Names this occurrence in the operator's log.
    pub instance: String,
    /// The fields at fault, if the request was at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) into the request body, such as `/check/scores/face`.
    pub pointer: String,
    /// Stable code, such as `out_of_range`.
    pub code: String,
    /// What is wrong, in words.
    pub detail: String,
}
