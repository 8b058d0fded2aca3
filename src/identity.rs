//! One person, one history: from the many identifiers of a customer to the one human behind them.
//!
//! A company knows one customer as a cookie, an e-mail address, a telephone number and a loyalty
//! card. Unless they are joined, every journey is cut in pieces and the shop's sale has no history.
//! The steps:
//!
//! 1. A [`Pseudonymiser`] hashes identifiers with the caller's [`HashKey`] as they are read; raw
//!    values go no further.
//! 2. [`IdentifiedEvents`] are rows that name identifiers instead of a person: from code, or from
//!    files whose identifiers stand in columns named `id:KIND`. [`Links`] are records that two
//!    identifiers are one person's, [`Consent`] says who may be measured.
//! 3. A [`Resolver`] joins identifiers to persons, under [`Rules`] that guard against wrong merges:
//!    one tablet on a shop's counter would otherwise join thousands of people into one. Links that
//!    the rules reject are reported ([`RejectedLinks`]).
//! 4. [`Identities`] say which person an identifier belonged to at what time, and [stitch](Identities::stitch)
//!    rows to plain [`Events`](crate::event::Events) of persons, from which journeys are cut.
//!    [`Profile`]s sum up each person.
//!
//! The same links give the same persons, to the bit, in any order of rows and on any number of
//! threads.
//!
//! # Files
//!
//! | file | columns |
//! |---|---|
//! | identified event log, [`IdentifiedReader`](crate::io::IdentifiedReader) | of an event log, `id:KIND` in place of `person` |
//! | link records, [`Links::from_csv`] | `kind,value,linked_kind,linked_value,timestamp,confidence` |
//! | consent, [`Consent::from_csv`] | `kind,value,purpose,granted,timestamp` |
//!
//! An identified log has a column for each kind (`id:cookie`, `id:card`); an empty field is no
//! identifier, and a row needs at least one. `confidence` is 0 to 1, and 1 where the column is
//! missing. `granted` is `true` or `false`, `yes` or `no`, `1` or `0`.
//!
//! Kinds are those of the rules. Timestamps are seconds since 1970-01-01T00:00:00Z or RFC 3339 with
//! offset; event logs may have a zone besides.
//!
//! # Irregular input and how it is handled
//!
//! | input | outcome |
//! |---|---|
//! | a kind that the rules do not have, an empty identifier | an error that names the row |
//! | a time outside 1970 to 2106, a confidence outside 0 to 1 | an error that names the row |
//! | a row without any identifier | an error that names the row |
//! | a link of an identifier with itself | counted ([`RejectedLinks::self_links`]) |
//! | links that contradict each other (a card of two accounts) | see below |
//! | links out of order of time, or twice | make no difference |
//! | a link whose time is years off | holds for ever, or around that time if it has a validity |
//! | a row whose identifiers are of two persons | belongs to the person of the first kind |
//! | a row of which one identifier has consent and one has none | is a row without consent |
//! | a row on a device shared by too many, nobody signed in | another person every second |
//! | a link between two kinds with a validity | rejected ([`Rule::Validity`]) |
//!
//! Of links that contradict each other the one of highest confidence holds, of equals the earliest;
//! the other is rejected and counted.

mod candidates;
mod component_sizes;
mod components;
mod consent;
mod erase;
mod events;
mod guards;
mod identifier;
mod identifier_index;
mod identifier_kind;
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
#[cfg(feature = "csv")]
pub(crate) use self::identifier::VALUE;
pub use self::identifier_kind::IdentifierKind;
pub use self::identities::{Identities, PersonId};
pub use self::key::HashKey;
pub use self::link::{Link, Links};
pub use self::pairs::PairCounts;
pub use self::profile::Profile;
pub use self::rejected_links::{Offender, RejectedByRule, RejectedLinks, Rule};
pub use self::resolve::Resolver;
pub use self::rules::Rules;
pub use self::stitch::{NoConsent, Stitched, WithoutConsent};
pub use crate::event::Identifier;
