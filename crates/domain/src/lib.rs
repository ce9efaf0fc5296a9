//! The law of Recourse: what may happen to a case, and what follows from it.
//!
//! Pure: no async, no clock, no random, no IO. Each machine is
//! `handle(&self, input, now) -> Result<Transition, Refusal>` with `deadline()`.
#![deny(missing_docs)]

pub mod agent;
pub mod audit;
pub mod board;
pub mod case;
pub mod code;
pub mod consent;
pub mod decision;
pub mod delivery;
pub mod device;
pub mod digest;
pub mod evidence;
pub mod features;
pub mod geo;
pub mod ground;
pub mod ids;
pub mod invitation;
pub mod jurisdiction;
pub mod liveness;
pub mod location;
pub mod mrz;
pub mod names;
pub mod pii;
pub mod procedure;
pub mod queue;
pub mod reading;
pub mod refusal;
pub mod report;
pub mod retention;
pub mod review;
pub mod seats;
pub mod session;
pub mod settings;
pub mod time;
pub mod trigger;
