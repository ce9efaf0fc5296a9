//! What the draw promises: nothing twice, everything equally likely, and always a way for everybody.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

const NEEDS: [Need; 7] = [Need::Blink, Need::Movement, Need::Speech, Need::Hearing, Need::Hands, Need::Sight, Need::Light];

fn ask(asked: &mut Vec<Challenge>, cannot: &[Need], seed: u64) -> bool {
    let Some((prompt, detail)) = draw(asked, cannot, seed) else { return false };
    let id = u32::try_from(asked.len()).unwrap() + 1;
    asked.push(Challenge { id, prompt, detail, outcome: Outcome::Asked, session: None, asked_at: None, shown: None, declined: false });
    true
}

/// Pearson's statistic of counts against an even spread.
fn chi_square<K>(counts: &BTreeMap<K, u32>) -> f64 {
    let total: u32 = counts.values().sum();
    let even = f64::from(total) / f64::from(u32::try_from(counts.len()).unwrap());
    counts.values().map(|n| (f64::from(*n) - even).powi(2) / even).sum()
}

/// The bound of Pearson's statistic that chance passes once in ten thousand (Wilson and Hilferty 1931).
fn bound(classes: usize) -> f64 {
    let k = f64::from(u32::try_from(classes - 1).unwrap());
    k * (1.0 - 2.0 / (9.0 * k) + 3.719 * (2.0 / (9.0 * k)).sqrt()).powi(3)
}

#[test]
fn a_hundred_thousand_draws_repeat_nothing_within_a_session() {
    let mut drawn = 0;
    let mut seed = 1;
    while drawn < 100_000 {
        let mut asked = Vec::new();
        for _ in 0..40 {
            seed += 1;
            assert!(ask(&mut asked, &[], seed));
            drawn += 1;
        }
        let seen: BTreeSet<String> = asked.iter().map(|c| format!("{:?} {:?}", c.prompt, c.detail)).collect();
        assert_eq!(seen.len(), asked.len(), "nothing comes twice");
        let first: BTreeSet<Prompt> = asked.iter().take(PROMPTS.len()).map(|c| c.prompt).collect();
        assert_eq!(first.len(), PROMPTS.len(), "no kind comes again before the others are used up");
    }
}

#[test]
fn a_hundred_thousand_draws_are_spread_evenly() {
    let mut kinds: BTreeMap<Prompt, u32> = BTreeMap::new();
    let mut second: BTreeMap<Prompt, u32> = BTreeMap::new();
    let mut parts: BTreeMap<Part, u32> = BTreeMap::new();
    let mut words: BTreeMap<(usize, u8), u32> = BTreeMap::new();
    let mut spots: BTreeMap<(usize, Spot), u32> = BTreeMap::new();
    let mut lights: BTreeMap<(usize, Color), u32> = BTreeMap::new();
    let mut digits: BTreeMap<(usize, char), u32> = BTreeMap::new();
    for seed in 0..100_000u64 {
        let mut asked = Vec::new();
        ask(&mut asked, &[], seed);
        *kinds.entry(asked[0].prompt).or_default() += 1;
        match &asked[0].detail {
            Some(Detail::Part { part }) => *parts.entry(*part).or_default() += 1,
            Some(Detail::Phrase { words: w }) => w.iter().enumerate().for_each(|(i, w)| *words.entry((i, *w)).or_default() += 1),
            Some(Detail::Path { path }) => path.iter().enumerate().for_each(|(i, s)| *spots.entry((i, *s)).or_default() += 1),
            Some(Detail::Colors { colors }) => colors.iter().enumerate().for_each(|(i, c)| *lights.entry((i, *c)).or_default() += 1),
            Some(Detail::Number(n)) => n.chars().enumerate().for_each(|(i, c)| *digits.entry((i, c)).or_default() += 1),
            None => {}
        }
        ask(&mut asked, &[], seed ^ 0xdead_beef);
        *second.entry(asked[1].prompt).or_default() += 1;
    }
    for (what, classes, found) in [
        ("kinds", kinds.len(), chi_square(&kinds)),
        ("second kinds", second.len(), chi_square(&second)),
        ("parts", parts.len(), chi_square(&parts)),
        ("words", words.len(), chi_square(&words)),
        ("spots", spots.len(), chi_square(&spots)),
        ("colours", lights.len(), chi_square(&lights)),
        ("digits", digits.len(), chi_square(&digits)),
    ] {
        assert!(found < bound(classes), "{what}: chi-square {found:.1} over {classes} classes, bound {:.1}", bound(classes));
    }
    assert_eq!((kinds.len(), parts.len(), words.len()), (PROMPTS.len(), PARTS.len(), usize::from(WORDS) * PHRASE));
    assert_eq!((spots.len(), lights.len(), digits.len()), (9 * SPOTS, COLOR_SET.len() * COLORS, 40));
}

#[test]
fn the_measure_of_evenness_catches_a_draw_that_is_not() {
    let crooked: BTreeMap<u32, u32> = (0..13).map(|k| (k, if k == 0 { 8_500 } else { 7_650 })).collect();
    assert!(chi_square(&crooked) > bound(13));
}

#[test]
fn without_blinking_moving_speaking_and_hearing_there_is_always_something_left_to_ask() {
    let without = [Need::Blink, Need::Movement, Need::Speech, Need::Hearing];
    let mut asked = Vec::new();
    for seed in 0..40 {
        assert!(ask(&mut asked, &without, seed));
    }
    assert!(asked.iter().all(|c| c.prompt.needs().iter().all(|n| !without.contains(n))));
}

#[test]
fn without_anything_nothing_is_drawn() {
    assert_eq!(draw(&[], &NEEDS, 1), None);
}

#[test]
fn every_need_has_prompts_that_do_without_it_and_every_prompt_needs_something() {
    for need in NEEDS {
        assert!(PROMPTS.iter().filter(|p| !p.needs().contains(&need)).count() >= 7, "{need:?}");
    }
    assert!(PROMPTS.iter().all(|p| !p.needs().is_empty()));
}

#[test]
fn colours_change_at_most_three_times_a_second_and_none_follows_itself() {
    const { assert!(1_000 / COLOR_MS < 3) };
    for seed in 0..2_000 {
        let without = NEEDS.into_iter().filter(|n| *n != Need::Light).collect::<Vec<_>>();
        let Some((Prompt::ScreenColors, Some(Detail::Colors { colors }))) = draw(&[], &without, seed) else { panic!("{seed}") };
        assert_eq!(colors.len(), COLORS);
        assert!(colors.windows(2).all(|w| w[0] != w[1]));
    }
}

#[test]
fn challenges_of_older_cases_are_read() {
    let old = r#"{"id":4,"prompt":"read_number","number":"0471","outcome":"passed"}"#;
    let read: Challenge = serde_json::from_str(old).unwrap();
    assert_eq!((read.detail, read.session), (Some(Detail::Number("0471".into())), None));
    let old = r#"{"id":5,"prompt":"cover_nose","number":null,"outcome":"asked"}"#;
    let read: Challenge = serde_json::from_str(old).unwrap();
    assert_eq!((read.prompt, read.part()), (Prompt::CoverPart, Some(Part::Nose)));
}

proptest! {
    #[test]
    fn a_draw_is_the_same_again_from_the_same_seed_and_reads_back_as_written(seeds in prop::collection::vec(any::<u64>(), 1..30)) {
        let (mut one, mut two) = (Vec::new(), Vec::new());
        for seed in seeds {
            prop_assert_eq!(ask(&mut one, &[], seed), ask(&mut two, &[], seed));
        }
        prop_assert_eq!(&one, &two);
        let text = serde_json::to_string(&one).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<Challenge>>(&text).unwrap(), one);
    }
}
