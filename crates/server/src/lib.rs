//! The shell around the law: everything that waits, listens, stores or sends.
//! Must not know any rule of a case; those live in `domain`.

pub mod adapters;
pub mod boards;
pub mod cli;
pub mod config;
pub mod demo;
pub mod engine;
pub mod erasure;
pub mod export;
pub mod http;
pub mod hub;
pub mod images;
pub mod numbers;
pub mod playback;
pub mod proofs;
pub mod push;
pub mod recorder;
pub mod relays;
pub mod reviews;
pub mod rooms;
pub mod seed;
pub mod socket;
pub mod start;
pub mod state;
pub mod telemetry;
pub mod tenant;
pub mod texts;
pub mod tls;
pub mod verify;
pub mod views;
pub mod witness;
pub mod workers;
