//! The crate through its public face, on real sockets of the loopback. It must not reach inside.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

#[path = "../support/client.rs"]
mod client;
#[path = "../support/socket.rs"]
mod socket;

mod calls;
