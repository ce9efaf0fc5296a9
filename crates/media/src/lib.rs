//! WebRTC: rooms, forwarding, recording and export. The only crate that names SDP and RTP; it must not know the product's domain.
#![warn(missing_docs)]

mod handle;
mod segment;

pub use handle::{
    Config, MediaError, MediaEvent, MediaOrder, PeerId, Quality, Reply, RoomId, SDP_BYTES_MAX,
    SDP_MEDIA_LINES_MAX, Seat,
};
pub use segment::{Codec, Kind};
