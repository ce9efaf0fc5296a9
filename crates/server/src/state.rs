//! What every handler, socket and worker shares.
//! Must not know any of them.

use crate::adapters::blobs::Blobs;
use crate::adapters::outbound::TargetPolicy;
use crate::engine::Engine;
use crate::hub::Hub;
use std::ops::Deref;
use std::sync::Arc;

/// Shared by everything; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of a running server.
pub struct Parts {
    pub engine: Arc<Engine>,
    pub hub: Arc<Hub>,
    pub blobs: Arc<dyn Blobs>,
    pub rooms: Arc<crate::rooms::Rooms>,
    pub queue: Arc<crate::workers::router::QueueView>,
    pub limits: Limits,
    /// Where webhooks may go.
    pub targets: TargetPolicy,
}

/// Limits of the HTTP side.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Largest JSON body, bytes.
    pub json: usize,
    /// Largest image, bytes.
    pub image: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { json: 256 * 1024, image: crate::adapters::images::MAX_BYTES }
    }
}

impl App {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
