//! The first thing that does not fit, and the file or entry it was found in.
//! Must not know how it was found.

use crate::age::OpenFault;

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{item}: {what}")]
pub struct Fault {
    /// A stable word: `not_a_pack`, `unsafe_name`, `too_large`, `compressed`, `damaged`, `missing`, `extra`, `changed`,
    /// `unsigned`, `not_in_log`, `incomplete`, `other_case`, `encrypted`, `other_recipient`.
    pub code: &'static str,
    /// The file, the entry, or the pack as a whole.
    pub item: String,
    /// In a sentence.
    pub what: String,
}

impl Fault {
    pub(crate) fn new(code: &'static str, item: impl Into<String>, what: impl Into<String>) -> Self {
        Self { code, item: item.into(), what: what.into() }
    }

    /// The pack cannot be read as a whole.
    pub(crate) fn pack(what: impl Into<String>) -> Self {
        Self::new("not_a_pack", "the pack", what)
    }

    /// It must be opened before it can be read.
    pub(crate) fn encrypted() -> Self {
        let how = "is encrypted with age: give --identity FILE, or open it first with `age -d -i FILE -o PACK.zip PACK.zip.age`";
        Self::new("encrypted", "the pack", how)
    }

    pub(crate) fn unopened(fault: &OpenFault) -> Self {
        let code = match fault {
            OpenFault::Header | OpenFault::Io(_) => "not_a_pack",
            OpenFault::OtherRecipient => "other_recipient",
            OpenFault::Changed => "changed",
        };
        Self::new(code, "the pack", fault.to_string())
    }

    pub(crate) fn io(item: &str, error: &std::io::Error) -> Self {
        Self::new("damaged", item, format!("cannot be read: {error}"))
    }
}
