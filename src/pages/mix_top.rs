//! What a mix model says on page one.

use crate::mix::posterior::{ChannelSummary, Posterior, PosteriorDraw};
use crate::pages::mix_returns::pays_back;
use crate::pages::words;
use crate::report::html::{Answer, Card};
use crate::stats::Estimate;

/// A mix model in sentences.
pub(crate) struct MixTop<'a> {
    model: &'a Posterior,
    channels: Vec<ChannelSummary>,
    /// What media brought of the KPI, 0 to 1.
    share: Option<Estimate>,
}

impl<'a> MixTop<'a> {
    pub(crate) fn new(model: &'a Posterior) -> Self {
        Self {
            model,
            channels: model.channels(),
            share: media_share(model),
        }
    }

    fn percents(estimate: &Estimate) -> String {
        let [value, low, high] =
            [estimate.value(), estimate.low(), estimate.high()].map(words::percent);
        format!("{value} ({low} to {high})")
    }

    pub(crate) fn headline(&self) -> String {
        match &self.share {
            Some(share) => format!("Media brought {} of the KPI", Self::percents(share)),
            None => format!("Media brought {}", words::short(self.brought())),
        }
    }

    fn brought(&self) -> f64 {
        self.channels
            .iter()
            .map(|channel| channel.contribution.value())
            .sum()
    }

    /// The channel with the largest return, of those that surely pay back if there are any.
    fn best(&self) -> Option<(&ChannelSummary, Estimate)> {
        let sure = self.channels.iter().any(pays_back);
        let paid = self
            .channels
            .iter()
            .filter(|channel| !sure || pays_back(channel));
        let paid = paid.filter_map(|channel| Some((channel, channel.roi?)));
        paid.max_by(|a, b| a.1.value().total_cmp(&b.1.value()))
    }

    pub(crate) fn worked(&self) -> Answer {
        let question = "What worked?";
        match self.best() {
            Some((channel, roi)) => {
                let ends = words::interval(&roi, words::short);
                Answer::new(question, &channel.channel).with_detail(format!(
                    "{} back for 1 spent ({ends})",
                    words::short(roi.value())
                ))
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
                Answer::new(question, format!("{rest} of the KPI"))
                    .with_detail(format!("90 %: {} to {}", ends[0], ends[1]))
            }
            None => Answer::new(question, "Not known"),
        }
    }

    pub(crate) fn change(&self) -> Answer {
        let question = "What to change?";
        let next = |channel: &ChannelSummary| channel.marginal_roi.map(|roi| roi.value());
        let known = || {
            self.channels
                .iter()
                .filter_map(|channel| Some((channel, next(channel)?)))
        };
        let most = known().max_by(|a, b| a.1.total_cmp(&b.1));
        let least = known().min_by(|a, b| a.1.total_cmp(&b.1));
        match (most, least) {
            (Some((more, high)), Some((less, low))) if more.channel != less.channel => {
                let [high, low] = [high, low].map(words::short);
                Answer::new(
                    question,
                    format!("Less {}, more {}", less.channel, more.channel),
                )
                .with_detail(format!("the next unit brings {low} there and {high} here"))
            }
            _ => {
                Answer::new(question, "Not known").with_detail("two channels with spend are needed")
            }
        }
    }

    pub(crate) fn sure(&self) -> Answer {
        let (sure, all) = (
            self.channels
                .iter()
                .filter(|channel| pays_back(channel))
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
            format!("{sure} of {all} surely pay back"),
        )
        .with_detail(match weak {
            0 => "at 90 %; the data inform every channel".to_owned(),
            _ => format!("at 90 %; the data hardly inform {weak}"),
        })
    }

    pub(crate) fn test_next(&self) -> Answer {
        let question = "What to test next?";
        let wide = |channel: &ChannelSummary| {
            channel
                .roi
                .map_or(0.0, |roi| (roi.high() - roi.low()) * channel.spend)
        };
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
                "its effect is open by {}, the most of all untested",
                words::short(wide(channel))
            )),
            None => Answer::new(question, "All channels are tested"),
        }
    }

    pub(crate) fn cards(&self) -> Vec<Card> {
        let fit = self.model.fit_statistics();
        let kpi: f64 = self.model.panel().kpi().iter().sum();
        let periods = self.model.panel().periods();
        let mut cards =
            vec![Card::new("KPI", words::short(kpi)).with_note(format!("{periods} periods"))];
        if let Some(share) = &self.share {
            cards.push(
                Card::new("Media share", words::percent(share.value()))
                    .with_note(words::interval(share, words::percent)),
            );
        }
        let spend: f64 = self.channels.iter().map(|channel| channel.spend).sum();
        if spend > 0.0 {
            cards.push(
                Card::new("Return on spend", words::short(self.brought() / spend))
                    .with_note(format!("{} spent", words::short(spend))),
            );
        }
        let note = format!("MAPE {}", words::percent(fit.mape));
        cards.push(Card::new("Fit, R\u{b2}", format!("{:.2}", fit.r2)).with_note(note));
        cards
    }

    pub(crate) fn findings(&self) -> Vec<(String, String)> {
        let names = |keep: &dyn Fn(&&ChannelSummary) -> bool| {
            let kept = self.channels.iter().filter(|channel| keep(channel));
            kept.map(|channel| channel.channel.as_str())
                .collect::<Vec<_>>()
        };
        let mut findings = Vec::new();
        let pays = names(&|channel| pays_back(channel));
        if !pays.is_empty() {
            let verb = if pays.len() == 1 { "pays" } else { "pay" };
            let figures = "the whole 90 % interval of the return lies above break-even";
            findings.push((
                format!("{} {verb} back", words::listed(&pays)),
                figures.to_owned(),
            ));
        }
        let loses = names(&|channel| channel.roi.is_some_and(|roi| roi.high() < 1.0));
        if !loses.is_empty() {
            let verb = if loses.len() == 1 { "does" } else { "do" };
            let figures = "the whole 90 % interval of the return lies below break-even";
            findings.push((
                format!("{} {verb} not pay back", words::listed(&loses)),
                figures.to_owned(),
            ));
        }
        let weak = names(&|channel| channel.weakly_identified);
        if !weak.is_empty() {
            let figures = "the data hardly inform their figures: a test would";
            findings.push((
                format!("{}: mostly what was believed before", words::listed(&weak)),
                figures.to_owned(),
            ));
        }
        findings
    }

    pub(crate) fn channels(&self) -> &[ChannelSummary] {
        &self.channels
    }
}

/// What media brought of all that was expected, by draws; none where that is nothing.
fn media_share(model: &Posterior) -> Option<Estimate> {
    let share = |draw: &PosteriorDraw| {
        let parts = model.decomposition_by(draw).ok()?;
        let all: f64 = parts.prediction().iter().sum();
        let media: f64 = parts.totals().iter().sum();
        (all > 0.0).then(|| media / all)
    };
    let shares: Option<Vec<f64>> = model.draws().iter().map(share).collect();
    shares.map(|shares| model.estimate(&shares))
}
