//! What both look at, and the trail of what was drawn on it.
//! Must not know a screen, nor the strokes.

use super::{Case, Fact, Phase, Transition};
use crate::board::Surface;
use crate::evidence::{Drawing, MAX_DRAWINGS};
use crate::ids::AgentId;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

impl Case {
    pub(super) fn show(&self, agent: AgentId, surface: Option<Surface>, now: Timestamp) -> Result<Transition, Refusal> {
        self.held_by(agent, "show")?;
        if let Some(Surface::Evidence { evidence }) = surface
            && !self.evidence.iter().any(|e| e.id == evidence && !e.void)
        {
            return Err(self.refuse(Code::EvidenceMismatch, "show"));
        }
        // What is drawn must be kept: without room for it nothing is shown to draw on.
        if surface.is_some() && self.drawings.len() >= MAX_DRAWINGS {
            return Err(self.refuse(Code::LimitReached, "show"));
        }
        Ok(self.keep(now, Fact::SurfaceShown { agent, surface }))
    }

    /// A piece of the trail may come after the session, as the end of a recording does.
    pub(super) fn drawing_kept(&self, drawing: Drawing, now: Timestamp) -> Result<Transition, Refusal> {
        let runs = matches!(&self.phase, Phase::Live { session, .. } if session.id == drawing.session);
        if !runs && !self.past.iter().any(|p| p.session.id == drawing.session) {
            return Err(self.refuse(Code::Stale, "drawing_kept"));
        }
        if self.drawings.len() >= MAX_DRAWINGS {
            return Err(self.refuse(Code::LimitReached, "drawing_kept"));
        }
        let fact = Fact::DrawingKept {
            drawing: drawing.id,
            session: drawing.session,
            surface: drawing.surface,
            ops: drawing.ops,
            sha256: drawing.sha256,
            sealed: drawing.sealed,
        };
        let mut next = self.clone();
        next.drawings.push(drawing);
        Ok(self.step(next, now, vec![fact]))
    }
}
