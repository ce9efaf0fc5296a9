//! What a report promises: every text in it, the same bytes each time, no boxes in silence.

use super::*;

fn document(blocks: Vec<Block>) -> Document {
    Document { title: "Case".to_owned(), footer: "case_1".to_owned(), blocks }
}

fn facts(value: &str) -> Block {
    Block::Facts(vec![("Name".to_owned(), value.to_owned())])
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let fonts = Fonts::bundled().unwrap();
    let table = Table {
        columns: vec![("Step".to_owned(), 1.0), ("State".to_owned(), 2.0)],
        rows: vec![vec![Cell::plain("Greet"), Cell("done".to_owned(), Tone::Good)]; 200],
    };
    let document = document(vec![
        Block::Title("Identity verification".to_owned(), "lead".to_owned()),
        Block::Outcome("Verified".to_owned(), Tone::Good, "because".to_owned()),
        facts("Nguyễn Thị Ánh Tuyết"),
        Block::Table(table),
        Block::NewPage,
        Block::Heading("Annex".to_owned()),
        Block::Text("word ".repeat(2_000)),
    ]);
    let (one, two) = (render(&document, &fonts).unwrap(), render(&document, &Fonts::bundled().unwrap()).unwrap());
    assert!(one.pdf.starts_with(b"%PDF-") && one.pdf == two.pdf);
    assert!(one.pages >= 5 && one.unshown == 0, "{} pages, {} unshown", one.pages, one.unshown);
}

#[test]
fn names_in_latin_and_vietnamese_are_shown_and_others_stand_as_code_points_and_are_counted() {
    let fonts = Fonts::bundled().unwrap();
    assert!(fonts.missing(["Nguyễn Thị Ánh Tuyết Łukasz Ñandú Ström", "Nguye\u{302}\u{303}n"].into_iter()).is_empty());
    assert_eq!(fonts.missing(["สม สม", "Ravi"].into_iter()), ['ม', 'ส']);
    let rendered = render(&document(vec![facts("สม Ravi")]), &fonts).unwrap();
    assert_eq!(rendered.unshown, 2);
}

#[test]
fn a_document_that_is_too_long_ends_with_a_word_about_it_and_not_with_a_fault() {
    let fonts = Fonts::bundled().unwrap();
    let blocks = (0..MAX_PAGES + 5).flat_map(|_| [Block::Text("x".to_owned()), Block::NewPage]).collect();
    assert_eq!(render(&document(blocks), &fonts).unwrap().pages, MAX_PAGES);
    let many = vec![Block::NewPage; MAX_BLOCKS + 1];
    assert_eq!(render(&document(many), &fonts).unwrap_err(), ReportFault::TooLong);
}

#[test]
fn words_wider_than_a_column_and_odd_characters_break_nothing() {
    let fonts = Fonts::bundled().unwrap();
    let odd = "a\u{0}b\u{202e}c\u{feff}\t\u{1f600}\u{10ffff}".repeat(300);
    let cells = vec![Cell::plain(odd.clone()), Cell::plain("9".repeat(900)), Cell::plain("ก".repeat(400))];
    let columns = vec![("a".to_owned(), 1.0), ("b".to_owned(), 0.2), ("c".to_owned(), 1.0)];
    let pictures = vec![Picture { jpeg: vec![0xff, 0xd8, 0xff], caption: odd }, Picture { jpeg: Vec::new(), caption: String::new() }];
    let blocks = vec![Block::Table(Table { columns, rows: vec![cells] }), Block::Pictures(pictures)];
    assert!(render(&document(blocks), &fonts).is_ok());
}
