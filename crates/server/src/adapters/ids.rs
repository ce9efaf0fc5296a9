//! Chance, as a port: ids in time order, seeds and secrets; the system's, and a seeded one for tests.
//! Must not know what the numbers name.

use super::clock::Clock;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes what cannot be guessed or repeated.
pub trait Ids: Send + Sync {
    /// A new id in the layout of UUIDv7: milliseconds first, so that rows stay in time order.
    /// Unique, not secret.
    fn id(&self) -> u128;

    /// A seed for a draw that must be fair and repeatable.
    fn seed(&self) -> u64;

    /// 256 bits nobody can guess: link tokens, API keys, sign-in links.
    fn secret(&self) -> [u8; 32];
}

/// The operating system's generator.
pub struct SystemIds {
    clock: Arc<dyn Clock>,
}

impl SystemIds {
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

impl Ids for SystemIds {
    fn id(&self) -> u128 {
        uuid_v7(self.clock.now().as_millis(), u128::from_be_bytes(random()))
    }

    fn seed(&self) -> u64 {
        u64::from_be_bytes(random())
    }

    fn secret(&self) -> [u8; 32] {
        random()
    }
}

/// Random bytes of the operating system. Without them nothing here is safe, so the process
/// ends rather than go on; no request can bring that about.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// The same numbers for the same seed, for tests and simulations only.
pub struct SeededIds {
    clock: Arc<dyn Clock>,
    key: [u8; 8],
    drawn: AtomicU64,
}

impl SeededIds {
    #[must_use]
    pub fn new(seed: u64, clock: Arc<dyn Clock>) -> Self {
        Self { clock, key: seed.to_be_bytes(), drawn: AtomicU64::new(0) }
    }

    fn draw(&self) -> [u8; 32] {
        let n = self.drawn.fetch_add(1, Ordering::AcqRel);
        let mut out = [0; 32];
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) {
            mac.update(&n.to_be_bytes());
            out.copy_from_slice(&mac.finalize().into_bytes());
        }
        out
    }
}

impl Ids for SeededIds {
    fn id(&self) -> u128 {
        uuid_v7(self.clock.now().as_millis(), u128::from_be_bytes(first(self.draw())))
    }

    fn seed(&self) -> u64 {
        u64::from_be_bytes(first(self.draw()))
    }

    fn secret(&self) -> [u8; 32] {
        self.draw()
    }
}

fn first<const N: usize>(bytes: [u8; 32]) -> [u8; N] {
    std::array::from_fn(|at| bytes[at])
}

/// RFC 9562, section 5.7: 48 bits of milliseconds, version 7, variant 10, 74 random bits.
fn uuid_v7(millis: i64, random: u128) -> u128 {
    let time = u128::from(millis.max(0).cast_unsigned()) & 0xffff_ffff_ffff;
    let rand_a = (random >> 64) & 0xfff;
    let rand_b = random & 0x3fff_ffff_ffff_ffff;
    (time << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b
}

#[cfg(test)]
mod tests {
    use super::super::clock::FakeClock;
    use super::*;
    use domain::time::{Span, Timestamp};
    use std::collections::BTreeSet;

    #[test]
    fn an_id_says_its_millisecond_version_and_variant() {
        let id = uuid_v7(0x0192_3456_789a, u128::MAX);
        assert_eq!(id, 0x0192_3456_789a_7fff_bfff_ffff_ffff_ffff);
        assert_eq!(uuid_v7(0x0192_3456_789a, 0), 0x0192_3456_789a_7000_8000_0000_0000_0000);
    }

    #[test]
    fn ids_of_later_milliseconds_sort_later_and_none_repeats() {
        let clock = Arc::new(FakeClock::at(Timestamp::from_millis(1_000)));
        let ids = SystemIds::new(clock.clone());
        let mut seen = BTreeSet::new();
        for _ in 0..200 {
            let id = ids.id();
            assert!(seen.last().is_none_or(|last| *last < id));
            assert!(seen.insert(id));
            clock.advance(Span::millis(1));
        }
        assert_ne!(ids.secret(), ids.secret());
    }

    #[test]
    fn one_seed_draws_one_sequence_and_another_seed_another() {
        let clock: Arc<dyn Clock> = Arc::new(FakeClock::at(Timestamp(0)));
        let walk = |seed| {
            let ids = SeededIds::new(seed, clock.clone());
            (ids.id(), ids.id(), ids.seed(), ids.secret())
        };
        assert_eq!(walk(1), walk(1));
        assert_ne!(walk(1), walk(2));
        let (first, second, ..) = walk(1);
        assert_ne!(first, second);
    }
}
