//! What crosses a socket: JSON shapes with their schema, and conversions to and from the domain.
//! Must not know HTTP, SQL or media.
#![deny(missing_docs)]

pub mod api;
pub mod board;
pub mod camera;
pub mod command;
mod convert;
mod document;
pub mod parse;
pub mod problem;
pub mod socket;
pub mod terms;
pub mod webhook;

pub use document::openapi;
