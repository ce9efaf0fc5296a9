//! How often something may be asked: token buckets per address, tenant and purpose, and what is in flight.
//! Must not know what is asked.

use super::problem::ApiError;
use crate::telemetry::metrics;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Most callers remembered at once; the fullest buckets are forgotten first, they owe nothing.
const MAX_BUCKETS: usize = 20_000;
/// Most requests that hold a name at once.
const MAX_IN_FLIGHT: usize = 10_000;

/// What a bucket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Any call, by address.
    Address,
    /// Calls with an API key, by tenant.
    Tenant,
    /// Link tokens that lead nowhere, by address and for all addresses together.
    BadToken,
    /// Sign-in tries, by account and by address.
    SignIn,
    /// New links and call backs asked for by customers, by case.
    NewLink,
    /// Views of one piece of evidence by one person that are not logged again.
    View,
}

/// How much and how fast.
#[derive(Clone, Copy, Debug)]
struct Rate {
    burst: f64,
    per_second: f64,
}

impl Purpose {
    /// As the numbers name it.
    const fn word(self) -> &'static str {
        match self {
            Self::Address | Self::Tenant | Self::View => "api",
            Self::BadToken | Self::NewLink => "link",
            Self::SignIn => "sign_in",
        }
    }

    const fn rate(self) -> Rate {
        match self {
            // A whole branch office may sit behind one address.
            Self::Address => Rate { burst: 600.0, per_second: 200.0 },
            Self::Tenant => Rate { burst: 300.0, per_second: 100.0 },
            // 256 bits cannot be guessed; this only keeps the tries from costing anything.
            Self::BadToken => Rate { burst: 30.0, per_second: 0.2 },
            Self::SignIn => Rate { burst: 10.0, per_second: 10.0 / 900.0 },
            // Each may send a text message that somebody pays for.
            Self::NewLink => Rate { burst: 5.0, per_second: 1.0 / 60.0 },
            Self::View => Rate { burst: 1.0, per_second: 1.0 / 60.0 },
        }
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// What is left of a bucket, for the RateLimit header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub limit: u32,
    pub remaining: u32,
}

/// Every bucket and everything in flight of this process.
#[derive(Default)]
pub struct Guards {
    buckets: Mutex<BTreeMap<(Purpose, String), Bucket>>,
    in_flight: Mutex<BTreeSet<String>>,
    /// The last step of each person's one-time codes: a code counts once.
    codes: Mutex<BTreeMap<domain::ids::AgentId, u64>>,
}

impl Guards {
    /// Takes one from the bucket of `key`.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub fn take(&self, purpose: Purpose, key: &str) -> Result<Left, ApiError> {
        self.take_at(purpose, key, Instant::now())
    }

    fn take_at(&self, purpose: Purpose, key: &str, now: Instant) -> Result<Left, ApiError> {
        let rate = purpose.rate();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_BUCKETS {
            buckets.retain(|(p, _), b| refilled(*b, p.rate(), now) < p.rate().burst);
            if buckets.len() >= MAX_BUCKETS {
                buckets.clear();
            }
        }
        let bucket = buckets.entry((purpose, key.to_owned())).or_insert(Bucket { left: rate.burst, at: now });
        bucket.left = refilled(*bucket, rate, now);
        bucket.at = now;
        if bucket.left < 1.0 {
            if purpose != Purpose::View {
                metrics::LIMITED.add(purpose.word(), 1);
            }
            return Err(ApiError::TooMany(((1.0 - bucket.left) / rate.per_second).ceil() as u32));
        }
        bucket.left -= 1.0;
        Ok(Left { limit: rate.burst as u32, remaining: bucket.left as u32 })
    }

    /// Whether the bucket of `key` is empty, without taking from it.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub fn check(&self, purpose: Purpose, key: &str) -> Result<(), ApiError> {
        let rate = purpose.rate();
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let left = buckets.get(&(purpose, key.to_owned())).map_or(rate.burst, |b| refilled(*b, rate, Instant::now()));
        if left < 1.0 { Err(ApiError::TooMany(((1.0 - left) / rate.per_second).ceil() as u32)) } else { Ok(()) }
    }

    /// Fills the bucket of `key` again: the right answer was given.
    pub fn forgive(&self, purpose: Purpose, key: &str) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).remove(&(purpose, key.to_owned()));
    }

    /// A link token led nowhere.
    ///
    /// # Errors
    /// `TooMany` once this address has spent its budget.
    pub fn bad_token(&self, from: IpAddr) -> Result<(), ApiError> {
        self.take(Purpose::BadToken, &network(from)).map(|_| ())
    }

    /// Holds a name until the guard is dropped; `None` when another request holds it.
    #[must_use]
    pub fn hold(self: &Arc<Self>, name: String) -> Option<Held> {
        let mut held = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MAX_IN_FLIGHT || !held.insert(name.clone()) {
            return None;
        }
        Some(Held { guards: self.clone(), name })
    }

    /// Whether a one-time code of this step is used for the first time.
    #[must_use]
    pub fn first_use(&self, person: domain::ids::AgentId, step: u64) -> bool {
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.len() >= MAX_BUCKETS {
            codes.clear();
        }
        let last = codes.entry(person).or_insert(0);
        let first = step > *last;
        *last = (*last).max(step);
        first
    }
}

/// A name that nobody else may hold meanwhile.
pub struct Held {
    guards: Arc<Guards>,
    name: String,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.guards.in_flight.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

fn refilled(bucket: Bucket, rate: Rate, now: Instant) -> f64 {
    (bucket.left + now.saturating_duration_since(bucket.at).as_secs_f64() * rate.per_second).min(rate.burst)
}

/// One caller: an IPv4 address, or the /64 that one IPv6 customer is given.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_runs_empty_says_how_long_to_wait_and_fills_again() {
        let guards = Guards::default();
        let start = Instant::now();
        for _ in 0..10 {
            assert!(guards.take_at(Purpose::SignIn, "a", start).is_ok());
        }
        let Err(ApiError::TooMany(wait)) = guards.take_at(Purpose::SignIn, "a", start) else { panic!("not limited") };
        assert_eq!(wait, 90);
        assert!(guards.take_at(Purpose::SignIn, "b", start).is_ok(), "another caller is free");
        assert!(guards.take_at(Purpose::SignIn, "a", start + Duration::from_secs(91)).is_ok());
    }

    #[test]
    fn a_name_is_held_once_and_let_go() {
        let guards = Arc::new(Guards::default());
        let held = guards.hold("k".to_owned());
        assert!(held.is_some() && guards.hold("k".to_owned()).is_none());
        drop(held);
        assert!(guards.hold("k".to_owned()).is_some());
    }

    #[test]
    fn one_household_is_one_caller() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
