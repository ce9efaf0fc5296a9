//! The server from outside: the real router on a real store, with a clock and chance that tests set.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

mod access;
mod admin;
mod boards;
mod copies;
mod custody;
mod deliveries;
mod engine;
mod erasure;
mod export;
mod faults;
mod floor;
mod folder;
mod full;
mod hands;
mod identity;
mod intake;
mod limits;
mod links;
mod mutation;
mod packs;
mod pages;
mod people;
mod profiles;
mod recorder;
mod relays;
mod replay;
mod reviews;
mod router;
mod settings;
mod sftp;
mod sockets;
mod test_app;
mod uploads;
mod verify;
mod witness;
