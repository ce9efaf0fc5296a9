//! What runs beside the requests: the router, deadlines, the log's sequencer, deliveries, retention, upkeep.
//! Must not know HTTP.

pub mod deadlines;
pub mod deliveries;
pub mod retention;
pub mod reviews;
pub mod router;
pub mod sequencer;
pub mod upkeep;
pub mod witnesses;
