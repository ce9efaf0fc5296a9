//! Who hears and sees whom in a room: one table, from the supervisor's mode and the hold.
//! Must not know packets; media does what this says.

use crate::session::Seat;
use serde::{Deserialize, Serialize};

/// How a supervisor takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupervisorMode {
    /// Hears and sees everybody, is neither heard nor seen.
    Watch,
    /// As `Watch`, and heard by the agent alone.
    Whisper,
    /// Heard and seen by everybody.
    Join,
}

/// What travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// Sound.
    Hear,
    /// Pictures.
    See,
}

/// What the table is read with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seating {
    /// The supervisor's mode; without a supervisor that seat passes nothing on and gets nothing.
    pub supervisor: Option<SupervisorMode>,
    /// An interpreter sits at the table.
    pub interpreter: bool,
    /// The customer is on hold: nothing passes between the customer and anybody else.
    pub hold: bool,
}

/// The seats in the order of bits.
const SEATS: [Seat; 4] = [Seat::Customer, Seat::Agent, Seat::Supervisor, Seat::Interpreter];

impl Seating {
    /// Whether `viewer` gets the `sense` of `source`.
    #[must_use]
    pub fn passes(self, source: Seat, viewer: Seat, sense: Sense) -> bool {
        if source == viewer || !self.sits(source) || !self.sits(viewer) {
            return false;
        }
        if self.hold && (source == Seat::Customer || viewer == Seat::Customer) {
            return false;
        }
        match (source, sense) {
            // An interpreter has no camera, so that the customer is seen by as few as possible.
            (Seat::Interpreter, Sense::See) => false,
            (Seat::Customer | Seat::Agent, Sense::See) => viewer != Seat::Interpreter,
            (Seat::Customer | Seat::Agent | Seat::Interpreter, Sense::Hear) => true,
            (Seat::Supervisor, _) => match self.supervisor {
                None | Some(SupervisorMode::Watch) => false,
                Some(SupervisorMode::Whisper) => viewer == Seat::Agent && sense == Sense::Hear,
                Some(SupervisorMode::Join) => viewer != Seat::Interpreter || sense == Sense::Hear,
            },
        }
    }

    /// Whether a track is recorded: the two who talk always, the others where somebody gets it.
    #[must_use]
    pub fn recorded(self, source: Seat, sense: Sense) -> bool {
        matches!(source, Seat::Customer | Seat::Agent) || SEATS.into_iter().any(|viewer| self.passes(source, viewer, sense))
    }

    const fn sits(self, seat: Seat) -> bool {
        match seat {
            Seat::Customer | Seat::Agent => true,
            Seat::Supervisor => self.supervisor.is_some(),
            Seat::Interpreter => self.interpreter,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who gets it from whom, as letters: C, A, S, I.
    fn heard(seating: Seating, sense: Sense) -> Vec<String> {
        let letter = |s: Seat| format!("{s:?}").chars().next().unwrap();
        let pairs = SEATS.into_iter().flat_map(|from| SEATS.into_iter().map(move |to| (from, to)));
        pairs.filter(|(from, to)| seating.passes(*from, *to, sense)).map(|(from, to)| format!("{}>{}", letter(from), letter(to))).collect()
    }

    fn with(supervisor: Option<SupervisorMode>) -> Seating {
        Seating { supervisor, interpreter: true, hold: false }
    }

    #[test]
    fn a_watching_supervisor_hears_all_and_is_heard_by_nobody() {
        let hears = ["C>A", "C>S", "C>I", "A>C", "A>S", "A>I", "I>C", "I>A", "I>S"];
        assert_eq!(heard(with(Some(SupervisorMode::Watch)), Sense::Hear), hears);
        assert_eq!(heard(with(Some(SupervisorMode::Watch)), Sense::See), ["C>A", "C>S", "A>C", "A>S"]);
        assert!(!with(Some(SupervisorMode::Watch)).recorded(Seat::Supervisor, Sense::Hear));
    }

    #[test]
    fn a_whisper_reaches_the_agent_alone_and_is_recorded() {
        let whispered: Vec<_> =
            heard(with(Some(SupervisorMode::Whisper)), Sense::Hear).into_iter().filter(|p| p.starts_with('S')).collect();
        assert_eq!(whispered, ["S>A"]);
        assert!(heard(with(Some(SupervisorMode::Whisper)), Sense::See).iter().all(|p| !p.starts_with('S')));
        assert!(with(Some(SupervisorMode::Whisper)).recorded(Seat::Supervisor, Sense::Hear));
        assert!(!with(Some(SupervisorMode::Whisper)).recorded(Seat::Supervisor, Sense::See));
    }

    #[test]
    fn who_joins_is_heard_by_everybody_and_an_interpreter_sees_nobody() {
        let joined: Vec<_> = heard(with(Some(SupervisorMode::Join)), Sense::Hear).into_iter().filter(|p| p.starts_with('S')).collect();
        assert_eq!(joined, ["S>C", "S>A", "S>I"]);
        assert!(heard(with(Some(SupervisorMode::Join)), Sense::See).iter().all(|p| !p.ends_with('I') && !p.starts_with('I')));
    }

    #[test]
    fn on_hold_nothing_passes_between_the_customer_and_anybody() {
        for mode in [None, Some(SupervisorMode::Watch), Some(SupervisorMode::Whisper), Some(SupervisorMode::Join)] {
            for sense in [Sense::Hear, Sense::See] {
                let on_hold = Seating { hold: true, ..with(mode) };
                assert!(heard(on_hold, sense).iter().all(|p| !p.contains('C')), "{mode:?} {sense:?}");
            }
        }
    }

    #[test]
    fn an_empty_seat_gets_nothing_and_gives_nothing() {
        assert_eq!(heard(Seating::default(), Sense::Hear), ["C>A", "A>C"]);
        assert_eq!(heard(Seating::default(), Sense::See), ["C>A", "A>C"]);
    }
}
