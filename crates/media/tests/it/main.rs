//! The crate through its public face, on real sockets of the loopback. It must not reach inside.

#[path = "../support/client.rs"]
mod client;
#[path = "../support/socket.rs"]
mod socket;

mod calls;
