//! The ports to the outside: time, chance, disk, keys, messages; each a trait and its real form.
//! Must not know the cases they serve.

pub mod clock;
pub mod ids;
