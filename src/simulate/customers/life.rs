//! One customer's 90 days.

use crate::event::{Interaction, Kind};
use crate::simulate::customers::rows::{FIRST_TABLET, Name, Record, Row};
use crate::time::limits::DAY;
use crate::util::Random;

/// One channel of advertising, and the identifier its contacts are known by.
struct Medium {
    name: &'static str,
    kind: &'static str,
    daily: f64,
    reach: f64,
    /// Purchases one contact brings over time.
    effect: f64,
    /// How long it works, in days.
    tau: f64,
    cost: f64,
}

const MEDIA: [Medium; 4] = [
    Medium {
        name: "tv",
        kind: "account",
        daily: 0.06,
        reach: 0.7,
        effect: 0.0045,
        tau: 8.0,
        cost: 0.01,
    },
    Medium {
        name: "social",
        kind: "device",
        daily: 0.10,
        reach: 0.6,
        effect: 0.0050,
        tau: 3.0,
        cost: 0.02,
    },
    Medium {
        name: "display",
        kind: "cookie",
        daily: 0.10,
        reach: 0.6,
        effect: 0.0004,
        tau: 2.0,
        cost: 0.004,
    },
    Medium {
        name: MAIL,
        kind: "account",
        daily: 0.08,
        reach: 0.4,
        effect: 0.0040,
        tau: 1.5,
        cost: 0.001,
    },
];

const CLICK: f64 = 0.35;
pub(super) const MAIL: &str = "e-mail";
pub(super) const DAYS: f64 = 90.0;
/// 2026-01-01T00:00:00Z.
pub(super) const START: i64 = 1_767_225_600;
/// How many persons share a shop's tablet, and an office.
const PERSONS_A_TABLET: u64 = 2_000;
const PERSONS_AN_OFFICE: u64 = 20_000;

#[derive(Debug)]
pub(super) struct Life {
    pub(super) person: u64,
    persons: u64,
    random: Random,
    /// For what else the log tells, so that contacts and purchases do not depend on it.
    pub(super) service: Random,
    /// Gets newsletters.
    pub(super) subscribed: bool,
    /// The laptop is a household's, of this person and the neighbour.
    shares: bool,
    /// Whether a certain link connects device, cookie and card with the account.
    connected: [bool; 3],
    pub(super) rows: Vec<Row>,
    pub(super) records: Vec<Record>,
    pub(super) baseline: f64,
    caused: [f64; MEDIA.len()],
}

impl Life {
    pub(super) fn new(person: u64, persons: u64, random: Random) -> Self {
        // Two neighbours draw alike, from a stream of their own.
        let shares = Random::new(person / 2).stream(0x5A).chance(0.02) && (person ^ 1) < persons;
        Self {
            person,
            persons,
            service: random.stream(0x5E),
            random,
            subscribed: false,
            shares,
            connected: [false; 3],
            rows: Vec::new(),
            records: Vec::new(),
            baseline: 0.0,
            caused: [0.0; MEDIA.len()],
        }
    }

    pub(super) fn caused(&self) -> impl Iterator<Item = (&'static str, f64)> {
        MEDIA
            .iter()
            .zip(self.caused)
            .map(|(medium, caused)| (medium.name, caused))
    }

    pub(super) fn live(&mut self) {
        self.sign_in();
        self.agree();
        let purchases = self.meet_media();
        self.look_around();
        purchases.into_iter().for_each(|day| self.buy(day));
        self.be_served();
    }

    /// Each row's label as far as certain links support it: rows connected with the account have
    /// the person's, others by piece.
    pub(super) fn labels(&self) -> Vec<Option<u64>> {
        let [device, cookie, card] = self.connected;
        let label = |row: &Row| {
            let has = |kind: &str| row.names.iter().any(|name| name.kind == kind);
            let piece = match () {
                () if has("account") || (has("card") && card) => 0,
                () if has("card") => 3,
                () if has("cookie") && self.shares => return None,
                () if (has("cookie") && cookie) || (has("device") && device) => 0,
                () if has("cookie") => 2,
                () => 1,
            };
            Some(self.person * 4 + piece)
        };
        self.rows.iter().map(label).collect()
    }

    pub(super) fn name(&self, kind: &'static str) -> Name {
        let number = if kind == "cookie" && self.shares {
            self.person & !1
        } else {
            self.person
        };
        Name { kind, number }
    }

    fn day(&mut self) -> f64 {
        self.random.between(0.0, DAYS)
    }

    fn link(&mut self, left: Name, right: Name, confidence: f64) {
        let second = second(self.day());
        self.records.push(Record::Link {
            left,
            right,
            second,
            confidence,
        });
    }

    /// Logins, registrations, guesses.
    fn sign_in(&mut self) {
        let (account, device, cookie, card) = (
            self.name("account"),
            self.name("device"),
            self.name("cookie"),
            self.name("card"),
        );
        for (at, piece, chance) in [
            (0, device, 0.9),
            (1, cookie, if self.shares { 1.0 } else { 0.9 }),
            (2, card, 0.9),
        ] {
            if self.random.chance(chance) {
                self.connected[at] = true;
                let times = if piece.kind == "card" {
                    1
                } else {
                    1 + self.random.index(3)
                };
                (0..times).for_each(|_| self.link(piece, account, 1.0));
            }
        }
        if self.random.chance(0.4) {
            let wrong = self.random.chance(0.05);
            let guessed = if wrong {
                Name {
                    kind: "device",
                    number: self.random.index(self.persons),
                }
            } else {
                device
            };
            let confidence = self.random.between(0.3, 0.7);
            self.link(cookie, guessed, confidence);
        }
        if self.random.chance(0.001) {
            let friend = Name {
                kind: "device",
                number: self.random.index(self.persons),
            };
            self.link(friend, account, 1.0);
        }
        if self.random.chance(0.1) {
            let office = Name {
                kind: "address",
                number: self.person / PERSONS_AN_OFFICE,
            };
            self.link(office, account, 0.9);
        }
    }

    fn agree(&mut self) {
        let draw = self.random.uniform();
        let withdrawn = second(self.day());
        for kind in ["account", "device", "cookie", "card"] {
            let name = self.name(kind);
            // Who does not agree says so where a banner asks, and is not asked elsewhere.
            if draw < 0.95 || matches!(kind, "device" | "cookie") {
                self.records.push(Record::Consent {
                    name,
                    granted: draw < 0.95,
                    second: START,
                });
            }
            if (0.92..0.95).contains(&draw) {
                self.records.push(Record::Consent {
                    name,
                    granted: false,
                    second: withdrawn.max(START + 1),
                });
            }
        }
        // The shop's own devices need no person's consent; every person says so, for persons are
        // simulated one by one.
        for name in [
            self.tablet(),
            Name {
                kind: "address",
                number: self.person / PERSONS_AN_OFFICE,
            },
        ] {
            self.records.push(Record::Consent {
                name,
                granted: true,
                second: START,
            });
        }
    }

    fn tablet(&self) -> Name {
        Name {
            kind: "device",
            number: FIRST_TABLET + self.person / PERSONS_A_TABLET,
        }
    }

    /// Contacts with advertising; the days of the purchases they bring and of those that come
    /// anyway.
    fn meet_media(&mut self) -> Vec<f64> {
        let own = 0.0004 * self.random.exponential(1.0);
        self.baseline += own * DAYS;
        let mut purchases = self.moments(own);
        for (at, medium) in MEDIA.iter().enumerate() {
            if !self.random.chance(medium.reach) {
                continue;
            }
            self.subscribed |= medium.name == MAIL;
            for day in self.moments(medium.daily) {
                self.touch(day, medium.name, medium.cost, vec![self.name(medium.kind)]);
                let reached = 1.0 - libm::exp(-(DAYS - day) / medium.tau);
                self.caused[at] += medium.effect * reached;
                if self.random.chance(medium.effect * reached) {
                    let when = self.random.uniform() * reached;
                    purchases.push(day - medium.tau * libm::log1p(-when));
                }
            }
        }
        purchases
    }

    /// Searches and visits that lead nowhere.
    fn look_around(&mut self) {
        for day in self.moments(0.02) {
            let (kind, names) = if self.random.chance(0.5) {
                ("search", "device")
            } else {
                ("direct", "cookie")
            };
            self.touch(
                day,
                kind,
                if kind == "search" { CLICK } else { 0.0 },
                vec![self.name(names)],
            );
        }
    }

    /// The steps that lead to a purchase, and the purchase: on the web with the laptop, or in the
    /// shop with the card.
    fn buy(&mut self, day: f64) {
        let before = (day - self.random.uniform() / 24.0).max(0.0);
        let value = 5.0 + (self.random.exponential(1.0 / 45.0) * 100.0).round() / 100.0;
        let (cookie, account, card) =
            (self.name("cookie"), self.name("account"), self.name("card"));
        let second = second(day);
        if self.random.chance(0.6) {
            let step = if self.random.chance(0.5) {
                ("search", CLICK)
            } else {
                ("direct", 0.0)
            };
            self.touch(before, step.0, step.1, vec![cookie]);
            let signed_in = self.random.chance(0.8);
            let names = if signed_in {
                vec![cookie, account]
            } else {
                vec![cookie]
            };
            self.connected[1] |= signed_in;
            self.sell(names, second, "web", value);
        } else {
            let on_tablet = self.random.chance(0.3);
            let names = if on_tablet {
                vec![card, self.tablet()]
            } else {
                vec![card]
            };
            if on_tablet && self.random.chance(0.5) {
                self.records.push(Record::Link {
                    left: self.tablet(),
                    right: account,
                    second,
                    confidence: 1.0,
                });
            }
            self.sell(names, second, "store", value);
        }
    }

    fn touch(&mut self, day: f64, channel: &'static str, cost: f64, names: Vec<Name>) {
        self.rows.push(Row {
            cost,
            interaction: Some(Interaction::Click),
            ..Row::new(Kind::Touch, names, second(day), channel)
        });
    }

    fn sell(&mut self, names: Vec<Name>, second: i64, channel: &'static str, value: f64) {
        let id = format!("o-{}-{}", self.person, self.rows.len());
        self.rows.push(Row {
            value,
            id,
            ..Row::new(Kind::Conversion, names, second, channel)
        });
    }

    /// Purchases to be expected, given the contacts.
    pub(super) fn expected(&self) -> f64 {
        self.baseline + self.caused.iter().sum::<f64>()
    }

    /// The moments of a Poisson process over the 90 days, in days.
    fn moments(&mut self, daily: f64) -> Vec<f64> {
        let mut moments = Vec::new();
        let mut time = self.random.exponential(daily.max(f64::MIN_POSITIVE));
        while time < DAYS {
            moments.push(time);
            time += self.random.exponential(daily);
        }
        moments
    }
}

pub(super) fn second(day: f64) -> i64 {
    START + (day * f64::from(DAY)) as i64
}
