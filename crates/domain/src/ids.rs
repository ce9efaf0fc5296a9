//! Typed identifiers: a prefix that names the kind and 128 bits; they are given, never made here.
//! Must not know how ids are generated.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// An identifier could not be read: wrong prefix, length or alphabet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadId {
    /// The prefix that was expected, such as `case`.
    pub expected: &'static str,
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}_ and 32 hexadecimal digits", self.expected)
    }
}

impl std::error::Error for BadId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u128);

        impl $name {
            /// The text before the underscore.
            pub const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{:032x}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let bad = BadId { expected: $prefix };
                let hex = text.strip_prefix(concat!($prefix, "_")).ok_or(bad)?;
                let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
                if hex.len() != 32 || !hex.bytes().all(lower) {
                    return Err(bad);
                }
                u128::from_str_radix(hex, 16).map(Self).map_err(|_| bad)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

id!(/// The bank or fintech whose customers are recovered.
    TenantId, "ten");
id!(/// One recovery of one failed check.
    CaseId, "case");
id!(/// A person who answers customers, or who supervises, audits or administers.
    AgentId, "agt");
id!(/// A capability link sent to a customer.
    InvitationId, "inv");
id!(/// A waiting place in the queue.
    TicketId, "tkt");
id!(/// One ringing of one agent for one ticket.
    ReservationId, "rsv");
id!(/// One live video session.
    SessionId, "ses");
id!(/// A still, an uploaded image or another piece of evidence.
    EvidenceId, "evd");
id!(/// One attempt of the automated check, as reported.
    ReportId, "rep");
id!(/// A chat message.
    MessageId, "msg");
id!(/// One audit log entry, before it has an index in the tree.
    EntryId, "ent");
id!(/// A webhook endpoint of a tenant.
    EndpointId, "whe");
id!(/// One outgoing webhook or message, with all its attempts.
    DeliveryId, "dlv");
id!(/// An invitation of somebody from outside to one session, such as an interpreter.
    GuestId, "gst");
id!(/// A browser, page load or socket: whoever holds one seat or one claim.
    ClientId, "cli");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_other_kinds_are_refused() {
        let id = CaseId(0x0192_aaaa_0000_7000_8000_0000_0000_0001);
        assert_eq!(id.to_string(), "case_0192aaaa000070008000000000000001");
        assert_eq!(id.to_string().parse::<CaseId>(), Ok(id));
        for bad in [
            "",
            "case_",
            "agt_0192aaaa000070008000000000000001",
            "case_0192AAAA000070008000000000000001",
            "case_+192aaaa000070008000000000000001",
        ] {
            assert_eq!(bad.parse::<CaseId>(), Err(BadId { expected: "case" }), "{bad}");
        }
    }
}
