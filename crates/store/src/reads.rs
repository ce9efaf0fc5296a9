//! Every read: one statement each, and how its rows are taken apart.
//! Must not know which database answers, nor write.

pub(crate) mod admin;
pub(crate) mod cases;
pub(crate) mod custody;
pub(crate) mod delivery;
pub(crate) mod log;
pub(crate) mod numbers;
pub(crate) mod proof;
pub(crate) mod review;

use crate::rows::MAX_LIST;

/// What a list's limit is cut to.
fn cut(limit: u32) -> u32 {
    limit.min(MAX_LIST)
}
