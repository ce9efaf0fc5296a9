//! What crosses a socket: JSON shapes with their schema, and conversions to and from the domain.
//! Must not know HTTP, SQL or media.
#![deny(missing_docs)]

pub mod api;
mod convert;
pub mod problem;
pub mod socket;
pub mod terms;
pub mod webhook;
mod document;
pub mod parse;

pub use document::openapi;
