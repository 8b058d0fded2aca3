//! Conditions compiled: patterns as tests of a field's text.

use crate::channel::grouping::clicks::ClickId;
use crate::channel::grouping::condition::{ChannelRule, Condition};
use crate::channel::grouping::field::{Field, Fields};
use crate::channel::grouping::shipped::Lists;
use crate::channel::grouping::visit::Visit;
use crate::error::{ANY_TEXT, Error, Result};
use regex::{Regex, RegexBuilder};

/// The most bytes a compiled pattern may take: far above what telling channels needs.
const MOST_BYTES: usize = 1 << 20;

/// A test of one text; texts are folded beforehand.
#[derive(Debug, Clone)]
enum Test {
    Equals(Box<str>),
    Expression(Regex),
    List(usize),
}

impl Test {
    fn matches(&self, text: &str, lists: &Lists) -> bool {
        match self {
            Self::Equals(expected) => **expected == *text,
            Self::Expression(expression) => expression.is_match(text),
            Self::List(number) => !text.is_empty() && lists.get(*number).contains(text),
        }
    }
}

/// A condition, ready to be asked.
#[derive(Debug, Clone)]
struct Block {
    fields: Vec<(Field, Vec<Test>)>,
    any: Option<Vec<Block>>,
    not: Vec<Block>,
}

impl Block {
    fn holds(&self, visit: &Visit<'_>, lists: &Lists) -> bool {
        let field_holds = |(field, tests): &(Field, Vec<Test>)| {
            let mut tests = tests.iter();
            tests.any(|test| match test {
                // lists may tell hosts by the path behind them
                Test::List(_) if *field == Field::ReferrerHost => {
                    test.matches(&visit.referrer_place, lists)
                }
                _ => visit.any(*field, |text| test.matches(text, lists)),
            })
        };
        let holds = |block: &Block| block.holds(visit, lists);
        self.fields.iter().all(field_holds)
            && self.any.as_ref().is_none_or(|any| any.iter().any(holds))
            && !self.not.iter().any(holds)
    }
}

/// A rule, ready to be asked.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) name: String,
    block: Block,
}

impl Rule {
    pub(super) fn holds(&self, visit: &Visit<'_>, lists: &Lists) -> bool {
        self.block.holds(visit, lists)
    }
}

/// What compiling a rule needs.
pub(super) struct Compiler<'a> {
    pub(super) lists: &'a Lists,
    pub(super) fields: &'a mut Fields,
    pub(super) fold: bool,
}

impl Compiler<'_> {
    pub(super) fn rule(&mut self, rule: &ChannelRule) -> Result<Rule> {
        if rule.name.trim().is_empty() {
            return Err(Error::setting("a channel rule's name", "empty", ANY_TEXT));
        }
        Ok(Rule {
            name: rule.name.clone(),
            block: self.block(&rule.name, &rule.condition)?,
        })
    }

    fn block(&mut self, rule: &str, condition: &Condition) -> Result<Block> {
        let fields = condition.fields.iter();
        let fields = fields.map(|(key, patterns)| self.field(rule, key, patterns));
        let fields = fields.collect::<Result<_>>()?;
        let mut blocks = |blocks: &[Condition]| -> Result<Vec<Block>> {
            blocks.iter().map(|block| self.block(rule, block)).collect()
        };
        let any = condition.any.as_deref().map(&mut blocks).transpose()?;
        if any.as_ref().is_some_and(Vec::is_empty) {
            let key = format!("channel {rule:?}: any");
            return Err(Error::setting(key, "empty", "at least one block"));
        }
        Ok(Block {
            fields,
            any,
            not: blocks(&condition.not)?,
        })
    }

    fn field(&mut self, rule: &str, key: &str, patterns: &[String]) -> Result<(Field, Vec<Test>)> {
        let about = || format!("channel {rule:?}: {key}");
        if patterns.is_empty() {
            return Err(Error::setting(about(), "empty", "at least one pattern"));
        }
        let field = self.fields.number(key);
        // the value of a click id keeps its case, so patterns do
        let click = |at: usize| ClickId::parameter(&self.fields.queries[at]).is_some();
        let fold = self.fold && !matches!(field, Field::Query(at) if click(at));
        let tests = patterns
            .iter()
            .map(|pattern| self.test(about, pattern, fold));
        Ok((field, tests.collect::<Result<_>>()?))
    }

    fn test(&self, about: impl Fn() -> String, pattern: &str, fold: bool) -> Result<Test> {
        if let Some(name) = pattern.strip_prefix("list:") {
            let number = self.lists.number(name);
            let number = number.ok_or_else(|| self.lists.unknown(about(), name))?;
            return Ok(Test::List(number));
        }
        let expression = match pattern.strip_prefix("re:") {
            Some(expression) => expression.to_owned(),
            None => match pattern.strip_prefix("glob:") {
                Some(glob) => of_glob(glob),
                None if fold => return Ok(Test::Equals(pattern.trim().to_lowercase().into())),
                None => return Ok(Test::Equals(pattern.trim().into())),
            },
        };
        let compiled = RegexBuilder::new(&expression)
            .case_insensitive(fold)
            .size_limit(MOST_BYTES)
            .dfa_size_limit(MOST_BYTES)
            .build();
        compiled.map(Test::Expression).map_err(|error| {
            let expected = format!("a regular expression: {}", reason(&error));
            Error::setting(about(), format!("{pattern:?}"), expected)
        })
    }
}

/// The expression of a text with `*` and `?`, which all of a value must match.
fn of_glob(glob: &str) -> String {
    let mut expression = String::from("(?s)^");
    for letter in glob.chars() {
        match letter {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push('$');
    expression
}

/// The last line of an error's text: the lines before it draw the place.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(limit) => {
            format!("one that compiles to at most {limit} bytes")
        }
        _ => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_owned()
        }
    }
}
