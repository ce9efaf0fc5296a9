//! Packs from outside: a small one made here, read back, and every way to spoil it.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

mod age;
mod maker;
mod names;
mod spoiled;
