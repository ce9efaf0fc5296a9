//! What runs beside the requests: the router, deadlines, the log's sequencer, deliveries, upkeep.
//! Must not know HTTP.

pub mod deadlines;
pub mod deliveries;
pub mod reviews;
pub mod router;
pub mod sequencer;
pub mod upkeep;
pub mod witnesses;
