//! Photographs that have not wholly arrived: what came so far, in memory only, because nothing unsealed touches the disk.
//! Must not know HTTP.

use super::super::evidence::About;
use crate::adapters::images::MAX_BYTES;
use domain::digest::Digest;
use domain::ids::CaseId;
use domain::time::{Span, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use wire::api::invitations::PhotographKept;

/// Most uploads of one case that are under way: a burst's proposal, one by hand, and two that a reload left behind.
pub const MAX_OPEN: usize = 4;
/// A photograph that has not arrived by then belongs to a call that is over.
pub const LIFE: Span = Span::minutes(10);
/// Most bytes of all uploads together; beyond it new ones wait.
const MAX_TOTAL: u64 = 256 * 1024 * 1024;

/// What is known of an upload from outside.
#[derive(Clone, Debug)]
pub struct Standing {
    pub offset: u64,
    pub length: u64,
    /// What became of it, once it is kept.
    pub kept: Option<PhotographKept>,
}

struct Upload {
    case: CaseId,
    about: About,
    sha256: Digest,
    length: u64,
    bytes: Vec<u8>,
    until: Timestamp,
    /// Who may add: a newer request takes the turn, because an old one may hang on a dead line for minutes.
    turn: u64,
    /// A request makes the photograph of it now.
    finishing: bool,
    kept: Option<PhotographKept>,
}

impl Upload {
    fn standing(&self) -> Standing {
        let offset = if self.kept.is_some() { self.length } else { self.bytes.len() as u64 };
        Standing { offset, length: self.length, kept: self.kept.clone() }
    }
}

/// Why an upload goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Nobody knows it (any more).
    Unknown,
    /// It stands elsewhere.
    Offset(u64),
    /// A newer request goes on with it.
    Overtaken,
    /// More bytes than were announced.
    TooLong,
    /// The case has too many open.
    TooMany,
    /// The server has too many bytes in hand.
    Full,
}

/// Everything under way.
#[derive(Default)]
pub struct Uploads {
    all: Mutex<BTreeMap<String, Upload>>,
}

impl Uploads {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Upload>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an upload under this name. One of the same bytes for the same purpose goes on instead: whoever asks again
    /// has not heard the first answer. Gives the name that counts.
    ///
    /// # Errors
    /// Too many, or too many bytes.
    pub fn open(&self, name: String, case: CaseId, about: About, sha256: Digest, length: u64, now: Timestamp) -> Result<String, Stop> {
        let mut all = self.lock();
        all.retain(|_, u| now < u.until);
        let same = all.iter().find(|(_, u)| u.case == case && u.sha256 == sha256 && u.length == length && u.about == about);
        if let Some((name, _)) = same {
            return Ok(name.clone());
        }
        if all.values().filter(|u| u.case == case && u.kept.is_none()).count() >= MAX_OPEN {
            return Err(Stop::TooMany);
        }
        // Counted as announced, so that what was begun can also be finished.
        let total: u64 = all.values().filter(|u| u.kept.is_none()).map(|u| u.length).sum();
        if length > MAX_BYTES as u64 || total + length > MAX_TOTAL {
            return Err(Stop::Full);
        }
        let upload = Upload { case, about, sha256, length, bytes: Vec::new(), until: now + LIFE, turn: 0, finishing: false, kept: None };
        all.insert(name.clone(), upload);
        Ok(name)
    }

    fn with<T>(&self, name: &str, case: CaseId, now: Timestamp, act: impl FnOnce(&mut Upload) -> Result<T, Stop>) -> Result<T, Stop> {
        let mut all = self.lock();
        let upload = all.get_mut(name).filter(|u| u.case == case && now < u.until).ok_or(Stop::Unknown)?;
        act(upload)
    }

    /// Where it stands. Whoever asks will go on with it: a request before this one adds nothing more.
    ///
    /// # Errors
    /// Unknown.
    pub fn standing(&self, name: &str, case: CaseId, now: Timestamp) -> Result<Standing, Stop> {
        self.with(name, case, now, |u| {
            u.turn += 1;
            Ok(u.standing())
        })
    }

    /// Takes the turn to add from `offset` on.
    ///
    /// # Errors
    /// Unknown, or another offset.
    pub fn take_turn(&self, name: &str, case: CaseId, offset: u64, now: Timestamp) -> Result<u64, Stop> {
        self.with(name, case, now, |u| {
            let at = u.standing().offset;
            if at != offset {
                return Err(Stop::Offset(at));
            }
            u.turn += 1;
            Ok(u.turn)
        })
    }

    /// Adds what came.
    ///
    /// # Errors
    /// Unknown, overtaken, or more than announced; then nothing of it is kept.
    pub fn add(&self, name: &str, case: CaseId, turn: u64, more: &[u8], now: Timestamp) -> Result<(), Stop> {
        self.with(name, case, now, |u| {
            if u.turn != turn {
                return Err(Stop::Overtaken);
            }
            let room = if u.kept.is_some() { 0 } else { u.length - u.bytes.len() as u64 };
            if more.len() as u64 > room {
                return Err(Stop::TooLong);
            }
            u.bytes.extend_from_slice(more);
            Ok(())
        })
    }

    /// The bytes and what they are for, once all have come; `None` while some are missing. Whoever gets them makes the
    /// photograph, until the [`Finishing`] is dropped.
    ///
    /// # Errors
    /// Unknown, or another request makes it now.
    pub fn whole(&self, name: &str, case: CaseId, now: Timestamp) -> Result<Option<(Vec<u8>, About, Digest)>, Stop> {
        self.with(name, case, now, |u| {
            let whole = u.kept.is_none() && u.bytes.len() as u64 == u.length;
            if whole && std::mem::replace(&mut u.finishing, true) {
                return Err(Stop::Overtaken);
            }
            Ok(whole.then(|| (u.bytes.clone(), u.about.clone(), u.sha256)))
        })
    }

    /// Lets another request try, when this one is dropped without an answer.
    pub fn finishing<'a>(&'a self, name: &'a str) -> Finishing<'a> {
        Finishing { uploads: self, name }
    }

    /// It became a photograph: the bytes are let go, the answer stays for whoever did not hear it.
    pub fn keep(&self, name: &str, kept: PhotographKept) {
        if let Some(upload) = self.lock().get_mut(name) {
            upload.bytes = Vec::new();
            upload.kept = Some(kept);
        }
    }

    /// Forgets an upload of this case.
    pub fn forget(&self, name: &str, case: CaseId) {
        let mut all = self.lock();
        if all.get(name).is_some_and(|u| u.case == case) {
            all.remove(name);
        }
    }
}

/// A photograph in the making; the connection it is made for may break at any moment.
pub struct Finishing<'a> {
    uploads: &'a Uploads,
    name: &'a str,
}

impl Drop for Finishing<'_> {
    fn drop(&mut self) {
        if let Some(upload) = self.uploads.lock().get_mut(self.name) {
            upload.finishing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::evidence::Slot;

    const CASE: CaseId = CaseId(1);

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000_000)
    }

    fn begin(all: &Uploads, name: &str, length: u64) -> Result<String, Stop> {
        let about = About { slot: Slot::Portrait, step: None, command: Some(1), chosen: false };
        all.open(name.to_owned(), CASE, about, Digest::of(name.as_bytes()), length, at(0))
    }

    #[test]
    fn a_newer_request_takes_the_turn_from_one_that_hangs() {
        let all = Uploads::default();
        begin(&all, "a", 6).unwrap();
        let old = all.take_turn("a", CASE, 0, at(0)).unwrap();
        all.add("a", CASE, old, b"abc", at(0)).unwrap();
        assert_eq!(all.standing("a", CASE, at(1)).unwrap().offset, 3);
        assert_eq!(all.add("a", CASE, old, b"def", at(1)), Err(Stop::Overtaken));
        assert_eq!(all.take_turn("a", CASE, 0, at(1)), Err(Stop::Offset(3)));
        let new = all.take_turn("a", CASE, 3, at(1)).unwrap();
        assert_eq!(all.add("a", CASE, new, b"defg", at(1)), Err(Stop::TooLong));
        all.add("a", CASE, new, b"def", at(1)).unwrap();
        assert_eq!(all.whole("a", CASE, at(1)).unwrap().unwrap().0, b"abcdef");
    }

    #[test]
    fn two_requests_at_the_end_make_one_photograph() {
        let all = Uploads::default();
        begin(&all, "a", 1).unwrap();
        let turn = all.take_turn("a", CASE, 0, at(0)).unwrap();
        all.add("a", CASE, turn, b"x", at(0)).unwrap();
        assert!(all.whole("a", CASE, at(0)).unwrap().is_some());
        let making = all.finishing("a");
        assert_eq!(all.whole("a", CASE, at(0)).unwrap_err(), Stop::Overtaken);
        drop(making);
        assert!(all.whole("a", CASE, at(0)).unwrap().is_some(), "a request that broke off leaves the photograph to the next");
    }

    #[test]
    fn what_is_under_way_is_bounded_in_number_bytes_and_time() {
        let all = Uploads::default();
        for name in ["a", "b", "c", "d"] {
            assert_eq!(begin(&all, name, 10).unwrap(), name);
        }
        assert_eq!(begin(&all, "e", 10), Err(Stop::TooMany));
        assert_eq!(begin(&all, "a", 10).unwrap(), "a", "asked again it is the same upload");
        assert_eq!(all.standing("a", CASE, at(0) + LIFE).unwrap_err(), Stop::Unknown);
        assert_eq!(all.standing("a", CaseId(2), at(0)).unwrap_err(), Stop::Unknown, "another case's is nobody's");
        all.forget("a", CaseId(2));
        assert!(all.standing("a", CASE, at(0)).is_ok());
        assert_eq!(begin(&Uploads::default(), "a", MAX_BYTES as u64 + 1), Err(Stop::Full));
        let full = Uploads::default();
        let mut taken = 0;
        for n in 0..100u128 {
            let about = About { slot: Slot::Portrait, step: None, command: None, chosen: true };
            let more = full.open(n.to_string(), CaseId(n), about, Digest::of(&n.to_be_bytes()), MAX_BYTES as u64, at(0));
            taken += u64::from(more.is_ok()) * MAX_BYTES as u64;
        }
        assert!(taken <= MAX_TOTAL && taken + MAX_BYTES as u64 > MAX_TOTAL);
    }
}
