//! Reports as PDF: headings, facts, tables and pictures laid out on pages, in any script a font is at hand for.
//! Must not know what is reported, nor read a disk. The only crate that names the PDF library.
#![deny(missing_docs)]

mod fonts;
mod layout;
mod pages;

pub use fonts::Fonts;

/// Most blocks of a document; a report with more is a database.
pub const MAX_BLOCKS: usize = 20_000;
/// Most pages; what comes after is left out, and the last line says so.
pub const MAX_PAGES: usize = 400;

/// Something to be laid out.
#[derive(Clone, Debug)]
pub struct Document {
    /// Of the file.
    pub title: String,
    /// At the foot of every page, beside its number.
    pub footer: String,
    /// From top to bottom.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Clone, Debug)]
pub enum Block {
    /// The head of the document: what it is, and a line below.
    Title(String, String),
    /// A heading.
    Heading(String),
    /// Running text.
    Text(String),
    /// The outcome in a box: its word, its tone, and what is said about it.
    Outcome(String, Tone, String),
    /// Names and values in two columns.
    Facts(Vec<(String, String)>),
    /// Rows under a head; shares of the width, and words in bold where a cell has a tone.
    Table(Table),
    /// Pictures in a row of at most three, each with what it shows.
    Pictures(Vec<Picture>),
    /// What follows begins on a new page.
    NewPage,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its columns: a word and a share of the width.
    pub columns: Vec<(String, f32)>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Clone, Debug)]
pub struct Cell(pub String, pub Tone);

impl Cell {
    /// A cell without a tone.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self(text.into(), Tone::Plain)
    }
}

/// How a word is meant; never told by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As any other.
    Plain,
    /// Well.
    Good,
    /// To be looked at.
    Warn,
    /// Not well.
    Bad,
    /// Less important.
    Quiet,
}

/// A picture.
#[derive(Clone, Debug)]
pub struct Picture {
    /// JPEG.
    pub jpeg: Vec<u8>,
    /// What it shows.
    pub caption: String,
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    /// More than the stated limit.
    #[error("the report is too long")]
    TooLong,
    /// A font that is not one.
    #[error("a font cannot be read")]
    Font,
    /// The PDF library does not take it.
    #[error("the report cannot be written: {0}")]
    Pdf(String),
}

/// A finished report.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The PDF. The same document and fonts give the same bytes.
    pub pdf: Vec<u8>,
    /// How many pages.
    pub pages: usize,
    /// Characters no font at hand has; they stand as their code points.
    pub unshown: usize,
}

/// Lays a document out.
///
/// # Errors
/// A document over the limits, or one that the PDF library does not take.
pub fn render(document: &Document, fonts: &Fonts) -> Result<Rendered, ReportFault> {
    if document.blocks.len() > MAX_BLOCKS {
        return Err(ReportFault::TooLong);
    }
    let pages = layout::lay_out(document, fonts);
    let unshown = pages.unshown;
    let count = pages.pages.len();
    Ok(Rendered { pdf: pages::write(document, pages, fonts)?, pages: count, unshown })
}

/// Every text of a document, to look for fonts that can show it.
pub fn texts(document: &Document) -> impl Iterator<Item = &str> {
    let head = [document.title.as_str(), document.footer.as_str()];
    head.into_iter().chain(document.blocks.iter().flat_map(|block| -> Vec<&str> {
        match block {
            Block::Title(a, b) | Block::Outcome(a, _, b) => vec![a, b],
            Block::Heading(text) | Block::Text(text) => vec![text],
            Block::Facts(facts) => facts.iter().flat_map(|(a, b)| [a.as_str(), b.as_str()]).collect(),
            Block::Table(table) => {
                let heads = table.columns.iter().map(|(word, _)| word.as_str());
                heads.chain(table.rows.iter().flatten().map(|cell| cell.0.as_str())).collect()
            }
            Block::Pictures(pictures) => pictures.iter().map(|p| p.caption.as_str()).collect(),
            Block::NewPage => Vec::new(),
        }
    }))
}

#[cfg(test)]
mod tests;
