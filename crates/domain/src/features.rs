//! Security features of a document that can be seen in plain light, by category, and their draw from a given seed.
//! Must not know a document's own features: which a document has is the agent's knowledge.

use crate::liveness::split_mix;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most features drawn for one session: more would be a search for one that happens to fit.
pub const MAX_DRAWN: usize = 8;

/// Which kind of work a feature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Bends light.
    Diffractive,
    /// How the holder's data were put in.
    Personalisation,
    /// Of the material itself.
    Material,
    /// Of the print.
    Print,
}

/// A feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// A hologram changes colour and shape.
    Hologram,
    /// A second portrait in foil.
    FoilPortrait,
    /// Lines or shapes that move.
    KineticStructures,
    /// Data burnt in, darker than print.
    LaserEngraving,
    /// A picture that changes when tilted.
    TiltingImage,
    /// Letters that can be felt and cast a shadow.
    RaisedLettering,
    /// A clear window.
    Window,
    /// A thread in the card or paper.
    SecurityThread,
    /// Ink that changes colour when tilted.
    ColourShiftingInk,
    /// Letters too small to copy.
    Microprint,
    /// Fine woven lines.
    Guilloches,
    /// Colours that run into each other within a line.
    RainbowPrint,
}

/// Every feature that can be drawn.
pub const FEATURES: [Feature; 12] = [
    Feature::Hologram,
    Feature::FoilPortrait,
    Feature::KineticStructures,
    Feature::LaserEngraving,
    Feature::TiltingImage,
    Feature::RaisedLettering,
    Feature::Window,
    Feature::SecurityThread,
    Feature::ColourShiftingInk,
    Feature::Microprint,
    Feature::Guilloches,
    Feature::RainbowPrint,
];

impl Feature {
    /// Its category.
    #[must_use]
    pub const fn category(self) -> Category {
        match self {
            Self::Hologram | Self::FoilPortrait | Self::KineticStructures => Category::Diffractive,
            Self::LaserEngraving | Self::TiltingImage | Self::RaisedLettering => Category::Personalisation,
            Self::Window | Self::SecurityThread | Self::ColourShiftingInk => Category::Material,
            Self::Microprint | Self::Guilloches | Self::RainbowPrint => Category::Print,
        }
    }
}

/// A feature that was drawn, and what the agent saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Which.
    pub feature: Feature,
    /// Seen or not; none: not looked at yet.
    pub seen: Option<bool>,
}

/// `count` features of at least `categories` categories, every such choice open.
#[must_use]
pub fn draw(count: u8, categories: u8, seed: u64) -> Vec<Feature> {
    let mut drawn: Vec<Feature> = Vec::new();
    let mut state = split_mix(seed);
    while drawn.len() < usize::from(count) {
        let fresh = distinct(drawn.iter().copied()) < usize::from(categories);
        let pool: Vec<Feature> =
            FEATURES.into_iter().filter(|f| !(drawn.contains(f) || fresh && drawn.iter().any(|d| d.category() == f.category()))).collect();
        let Some(next) = one_of(&pool, &mut state) else { break };
        drawn.push(next);
    }
    drawn
}

/// One more, because one that was drawn is not on this document: of a category of which nothing was seen, if there is one.
#[must_use]
pub fn another(marks: &[Mark], seed: u64) -> Option<Feature> {
    let seen: BTreeSet<Category> = marks.iter().filter(|m| m.seen == Some(true)).map(|m| m.feature.category()).collect();
    let open: Vec<Feature> = FEATURES.into_iter().filter(|f| marks.iter().all(|m| m.feature != *f)).collect();
    let fresh: Vec<Feature> = open.iter().copied().filter(|f| !seen.contains(&f.category())).collect();
    let mut state = split_mix(seed);
    one_of(if fresh.is_empty() { &open } else { &fresh }, &mut state)
}

/// Whether enough was seen, of enough categories, and nothing that was drawn was passed over.
#[must_use]
pub fn enough(marks: &[Mark], count: u8, categories: u8) -> bool {
    let seen: Vec<Feature> = marks.iter().filter(|m| m.seen == Some(true)).map(|m| m.feature).collect();
    marks.iter().all(|m| m.seen.is_some()) && seen.len() >= usize::from(count) && distinct(seen.iter().copied()) >= usize::from(categories)
}

fn distinct(features: impl Iterator<Item = Feature>) -> usize {
    features.map(Feature::category).collect::<BTreeSet<_>>().len()
}

fn one_of(pool: &[Feature], state: &mut u64) -> Option<Feature> {
    *state = split_mix(*state);
    pool.get(usize::try_from(*state % pool.len().max(1) as u64).unwrap_or(0)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_draw_has_its_categories_no_repeat_and_none_is_favoured() {
        let mut times: BTreeMap<Feature, u32> = BTreeMap::new();
        let mut orders = BTreeSet::new();
        for seed in 0..6_000 {
            let drawn = draw(3, 3, seed);
            assert_eq!((drawn.len(), distinct(drawn.iter().copied())), (3, 3), "{drawn:?}");
            drawn.iter().for_each(|f| *times.entry(*f).or_default() += 1);
            orders.insert(drawn);
        }
        // 3 of 12 in 6000 draws: 1500 each.
        assert!(times.len() == 12 && times.values().all(|n| (1_300..1_700).contains(n)), "{times:?}");
        assert!(orders.len() > 600, "{}", orders.len());
        assert_eq!(distinct(draw(6, 4, 9).into_iter()), 4);
        assert_eq!(draw(3, 3, 7), draw(3, 3, 7), "the seed makes it repeatable");
    }

    #[test]
    fn what_is_not_on_the_document_is_replaced_and_nothing_drawn_may_be_passed_over() {
        let mut marks: Vec<Mark> = draw(3, 3, 1).into_iter().map(|feature| Mark { feature, seen: Some(true) }).collect();
        assert!(enough(&marks, 3, 3));
        marks[1].seen = None;
        assert!(!enough(&marks, 2, 2), "one was not looked at");
        marks[1].seen = Some(false);
        assert!(!enough(&marks, 3, 3) && enough(&marks, 2, 2));
        let more = another(&marks, 5).unwrap();
        assert!(marks.iter().all(|m| m.feature != more));
        assert!(marks.iter().filter(|m| m.seen == Some(true)).all(|m| m.feature.category() != more.category()));
        marks.push(Mark { feature: more, seen: Some(true) });
        assert!(enough(&marks, 3, 3));
        let all: Vec<Mark> = FEATURES.into_iter().map(|feature| Mark { feature, seen: Some(false) }).collect();
        assert_eq!(another(&all, 1), None);
    }
}
