//! Looking at something together and drawing on it, as it crosses the sockets; coordinates are flat, x before y.
//! Must not know what a limit is, beyond what a message can hold.

use crate::terms::Seat;
use domain::board as law;
use domain::pii::Pii;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most weight of one part of a board, a point being the unit (12 bytes at most): a part stays below
/// the longest message.
pub const PART_WEIGHT: usize = 4_000;

/// What both look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)]
pub enum Surface {
    /// The customer's picture as it moves.
    Live {},
    /// An image of the case.
    Evidence {
        /// `evd_…`.
        evidence: String,
    },
}

/// What a stroke is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrawTool {
    /// A line through every point.
    Pen,
    /// A wide line that lets the picture through.
    Highlighter,
    /// From the first point to the last.
    Arrow,
    /// Corners at the first and the last point.
    Rectangle,
    /// Inside that rectangle.
    Ellipse,
    /// Words; made with `text`, not with `begin`.
    Text,
}

/// What a person does on a board. Places are pairs of 0–65 535 from left to right and top to bottom of
/// the content (the camera's frame, the image), whatever the screen shows of it and however turned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum DrawOp {
    /// A stroke begins.
    Begin {
        /// Chosen by the page, new for each stroke of this person.
        id: u32,
        /// Tool.
        tool: DrawTool,
        /// 1–100, thousandths of the content's width.
        width: u16,
        /// Where: x, y.
        xy: [u16; 2],
    },
    /// It goes on.
    Points {
        /// Which stroke.
        id: u32,
        /// x, y, x, y …: 1–256 points.
        xy: Vec<u16>,
    },
    /// It is finished.
    End {
        /// Which stroke.
        id: u32,
    },
    /// Words, whole.
    Text {
        /// As in `begin`.
        id: u32,
        /// Height of the letters, thousandths of the content's width.
        width: u16,
        /// Where they begin: x, y.
        xy: [u16; 2],
        /// 1–120 characters.
        text: String,
    },
    /// A pointer that fades.
    Laser {
        /// Where: x, y.
        xy: [u16; 2],
    },
    /// Take the own newest stroke back.
    Undo {},
    /// Bring it again.
    Redo {},
    /// Take all own strokes away.
    ClearMine {},
    /// Take all strokes away.
    ClearAll {},
}

/// One stroke of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StrokeView {
    /// Whose.
    pub from: Seat,
    /// The person's number for it.
    pub id: u32,
    /// Tool.
    pub tool: DrawTool,
    /// Thousandths of the content's width.
    pub width: u16,
    /// x, y, x, y ….
    pub xy: Vec<u16>,
    /// Words, of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Finished.
    pub done: bool,
    /// Taken back, and may come again.
    pub undone: bool,
}

/// A part of a board: all of it when it is small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardView {
    /// What lies under it; none: nothing is looked at together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<Surface>,
    /// Counts every doing on it; `drawn` goes on from here.
    pub seq: u32,
    /// Which part, from 0.
    pub part: u32,
    /// Of how many.
    pub parts: u32,
    /// Strokes of this part, in order.
    pub strokes: Vec<StrokeView>,
}

impl DrawTool {
    const fn law(self) -> law::Tool {
        match self {
            Self::Pen => law::Tool::Pen,
            Self::Highlighter => law::Tool::Highlighter,
            Self::Arrow => law::Tool::Arrow,
            Self::Rectangle => law::Tool::Rectangle,
            Self::Ellipse => law::Tool::Ellipse,
            Self::Text => law::Tool::Text,
        }
    }
}

impl From<law::Tool> for DrawTool {
    fn from(tool: law::Tool) -> Self {
        match tool {
            law::Tool::Pen => Self::Pen,
            law::Tool::Highlighter => Self::Highlighter,
            law::Tool::Arrow => Self::Arrow,
            law::Tool::Rectangle => Self::Rectangle,
            law::Tool::Ellipse => Self::Ellipse,
            law::Tool::Text => Self::Text,
        }
    }
}

impl Surface {
    /// As the domain has it; nothing when the id is none.
    #[must_use]
    pub fn law(&self) -> Option<law::Surface> {
        match self {
            Self::Live {} => Some(law::Surface::Live),
            Self::Evidence { evidence } => evidence.parse().ok().map(|evidence| law::Surface::Evidence { evidence }),
        }
    }
}

impl From<law::Surface> for Surface {
    fn from(surface: law::Surface) -> Self {
        match surface {
            law::Surface::Live => Self::Live {},
            law::Surface::Evidence { evidence } => Self::Evidence { evidence: evidence.to_string() },
        }
    }
}

const fn place(xy: [u16; 2]) -> law::Point {
    law::Point(xy[0], xy[1])
}

impl DrawOp {
    /// As the domain has it, the words made `clean`; nothing when a coordinate lacks its other half.
    #[must_use]
    pub fn law(&self, clean: impl Fn(&str) -> String) -> Option<law::Op> {
        Some(match self {
            Self::Begin { id, tool, width, xy } => law::Op::Begin { id: *id, tool: tool.law(), width: *width, at: place(*xy) },
            Self::Points { id, xy } => {
                let (pairs, rest) = xy.as_chunks::<2>();
                if !rest.is_empty() {
                    return None;
                }
                law::Op::Points { id: *id, points: pairs.iter().map(|xy| place(*xy)).collect() }
            }
            Self::End { id } => law::Op::End { id: *id },
            Self::Text { id, width, xy, text } => {
                law::Op::Text { id: *id, width: *width, at: place(*xy), text: Pii::new(clean(text).replace('\n', " ")) }
            }
            Self::Laser { xy } => law::Op::Laser { at: place(*xy) },
            Self::Undo {} => law::Op::Undo,
            Self::Redo {} => law::Op::Redo,
            Self::ClearMine {} => law::Op::ClearMine,
            Self::ClearAll {} => law::Op::ClearAll,
        })
    }
}

fn flat(points: &[law::Point]) -> Vec<u16> {
    points.iter().flat_map(|p| [p.0, p.1]).collect()
}

impl From<&law::Op> for DrawOp {
    fn from(op: &law::Op) -> Self {
        match op {
            law::Op::Begin { id, tool, width, at } => Self::Begin { id: *id, tool: (*tool).into(), width: *width, xy: [at.0, at.1] },
            law::Op::Points { id, points } => Self::Points { id: *id, xy: flat(points) },
            law::Op::End { id } => Self::End { id: *id },
            law::Op::Text { id, width, at, text } => Self::Text { id: *id, width: *width, xy: [at.0, at.1], text: text.reveal().clone() },
            law::Op::Laser { at } => Self::Laser { xy: [at.0, at.1] },
            law::Op::Undo => Self::Undo {},
            law::Op::Redo => Self::Redo {},
            law::Op::ClearMine => Self::ClearMine {},
            law::Op::ClearAll => Self::ClearAll {},
        }
    }
}

impl From<&law::Stroke> for StrokeView {
    fn from(stroke: &law::Stroke) -> Self {
        Self {
            from: stroke.by.into(),
            id: stroke.id,
            tool: stroke.tool.into(),
            width: stroke.width,
            xy: flat(&stroke.points),
            text: stroke.text.as_ref().map(|t| t.reveal().clone()),
            done: stroke.done,
            undone: stroke.undone,
        }
    }
}

/// A board in parts, each short enough for one message; one empty part when there is none.
#[must_use]
pub fn parts(board: Option<&law::Board>, seq: u32) -> Vec<BoardView> {
    let mut groups: Vec<Vec<StrokeView>> = vec![Vec::new()];
    let mut weight = 0;
    for stroke in board.iter().flat_map(|b| &b.strokes) {
        // Names and marks of a stroke are as long as ten points.
        let own = 10 + stroke.points.len() + stroke.text.as_ref().map_or(0, |t| t.reveal().len() / 6);
        if weight + own > PART_WEIGHT && weight > 0 {
            groups.push(Vec::new());
            weight = 0;
        }
        weight += own;
        if let Some(group) = groups.last_mut() {
            group.push(stroke.as_ref().into());
        }
    }
    let parts = u32::try_from(groups.len()).unwrap_or(u32::MAX);
    let surface = board.map(|b| b.surface.into());
    let part = |(part, strokes)| BoardView { surface: surface.clone(), seq, part, parts, strokes };
    (0..parts).zip(groups).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::MAX_MESSAGE;
    use domain::board::{Board, MAX_OP_POINTS, Op, Point, Surface as On, Tool};
    use domain::session::Seat as Who;
    use domain::time::Timestamp;

    fn clean(text: &str) -> String {
        text.trim().to_owned()
    }

    #[test]
    fn the_fullest_board_is_told_in_parts_that_fit_a_message_and_nothing_is_left_out() {
        let mut board = Board::new(On::Live);
        let mut at = 0;
        let mut then = || {
            at += 100_000;
            Timestamp::from_millis(at)
        };
        for id in 0..40 {
            let begin = Op::Begin { id, tool: Tool::Pen, width: 100, at: Point(65_535, 65_535) };
            board = board.apply(Who::Customer, &begin, then()).unwrap();
            for _ in 0..7 {
                let points = Op::Points { id, points: vec![Point(65_535, 65_535); MAX_OP_POINTS] };
                board = board.apply(Who::Customer, &points, then()).unwrap_or(board);
            }
        }
        for id in 0..500 {
            let text = Op::Text { id, width: 9, at: Point(60_000, 60_000), text: Pii::new("𠜎".repeat(120)) };
            board = board.apply(Who::Agent, &text, then()).unwrap_or(board);
        }
        let parts = parts(Some(&board), 7);
        assert!(parts.len() > 5);
        assert_eq!(parts.iter().map(|p| p.strokes.len()).sum::<usize>(), board.strokes.len());
        for (at, part) in parts.iter().enumerate() {
            assert_eq!((part.part as usize, part.parts as usize, part.seq), (at, parts.len(), 7));
            assert!(serde_json::to_string(part).unwrap().len() < MAX_MESSAGE - 100);
        }
    }

    #[test]
    fn without_a_board_one_empty_part_says_so() {
        assert_eq!(parts(None, 3), [BoardView { surface: None, seq: 3, part: 0, parts: 1, strokes: vec![] }]);
    }

    #[test]
    fn every_doing_comes_through_the_wire_unchanged() {
        let at = Point(1, 65_535);
        let all = [
            Op::Begin { id: 1, tool: Tool::Ellipse, width: 5, at },
            Op::Points { id: 1, points: vec![at, Point(0, 7)] },
            Op::End { id: 1 },
            Op::Text { id: 2, width: 30, at, text: Pii::new("ここ".to_owned()) },
            Op::Laser { at },
            Op::Undo,
            Op::Redo,
            Op::ClearMine,
            Op::ClearAll,
        ];
        for op in all {
            let text = serde_json::to_string(&DrawOp::from(&op)).unwrap();
            let back: DrawOp = serde_json::from_str(&text).unwrap();
            assert_eq!(back.law(clean), Some(op), "{text}");
        }
    }

    #[test]
    fn half_a_point_and_numbers_that_are_no_place_are_not_read() {
        assert_eq!(DrawOp::Points { id: 1, xy: vec![1, 2, 3] }.law(clean), None);
        for bad in [
            r#"{"op":"laser","xy":[1,65536]}"#,
            r#"{"op":"laser","xy":[-1,0]}"#,
            r#"{"op":"laser","xy":[1]}"#,
            r#"{"op":"undo","of":"agent"}"#,
        ] {
            assert!(serde_json::from_str::<DrawOp>(bad).is_err(), "{bad}");
        }
        assert_eq!(Surface::Evidence { evidence: "evd_x".to_owned() }.law(), None);
    }
}
