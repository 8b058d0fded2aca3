//! What attribution says on page one.

use crate::attribution::{ChannelCredit, ComparisonTable, ModelTable};
use crate::pages::apart::{Ends, surely_apart};
use crate::pages::credit_charts::{roas, total_title};
use crate::pages::main_model::{agreement, main_model, usual_model};
use crate::pages::words;
use crate::report::html::{Answer, Card};

/// The least part of the credit on which methods that agree agree.
const ALIKE: f64 = 0.8;

/// A comparison in sentences.
pub(crate) struct AttributionTop<'a> {
    table: &'a ComparisonTable,
    main: &'a ModelTable,
}

impl<'a> AttributionTop<'a> {
    /// None where no model was scored.
    pub(crate) fn new(table: &'a ComparisonTable) -> Option<Self> {
        main_model(table).map(|main| Self { table, main })
    }

    /// The channel with the most credit, if any has some.
    fn best(&self) -> Option<&ChannelCredit> {
        let credited = self.main.channels.iter();
        let credited = credited.filter(|channel| channel.conversions > 0.0);
        // of several with as much, the first
        credited
            .rev()
            .max_by(|a, b| a.conversions.total_cmp(&b.conversions))
    }

    fn with_ends(&self, channel: &ChannelCredit) -> String {
        let credit = words::short(channel.conversions);
        match channel.conversions_low.zip(channel.conversions_high) {
            Some((low, high)) => {
                format!("{credit} ({} to {})", words::short(low), words::short(high))
            }
            None => credit,
        }
    }

    pub(crate) fn headline(&self) -> String {
        let total = words::short(self.table.totals().conversions);
        let Some(best) = self.best() else {
            return format!("{total} conversions, and no channel is credited with any");
        };
        let (channel, credit) = (&best.channel, self.with_ends(best));
        match self.main.baseline {
            Some(_) => format!(
                "{channel} brought {credit} of {total} conversions; {}",
                total_title(self.table, self.main)
            ),
            // a rule divides what there is, and does not know the cause
            None => format!(
                "{channel} is credited with {credit} of {total} conversions, by {}",
                self.main.model
            ),
        }
    }

    pub(crate) fn worked(&self) -> Answer {
        let question = "What worked?";
        let Some(best) = self.best() else {
            return Answer::new(question, "Nothing is credited");
        };
        let credit = format!(
            "{} conversions by {}",
            self.with_ends(best),
            self.main.model
        );
        Answer::new(question, &best.channel).with_detail(credit)
    }

    pub(crate) fn anyway(&self) -> Answer {
        let question = "What would have come anyway?";
        let total = self.table.totals().conversions;
        let answer = match self.main.baseline {
            Some(baseline) if total > 0.0 => words::percent(baseline.conversions / total),
            _ => {
                return Answer::new(question, "Not estimated")
                    .with_detail(total_title(self.table, self.main));
            }
        };
        Answer::new(question, answer).with_detail(total_title(self.table, self.main))
    }

    /// The channels with costs whose return is known, with the ends of its interval.
    fn paid(&self) -> Vec<&ChannelCredit> {
        self.main
            .channels
            .iter()
            .filter(|channel| channel.roas.is_some())
            .collect()
    }

    pub(crate) fn change(&self) -> Answer {
        let question = "What to change?";
        let paid = self.paid();
        if paid.len() < 2 {
            return Answer::new(question, "Not known")
                .with_detail("costs of two channels are needed");
        }
        let ends: Vec<Ends> = paid
            .iter()
            .map(|channel| roas(channel).interval())
            .collect();
        let Some((more, less)) = surely_apart(&ends) else {
            let detail = match ends.iter().flatten().count() {
                0 => "returns have no intervals: ask for a bootstrap",
                _ => "returns of channels cannot be told apart by their intervals",
            };
            return Answer::new(question, "Cannot be told").with_detail(detail);
        };
        let [high, low] = [more, less].map(|at| words::short(paid[at].roas.unwrap_or(f64::NAN)));
        let answer = format!("Less {}, more {}", paid[less].channel, paid[more].channel);
        Answer::new(question, answer).with_detail(format!(
            "{low} against {high} credited back for 1 spent; a mix model says how much"
        ))
    }

    pub(crate) fn sure(&self) -> Answer {
        let question = "How sure is that?";
        let alike = usual_model(self.table).map(|usual| agreement(self.main, usual));
        let detail = match (self.table.bootstrap(), alike) {
            (Some(bootstrap), _) => format!(
                "{} intervals of {} replicates",
                words::level(bootstrap.level()),
                bootstrap.replicates()
            ),
            (None, _) => "no intervals were asked for".to_owned(),
        };
        match alike {
            Some(alike) => {
                let word = if alike >= ALIKE {
                    "Methods agree"
                } else {
                    "Methods disagree"
                };
                let answer = format!("{word}: {}", words::percent(alike));
                Answer::new(question, answer)
                    .with_detail(format!("of credit placed as last touch does; {detail}"))
            }
            None => Answer::new(question, "See intervals").with_detail(detail),
        }
    }

    pub(crate) fn test_next(&self) -> Answer {
        let question = "What to test next?";
        let tested = |name: &str| self.main.calibration.iter().any(|row| row.channel == name);
        let suspect = self
            .main
            .channels
            .iter()
            .filter(|channel| channel.suspicion.is_some() && !tested(&channel.channel));
        let worst = suspect.max_by(|a, b| {
            a.suspicion
                .unwrap_or(0.0)
                .total_cmp(&b.suspicion.unwrap_or(0.0))
        });
        if let Some(channel) = worst {
            let share = words::percent(channel.suspicion.unwrap_or(0.0));
            return Answer::new(question, &channel.channel).with_detail(format!(
                "{share} of its touches follow visits nobody paid for"
            ));
        }
        let dear = self
            .paid()
            .into_iter()
            .filter(|channel| !tested(&channel.channel));
        match dear.max_by(|a, b| a.cost.unwrap_or(0.0).total_cmp(&b.cost.unwrap_or(0.0))) {
            Some(channel) => Answer::new(question, &channel.channel)
                .with_detail("the largest spend without a test"),
            None => Answer::new(question, "The largest channel")
                .with_detail("a log alone cannot tell cause from habit"),
        }
    }

    pub(crate) fn cards(&self) -> Vec<Card> {
        let totals = self.table.totals();
        let mut cards = vec![
            Card::new("Conversions", words::short(totals.conversions))
                .with_note(format!("of {} journeys", words::short(totals.journeys))),
        ];
        if totals.value > 0.0 {
            let each = totals.value / totals.conversions.max(1.0);
            cards.push(
                Card::new("Value", words::short(totals.value))
                    .with_note(format!("{} a conversion", words::short(each))),
            );
        }
        let cost: f64 = self
            .main
            .channels
            .iter()
            .filter_map(|channel| channel.cost)
            .sum();
        if cost > 0.0 {
            let credited: f64 = self.main.channels.iter().map(|channel| channel.value).sum();
            let back = words::short(credited / cost);
            cards.push(
                Card::new("Cost", words::short(cost))
                    .with_note(format!("{back} of credited value for 1")),
            );
        }
        cards
    }

    pub(crate) fn findings(&self) -> Vec<(String, String)> {
        let mut findings = Vec::new();
        let pays: Vec<&str> = self
            .paid()
            .into_iter()
            .filter(|channel| roas(channel).interval().is_some_and(|(low, _)| low > 1.0))
            .map(|channel| channel.channel.as_str())
            .collect();
        if !pays.is_empty() {
            let figures = format!(
                "by {}, the whole interval of return on ad spend lies above 1",
                self.main.model
            );
            let verb = if pays.len() == 1 { "pays" } else { "pay" };
            findings.push((format!("{} {verb} back", words::listed(&pays)), figures));
        }
        if let Some((a, b)) = self.overlap() {
            let figures = format!(
                "{} and {} conversions",
                self.with_ends(a),
                self.with_ends(b)
            );
            findings.push((
                format!("{} and {} cannot be told apart", a.channel, b.channel),
                figures,
            ));
        }
        if let Some(usual) = usual_model(self.table) {
            let alike = agreement(self.main, usual);
            if alike < ALIKE {
                let figures = format!(
                    "they place {} of the credit on the same channels",
                    words::percent(alike)
                );
                findings.push((
                    format!(
                        "{} and {} disagree",
                        words::sentence(&usual.model),
                        self.main.model
                    ),
                    figures,
                ));
            }
        }
        findings
    }

    /// The two channels with the most credit, where their intervals overlap.
    fn overlap(&self) -> Option<(&ChannelCredit, &ChannelCredit)> {
        let channels = self.main.channels.iter();
        let mut order: Vec<&ChannelCredit> = channels
            .filter(|channel| channel.conversions > 0.0)
            .collect();
        order.sort_by(|a, b| b.conversions.total_cmp(&a.conversions));
        let [first, second] = [*order.first()?, *order.get(1)?];
        let overlap = first.conversions_low? < second.conversions_high?;
        overlap.then_some((first, second))
    }
}
