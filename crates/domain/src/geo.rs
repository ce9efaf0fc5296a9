//! Which country a point lies in, and how far it is from another: outlines of Natural Earth (public domain), simplified
//! to about two kilometres. Must not know who stands there.

use std::sync::LazyLock;

/// Hundredths of a degree, as the outlines are kept; a line a country, see `scripts/outlines.mjs`.
pub const OUTLINES: &str = include_str!("../data/countries.txt");

/// A point this far outside an outline may still stand on its shore: outlines are simplified, islets and piers are left out.
pub const SHORE_KM: f64 = 12.0;
/// Kilometres of one degree of latitude.
const DEGREE_KM: f64 = 111.195;
/// Longest address looked through, characters from its end.
const MAX_ADDRESS: usize = 120;

/// A point in millionths of a degree: integers, so that state compares and hashes exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Latitude, ±90 000 000.
    pub lat: i32,
    /// Longitude, ±180 000 000.
    pub lon: i32,
}

/// A country.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166 alpha-2.
    pub code: &'static str,
    /// ISO 3166 alpha-3.
    pub code3: &'static str,
    /// English name.
    pub name: &'static str,
    /// Outlines and holes, in hundredths of a degree, longitude first.
    rings: Vec<Vec<(f64, f64)>>,
    /// West, south, east, north.
    bounds: (f64, f64, f64, f64),
}

static WORLD: LazyLock<Vec<Country>> = LazyLock::new(|| OUTLINES.lines().filter_map(country).collect());

/// Names that addresses use and the outlines do not.
const ALIASES: &[(&str, &str)] = &[
    ("viet nam", "VN"),
    ("việt nam", "VN"),
    ("usa", "US"),
    ("united states", "US"),
    ("uk", "GB"),
    ("england", "GB"),
    ("scotland", "GB"),
    ("uae", "AE"),
    ("deutschland", "DE"),
    ("pilipinas", "PH"),
    ("s'pore", "SG"),
    ("hongkong", "HK"),
    ("bharat", "IN"),
    ("korea", "KR"),
    ("ประเทศไทย", "TH"),
    ("ไทย", "TH"),
    ("新加坡", "SG"),
    ("马来西亚", "MY"),
    ("香港", "HK"),
    ("中国", "CN"),
    ("भारत", "IN"),
    ("இந்தியா", "IN"),
    ("சிங்கப்பூர்", "SG"),
    ("மலேசியா", "MY"),
    ("schweiz", "CH"),
    ("österreich", "AT"),
];

fn country(line: &'static str) -> Option<Country> {
    let mut parts = line.split('\t');
    let (code, code3, name) = (parts.next()?, parts.next()?, parts.next()?);
    let rings: Vec<_> = parts.map(ring).filter(|r| r.len() > 2).collect();
    let all = || rings.iter().flatten();
    let bounds = (
        all().map(|p| p.0).fold(f64::MAX, f64::min),
        all().map(|p| p.1).fold(f64::MAX, f64::min),
        all().map(|p| p.0).fold(f64::MIN, f64::max),
        all().map(|p| p.1).fold(f64::MIN, f64::max),
    );
    Some(Country { code, code3, name, rings, bounds })
}

/// The polyline encoding: five bits a character, low ones first, the sign in the lowest.
fn ring(text: &str) -> Vec<(f64, f64)> {
    let (mut numbers, mut rest, mut shift) = (Vec::new(), 0i32, 0u32);
    for b in text.bytes() {
        let bits = i32::from(b.saturating_sub(63));
        rest |= (bits & 0x1f).checked_shl(shift).unwrap_or(0);
        shift += 5;
        if bits < 0x20 {
            numbers.push(if rest & 1 == 1 { !(rest >> 1) } else { rest >> 1 });
            (rest, shift) = (0, 0);
        }
    }
    let (mut x, mut y) = (0, 0);
    numbers
        .chunks_exact(2)
        .map(|pair| {
            x += pair[0];
            y += pair[1];
            (f64::from(x) / 100.0, f64::from(y) / 100.0)
        })
        .collect()
}

impl Point {
    /// A point on Earth.
    #[must_use]
    pub fn new(lat: i32, lon: i32) -> Option<Self> {
        (lat.unsigned_abs() <= 90_000_000 && lon.unsigned_abs() <= 180_000_000).then_some(Self { lat, lon })
    }

    fn degrees(self) -> (f64, f64) {
        (f64::from(self.lon) / 1e6, f64::from(self.lat) / 1e6)
    }

    /// Great-circle distance, kilometres.
    #[must_use]
    pub fn km_to(self, other: Self) -> f64 {
        let ((lon1, lat1), (lon2, lat2)) = (self.degrees(), other.degrees());
        let (lat1, lat2) = (lat1.to_radians(), lat2.to_radians());
        let half = ((lat2 - lat1) / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * ((lon2 - lon1).to_radians() / 2.0).sin().powi(2);
        2.0 * DEGREE_KM.to_degrees() * half.sqrt().min(1.0).asin()
    }
}

impl Country {
    /// The country of an ISO 3166 code of two or three letters.
    #[must_use]
    pub fn of(code: &str) -> Option<&'static Self> {
        WORLD.iter().find(|c| c.code == code || c.code3 == code)
    }

    /// The country a point lies in, or on whose shore it stands.
    #[must_use]
    pub fn at(point: Point) -> Option<&'static Self> {
        if let Some(inside) = WORLD.iter().find(|c| c.holds(point)) {
            return Some(inside);
        }
        let near = WORLD.iter().map(|c| (c, c.km_from(point))).filter(|(_, km)| *km <= SHORE_KM);
        near.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(c, _)| c)
    }

    /// The country an address names; the last one counts, as addresses end with it.
    #[must_use]
    pub fn named_in(address: &str) -> Option<&'static Self> {
        let count = address.chars().count();
        let text: String = address.chars().skip(count.saturating_sub(MAX_ADDRESS)).collect::<String>().to_lowercase();
        let names = WORLD.iter().map(|c| (c.name.to_lowercase(), c.code)).chain(ALIASES.iter().map(|(n, c)| ((*n).to_owned(), *c)));
        let found = names.filter_map(|(name, code)| last_word(&text, &name).map(|at| (at + name.len(), name.len(), code)));
        found.max().and_then(|(.., code)| Self::of(code))
    }

    fn holds(&self, point: Point) -> bool {
        let (x, y) = point.degrees();
        let (west, south, east, north) = self.bounds;
        if x < west || x > east || y < south || y > north {
            return false;
        }
        // Even and odd crossings, holes among them.
        let mut inside = false;
        for ring in &self.rings {
            for ((ax, ay), (bx, by)) in sides(ring) {
                if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
                    inside = !inside;
                }
            }
        }
        inside
    }

    /// Kilometres from a point to this country; none inside it.
    #[must_use]
    pub fn km_from(&self, point: Point) -> f64 {
        if self.holds(point) {
            return 0.0;
        }
        let (x, y) = point.degrees();
        let squeeze = y.to_radians().cos().max(0.01);
        // In degrees of latitude around the point, the short way round the Earth.
        let flat = |(px, py): (f64, f64)| {
            let mut dx = px - x;
            if dx > 180.0 {
                dx -= 360.0;
            } else if dx < -180.0 {
                dx += 360.0;
            }
            (dx * squeeze, py - y)
        };
        let mut best = f64::MAX;
        for ring in &self.rings {
            for (a, b) in sides(ring) {
                best = best.min(from_origin(flat(a), flat(b)));
            }
        }
        if best > 15.0 { self.far(point) } else { best * DEGREE_KM }
    }

    /// The flat picture is wrong far away: to the nearest corner on the globe instead.
    fn far(&self, point: Point) -> f64 {
        let corners = self.rings.iter().flatten().map(|(x, y)| Point { lat: (y * 1e6) as i32, lon: (x * 1e6) as i32 }.km_to(point));
        corners.fold(f64::MAX, f64::min)
    }
}

type Side = ((f64, f64), (f64, f64));

fn sides(ring: &[(f64, f64)]) -> impl Iterator<Item = Side> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

/// Distance of the origin from a side.
fn from_origin((ax, ay): (f64, f64), (bx, by): (f64, f64)) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let t = if length == 0.0 { 0.0 } else { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) };
    (ax + t * dx).hypot(ay + t * dy)
}

/// Where a word stands last, with no letter before or after it.
fn last_word(text: &str, word: &str) -> Option<usize> {
    text.rmatch_indices(word).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        // Thai and Chinese put no space between words.
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && c < '\u{e00}');
        !joins(before) && !joins(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point(lat: f64, lon: f64) -> Point {
        Point { lat: (lat * 1e6) as i32, lon: (lon * 1e6) as i32 }
    }

    fn at(lat: f64, lon: f64) -> &'static str {
        Country::at(point(lat, lon)).map_or("", |c| c.code)
    }

    #[test]
    fn cities_lie_in_their_countries() {
        for (lat, lon, code) in [
            (1.2897, 103.8501, "SG"),
            (1.4927, 103.7414, "MY"),
            (-6.2088, 106.8456, "ID"),
            (13.7563, 100.5018, "TH"),
            (14.5995, 120.9842, "PH"),
            (10.8231, 106.6297, "VN"),
            (22.3193, 114.1694, "HK"),
            (22.5431, 114.0579, "CN"),
            (19.0760, 72.8777, "IN"),
            (13.0827, 80.2707, "IN"),
            (6.9271, 79.8612, "LK"),
            (52.52, 13.405, "DE"),
            (-29.6100, 28.2336, "LS"),
            (43.9424, 12.4578, "SM"),
            (-16.5, 179.99, "FJ"),
            (64.1466, -21.9426, "IS"),
        ] {
            assert_eq!(at(lat, lon), code, "{lat} {lon}");
        }
        assert_eq!(at(0.0, -30.0), "", "the open sea");
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        let singapore = Country::of("SGP").unwrap();
        assert!(singapore.km_from(point(1.2897, 103.8501)) < 0.1);
        let jakarta = singapore.km_from(point(-6.2088, 106.8456));
        assert!((860.0..900.0).contains(&jakarta), "{jakarta}");
        let berlin = singapore.km_from(point(52.52, 13.405));
        assert!((9_800.0..10_000.0).contains(&berlin), "{berlin}");
        let over = Country::of("FJ").unwrap().km_from(point(-17.0, -175.0));
        assert!(over < 600.0, "the short way over the date line: {over}");
        let straight = point(52.52, 13.405).km_to(point(48.8566, 2.3522));
        assert!((870.0..885.0).contains(&straight), "{straight}");
    }

    #[test]
    fn an_address_names_its_country_at_its_end() {
        let of = |text: &str| Country::named_in(text).map_or("", |c| c.code);
        for (address, code) in [
            ("12 Kampong Row, Singapore 048616", "SG"),
            ("Jl. Sudirman 1, Jakarta, Indonesia", "ID"),
            ("5 India Street, Kuala Lumpur, Malaysia", "MY"),
            ("99 ถนนสุขุมวิท กรุงเทพฯ ประเทศไทย", "TH"),
            ("1 Main St, Springfield, USA", "US"),
            ("Số 1 Tràng Tiền, Hà Nội, Việt Nam", "VN"),
            ("12 Kampong Row", ""),
            ("Chadwick Road 3", ""),
            ("", ""),
        ] {
            assert_eq!(of(address), code, "{address}");
        }
    }

    #[test]
    fn every_line_of_the_data_is_a_country_with_an_outline() {
        assert_eq!(WORLD.len(), OUTLINES.lines().count());
        for country in WORLD.iter() {
            assert!(country.code.len() == 2 && country.code3.len() == 3 && !country.rings.is_empty(), "{}", country.name);
            let (west, south, east, north) = country.bounds;
            assert!(west >= -180.1 && east <= 180.1 && south >= -90.1 && north <= 90.1, "{}", country.name);
        }
    }

    proptest! {
        #[test]
        fn any_point_and_any_text_have_an_answer(lat in -90_000_000i32..=90_000_000, lon in -180_000_000i32..=180_000_000, text in "\\PC{0,150}") {
            let here = Point::new(lat, lon).unwrap();
            let _ = Country::named_in(&text);
            if let Some(country) = Country::at(here) {
                prop_assert!(country.km_from(here) <= SHORE_KM);
            }
        }
    }
}
