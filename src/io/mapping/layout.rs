//! A mapping made ready: which paths its rows are read at, and what stands where.

use crate::channel::{Grouping, Pattern};
use crate::error::{Error, Result};
use crate::event::{Interaction, SessionTouch};
use crate::io::mapping::column::MappedColumn;
use crate::io::mapping::conditions::CompiledCondition;
use crate::io::mapping::currency::{Conversion, Rates};
use crate::io::mapping::kinds::{KindRule, MappedKind, SessionRule, TouchWhen};
use crate::io::mapping::lack::Lack;
use crate::io::mapping::slot::{Amount, Places, Signs, Slot, Timed};
use crate::io::mapping::specification::{MappedColumns, Mapping};
use crate::io::record::FieldPath;
use crate::util::interner::Interner;

/// The rule of events that no other rule names.
const OTHERS: &str = "*";

/// A mapping made ready to read events by.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) paths: Vec<FieldPath>,
    pub(super) person: Slot,
    pub(super) time: Timed,
    pub(super) event: Slot,
    pub(super) value: Amount,
    pub(super) cost: Amount,
    pub(super) currency: Slot,
    pub(super) conversion: Conversion,
    pub(super) order: Slot,
    pub(super) goal: Slot,
    pub(super) interaction: Slot,
    pub(super) channel: Slot,
    pub(super) place: Slot,
    pub(super) tags: Tags,
    pub(super) grouping: Grouping,
    /// Name and place of the columns kept as texts.
    pub(super) texts: Vec<(String, Slot)>,
    pub(super) rules: Rules,
    pub(super) drops: Vec<CompiledCondition>,
    /// Rows that are equal here repeat each other.
    pub(super) same: Vec<Slot>,
    /// Whether the mapping is for spend tables too.
    has_spend: bool,
}

/// Where the parts of a visit's origin stand.
#[derive(Debug)]
pub(super) struct Tags {
    pub(super) source: Slot,
    pub(super) medium: Slot,
    pub(super) campaign: Slot,
    pub(super) term: Slot,
    pub(super) content: Slot,
    pub(super) click_id: Slot,
    pub(super) click_network: Slot,
    pub(super) referrer: Slot,
    pub(super) url: Slot,
    /// The columns that rules for channels name beyond these.
    pub(super) further: Vec<Slot>,
}

impl Tags {
    /// All of them but the further columns.
    pub(super) const fn slots(&self) -> [&Slot; 9] {
        [
            &self.source,
            &self.medium,
            &self.campaign,
            &self.term,
            &self.content,
            &self.click_id,
            &self.click_network,
            &self.referrer,
            &self.url,
        ]
    }
}

/// What events are, by name.
#[derive(Debug)]
pub(super) struct Rules {
    all: Vec<Rule>,
    /// The names of rules, and the rule of each.
    names: Interner,
    by_name: Vec<usize>,
    by_pattern: Vec<(Pattern, usize)>,
    others: Option<usize>,
}

/// What events of one name are.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) kind: MappedKind,
    pub(super) goal: Option<String>,
    pub(super) interaction: Option<Interaction>,
    /// Events that are equal here count once.
    pub(super) once: Vec<Slot>,
    pub(super) value: Option<Amount>,
    pub(super) touch: Option<TouchWhen>,
    pub(super) session: Option<Session>,
    /// Where a touch also states a conversion: its time and its goal.
    pub(super) converts: Option<(Timed, Option<String>)>,
}

/// What makes a session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) by: SessionBy,
    pub(super) takes_last: bool,
}

#[derive(Debug)]
pub(super) enum SessionBy {
    Key(Slot),
    /// Seconds.
    Gap(u32),
}

impl Layout {
    /// # Errors
    /// If the mapping lacks a person, a time or kinds, or one of its settings is unusable.
    pub(super) fn new(mapping: &Mapping, rates: Option<&Rates>, signs: Signs) -> Result<Self> {
        check(mapping)?;
        let columns = &mapping.columns;
        let mut places = Places::new(mapping.file.null.iter().cloned(), signs);
        let grouping = mapping.grouping()?;
        let further = grouping.further_fields().iter();
        let further = further
            .map(|name| places.slot(&named(columns, name)))
            .collect();
        let same = mapping.drop.same.0.iter();
        let same = same
            .map(|name| places.slot(&named(columns, name)))
            .collect();
        let conditions = mapping.drop.r#where.iter().map(|condition| {
            CompiledCondition::new(condition, |name| places.bare_slot(&named(columns, name)))
        });
        let drops = conditions.collect::<Result<_>>()?;
        let texts = columns.texts.iter();
        let texts = texts.map(|(name, column)| (name.clone(), places.slot(column)));
        Ok(Self {
            texts: texts.collect(),
            person: places.slot(&columns.person),
            time: places.timed(&columns.time)?,
            event: places.slot(&columns.event),
            value: places.amount(&columns.value)?,
            cost: places.amount(&columns.cost)?,
            currency: places.slot(&columns.currency),
            conversion: mapping.conversion(&columns.currency, rates)?,
            order: places.slot(&columns.order_id),
            goal: places.slot(&columns.goal),
            interaction: places.slot(&columns.interaction),
            channel: places.slot(&columns.channel),
            place: places.slot(&columns.place),
            tags: Tags::new(columns, further, &mut places),
            grouping,
            rules: Rules::new(mapping, &mut places)?,
            drops,
            same,
            has_spend: mapping.spend.is_some(),
            paths: places.into_paths(),
        })
    }

    /// Where the columns that the mapping names stand, and what it means that one is missing.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&Slot, Lack)> {
        let needed = [&self.person, &self.time.slot].map(|slot| (slot, Lack::Unusable));
        let others = [
            &self.event,
            &self.value.slot,
            &self.cost.slot,
            &self.currency,
            &self.order,
            &self.goal,
            &self.interaction,
            &self.channel,
            &self.place,
        ];
        let texts = self.texts.iter().map(|(_, slot)| slot);
        let conditions = self.drops.iter().flat_map(CompiledCondition::slots);
        let rules = self.rules.iter().flat_map(Rule::slots);
        let others = others.into_iter().chain(self.tags.slots());
        let others = others.chain(texts).chain(&self.same);
        let others = others.chain(conditions).chain(rules);
        let others = others.map(|slot| (slot, Lack::Mistake));
        let of_rules = Lack::of_rules(self.has_spend);
        let further = self.tags.further.iter().map(move |slot| (slot, of_rules));
        needed.into_iter().chain(others).chain(further)
    }
}

impl Tags {
    fn new(columns: &MappedColumns, further: Vec<Slot>, places: &mut Places) -> Self {
        let network = columns.click_id.network.as_deref().map(MappedColumn::at);
        Self {
            source: places.slot(&columns.source),
            medium: places.slot(&columns.medium),
            campaign: places.slot(&columns.campaign),
            term: places.slot(&columns.term),
            content: places.slot(&columns.content),
            click_id: places.slot(&columns.click_id),
            click_network: places.slot(&network.unwrap_or_default()),
            referrer: places.slot(&columns.referrer),
            url: places.slot(&columns.url),
            further,
        }
    }
}

impl Rules {
    fn new(mapping: &Mapping, places: &mut Places) -> Result<Self> {
        let rules = mapping.kinds.iter();
        let rules = rules.map(|(name, rule)| Rule::new(name, rule, &mapping.columns, places));
        let all = rules.collect::<Result<Vec<Rule>>>()?;
        let (mut names, mut by_name, mut by_pattern) =
            (Interner::default(), Vec::new(), Vec::new());
        for (at, rule) in all.iter().enumerate() {
            if rule.name.starts_with("re:") || rule.name.starts_with("glob:") {
                let about = format!("kinds.{}", rule.name);
                by_pattern.push((Pattern::new(&about, &rule.name, false)?, at));
            } else {
                names.intern(&rule.name)?;
                by_name.push(at);
            }
        }
        Ok(Self {
            others: names.find(OTHERS).map(|name| by_name[name as usize]),
            all,
            names,
            by_name,
            by_pattern,
        })
    }

    /// The number of the rule of events of that name.
    #[inline]
    pub(super) fn find(&self, event: &str) -> Option<usize> {
        if let Some(name) = self.names.find(event) {
            return Some(self.by_name[name as usize]);
        }
        let mut patterns = self.by_pattern.iter();
        let found = patterns.find(|(pattern, _)| pattern.matches(event));
        found.map(|&(_, at)| at).or(self.others)
    }

    /// The rule of that number.
    #[inline]
    pub(super) fn get(&self, at: usize) -> &Rule {
        &self.all[at]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.all.iter()
    }
}

impl Rule {
    fn new(
        name: &str,
        rule: &KindRule,
        columns: &MappedColumns,
        places: &mut Places,
    ) -> Result<Self> {
        let once = rule.once_per.iter();
        let once = once
            .map(|name| places.slot(&named(columns, name)))
            .collect();
        let value = rule.value.as_ref().map(|column| places.amount(column));
        let session = rule.sessions.as_ref();
        let session = session.map(|rule| Session::new(name, rule, places));
        let converts = rule.converts.as_ref().map(|rule| {
            let time = places.timed(&rule.time)?;
            Ok::<_, Error>((time, rule.goal.clone()))
        });
        Ok(Self {
            name: name.to_owned(),
            kind: rule.kind,
            goal: rule.goal.clone(),
            interaction: rule.interaction,
            once,
            value: value.transpose()?,
            touch: match rule.kind {
                MappedKind::Touch => Some(rule.when),
                _ => rule.touch,
            },
            session: session.transpose()?,
            converts: converts.transpose()?,
        })
    }
}

impl Rule {
    /// The columns that it asks about.
    pub(super) fn slots(&self) -> impl Iterator<Item = &Slot> {
        let value = self.value.as_ref().map(|value| &value.slot);
        let session = match self.session.as_ref().map(|session| &session.by) {
            Some(SessionBy::Key(slot)) => Some(slot),
            _ => None,
        };
        let converts = self.converts.as_ref().map(|(time, _)| &time.slot);
        self.once.iter().chain(value).chain(session).chain(converts)
    }
}

impl Session {
    fn new(name: &str, rule: &SessionRule, places: &mut Places) -> Result<Self> {
        let bad = |stated: &str, expected| {
            Error::setting(format!("kinds.{name}.sessions"), stated, expected)
        };
        let by = match (&rule.key, &rule.gap) {
            (Some(key), None) => SessionBy::Key(places.slot(key)),
            (None, Some(gap)) => {
                let seconds = seconds(gap);
                let expected = "a number and d, h, m or s, as in 30m";
                SessionBy::Gap(seconds.ok_or_else(|| bad(gap, expected))?)
            }
            (Some(_), Some(_)) => return Err(bad("key and gap", "one of them")),
            (None, None) => return Err(bad("empty", "a key or a gap")),
        };
        Ok(Self {
            by,
            takes_last: rule.take == SessionTouch::Last,
        })
    }
}

/// A length of time such as `30m`.
fn seconds(text: &str) -> Option<u32> {
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let parts = units
        .iter()
        .find_map(|(unit, each)| Some((text.strip_suffix(unit)?, each)));
    let (number, each) = parts?;
    let number: u32 = number.trim().parse().ok().filter(|number| *number > 0)?;
    number.checked_mul(*each)
}

/// The column that a name means: one of the mapping, or one of the file.
fn named(columns: &MappedColumns, name: &str) -> MappedColumn {
    let column = match name {
        "person" => &columns.person,
        "time" => &columns.time,
        "event" => &columns.event,
        "value" => &columns.value,
        "currency" => &columns.currency,
        "order_id" => &columns.order_id,
        "goal" => &columns.goal,
        "channel" => &columns.channel,
        "source" => &columns.source,
        "medium" => &columns.medium,
        "campaign" => &columns.campaign,
        "referrer" => &columns.referrer,
        "url" => &columns.url,
        _ => return MappedColumn::at(name),
    };
    if column.is_unset() {
        MappedColumn::at(name)
    } else {
        column.clone()
    }
}

fn check(mapping: &Mapping) -> Result<()> {
    mapping.bad_rows.check()?;
    let columns = &mapping.columns;
    for (name, column) in [("person", &columns.person), ("time", &columns.time)] {
        if column.is_unset() {
            let setting = format!("columns.{name}");
            return Err(Error::setting(setting, "unset", "the name of a column"));
        }
    }
    if mapping.kinds.is_empty() {
        let expected = "a rule for at least one event, or \"*\" for all";
        return Err(Error::setting("kinds", "unset", expected));
    }
    if mapping.kinds.len() > usize::from(u16::MAX) {
        return Err(Error::setting(
            "kinds",
            mapping.kinds.len(),
            "at most 65535 rules",
        ));
    }
    Ok(())
}
