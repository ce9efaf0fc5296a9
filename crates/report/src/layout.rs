//! Blocks become pieces with a place on a page. Must not know PDF.

use crate::fonts::{Fonts, Run};
use crate::{Block, Cell, Document, MAX_PAGES, Picture, Table, Tone};

/// A4, points.
pub(crate) const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 50.0;
const TOP: f32 = 48.0;
const BOTTOM: f32 = 60.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Line height in sizes: marks above and below letters of any script fit.
const LEADING: f32 = 1.42;

/// Something drawn.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Text on its base line.
    Text { x: f32, y: f32, size: f32, runs: Vec<Run>, tone: Tone },
    /// A filled area.
    Area { x: f32, y: f32, width: f32, height: f32, shade: Shade },
    /// A picture.
    Picture { x: f32, y: f32, width: f32, height: f32, jpeg: Vec<u8> },
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Shade {
    Line,
    Panel,
    Mark(Tone),
}

pub(crate) struct Pages {
    pub pages: Vec<Vec<Piece>>,
    pub unshown: usize,
}

struct Pen<'a> {
    fonts: &'a Fonts,
    pages: Vec<Vec<Piece>>,
    y: f32,
    unshown: usize,
    full: bool,
}

type Line = Vec<Run>;

pub(crate) fn lay_out(document: &Document, fonts: &Fonts) -> Pages {
    let mut pen = Pen { fonts, pages: vec![Vec::new()], y: TOP, unshown: 0, full: false };
    for (n, block) in document.blocks.iter().enumerate() {
        // A heading stays with the beginning of what it heads.
        let after = document.blocks.get(n + 1).map_or(0.0, |next| pen.beginning(next));
        pen.block(block, after);
    }
    pen.feet(&document.footer);
    Pages { pages: pen.pages, unshown: pen.unshown }
}

impl Pen<'_> {
    fn put(&mut self, piece: Piece) {
        if let Some(page) = self.pages.last_mut().filter(|_| !self.full) {
            page.push(piece);
        }
    }

    fn turn(&mut self) {
        if self.pages.len() >= MAX_PAGES {
            if !self.full {
                self.y = PAGE.1 - BOTTOM + 12.0;
                self.line("The report ends here: it has as many pages as a report may have.", MARGIN, 8.0, Tone::Bad);
                self.full = true;
            }
            return;
        }
        self.pages.push(Vec::new());
        self.y = TOP;
    }

    /// Makes room for so much, on the next page if need be.
    fn room(&mut self, height: f32) {
        if self.y + height > PAGE.1 - BOTTOM && self.y > TOP {
            self.turn();
        }
    }

    fn line(&mut self, text: &str, x: f32, size: f32, tone: Tone) {
        let runs = self.fonts.runs(text, size, tone != Tone::Plain && tone != Tone::Quiet, &mut self.unshown);
        let y = self.y;
        self.put(Piece::Text { x, y, size, runs, tone });
    }

    fn rule(&mut self, y: f32) {
        self.put(Piece::Area { x: MARGIN, y, width: WIDTH, height: 0.6, shade: Shade::Line });
    }

    /// Text broken into lines that fit.
    fn wrap(&mut self, text: &str, width: f32, size: f32, bold: bool) -> Vec<Line> {
        let mut lines = Vec::new();
        for paragraph in text.split('\n') {
            let runs = self.fonts.runs(paragraph, size, bold, &mut self.unshown);
            lines.extend(self.broken(&runs, width, size, bold));
        }
        lines
    }

    fn broken(&self, runs: &[Run], width: f32, size: f32, bold: bool) -> Vec<Line> {
        let text: String = runs.iter().map(|r| r.text.as_str()).collect();
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut used = 0.0;
        for word in words(&text) {
            let long = self.width(word, size, bold);
            if used + long <= width || word == " " {
                line.push_str(word);
                used += long;
                continue;
            }
            if !line.trim().is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.clear();
            used = 0.0;
            // A word wider than the column is broken where it must be.
            for c in word.chars() {
                let wide = self.width(c.encode_utf8(&mut [0; 4]), size, bold);
                if used + wide > width && wide > 0.0 && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    used = 0.0;
                }
                line.push(c);
                used += wide;
            }
        }
        lines.push(line);
        let runs_of = |line: String| self.fonts.runs(line.trim_end(), size, bold, &mut 0);
        lines.into_iter().map(runs_of).collect()
    }

    fn width(&self, text: &str, size: f32, bold: bool) -> f32 {
        self.fonts.runs(text, size, bold, &mut 0).iter().map(|r| r.width).sum()
    }

    /// Draws lines from `self.y`, which is their top; gives back the height without moving on.
    fn draw(&mut self, lines: &[Line], x: f32, top: f32, size: f32, tone: Tone) -> f32 {
        let mut y = top + size * self.fonts.ascent();
        for runs in lines {
            self.put(Piece::Text { x, y, size, runs: runs.clone(), tone });
            y += size * LEADING;
        }
        lines.len() as f32 * size * LEADING
    }

    /// Draws lines over as many pages as they need.
    fn flow(&mut self, lines: &[Line], x: f32, size: f32, tone: Tone) {
        for line in lines {
            self.room(size * LEADING);
            let height = self.draw(std::slice::from_ref(line), x, self.y, size, tone);
            self.y += height;
        }
    }

    /// How much of a block must stand below its heading.
    fn beginning(&self, block: &Block) -> f32 {
        match block {
            Block::Pictures(_) => 170.0,
            Block::Table(_) | Block::Outcome(..) => 60.0,
            Block::Title(..) | Block::Heading(_) | Block::Text(_) | Block::Facts(_) | Block::NewPage => 30.0,
        }
    }

    fn block(&mut self, block: &Block, after: f32) {
        match block {
            Block::Title(title, lead) => {
                let lines = self.wrap(title, WIDTH, 19.0, true);
                self.flow(&lines, MARGIN, 19.0, Tone::Good);
                let lines = self.wrap(lead, WIDTH, 9.5, false);
                self.flow(&lines, MARGIN, 9.5, Tone::Quiet);
                self.y += 10.0;
            }
            Block::Heading(text) => {
                self.room(34.0 + after);
                self.y += if self.y > TOP { 12.0 } else { 0.0 };
                let lines = self.wrap(text, WIDTH, 11.5, true);
                self.flow(&lines, MARGIN, 11.5, Tone::Good);
                self.rule(self.y + 1.0);
                self.y += 7.0;
            }
            Block::Text(text) => {
                let lines = self.wrap(text, WIDTH, 9.0, false);
                self.flow(&lines, MARGIN, 9.0, Tone::Plain);
                self.y += 5.0;
            }
            Block::Outcome(word, tone, text) => self.outcome(word, *tone, text),
            Block::Facts(facts) => self.facts(facts),
            Block::Table(table) => self.table(table),
            Block::Pictures(pictures) => self.pictures(pictures),
            Block::NewPage => self.turn(),
        }
    }

    fn outcome(&mut self, word: &str, tone: Tone, text: &str) {
        let inner = WIDTH - 32.0;
        let (head, body) = (self.wrap(word, inner, 15.0, true), self.wrap(text, inner, 9.0, false));
        let height = 20.0 + head.len() as f32 * 15.0 * LEADING + body.len() as f32 * 9.0 * LEADING;
        self.room(height + 8.0);
        let y = self.y;
        self.put(Piece::Area { x: MARGIN, y, width: WIDTH, height, shade: Shade::Panel });
        self.put(Piece::Area { x: MARGIN, y, width: 4.0, height, shade: Shade::Mark(tone) });
        let down = self.draw(&head, MARGIN + 18.0, y + 9.0, 15.0, tone);
        self.draw(&body, MARGIN + 18.0, y + 10.0 + down, 9.0, Tone::Plain);
        self.y += height + 8.0;
    }

    fn facts(&mut self, facts: &[(String, String)]) {
        const NAMES: f32 = 128.0;
        for (name, value) in facts {
            let names = self.wrap(name, NAMES - 10.0, 8.5, false);
            let values = self.wrap(value, WIDTH - NAMES, 9.0, false);
            let height = (names.len() as f32 * 8.5 * LEADING).max(values.len() as f32 * 9.0 * LEADING);
            self.room(height.min(300.0));
            if values.len() > 20 {
                self.draw(&names, MARGIN, self.y, 8.5, Tone::Quiet);
                self.flow(&values, MARGIN + NAMES, 9.0, Tone::Plain);
                continue;
            }
            self.draw(&names, MARGIN, self.y + 0.4, 8.5, Tone::Quiet);
            self.draw(&values, MARGIN + NAMES, self.y, 9.0, Tone::Plain);
            self.y += height + 1.5;
        }
        self.y += 4.0;
    }

    fn table(&mut self, table: &Table) {
        let all: f32 = table.columns.iter().map(|(_, share)| share).sum();
        let widths: Vec<f32> = table.columns.iter().map(|(_, share)| WIDTH * share / all.max(0.01)).collect();
        let head: Vec<Cell> = table.columns.iter().map(|(word, _)| Cell(word.clone(), Tone::Quiet)).collect();
        self.row(&head, &widths, 7.5, None);
        for cells in &table.rows {
            self.row(cells, &widths, 8.0, Some(&head));
        }
        self.y += 6.0;
    }

    /// A row; on a new page the head is said again before it.
    fn row(&mut self, cells: &[Cell], widths: &[f32], size: f32, head: Option<&[Cell]>) {
        // A row taller than a page is cut into pieces of a page.
        const PIECE: usize = 55;
        let mut wrapped = Vec::with_capacity(cells.len());
        for (Cell(text, tone), width) in cells.iter().zip(widths) {
            let bold = *tone != Tone::Plain && *tone != Tone::Quiet;
            wrapped.push((self.wrap(text, width - 8.0, size, bold), *tone));
        }
        let lines = wrapped.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
        for from in (0..lines.max(1)).step_by(PIECE) {
            let tall = lines.saturating_sub(from).min(PIECE) as f32 * size * LEADING + 5.0;
            let before = self.pages.len();
            self.room(tall);
            if let Some(head) = head.filter(|_| self.pages.len() > before) {
                self.row(head, widths, 7.5, None);
            }
            let (mut x, top) = (MARGIN, self.y + 2.0);
            for ((lines, tone), width) in wrapped.iter().zip(widths) {
                let part = lines.get(from..lines.len().min(from + PIECE)).unwrap_or_default();
                self.draw(part, x, top, size, *tone);
                x += width;
            }
            self.y += tall;
            self.rule(self.y);
        }
    }

    fn pictures(&mut self, pictures: &[Picture]) {
        const GAP: f32 = 12.0;
        const TALL: f32 = 128.0;
        let column = (WIDTH - 2.0 * GAP) / 3.0;
        for three in pictures.chunks(3) {
            let captions: Vec<Vec<Line>> = three.iter().map(|p| self.wrap(&p.caption, column, 7.5, false)).collect();
            let below = captions.iter().map(Vec::len).max().unwrap_or(0) as f32 * 7.5 * LEADING;
            self.room(TALL + below + 14.0);
            let top = self.y;
            for (n, (picture, caption)) in three.iter().zip(&captions).enumerate() {
                let x = MARGIN + n as f32 * (column + GAP);
                self.put(Piece::Area { x, y: top, width: column, height: TALL, shade: Shade::Panel });
                if let Some((width, height)) = size_of(&picture.jpeg) {
                    let scale = (column / width).min(TALL / height);
                    let (width, height) = (width * scale, height * scale);
                    let (x, y) = (x + (column - width) / 2.0, top + (TALL - height) / 2.0);
                    self.put(Piece::Picture { x, y, width, height, jpeg: picture.jpeg.clone() });
                }
                self.draw(caption, x, top + TALL + 4.0, 7.5, Tone::Plain);
            }
            self.y = top + TALL + below + 14.0;
        }
    }

    fn feet(&mut self, footer: &str) {
        let count = self.pages.len();
        let (y, size, tone) = (PAGE.1 - 32.0, 7.5, Tone::Quiet);
        let left = self.fonts.runs(footer, size, false, &mut self.unshown);
        for (n, page) in self.pages.iter_mut().enumerate() {
            let runs = self.fonts.runs(&format!("{} / {count}", n + 1), size, false, &mut 0);
            let x = MARGIN + WIDTH - runs.iter().map(|r| r.width).sum::<f32>();
            page.push(Piece::Area { x: MARGIN, y: PAGE.1 - 46.0, width: WIDTH, height: 0.6, shade: Shade::Line });
            page.push(Piece::Text { x: MARGIN, y, size, runs: left.clone(), tone });
            page.push(Piece::Text { x, y, size, runs, tone });
        }
    }
}

/// Where a line may be broken: between words, and in scripts without spaces between letters.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices();
        let (_, first) = chars.next()?;
        let alone = |c: char| c == ' ' || unspaced(c);
        let end = chars.find(|(_, c)| {
            let mark = unicode_normalization::char::is_combining_mark(*c);
            !mark && (alone(first) || alone(*c))
        });
        let (word, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(word)
    })
}

/// Scripts that put no spaces between words.
fn unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Width and height from a JPEG's frame header.
pub(crate) fn size_of(jpeg: &[u8]) -> Option<(f32, f32)> {
    let mut rest = jpeg.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (&[0xff, kind, high, low], _) = rest.split_first_chunk::<4>()? else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc) {
            let at = |n: usize| Some(f32::from(u16::from_be_bytes([*rest.get(n)?, *rest.get(n + 1)?])));
            let (height, width) = (at(5)?, at(7)?);
            return (width >= 1.0 && height >= 1.0).then_some((width, height));
        }
        rest = rest.get(2 + length..)?;
    }
}
