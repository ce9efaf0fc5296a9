//! The machine-readable lines of a travel document (ICAO 9303, parts 3 to 6): TD1, TD2 and TD3, as typed by a person,
//! with every check digit by name. Must not know where the lines were read.

use serde::{Deserialize, Serialize};

/// Longest text taken; the longest document has 90 places, the rest is room for line breaks and typed spaces.
pub const MAX_TYPED: usize = 240;

/// Which document the lines belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A card: three lines of 30.
    Td1,
    /// A larger card: two lines of 36.
    Td2,
    /// A passport: two lines of 44.
    Td3,
}

impl Format {
    /// Lines, and places of each.
    #[must_use]
    pub const fn size(self) -> (usize, usize) {
        match self {
            Self::Td1 => (3, 30),
            Self::Td2 => (2, 36),
            Self::Td3 => (2, 44),
        }
    }
}

/// Why lines cannot be read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing was typed.
    Empty,
    /// More than any document has.
    TooLong,
    /// A character that no document has there; line and column from 1.
    Character {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// As many places as no document has.
    Length {
        /// Places typed, without spaces.
        typed: usize,
        /// The nearest length a document has.
        nearest: usize,
    },
}

/// What a check digit protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protects {
    /// The document number.
    Number,
    /// The date of birth.
    BirthDate,
    /// The date of expiry.
    Expiry,
    /// The personal number of a passport.
    PersonalNumber,
    /// Several fields together.
    Composite,
}

/// One check digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What it protects.
    pub protects: Protects,
    /// Line, from 0.
    pub line: usize,
    /// Column, from 0.
    pub column: usize,
    /// The character that stands there.
    pub stands: char,
    /// The digit that should.
    pub wanted: u8,
    /// Whether they agree.
    pub passed: bool,
}

/// A calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year.
    pub year: i32,
    /// 1..=12.
    pub month: u8,
    /// 1..=31.
    pub day: u8,
}

impl Date {
    /// `YYYY-MM-DD`, if there is such a day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
        if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// A day that exists.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        ((1..=last).contains(&day) && (1..=9999).contains(&year)).then_some(Self { year, month, day })
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// What the lines say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mrz {
    /// Which document.
    pub format: Format,
    /// The lines, cleaned.
    pub lines: Vec<String>,
    /// Two characters, such as `P` or `I`, without fillers.
    pub code: String,
    /// Issuing state, three letters.
    pub issuer: String,
    /// Primary identifier: family names.
    pub surname: String,
    /// Secondary identifier: given names.
    pub given: String,
    /// Document number, without fillers.
    pub number: String,
    /// Three letters.
    pub nationality: String,
    /// `None` when no such day exists or parts are unknown.
    pub birth_date: Option<Date>,
    /// `M`, `F` or `X`.
    pub sex: char,
    /// `None` when no such day exists.
    pub expiry: Option<Date>,
    /// Optional data, without fillers.
    pub optional: String,
    /// Every check digit, in the order of the lines.
    pub checks: Vec<Check>,
}

impl Mrz {
    /// Reads what was typed: spaces are ignored, lower case is taken, and the angle quotation marks that phones
    /// offer instead of the filler. `today` tells which century a birth or an expiry belongs to.
    ///
    /// # Errors
    /// Why it cannot be read; a check digit that fails is no error but an answer.
    pub fn read(typed: &str, today: Date) -> Result<Self, Unreadable> {
        let lines = clean(typed)?;
        let all: Vec<u8> = lines.concat().into_bytes();
        let format = match all.len() {
            90 => Format::Td1,
            72 => Format::Td2,
            88 => Format::Td3,
            typed => return Err(Unreadable::Length { typed, nearest: nearest(typed) }),
        };
        let (_, width) = format.size();
        Ok(match format {
            Format::Td1 => td1(&Grid { places: &all, width }, today),
            Format::Td2 => td2(&Grid { places: &all, width }, today),
            Format::Td3 => td3(&Grid { places: &all, width }, today),
        })
    }

    /// Whether every check digit agrees.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|c| c.passed)
    }

    /// Given names and surname as one name, in the order in which most people say them.
    #[must_use]
    pub fn name(&self) -> String {
        [self.given.as_str(), self.surname.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

fn nearest(typed: usize) -> usize {
    [72, 88, 90].into_iter().min_by_key(|length: &usize| length.abs_diff(typed)).unwrap_or(88)
}

/// Lines of the alphabet `A–Z 0–9 <`, without what people and phones put between.
fn clean(typed: &str) -> Result<Vec<String>, Unreadable> {
    if typed.chars().count() > MAX_TYPED {
        return Err(Unreadable::TooLong);
    }
    let mut lines = Vec::new();
    for (at, line) in typed.lines().enumerate() {
        let mut kept = String::new();
        for (column, c) in line.chars().enumerate() {
            match c {
                'A'..='Z' | '0'..='9' | '<' => kept.push(c),
                'a'..='z' => kept.push(c.to_ascii_uppercase()),
                '‹' | '＜' => kept.push('<'),
                '«' | '≪' => kept.push_str("<<"),
                c if c.is_whitespace() => {}
                _ => return Err(Unreadable::Character { line: at + 1, column: column + 1 }),
            }
        }
        if !kept.is_empty() {
            lines.push(kept);
        }
    }
    if lines.is_empty() { Err(Unreadable::Empty) } else { Ok(lines) }
}

/// The places of all lines, one after another.
struct Grid<'a> {
    places: &'a [u8],
    width: usize,
}

impl Grid<'_> {
    /// Columns `from..to` of a line, counted from 0.
    fn span(&self, line: usize, from: usize, to: usize) -> &[u8] {
        self.places.get(line * self.width + from..line * self.width + to).unwrap_or_default()
    }

    fn text(&self, line: usize, from: usize, to: usize) -> String {
        plain(self.span(line, from, to))
    }

    fn at(&self, line: usize, column: usize) -> u8 {
        self.places.get(line * self.width + column).copied().unwrap_or(b'<')
    }

    fn lines(&self) -> Vec<String> {
        self.places.chunks(self.width).map(|line| line.iter().map(|b| char::from(*b)).collect()).collect()
    }

    fn check(&self, protects: Protects, line: usize, column: usize, over: &[u8]) -> Check {
        let stands = self.at(line, column);
        let wanted = digit(over);
        // A passport without a personal number may leave its digit empty (part 4, 4.2.2).
        let empty = protects == Protects::PersonalNumber && stands == b'<' && over.iter().all(|b| *b == b'<');
        Check { protects, line, column, stands: char::from(stands), wanted, passed: empty || stands == b'0' + wanted }
    }
}

/// Fillers become spaces, and those at the ends go.
fn plain(places: &[u8]) -> String {
    let text: String = places.iter().map(|b| if *b == b'<' { ' ' } else { char::from(*b) }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The check digit over some places: weights 7, 3, 1, letters from 10, fillers 0, modulo 10 (part 3, 4.9).
#[must_use]
pub fn digit(places: &[u8]) -> u8 {
    let mut sum = 0u32;
    for (place, weight) in places.iter().zip([7u32, 3, 1].into_iter().cycle()) {
        let value = match place {
            b'0'..=b'9' => u32::from(place - b'0'),
            b'A'..=b'Z' => u32::from(place - b'A') + 10,
            _ => 0,
        };
        sum += value * weight;
    }
    u8::try_from(sum % 10).unwrap_or(0)
}

/// Surname and given names: two fillers part them.
fn names(field: &[u8]) -> (String, String) {
    let at = field.windows(2).position(|pair| pair == b"<<").unwrap_or(field.len());
    (plain(field.get(..at).unwrap_or_default()), plain(field.get(at..).unwrap_or_default()))
}

/// Two digits of the year: nobody is born after today.
fn born(places: &[u8], today: Date) -> Option<Date> {
    let (year, month, day) = numbers(places)?;
    let this = Date::new(2000 + year, month, day);
    if this.is_some_and(|date| date <= today) { this } else { Date::new(1900 + year, month, day) }
}

/// Documents that ran out longer ago than 30 years are not shown to anybody, those that last longer than 70 are not made.
fn runs_out(places: &[u8], today: Date) -> Option<Date> {
    let (year, month, day) = numbers(places)?;
    let century = if 2000 + year > today.year + 70 { 1900 } else { 2000 };
    Date::new(century + year, month, day)
}

fn numbers(places: &[u8]) -> Option<(i32, u8, u8)> {
    let two = |from: usize| -> Option<u8> {
        let (a, b) = (*places.get(from)?, *places.get(from + 1)?);
        (a.is_ascii_digit() && b.is_ascii_digit()).then(|| (a - b'0') * 10 + (b - b'0'))
    };
    Some((i32::from(two(0)?), two(2)?, two(4)?))
}

fn sex(place: u8) -> char {
    match place {
        b'M' => 'M',
        b'F' => 'F',
        _ => 'X',
    }
}

/// A document number, its check, and what is left of the optional data. A number longer than nine places goes on in the
/// optional data, where its digit stands before the first filler; its own place then holds a filler (part 5, 4.2.2).
fn number(grid: &Grid<'_>, start: (usize, usize), optional: (usize, usize, usize)) -> (String, Check, String) {
    let (line, column) = start;
    let (row, from, to) = optional;
    let short = grid.span(line, column, column + 9);
    let rest = grid.span(row, from, to);
    let more = rest.iter().position(|b| *b == b'<').unwrap_or(rest.len());
    if grid.at(line, column + 9) == b'<' && !short.contains(&b'<') && more >= 2 {
        let mut whole = short.to_vec();
        whole.extend_from_slice(rest.get(..more - 1).unwrap_or_default());
        let check = grid.check(Protects::Number, row, from + more - 1, &whole);
        return (plain(&whole), check, plain(rest.get(more..).unwrap_or_default()));
    }
    (plain(short), grid.check(Protects::Number, line, column + 9, short), plain(rest))
}

fn td1(grid: &Grid<'_>, today: Date) -> Mrz {
    let (document, check, optional) = number(grid, (0, 5), (0, 15, 30));
    let second = grid.text(1, 18, 29);
    let mut over = grid.span(0, 5, 30).to_vec();
    for (from, to) in [(0, 7), (8, 15), (18, 29)] {
        over.extend_from_slice(grid.span(1, from, to));
    }
    let (surname, given) = names(grid.span(2, 0, 30));
    Mrz {
        format: Format::Td1,
        lines: grid.lines(),
        code: grid.text(0, 0, 2),
        issuer: grid.text(0, 2, 5),
        surname,
        given,
        number: document,
        nationality: grid.text(1, 15, 18),
        birth_date: born(grid.span(1, 0, 6), today),
        sex: sex(grid.at(1, 7)),
        expiry: runs_out(grid.span(1, 8, 14), today),
        optional: [optional, second].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
        checks: vec![
            check,
            grid.check(Protects::BirthDate, 1, 6, grid.span(1, 0, 6)),
            grid.check(Protects::Expiry, 1, 14, grid.span(1, 8, 14)),
            grid.check(Protects::Composite, 1, 29, &over),
        ],
    }
}

fn td2(grid: &Grid<'_>, today: Date) -> Mrz {
    let (document, check, optional) = number(grid, (1, 0), (1, 28, 35));
    second_line(grid, today, Format::Td2, (document, check, optional))
}

fn td3(grid: &Grid<'_>, today: Date) -> Mrz {
    let places = grid.span(1, 0, 9);
    let number = (plain(places), grid.check(Protects::Number, 1, 9, places), grid.text(1, 28, 42));
    second_line(grid, today, Format::Td3, number)
}

/// TD2 and TD3 share the first line and most of the second.
fn second_line(grid: &Grid<'_>, today: Date, format: Format, (number, check, optional): (String, Check, String)) -> Mrz {
    let last = grid.width - 1;
    let mut over = grid.span(1, 0, 10).to_vec();
    over.extend_from_slice(grid.span(1, 13, 20));
    over.extend_from_slice(grid.span(1, 21, last));
    let mut checks = vec![
        check,
        grid.check(Protects::BirthDate, 1, 19, grid.span(1, 13, 19)),
        grid.check(Protects::Expiry, 1, 27, grid.span(1, 21, 27)),
    ];
    if format == Format::Td3 {
        checks.push(grid.check(Protects::PersonalNumber, 1, 42, grid.span(1, 28, 42)));
    }
    checks.push(grid.check(Protects::Composite, 1, last, &over));
    let (surname, given) = names(grid.span(0, 5, grid.width));
    Mrz {
        format,
        lines: grid.lines(),
        code: grid.text(0, 0, 2),
        issuer: grid.text(0, 2, 5),
        surname,
        given,
        number,
        nationality: grid.text(1, 10, 13),
        birth_date: born(grid.span(1, 13, 19), today),
        sex: sex(grid.at(1, 20)),
        expiry: runs_out(grid.span(1, 21, 27), today),
        optional,
        checks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TODAY: Date = Date { year: 2026, month: 11, day: 23 };
    /// ICAO 9303 part 4, appendix B.
    const TD3: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    /// ICAO 9303 part 5, appendix B.
    const TD1: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    /// ICAO 9303 part 5: a number of more than nine places.
    const TD1_LONG: &str = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<";
    /// ICAO 9303 part 6, appendix B.
    const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
    /// ICAO 9303 part 6: a number of more than nine places.
    const TD2_LONG: &str = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8";

    fn read(text: &str) -> Mrz {
        Mrz::read(text, TODAY).unwrap()
    }

    fn failed(text: &str) -> Vec<Protects> {
        read(text).checks.into_iter().filter(|c| !c.passed).map(|c| c.protects).collect()
    }

    #[test]
    fn the_specimens_of_icao_9303_read_as_printed() {
        for (text, format, number, name) in [
            (TD3, Format::Td3, "L898902C3", "ANNA MARIA ERIKSSON"),
            (TD1, Format::Td1, "D23145890", "ANNA MARIA ERIKSSON"),
            (TD2, Format::Td2, "D23145890", "ANNA MARIA ERIKSSON"),
            (TD1_LONG, Format::Td1, "D23145890734", "PETER JOHN STEVENSON"),
            (TD2_LONG, Format::Td2, "D23145890734", "PETER JOHN STEVENSON"),
        ] {
            let mrz = read(text);
            assert_eq!((mrz.format, mrz.number.as_str(), mrz.name().as_str()), (format, number, name));
            assert_eq!((mrz.issuer.as_str(), mrz.nationality.as_str()), ("UTO", "UTO"));
            assert!(mrz.passed(), "{text}: {:?}", mrz.checks);
        }
        let passport = read(TD3);
        assert_eq!((passport.surname.as_str(), passport.given.as_str(), passport.sex), ("ERIKSSON", "ANNA MARIA", 'F'));
        assert_eq!(passport.birth_date, Date::new(1974, 8, 12));
        assert_eq!(passport.expiry, Date::new(2012, 4, 15));
        assert_eq!(passport.optional, "ZE184226B");
        assert_eq!(passport.checks.len(), 5);
    }

    #[test]
    fn each_check_digit_names_the_field_that_fails() {
        assert_eq!(failed(&TD3.replace("L898902C3", "L898903C3")), [Protects::Number, Protects::Composite]);
        assert_eq!(failed(&TD3.replace("740812", "740813")), [Protects::BirthDate, Protects::Composite]);
        assert_eq!(failed(&TD3.replace("120415", "120416")), [Protects::Expiry, Protects::Composite]);
        assert_eq!(failed(&TD3.replace("ZE184226B", "ZE184227B")), [Protects::PersonalNumber, Protects::Composite]);
        assert_eq!(failed(&TD3.replace("<<<<<10", "<<<<<11")), [Protects::Composite]);
        assert_eq!(failed(&TD1.replace("D231458907", "D231458917")), [Protects::Number, Protects::Composite]);
        assert_eq!(failed(&TD2.replace("F1204159", "F1204158")), [Protects::Expiry, Protects::Composite]);
        assert_eq!(failed(&TD1_LONG.replace("7349", "7359")), [Protects::Number, Protects::Composite]);
        let wrong = read(&TD3.replace("740812", "740813"));
        let check = wrong.checks.iter().find(|c| c.protects == Protects::BirthDate).unwrap();
        assert_eq!((check.line, check.column, check.stands, check.wanted), (1, 19, '2', 3));
    }

    #[test]
    fn what_people_type_is_taken_and_what_no_document_has_is_said() {
        let typed = TD1.to_lowercase().replace("<<", "« ").replace('\n', "\r\n\n");
        assert_eq!(read(&typed), read(TD1));
        assert_eq!(read(&TD3.replace('\n', "")), read(TD3), "also in one piece");
        assert_eq!(Mrz::read(" \n", TODAY), Err(Unreadable::Empty));
        assert_eq!(Mrz::read("P<UTO\nAB-1", TODAY), Err(Unreadable::Character { line: 2, column: 3 }));
        assert_eq!(Mrz::read(TD3.trim_end_matches('0'), TODAY), Err(Unreadable::Length { typed: 87, nearest: 88 }));
        assert_eq!(Mrz::read(&"<".repeat(241), TODAY), Err(Unreadable::TooLong));
    }

    #[test]
    fn a_passport_without_a_personal_number_may_leave_its_digit_empty_or_zero() {
        for end in ["<<<<<<<<<<<<<<<", "<<<<<<<<<<<<<<0"] {
            let second = format!("L898902C36UTO7408122F1204159{end}");
            let over: Vec<u8> = second.bytes().enumerate().filter(|(i, _)| !(10..13).contains(i) && *i != 20).map(|(_, b)| b).collect();
            let text = format!("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n{second}{}", digit(&over));
            assert!(read(&text).passed(), "{text}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_no_date_and_the_century_fits() {
        assert_eq!(read(&TD3.replace("740812", "740231")).birth_date, None);
        assert_eq!(read(&TD3.replace("740812", "74<<<<")).birth_date, None, "an unknown part");
        assert_eq!(read(&TD3.replace("740812", "261123")).birth_date, Date::new(2026, 11, 23), "born today");
        assert_eq!(read(&TD3.replace("740812", "261124")).birth_date, Date::new(1926, 11, 24), "nobody is born tomorrow");
        assert_eq!(read(&TD3.replace("120415", "350415")).expiry, Date::new(2035, 4, 15));
        assert_eq!((Date::parse("2024-02-29"), Date::parse("2023-02-29"), Date::parse("24-2-1")), (Date::new(2024, 2, 29), None, None));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,260}") {
            let _ = Mrz::read(&text, TODAY);
        }

        #[test]
        fn any_lines_of_the_right_length_are_read_and_one_changed_digit_is_noticed(
            lines in prop_oneof!["[A-Z0-9<]{88}", "[A-Z0-9<]{72}", "[A-Z0-9<]{90}"], up in 1u8..10,
        ) {
            prop_assert!(Mrz::read(&lines, TODAY).is_ok());
            let day = usize::from(b'2' - b'0');
            let changed = (u8::try_from(day).unwrap() + up) % 10;
            let text = TD3.replace("7408122F", &format!("74081{changed}2F"));
            prop_assert!(failed(&text).contains(&Protects::BirthDate));
        }
    }
}
