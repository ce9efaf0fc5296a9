//! The one matching rule: waiting buckets merged in key order, each ticket its best agent.
//! Must not know presence, offers or timers.

use super::skills::Skills;
use super::{Choice, Proposal, WaitingTicket};
use crate::ids::{AgentId, TicketId};
use crate::time::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// A ticket's place: its virtual arrival, then its id. It never changes while the ticket waits.
pub(super) type Key = (Timestamp, TicketId);

/// The free agents, longest idle first.
#[derive(Clone, Debug, Default)]
pub(super) struct Free(BTreeMap<(Timestamp, AgentId), Skills>);

impl Free {
    pub(super) fn insert(&mut self, since: Timestamp, id: AgentId, skills: Skills) {
        self.0.insert((since, id), skills);
    }

    pub(super) fn remove(&mut self, since: Timestamp, id: AgentId) {
        self.0.remove(&(since, id));
    }

    fn has_any_for(&self, need: Skills) -> bool {
        self.0.values().any(|skills| skills.covers(need))
    }
}

/// The waiting tickets, one bucket per distinct need of this moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting(BTreeMap<Skills, BTreeSet<Key>>);

impl Waiting {
    pub(super) fn insert(&mut self, need: Skills, key: Key) {
        self.0.entry(need).or_default().insert(key);
    }

    pub(super) fn remove(&mut self, need: Skills, key: Key) {
        if let Some(bucket) = self.0.get_mut(&need) {
            bucket.remove(&key);
            if bucket.is_empty() {
                self.0.remove(&need);
            }
        }
    }

    /// How many waiting tickets come before `key` and could be given to one of the agents
    /// that `key`'s own need allows.
    pub(super) fn ahead(&self, key: Key, need: Skills, agents: &[Skills]) -> u32 {
        let shares = |other: Skills| agents.iter().any(|skills| skills.covers(need.with(other)));
        let ahead: usize = self.0.iter().filter(|(other, _)| shares(**other)).map(|(_, bucket)| bucket.range(..key).count()).sum();
        u32::try_from(ahead).unwrap_or(u32::MAX)
    }
}

/// How a run of the rule chooses; `offers` says how many agents one ticket may be given.
pub(super) struct Run<'a, L, O> {
    pub(super) waiting: &'a Waiting,
    pub(super) ticket: L,
    pub(super) offers: O,
    pub(super) choice: Choice,
    pub(super) seed: u64,
    pub(super) now: Timestamp,
}

impl<'a, L: Fn(TicketId) -> Option<&'a WaitingTicket>, O: Fn(&WaitingTicket) -> u8> Run<'a, L, O> {
    /// Proposes until no waiting ticket and free agent fit; the proposed agents leave `free`.
    pub(super) fn propose(&self, free: &mut Free) -> Vec<Proposal> {
        let mut cursors: Vec<_> = self.waiting.0.iter().map(|(need, bucket)| (*need, bucket.iter().peekable())).collect();
        let mut proposals = Vec::new();
        let mut changed = true;
        loop {
            if changed {
                // A bucket that no free agent can serve any more is not walked to its end.
                cursors.retain(|(need, _)| free.has_any_for(*need));
            }
            let heads = cursors.iter_mut().filter_map(|(need, keys)| keys.peek().map(|key| (**key, *need)));
            let Some((key, need)) = heads.min_by_key(|(key, _)| *key) else { return proposals };
            for (_, keys) in cursors.iter_mut().filter(|(other, _)| *other == need) {
                keys.next();
            }
            let before = proposals.len();
            self.serve(key.1, need, free, &mut proposals);
            changed = proposals.len() > before;
        }
    }

    fn serve(&self, id: TicketId, need: Skills, free: &mut Free, proposals: &mut Vec<Proposal>) {
        let Some(ticket) = (self.ticket)(id) else { return };
        for turn in 0..(self.offers)(ticket) {
            let eligible: Vec<_> = free
                .0
                .iter()
                .filter(|((_, agent), skills)| skills.covers(need) && !ticket.is_cooling(*agent, self.now))
                .map(|((since, agent), skills)| (*since, *agent, *skills))
                .collect();
            let chosen = match self.choice {
                Choice::LongestIdle => eligible.iter().min_by_key(|(since, agent, skills)| {
                    (!ticket.is_sticky(*agent, self.now), !skills.covers(ticket.prefers), *since, *agent)
                }),
                Choice::Random => {
                    let preferred = eligible.iter().any(|(.., skills)| skills.covers(ticket.prefers));
                    let pool: Vec<_> = eligible.iter().filter(|(.., skills)| !preferred || skills.covers(ticket.prefers)).collect();
                    pool.get(draw(self.seed, id, turn, self.now, pool.len())).copied()
                }
            };
            let Some((since, agent, _)) = chosen else { return };
            free.remove(*since, *agent);
            proposals.push(Proposal { ticket: id, agent: *agent });
        }
    }
}

/// A number below `among` that nobody can foretell without the seed, and everybody can
/// check with it.
pub(super) fn draw(seed: u64, ticket: TicketId, turn: u8, now: Timestamp, among: usize) -> usize {
    let digest = Sha256::new()
        .chain_update(seed.to_be_bytes())
        .chain_update(ticket.0.to_be_bytes())
        .chain_update([turn])
        .chain_update(now.0.to_be_bytes())
        .finalize();
    let number = digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    // At most 2,000 agents against 2^64: the bias of the remainder is beyond measure.
    usize::try_from(number % (among.max(1) as u64)).unwrap_or(0)
}
