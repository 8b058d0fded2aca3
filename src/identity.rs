//! One person, one history: from the many identifiers of a customer to the one human behind them.
//!
//! A company knows one customer as a cookie, an e-mail address, a telephone number and a loyalty
//! card. Unless they are joined, every journey is cut in pieces and the shop's sale has no history.
//! The road:
//!
//! 1. A [`Pseudonymiser`] hashes identifiers with the caller's [`HashKey`] as they are read; raw
//!    values go no further.
//! 2. [`IdentifiedEvents`] are rows that name identifiers instead of a person: from code, or from
//!    files whose identifiers stand in columns named `id:KIND`. [`Links`] are records that two
//!    identifiers are one person's, [`Consent`] says who may be measured.
//! 3. A [`Resolver`] joins identifiers to persons, under [`Rules`] that guard against wrong merges:
//!    one tablet on a shop's counter would otherwise melt thousands of people into one. What the
//!    rules refused is reported ([`RejectedLinks`]).
//! 4. [`Identities`] say whose an identifier was at what time, and [stitch](Identities::stitch)
//!    rows to plain [`Events`](crate::event::Events) of persons, from which journeys are cut as ever.
//!    [`Profile`]s sum up each person.
//!
//! The same links give the same persons, to the bit, in any order of rows and on any number of
//! threads.
//!
//! # Files
//!
//! | file | columns |
//! |---|---|
//! | identified event log, [`IdentifiedReader`] | those of an event log, with a column `id:KIND` for each kind (`id:cookie`, `id:card`) in place of `person`; empty fields are none, a row needs one identifier |
//! | link records, [`Links::from_csv`] | `kind,value,linked_kind,linked_value,timestamp,confidence`; the last from 0 to 1, and 1 without |
//! | consent, [`Consent::from_csv`] | `kind,value,purpose,granted,timestamp`; granted is `true` or `false`, `yes` or `no`, `1` or `0` |
//!
//! Kinds are those of the rules. Timestamps are seconds since 1970-01-01T00:00:00Z or RFC 3339 with
//! offset; event logs may have a zone besides.
//!
//! # What is odd, and what comes of it
//!
//! | input | outcome |
//! |---|---|
//! | an identifier of a kind that the rules do not have, an empty one, a time outside 1970 to 2106, a confidence outside 0 to 1 | an error that names the row |
//! | a row without any identifier | an error that names the row |
//! | a link of an identifier with itself | counted ([`RejectedLinks::self_links`]) |
//! | links that contradict each other (a card of two accounts) | the surest is followed, of equals the earliest; the other is refused and counted |
//! | links out of order of time, or twice | no matter |
//! | a link whose clock is years off | followed, as links without a validity hold for ever; with one, it holds around the time it states |
//! | a row whose identifiers are two persons' | the row is the first kind's person's |
//! | a row with one identifier that has consent and one that has none | a row without consent |
//! | a row on a device that too many share, where nobody is signed in | nobody's: a person of its own each second |
//! | a link between two kinds whose links hold for a time only | refused ([`Rule::Validity`]): neither says who it is |

mod candidates;
mod component_sizes;
mod components;
mod consent;
mod erase;
mod events;
mod guards;
mod identifier;
mod identifier_index;
mod identities;
mod key;
mod link;
mod ordered_linker;
mod pairs;
mod profile;
mod ranges;
mod rejected_links;
mod resolve;
mod rules;
mod shard;
mod stitch;
mod union_find;

pub use self::consent::Consent;
pub use self::events::IdentifiedEvents;
pub use self::identifier::Pseudonymiser;
#[cfg(any(feature = "csv", feature = "parquet"))]
pub(crate) use self::identifier::VALUE;
pub use self::identities::{Identities, PersonId};
pub use self::key::HashKey;
pub use self::link::{Link, Links};
pub use self::pairs::PairCounts;
pub use self::profile::Profile;
pub use self::rejected_links::{Offender, RejectedByRule, RejectedLinks, Rule};
pub use self::resolve::Resolver;
pub use self::rules::{IdentifierKind, Rules};
pub use self::stitch::{NoConsent, Stitched, WithoutConsent};
pub use crate::event::Identifier;
