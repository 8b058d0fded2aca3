//! A chart of every kind from the same names and amounts.

use mixtouch::report::chart::{
    Area, Bars, Chart, Dumbbell, Flow, FlowNode, Forest, HeatMap, Histogram, Lines, Mark, Measure,
    ResponseCurve, Scatter, Size, Sparkline, Waterfall,
};
use mixtouch::report::html::{Answer, Card, Chapter, Check, Page, PageTable, Verdict};
use mixtouch::report::{Cell, Table};

/// Names and amounts that charts are drawn of.
pub(crate) struct Data {
    pub(crate) names: Vec<String>,
    pub(crate) amounts: Vec<f64>,
}

impl Data {
    /// Twelve channels as a business has them.
    pub(crate) fn usual() -> Self {
        let names = [
            "Paid search brand",
            "Paid search generic",
            "Meta prospecting",
            "Meta retargeting",
            "YouTube",
            "Connected TV",
            "Linear TV",
            "Email",
            "Affiliate",
            "Organic search",
            "Direct",
            "TikTok",
        ];
        Self {
            names: names.map(String::from).to_vec(),
            amounts: (0..12)
                .map(|at| 40.0 - 3.0 * at as f64 + (at % 3) as f64 * 7.0)
                .collect(),
        }
    }

    /// Names of others, and amounts that are none.
    pub(crate) fn odd() -> Self {
        let names = [
            "x".to_owned(),
            "W".repeat(80),
            "a name of eighty letters in words that go on and on until the line is quite over"
                .into(),
            "<script>alert(1)</script>".into(),
            "\" onload=\"alert(1)".into(),
            "]]>&amp;".into(),
            "\u{5d7}\u{5d9}\u{5e4}\u{5d5}\u{5e9} \u{5de}\u{5de}\u{5d5}\u{5de}\u{5df}".into(),
            "\u{202e}gnp.exe\u{0}".into(),
            "\u{1f600}\u{1f680} emoji \u{2764}\u{fe0f}".into(),
            "=cmd|' /C calc'!A0".into(),
            "-1+cmd|' /C calc'!A0".into(),
            "".into(),
            "\u{6e20}\u{9053}".into(),
        ];
        let amounts = [
            0.0,
            -3.5,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1e300,
            -1e300,
            5e-324,
            1.0,
            12_345_678.9,
            -0.0,
            2.5,
            f64::MAX,
        ];
        Self {
            names: names.to_vec(),
            amounts: amounts.to_vec(),
        }
    }

    /// So many channels.
    pub(crate) fn many(count: usize) -> Self {
        Self {
            names: (1..=count).map(|at| format!("Channel {at}")).collect(),
            amounts: (0..count).map(|at| (at * 37 % 41) as f64 + 0.5).collect(),
        }
    }

    fn marks(&self, factor: f64) -> impl Iterator<Item = Mark> + '_ {
        self.amounts.iter().map(move |x| {
            let (value, half) = (factor * x, 0.3 * (factor * x).abs() + 1.0);
            Mark::new(value).with_interval(value - half, value + half)
        })
    }

    /// A chart of every kind.
    pub(crate) fn charts(&self) -> Vec<Chart> {
        let names = || self.names.iter().cloned();
        let sum = Measure::new("conversions").with_digits(1);
        let title = |kind: &str| format!("{kind}: {}", self.names[0]);
        let plain = || self.amounts.iter().copied();
        let mut charts = vec![
            Chart::new(
                title("bars"),
                Bars::new(sum.clone(), names())
                    .with_series("Markov", self.marks(1.0))
                    .with_series("Last touch", self.marks(0.6)),
            ),
            Chart::new(
                title("one series"),
                Bars::new(sum.clone(), names()).with_series("", self.marks(1.0)),
            ),
            Chart::new(
                title("forest"),
                Forest::new(Measure::new("return on spend"), names())
                    .with_series("", self.marks(0.1))
                    .with_reference(1.0, "break-even"),
            )
            .with_size(Size::Half),
            Chart::new(
                title("dumbbell"),
                Dumbbell::new(Measure::share("share"), names())
                    .with_sides(("spend", self.marks(0.01)), ("effect", self.marks(0.02))),
            )
            .with_size(Size::Half),
        ];
        let waterfall = self.names.iter().zip(plain()).fold(
            Waterfall::new(sum.clone()).with_level("baseline", 100.0),
            |waterfall, (name, amount)| waterfall.with_change(name, 20.0 - amount),
        );
        charts.push(Chart::new(title("waterfall"), waterfall).with_size(Size::Half));
        let curve = ResponseCurve::new(Measure::new("spend").with_unit("EUR"), sum.clone())
            .with_points(
                self.marks(1.0)
                    .enumerate()
                    .map(|(at, mark)| (at as f64, mark)),
            )
            .with_dot("now", 3.0)
            .with_dot("planned", 5.5);
        charts.push(Chart::new(title("response"), curve).with_size(Size::Third));
        let histogram = plain().enumerate().fold(
            Histogram::new(Measure::new("days").with_digits(0), sum.clone()),
            |histogram, (at, amount)| histogram.with_bin(at as f64, at as f64 + 1.0, amount),
        );
        charts.push(Chart::new(title("histogram"), histogram).with_size(Size::Third));
        let scatter = self.names.iter().zip(plain()).enumerate().fold(
            Scatter::new(sum.clone(), Measure::new("value")),
            |scatter, (at, (name, amount))| match at {
                2 => scatter.with_chosen(name, amount, at as f64),
                _ => scatter.with_point(
                    name,
                    Mark::new(amount).with_interval(amount - 2.0, amount + 2.0),
                    at as f64,
                ),
            },
        );
        charts.push(Chart::new(title("scatter"), scatter.with_diagonal()).with_size(Size::Third));
        charts.extend(self.over_time(&sum));
        charts.extend(self.matrices(&sum));
        charts.push(Chart::new(
            title("spark"),
            Sparkline::new(sum, names(), self.marks(1.0)),
        ));
        charts
    }

    fn over_time(&self, sum: &Measure) -> Vec<Chart> {
        let weeks: Vec<String> = (0..104)
            .map(|week| format!("2024-W{:02}", week + 1))
            .collect();
        let size = |week: usize| self.amounts[week % self.amounts.len()] + week as f64 / 4.0;
        let band = (0..104)
            .map(|week| Mark::new(size(week)).with_interval(size(week) - 9.0, size(week) + 9.0));
        let lines = Lines::new(sum.clone(), weeks.clone())
            .with_series("expected", band)
            .with_series(
                "actual",
                (0..91)
                    .filter(|week| week % 10 != 3)
                    .map(|week| size(week) + 3.0),
            )
            .with_divider(91, "forecast");
        let area = self.names.iter().zip(&self.amounts).enumerate();
        let area = area.fold(
            Area::new(sum.clone(), weeks),
            |area, (at, (name, amount))| {
                let wave = move |week: usize| amount * (1.0 + ((week + 9 * at) % 26) as f64 / 26.0);
                let sign = if at == 3 { -1.0 } else { 1.0 };
                area.with_layer(name, (0..104).map(move |week| sign * wave(week)))
            },
        );
        vec![
            Chart::new(format!("lines: {}", self.names[0]), lines),
            Chart::new(format!("area: {}", self.names[0]), area),
        ]
    }

    fn matrices(&self, sum: &Measure) -> Vec<Chart> {
        let names = || self.names.iter().cloned();
        let count = self.names.len();
        let map = self.names.iter().enumerate().fold(
            HeatMap::new(sum.clone(), names()),
            |map, (row, name)| {
                let fields = (0..count).map(|at| (at <= row).then(|| self.amounts[at] - 10.0));
                map.with_row(name, fields)
            },
        );
        let nodes = || {
            let quiet = FlowNode::quiet("no conversion");
            names()
                .map(FlowNode::new)
                .chain([FlowNode::new("conversion"), quiet])
        };
        let mut flow = Flow::new(sum.clone());
        for stage in ["1st touch", "2nd touch", "3rd touch"] {
            flow = flow.with_stage(stage, nodes());
        }
        flow = flow.with_stage("outcome", nodes().skip(count));
        for stage in 0..2 {
            for from in 0..count {
                for to in 0..count + 2 {
                    let share = ((from * 7 + to * 3) % 11) as f64 / (11.0 + 30.0 * stage as f64);
                    flow = flow.with_link(stage, from, to, share * self.amounts[from]);
                }
            }
        }
        for from in 0..count {
            for to in 0..2 {
                flow = flow.with_link(2, from, to, self.amounts[from] / (2.0 + to as f64));
            }
        }
        vec![
            Chart::new(format!("heat map: {}", self.names[0]), map),
            Chart::new(format!("flow: {}", self.names[0]), flow),
        ]
    }

    /// A page with all of it.
    pub(crate) fn page(&self) -> Page {
        let rows = self.names.iter().zip(self.marks(0.1));
        let rows = rows.map(|(name, mark)| {
            let cell = Cell::number(mark.value(), 2);
            let cell = match mark.interval() {
                Some((low, high)) => cell.with_interval(low, high),
                None => cell,
            };
            [name.into(), cell, Cell::number(f64::NAN, 1), Cell::MISSING]
        });
        let table = Table::new(["channel", "ROI (90 %)", "NaN", ""]).with_rows(rows);
        let course = Sparkline::new(Measure::new("sales"), ["a", "b", "c"], [3.0, 5.0, 4.0]);
        Page::new(format!(
            "Media brought 31 % of revenue; {} leads",
            self.names[0]
        ))
        .with_about("Made-up figures")
        .with_chip("period", "2024")
        .with_chip("channel", &self.names[1 % self.names.len()])
        .with_card(
            Card::new("Revenue", "48.2M")
                .with_note("104 weeks")
                .with_course(course),
        )
        .with_card(Card::new(&self.names[0], "2.4").with_note("90 %: 2.1 to 2.8"))
        .with_answer(Answer::new("What worked?", &self.names[0]).with_detail("3.1 back for 1"))
        .with_answer(Answer::new("What next?", "Test radio"))
        .with_finding(
            format!("{} pays back", self.names[0]),
            "its interval lies above 1",
        )
        .with_table(PageTable::new("Channels", table).with_forest(1, Some(1.0)))
        .with_check(Check::new(Verdict::Good, "The chains agree"))
        .with_check(Check::new(Verdict::Watch, &self.names[0]).with_action("Test it"))
        .with_check(Check::new(Verdict::Bad, "The log lacks persons").with_action("Join ids"))
        .with_chapter(Chapter::new("Every kind").with_charts(self.charts()))
        .with_chapter(Chapter::new(&self.names[0]).with_text("A paragraph."))
    }
}
