//! What every handler, socket and worker shares.
//! Must not know any of them.

use crate::adapters::blobs::Blobs;
use crate::adapters::geoip::GeoIp;
use crate::adapters::outbound::TargetPolicy;
use crate::config::Net;
use crate::engine::Engine;
use crate::hub::Hub;
use crate::playback::Shelf;
use crate::proofs::Trees;
use crate::relays::Relays;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Shared by everything; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Whole>);

struct Whole {
    parts: Parts,
    /// Turns at decoding images.
    decoding: Semaphore,
    packs: crate::export::jobs::Packs,
    /// The upper part of the log's tree.
    trees: Trees,
    /// Plans of recordings.
    shelf: Shelf,
}

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
    /// What pages may relay their media by.
    pub relays: Relays,
    /// Which network address belongs to which country, if the operator supplied it.
    pub geoip: Option<Arc<GeoIp>>,
    pub boards: Arc<crate::boards::Boards>,
    pub reviews: Arc<crate::reviews::Reviews>,
    /// Who signs the log's checkpoints, and what watches over ours.
    pub witnesses: Arc<crate::workers::witnesses::Witnesses>,
}

/// Limits of the HTTP side.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest JSON body, bytes.
    pub json: usize,
    /// Largest image, bytes.
    pub image: usize,
    /// Images decoded at once: each may take half a gigabyte for a moment.
    pub uploads_at_once: usize,
    /// Below this share of free storage no new work is taken: what is under way must fit.
    pub least_free: f64,
    /// Proxies whose word about the caller counts.
    pub trusted_proxies: Vec<Net>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            json: 256 * 1024,
            image: crate::adapters::images::MAX_BYTES,
            uploads_at_once: 2,
            least_free: 0.02,
            trusted_proxies: Vec::new(),
        }
    }
}

impl App {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let decoding = Semaphore::new(parts.limits.uploads_at_once.max(1));
        Self(Arc::new(Whole {
            parts,
            decoding,
            packs: crate::export::jobs::Packs::default(),
            trees: Trees::default(),
            shelf: Shelf::default(),
        }))
    }

    /// Evidence packs that are being made or wait to be fetched.
    #[must_use]
    pub fn packs(&self) -> &crate::export::jobs::Packs {
        &self.0.packs
    }

    /// Where plans of recordings are kept.
    #[must_use]
    pub fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    /// Where inclusion proofs come from.
    #[must_use]
    pub fn trees(&self) -> &Trees {
        &self.0.trees
    }

    /// A turn at decoding an image; `None` when the server is stopping.
    pub async fn decoding(&self) -> Option<SemaphorePermit<'_>> {
        self.0.decoding.acquire().await.ok()
    }

    /// Whether the storage has room for new work.
    pub async fn has_room(&self) -> bool {
        let blobs = self.blobs.clone();
        let free = tokio::task::spawn_blocking(move || blobs.free_space_ratio()).await;
        matches!(free, Ok(Ok(free)) if free >= self.limits.least_free)
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}
