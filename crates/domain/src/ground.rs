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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::evidence::{Slot, Source};
    use crate::ids::AgentId;
    use crate::time::Timestamp;

    fn session(id: u128, recording: Recording) -> Session {
        Session { recording, ..Session::joining(SessionId(id), AgentId(1), Timestamp(0)) }
    }

    fn image(id: u128, session: Option<u128>, void: bool) -> Evidence {
        Evidence {
            id: EvidenceId(id),
            slot: Slot::Portrait,
            source: Source::Live,
            step: None,
            session: session.map(SessionId),
            at: Timestamp(0),
            width: 1,
            height: 1,
            bytes: 1,
            sha256: Digest::of(b"a"),
            sealed: Digest::of(b"b"),
            shown_sealed: Digest::of(b"c"),
            stream_width: None,
            void,
            of: None,
        }
    }

    #[test]
    fn void_images_and_those_of_no_or_another_session_do_not_count() {
        let running = Recording::Running { segments: 1, head: None };
        let images = [image(1, Some(1), false), image(2, Some(1), true), image(3, Some(9), false), image(4, None, false)];
        let ground = Ground::new(Some(&session(1, running)), std::iter::empty(), &images);
        assert_eq!((1..=4).map(|id| ground.shows(EvidenceId(id))).collect::<Vec<_>>(), [true, false, false, false]);
        assert!(ground.recorded() && ground.holds(Some(SessionId(1))) && !ground.holds(Some(SessionId(9))));
    }

    #[test]
    fn an_earlier_session_counts_only_with_its_recording() {
        let running = Recording::Running { segments: 1, head: None };
        let earlier = [session(2, running), session(3, Recording::Failed { segments: 4, head: None }), session(4, Recording::Off)];
        let ground = Ground::new(Some(&session(1, running)), earlier.iter(), &[]);
        assert_eq!((2..=4).map(|id| ground.holds(Some(SessionId(id)))).collect::<Vec<_>>(), [true, false, false]);
    }

    #[test]
    fn without_a_session_nothing_is_recorded() {
        assert!(!Ground::new(None, std::iter::empty(), &[]).recorded());
    }
}
