//! One conformance suite: every promise of the store is kept by both databases.
//! PostgreSQL is found in `RECOURSE_TEST_POSTGRES`, a server where databases may be made.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

mod admin;
mod cases;
mod commit;
mod custody;
mod durability;
mod fixtures;
mod log;
mod outbox;
mod place;
mod reviews;

/// Runs each named test once on SQLite and once on PostgreSQL.
macro_rules! conformance {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let place = crate::place::Place::sqlite();
                super::$name(&place).await;
                place.leave().await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let Some(place) = crate::place::Place::postgres().await else { return };
                super::$name(&place).await;
                place.leave().await;
            })*
        }
    };
}
pub(crate) use conformance;
