//! A write as data: the statements of one transaction and what each must do.
//! Must not know which database runs it.

mod commit;
mod custody;
mod delivery;
mod log;
mod sign_in;

pub(crate) use commit::{commit, name_term, reason_term};
pub(crate) use custody::{bind_key, destroy_key, finish_erasure, forget_key, forget_passes, move_key, put_key, put_pass, put_retention};
pub(crate) use delivery::{claim, replay, settle};
pub(crate) use log::{put_cosignature, sequence};
pub(crate) use sign_in::{
    consume_link, forget_idempotency, forget_sign_ins, put_link, put_setting, put_setting_once, put_sign_in, revoke, revoke_all,
    touch_api_key, touch_sign_in,
};

use crate::StoreError;
use crate::conn::{Broken, Conn};
use crate::value::{Done, Query};

/// What a statement's count of rows means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Any count will do.
    Any,
    /// Exactly so many rows, or another write came first.
    Exactly(u64),
    /// With no row, the next statements are left out.
    OrSkip(usize),
}

impl Rule {
    /// Exactly one row.
    pub(crate) const ONE: Self = Self::Exactly(1);
}

/// One transaction: kept whole or not at all.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    steps: Vec<(Query, Rule)>,
}

impl Plan {
    fn single(query: Query, rule: Rule) -> Self {
        Self { steps: vec![(query, rule)] }
    }

    fn push(&mut self, query: Query, rule: Rule) {
        self.steps.push((query, rule));
    }

    fn extend(&mut self, query: Option<Query>) {
        self.steps.extend(query.map(|query| (query, Rule::Any)));
    }

    /// Refuses what one of the databases could not keep.
    pub(crate) fn check(self) -> Result<Self, StoreError> {
        self.steps.iter().try_for_each(|(query, _)| query.check())?;
        Ok(self)
    }
}

/// Runs the statements inside the transaction the caller began; the answer of the last one.
pub(crate) async fn run(plan: &Plan, conn: &mut Conn<'_>) -> Result<Done, Broken> {
    let mut done = Done::default();
    let mut skip = 0;
    for (query, rule) in &plan.steps {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        done = conn.run(query).await?;
        match *rule {
            Rule::Any => {}
            Rule::Exactly(count) if done.changed == count => {}
            Rule::Exactly(_) => return Err(Broken::Store(StoreError::Conflict)),
            Rule::OrSkip(next) => skip = if done.changed == 0 { next } else { 0 },
        }
    }
    Ok(done)
}
