//! What else a log tells of a customer: newsletters, carts, goods sent back, service cases, answers
//! to surveys.

use crate::event::{Interaction, Kind};
use crate::simulate::customers::Customers;
use crate::simulate::customers::life::{DAYS, Life, MAIL, START, second};
use crate::simulate::customers::rows::Row;
use crate::util::Random;

/// The truth that KPIs are to find again.
impl Customers {
    /// The text columns of the log.
    pub const COLUMNS: [&'static str; 5] = ["device", "agent", "team", "tool", "campaign"];
    /// Net promoter scores, in points, of those who in the 30 days before the answer kept to one
    /// channel (or to none), of those with one handoff from one channel to another, and of those
    /// with more: several channels please, many handoffs less.
    pub const NET_PROMOTER: [f64; 3] = [0.0, 45.0, 25.0];
    /// The mean answers on consistency between channels of the same, 1 to 5.
    pub const CONSISTENCY: [f64; 3] = [4.0, 4.0, 3.6];
    /// The share of those satisfied after a case that one agent resolved, and after one that two
    /// teams did.
    pub const SATISFIED: [f64; 2] = [0.8, 0.6];
    /// The mean effort of the same, 1 to 7.
    pub const EFFORT: [f64; 2] = [3.0, 4.0];
    /// The mean hours to the resolution of the same, exponentially distributed.
    pub const HOURS: [f64; 2] = [6.0, 18.0];
    /// The share of cases that two teams work on.
    pub const JOINT: f64 = 0.3;
    /// The share of carts that are left on the phone (in the app) and on the laptop (on the web).
    pub const ABANDONED: [f64; 2] = [0.75, 0.6];
    /// The share of newsletters opened in a week, and of those clicked, of all that arrive.
    pub const OPENED_AND_CLICKED: [f64; 2] = [0.4288, 0.1306];
    /// The share of purchases that come back, after two to fourteen days.
    pub const RETURNED: f64 = 0.1;
}

/// Promoters and detractors behind [`Customers::NET_PROMOTER`].
const PROMOTERS: [[f64; 2]; 3] = [[0.30, 0.30], [0.60, 0.15], [0.45, 0.20]];
/// The share of openings that are clicks: with 0.08 openings a day, 1 - e^(-0.56) of a week's
/// newsletters are opened, and 1 - e^(-0.14) clicked.
const CLICKS: f64 = 0.25;
const CAMPAIGNS: [&str; 13] = [
    "week 1", "week 2", "week 3", "week 4", "week 5", "week 6", "week 7", "week 8", "week 9",
    "week 10", "week 11", "week 12", "week 13",
];
/// The share of carts for purchases on the web that are filled on the phone.
const ON_PHONE: f64 = 0.4;
/// The share of purchases that are made on the web.
const ON_WEB: f64 = 0.6;
const TOPICS: [&str; 3] = ["delivery", "product", "invoice"];
/// Who serves, and where; half of the cases begin on the phone. The last agent of each team does
/// without the tool.
const TEAMS: [Team; 3] = [
    Team {
        channel: "call",
        name: "phone",
        kind: "account",
        agents: ["ada", "ben", "cleo", "dov"],
    },
    Team {
        channel: "chat",
        name: "chat",
        kind: "account",
        agents: ["eli", "fee", "gil", "hana"],
    },
    Team {
        channel: "store",
        name: "counter",
        kind: "card",
        agents: ["ivo", "jun", "kaya", "lev"],
    },
];
/// How often the others use it.
const TOOL: f64 = 0.6;
const DAY: i64 = crate::time::limits::DAY as i64;

struct Team {
    channel: &'static str,
    name: &'static str,
    /// By which the customer is known there.
    kind: &'static str,
    agents: [&'static str; 4],
}

impl Life {
    /// Everything beside contacts with advertising and purchases.
    pub(super) fn be_served(&mut self) {
        let purchases: Vec<Row> = self
            .rows
            .iter()
            .filter(|row| row.kind == Kind::Conversion)
            .cloned()
            .collect();
        self.read_mails();
        self.fill_carts(&purchases);
        purchases
            .iter()
            .for_each(|purchase| self.send_back(purchase));
        let cases: Vec<(i64, bool)> = self
            .cases(&purchases)
            .into_iter()
            .filter_map(|opened| self.case(opened))
            .collect();
        self.answer_later(&cases);
        if self.service.chance(0.2) {
            self.recommend();
        }
    }

    /// A newsletter a week; the contacts with it are openings and clicks.
    fn read_mails(&mut self) {
        for row in self.rows.iter_mut().filter(|row| row.channel == MAIL) {
            let clicked = self.service.chance(CLICKS);
            row.interaction = Some(if clicked {
                Interaction::Click
            } else {
                Interaction::View
            });
            row.texts[4] = CAMPAIGNS[(row.second - START) as usize / (7 * DAY as usize)];
        }
        let account = self.name("account");
        for (week, campaign) in CAMPAIGNS
            .into_iter()
            .enumerate()
            .filter(|_| self.subscribed)
        {
            let mut row = Row::new(
                Kind::Touch,
                vec![account],
                START + 7 * DAY * week as i64,
                MAIL,
            );
            row.texts[4] = campaign;
            self.rows.push(row);
        }
    }

    /// Carts of purchases on the web, and carts left, as many in expectation as their shares say.
    fn fill_carts(&mut self, purchases: &[Row]) {
        for purchase in purchases.iter().filter(|row| row.channel == "web") {
            let on_phone = self.service.chance(ON_PHONE);
            let before = self.service.uniform() * if on_phone { 20.0 * 3600.0 } else { 1200.0 };
            self.cart(
                on_phone,
                (purchase.second - before as i64).max(START),
                purchase.value,
                purchase.id.clone(),
            );
        }
        let expected = ON_WEB * self.expected();
        let mut number = 0;
        for (on_phone, share, left) in [
            (true, ON_PHONE, Self::left(0)),
            (false, 1.0 - ON_PHONE, Self::left(1)),
        ] {
            for _ in 0..self.service.poisson(expected * share * left) {
                let (day, value) = (
                    self.service.between(0.0, DAYS),
                    5.0 + (self.service.exponential(1.0 / 60.0) * 100.0).round() / 100.0,
                );
                self.cart(
                    on_phone,
                    second(day),
                    value,
                    format!("c-{}-{number}", self.person),
                );
                number += 1;
            }
        }
    }

    /// Carts left for each one bought.
    fn left(device: usize) -> f64 {
        Customers::ABANDONED[device] / (1.0 - Customers::ABANDONED[device])
    }

    fn cart(&mut self, on_phone: bool, second: i64, value: f64, id: String) {
        let (kind, channel) = if on_phone {
            ("device", "app")
        } else {
            ("cookie", "web")
        };
        self.rows.push(Row {
            value,
            id,
            ..Row::new(Kind::Cart, vec![self.name(kind)], second, channel)
        });
    }

    /// Goods of the web come back by mail or in the store, those of the store there.
    fn send_back(&mut self, purchase: &Row) {
        let (comes_back, to_store) = (
            self.service.chance(Customers::RETURNED),
            self.service.chance(0.4),
        );
        let second = purchase.second + (self.service.between(2.0, 14.0) * DAY as f64) as i64;
        if !comes_back || second >= START + DAYS as i64 * DAY {
            return;
        }
        let store = purchase.channel == "store" || to_store;
        let (name, channel) = if store {
            (self.name("card"), "store")
        } else {
            (self.name("account"), "web")
        };
        self.rows.push(Row {
            value: -purchase.value,
            id: purchase.id.clone(),
            ..Row::new(Kind::Return, vec![name], second, channel)
        });
    }

    /// When cases open: now and then, and after a tenth of the purchases.
    fn cases(&mut self, purchases: &[Row]) -> Vec<i64> {
        let mut opened: Vec<i64> = (0..self.service.poisson(0.08))
            .map(|_| second(self.service.between(0.0, DAYS)))
            .collect();
        for purchase in purchases {
            let after = (self.service.between(0.5, 5.0) * DAY as f64) as i64;
            opened.extend(self.service.chance(0.1).then_some(purchase.second + after));
        }
        opened.sort_unstable();
        opened.retain(|&second| inside(second));
        opened
    }

    /// A case; when it was resolved, if it was, and whether two teams worked on it.
    fn case(&mut self, opened: i64) -> Option<(i64, bool)> {
        let joint = self.service.chance(Customers::JOINT);
        let hours = self
            .service
            .exponential(1.0 / Customers::HOURS[usize::from(joint)]);
        let closed = opened + (hours * 3600.0) as i64;
        let first = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2][self.service.index(10) as usize];
        let last = if joint {
            (first + 1 + self.service.index(2) as usize) % TEAMS.len()
        } else {
            first
        };
        let agents = [self.service.index(4), self.service.index(4)].map(|agent| agent as usize);
        let topic = TOPICS[self.service.index(3) as usize];
        let id = format!("s-{}-{}", self.person, self.rows.len());
        self.contact(Kind::CaseOpen, &TEAMS[first], agents[0], opened, topic, &id);
        if joint {
            self.contact(
                Kind::CaseOpen,
                &TEAMS[last],
                agents[1],
                opened + (closed - opened) / 2,
                topic,
                &id,
            );
        }
        self.contact(
            Kind::CaseClose,
            &TEAMS[last],
            if joint { agents[1] } else { agents[0] },
            closed,
            "resolved",
            &id,
        );
        inside(closed).then_some((closed, joint))
    }

    fn contact(
        &mut self,
        kind: Kind,
        team: &Team,
        agent: usize,
        second: i64,
        topic: &'static str,
        id: &str,
    ) {
        let with_tool = self.service.chance(TOOL) && agent < 3;
        if inside(second) {
            let name = self.name(team.kind);
            let mut row = Row {
                goal: topic,
                id: id.to_owned(),
                ..Row::new(kind, vec![name], second, team.channel)
            };
            (row.texts[1], row.texts[2], row.texts[3]) = (
                team.agents[agent],
                team.name,
                if with_tool { "assistant" } else { "" },
            );
            self.rows.push(row);
        }
    }

    /// Half of the customers say how a case was, within a day and before their next one is
    /// resolved.
    fn answer_later(&mut self, cases: &[(i64, bool)]) {
        let mut cases = cases.to_vec();
        cases.sort_unstable();
        for (at, &(closed, joint)) in cases.iter().enumerate() {
            let (answers, second) = (
                self.service.chance(0.5),
                closed + self.service.between(3600.0, DAY as f64) as i64,
            );
            let satisfied = self
                .service
                .chance(Customers::SATISFIED[usize::from(joint)]);
            let score = if satisfied {
                4 + self.service.index(2)
            } else {
                1 + self.service.index(3)
            };
            let effort = steps(&mut self.service, 6, Customers::EFFORT[usize::from(joint)]);
            if answers && cases.get(at + 1).is_none_or(|&(next, _)| second < next) {
                self.answer("csat", second, score as f64);
                self.answer("ces", second, effort);
            }
        }
    }

    /// Would you recommend us, and do our channels feel like one?
    fn recommend(&mut self) {
        let second = second(self.service.between(0.0, DAYS));
        let course = self.hand_overs(second).min(2);
        let [promoters, detractors] = PROMOTERS[course];
        let draw = self.service.uniform();
        let score = match draw {
            _ if draw < promoters => 9 + self.service.index(2),
            _ if draw < promoters + detractors => self.service.index(7),
            _ => 7 + self.service.index(2),
        };
        let consistency = steps(&mut self.service, 4, Customers::CONSISTENCY[course]);
        self.answer("nps", second, score as f64);
        self.answer("consistency", second, consistency);
    }

    fn answer(&mut self, question: &'static str, second: i64, value: f64) {
        if inside(second) {
            self.rows.push(Row {
                goal: question,
                value,
                ..Row::new(Kind::Survey, vec![self.name("account")], second, "")
            });
        }
    }

    /// Changes of channel among the contacts of the 30 days up to a second; newsletters that only
    /// arrived are none.
    fn hand_overs(&self, second: i64) -> usize {
        let arrived = |row: &Row| row.channel == MAIL && row.interaction.is_none();
        let recent = |row: &&Row| {
            (second - 30 * DAY..=second).contains(&row.second)
                && !row.channel.is_empty()
                && !arrived(row)
        };
        let mut contacts: Vec<&Row> = self.rows.iter().filter(recent).collect();
        contacts.sort_by_key(|row| row.second);
        contacts
            .windows(2)
            .filter(|pair| pair[0].channel != pair[1].channel)
            .count()
    }
}

fn inside(second: i64) -> bool {
    second < START + DAYS as i64 * DAY
}

/// A whole number from 1 to `most` + 1 with that mean: 1 and a binomial draw.
fn steps(random: &mut Random, most: u64, mean: f64) -> f64 {
    1.0 + (0..most)
        .filter(|_| random.chance((mean - 1.0) / most as f64))
        .count() as f64
}
