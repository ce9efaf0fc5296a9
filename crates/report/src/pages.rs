//! Pieces become a PDF. Must not know why a piece is where it is.

use crate::fonts::Fonts;
use crate::layout::{PAGE, Pages, Piece, Shade};
use crate::{Document, ReportFault, Tone};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::TextDirection;

pub(crate) fn write(document: &Document, pages: Pages, fonts: &Fonts) -> Result<Vec<u8>, ReportFault> {
    let broken = |what: &str| ReportFault::Pdf(what.to_owned());
    let mut pdf = krilla::Document::new();
    // No date: the same case gives the same bytes, and the time of the export stands in the text.
    let about = Metadata::new().title(document.title.clone()).language("en".to_owned()).creator("recourse".to_owned());
    pdf.set_metadata(about);
    for pieces in pages.pages {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| broken("a page without a size"))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        for piece in pieces {
            draw(&mut surface, piece, fonts);
        }
        surface.finish();
        page.finish();
    }
    pdf.finish().map_err(|e| ReportFault::Pdf(format!("{e:?}")))
}

fn draw(surface: &mut Surface<'_>, piece: Piece, fonts: &Fonts) {
    match piece {
        Piece::Text { x, y, size, runs, tone } => {
            surface.set_fill(Some(fill(ink(tone))));
            let mut at = x;
            for run in runs {
                if let Some(font) = fonts.font(run.font) {
                    surface.draw_text(Point::from_xy(at, y), font.clone(), size, &run.text, false, TextDirection::Auto);
                }
                at += run.width;
            }
        }
        Piece::Area { x, y, width, height, shade } => {
            let colour = match shade {
                Shade::Line => rgb::Color::new(0xd5, 0xda, 0xe1),
                Shade::Panel => rgb::Color::new(0xf3, 0xf5, 0xf8),
                Shade::Mark(tone) => ink(tone),
            };
            let Some(area) = Rect::from_xywh(x, y, width, height) else { return };
            let mut path = PathBuilder::new();
            path.push_rect(area);
            surface.set_fill(Some(fill(colour)));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Piece::Picture { x, y, width, height, jpeg } => {
            let (Ok(image), Some(size)) = (Image::from_jpeg(jpeg.into(), true), Size::from_wh(width, height)) else { return };
            surface.push_transform(&Transform::from_translate(x, y));
            surface.draw_image(image, size);
            surface.pop();
        }
    }
}

fn fill(colour: rgb::Color) -> Fill {
    Fill { paint: colour.into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}

/// Dark enough on white and on the panel: at least 4.5 to 1.
fn ink(tone: Tone) -> rgb::Color {
    match tone {
        Tone::Plain => rgb::Color::new(0x17, 0x1c, 0x26),
        Tone::Good => rgb::Color::new(0x0b, 0x5c, 0x46),
        Tone::Warn => rgb::Color::new(0x8a, 0x4b, 0x00),
        Tone::Bad => rgb::Color::new(0xa3, 0x1d, 0x2b),
        Tone::Quiet => rgb::Color::new(0x55, 0x5f, 0x70),
    }
}
