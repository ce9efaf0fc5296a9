//! Estimates what a viewer's path carries from the loss, round trip and rate of each second. It must not know str0m.
//!
//! str0m's own estimator comes with a pacer that releases one packet per step: forwarding cost
//! twice the CPU and 4 ms with it. Transport-wide feedback is on all the same; its loss and
//! round trip, once a second, are enough to tell the other side to send less.

/// Where the estimate starts: one good picture with sound.
const START: u64 = 1_500_000;
/// Sound alone still fits.
const LEAST: u64 = 60_000;
/// More is of no use to one picture.
const MOST: u64 = 2_500_000;
/// Loss below this is noise of a radio link.
const LOSS_OK: f32 = 0.02;
/// Loss above this is congestion.
const LOSS_BAD: f32 = 0.10;
/// Round trips longer than the shortest by this sit in a queue on the way.
const QUEUE_MS: f32 = 120.0;
/// Per second; the shortest round trip is forgotten slowly, because routes change.
const SHORTEST_GROWTH: f32 = 1.01;

/// What one path carries, in bits per second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PathEstimate {
    bps: u64,
    shortest_ms: Option<f32>,
    known: bool,
}

impl Default for PathEstimate {
    fn default() -> PathEstimate {
        PathEstimate { bps: START, shortest_ms: None, known: false }
    }
}

impl PathEstimate {
    /// One second of feedback: what was sent, the share lost, the latest round trip.
    pub fn note(&mut self, sent_bps: u64, loss: f32, rtt_ms: Option<f32>) {
        let queueing = rtt_ms.map_or(0.0, |rtt| {
            let shortest = self.shortest_ms.map_or(rtt, |s| (s * SHORTEST_GROWTH).min(rtt));
            self.shortest_ms = Some(shortest);
            rtt - shortest
        });
        self.known = true;
        // What did arrive fits, whatever else was sent too much.
        let arrived = scaled(sent_bps, 0.85 * (1.0 - loss));
        let at_most = self.bps.min(sent_bps.max(LEAST));
        if loss > LOSS_BAD {
            self.bps = scaled(at_most, 1.0 - 0.5 * loss).max(arrived);
        } else if queueing > QUEUE_MS {
            self.bps = scaled(at_most, 0.85);
        } else if loss < LOSS_OK {
            // Nothing is known beyond what was tried: half as much again at most.
            let tried = sent_bps.saturating_mul(3) / 2 + 50_000;
            let grown = scaled(self.bps, 1.08).min(tried);
            self.bps = self.bps.max(grown).max(sent_bps);
        }
        self.bps = self.bps.clamp(LEAST, MOST);
    }

    /// The estimate, once there was feedback.
    pub fn kbps(&self) -> Option<u32> {
        self.known.then(|| u32::try_from(self.bps / 1000).unwrap_or(u32::MAX))
    }
}

fn scaled(bps: u64, factor: f32) -> u64 {
    // Bits per second of one call are far inside f64's integers.
    (bps as f64 * f64::from(factor)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_and_queues_lower_it_and_a_clear_path_raises_it() {
        let mut e = PathEstimate::default();
        assert_eq!(e.kbps(), None);
        e.note(1_000_000, 0.3, Some(50.0));
        assert_eq!(e.kbps(), Some(850));
        e.note(850_000, 0.0, Some(300.0));
        assert_eq!(e.kbps(), Some(722));
        e.note(700_000, 0.05, Some(60.0));
        assert_eq!(e.kbps(), Some(722), "noise changes nothing");
        for _ in 0..30 {
            e.note(700_000, 0.0, Some(50.0));
        }
        assert_eq!(e.kbps(), Some(1100), "no further than what was tried");
    }

    #[test]
    fn it_stays_within_bounds() {
        let mut e = PathEstimate::default();
        for _ in 0..100 {
            e.note(0, 1.0, None);
        }
        assert_eq!(e.kbps(), Some(60));
        for _ in 0..200 {
            e.note(9_000_000, 0.0, None);
        }
        assert_eq!(e.kbps(), Some(2500));
    }
}
