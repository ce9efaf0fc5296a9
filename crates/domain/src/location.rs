//! Where the customer's device says it is: readings, what they may hint at, and the answer "no".
//! A hint is never a verdict. Must not know a browser.

use crate::digest::Digest;
use crate::geo::{Country, Point};
use crate::pii::Pii;
use crate::report::ClaimedData;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Most readings of one answer.
pub const MAX_FIXES: usize = 5;
/// Most times a customer may be asked in one case: more would be pressing.
pub const MAX_ASKED: u8 = 5;
/// Half the Earth; no honest circle is larger.
const MAX_ACCURACY_DM: u32 = 200_370_000;
/// Older than this is another place.
const STALE_MS: u32 = 10 * 60 * 1_000;
/// Faster than a passenger's aircraft, metres a second.
const TOO_FAST: f64 = 340.0;
/// A satellite's reading is this fine, and has a height.
const FINE_DM: u32 = 80;

/// One reading of the device, in integers so that state compares and hashes exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// Latitude, millionths of a degree.
    pub lat: i32,
    /// Longitude, millionths of a degree.
    pub lon: i32,
    /// Radius of the circle it lies in, decimetres.
    pub accuracy_dm: u32,
    /// Whether a height came with it.
    pub height: bool,
    /// How old it was when it was sent.
    pub age_ms: u32,
}

/// What a reading may hint at; a person judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// A radius of nothing: no receiver claims that.
    ZeroAccuracy,
    /// Both coordinates are round numbers.
    RoundCoordinates,
    /// Several readings to the last digit the same.
    IdenticalFixes,
    /// Fine as a satellite's, but without a height.
    FineWithoutHeight,
    /// An old reading.
    Stale,
    /// Nobody travels so fast from the reading before.
    Jump,
    /// The network address belongs to another country.
    OtherNetworkCountry,
}

/// What the network address says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Network {
    /// The operator supplied no database.
    NoDatabase,
    /// The database does not know the address.
    Unknown,
    /// A country.
    Country {
        /// ISO 3166 alpha-2.
        code: String,
    },
}

/// Where the claimed country comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The claimed address names it.
    Address,
    /// The jurisdiction's own.
    Jurisdiction,
}

/// Why there is no reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The customer said no on our page.
    Customer,
    /// The browser or the customer at its question.
    Browser,
    /// The device found no place.
    Unavailable,
    /// It took too long.
    TimedOut,
}

/// How fine a reading is, in steps that tell no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fineness {
    /// Within 50 m.
    Street,
    /// Within 1 km.
    Quarter,
    /// Within 20 km.
    Town,
    /// Coarser.
    Region,
}

impl Fineness {
    /// The step of a radius.
    #[must_use]
    pub const fn of(accuracy_dm: u32) -> Self {
        match accuracy_dm {
            0..=500 => Self::Street,
            501..=10_000 => Self::Quarter,
            10_001..=200_000 => Self::Town,
            _ => Self::Region,
        }
    }
}

/// A kept answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Located {
    /// When it came.
    pub at: Timestamp,
    /// The readings, as they came.
    pub fixes: Pii<Vec<Fix>>,
    /// What the audit log holds of them.
    pub commitment: Digest,
    /// What they may hint at.
    pub hints: Vec<Hint>,
    /// Country of the finest reading, alpha-2.
    pub country: Option<String>,
    /// The claimed country, alpha-2, and where it comes from.
    pub claimed: Option<(String, Basis)>,
    /// Kilometres to the claimed country; 0 inside.
    pub distance_km: Option<u32>,
    /// Country of the network address.
    pub network: Network,
}

/// Where the question stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Times asked.
    pub asked: u8,
    /// An answer is awaited since.
    pub open: Option<Timestamp>,
    /// The last answer was no.
    pub refused: Option<Refused>,
    /// The last answer was a place.
    pub found: Option<Located>,
}

/// The readings are ones a device can have made.
#[must_use]
pub fn possible(fixes: &[Fix]) -> bool {
    let fits = |f: &Fix| Point::new(f.lat, f.lon).is_some() && f.accuracy_dm <= MAX_ACCURACY_DM;
    (1..=MAX_FIXES).contains(&fixes.len()) && fixes.iter().all(fits)
}

/// The finest reading; of several equal ones the newest.
#[must_use]
pub fn finest(fixes: &[Fix]) -> Option<&Fix> {
    fixes.iter().rev().min_by_key(|f| f.accuracy_dm)
}

/// What is concluded from readings.
#[must_use]
pub fn assess(
    fixes: Vec<Fix>,
    before: Option<&Located>,
    claimed: &ClaimedData,
    jurisdiction: &str,
    network: Network,
    commitment: Digest,
    now: Timestamp,
) -> Located {
    let here = finest(&fixes).copied();
    let point = here.and_then(|f| Point::new(f.lat, f.lon));
    let country = point.and_then(Country::at);
    let address = claimed.address.as_ref().and_then(|a| Country::named_in(a.reveal()));
    let home = address.map(|c| (c, Basis::Address)).or_else(|| Country::of(jurisdiction).map(|c| (c, Basis::Jurisdiction)));
    let distance_km = home.zip(point).map(|((c, _), p)| c.km_from(p).round() as u32);
    let hints = hints(&fixes, before, country, &network, now);
    Located {
        at: now,
        fixes: Pii::new(fixes),
        commitment,
        hints,
        country: country.map(|c| c.code.to_owned()),
        claimed: home.map(|(c, basis)| (c.code.to_owned(), basis)),
        distance_km,
        network,
    }
}

fn hints(fixes: &[Fix], before: Option<&Located>, country: Option<&Country>, network: &Network, now: Timestamp) -> Vec<Hint> {
    let Some(here) = finest(fixes) else { return Vec::new() };
    let round = |n: i32| n % 1_000 == 0;
    let same = |f: &Fix| (f.lat, f.lon, f.accuracy_dm) == (here.lat, here.lon, here.accuracy_dm);
    let elsewhere = matches!((network, country), (Network::Country { code }, Some(c)) if code != c.code);
    let table = [
        (Hint::ZeroAccuracy, fixes.iter().any(|f| f.accuracy_dm == 0)),
        (Hint::RoundCoordinates, round(here.lat) && round(here.lon)),
        (Hint::IdenticalFixes, fixes.len() >= 3 && fixes.iter().all(same)),
        (Hint::FineWithoutHeight, here.accuracy_dm <= FINE_DM && !here.height),
        (Hint::Stale, here.age_ms > STALE_MS),
        (Hint::Jump, jumps(fixes) || before.is_some_and(|b| leaps(b, here, now))),
        (Hint::OtherNetworkCountry, elsewhere),
    ];
    table.into_iter().filter(|(_, is)| *is).map(|(hint, _)| hint).collect()
}

/// Metres between two readings that their circles cannot explain.
fn apart(a: &Fix, b: &Fix) -> f64 {
    let (Some(p), Some(q)) = (Point::new(a.lat, a.lon), Point::new(b.lat, b.lon)) else { return 0.0 };
    p.km_to(q) * 1_000.0 - f64::from(a.accuracy_dm) / 10.0 - f64::from(b.accuracy_dm) / 10.0
}

fn jumps(fixes: &[Fix]) -> bool {
    fixes.windows(2).any(|pair| {
        let seconds = f64::from(pair[0].age_ms.abs_diff(pair[1].age_ms)) / 1_000.0;
        apart(&pair[0], &pair[1]) > TOO_FAST * seconds.max(1.0)
    })
}

fn leaps(before: &Located, here: &Fix, now: Timestamp) -> bool {
    let seconds = now.since(before.at).as_seconds().max(1) as f64;
    finest(before.fixes.reveal()).is_some_and(|there| apart(there, here) > TOO_FAST * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    fn fix(lat: f64, lon: f64, metres: f64) -> Fix {
        Fix { lat: (lat * 1e6) as i32, lon: (lon * 1e6) as i32, accuracy_dm: (metres * 10.0) as u32, height: metres < 20.0, age_ms: 900 }
    }

    fn look(fixes: Vec<Fix>, before: Option<&Located>, address: &str, network: Network) -> Located {
        let claimed = ClaimedData { address: Some(Pii::new(address.to_owned())), ..ClaimedData::default() };
        assess(fixes, before, &claimed, "IN", network, Digest::of(b"c"), Timestamp(60_000_000))
    }

    #[test]
    fn a_place_is_told_by_country_and_distance_to_the_claimed_one() {
        let mumbai = look(vec![fix(19.07612, 72.87732, 35.0)], None, "1 Marine Drive, Mumbai", Network::NoDatabase);
        assert_eq!((mumbai.country.as_deref(), mumbai.distance_km), (Some("IN"), Some(0)));
        assert_eq!(mumbai.claimed, Some(("IN".to_owned(), Basis::Jurisdiction)));
        assert_eq!(mumbai.hints, []);
        let away =
            look(vec![fix(25.20412, 55.27032, 35.0)], None, "1 Marine Drive, Mumbai, India", Network::Country { code: "IN".to_owned() });
        assert_eq!((away.country.as_deref(), &away.claimed), (Some("AE"), &Some(("IN".to_owned(), Basis::Address))));
        assert!(away.distance_km.unwrap() > 1_000);
        assert_eq!(away.hints, [Hint::OtherNetworkCountry]);
    }

    #[test]
    fn what_no_receiver_does_is_hinted_at() {
        let of = |fixes: Vec<Fix>| look(fixes, None, "", Network::Unknown).hints;
        assert_eq!(of(vec![fix(19.07612, 72.87732, 0.0)]), [Hint::ZeroAccuracy]);
        assert_eq!(of(vec![fix(19.0, 72.9, 30.0)]), [Hint::RoundCoordinates]);
        assert_eq!(of(vec![fix(19.07612, 72.87732, 30.0); 3]), [Hint::IdenticalFixes]);
        assert_eq!(of(vec![Fix { height: false, ..fix(19.07612, 72.87732, 5.0) }]), [Hint::FineWithoutHeight]);
        assert_eq!(of(vec![Fix { age_ms: STALE_MS + 1, ..fix(19.07612, 72.87732, 30.0) }]), [Hint::Stale]);
        assert_eq!(of(vec![fix(19.07612, 72.87732, 30.0), fix(28.61312, 77.20932, 31.0)]), [Hint::Jump]);
        assert_eq!(of(vec![fix(19.07612, 72.87732, 30.0), fix(19.07652, 72.87782, 12.0)]), []);
    }

    #[test]
    fn nobody_is_in_two_cities_within_a_minute_but_a_wide_circle_explains_much() {
        let before = Located { at: Timestamp(0), ..look(vec![fix(28.61312, 77.20932, 20.0)], None, "", Network::Unknown) };
        assert_eq!(look(vec![fix(19.07612, 72.87732, 30.0)], Some(&before), "", Network::Unknown).hints, [Hint::Jump]);
        assert_eq!(look(vec![fix(19.07612, 72.87732, 1_200_000.0)], Some(&before), "", Network::Unknown).hints, []);
    }

    #[test]
    fn readings_of_no_device_are_not_taken() {
        let good = fix(1.29, 103.85, 20.0);
        assert!(possible(&[good]));
        assert!(!possible(&[]) && !possible(&[good; MAX_FIXES + 1]));
        assert!(!possible(&[Fix { lat: 90_000_001, ..good }]) && !possible(&[Fix { lon: i32::MIN, ..good }]));
        assert!(!possible(&[Fix { accuracy_dm: u32::MAX, ..good }]));
    }
}
