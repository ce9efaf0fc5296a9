//! What opens the commitments of the log: the salts that are kept, and the texts they were made for.
//! Must not know who is shown them.

use super::{Case, Fact, Input, Phase};
use crate::digest::{Digest, Salt};
use crate::procedure::StepState;
use crate::session::Session;
use serde::{Deserialize, Serialize};

/// Most salts kept: every chat message, every step and field, and room for the rest; the oldest go first.
const MAX_KEPT: usize = super::MAX_CHAT + 100;

/// The salts of one case. They lie in the sealed state, so the log alone reveals nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Salts(Vec<Kept>);

/// One salt, and what it was used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// The fact, and which of its kind.
    of: String,
    commitment: Digest,
    salt: Salt,
}

/// A commitment with what opens it: `SHA-256(salt || text)` is the commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedCommitment {
    /// The fact, and which of its kind: `chat_sent/msg_…`, `notes_changed`, `field_read/name`.
    pub of: String,
    /// As it stands in the log.
    pub commitment: Digest,
    /// What was put before the text.
    pub salt: Salt,
    /// What was committed to.
    pub text: String,
}

impl Salts {
    /// Keeps the salt of every commitment among these facts. A text that replaces another of the
    /// same name replaces its salt: the older text is gone, and so is what would open it.
    pub(super) fn keep(&mut self, facts: &[Fact], salt: Salt) {
        for fact in facts {
            let Some((of, commitment)) = named(fact) else { continue };
            self.0.retain(|kept| kept.of != of);
            self.0.push(Kept { of, commitment, salt });
        }
        let over = self.0.len().saturating_sub(MAX_KEPT);
        self.0.drain(..over);
    }
}

/// The commitment in a fact, and a name for it.
fn named(fact: &Fact) -> Option<(String, Digest)> {
    let (kind, body) = fact.parts();
    // A decision calls its commitment by what it is made of.
    let commitment = ["commitment", "note"].iter().find_map(|key| Digest::parse(body.get(*key)?.as_str()?))?;
    let which = ["message", "step", "field"].iter().find_map(|key| body.get(*key)?.as_str());
    Some((which.map_or_else(|| kind.clone(), |which| format!("{kind}/{which}")), commitment))
}

impl Input {
    /// The salt that came with it, if something in it is committed to.
    pub(super) fn salt(&self) -> Option<Salt> {
        if let Self::Waive { salt, .. }
        | Self::Chat { salt, .. }
        | Self::Notes { salt, .. }
        | Self::ReadField { salt, .. }
        | Self::Located { salt, .. }
        | Self::Transfer { salt, .. } = self
        {
            return Some(*salt);
        }
        if let Self::Decide { draft, .. } = self { Some(draft.note_salt) } else { None }
    }
}

impl Case {
    /// Every commitment of the log that can be opened: its text is still there and is the one committed to.
    #[must_use]
    pub fn openings(&self) -> Vec<OpenedCommitment> {
        let mut openings = Vec::new();
        for Kept { of, commitment, salt } in &self.salts.0 {
            let Some(text) = self.text_of(of) else { continue };
            if Digest::commit(salt, &text) == *commitment {
                openings.push(OpenedCommitment { of: of.clone(), commitment: *commitment, salt: *salt, text });
            }
        }
        openings
    }

    fn text_of(&self, of: &str) -> Option<String> {
        let (kind, which) = of.split_once('/').unwrap_or((of, ""));
        match kind {
            "chat_sent" => self.chat.iter().find(|m| m.id.to_string() == which).map(|m| m.text.reveal().clone()),
            "notes_changed" => Some(self.notes.reveal().clone()),
            "step_waived" => self.procedure.as_ref()?.steps.iter().find(|s| s.kind.key() == which).and_then(|s| match &s.state {
                StepState::Waived { reason, .. } => Some(reason.reveal().clone()),
                StepState::Pending | StepState::Done | StepState::Failed => None,
            }),
            "field_read" => {
                let is = |field: &crate::reading::Field| serde_json::to_value(field).is_ok_and(|word| word == which);
                let field = crate::reading::FIELDS.into_iter().find(is)?;
                self.identity.readings.get(field).map(str::to_owned)
            }
            "located" => serde_json::to_string(self.identity.location.found.as_ref()?.fixes.reveal()).ok(),
            "transferred" => self.handed.as_ref().map(|h| h.reason.reveal().clone()),
            "decided" => self.decision().map(|d| d.note.reveal().clone()),
            _ => None,
        }
    }

    /// The sessions that are over and the one that is not, oldest first.
    pub fn every_session(&self) -> impl Iterator<Item = &Session> {
        let running = if let Phase::Live { session, .. } = &self.phase { Some(session) } else { None };
        self.past.iter().map(|p| &p.session).chain(running)
    }
}
