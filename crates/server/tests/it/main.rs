//! The server from outside: the real router on a real store, with a clock and chance that tests set.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

mod access;
mod admin;
mod deliveries;
mod engine;
mod floor;
mod folder;
mod intake;
mod limits;
mod links;
mod pages;
mod people;
mod recorder;
mod router;
mod sockets;
mod test_app;
mod verify;
