//! What a mix model says on page one.

use crate::mix::estimate::HoldoutRow;
use crate::mix::posterior::{ChannelSummary, Posterior, PosteriorDraw};
use crate::pages::apart::surely_apart;
use crate::pages::kpi_name::KpiName;
use crate::pages::mix_checks::held_out;
use crate::pages::mix_returns::{mostly_prior, pays_back};
use crate::pages::words;
use crate::report::chart::Mark;
use crate::report::html::{Answer, Card};
use crate::stats::Estimate;

/// A mix model in sentences.
pub(crate) struct MixTop<'a> {
    model: &'a Posterior,
    channels: Vec<ChannelSummary>,
    /// What media brought of the KPI, 0 to 1; none where the rest has another sign.
    share: Option<Estimate>,
    /// What would have come without media, in the unit of the KPI.
    without: Option<Estimate>,
    kpi: KpiName,
    /// Each channel's return before the data, where it is known.
    prior: &'a [Option<Estimate>],
    holdout: &'a [HoldoutRow],
}

impl<'a> MixTop<'a> {
    pub(crate) fn new(model: &'a Posterior, kpi: &KpiName) -> Self {
        let (share, without) = media_share(model);
        Self {
            model,
            channels: model.channels(),
            share,
            without,
            kpi: kpi.of(model),
            prior: &[],
            holdout: &[],
        }
    }

    /// The same with each channel's return before the data.
    pub(crate) fn with_prior(self, prior: &'a [Option<Estimate>]) -> Self {
        Self { prior, ..self }
    }

    /// The same with the errors on periods held out.
    pub(crate) fn with_holdout(self, holdout: &'a [HoldoutRow]) -> Self {
        Self { holdout, ..self }
    }

    fn percents(estimate: &Estimate) -> String {
        let [value, low, high] =
            [estimate.value(), estimate.low(), estimate.high()].map(words::percent);
        format!("{value} ({low} to {high})")
    }

    pub(crate) fn headline(&self) -> String {
        match &self.share {
            Some(share) => format!(
                "Media brought {} of {}",
                Self::percents(share),
                self.kpi.the()
            ),
            None => format!("Media brought {}", words::short(self.brought())),
        }
    }

    fn brought(&self) -> f64 {
        self.channels
            .iter()
            .map(|channel| channel.contribution.value())
            .sum()
    }

    pub(crate) const fn kpi(&self) -> &KpiName {
        &self.kpi
    }

    /// Whether a channel surely did what is asked of it: paid back, or where returns are not in
    /// money, brought something.
    fn works(&self, channel: &ChannelSummary) -> bool {
        match self.kpi.in_money {
            true => pays_back(channel),
            false => !channel.weakly_identified && channel.roi.is_some_and(|roi| roi.low() > 0.0),
        }
    }

    /// The channel with the largest return, of those that surely work if there are any; and whether
    /// it does.
    fn best(&self) -> Option<(&ChannelSummary, Estimate, bool)> {
        let sure = self.channels.iter().any(|channel| self.works(channel));
        let paid = self
            .channels
            .iter()
            .filter(|channel| !sure || self.works(channel));
        let paid = paid.filter_map(|channel| Some((channel, channel.roi?, sure)));
        paid.max_by(|a, b| a.1.value().total_cmp(&b.1.value()))
    }

    /// A return with its interval, in words.
    fn back(&self, roi: &Estimate) -> String {
        let what = match self.kpi.in_money {
            true => "back".to_owned(),
            false => format!("of {}", self.kpi.the()),
        };
        let ends = words::interval(roi, words::short);
        format!("{} {what} for 1 spent ({ends})", words::short(roi.value()))
    }

    pub(crate) fn worked(&self) -> Answer {
        let question = "What worked?";
        match self.best() {
            Some((channel, roi, true)) => {
                Answer::new(question, &channel.channel).with_detail(self.back(&roi))
            }
            Some((channel, roi, false)) => {
                let nothing = match self.kpi.in_money {
                    true => "Nothing surely pays back",
                    false => "Nothing surely brings anything",
                };
                let best = format!("the most by {}: {}", channel.channel, self.back(&roi));
                Answer::new(question, nothing).with_detail(best)
            }
            None => Answer::new(question, "Not known").with_detail("no channel has spend"),
        }
    }

    pub(crate) fn anyway(&self) -> Answer {
        let question = "What would have come anyway?";
        match &self.share {
            Some(share) => {
                let rest = words::percent(1.0 - share.value());
                let ends = [1.0 - share.high(), 1.0 - share.low()].map(words::percent);
                Answer::new(question, format!("{rest} of {}", self.kpi.the()))
                    .with_detail(format!("90 %: {} to {}", ends[0], ends[1]))
            }
            None => match &self.without {
                Some(without) => {
                    let answer = format!("{} of {}", words::short(without.value()), self.kpi.the());
                    let ends = words::interval(without, words::short);
                    Answer::new(question, answer)
                        .with_detail(format!("an amount, since parts differ in sign; {ends}"))
                }
                None => Answer::new(question, "Not known"),
            },
        }
    }

    pub(crate) fn change(&self) -> Answer {
        let question = "What to change?";
        let known: Vec<(&ChannelSummary, Estimate)> = self
            .channels
            .iter()
            .filter(|channel| !channel.weakly_identified)
            .filter_map(|channel| Some((channel, channel.marginal_roi?)))
            .collect();
        if known.len() < 2 {
            return Answer::new(question, "Not known")
                .with_detail("two channels with spend that the data inform are needed");
        }
        let marks: Vec<Mark> = known.iter().map(|(_, roi)| (*roi).into()).collect();
        let Some((more, less)) = surely_apart(&marks) else {
            return Answer::new(question, "Cannot be told")
                .with_detail("the next units of channels cannot be told apart at 90 %");
        };
        let written = |at: usize| {
            let roi = &known[at].1;
            let ends = words::ends(roi.low(), roi.high(), words::short);
            format!("{} ({ends})", words::short(roi.value()))
        };
        let [more_name, less_name] = [more, less].map(|at| &known[at].0.channel);
        Answer::new(question, format!("Less {less_name}, more {more_name}")).with_detail(format!(
            "the next unit brings {} there and {} here",
            written(less),
            written(more)
        ))
    }

    pub(crate) fn sure(&self) -> Answer {
        let (sure, all) = (
            self.channels
                .iter()
                .filter(|channel| self.works(channel))
                .count(),
            self.channels
                .iter()
                .filter(|channel| channel.roi.is_some())
                .count(),
        );
        let weak = self
            .channels
            .iter()
            .filter(|channel| channel.weakly_identified)
            .count();
        Answer::new(
            "How sure is that?",
            match self.kpi.in_money {
                true => format!("{sure} of {all} surely pay back"),
                false => format!("{sure} of {all} surely bring something"),
            },
        )
        .with_detail({
            let data = match weak {
                0 => "at 90 %; the data inform every channel".to_owned(),
                _ => format!("at 90 %; the data hardly inform {weak}"),
            };
            match held_out(self.model.fit_statistics().mape, self.holdout) {
                None => data,
                Some(_) => format!("{data}, but periods held out are predicted worse"),
            }
        })
    }

    pub(crate) fn test_next(&self) -> Answer {
        let question = "What to test next?";
        let brought = |channel: &ChannelSummary| channel.contribution;
        let wide = |channel: &ChannelSummary| brought(channel).high() - brought(channel).low();
        let tested: Vec<String> = self
            .model
            .lift_report()
            .into_iter()
            .map(|test| test.channel)
            .collect();
        let untested = self
            .channels
            .iter()
            .filter(|channel| !tested.contains(&channel.channel));
        match untested.max_by(|a, b| wide(a).total_cmp(&wide(b))) {
            Some(channel) => Answer::new(question, &channel.channel).with_detail(format!(
                "what it brought is least sure of all untested: {} to {}",
                words::short(brought(channel).low()),
                words::short(brought(channel).high())
            )),
            None => match self.channels.iter().find(|one| one.weakly_identified) {
                Some(weak) => Answer::new(question, &weak.channel)
                    .with_detail("its tests leave open what it brought: a larger one"),
                None => Answer::new(question, "All channels are tested"),
            },
        }
    }

    pub(crate) fn cards(&self) -> Vec<Card> {
        let fit = self.model.fit_statistics();
        let kpi: f64 = self.model.panel().kpi().iter().sum();
        let periods = self.model.panel().periods();
        let mut cards = vec![
            Card::new(self.kpi.label(), words::short(kpi)).with_note(format!("{periods} periods")),
        ];
        if let Some(share) = &self.share {
            cards.push(
                Card::new("Media share", words::percent(share.value()))
                    .with_note(words::interval(share, words::percent)),
            );
        }
        cards.extend(self.return_card());
        let unknown = || words::UNKNOWN.to_owned();
        let off = |mape: Option<f64>| mape.map_or_else(unknown, words::percent);
        let note = match self.holdout.last() {
            None => format!("MAPE {}", off(fit.mape)),
            Some(row) => {
                let later = off(row.errors.mape);
                format!("MAPE {}, held out {later}", off(fit.mape))
            }
        };
        let r2 = fit.r2.map_or_else(unknown, |r2| format!("{r2:.2}"));
        cards.push(Card::new("Fit, R\u{b2}", r2).with_note(note));
        cards
    }

    /// What all spend brought back, in the unit of each channel's return.
    fn return_card(&self) -> Option<Card> {
        let paid = || {
            let channels = self.channels.iter();
            channels.filter_map(|channel| Some((channel.spend, channel.roi?.value())))
        };
        let spend: f64 = paid().map(|(spend, _)| spend).sum();
        let back: f64 = paid().map(|(spend, roi)| spend * roi).sum();
        let name = match self.kpi.in_money {
            true => "Return on spend".to_owned(),
            false => self.kpi.return_unit(),
        };
        (spend > 0.0).then(|| {
            Card::new(name, words::short(back / spend))
                .with_note(format!("{} spent", words::short(spend)))
        })
    }

    pub(crate) fn findings(&self) -> Vec<(String, String)> {
        let names = |keep: &dyn Fn(&&ChannelSummary) -> bool| {
            let kept = self.channels.iter().filter(|channel| keep(channel));
            kept.map(|channel| channel.channel.as_str())
                .collect::<Vec<_>>()
        };
        let mut findings = Vec::new();
        let pays = names(&|channel| self.kpi.in_money && pays_back(channel));
        if !pays.is_empty() {
            let verb = if pays.len() == 1 { "pays" } else { "pay" };
            let figures = "the whole 90 % interval of the return lies above break-even";
            findings.push((
                format!("{} {verb} back", words::listed(&pays)),
                figures.to_owned(),
            ));
        }
        let loses =
            names(&|channel| self.kpi.in_money && channel.roi.is_some_and(|roi| roi.high() < 1.0));
        if !loses.is_empty() {
            let verb = if loses.len() == 1 { "does" } else { "do" };
            let figures = "the whole 90 % interval of the return lies below break-even";
            findings.push((
                format!("{} {verb} not pay back", words::listed(&loses)),
                figures.to_owned(),
            ));
        }
        let prior = mostly_prior(&self.channels, self.prior);
        if !prior.is_empty() {
            let verb = if prior.len() == 1 { "says" } else { "say" };
            findings.push((
                format!(
                    "{} {verb} mostly what was believed before",
                    words::listed(&prior)
                ),
                "the data took away less than half of the variance that the prior had".to_owned(),
            ));
        }
        findings.extend(self.told_apart());
        findings.extend(self.falls());
        let weak = names(&|channel| channel.weakly_identified);
        if !weak.is_empty() {
            let figures = "the 90 % interval of what it brought holds 0, or is wider than the \
                           figure itself: a test would tell";
            findings.push((
                format!("{}: hardly informed by the data", words::listed(&weak)),
                figures.to_owned(),
            ));
        }
        findings
    }

    /// Which channel surely returns more than another, or that none does.
    fn told_apart(&self) -> Option<(String, String)> {
        let known: Vec<(&str, Estimate)> = self
            .channels
            .iter()
            .filter(|channel| !channel.weakly_identified)
            .filter_map(|channel| Some((channel.channel.as_str(), channel.roi?)))
            .collect();
        let marks: Vec<Mark> = known.iter().map(|(_, roi)| (*roi).into()).collect();
        let written = |at: usize| {
            let (name, roi) = &known[at];
            let ends = words::ends(roi.low(), roi.high(), words::short);
            format!("{name} {} ({ends})", words::short(roi.value()))
        };
        match surely_apart(&marks) {
            Some((more, less)) => Some((
                format!("{} returns more than {}", known[more].0, known[less].0),
                format!("for 1 spent, 90 %: {}, {}", written(more), written(less)),
            )),
            None if known.len() > 1 => Some((
                "Channels cannot be told apart by what they return".to_owned(),
                "their 90 % intervals overlap".to_owned(),
            )),
            None => None,
        }
    }

    /// The channels whose next unit surely brings less than their spend as a whole.
    fn falls(&self) -> Option<(String, String)> {
        let falls = self.channels.iter().filter(|channel| {
            let both = channel.roi.zip(channel.marginal_roi);
            !channel.weakly_identified && both.is_some_and(|(all, next)| next.high() < all.low())
        });
        let names: Vec<&str> = falls.map(|channel| channel.channel.as_str()).collect();
        (!names.is_empty()).then(|| {
            (
                format!(
                    "More spend on {} brings less than it did",
                    words::listed(&names)
                ),
                "the 90 % interval of the next unit's return lies below that of all spend"
                    .to_owned(),
            )
        })
    }

    pub(crate) fn channels(&self) -> &[ChannelSummary] {
        &self.channels
    }
}

/// What media brought of all that was expected, by draws, and what all else did; no share where the
/// two differ in sign in the mean, or in any draw the whole is nothing or less.
fn media_share(model: &Posterior) -> (Option<Estimate>, Option<Estimate>) {
    let sums = |draw: &PosteriorDraw| {
        let parts = model.decomposition_by(draw).ok()?;
        let all: f64 = parts.prediction().iter().sum();
        let media: f64 = parts.totals().iter().sum();
        Some((media, all))
    };
    let Some(sums) = model.draws().iter().map(sums).collect::<Option<Vec<_>>>() else {
        return (None, None);
    };
    let rest: Vec<f64> = sums.iter().map(|(media, all)| all - media).collect();
    let share = |(media, all): &(f64, f64)| (*all > 0.0).then(|| media / all);
    let shares: Option<Vec<f64>> = sums.iter().map(share).collect();
    let share = shares.map(|shares| model.estimate(&shares));
    let share = share.filter(|share| words::share(share.value(), 1.0).is_some());
    (share, Some(model.estimate(&rest)))
}

#[cfg(test)]
mod tests;
