//! Instants and spans: microseconds of UTC as an integer, RFC 3339 as text.
//! Must not know a clock.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// A length of time in microseconds, never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Span(pub i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of whole seconds.
    #[must_use]
    pub const fn seconds(n: i64) -> Self {
        Self(n * 1_000_000)
    }

    /// A span of whole milliseconds.
    #[must_use]
    pub const fn millis(n: i64) -> Self {
        Self(n * 1_000)
    }

    /// A span of whole minutes.
    #[must_use]
    pub const fn minutes(n: i64) -> Self {
        Self::seconds(n * 60)
    }

    /// Whole seconds, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1_000_000
    }

    /// Whole milliseconds, rounded down.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0 / 1_000
    }
}

impl Timestamp {
    /// An instant from milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms * 1_000)
    }

    /// Milliseconds since the epoch, rounded down.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// The time since `earlier`; zero if `earlier` is later (clocks step back).
    #[must_use]
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0).max(0))
    }

    /// Reads RFC 3339 text with an offset; `None` if it is not such a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_microsecond()))
    }

    /// The same moment so many calendar years later, in UTC; the end of time where the calendar ends.
    #[must_use]
    pub fn plus_years(self, years: u8) -> Self {
        let later = jiff::Timestamp::from_microsecond(self.0)
            .ok()
            .and_then(|at| at.to_zoned(jiff::tz::TimeZone::UTC).checked_add(jiff::Span::new().years(i64::from(years))).ok());
        later.map_or(Self(i64::MAX), |at| Self(at.timestamp().as_microsecond()))
    }

    /// The day and the minute of that day in a named time zone (IANA), or in UTC if unknown.
    /// Weekday: 0 = Monday.
    #[must_use]
    pub fn local(self, zone: &str) -> LocalMinute {
        let tz = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let at = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let zoned = at.to_zoned(tz);
        LocalMinute {
            weekday: u8::try_from(zoned.weekday().to_monday_zero_offset()).unwrap_or(0),
            minute: u16::try_from(i32::from(zoned.hour()) * 60 + i32::from(zoned.minute())).unwrap_or(0),
            date: zoned.date().to_string(),
        }
    }
}

/// A wall-clock minute somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalMinute {
    /// 0 = Monday … 6 = Sunday.
    pub weekday: u8,
    /// Minutes since local midnight, 0..1440.
    pub minute: u16,
    /// The local date, `YYYY-MM-DD`.
    pub date: String,
}

/// Whether an IANA time zone name is known.
#[must_use]
pub fn zone_is_known(zone: &str) -> bool {
    jiff::tz::TimeZone::get(zone).is_ok()
}

/// Whether `text` is a calendar date `YYYY-MM-DD`.
#[must_use]
pub fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

impl Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(t) => write!(f, "{t:.6}"),
            Err(_) => write!(f, "@{}us", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_reads_back_and_local_time_knows_its_zone() {
        let t = Timestamp::parse("2026-11-22T23:30:00+00:00").unwrap();
        assert_eq!(t.to_string(), "2026-11-22T23:30:00.000000Z");
        let jakarta = t.local("Asia/Jakarta");
        assert_eq!((jakarta.weekday, jakarta.minute, jakarta.date.as_str()), (0, 6 * 60 + 30, "2026-11-23"));
        assert_eq!(t.local("Nowhere/Else").minute, 23 * 60 + 30);
        assert!(is_date("2024-02-29") && !is_date("2023-02-29") && !is_date("20240229"));
    }

    #[test]
    fn a_clock_that_steps_back_gives_no_negative_span() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), Span::ZERO);
    }
}
