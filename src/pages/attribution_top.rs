//! What attribution says on page one.

use crate::attribution::{ChannelCredit, ComparisonTable, ModelTable};
use crate::pages::anyway::{anyway, anyway_rests_on, anyway_sentence};
use crate::pages::apart::{surely_apart, surely_first};
use crate::pages::credit_charts::roas;
use crate::pages::grounds::Grounds;
use crate::pages::main_model::{ALIKE, least_alike, main_model};
use crate::pages::words;
use crate::report::chart::Mark;
use crate::report::html::{Answer, Card};

/// A comparison in sentences.
pub(crate) struct AttributionTop<'a> {
    table: &'a ComparisonTable,
    main: &'a ModelTable,
    grounds: Grounds<'a>,
}

impl<'a> AttributionTop<'a> {
    /// None where no model was scored.
    pub(crate) fn new(table: &'a ComparisonTable) -> Option<Self> {
        main_model(table).map(|main| Self {
            table,
            main,
            grounds: Grounds::new(main),
        })
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

    /// Whether the interval of the channel with the most credit lies above those of all others.
    fn is_surely_first(&self, best: &ChannelCredit) -> bool {
        let channels = self.main.channels.iter();
        let marks = channels.map(|one| {
            Mark::new(one.conversions).with_interval(one.conversions_low, one.conversions_high)
        });
        let first = surely_first(&marks.collect::<Vec<Mark>>());
        first.is_some_and(|at| self.main.channels[at].channel == best.channel)
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

    /// What a channel lacks whose effect no test found, in words.
    fn lacks(&self, channel: &str) -> &'static str {
        match self.grounds.is_tested(channel) {
            true => "whose tests found no effect beyond chance",
            false => "which no test confirms",
        }
    }

    pub(crate) fn headline(&self) -> String {
        let total = words::counted(self.table.totals().conversions, "conversion", "conversions");
        let Some(best) = self.best() else {
            return format!("{total}, and no channel is credited with any");
        };
        let (channel, credit) = (&best.channel, self.with_ends(best));
        let model = &self.main.model;
        if self.main.baseline.is_none() {
            // a rule divides what there is, and does not know the cause
            return format!("{channel} is credited with {credit} of {total}, by {model}");
        }
        let first = match self.grounds.is_found(channel) {
            true => format!("{channel} brought {credit} of {total}"),
            false => format!(
                "{channel}, {}, is credited with {credit} of {total}",
                self.lacks(channel)
            ),
        };
        match anyway(self.table, self.main) {
            Some(Ok(_)) => format!("{first}; {}", anyway_sentence(self.table, self.main)),
            _ => format!("{first}, by {model}"),
        }
    }

    pub(crate) fn worked(&self) -> Answer {
        let question = "What worked?";
        let (model, channels) = (&self.main.model, self.main.channels.iter());
        let found = channels.filter(|one| self.grounds.is_found(&one.channel));
        if let Some(best) = found.max_by(|a, b| a.conversions.total_cmp(&b.conversions)) {
            let credit = self.with_ends(best);
            return Answer::new(question, &best.channel).with_detail(format!(
                "{credit} conversions by {model}, and tests found an effect"
            ));
        }
        let Some(best) = self.best() else {
            return Answer::new(question, "Nothing is credited");
        };
        let answer = format!("{} has most credit", best.channel);
        let sure = match self.is_surely_first(best) {
            true => "",
            false if self.main.channels.len() == 1 => "",
            false => ", not surely the most",
        };
        let caveat = match self.main.baseline {
            Some(_) => format!("of a channel {}", self.lacks(&best.channel)),
            None => "by a model that does not know the cause".to_owned(),
        };
        Answer::new(question, answer).with_detail(format!(
            "{} conversions by {model}{sure}, {caveat}",
            self.with_ends(best)
        ))
    }

    pub(crate) fn anyway(&self) -> Answer {
        let question = "What would have come anyway?";
        match anyway(self.table, self.main) {
            Some(Ok(share)) => {
                let model = format!("of conversions, by {}", self.main.model);
                let detail = match anyway_rests_on(self.main) {
                    text if text.is_empty() => model,
                    text => format!("{model}; {text}"),
                };
                Answer::new(question, share.to_string()).with_detail(detail)
            }
            Some(Err(reason)) => Answer::new(question, "Not told").with_detail(reason),
            None => Answer::new(question, "Not estimated")
                .with_detail(anyway_sentence(self.table, self.main)),
        }
    }

    pub(crate) fn change(&self) -> Answer {
        let question = "What to change?";
        let paid = self.grounds.paid();
        if self.table.totals().conversions == 0.0 {
            return Answer::new(question, "Not known").with_detail("there are no conversions");
        }
        if paid.len() < 2 {
            return Answer::new(question, "Not known")
                .with_detail("costs of two channels are needed");
        }
        let returns: Vec<Mark> = paid.iter().map(|channel| roas(channel)).collect();
        let Some((more, less)) = surely_apart(&returns) else {
            let detail = match returns.iter().filter_map(|mark| mark.interval()).count() {
                0 => "returns have no intervals: ask for a bootstrap",
                _ => "returns of channels cannot be told apart by their intervals",
            };
            return Answer::new(question, "Cannot be told").with_detail(detail);
        };
        let [high, low] = [more, less].map(|at| words::short(paid[at].roas.unwrap_or(f64::NAN)));
        let answer = format!("Less {}, more {}", paid[less].channel, paid[more].channel);
        let both = [less, more].map(|at| paid[at].channel.as_str());
        let untested = both.iter().any(|name| !self.grounds.is_found(name));
        if let Some(other) = self.says_otherwise(both).filter(|_| untested) {
            return Answer::new(question, "Cannot be told").with_detail(format!(
                "{} returns less than {} by {}, but not by {other}, and no test decides",
                both[0], both[1], self.main.model
            ));
        }
        let caveat = if untested {
            ", which no test confirms"
        } else {
            ""
        };
        Answer::new(question, answer).with_detail(format!(
            "{low} against {high} credited back for 1 spent{caveat}; a mix model says how much"
        ))
    }

    /// A model by which the first channel does not return less than the second.
    fn says_otherwise(&self, [less, more]: [&str; 2]) -> Option<&str> {
        let mut models = self.table.models().iter();
        let otherwise = models.find(|model| {
            let back = |name: &str| model.channel(name).and_then(|channel| channel.roas);
            back(less)
                .zip(back(more))
                .is_some_and(|(less, more)| less >= more)
        });
        otherwise.map(|model| model.model.as_str())
    }

    pub(crate) fn sure(&self) -> Answer {
        let question = "How sure is that?";
        let detail = match self.table.bootstrap() {
            Some(bootstrap) => format!(
                "{} intervals of {} replicates, which are chance alone",
                words::level(bootstrap.level()),
                bootstrap.replicates()
            ),
            None => "no intervals were asked for".to_owned(),
        };
        match least_alike(self.table) {
            Some((a, b, alike)) => {
                let word = if alike >= ALIKE {
                    "Methods agree"
                } else {
                    "Methods disagree"
                };
                let answer = format!("{word}: {}", words::percent(alike));
                let (a, b) = (&a.model, &b.model);
                Answer::new(question, answer).with_detail(format!(
                    "of credit lies on the same channels by {a} and {b}, the least of any two; {detail}"
                ))
            }
            None => Answer::new(question, "Not known").with_detail(detail),
        }
    }

    pub(crate) fn test_next(&self) -> Answer {
        let question = "What to test next?";
        let tested = |name: &str| self.grounds.is_tested(name) || self.grounds.is_assumed(name);
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
            .grounds
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

    /// What paid channels cost, and the value that they are credited with for it.
    fn cost_card(&self) -> Option<Card> {
        let channels = self.main.channels.iter();
        let paid = channels.filter(|channel| channel.cost.is_some_and(|cost| cost > 0.0));
        let (cost, value) = paid.fold((0.0, 0.0), |(cost, value), channel| {
            (cost + channel.cost.unwrap_or(0.0), value + channel.value)
        });
        let card = || Card::new("Cost", words::short(cost));
        // a log without values says nothing of what came back
        let has_values = self.table.totals().value > 0.0;
        (cost > 0.0).then(|| match has_values {
            true => {
                let back = words::short(value / cost);
                card().with_note(format!("{back} of value credited to paid channels for 1"))
            }
            false => card(),
        })
    }

    pub(crate) fn cards(&self) -> Vec<Card> {
        let totals = self.table.totals();
        let conversions = words::count(totals.conversions);
        let journeys = words::counted(totals.journeys, "journey", "journeys");
        let mut cards =
            vec![Card::new("Conversions", conversions).with_note(format!("of {journeys}"))];
        if totals.value > 0.0 {
            let each = totals.value / totals.conversions.max(1.0);
            cards.push(
                Card::new("Value", words::short(totals.value))
                    .with_note(format!("{} a conversion", words::short(each))),
            );
        }
        cards.extend(self.cost_card());
        cards.extend(self.anyway_card());
        if totals.conversions > 0.0 {
            let without = self.main.unattributed.conversions;
            let share = words::percent(without / totals.conversions);
            cards.push(Card::new("Unattributed", share).with_note(words::counted(
                without,
                "conversion",
                "conversions",
            )));
        }
        if let Some((a, b, alike)) = least_alike(self.table) {
            let note = format!("of credit at least, {} and {}", a.model, b.model);
            cards.push(Card::new("Methods agree on", words::percent(alike)).with_note(note));
        }
        cards
    }

    fn anyway_card(&self) -> Option<Card> {
        let name = "Without marketing";
        let model = &self.main.model;
        Some(match anyway(self.table, self.main)? {
            Ok(share) => {
                let note = match &share.ends {
                    Some(ends) => format!("{ends}, by {model}"),
                    None => format!("by {model}"),
                };
                Card::new(name, &share.part).with_note(note)
            }
            Err(_) => Card::new(name, "not told").with_note(format!("by {model}")),
        })
    }

    /// What page one says first.
    pub(crate) fn findings(&self) -> Vec<(String, String)> {
        let findings = [
            self.by_tests(),
            self.by_assumption(),
            self.more_than_cost(),
            self.alike(),
            self.overlap(),
        ];
        findings.into_iter().flatten().collect()
    }

    fn by_tests(&self) -> Option<(String, String)> {
        let tested = &self.main.calibration;
        let found = tested
            .iter()
            .filter(|row| self.grounds.is_found(&row.channel));
        let found: Vec<&str> = found.map(|row| row.channel.as_str()).collect();
        let finding = match found.as_slice() {
            [] if tested.is_empty() => return None,
            [] => "No test found an effect beyond chance".to_owned(),
            found => format!("Tests found an effect of {}", words::listed(found)),
        };
        let figures = tested.iter().map(|row| {
            let [tested, error] = [row.tested, row.tested_error].map(words::short);
            format!("{} {tested} (standard error {error})", row.channel)
        });
        let figures: Vec<String> = figures.take(3).collect();
        Some((
            finding,
            format!(
                "conversions: {}; found is a p-value below .05, adjusted for all channels tested",
                figures.join(", ")
            ),
        ))
    }

    fn by_assumption(&self) -> Option<(String, String)> {
        let assumed = self.grounds.assumed();
        let verb = if assumed.len() == 1 { "has" } else { "have" };
        let names = words::listed(&assumed);
        let figures = "they were named as following the wish to buy; no data say so".to_owned();
        let finding = format!("{names} {verb} no credit by assumption");
        (!assumed.is_empty()).then_some((finding, figures))
    }

    fn more_than_cost(&self) -> Option<(String, String)> {
        let paid = self.grounds.paid();
        let more = paid
            .into_iter()
            .filter(|channel| roas(channel).interval().is_some_and(|(low, _)| low > 1.0));
        let more: Vec<&str> = more.map(|channel| channel.channel.as_str()).collect();
        let (found, finding) = (
            more.iter().all(|name| self.grounds.is_found(name)),
            words::listed(&more),
        );
        let finding = match (more.as_slice(), found) {
            ([], _) => return None,
            ([_], true) => format!("{finding} pays back"),
            (_, true) => format!("{finding} pay back"),
            ([_], false) => format!("{finding} is credited with more than it costs"),
            (_, false) => format!("{finding} are credited with more than they cost"),
        };
        let figures = format!(
            "by {}, the whole interval of credited value for 1 spent lies above 1",
            self.main.model
        );
        Some((finding, figures))
    }

    fn alike(&self) -> Option<(String, String)> {
        let (a, b, alike) = least_alike(self.table)?;
        let first = words::sentence(&a.model);
        let alone = self.table.models().len() == 2;
        let finding = match (alike < ALIKE, alone) {
            (true, _) => format!("{first} and {} disagree", b.model),
            (false, true) => format!("{first} and {} agree", b.model),
            (false, false) => "All methods agree".to_owned(),
        };
        let share = words::percent(alike);
        let which = match alone {
            true => String::new(),
            false if alike < ALIKE => ", the least of any two methods".to_owned(),
            false => ", also the two that agree least".to_owned(),
        };
        let figures = format!("they place {share} of the credit on the same channels{which}");
        Some((finding, figures))
    }

    /// The two channels with the most credit, where their intervals overlap.
    fn overlap(&self) -> Option<(String, String)> {
        let channels = self.main.channels.iter();
        let mut order: Vec<&ChannelCredit> = channels
            .filter(|channel| channel.conversions > 0.0)
            .collect();
        order.sort_by(|a, b| b.conversions.total_cmp(&a.conversions));
        let [first, second] = [*order.first()?, *order.get(1)?];
        let overlap = first.conversions_low? < second.conversions_high?;
        let [one, other] = [first, second].map(|channel| self.with_ends(channel));
        overlap.then(|| {
            (
                format!(
                    "{} and {} cannot be told apart",
                    first.channel, second.channel
                ),
                format!("{one} and {other} conversions"),
            )
        })
    }

    /// What page one says where there is room for it.
    pub(crate) fn without_tests(&self) -> Option<(String, String)> {
        self.main.baseline?;
        let untested = self.grounds.untested();
        let names = words::listed(&untested);
        let figures = "the credit is what the log shows, be it cause or habit".to_owned();
        (!untested.is_empty()).then(|| (format!("No test tells what {names} caused"), figures))
    }
}
