//! Numbers about waiting: estimates, service level, and how many agents a load needs.
//! Must not know tickets or agents.

use crate::time::Span;

/// More agents than this are planned queue by queue.
const MAX_PLANNED: u32 = 2_000;
/// Arrivals in one patience; more is not a queue but a mistake in a unit.
const MAX_LINE: f64 = 100_000.0;
/// The weight of the newest call in the running handle time is one in this many.
const EWMA_WEIGHT: i64 = 8;
/// What a customer is told: one of these, rounded up.
const BUCKETS: [Span; 9] = [
    Span::ZERO,
    Span::seconds(30),
    Span::minutes(1),
    Span::minutes(2),
    Span::minutes(3),
    Span::minutes(5),
    Span::minutes(10),
    Span::minutes(20),
    Span::minutes(30),
];

/// The expected wait at a place in line (1 = next; 0 = an eligible agent is free):
/// place × handle time ÷ eligible staffed agents. `None` if nobody is staffed who could.
#[must_use]
pub fn estimate_wait(position: u32, handle_time: Span, eligible_staffed: u32) -> Option<Span> {
    if position == 0 {
        return Some(Span::ZERO);
    }
    let total = handle_time.0.max(0).saturating_mul(i64::from(position));
    total.checked_div(i64::from(eligible_staffed)).map(Span)
}

/// A wait as it is told: rounded up to the next of few steps, the longest standing for more.
#[must_use]
pub fn bucket(wait: Span) -> Span {
    let longest = BUCKETS[BUCKETS.len() - 1];
    BUCKETS.into_iter().find(|step| wait <= *step).unwrap_or(longest)
}

/// What to tell next after `told`: better news at once, worse news only when the estimate is
/// more than half as long again.
#[must_use]
pub fn shown_wait(told: Option<Span>, estimate: Span) -> Span {
    let next = bucket(estimate);
    match told {
        Some(told) if next > told && estimate.0 <= told.0.saturating_add(told.0 / 2) => told,
        Some(_) | None => next,
    }
}

/// The running average of handle times after one more call.
#[must_use]
pub fn next_handle_time(average: Span, call: Span) -> Span {
    Span(average.0 + (call.0 - average.0) / EWMA_WEIGHT)
}

/// How contacts of one period ended, as far as the service level counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Tally {
    /// All that entered the queue.
    pub offered: u64,
    /// All that were answered.
    pub answered: u64,
    /// Those answered within the target time.
    pub in_time: u64,
    /// All that left before an answer; call-backs are not among them.
    pub abandoned: u64,
    /// Those of the abandoned that left within five seconds.
    pub short: u64,
}

impl Tally {
    /// Answered in time ÷ (answered + abandoned − short); `None` before anything counts.
    #[must_use]
    pub fn service_level(&self) -> Option<f64> {
        share(self.in_time, self.counted())
    }

    /// Answered in time ÷ all offered.
    #[must_use]
    pub fn strict_service_level(&self) -> Option<f64> {
        share(self.in_time, self.offered)
    }

    /// (Abandoned − short) ÷ (answered + abandoned − short).
    #[must_use]
    pub fn abandonment(&self) -> Option<f64> {
        share(self.abandoned.saturating_sub(self.short), self.counted())
    }

    const fn counted(&self) -> u64 {
        self.answered.saturating_add(self.abandoned.saturating_sub(self.short))
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    // Counts stay far below 2^53, where a double is exact.
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What a staffing brings; shares are 0..=1, times in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// Agents.
    pub agents: u32,
    /// Answered within the target, of all that come.
    pub service_level: f64,
    /// Those who give up.
    pub abandonment: f64,
    /// The mean wait of all that come.
    pub mean_wait: f64,
    /// How busy an agent is.
    pub occupancy: f64,
}

/// Erlang C: nobody gives up. `None` if the load is not positive or too much for `agents`.
#[must_use]
pub fn erlang_c(per_hour: f64, handle_time: f64, agents: u32, target: f64) -> Option<Outlook> {
    let load = per_hour / 3600.0 * handle_time;
    let n = f64::from(agents);
    if !is_load(load) || !is_load(handle_time) || !is_target(target) || load >= n || agents > MAX_PLANNED {
        return None;
    }
    let blocked = erlang_b(load, agents);
    let waits = blocked / (1.0 - load / n * (1.0 - blocked));
    Some(Outlook {
        agents,
        service_level: 1.0 - waits * (-(n - load) * target / handle_time).exp(),
        abandonment: 0.0,
        mean_wait: waits * handle_time / (n - load),
        occupancy: load / n,
    })
}

/// Erlang A (M/M/n+M): waiting customers give up after an exponential patience.
/// `None` if a number is not positive or beyond all sense.
#[must_use]
pub fn erlang_a(per_hour: f64, handle_time: f64, patience: f64, agents: u32, target: f64) -> Option<Outlook> {
    let load = per_hour / 3600.0 * handle_time;
    if !is_load(load) || !is_load(patience) || !is_target(target) || agents == 0 || agents > MAX_PLANNED {
        return None;
    }
    // In units of the patience: how fast the head of the line is served, and how fast they come.
    let served_rate = f64::from(agents) * patience / handle_time;
    let arrivals = load * patience / handle_time;
    if !is_load(arrivals) || !is_load(served_rate) || arrivals > MAX_LINE {
        return None;
    }
    let blocked = erlang_b(load, agents);
    let mut line = Line { below: 1.0 - blocked, waiting: 0.0, in_time: 0.0, gone: 0.0 };
    // `late` = P(Beta(c + 1, j + 1) <= y): whoever finds j ahead and is served, is served too
    // late. Summed in logarithms, for its first terms may be too small for a double.
    let y = (-target / patience).exp();
    let (mut p, mut late, mut log_term) = (blocked, 0.0, -(served_rate + 1.0) * target / patience);
    let mut ahead = 0.0;
    while ahead < 2.0 * MAX_LINE {
        late += log_term.exp();
        log_term += ((served_rate + 1.0 + ahead) / (ahead + 1.0)).ln() + (1.0 - y).ln();
        let served = p * served_rate / (served_rate + ahead + 1.0);
        line.waiting += p;
        line.in_time += served * (1.0 - f64::min(late, 1.0));
        line.gone += p - served;
        p *= arrivals / (served_rate + ahead + 1.0);
        if p <= line.waiting * 1e-15 {
            break;
        }
        if p > 1e200 {
            p *= 1e-200;
            line.shrink(1e-200);
        }
        ahead += 1.0;
    }
    let all = line.below + line.waiting;
    let abandonment = line.gone / all;
    Some(Outlook {
        agents,
        service_level: (line.below + line.in_time) / all,
        abandonment,
        mean_wait: abandonment * patience,
        occupancy: load * (1.0 - abandonment) / f64::from(agents),
    })
}

/// Weights of the states met by an arrival, up to one common factor.
struct Line {
    /// An agent is free.
    below: f64,
    /// All are busy when the customer comes; of these, the two below.
    waiting: f64,
    /// Served within the target.
    in_time: f64,
    /// Gives up.
    gone: f64,
}

impl Line {
    fn shrink(&mut self, by: f64) {
        for weight in [&mut self.below, &mut self.waiting, &mut self.in_time, &mut self.gone] {
            *weight *= by;
        }
    }
}

/// The share of arrivals that find all agents busy if nobody may wait.
fn erlang_b(load: f64, agents: u32) -> f64 {
    (1..=agents).fold(1.0, |b, k| load * b / (f64::from(k) + load * b))
}

/// The fewest agents that reach `goal` within `target` seconds when nobody gives up.
#[must_use]
pub fn staff_erlang_c(per_hour: f64, handle_time: f64, goal: f64, target: f64) -> Option<Outlook> {
    (1..=MAX_PLANNED).filter_map(|agents| erlang_c(per_hour, handle_time, agents, target)).find(|outlook| outlook.service_level >= goal)
}

/// The fewest agents that reach `goal` within `target` seconds when customers give up.
#[must_use]
pub fn staff_erlang_a(per_hour: f64, handle_time: f64, patience: f64, goal: f64, target: f64) -> Option<Outlook> {
    let enough =
        |agents: &u32| erlang_a(per_hour, handle_time, patience, *agents, target).is_some_and(|outlook| outlook.service_level >= goal);
    // More agents never make it worse, so the first that is enough is found by halving.
    let (mut low, mut high) = (1, MAX_PLANNED);
    while low < high {
        let middle = low.midpoint(high);
        if enough(&middle) { high = middle } else { low = middle + 1 }
    }
    erlang_a(per_hour, handle_time, patience, low, target).filter(|outlook| outlook.service_level >= goal)
}

fn is_load(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

fn is_target(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_staffing_table_comes_out() {
        let row = |per_hour: f64| {
            let (c, a) = (staff_erlang_c(per_hour, 200.0, 0.8, 20.0).unwrap(), staff_erlang_a(per_hour, 200.0, 120.0, 0.8, 20.0).unwrap());
            format!(
                "{per_hour} | {} ({:.0} %, {:.0} s, {:.0} %) | {} ({:.0} %, {:.1} %, {:.1} s, {:.0} %)",
                c.agents,
                c.service_level * 100.0,
                c.mean_wait,
                c.occupancy * 100.0,
                a.agents,
                a.service_level * 100.0,
                a.abandonment * 100.0,
                a.mean_wait,
                a.occupancy * 100.0
            )
        };
        assert_eq!(
            [row(60.0), row(120.0), row(300.0)],
            [
                "60 | 6 (89 %, 11 s, 56 %) | 5 (83 %, 7.6 %, 9.1 s, 62 %)",
                "120 | 10 (87 %, 10 s, 67 %) | 9 (86 %, 5.3 %, 6.4 s, 70 %)",
                "300 | 21 (85 %, 11 s, 79 %) | 19 (84 %, 5.4 %, 6.4 s, 83 %)",
            ]
        );
        let strict = |per_hour| staff_erlang_a(per_hour, 200.0, 90.0, 0.9, 10.0).map(|outlook| outlook.agents);
        assert_eq!((strict(60.0), strict(300.0)), (Some(6), Some(22)));
    }

    #[test]
    fn loads_without_an_answer_are_none_and_large_ones_stay_finite() {
        assert_eq!(
            (
                erlang_c(300.0, 200.0, 16, 20.0),
                erlang_c(0.0, 200.0, 5, 20.0),
                erlang_c(f64::NAN, 200.0, 5, 20.0),
                erlang_c(60.0, 200.0, 5, f64::NAN)
            ),
            (None, None, None, None)
        );
        assert_eq!(
            (erlang_a(60.0, 200.0, 0.0, 5, 20.0), erlang_a(60.0, 200.0, 120.0, 0, 20.0), staff_erlang_c(60.0, 1e9, 0.8, 20.0)),
            (None, None, None)
        );
        let large = erlang_a(30_000.0, 200.0, 120.0, 1_700, 20.0).unwrap();
        assert!(large.service_level > 0.9 && large.service_level <= 1.0 && large.abandonment < 0.05, "{large:?}");
        let starved = erlang_a(30_000.0, 200.0, 120.0, 10, 20.0).unwrap();
        assert!(starved.abandonment > 0.9 && (starved.occupancy - 1.0).abs() < 1e-6 && starved.service_level < 0.01, "{starved:?}");
    }

    #[test]
    fn waits_are_told_in_steps_and_worse_news_only_when_much_worse() {
        let aht = Span::seconds(170);
        assert_eq!(estimate_wait(0, aht, 0), Some(Span::ZERO));
        assert_eq!(estimate_wait(1, aht, 0), None);
        assert_eq!(estimate_wait(3, aht, 5), Some(Span::seconds(102)));
        assert_eq!(
            (bucket(Span::ZERO), bucket(Span::seconds(102)), bucket(Span::minutes(90))),
            (Span::ZERO, Span::minutes(2), Span::minutes(30))
        );
        let told = Some(Span::minutes(2));
        assert_eq!(shown_wait(None, Span::seconds(102)), Span::minutes(2));
        assert_eq!(shown_wait(told, Span::seconds(20)), Span::seconds(30));
        assert_eq!(shown_wait(told, Span::minutes(3)), Span::minutes(2));
        assert_eq!(shown_wait(told, Span::seconds(181)), Span::minutes(5));
        assert_eq!(next_handle_time(Span::seconds(160), Span::seconds(240)), Span::seconds(170));
    }

    #[test]
    fn the_service_level_leaves_out_those_who_left_at_once() {
        let tally = Tally { offered: 100, answered: 80, in_time: 72, abandoned: 15, short: 5 };
        assert_eq!((tally.service_level(), tally.strict_service_level(), tally.abandonment()), (Some(0.8), Some(0.72), Some(10.0 / 90.0)));
        assert_eq!(Tally::default().service_level(), None);
    }
}
