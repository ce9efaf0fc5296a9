//! What people draw on what both look at: strokes in the content's own coordinates, whose they are, undo by person.
//! Must not know a canvas, a socket or a colour.

use crate::ids::EvidenceId;
use crate::pii::Pii;
use crate::refusal::{Code, Refusal};
use crate::session::Seat;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most strokes on one board, undone ones included: more is no drawing that anybody reads.
pub const MAX_STROKES: usize = 300;
/// Most points of one stroke: half a minute of a finger that never rests. Pages begin a new stroke before.
pub const MAX_STROKE_POINTS: usize = 2_000;
/// Most points on one board: it must reach a page that comes back within a second on a slow line.
pub const MAX_POINTS: usize = 30_000;
/// Most points in one message.
pub const MAX_OP_POINTS: usize = 256;
/// Longest text written on a board, characters.
pub const MAX_TEXT: usize = 120;
/// Widest line, thousandths of the content's width.
pub const MAX_WIDTH: u16 = 100;
/// What one person may do in a second, points counted for a sixteenth: pens report up to 240 points a second.
const PER_SECOND: i64 = 60;
/// How far ahead of that pace a person may be.
const AHEAD: Span = Span::seconds(3);

/// What both look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Surface {
    /// The customer's picture as it moves.
    Live,
    /// An image of the case.
    Evidence {
        /// Which.
        evidence: EvidenceId,
    },
}

/// What a stroke is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
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
    /// Words that begin at the point.
    Text,
}

impl Tool {
    /// Only the first and the last point count.
    const fn has_two_points(self) -> bool {
        matches!(self, Self::Arrow | Self::Rectangle | Self::Ellipse)
    }
}

/// A place on the content: 0 is left or top, 65 535 right or bottom, whatever the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point(pub u16, pub u16);

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the fields are the document; an id is the person's own and counts up")]
pub enum Op {
    /// A stroke begins.
    Begin { id: u32, tool: Tool, width: u16, at: Point },
    /// It goes on.
    Points { id: u32, points: Vec<Point> },
    /// It is finished.
    End { id: u32 },
    /// Words, whole.
    Text { id: u32, width: u16, at: Point, text: Pii<String> },
    /// A pointer that fades; never kept.
    Laser { at: Point },
    /// The own newest stroke goes.
    Undo,
    /// The own stroke that went last comes back.
    Redo,
    /// All own strokes go.
    ClearMine,
    /// All strokes go.
    ClearAll,
}

/// One stroke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stroke {
    /// Whose.
    pub by: Seat,
    /// The person's own number for it.
    pub id: u32,
    /// With what.
    pub tool: Tool,
    /// Thousandths of the content's width.
    pub width: u16,
    /// Where.
    pub points: Vec<Point>,
    /// The words, of a text.
    pub text: Option<Pii<String>>,
    /// Finished.
    pub done: bool,
    /// Taken back, and may come back.
    pub undone: bool,
}

/// A board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// What lies under it.
    pub surface: Surface,
    /// In the order in which they were begun.
    pub strokes: Vec<Arc<Stroke>>,
    /// Until when each person's doing is paid for (generic cell rate algorithm).
    paid: BTreeMap<Seat, Timestamp>,
}

impl Board {
    /// An empty board.
    #[must_use]
    pub const fn new(surface: Surface) -> Self {
        Self { surface, strokes: Vec::new(), paid: BTreeMap::new() }
    }

    /// Points on it.
    #[must_use]
    pub fn points(&self) -> usize {
        self.strokes.iter().map(|s| s.points.len()).sum()
    }

    /// The board after `op` by `by`.
    ///
    /// # Errors
    /// A refusal when a limit is reached or a value is outside its range.
    pub fn apply(&self, by: Seat, op: &Op, now: Timestamp) -> Result<Self, Refusal> {
        let mut next = Self { surface: self.surface, strokes: self.strokes.clone(), paid: self.paid.clone() };
        next.pay(by, op, now)?;
        match op {
            Op::Begin { id, tool, width, at } => {
                if *tool == Tool::Text {
                    return Err(refused(Code::OutOfRange));
                }
                next.begin(Stroke::new(by, *id, *tool, *width, *at, None))?;
            }
            Op::Text { id, width, at, text } => {
                let chars = text.reveal().chars().count();
                if chars == 0 || chars > MAX_TEXT {
                    return Err(refused(Code::OutOfRange));
                }
                next.begin(Stroke::new(by, *id, Tool::Text, *width, *at, Some(text.clone())))?;
            }
            Op::Points { id, points } => next.go_on(by, *id, points)?,
            Op::End { id } => {
                if let Some(stroke) = next.open_stroke(by, *id) {
                    stroke.done = true;
                }
            }
            Op::Laser { .. } => {}
            Op::Undo => {
                if let Some(stroke) = next.strokes.iter_mut().rfind(|s| s.by == by && !s.undone) {
                    let stroke = Arc::make_mut(stroke);
                    stroke.undone = true;
                    stroke.done = true;
                }
            }
            Op::Redo => {
                if let Some(stroke) = next.strokes.iter_mut().find(|s| s.by == by && s.undone) {
                    Arc::make_mut(stroke).undone = false;
                }
            }
            Op::ClearMine => next.strokes.retain(|s| s.by != by),
            Op::ClearAll => next.strokes.clear(),
        }
        Ok(next)
    }

    fn pay(&mut self, by: Seat, op: &Op, now: Timestamp) -> Result<(), Refusal> {
        let points = if let Op::Points { points, .. } = op { points.len() } else { 0 };
        let cost = Span((16 + i64::try_from(points).unwrap_or(i64::MAX / 2_000_000)) * 1_000_000 / (16 * PER_SECOND));
        let paid = self.paid.entry(by).or_insert(now);
        *paid = (*paid).max(now) + cost;
        if *paid > now + AHEAD { Err(refused(Code::TooFast)) } else { Ok(()) }
    }

    /// What the person took back cannot come back after something new.
    fn begin(&mut self, stroke: Stroke) -> Result<(), Refusal> {
        if stroke.width == 0 || stroke.width > MAX_WIDTH {
            return Err(refused(Code::OutOfRange));
        }
        self.strokes.retain(|s| s.by != stroke.by || !s.undone);
        if self.strokes.iter().any(|s| s.by == stroke.by && s.id == stroke.id) {
            return Err(refused(Code::Stale));
        }
        if self.strokes.len() >= MAX_STROKES || self.points() >= MAX_POINTS {
            return Err(refused(Code::LimitReached));
        }
        self.strokes.push(Arc::new(stroke));
        Ok(())
    }

    /// Points of a stroke that somebody cleared meanwhile come late and change nothing.
    fn go_on(&mut self, by: Seat, id: u32, points: &[Point]) -> Result<(), Refusal> {
        if points.is_empty() || points.len() > MAX_OP_POINTS {
            return Err(refused(Code::OutOfRange));
        }
        let all = self.points();
        let Some(stroke) = self.open_stroke(by, id) else { return Ok(()) };
        if stroke.tool.has_two_points() {
            stroke.points.truncate(1);
            stroke.points.extend(points.last());
            return Ok(());
        }
        if stroke.points.len() + points.len() > MAX_STROKE_POINTS || all + points.len() > MAX_POINTS {
            return Err(refused(Code::LimitReached));
        }
        stroke.points.extend_from_slice(points);
        Ok(())
    }

    fn open_stroke(&mut self, by: Seat, id: u32) -> Option<&mut Stroke> {
        self.strokes.iter_mut().find(|s| s.by == by && s.id == id && !s.done).map(Arc::make_mut)
    }
}

impl Stroke {
    fn new(by: Seat, id: u32, tool: Tool, width: u16, at: Point, text: Option<Pii<String>>) -> Self {
        let done = text.is_some();
        Self { by, id, tool, width, points: vec![at], text, done, undone: false }
    }
}

const fn refused(code: Code) -> Refusal {
    Refusal::new(code, "draw", "board")
}

#[cfg(test)]
mod tests;
