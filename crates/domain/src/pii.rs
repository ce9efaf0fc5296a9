//! Personal data that cannot be printed by accident.
//! Must not know what the data is.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Personal data: serialised into sealed state and into answers for those who may see it,
/// never shown by `Debug` and without `Display`, so that no log line can hold it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Wraps personal data.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The data itself; every call is a place to ask "who will see this?".
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// The data itself, by value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pii(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Pii::new("Nur Aisyah")), "Pii(..)");
    }
}
