//! The outbox: what is to be sent, to whom, and how it went.
//! Must not know how anything is sent, nor when to try again.

use domain::ids::{CaseId, DeliveryId, EndpointId, TenantId};
use domain::time::Timestamp;

/// How a delivery leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    Webhook,
    Sms,
    Email,
    /// A copy to storage that speaks S3.
    S3,
    /// A copy to storage behind SSH.
    Sftp,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryState {
    Pending,
    Delivered,
    Dead,
}

/// Something to send. Deliveries of one case to one receiver (channel and endpoint) leave in
/// the order of `seq`, then of insertion; those without a case are free of each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    pub id: DeliveryId,
    pub tenant: TenantId,
    pub case: Option<CaseId>,
    pub seq: i64,
    pub channel: Channel,
    pub endpoint: Option<EndpointId>,
    pub event: String,
    pub payload: Vec<u8>,
    pub created_at: Timestamp,
    pub next_at: Timestamp,
}

/// A delivery and how it went so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryStatus {
    pub row: DeliveryRow,
    pub state: DeliveryState,
    /// Attempts that have an outcome.
    pub attempts: i64,
    /// Of the last attempt; what it means is the sender's business.
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
    /// When it was delivered or given up.
    pub settled_at: Option<Timestamp>,
}

/// Proof of holding a delivery; the next claim makes it void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease(pub(crate) i64);

/// A delivery that is the caller's alone until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedDelivery {
    pub row: DeliveryRow,
    pub attempts: i64,
    pub lease: Lease,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Delivered {
        at: Timestamp,
        status: Option<i64>,
    },
    Retry {
        next_at: Timestamp,
        status: Option<i64>,
        error: String,
    },
    Dead {
        at: Timestamp,
        status: Option<i64>,
        error: String,
    },
    /// As a retry, but the attempt told of the receiver and not of this delivery: it is not counted.
    Probed {
        next_at: Timestamp,
        status: Option<i64>,
        error: String,
    },
    /// Not attempted: the lease goes back and nothing is counted.
    Released {
        next_at: Timestamp,
    },
}

/// Copies to the tenants' own storage that are not there yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyLag {
    pub waiting: u64,
    /// Since when the oldest waits.
    pub oldest: Option<Timestamp>,
    /// Given up until somebody sends them again.
    pub dead: u64,
}

/// Which deliveries of a tenant, newest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    pub state: Option<DeliveryState>,
    pub channel: Option<Channel>,
    pub endpoint: Option<EndpointId>,
}

impl Channel {
    pub(crate) const ALL: [Self; 5] = [Self::Webhook, Self::Sms, Self::Email, Self::S3, Self::Sftp];

    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Sms => "sms",
            Self::Email => "email",
            Self::S3 => "s3",
            Self::Sftp => "sftp",
        }
    }
}

impl DeliveryState {
    pub(crate) const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}
