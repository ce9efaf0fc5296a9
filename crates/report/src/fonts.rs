//! Which font shows which character, and how wide it is. Must not know pages, nor where fonts lie.

use crate::ReportFault;
use krilla::text::Font;
use std::collections::BTreeMap;
use std::sync::Arc;
use ttf_parser::Face;
use unicode_normalization::UnicodeNormalization;

static REGULAR: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../fonts/NotoSans-Bold.ttf");

/// A font that can be drawn and measured.
struct Loaded {
    font: Font,
    /// What it can show, with the advance in thousandths of its size.
    widths: BTreeMap<char, u16>,
    ascent: f32,
}

/// The fonts of a report: two that come with the program (Latin with Vietnamese, Cyrillic, Greek), and others.
pub struct Fonts(Vec<Loaded>);

/// A stretch of text in one font.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    pub text: String,
    pub font: usize,
    pub width: f32,
}

impl Fonts {
    /// The fonts that come with the program.
    ///
    /// # Errors
    /// Never, as long as they are what they were.
    pub fn bundled() -> Result<Self, ReportFault> {
        let mut fonts = Self(Vec::new());
        for bytes in [REGULAR, BOLD] {
            fonts.0.push(load(bytes.into(), 0).ok_or(ReportFault::Font)?);
        }
        Ok(fonts)
    }

    /// No fonts at all, to try one.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Those of these characters that none of the fonts can show.
    #[must_use]
    pub fn missing_of(&self, characters: &[char]) -> Vec<char> {
        characters.iter().copied().filter(|c| self.of(*c, false).is_none()).collect()
    }

    /// Adds a font, of a collection its first; false when it cannot be read.
    pub fn add(&mut self, bytes: Vec<u8>) -> bool {
        let loaded = load(Arc::from(bytes), 0);
        let is = loaded.is_some();
        self.0.extend(loaded);
        is
    }

    /// The characters that none of the fonts can show, each once.
    #[must_use]
    pub fn missing<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Vec<char> {
        let all: std::collections::BTreeSet<char> = texts.flat_map(clean).collect();
        all.into_iter().filter(|c| self.of(*c, false).is_none()).collect()
    }

    pub(crate) fn font(&self, n: usize) -> Option<&Font> {
        self.0.get(n).map(|loaded| &loaded.font)
    }

    /// Height of the letters above the line, in sizes.
    pub(crate) fn ascent(&self) -> f32 {
        self.0.first().map_or(1.0, |loaded| loaded.ascent)
    }

    fn of(&self, c: char, bold: bool) -> Option<(usize, u16)> {
        let first = usize::from(bold);
        let order = [first, 1 - first].into_iter().chain(2..self.0.len());
        order.filter_map(|n| Some((n, *self.0.get(n)?.widths.get(&c)?))).next()
    }

    /// Cuts a text into runs of one font; what no font has stands as its code point. Counts those.
    pub(crate) fn runs(&self, text: &str, size: f32, bold: bool, unshown: &mut usize) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for c in clean(text) {
            // Spaces and signs stay with the script before them, so that it is shaped and directed as one.
            let stays = runs.last().filter(|run| run.font > 1 && !c.is_alphanumeric());
            let stays = stays.and_then(|run| Some((run.font, *self.0.get(run.font)?.widths.get(&c)?)));
            let (shown, parts) = match stays.or_else(|| self.of(c, bold)) {
                Some((font, width)) => (String::from(c), vec![(font, width)]),
                None => {
                    *unshown += 1;
                    let code = format!("[U+{:04X}]", u32::from(c));
                    let parts = code.chars().filter_map(|c| self.of(c, bold)).collect();
                    (code, parts)
                }
            };
            let Some((font, _)) = parts.first().copied() else { continue };
            let width = parts.iter().map(|(_, w)| f32::from(*w)).sum::<f32>() * size / 1000.0;
            match runs.last_mut().filter(|run| run.font == font) {
                Some(run) => {
                    run.text.push_str(&shown);
                    run.width += width;
                }
                None => runs.push(Run { text: shown, font, width }),
            }
        }
        runs
    }
}

/// Composed, without what is no character of a line.
fn clean(text: &str) -> impl Iterator<Item = char> + '_ {
    let joins = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    text.nfc().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(move |c| !c.is_control() && !joins(*c))
}

fn load(bytes: Arc<[u8]>, index: u32) -> Option<Loaded> {
    let face = Face::parse(&bytes, index).ok()?;
    let units = f32::from(face.units_per_em());
    let mut widths = BTreeMap::new();
    for table in face.tables().cmap?.subtables.into_iter().filter(ttf_parser::cmap::Subtable::is_unicode) {
        table.codepoints(|code| {
            let Some(c) = char::from_u32(code) else { return };
            let Some(glyph) = table.glyph_index(code).filter(|g| g.0 != 0) else { return };
            let advance = f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * 1000.0 / units;
            widths.insert(c, advance.clamp(0.0, 60_000.0) as u16);
        });
    }
    let ascent = f32::from(face.ascender()) / units;
    let data: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(bytes);
    Some(Loaded { font: Font::new(data.into(), index)?, widths, ascent })
}
