//! The draw: a prompt and its parameters from a given seed, never the same twice, every choice equally likely.
//! Must not know who asks.

use super::{COLOR_SET, COLORS, Challenge, Color, Detail, Need, PARTS, PHRASE, PROMPTS, Part, Prompt, SPOTS, Spot, WORDS, split_mix};

/// A stream of draws from one seed.
struct Dice(u64);

impl Dice {
    /// Below `n`. The bias of a remainder of 64 bits is far below what anybody can measure.
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        usize::try_from(split_mix(self.0) % n.max(1) as u64).unwrap_or(0)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let at = self.below(all.len());
        all.get(at).copied()
    }
}

/// Draws the next prompt with its parameters. Kinds that came least often so far come first, so none comes again before
/// the others are used up, and nothing comes twice as it was. `None`: nothing is left that needs none of `cannot`.
#[must_use]
pub fn draw(asked: &[Challenge], cannot: &[Need], seed: u64) -> Option<(Prompt, Option<Detail>)> {
    let mut dice = Dice(split_mix(seed));
    let times = |p: Prompt| asked.iter().filter(|c| c.prompt == p).count();
    let open: Vec<Prompt> =
        PROMPTS.into_iter().filter(|p| p.needs().iter().all(|n| !cannot.contains(n)) && (times(*p) == 0 || left(*p, asked))).collect();
    let fewest = open.iter().map(|p| times(*p)).min()?;
    let pool: Vec<Prompt> = open.into_iter().filter(|p| times(*p) == fewest).collect();
    let prompt = dice.one_of(&pool)?;
    Some((prompt, detail(prompt, asked, &mut dice)))
}

/// Whether this kind can come again and still be new.
fn left(prompt: Prompt, asked: &[Challenge]) -> bool {
    match prompt {
        Prompt::CoverPart => !parts_left(asked).is_empty(),
        // Thousands of each, against the few dozen prompts of a case.
        Prompt::ReadNumber | Prompt::ReadPhrase | Prompt::FollowDot | Prompt::ScreenColors => true,
        Prompt::TurnLeft
        | Prompt::TurnRight
        | Prompt::LookUp
        | Prompt::LookDown
        | Prompt::Smile
        | Prompt::BlinkTwice
        | Prompt::MoveCloser
        | Prompt::PassDocument => false,
    }
}

fn parts_left(asked: &[Challenge]) -> Vec<Part> {
    PARTS.into_iter().filter(|p| asked.iter().all(|c| c.part() != Some(*p))).collect()
}

fn detail(prompt: Prompt, asked: &[Challenge], dice: &mut Dice) -> Option<Detail> {
    match prompt {
        Prompt::CoverPart => dice.one_of(&parts_left(asked)).map(|part| Detail::Part { part }),
        Prompt::ReadNumber => fresh(asked, || Detail::Number(format!("{:04}", dice.below(10_000)))),
        Prompt::ReadPhrase => fresh(asked, || Detail::Phrase { words: words(dice) }),
        Prompt::FollowDot => fresh(asked, || Detail::Path { path: path(dice) }),
        Prompt::ScreenColors => fresh(asked, || Detail::Colors { colors: colors(dice) }),
        Prompt::TurnLeft
        | Prompt::TurnRight
        | Prompt::LookUp
        | Prompt::LookDown
        | Prompt::Smile
        | Prompt::BlinkTwice
        | Prompt::MoveCloser
        | Prompt::PassDocument => None,
    }
}

/// Draws until it is one that was not asked; with thousands to choose from this ends at once.
fn fresh(asked: &[Challenge], mut draw: impl FnMut() -> Detail) -> Option<Detail> {
    std::iter::repeat_with(&mut draw).find(|d| asked.iter().all(|c| c.detail.as_ref() != Some(d)))
}

fn words(dice: &mut Dice) -> Vec<u8> {
    let mut all: Vec<u8> = (0..WORDS).collect();
    (0..PHRASE)
        .map(|_| {
            let at = dice.below(all.len());
            all.swap_remove(at)
        })
        .collect()
}

fn path(dice: &mut Dice) -> Vec<Spot> {
    let grid: Vec<Spot> = (0..3).flat_map(|y| (0..3).map(move |x| Spot { x, y })).collect();
    chain(&grid, SPOTS, dice)
}

fn colors(dice: &mut Dice) -> Vec<Color> {
    chain(&COLOR_SET, COLORS, dice)
}

/// `n` of `all`, none twice in a row, every such chain equally likely.
fn chain<T: Copy + PartialEq>(all: &[T], n: usize, dice: &mut Dice) -> Vec<T> {
    let mut made: Vec<T> = Vec::with_capacity(n);
    while made.len() < n {
        let others: Vec<T> = all.iter().copied().filter(|t| made.last() != Some(t)).collect();
        let Some(next) = dice.one_of(&others) else { break };
        made.push(next);
    }
    made
}
