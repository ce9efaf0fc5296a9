//! What a board promises, by tables and by any sequence of strokes. Must not know a screen.

use super::*;
use serde_json::Value;

const A: Seat = Seat::Agent;
const C: Seat = Seat::Customer;

fn begin(id: u32, tool: Tool) -> Op {
    Op::Begin { id, tool, width: 5, at: Point(1, 1) }
}

fn points(id: u32, n: usize) -> Op {
    Op::Points { id, points: (0..n).map(|i| Point(u16::try_from(i).unwrap(), 2)).collect() }
}

/// A second lies between two steps, so that only the test of the pace meets it.
fn drawn(ops: &[(Seat, Op)]) -> Board {
    let mut board = Board::new(Surface::Live);
    for (at, (by, op)) in ops.iter().enumerate() {
        board = board.apply(*by, op, Timestamp::from_millis(at as i64 * 10_000)).unwrap();
    }
    board
}

fn seen(board: &Board) -> Vec<(Seat, u32)> {
    board.strokes.iter().filter(|s| !s.undone).map(|s| (s.by, s.id)).collect()
}

/// The same cases are read by the pages' reducer, so that both sides draw the same board.
#[test]
fn server_and_page_agree_on_every_case_of_the_list() {
    let text = include_str!("cases.json");
    let cases: Value = serde_json::from_str(text).unwrap();
    for case in cases.as_array().unwrap() {
        let mut board = Board::new(Surface::Live);
        for (at, step) in case["ops"].as_array().unwrap().iter().enumerate() {
            let by: Seat = serde_json::from_value(step[0].clone()).unwrap();
            let op = read(&step[1]);
            board = board.apply(by, &op, Timestamp::from_millis(at as i64 * 10_000)).unwrap_or_else(|e| panic!("{}: {e}", case["name"]));
        }
        let strokes: Vec<Value> = board
            .strokes
            .iter()
            .map(|s| {
                let xy: Vec<u16> = s.points.iter().flat_map(|p| [p.0, p.1]).collect();
                serde_json::json!([s.by, s.id, s.tool, xy, s.text.as_ref().map(Pii::reveal), s.done, s.undone])
            })
            .collect();
        assert_eq!(Value::Array(strokes), case["strokes"], "{}", case["name"]);
    }
}

/// An operation as pages write it, with flat coordinates.
fn read(op: &Value) -> Op {
    let xy: Vec<u16> = op["xy"].as_array().into_iter().flatten().map(|v| u16::try_from(v.as_u64().unwrap()).unwrap()).collect();
    let all: Vec<Point> = xy.as_chunks::<2>().0.iter().map(|[x, y]| Point(*x, *y)).collect();
    let id = u32::try_from(op["id"].as_u64().unwrap_or_default()).unwrap();
    match op["op"].as_str().unwrap() {
        "begin" => Op::Begin { id, tool: serde_json::from_value(op["tool"].clone()).unwrap(), width: 5, at: all[0] },
        "points" => Op::Points { id, points: all },
        "end" => Op::End { id },
        "text" => Op::Text { id, width: 30, at: all[0], text: Pii::new(op["text"].as_str().unwrap().to_owned()) },
        "laser" => Op::Laser { at: all[0] },
        "undo" => Op::Undo,
        "redo" => Op::Redo,
        "clear_mine" => Op::ClearMine,
        "clear_all" => Op::ClearAll,
        other => panic!("{other}"),
    }
}

#[test]
fn undo_redo_and_clear_mine_touch_only_the_own_strokes() {
    let both =
        [(A, begin(1, Tool::Pen)), (C, begin(1, Tool::Pen)), (A, begin(2, Tool::Arrow)), (A, Op::Undo), (A, Op::Undo), (A, Op::Undo)];
    let board = drawn(&both);
    assert_eq!(seen(&board), [(C, 1)]);
    let back = board.apply(A, &Op::Redo, Timestamp::from_millis(90_000)).unwrap();
    assert_eq!(seen(&back), [(A, 1), (C, 1)]);
    let mine = back.apply(C, &Op::ClearMine, Timestamp::from_millis(91_000)).unwrap();
    assert_eq!(seen(&mine), [(A, 1)]);
    let fresh = mine.apply(A, &begin(3, Tool::Pen), Timestamp::from_millis(92_000)).unwrap();
    let nothing = fresh.apply(A, &Op::Redo, Timestamp::from_millis(93_000)).unwrap();
    assert_eq!(nothing.strokes, fresh.strokes, "what was taken back does not come back over something new");
}

#[test]
fn points_that_come_after_a_clear_change_nothing() {
    let board = drawn(&[(C, begin(1, Tool::Pen)), (A, Op::ClearAll), (C, points(1, 3)), (C, Op::End { id: 1 })]);
    assert!(board.strokes.is_empty());
}

#[test]
fn a_stroke_with_a_million_points_is_refused_and_the_board_stays() {
    let board = drawn(&[(C, begin(1, Tool::Pen))]);
    let at = Timestamp::from_millis(60_000);
    assert_eq!(board.apply(C, &points(1, 60_000), at).unwrap_err().code, Code::TooFast);
    assert_eq!(board.apply(C, &points(1, MAX_OP_POINTS + 1), at).unwrap_err().code, Code::OutOfRange);
    let mut full = board;
    let mut last = None;
    for i in 0..1_000 {
        match full.apply(C, &points(1, MAX_OP_POINTS), Timestamp::from_millis(100_000 + i * 10_000)) {
            Ok(next) => full = next,
            Err(refusal) => last = Some(refusal.code),
        }
    }
    assert_eq!(last, Some(Code::LimitReached));
    assert!(full.points() <= MAX_STROKE_POINTS);
}

#[test]
fn a_board_holds_no_more_than_its_strokes_and_points() {
    let mut board = Board::new(Surface::Live);
    let mut refusals = 0;
    for id in 0..1_000u32 {
        for op in [begin(id, Tool::Highlighter), points(id, 200), Op::End { id }] {
            match board.apply(A, &op, Timestamp::from_millis(i64::from(id) * 10_000)) {
                Ok(next) => board = next,
                Err(refusal) => {
                    assert_eq!(refusal.code, Code::LimitReached);
                    refusals += 1;
                }
            }
        }
    }
    assert!(refusals > 0);
    assert!(board.strokes.len() <= MAX_STROKES && board.points() <= MAX_POINTS, "{} {}", board.strokes.len(), board.points());
}

#[test]
fn nobody_draws_faster_than_the_pace_and_the_other_side_is_not_slowed_down() {
    let mut board = Board::new(Surface::Live);
    let now = Timestamp::from_millis(1);
    let mut done = 0;
    while let Ok(next) = board.apply(C, &Op::Laser { at: Point(0, 0) }, now) {
        board = next;
        done += 1;
        assert!(done < 1_000, "there is no limit");
    }
    assert!((100..=200).contains(&done), "{done}");
    assert_eq!(board.apply(C, &Op::Undo, now).unwrap_err().code, Code::TooFast);
    assert!(board.apply(A, &Op::Undo, now).is_ok());
    assert!(board.apply(C, &Op::Undo, now + Span::seconds(1)).is_ok());
}

#[test]
fn widths_texts_and_repeated_numbers_outside_their_range_are_refused() {
    let board = drawn(&[(A, begin(1, Tool::Pen))]);
    let at = Timestamp::from_millis(60_000);
    let code = |op: Op| board.apply(A, &op, at).unwrap_err().code;
    let text = |text: &str| Op::Text { id: 9, width: 30, at: Point(0, 0), text: Pii::new(text.to_owned()) };
    assert_eq!(code(begin(1, Tool::Pen)), Code::Stale);
    assert_eq!(code(begin(2, Tool::Text)), Code::OutOfRange);
    assert_eq!(code(Op::Begin { id: 2, tool: Tool::Pen, width: 0, at: Point(0, 0) }), Code::OutOfRange);
    assert_eq!(code(Op::Begin { id: 2, tool: Tool::Pen, width: MAX_WIDTH + 1, at: Point(0, 0) }), Code::OutOfRange);
    assert_eq!(code(text("")), Code::OutOfRange);
    assert_eq!(code(text(&"x".repeat(MAX_TEXT + 1))), Code::OutOfRange);
    assert!(board.apply(A, &text("here"), at).is_ok());
}

#[test]
fn what_is_written_on_a_board_is_not_printed() {
    let board = drawn(&[(A, Op::Text { id: 1, width: 30, at: Point(0, 0), text: Pii::new("K7788123X".to_owned()) })]);
    assert!(!format!("{board:?}").contains("K7788123X"));
}
