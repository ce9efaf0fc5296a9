//! Real pairs of names, and what is said about them. Must not know a screen.

use super::*;
use proptest::prelude::*;

fn is(claimed: &str, read: &str) -> Verdict {
    compare(claimed, read).verdict
}

/// Every pair must be judged alike in both directions.
fn all(want: Verdict, pairs: &[(&str, &str)]) {
    for (a, b) in pairs {
        assert_eq!(is(a, b), want, "{a} | {b}");
        assert_eq!(is(b, a), want, "{b} | {a}");
    }
}

#[test]
fn case_and_spaces_are_no_difference() {
    all(
        Verdict::Same,
        &[
            ("Grace Tan", "GRACE TAN"),
            (" Grace  Tan ", "Grace Tan"),
            ("สมชาย ใจดี", "สมชาย  ใจดี"),
            ("陈小明", "陈小明"),
            ("Md. Ali", "MD ALI"),
        ],
    );
}

#[test]
fn marks_spaces_and_romanised_letters_are_one_kind_of_difference() {
    all(
        Verdict::SameButMarks,
        &[
            ("Nguyễn Văn Đức", "NGUYEN VAN DUC"),
            ("Trần Thị Bích Ngọc", "Tran Thi Bich Ngoc"),
            ("José Muñoz", "JOSE MUNOZ"),
            ("Jürgen Groß", "JUERGEN GROSS"),
            ("Jürgen Groß", "Jurgen Gross"),
            ("Søren Ærø", "SOEREN AEROE"),
            ("Åse Lindström", "AASE LINDSTROEM"),
            ("Siobhán O’Brien", "SIOBHAN OBRIEN"),
            ("Łukasz Żak", "LUKASZ ZAK"),
            ("Anne-Marie Dupont", "ANNE MARIE DUPONT"),
            ("Xiaoming Chen", "Xiao Ming Chen"),
            ("Lê-Thị Hoa", "LE THI HOA"),
            ("Gülşen Işık", "GULSEN ISIK"),
            ("陳小明", "陈小明"),
            ("ＡＮＮＡ ＬＥＥ", "Anna Lee"),
            ("محمد عَلي", "محمد علي"),
        ],
    );
}

#[test]
fn the_same_words_in_another_order_are_said_to_be_that() {
    all(
        Verdict::SameButOrder,
        &[
            ("Tan Grace", "Grace Tan"),
            ("Nguyễn Văn An", "An Văn Nguyễn"),
            ("NGUYEN VAN AN", "Văn An Nguyễn"),
            ("Tan Xiaoming", "XIAO MING TAN"),
            ("Dela Cruz, Juan", "Juan Dela Cruz"),
            ("Kumar Rajesh", "Rajesh Kumar"),
            ("ใจดี สมชาย", "สมชาย ใจดี"),
            ("குமார் ராஜேஷ்", "ராஜேஷ் குமார்"),
        ],
    );
}

#[test]
fn particles_and_titles_may_be_dropped_or_spelt_otherwise() {
    all(
        Verdict::Particle,
        &[
            ("Nur Aisyah binti Rahman", "NUR AISYAH RAHMAN"),
            ("Nur Aisyah bt Rahman", "Nur Aisyah binti Rahman"),
            ("Ahmad bin Ali", "AHMAD B ALI"),
            ("Ravi a/l Muthu", "Ravi s/o Muthu"),
            ("Ravi a/l Muthu", "RAVI MUTHU"),
            ("Devi d/o Raman", "Devi a/p Raman"),
            ("Juan de la Cruz", "Juan Cruz"),
            ("Ludwig van Beethoven", "Ludwig Beethoven"),
            ("Juan Santos Jr.", "JUAN SANTOS"),
            ("Mohd Ali bin Hassan", "Muhammad Ali bin Hassan"),
            ("Ma. Cristina Reyes", "MARIA CRISTINA REYES"),
            ("Dr. Siti Aminah", "Siti Aminah"),
            ("นาย สมชาย ใจดี", "สมชาย ใจดี"),
            ("திரு ராஜேஷ் குமார்", "ராஜேஷ் குமார்"),
            ("Faisal Al Saud", "Faisal Saud"),
        ],
    );
    assert_eq!(is("Juan Dela Cruz", "Juan De La Cruz"), Verdict::SameButMarks, "only the space differs");
}

#[test]
fn anything_else_is_different() {
    all(
        Verdict::Different,
        &[
            ("Grace Tan", "Grace Tang"),
            ("Smith John", "Snith John"),
            ("Ahmad bin Ali", "Ahmad bin Abu"),
            ("S. Kumar", "Subramaniam Kumar"),
            ("สมชาย ใจดี", "สมชาย ใจด"),
            ("สมชาย", "สมชัย"),
            ("ராஜேஷ்", "ராஜேஸ்"),
            ("राजेश", "राजीश"),
            ("陈小明", "陈小朋"),
            ("Grace Tan", ""),
            ("Maria Santos", "Maria Reyes Santos"),
            ("bin", "binti"),
        ],
    );
}

#[test]
fn vowel_signs_are_letters_and_not_marks() {
    for (a, b) in [("กิ", "กี"), ("कि", "कु"), ("கி", "கு")] {
        assert_eq!(is(a, b), Verdict::Different, "{a} | {b}");
    }
}

#[test]
fn two_scripts_are_named_and_not_guessed() {
    let c = compare("สมชาย ใจดี", "SOMCHAI JAIDEE");
    assert!(c.other_script && c.verdict == Verdict::Different);
    assert!(!compare("Nguyễn", "NGUYEN").other_script);
}

#[test]
fn the_letter_that_differs_is_pointed_at() {
    let kinds = |a: &str, b: &str| compare(a, b).segments.into_iter().filter(|s| s.kind != Kind::Same).collect::<Vec<_>>();
    let one = kinds("Smith John", "Snith John");
    assert_eq!(one, [Segment { kind: Kind::Different, claimed: "m".into(), read: "n".into() }]);
    let marks = kinds("Nguyễn An", "NGUYEN AN");
    assert_eq!(marks, [Segment { kind: Kind::Marks, claimed: "ễ".into(), read: "E".into() }]);
    let gone = kinds("Nur binti Rahman", "Nur Rahman");
    assert_eq!(gone, [Segment { kind: Kind::Particle, claimed: "binti".into(), read: String::new() }]);
    let moved = kinds("Tan Grace", "Grace Tan");
    assert_eq!(moved.iter().map(|s| s.kind).collect::<Vec<_>>(), [Kind::Moved, Kind::Moved]);
    let thai = kinds("สมชาย", "สมชัย");
    assert_eq!(thai, [Segment { kind: Kind::Different, claimed: "ชา".into(), read: "ชั".into() }], "a sign stays with its letter");
}

#[test]
fn numbers_and_addresses_are_compared_in_order_and_letter_by_letter() {
    assert_eq!(compare_plain("D1234567X", "d123 4567-x").verdict, Verdict::SameButMarks);
    assert_eq!(compare_plain("D1234567X", "D1234567X").verdict, Verdict::Same);
    let c = compare_plain("D1234567X", "D1234576X");
    assert_eq!(c.verdict, Verdict::Different);
    assert!(c.segments.len() > 1);
    assert_eq!(compare_plain("12 Kampong Row", "Kampong Row 12").verdict, Verdict::Different);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_both_sides_are_shown_whole(a in "\\PC{0,60}", b in "\\PC{0,60}") {
        let _ = compare(&a, &b);
        let whole = |text: &str| text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        let c = compare_plain(&a, &b);
        prop_assert_eq!(c.segments.iter().map(|s| s.claimed.as_str()).collect::<String>(), whole(&a));
        prop_assert_eq!(c.segments.iter().map(|s| s.read.as_str()).collect::<String>(), whole(&b));
    }

    #[test]
    fn a_name_is_itself(a in "[A-Za-zÀ-ž]{1,12}( [A-Za-zÀ-ž]{1,12}){0,3}") {
        prop_assert_eq!(is(&a, &a), Verdict::Same);
        prop_assert_eq!(is(&a, &a.to_lowercase()), Verdict::Same);
    }
}
