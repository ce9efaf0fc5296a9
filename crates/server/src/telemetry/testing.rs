//! A layer for tests that fails them when something is logged that must not be.
//! Must not know the tests.

use std::fmt::{self, Write};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// Panics on an ERROR, and on any planted text in a message, a field or a span: tests plant
/// names, phone numbers and tokens, and no line of any level may carry them.
pub struct FailOnErrorOrPlanted {
    planted: Vec<String>,
    errors_pass: bool,
}

impl FailOnErrorOrPlanted {
    #[must_use]
    pub fn new(planted: &[&str]) -> Self {
        let planted = planted.iter().filter(|p| !p.is_empty()).map(|p| p.to_lowercase()).collect();
        Self { planted, errors_pass: false }
    }

    /// For walks that break something on purpose: errors may be logged, planted text not.
    #[must_use]
    pub fn allowing_errors(mut self) -> Self {
        self.errors_pass = true;
        self
    }

    fn look(&self, seen: &Seen) {
        let text = seen.0.to_lowercase();
        let found = self.planted.iter().find(|p| text.contains(p.as_str()));
        assert!(found.is_none(), "planted text in the log: {}", seen.0);
    }
}

impl<S: Subscriber> Layer<S> for FailOnErrorOrPlanted {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut seen = Seen::default();
        event.record(&mut seen);
        self.look(&seen);
        let failed = *event.metadata().level() == Level::ERROR && !self.errors_pass;
        assert!(!failed, "logged as ERROR: {}", seen.0);
    }

    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut seen = Seen::default();
        span.record(&mut seen);
        self.look(&seen);
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut seen = Seen::default();
        values.record(&mut seen);
        self.look(&seen);
    }
}

/// All fields, one after the other.
#[derive(Default)]
struct Seen(String);

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }

    // Debug would escape what a reader of the log sees plainly.
    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, "{field}={value} ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::pii::Pii;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use tracing::subscriber::with_default;
    use tracing_subscriber::layer::SubscriberExt;

    fn passes(layer: FailOnErrorOrPlanted, what: impl Fn()) -> bool {
        let subscriber = tracing_subscriber::registry().with(layer);
        catch_unwind(AssertUnwindSafe(|| with_default(subscriber, what))).is_ok()
    }

    fn planted() -> FailOnErrorOrPlanted {
        FailOnErrorOrPlanted::new(&["Nur Aisyah", ""])
    }

    #[test]
    fn an_error_fails_unless_allowed_and_lower_levels_pass() {
        assert!(!passes(planted(), || tracing::error!("broken")));
        assert!(passes(planted().allowing_errors(), || tracing::error!("broken")));
        assert!(passes(planted(), || tracing::warn!(case.id = 5, "late")));
    }

    #[test]
    fn planted_text_fails_wherever_and_in_whatever_case_it_stands() {
        assert!(!passes(planted(), || tracing::trace!("for nur aisyah")));
        assert!(!passes(planted(), || tracing::info!(name = "Nur Aisyah", "x")));
        assert!(!passes(planted(), || tracing::info!(name = ?Some("Nur Aisyah"), "x")));
        assert!(!passes(planted(), || drop(tracing::info_span!("s", name = "Nur Aisyah"))));
        assert!(!passes(planted(), || {
            let span = tracing::info_span!("s", name = tracing::field::Empty);
            span.record("name", "Nur Aisyah");
        }));
        assert!(!passes(planted().allowing_errors(), || tracing::error!("Nur Aisyah")));
    }

    #[test]
    fn personal_data_in_its_wrapper_passes() {
        assert!(passes(planted(), || tracing::info!(name = ?Pii::new("Nur Aisyah"), "x")));
    }
}
