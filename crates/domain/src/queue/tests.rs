//! The promises P1 to P7 of the queue, over random event sequences and against the model.
#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks at the few commands it is about")]

use super::model::{Model, Place};
use super::*;
use crate::refusal::{Code, Refusal};
use proptest::prelude::*;
use std::collections::BTreeSet;

const START: Timestamp = Timestamp(1_800_000_000_000_000);

/// One step of a random walk; the numbers are read as far as the step needs them.
type Step = (u8, u8, u8, u8);

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0u8..26, any::<u8>(), any::<u8>(), 0u8..10), 1..most)
}

fn timing(choice: Choice) -> Timing {
    Timing { choice, ..Timing::default() }
}

fn pause(dt: u8) -> Span {
    Span::millis([0, 0, 0, 300, 1_000, 1_500, 4_000, 8_000, 15_000, 47_000][usize::from(dt % 10)])
}

/// A ticket whose features come from two bytes, so that collisions are common.
fn ticket(a: u8, b: u8, now: Timestamp) -> WaitingTicket {
    let mut ticket =
        WaitingTicket::new(TicketId(u128::from(a % 12)), now - Span::seconds(i64::from(b % 3) * 40), Skills(u64::from(b >> 5)));
    ticket.boost = Span::seconds([0, 0, 120, 300, 600, 9_999, -5, 0][usize::from(a >> 5)]);
    ticket.prefers = Skills(u64::from(b >> 3) & 1);
    if b & 4 != 0 {
        ticket.rings = vec![Ring { after: Span::seconds(15), drop: Skills(4) }, Ring { after: Span::seconds(30), drop: Skills(3) }];
    }
    if a & 16 != 0 {
        ticket.sticky = Some((AgentId(u128::from(b % 6)), now + Span::seconds(20)));
    }
    ticket
}

fn event((kind, a, b, _): Step, last: u64, now: Timestamp) -> Event {
    let contact = TicketId(u128::from(a % 12));
    let agent = AgentId(u128::from(a % 6));
    // Mostly offers of late, some long stale, some never made.
    let token = Token((last + 1).saturating_sub(u64::from(a % 5)));
    match kind {
        0..=6 => Event::Arrive(ticket(a, b, now)),
        7..=11 => Event::AgentFree(agent, Skills(u64::from(b % 8) | (u64::from(b >> 7) * 7))),
        12..=14 => Event::Accept(token),
        15 => Event::Reject(token),
        16 => Event::Miss(token),
        17 => Event::Park(contact),
        18 => Event::Back(contact),
        19 => Event::Transfer(contact, Skills(u64::from(b % 8))),
        20 | 21 => Event::CallEnded(contact),
        22 => Event::Leave(
            contact,
            [Ending::Abandoned, Ending::Expired, Ending::Callback, Ending::Cancelled, Ending::Served][usize::from(b % 5)],
        ),
        23 => Event::AgentLost(agent),
        24 => Event::AgentAway(agent),
        _ => [Event::MoreWrapUp(agent), Event::Wake][usize::from(b % 2)].clone(),
    }
}

/// Runs a walk and shows each event with its commands; the clock sometimes steps back.
fn walk(router: &mut Router, steps: &[Step], mut see: impl FnMut(&Event, Timestamp, &[Command], &Router)) {
    let (mut now, mut last) = (START, 0);
    for step in steps {
        now = now + pause(step.3);
        let event = event(*step, last, now);
        let seen = if step.3 == 2 { now - Span::seconds(3) } else { now };
        let commands = router.handle(event.clone(), seen);
        last = commands
            .iter()
            .filter_map(|command| if let Command::Offer { token, .. } = command { Some(token.0) } else { None })
            .max()
            .unwrap_or(last);
        see(&event, seen, &commands, router);
    }
}

/// Refusals are compared by their code; the words are the router's own.
fn without_words(commands: &[Command]) -> Vec<Command> {
    commands
        .iter()
        .map(|command| if let Command::Refuse(why) = command { Command::Refuse(Refusal::new(why.code, "", "")) } else { command.clone() })
        .collect()
}

/// P4: follows offers by the commands alone.
#[derive(Default)]
struct Ringing(BTreeMap<Token, (TicketId, AgentId)>);

impl Ringing {
    fn follow(&mut self, event: &Event, commands: &[Command]) {
        let refused = commands.iter().any(|command| matches!(command, Command::Refuse(_)));
        let answered = match event {
            Event::Accept(token) | Event::Reject(token) | Event::Miss(token) if !refused => self.0.remove(token),
            _ => None,
        };
        for command in commands {
            match command {
                Command::Offer { contact, agent, token, .. } => {
                    assert!(self.0.values().all(|(_, other)| other != agent), "{agent} rings twice");
                    assert!(self.0.insert(*token, (*contact, *agent)).is_none(), "{token:?} used twice");
                    assert!(self.0.values().filter(|(other, _)| other == contact).count() <= 3);
                }
                Command::Withdraw { agent, token } => assert_eq!(self.0.remove(token).map(|offer| offer.1), Some(*agent)),
                Command::Connect { contact, agent } => {
                    assert_eq!(answered, Some((*contact, *agent)), "connected without an accepted offer");
                    assert!(self.0.values().all(|(other, _)| other != contact), "a loser still rings");
                }
                Command::SetAway(agent) => self.0.retain(|_, (_, other)| other != agent),
                Command::Ended(contact, _) => assert!(self.0.values().all(|(other, _)| other != contact), "a gone contact still rings"),
                _ => {}
            }
        }
    }
}

/// One that waits, for P2: what orders it, and since when it is in line unoffered.
#[derive(Clone)]
struct InLine {
    ticket: WaitingTicket,
    parked: bool,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_router_does_what_the_model_does_and_p1_no_fitting_pair_is_left(steps in steps(120), random in any::<bool>(), seed in any::<u64>()) {
        let timing = timing(if random { Choice::Random } else { Choice::LongestIdle });
        let (mut router, mut model) = (Router::new(timing, seed), Model::new(timing, seed));
        walk(&mut router, &steps, |event, now, commands, router| {
            assert_eq!(without_words(commands), model.handle(event.clone(), now), "{event:?}");
            assert_eq!(router.deadline(), model.deadline(), "{event:?}");
            for contact in model.contacts.iter().filter(|contact| contact.place == Place::Waiting) {
                assert!(!model.agents.iter().any(|agent| model.fits(&contact.ticket, agent)), "{contact:?} could be served");
            }
        });
    }

    #[test]
    fn p2_who_overtakes_has_an_earlier_virtual_arrival(steps in steps(150)) {
        let mut router = Router::new(timing(Choice::LongestIdle), 0);
        let mut line: BTreeMap<TicketId, InLine> = BTreeMap::new();
        let mut clock = START;
        walk(&mut router, &steps, |event, now, commands, _| {
            let refused = commands.iter().any(|command| matches!(command, Command::Refuse(_)));
            clock = clock.max(now);
            match event {
                Event::Arrive(ticket) if !refused => {
                    let mut ticket = ticket.clone();
                    ticket.enqueued = ticket.enqueued.min(clock);
                    line.insert(ticket.id, InLine { ticket, parked: false });
                }
                Event::Park(id) | Event::Back(id) if !refused => {
                    if let Some(contact) = line.get_mut(id) {
                        contact.parked = matches!(event, Event::Park(_));
                    }
                }
                _ => {}
            }
            for command in commands {
                if let Command::Ended(id, _) = command {
                    line.remove(id);
                }
                // Only first offers count, so whoever is offered leaves this line for good.
                if let Command::Offer { contact, .. } = command && let Some(first) = line.remove(contact) {
                    let passed = line.values().filter(|other| !other.parked && other.ticket.need == first.ticket.need && other.ticket.rings == first.ticket.rings && other.ticket.enqueued < first.ticket.enqueued);
                    for other in passed {
                        let (d, c) = (&first.ticket, &other.ticket);
                        let ahead = d.boost.0.clamp(0, 600_000_000) - c.boost.0.clamp(0, 600_000_000);
                        // At equal virtual arrival the id decides.
                        assert!(d.enqueued.since(c.enqueued).0 <= ahead - i64::from(d.id > c.id), "{d:?} overtook {c:?}");
                    }
                }
            }
        });
    }

    #[test]
    fn p3_everybody_is_served_once_an_agent_keeps_working(steps in steps(120)) {
        let mut router = Router::new(timing(Choice::LongestIdle), 0);
        let (mut now, mut connected, mut last) = (START, BTreeSet::new(), BTreeSet::new());
        let note = |commands: &[Command], connected: &mut BTreeSet<TicketId>, last: &mut BTreeSet<Token>| for command in commands {
            match command {
                Command::Connect { contact, .. } => drop(connected.insert(*contact)),
                Command::Offer { token, .. } => drop(last.insert(*token)),
                Command::Ended(contact, _) => drop(connected.remove(contact)),
                _ => {}
            }
        };
        walk(&mut router, &steps, |event, _, commands, _| {
            if let Event::Transfer(contact, _) = event && !commands.iter().any(|command| matches!(command, Command::Refuse(_))) {
                connected.remove(contact);
            }
            note(commands, &mut connected, &mut last);
        });
        now = now + Span::seconds(10_000);
        let waiting = router.present();
        // One tireless agent with every skill: each round one contact, once cooldowns are over.
        for _ in 0..(waiting + 20) {
            note(&router.handle(Event::AgentFree(AgentId(99), Skills(u64::MAX)), now), &mut connected, &mut last);
            for token in std::mem::take(&mut last) {
                note(&router.handle(Event::Accept(token), now), &mut connected, &mut last);
            }
            for contact in std::mem::take(&mut connected) {
                note(&router.handle(Event::CallEnded(contact), now), &mut connected, &mut last);
            }
            now = now + Span::seconds(11);
        }
        prop_assert_eq!(router.present(), 0, "{:?}", router);
        prop_assert_eq!(router.endings().values().sum::<u64>(), router.arrivals());
    }

    #[test]
    fn p4_one_winner_per_offer_and_p5_every_contact_is_counted_once(steps in steps(150), random in any::<bool>()) {
        let mut router = Router::new(timing(if random { Choice::Random } else { Choice::LongestIdle }), 7);
        let mut ringing = Ringing::default();
        let (mut arrived, mut ended) = (0, 0);
        walk(&mut router, &steps, |event, _, commands, router| {
            ringing.follow(event, commands);
            let refused = commands.iter().any(|command| matches!(command, Command::Refuse(_)));
            arrived += u64::from(matches!(event, Event::Arrive(_)) && !refused);
            ended += commands.iter().filter(|command| matches!(command, Command::Ended(..))).count() as u64;
            assert_eq!((router.arrivals(), router.endings().values().sum::<u64>()), (arrived, ended));
            assert_eq!(arrived, ended + router.present() as u64);
        });
    }

    #[test]
    fn p6_a_replay_and_a_crash_with_replay_give_the_same_commands(steps in steps(100), seed in any::<u64>(), crash in any::<prop::sample::Index>()) {
        let mut log = Vec::new();
        let mut router = Router::new(timing(Choice::Random), seed);
        walk(&mut router, &steps, |event, now, commands, _| log.push((event.clone(), now, commands.to_vec())));
        let replay = |upto: usize| {
            let mut router = Router::new(timing(Choice::Random), seed);
            for (event, now, commands) in &log[..upto] {
                assert_eq!(&router.handle(event.clone(), *now), commands);
            }
            router
        };
        let at = crash.index(log.len());
        let mut recovered = replay(at);
        for (event, now, commands) in &log[at..] {
            prop_assert_eq!(&recovered.handle(event.clone(), *now), commands);
        }
        prop_assert_eq!(format!("{:?}", recovered), format!("{:?}", replay(log.len())));
    }

    #[test]
    fn assign_is_the_naive_rule_and_p7_the_longest_idle_of_equals_comes_first(tickets in prop::collection::vec((any::<u8>(), any::<u8>(), 0u8..90), 0..12), agents in prop::collection::vec((0u8..6, 0u8..8, 0u8..9), 0..6), random in any::<bool>(), seed in any::<u64>()) {
        let mut tickets: Vec<_> = tickets.iter().map(|(a, b, ago)| {
            let mut ticket = ticket(*a, *b, START - Span::seconds(i64::from(*ago)));
            if ago % 4 == 0 {
                ticket.cooling.insert(AgentId(u128::from(a % 6)), START + Span::seconds(i64::from(b % 2)));
            }
            ticket
        }).collect();
        tickets.sort_by_key(|ticket| ticket.id);
        tickets.dedup_by_key(|ticket| ticket.id);
        let mut agents: Vec<_> = agents.iter().map(|(id, skills, ago)| FreeAgent { id: AgentId(u128::from(*id)), skills: Skills(u64::from(*skills)), since: START - Span::seconds(i64::from(*ago)) }).collect();
        agents.sort_by_key(|agent| agent.id);
        agents.dedup_by_key(|agent| agent.id);
        let choice = if random { Choice::Random } else { Choice::LongestIdle };
        let proposals = assign(&tickets, &agents, START, &Rules { choice }, seed);

        let mut model = Model::new(Timing { parallel: 1, ..timing(choice) }, seed);
        model.agents = agents.iter().map(|agent| model::Agent { id: agent.id, skills: agent.skills, since: agent.since, state: model::State::Free }).collect();
        // The model is given all tickets before it may match the first.
        let offered = model.assign(&tickets, START);
        prop_assert_eq!(&proposals, &offered);

        if choice == Choice::LongestIdle {
            let turn = |agent: AgentId| proposals.iter().position(|proposal| proposal.agent == agent).unwrap_or(usize::MAX);
            for (n, proposal) in proposals.iter().enumerate() {
                let chosen = agents.iter().find(|agent| agent.id == proposal.agent).unwrap();
                let served = tickets.iter().find(|ticket| ticket.id == proposal.ticket).unwrap();
                for longer in agents.iter().filter(|other| other.skills == chosen.skills && (other.since, other.id) < (chosen.since, chosen.id)) {
                    prop_assert!(turn(longer.id) < n || served.is_cooling(longer.id, START) || served.is_sticky(chosen.id, START));
                }
            }
        }
    }
}

fn at(seconds: i64) -> Timestamp {
    START + Span::seconds(seconds)
}

#[test]
fn a_missed_offer_sets_the_agent_away_and_keeps_the_place() {
    let mut router = Router::default();
    let (first, second) = (WaitingTicket::new(TicketId(1), at(0), Skills::NONE), WaitingTicket::new(TicketId(2), at(1), Skills::NONE));
    router.handle(Event::AgentFree(AgentId(1), Skills::NONE), at(0));
    let rung = router.handle(Event::Arrive(first), at(0));
    assert_eq!(rung, [Command::Offer { contact: TicketId(1), agent: AgentId(1), token: Token(1), due: at(8) }]);
    assert!(router.handle(Event::Arrive(second), at(1)).is_empty());
    assert_eq!((router.deadline(), router.position(TicketId(1)), router.position(TicketId(2))), (Some(at(8)), Some(0), Some(1)));
    assert_eq!(router.handle(Event::Wake, at(8)), [Command::SetAway(AgentId(1))]);
    assert_eq!(router.handle(Event::Accept(Token(1)), at(9)), [Command::Refuse(Refusal::new(Code::Stale, "accept", "offer"))]);
    // Back at once, the agent is given the next one: the first is kept from them for 10 s.
    let rung = router.handle(Event::AgentFree(AgentId(1), Skills::NONE), at(9));
    assert!(matches!(rung[..], [Command::Offer { contact: TicketId(2), .. }]), "{rung:?}");
    let rung = router.handle(Event::AgentFree(AgentId(2), Skills::NONE), at(9));
    assert!(matches!(rung[..], [Command::Offer { contact: TicketId(1), agent: AgentId(2), .. }]), "{rung:?}");
}

#[test]
fn a_parked_place_is_kept_for_sixty_seconds_and_then_lost() {
    let mut router = Router::default();
    let ticket = |id| WaitingTicket::new(TicketId(id), at(0), Skills::NONE);
    router.handle(Event::Arrive(ticket(1)), at(0));
    router.handle(Event::Arrive(ticket(2)), at(1));
    router.handle(Event::Park(TicketId(1)), at(5));
    router.handle(Event::Park(TicketId(2)), at(5));
    router.handle(Event::Back(TicketId(1)), at(64));
    assert_eq!(router.handle(Event::Wake, at(65)), [Command::Ended(TicketId(2), Ending::Abandoned)]);
    router.handle(Event::Arrive(ticket(3)), at(66));
    let rung = router.handle(Event::AgentFree(AgentId(1), Skills::NONE), at(67));
    assert!(matches!(rung[..], [Command::Offer { contact: TicketId(1), .. }]), "{rung:?}");
}

#[test]
fn a_lost_agents_customer_is_at_the_head_again_and_the_need_relaxes_with_the_wait() {
    let mut router = Router::default();
    let ticket = |id: u128, need| WaitingTicket {
        rings: vec![Ring { after: Span::seconds(30), drop: Skills(1) }],
        ..WaitingTicket::new(TicketId(id), at(i64::try_from(id).unwrap()), Skills(need))
    };
    router.handle(Event::AgentFree(AgentId(1), Skills(1)), at(0));
    router.handle(Event::Arrive(ticket(9, 1)), at(9));
    router.handle(Event::Accept(Token(1)), at(10));
    router.handle(Event::Arrive(ticket(1, 1)), at(11));
    router.handle(Event::AgentLost(AgentId(1)), at(12));
    assert!(router.handle(Event::AgentFree(AgentId(2), Skills(0)), at(13)).is_empty());
    assert_eq!(router.deadline(), Some(at(31)));
    let rung = router.handle(Event::Wake, at(31));
    assert!(matches!(rung[..], [Command::Offer { contact: TicketId(1), agent: AgentId(2), .. }]), "{rung:?}");
    let rung = router.handle(Event::AgentFree(AgentId(3), Skills(1)), at(32));
    assert!(matches!(rung[..], [Command::Offer { contact: TicketId(9), agent: AgentId(3), .. }]), "{rung:?}");
}

#[test]
fn after_a_long_wait_three_agents_ring_and_the_losers_are_told() {
    let mut router = Router::default();
    router.handle(Event::Arrive(WaitingTicket::new(TicketId(1), at(0), Skills(1))), at(0));
    assert_eq!(router.handle(Event::Wake, at(45)), [Command::SuggestCallback(TicketId(1))]);
    // Four are free who cannot serve the first; the second has waited for a minute elsewhere.
    for id in 1..=4 {
        router.handle(Event::AgentFree(AgentId(id), Skills::NONE), at(46));
    }
    router.handle(Event::Arrive(WaitingTicket::new(TicketId(2), at(0), Skills::NONE)), at(61));
    let offers: Vec<_> = (1..=3).map(Token).collect();
    let told = router.handle(Event::Accept(offers[1]), at(62));
    assert_eq!(
        told,
        [
            Command::Withdraw { agent: AgentId(1), token: offers[0] },
            Command::Withdraw { agent: AgentId(3), token: offers[2] },
            Command::Connect { contact: TicketId(2), agent: AgentId(2) }
        ]
    );
}

#[test]
fn the_usual_rings_ask_for_less_the_longer_one_waits() {
    let ticket = WaitingTicket { rings: Ring::usual(Skills(2), Skills(1)), ..WaitingTicket::new(TicketId(1), at(0), Skills(7)) };
    let need = |seconds| ticket.need_at(at(seconds)).0;
    assert_eq!((need(0), need(14), need(15), need(29), need(30)), (7, 7, 5, 5, 4));
    assert_eq!((ticket.next_ring(at(0)), ticket.next_ring(at(15)), ticket.next_ring(at(30))), (Some(at(15)), Some(at(30)), None));
}

#[test]
fn the_queue_is_bounded_and_full_is_refused() {
    let mut router = Router::default();
    for id in 0..MAX_TICKETS as u128 {
        router.handle(Event::Arrive(WaitingTicket::new(TicketId(id), at(0), Skills::NONE)), at(0));
    }
    let full = router.handle(Event::Arrive(WaitingTicket::new(TicketId(u128::MAX), at(0), Skills::NONE)), at(0));
    assert_eq!(full, [Command::Refuse(Refusal::new(Code::LimitReached, "arrive", "queue"))]);
    assert_eq!(router.present(), MAX_TICKETS);
}

#[test]
fn a_random_choice_follows_the_seed_and_reaches_every_agent() {
    let agents: Vec<_> = (0..5).map(|id| FreeAgent { id: AgentId(id), skills: Skills::NONE, since: at(0) }).collect();
    let chosen = |seed| {
        assign(&[WaitingTicket::new(TicketId(1), at(0), Skills::NONE)], &agents, at(1), &Rules { choice: Choice::Random }, seed)[0].agent
    };
    assert_eq!((0..100).map(chosen).collect::<BTreeSet<_>>().len(), 5);
    assert_eq!(chosen(42), chosen(42));
}

#[test]
fn a_place_in_line_counts_only_those_who_want_the_same_agents() {
    let ticket = |id: u128, need| WaitingTicket::new(TicketId(id), at(i64::try_from(id).unwrap()), Skills(need));
    let line = [ticket(1, 1), ticket(2, 2), ticket(3, 1), ticket(4, 3)];
    let place = |n: usize, agents: &[Skills]| position(&line[n], &line, agents, at(9));
    let specialists = [Skills(1), Skills(2)];
    assert_eq!((place(0, &specialists), place(1, &specialists), place(2, &specialists)), (1, 1, 2));
    assert_eq!(place(3, &[Skills(3)]), 4);
}
