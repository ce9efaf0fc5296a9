//! The HTTP contract, one file per surface.
//! Must not know how a request is served.

pub mod admin;
pub mod agents;
pub mod cases;
pub mod custody;
pub mod evidence;
pub mod identity;
pub mod invitations;
pub mod liveness;
pub mod packs;
pub mod people;
pub mod profiles;
pub mod review;
pub mod settings;
