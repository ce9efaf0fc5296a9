//! WebRTC: rooms, forwarding, recording and export. The only crate that names SDP and RTP; it must not know the product's domain.
#![warn(missing_docs)]

mod codec;
mod counters;
mod depacket;
mod engine;
mod estimate;
mod export;
mod forward;
mod handle;
mod mkv;
mod peek;
mod peer;
mod plan;
mod recorder;
mod room;
mod route;
mod segment;
#[cfg(test)]
mod sim;
mod start;
mod stun;
mod tcp;
mod timeline;
mod track;
mod udp;
mod wait;

pub use counters::CountersSnapshot;
pub use export::{Cut, ExportedFile, Kinds, Selection, export, plan_files};
pub use handle::{
    Config, MediaError, MediaEvent, MediaHandle, MediaOrder, PeerId, Quality, Reply, RoomId, Routes, SDP_BYTES_MAX, SDP_MEDIA_LINES_MAX,
    Seat,
};
pub use peek::{SCAN_PACKETS_MAX, Scan};
pub use plan::FilePlan;
pub use segment::{Codec, Decoded, Gap, GapWhy, Kind, Packet, Pieces, Segment, SegmentError, SegmentHead, SenderReport, decode};
pub use start::start;

/// Where the WebRTC stack logs from: its warnings are about peers' offers, not about us, and its
/// debug lines hold addresses.
pub const LOG_TARGET: &str = "str0m";
