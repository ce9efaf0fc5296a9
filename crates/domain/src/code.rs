//! The one-time code: sent to the phone or mailbox on file, typed by the customer, compared by its hash.
//! Must not know the code itself, nor how it is sent.

use crate::digest::{Digest, Salt};
use crate::ids::SessionId;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// A code that was not typed by then is worth nothing.
pub const LIFE: Span = Span::minutes(10);
/// Guesses at one code: three of a million.
pub const TRIES: u8 = 3;
/// Codes of one session: a gateway is not to be used to flood a phone.
pub const SENDS: u8 = 3;
/// Digits of a code.
pub const DIGITS: usize = 6;

/// Which way a code goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Text message.
    Sms,
    /// Mail.
    Email,
}

/// Where a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits to be typed.
    Open,
    /// Typed right.
    Matched,
    /// No tries are left.
    Locked,
    /// Typed too late.
    Expired,
    /// Typed right, but before something that has to come first.
    Overtaken,
}

/// The newest code of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTimeCode {
    /// Which way it went.
    pub channel: Channel,
    /// In which session.
    pub session: SessionId,
    /// Makes the hash worth keeping.
    pub salt: Salt,
    /// SHA-256 of salt and code.
    pub hash: Digest,
    /// When it went out.
    pub sent_at: Timestamp,
    /// Codes sent in this session, this one among them.
    pub sends: u8,
    /// Guesses left.
    pub tries_left: u8,
    /// Where it stands.
    pub state: State,
}

/// What came of a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// Right.
    Right,
    /// Wrong.
    Wrong,
    /// Too late, right or not.
    Late,
}

impl OneTimeCode {
    /// When it is worth nothing any more.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.sent_at + LIFE
    }

    /// Compares a guess; spaces between the digits are nobody's mistake.
    #[must_use]
    pub fn guess(&self, typed: &str, now: Timestamp) -> (Self, Tried) {
        let mut next = self.clone();
        if now >= self.expires_at() {
            next.state = State::Expired;
            return (next, Tried::Late);
        }
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if same(&Digest::commit(&self.salt, &digits), &self.hash) {
            next.state = State::Matched;
            return (next, Tried::Right);
        }
        next.tries_left = self.tries_left.saturating_sub(1);
        if next.tries_left == 0 {
            next.state = State::Locked;
        }
        (next, Tried::Wrong)
    }
}

/// Takes as long for a near miss as for a wide one.
fn same(a: &Digest, b: &Digest) -> bool {
    a.0.iter().zip(&b.0).fold(0, |differs, (x, y)| differs | (x ^ y)) == 0
}

/// What is shown of an address, so that only who knows it recognises it: `+65••••67`, `a•••@b.example`.
#[must_use]
pub fn masked(channel: Channel, to: &str) -> String {
    match channel {
        Channel::Sms => {
            let all: Vec<char> = to.chars().collect();
            let tail: String = all.iter().skip(all.len().saturating_sub(2)).collect();
            format!("{}••••{tail}", all.iter().take(3).collect::<String>())
        }
        Channel::Email => {
            let (local, host) = to.rsplit_once('@').unwrap_or((to, ""));
            format!("{}•••@{host}", local.chars().take(1).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sent(code: &str) -> OneTimeCode {
        let salt = Salt([7; 16]);
        OneTimeCode {
            channel: Channel::Sms,
            session: SessionId(1),
            salt,
            hash: Digest::commit(&salt, code),
            sent_at: Timestamp(0),
            sends: 1,
            tries_left: TRIES,
            state: State::Open,
        }
    }

    #[test]
    fn the_right_digits_match_and_the_third_wrong_ones_lock() {
        let (next, tried) = sent("042517").guess(" 042 517 ", Timestamp(1));
        assert_eq!((next.state, tried), (State::Matched, Tried::Right));
        let mut code = sent("042517");
        for left in [2, 1, 0] {
            let (next, tried) = code.guess("042518", Timestamp(1));
            assert_eq!((tried, next.tries_left), (Tried::Wrong, left));
            code = next;
        }
        assert_eq!(code.state, State::Locked);
    }

    #[test]
    fn after_ten_minutes_even_the_right_digits_are_late() {
        let code = sent("042517");
        assert_eq!(code.guess("042517", code.expires_at() - Span::millis(1)).1, Tried::Right);
        let (next, tried) = code.guess("042517", code.expires_at());
        assert_eq!((next.state, tried, next.tries_left), (State::Expired, Tried::Late, TRIES));
    }

    #[test]
    fn an_address_is_shown_to_who_knows_it() {
        assert_eq!(masked(Channel::Sms, "+6591234567"), "+65••••67");
        assert_eq!(masked(Channel::Email, "grace@bank.example"), "g•••@bank.example");
        assert_eq!(masked(Channel::Email, "nobody"), "n•••@");
    }

    proptest! {
        #[test]
        fn no_other_text_matches(guess in "\\PC{0,12}") {
            let digits: String = guess.chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert_eq!(sent("042517").guess(&guess, Timestamp(1)).1 == Tried::Right, digits == "042517");
        }
    }
}
