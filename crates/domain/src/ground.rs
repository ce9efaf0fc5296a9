//! Ground: the sessions and images that a verdict may stand on.
//! Must not know how a case came to them.

use crate::evidence::{Evidence, Recording};
use crate::ids::{EvidenceId, SessionId};
use crate::session::Session;
use std::collections::BTreeSet;

/// What counts now. Work of any other session, and any image that is void, counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    sessions: BTreeSet<SessionId>,
    images: BTreeSet<EvidenceId>,
    recorded: bool,
}

impl Ground {
    /// The ground under `newest`, the session that runs or was the last. `earlier` are the ones before it that the
    /// profile lets count; of those only what was recorded does.
    #[must_use]
    pub fn new<'a>(newest: Option<&Session>, earlier: impl Iterator<Item = &'a Session>, evidence: &[Evidence]) -> Self {
        let sessions: BTreeSet<SessionId> =
            newest.into_iter().map(|s| s.id).chain(earlier.filter(|s| s.recording.healthy()).map(|s| s.id)).collect();
        let images = evidence.iter().filter(|e| !e.void && e.session.is_some_and(|s| sessions.contains(&s))).map(|e| e.id).collect();
        Self { sessions, images, recorded: newest.is_some_and(|s| s.recording.healthy()) }
    }

    /// Work of this session counts. Work from before sessions were noted has none, and counted then.
    #[must_use]
    pub fn holds(&self, session: Option<SessionId>) -> bool {
        session.is_none_or(|s| self.sessions.contains(&s))
    }

    /// This image counts.
    #[must_use]
    pub fn shows(&self, image: EvidenceId) -> bool {
        self.images.contains(&image)
    }

    /// The newest session is being recorded, or was.
    #[must_use]
    pub const fn recorded(&self) -> bool {
        self.recorded
    }
}

/// Whether nothing may be kept of a session whose recording ended like this.
#[must_use]
pub const fn lost(recording: &Recording) -> bool {
    matches!(recording, Recording::Off | Recording::Failed { .. })
}
