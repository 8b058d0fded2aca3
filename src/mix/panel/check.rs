//! What is worth knowing about a panel before a model is fitted to it.

use crate::linalg::dot::dot_in_order;
use crate::linalg::gram_schmidt::project_out;
use crate::mix::panel::build::Panel;
use crate::mix::panel::column::Channel;
use crate::mix::panel::finding::Finding;

/// Correlation above which two channels are said to move together.
const TOGETHER: f64 = 0.8;
/// Variance inflation above which a channel is said to be explained by the others.
const INFLATED: f64 = 10.0;
/// The most columns that are compared with each other.
const MOST_COMPARED: usize = 1_000;
/// The most multiplications of a comparison: some seconds.
const MOST_WORK: f64 = 1e10;
const FEW_ACTIVE: usize = 5;
const SMALL_SHARE: f64 = 0.005;
/// Times the next largest from which a period stands out, in a geo with at least so many active ones.
const FAR_ABOVE: f64 = 20.0;
const USUAL_ACTIVE: usize = 8;

impl Panel {
    /// Looks the columns over: constant, duplicate, collinear or rarely active ones. Whether there
    /// are rows enough depends on the model: [`MixSpecification::check`](crate::mix::specification::MixSpecification::check).
    ///
    /// ```
    /// use mixtouch::mix::panel::Panel;
    ///
    /// let dates = (0..8).map(|week| mixtouch::Day::new(19_723 + 7 * week)).collect::<Result<Vec<_>, _>>()?;
    /// let panel = Panel::national(dates, vec![1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 3.0, 2.0])?.with_channel("tv", vec![0.0; 8])?;
    /// assert_eq!(panel.check()[0].to_string(), "tv is zero in every row");
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn check(&self) -> Vec<Finding> {
        let columns = self.varying_columns();
        let mut findings = self.flat_columns();
        let few = columns.len() <= MOST_COMPARED;
        if few && pair_work(&columns) <= MOST_WORK {
            findings.extend(pairs(&columns));
        }
        if few && inflation_work(&columns) <= MOST_WORK {
            findings.extend(inflation(&columns));
        } else {
            findings.push(Finding::NotCompared {
                columns: columns.len(),
            });
        }
        findings.extend(self.activity_findings());
        findings
    }

    fn named_columns(&self) -> impl Iterator<Item = (&str, &[f64], bool)> {
        let channels = self
            .channels
            .iter()
            .map(|c| (c.name.as_str(), c.activity(), true));
        channels.chain(
            self.controls
                .iter()
                .map(|c| (c.name.as_str(), c.values.as_slice(), false)),
        )
    }

    fn flat_columns(&self) -> Vec<Finding> {
        let kpi = [("kpi", self.kpi.as_slice(), false)];
        let flat = kpi
            .into_iter()
            .chain(self.named_columns())
            .filter(|(_, v, _)| v.iter().all(|x| *x == v[0]));
        flat.map(|(name, v, _)| match v[0] {
            0.0 => Finding::AllZero {
                column: name.into(),
            },
            _ => Finding::Constant {
                column: name.into(),
            },
        })
        .collect()
    }

    /// The columns that vary, centred within each geo and scaled to length 1.
    fn varying_columns(&self) -> Vec<(String, Vec<f64>, bool)> {
        let columns = self.named_columns().map(|(name, values, media)| {
            let mut centred = values.to_vec();
            for geo in centred.chunks_mut(self.periods()) {
                let mean = geo.iter().sum::<f64>() / geo.len() as f64;
                geo.iter_mut().for_each(|v| *v -= mean);
            }
            let size = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
            let length = centred.iter().map(|v| v * v).sum::<f64>().sqrt();
            let varies = length > 1e-12 * size * (values.len() as f64).sqrt();
            centred.iter_mut().for_each(|v| *v /= length);
            (name.to_owned(), centred, media, varies)
        });
        columns
            .filter(|c| c.3)
            .map(|(name, values, media, _)| (name, values, media))
            .collect()
    }

    fn activity_findings(&self) -> Vec<Finding> {
        let total: f64 = self.channels.iter().flat_map(|c| &c.spend).sum();
        let mut findings = vec![];
        for channel in &self.channels {
            let rows = channel.activity().iter().filter(|x| **x > 0.0).count();
            let share = channel.spend.iter().sum::<f64>() / total;
            if (1..FEW_ACTIVE).contains(&rows) {
                findings.push(Finding::RarelyActive {
                    column: channel.name.clone(),
                    rows,
                });
            }
            findings.extend(self.far_above(channel));
            let paid = channel.spend.iter().zip(channel.activity());
            let unseen = paid.filter(|(spend, activity)| **spend > 0.0 && **activity <= 0.0);
            let unseen = unseen.count();
            if unseen > 0 {
                findings.push(Finding::PaidWithoutExposure {
                    column: channel.name.clone(),
                    rows: unseen,
                });
            }
            if share > 0.0 && share < SMALL_SHARE {
                findings.push(Finding::SmallShare {
                    column: channel.name.clone(),
                    share,
                });
            }
        }
        findings
    }
}

impl Panel {
    /// The period of each geo that stands out.
    fn far_above(&self, channel: &Channel) -> Vec<Finding> {
        let mut findings = vec![];
        for geo in 0..self.geos().len() {
            let mut rows: Vec<usize> = self.rows_of(geo).collect();
            let activity = |row: &usize| channel.activity()[*row];
            rows.retain(|row| activity(row) > 0.0);
            rows.sort_by(|a, b| activity(b).total_cmp(&activity(a)));
            if let [first, second, ..] = rows[..]
                && rows.len() >= USUAL_ACTIVE
                && activity(&first) > FAR_ABOVE * activity(&second)
            {
                findings.push(Finding::FarAbove {
                    column: channel.name.clone(),
                    geo: self.geos()[geo].clone(),
                    date: self.dates()[first % self.periods()],
                    times: activity(&first) / activity(&second),
                });
            }
        }
        findings
    }
}

fn rows(columns: &[(String, Vec<f64>, bool)]) -> f64 {
    columns.first().map_or(0, |column| column.1.len()) as f64
}

/// The multiplications of [`pairs`].
fn pair_work(columns: &[(String, Vec<f64>, bool)]) -> f64 {
    (columns.len() as f64).powi(2) / 2.0 * rows(columns)
}

/// The multiplications of [`inflation`]: a basis of the others for each channel.
fn inflation_work(columns: &[(String, Vec<f64>, bool)]) -> f64 {
    let media = columns.iter().filter(|column| column.2).count() as f64;
    let rank = (columns.len() as f64).min(rows(columns));
    media * columns.len() as f64 * rank * rows(columns)
}

fn pairs(columns: &[(String, Vec<f64>, bool)]) -> Vec<Finding> {
    let mut findings = vec![];
    for (i, (name, values, media)) in columns.iter().enumerate() {
        for (other, earlier, earlier_media) in &columns[..i] {
            let correlation = dot_in_order(values, earlier);
            if correlation.abs() > 1.0 - 1e-12 {
                findings.push(Finding::Duplicate {
                    column: name.clone(),
                    of: other.clone(),
                });
            } else if *media && *earlier_media && correlation > TOGETHER {
                findings.push(Finding::MoveTogether {
                    column: name.clone(),
                    with: other.clone(),
                    correlation,
                });
            }
        }
    }
    findings
}

/// Variance inflation of each channel: what remains of its column after projection on the other
/// columns.
fn inflation(columns: &[(String, Vec<f64>, bool)]) -> Vec<Finding> {
    let media = (0..columns.len()).filter(|&i| columns[i].2);
    let factors = media.map(|i| {
        let mut basis: Vec<Vec<f64>> = vec![];
        let others = (0..columns.len()).filter(|&j| j != i);
        for j in others {
            let mut rest = columns[j].1.clone();
            project_out(&basis, &mut rest);
            let length = dot_in_order(&rest, &rest).sqrt();
            if length > 1e-8 {
                rest.iter_mut().for_each(|v| *v /= length);
                basis.push(rest);
            }
        }
        let mut rest = columns[i].1.clone();
        project_out(&basis, &mut rest);
        let unexplained = dot_in_order(&rest, &rest);
        (
            columns[i].0.clone(),
            if unexplained > 1e-14 {
                1.0 / unexplained
            } else {
                f64::INFINITY
            },
        )
    });
    factors
        .filter(|(_, factor)| *factor > INFLATED)
        .map(|(column, factor)| Finding::Inflated { column, factor })
        .collect()
}
