//! Process-wide counts of the packet path, readable from any thread. It must not know who exports them.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// One count.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub fn sub(&self, n: u64) {
        self.0.fetch_sub(n, Ordering::Relaxed);
    }

    pub fn set(&self, n: u64) {
        self.0.store(n, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        #[derive(Debug, Default)]
        pub(crate) struct Counters { $(pub $name: Count,)* }

        /// Counts since the start; `rooms`, `peers` and `tcp_connections` are current levels.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        pub struct CountersSnapshot { $($(#[$doc])* pub $name: u64,)* }

        impl Counters {
            pub fn snapshot(&self) -> CountersSnapshot {
                CountersSnapshot { $($name: self.$name.get(),)* }
            }
        }
    };
}

counters! {
    /// Rooms open now.
    rooms,
    /// Peers seated now.
    peers,
    /// ICE-TCP connections open now.
    tcp_connections,
    /// Datagrams and frames received.
    datagrams_in,
    /// Datagrams and frames sent.
    datagrams_out,
    /// RTP packets received and understood.
    packets_in,
    /// RTP packets passed on, counted per viewer.
    packets_forwarded,
    /// Datagrams from addresses that never proved themselves.
    dropped_unknown,
    /// STUN messages without the right password.
    dropped_forged,
    /// Datagrams that are no STUN, DTLS, RTP or RTCP.
    dropped_garbage,
    /// Datagrams over a peer's budget.
    throttled,
    /// Datagrams the kernel or a TCP connection would not take.
    send_failed,
    /// Segments handed over.
    segments,
    /// Segments the consumer had no room for.
    segments_lost,
    /// Orders refused because the queue was full.
    orders_refused,
}
