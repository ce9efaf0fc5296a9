//! Deliveries under a virtual clock: outages, poison, crashes of the trier.

use super::*;
use proptest::prelude::*;

const START: Timestamp = Timestamp(1_800_000_000_000_000);
const HOUR: Span = Span::minutes(60);
const DAY: Span = Span::minutes(24 * 60);
/// Longer than any attempt of the receiver below.
const LEASE: Span = Span::seconds(60);

fn pending(id: u128, case: u128, seq: u64, created: Timestamp) -> Pending {
    Pending { id: DeliveryId(id), case: Some(CaseId(case)), seq, created, tries: 0, last_try: None, state: State::Waiting(created) }
}

/// A receiver and a worker under a virtual clock.
struct World {
    /// When the receiver does not answer.
    down: (Timestamp, Timestamp),
    /// What the receiver never takes.
    poison: Option<DeliveryId>,
    /// How many attempts run at once.
    room: usize,
    random: u64,
    now: Timestamp,
    breaker: Breaker,
    pending: Vec<Pending>,
    attempts: Vec<(Timestamp, DeliveryId)>,
    delivered: Vec<(Timestamp, Pending)>,
    dead: Vec<(Timestamp, Pending)>,
    tried_while_down: u32,
}

impl World {
    fn new(down: (Timestamp, Timestamp), room: usize, seed: u64) -> Self {
        Self {
            down,
            poison: None,
            room,
            random: seed,
            now: START,
            breaker: Breaker::default(),
            pending: vec![],
            attempts: vec![],
            delivered: vec![],
            dead: vec![],
            tried_while_down: 0,
        }
    }

    /// A small generator, so that a failing seed replays.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.random >> 33
    }

    /// Runs until everything that was created is done, or nothing can happen any more.
    fn run(&mut self, mut arrivals: Vec<Pending>) {
        arrivals.sort_by_key(|delivery| std::cmp::Reverse(delivery.created));
        loop {
            while let Some(next) = arrivals.pop_if(|next| next.created <= self.now) {
                self.pending.push(next);
            }
            let due = next_due(&self.pending, self.breaker, self.now, self.room - self.attempts.len());
            for id in due.go {
                self.start(id);
            }
            let ends = self.attempts.iter().map(|(at, _)| *at).min();
            let wake = due.wake.filter(|at| *at > self.now);
            let Some(next) = [ends, wake, arrivals.last().map(|next| next.created)].into_iter().flatten().min() else { return };
            self.now = next;
            while let Some(at) = self.attempts.iter().position(|(at, _)| *at <= self.now) {
                let (_, id) = self.attempts.remove(at);
                self.end(id);
            }
        }
    }

    fn start(&mut self, id: DeliveryId) {
        let takes = Span::millis(20 + i64::try_from(self.draw() % 200).unwrap());
        let (now, delivery) = (self.now, self.pending.iter_mut().find(|delivery| delivery.id == id).unwrap());
        assert!(!matches!(delivery.state, State::InFlight(until) if until > now), "two tries of {id} at once");
        delivery.state = State::InFlight(now + LEASE);
        delivery.last_try = Some(now);
        self.attempts.push((now + takes, id));
    }

    fn end(&mut self, id: DeliveryId) {
        let down = self.down.0 <= self.now && self.now < self.down.1;
        self.tried_while_down += u32::from(down);
        let outcome = if down || self.poison == Some(id) { Outcome::Failed } else { Outcome::Delivered };
        let (at, seed) = (self.pending.iter().position(|delivery| delivery.id == id).unwrap(), self.draw());
        let settled = settle(&self.pending[at], self.breaker, outcome, self.now, seed);
        self.breaker = settled.breaker;
        self.pending[at].tries = settled.tries;
        match settled.next {
            Next::Delivered => self.delivered.push((self.now, self.pending.remove(at))),
            Next::DeadLetter => self.dead.push((self.now, self.pending.remove(at))),
            Next::At(due) => self.pending[at].state = State::Waiting(due),
            Next::Disable => panic!("nobody said 410"),
        }
    }

    fn assert_in_order(&self) {
        let mut last: BTreeMap<CaseId, u64> = BTreeMap::new();
        for (_, delivery) in &self.delivered {
            let before = last.insert(delivery.case.unwrap(), delivery.seq);
            assert!(before.is_none_or(|before| before < delivery.seq), "{delivery:?} after {before:?}");
        }
    }
}

/// Facts of some cases over a week, each case's in order.
fn facts() -> impl Strategy<Value = Vec<Pending>> {
    prop::collection::vec((0u128..25, 0i64..7 * 24 * 3600), 1..250).prop_map(|mut facts| {
        facts.sort_by_key(|(_, at)| *at);
        let mut seqs: BTreeMap<u128, u64> = BTreeMap::new();
        let mut deliveries = Vec::new();
        for (n, (case, at)) in facts.into_iter().enumerate() {
            let seq = seqs.entry(case).or_default();
            *seq += 1;
            deliveries.push(pending(n as u128, case, *seq, START + Span::seconds(at)));
        }
        deliveries
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn after_an_outage_of_a_day_or_five_all_is_delivered_in_order_within_ten_minutes(facts in facts(), long in any::<bool>(), from in 0i64..40 * 3600, room in 1usize..6, seed in any::<u64>()) {
        let gone = START + Span::seconds(from);
        let back = gone + if long { Span(DAY.0 * 5) } else { DAY };
        let mut world = World::new((gone, back), room, seed);
        world.run(facts.clone());
        prop_assert_eq!((world.delivered.len(), world.dead.len(), world.pending.len()), (facts.len(), 0, 0));
        world.assert_in_order();
        for (at, delivery) in &world.delivered {
            let fair = if *at >= back { delivery.created.max(back) } else { delivery.created };
            prop_assert!(at.since(fair) <= Span::minutes(10), "{:?} at {}", delivery, at);
        }
        // One probe each five minutes, and the few before the breaker opened.
        prop_assert!(i64::from(world.tried_while_down) <= back.since(gone).0 / PROBE.0 + 16, "{} tries", world.tried_while_down);
    }

    #[test]
    fn what_is_never_taken_is_dead_lettered_and_holds_up_only_its_own_case(facts in facts(), which in any::<prop::sample::Index>(), room in 1usize..6, seed in any::<u64>()) {
        let mut world = World::new((START, START), room, seed);
        let poison = facts[which.index(facts.len())];
        world.poison = Some(poison.id);
        world.run(facts.clone());
        prop_assert_eq!(world.dead.iter().map(|(_, dead)| dead.id).collect::<Vec<_>>(), vec![poison.id]);
        prop_assert_eq!(world.delivered.len(), facts.len() - 1);
        world.assert_in_order();
        for (at, delivery) in world.delivered.iter().filter(|(_, delivery)| delivery.case != poison.case) {
            prop_assert!(at.since(delivery.created) <= Span::minutes(6), "{:?} at {}", delivery, at);
        }
        let (at, dead) = world.dead[0];
        prop_assert!(dead.tries == 10 || at.since(dead.created) >= GIVE_UP, "{:?} at {}", dead, at);
    }

    #[test]
    fn a_pause_is_spread_by_a_tenth_at_most(seed in any::<u64>(), tries in 0u32..9) {
        let before = Pending { tries, ..pending(1, 1, 1, START) };
        let Next::At(at) = settle(&before, Breaker::default(), Outcome::Failed, START, seed).next else { panic!("given up early") };
        let pause = PAUSES[usize::try_from(tries).unwrap()];
        prop_assert!(at >= START + pause && at <= START + pause + Span(pause.0 / 10), "{}", at);
    }
}

#[test]
fn ten_tries_take_seventy_five_and_a_half_hours() {
    let (mut delivery, mut now, mut times) = (pending(1, 1, 1, START), START, vec![]);
    let last = loop {
        times.push(now.since(START));
        // Others succeed in between, so the endpoint is never broken.
        let settled = settle(&delivery, Breaker::default(), Outcome::Failed, now, 0);
        delivery.tries = settled.tries;
        match settled.next {
            Next::At(at) => now = at,
            last @ (Next::Delivered | Next::DeadLetter | Next::Disable) => break last,
        }
    };
    assert_eq!((times.len(), last), (10, Next::DeadLetter));
    assert_eq!(times[9], Span::seconds(75 * 3600 + 35 * 60 + 5));
}

#[test]
fn three_failures_in_a_row_break_the_endpoint_and_a_probe_costs_no_try() {
    let delivery = pending(1, 1, 1, START);
    let broken = (0..3).fold(Breaker::default(), |breaker, _| settle(&delivery, breaker, Outcome::Failed, START, 0).breaker);
    assert_eq!(broken, Breaker::Open { probe: START + PROBE });
    let others = [pending(2, 2, 1, START), Pending { last_try: Some(START), ..delivery }];
    assert_eq!(next_due(&others, broken, START, 9), Due { go: vec![], wake: Some(START + PROBE) });
    assert_eq!(next_due(&others, broken, START + PROBE, 9).go, [DeliveryId(2)]);
    let probed = settle(&others[1], broken, Outcome::Failed, START + PROBE, 0);
    assert_eq!((probed.tries, probed.breaker), (0, Breaker::Open { probe: START + PROBE + PROBE }));
    let back = settle(&others[0], broken, Outcome::Delivered, START + PROBE, 0).breaker;
    let asleep = Pending { state: State::Waiting(START + DAY), ..others[1] };
    assert_eq!(next_due(&[asleep], back, START + PROBE, 9).go, [DeliveryId(1)]);
    // What fails after the return sleeps by its own schedule.
    let again = Pending { last_try: Some(START + HOUR), ..asleep };
    assert_eq!(next_due(&[again], back, START + HOUR, 9), Due { go: vec![], wake: Some(START + DAY) });
}

#[test]
fn while_a_probe_is_out_nothing_else_goes_to_a_broken_endpoint() {
    let probe = Pending { state: State::InFlight(START + LEASE), ..pending(1, 1, 1, START) };
    let line = [probe, pending(2, 2, 1, START)];
    assert_eq!(next_due(&line, Breaker::Open { probe: START }, START, 9), Due { go: vec![], wake: Some(START + LEASE) });
}

#[test]
fn gone_disables_the_endpoint_until_an_operator_enables_it() {
    let delivery = pending(1, 1, 1, START);
    let settled = settle(&delivery, Breaker::default(), Outcome::of_status(Some(410)), START, 0);
    assert_eq!((settled.next, settled.breaker), (Next::Disable, Breaker::Disabled));
    assert_eq!(next_due(&[delivery], settled.breaker, START + DAY, 9), Due::default());
    // An attempt that was under way does not switch it on again.
    assert_eq!(settle(&delivery, Breaker::Disabled, Outcome::Delivered, START, 0).breaker, Breaker::Disabled);
    assert_eq!(settle(&delivery, Breaker::Disabled, Outcome::Failed, START, 0).breaker, Breaker::Disabled);
    assert_eq!(next_due(&[delivery], Breaker::enabled(START + DAY), START + DAY, 9).go, [DeliveryId(1)]);
}

#[test]
fn only_the_head_of_each_case_goes_and_a_dead_triers_lease_runs_out() {
    let in_flight = Pending { state: State::InFlight(START + LEASE), ..pending(1, 1, 1, START) };
    let alone = Pending { case: None, ..pending(5, 0, 0, START) };
    let line = [
        pending(3, 2, 7, START),
        pending(2, 1, 2, START),
        in_flight,
        pending(4, 2, 6, START),
        alone,
        Pending { id: DeliveryId(6), ..alone },
    ];
    assert_eq!(
        next_due(&line, Breaker::default(), START, 9),
        Due { go: vec![DeliveryId(5), DeliveryId(6), DeliveryId(4)], wake: Some(START + LEASE) }
    );
    assert_eq!(next_due(&line, Breaker::default(), START, 1).go, [DeliveryId(5)]);
    assert!(next_due(&line, Breaker::default(), START + LEASE, 9).go.contains(&DeliveryId(1)));
}

#[test]
fn only_two_hundreds_deliver_and_redirects_fail() {
    let outcomes = [Some(200), Some(204), Some(301), Some(410), Some(429), Some(500), None].map(Outcome::of_status);
    use Outcome::{Delivered, Failed, Gone};
    assert_eq!(outcomes, [Delivered, Delivered, Failed, Gone, Failed, Failed, Failed]);
}
