//! How often something may be asked: token buckets per address, tenant and purpose, and what is in flight.
//! Must not know what is asked.

use super::problem::ApiError;
use crate::telemetry::metrics;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Most callers remembered at once; the fullest buckets are forgotten first, they owe nothing.
const MAX_BUCKETS: usize = 20_000;
/// Most requests that hold a name at once.
const MAX_IN_FLIGHT: usize = 10_000;
/// Addresses remembered as those of people who signed in.
const MAX_KNOWN: usize = 20_000;
/// As long as a sign-in lives: who works there today is known.
const KNOWN_FOR: Duration = Duration::from_secs(12 * 3600);
/// Whoever watches for longer than this without asking for anything begins a new viewing.
pub const VIEWING_IDLE: Duration = Duration::from_secs(15 * 60);
/// Viewings remembered at once; with more, some are logged twice, and none is not.
const MAX_VIEWINGS: usize = 20_000;
/// The key of a budget that all addresses share.
const EVERYBODY: &str = "";

/// What a bucket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Any call, by address.
    Address,
    /// Calls with an API key, by tenant.
    Tenant,
    /// Link tokens that lead nowhere, by address.
    BadToken,
    /// The same, of all addresses together.
    BadTokens,
    /// Failed sign-ins, by account.
    SignIn,
    /// Failed sign-ins, by address.
    SignInFrom,
    /// Failed sign-ins of all addresses together.
    SignIns,
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
            Self::BadToken | Self::BadTokens | Self::NewLink => "link",
            Self::SignIn | Self::SignInFrom | Self::SignIns => "sign_in",
        }
    }

    const fn rate(self) -> Rate {
        match self {
            // A whole branch office may sit behind one address.
            Self::Address => Rate { burst: 600.0, per_second: 200.0 },
            Self::Tenant => Rate { burst: 300.0, per_second: 100.0 },
            // 256 bits cannot be guessed; this only keeps the tries from costing anything.
            Self::BadToken => Rate { burst: 30.0, per_second: 0.2 },
            // Guessing from many addresses at once: far more than customers mistype, far less than a load.
            Self::BadTokens => Rate { burst: 600.0, per_second: 20.0 },
            Self::SignIn => Rate { burst: 10.0, per_second: 10.0 / 900.0 },
            // A floor of agents sits behind one address, and each may mistype once on a Monday.
            Self::SignInFrom => Rate { burst: 50.0, per_second: 50.0 / 900.0 },
            // Each costs 19 MiB and a core for a moment.
            Self::SignIns => Rate { burst: 300.0, per_second: 1.0 },
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
    /// Where somebody signed in, and when last.
    known: Mutex<BTreeMap<String, Instant>>,
    /// Who watches what, and when they last asked for a part of it.
    viewings: Mutex<BTreeMap<String, Instant>>,
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

    /// Whether a viewing begins with this request. A player asks many times; one viewing is one entry in the log.
    pub fn begins(&self, viewing: &str) -> bool {
        self.begins_at(viewing, Instant::now())
    }

    fn begins_at(&self, viewing: &str, now: Instant) -> bool {
        let goes_on = |at: &Instant| now.duration_since(*at) < VIEWING_IDLE;
        let mut all = self.viewings.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_VIEWINGS {
            all.retain(|_, at| goes_on(at));
            if all.len() >= MAX_VIEWINGS {
                all.clear();
            }
        }
        !all.insert(viewing.to_owned(), now).as_ref().is_some_and(goes_on)
    }

    /// A viewing whose beginning could not be logged has not begun.
    pub fn forget_viewing(&self, viewing: &str) {
        self.viewings.lock().unwrap_or_else(PoisonError::into_inner).remove(viewing);
    }

    /// Whether the bucket of `key` is empty, without taking from it.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait.
    pub fn check(&self, purpose: Purpose, key: &str) -> Result<(), ApiError> {
        self.check_at(purpose, key, Instant::now())
    }

    fn check_at(&self, purpose: Purpose, key: &str, now: Instant) -> Result<(), ApiError> {
        let rate = purpose.rate();
        let left = self.left(purpose, key, now);
        if left < 1.0 {
            metrics::LIMITED.add(purpose.word(), 1);
            return Err(ApiError::TooMany(((1.0 - left) / rate.per_second).ceil() as u32));
        }
        Ok(())
    }

    fn left(&self, purpose: Purpose, key: &str, now: Instant) -> f64 {
        let rate = purpose.rate();
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.get(&(purpose, key.to_owned())).map_or(rate.burst, |b| refilled(*b, rate, now))
    }

    /// Fills the bucket of `key` again: the right answer was given.
    pub fn forgive(&self, purpose: Purpose, key: &str) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).remove(&(purpose, key.to_owned()));
    }

    /// Whether a link token may be looked up for this address. While all addresses together fail too
    /// often, those that failed before must wait; who never did is not kept out by the others.
    ///
    /// # Errors
    /// `TooMany` once the address, or with a failure of its own everybody, has spent the budget.
    pub fn may_look(&self, from: IpAddr) -> Result<(), ApiError> {
        self.may_look_at(&network(from), Instant::now())
    }

    fn may_look_at(&self, from: &str, now: Instant) -> Result<(), ApiError> {
        self.check_at(Purpose::BadToken, from, now)?;
        if self.left(Purpose::BadToken, from, now) < Purpose::BadToken.rate().burst {
            self.check_at(Purpose::BadTokens, EVERYBODY, now)?;
        }
        Ok(())
    }

    /// A link token led nowhere.
    ///
    /// # Errors
    /// `TooMany` once a budget is spent.
    pub fn bad_token(&self, from: IpAddr) -> Result<(), ApiError> {
        self.bad_token_at(&network(from), Instant::now())
    }

    fn bad_token_at(&self, from: &str, now: Instant) -> Result<(), ApiError> {
        self.take_at(Purpose::BadToken, from, now)?;
        self.take_at(Purpose::BadTokens, EVERYBODY, now).map(|_| ())
    }

    /// Whether somebody may try to sign in from here, to this account if it is named. Only failures
    /// count. The budget of everybody does not keep out an address where somebody signed in today:
    /// else whoever guesses from many addresses would lock the agents out.
    ///
    /// # Errors
    /// `TooMany` once a budget is spent.
    pub fn may_sign_in(&self, from: IpAddr, account: Option<&str>) -> Result<(), ApiError> {
        self.may_sign_in_at(&network(from), account, Instant::now())
    }

    fn may_sign_in_at(&self, from: &str, account: Option<&str>, now: Instant) -> Result<(), ApiError> {
        self.check_at(Purpose::SignInFrom, from, now)?;
        if let Some(account) = account {
            self.check_at(Purpose::SignIn, account, now)?;
        }
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(from).copied();
        if known.is_some_and(|at| now.saturating_duration_since(at) < KNOWN_FOR) {
            return Ok(());
        }
        self.check_at(Purpose::SignIns, EVERYBODY, now)
    }

    /// A sign-in failed: it counts against the address, the account and everybody.
    pub fn sign_in_failed(&self, from: IpAddr, account: Option<&str>) {
        self.sign_in_failed_at(&network(from), account, Instant::now());
    }

    fn sign_in_failed_at(&self, from: &str, account: Option<&str>, now: Instant) {
        // Whether the bucket was empty already was asked before the try.
        let _ = self.take_at(Purpose::SignInFrom, from, now);
        let _ = account.map(|account| self.take_at(Purpose::SignIn, account, now));
        let _ = self.take_at(Purpose::SignIns, EVERYBODY, now);
    }

    /// Somebody signed in.
    pub fn signed_in(&self, from: IpAddr, account: Option<&str>) {
        self.signed_in_at(network(from), account, Instant::now());
    }

    fn signed_in_at(&self, from: String, account: Option<&str>, now: Instant) {
        if let Some(account) = account {
            self.forgive(Purpose::SignIn, account);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN {
            known.retain(|_, at| now.saturating_duration_since(*at) < KNOWN_FOR);
            if known.len() >= MAX_KNOWN {
                known.clear();
            }
        }
        known.insert(from, now);
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
    fn a_viewing_begins_once_and_again_after_a_long_pause() {
        let (guards, start) = (Guards::default(), Instant::now());
        let mut at = start;
        assert!(guards.begins_at("ana session", at));
        for _ in 0..10 {
            at += VIEWING_IDLE - Duration::from_secs(1);
            assert!(!guards.begins_at("ana session", at), "it goes on while something is asked for");
        }
        assert!(guards.begins_at("ben session", at), "another viewer");
        assert!(guards.begins_at("ana session", at + VIEWING_IDLE));
        guards.forget_viewing("ana session");
        assert!(guards.begins_at("ana session", at + VIEWING_IDLE), "what could not be logged has not begun");
    }

    #[test]
    fn failures_stop_an_account_an_address_and_everybody_and_successes_count_for_nothing() {
        let (guards, start) = (Guards::default(), Instant::now());
        let may = |from: &str, account: &str| guards.may_sign_in_at(from, Some(account), start).is_ok();
        for _ in 0..1_000 {
            assert!(may("office", "ana"));
            guards.signed_in_at("office".to_owned(), Some("ana"), start);
        }
        for n in 0..10 {
            assert!(may(&format!("elsewhere {n}"), "ana"));
            guards.sign_in_failed_at(&format!("elsewhere {n}"), Some("ana"), start);
        }
        assert!(!may("anywhere", "ana"), "the account is guessed at from many addresses");
        for n in 0..50 {
            assert!(may("one place", &format!("account {n}")), "{n}");
            guards.sign_in_failed_at("one place", Some(&format!("account {n}")), start);
        }
        assert!(!may("one place", "fresh"), "one address guesses at many accounts");
        for n in 60..300 {
            guards.sign_in_failed_at(&format!("bot {n}"), Some(&format!("account {n}")), start);
        }
        assert!(!may("a new place", "fresh"), "everybody has spent the budget of everybody");
        assert!(may("office", "bo"), "where people signed in today they still do");
        let later = start + KNOWN_FOR;
        assert!(guards.may_sign_in_at("a new place", Some("fresh"), later).is_ok(), "and the budget fills again");
    }

    #[test]
    fn while_all_addresses_guess_tokens_who_never_failed_is_still_served() {
        let (guards, start) = (Guards::default(), Instant::now());
        for n in 0..600 {
            let from = format!("bot {n}");
            assert!(guards.may_look_at(&from, start).is_ok() && guards.bad_token_at(&from, start).is_ok(), "{n}");
        }
        assert!(guards.may_look_at("bot 7", start).is_err(), "who failed before waits");
        assert!(guards.may_look_at("a customer", start).is_ok(), "who never did is looked up");
        assert!(guards.bad_token_at("a customer", start).is_err(), "and told to wait when that was a guess too");
        assert!(guards.may_look_at("bot 7", start + Duration::from_secs(1)).is_ok());
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
