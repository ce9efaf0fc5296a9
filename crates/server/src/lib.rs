//! The shell around the law: everything that waits, listens, stores or sends.
//! Must not know any rule of a case; those live in `domain`.

pub mod adapters;
pub mod engine;
pub mod tenant;
pub mod texts;
pub mod views;
