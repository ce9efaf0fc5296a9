//! The law of Recourse: what may happen to a case, and what follows from it.
//!
//! Pure: no async, no clock, no random, no IO. Each machine is
//! `handle(&self, input, now) -> Result<Transition, Refusal>` with `deadline()`.
#![deny(missing_docs)]

pub mod audit;
pub mod ids;
pub mod pii;
pub mod queue;
pub mod refusal;
pub mod time;
