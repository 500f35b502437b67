//! What is shown of a member, and how it reads in a cell. Follows from the member's form.

use std::cmp::Ordering;

use heck::ToKebabCase as _;
use serde_json::{Map, Value};

use super::super::exit::Failure;
use super::super::spreadsheet::harmless;
use crate::contract::{Contract, Property, Shape};
use crate::report::text;

/// One thing that is shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// As it is asked for: `riskLevel`, `activity/detail`.
    pub(super) name: String,
    /// The words for it in a table.
    pub(super) title: String,
    /// Whether it is the key of the member.
    pub(super) is_key: bool,
    /// Whether it had better stand on one line.
    pub(super) is_whole: bool,
    /// The members of an enumeration, in their order.
    members: Vec<String>,
}

/// The form of what is listed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form<'a> {
    pub(super) contract: &'a Contract,
    pub(super) properties: &'a [Property],
    pub(super) key: &'a str,
}

impl<'a> Form<'a> {
    /// The form of a member; without properties where nothing is said of it.
    pub(super) fn of(contract: &'a Contract, shape: &'a Shape) -> Self {
        match contract.resolve(shape) {
            Shape::Object { properties, set, .. } => {
                Self { contract, properties, key: set.as_ref().map_or("", |set| &set.key) }
            }
            _ => Self { contract, properties: &[], key: "" },
        }
    }

    fn shape(&self, property: &'a Property) -> &'a Shape {
        self.contract.resolve(&property.shape)
    }

    /// What people want to see of members: who it is, the risk, and when that changed last.
    pub(super) fn of_members(&self) -> Vec<Column> {
        let ends = |property: &&Property, end: &str| property.name.to_lowercase().ends_with(end);
        let names = self.properties.iter().filter(|it| ends(it, "displayname") || ends(it, "principalname"));
        let mut names: Vec<&Property> = names.collect();
        // A row has room for one; the last one tells members apart best.
        names.drain(..names.len().saturating_sub(1));
        let key = self.properties.iter().find(|property| property.name == self.key);
        let chosen = key.into_iter().chain(names).chain(self.risk()).chain(self.touched());
        chosen.map(|property| self.column(property)).collect()
    }

    /// What people want to see of what happened to a member: when, what, and who did it.
    pub(super) fn of_history(&self) -> Vec<Column> {
        let by = self.properties.iter().filter(|property| property.name.ends_with("By"));
        let parts = self.properties.iter().filter(|property| matches!(self.shape(property), Shape::Object { .. }));
        let chosen = self.touched().into_iter().chain(self.risk()).chain(by).chain(parts);
        chosen.map(|property| self.column(property)).collect()
    }

    fn risk(&self) -> impl Iterator<Item = &'a Property> {
        let is_word = |property: &&Property| {
            property.name.starts_with("risk")
                && matches!(self.shape(property), Shape::Enum { .. } | Shape::Text { format: None, .. })
        };
        self.properties.iter().filter(is_word)
    }

    /// The time of the last change.
    pub(super) fn touched(&self) -> Option<&'a Property> {
        let moments = || self.properties.iter().filter(|property| is_moment(self.shape(property)));
        let changed = |property: &&Property| property.name.contains("pdated") || property.name.contains("odified");
        moments().find(changed).or_else(|| moments().next())
    }

    /// A property by its name, whatever the letter case; below an object with a slash between.
    pub(super) fn named(&self, name: &str) -> Result<Column, Failure> {
        let name = name.trim();
        let (first, below) = name.split_once('/').map_or((name, None), |(first, below)| (first, Some(below)));
        let is_meant = |property: &&Property| {
            property.name.eq_ignore_ascii_case(first) || words(&property.name) == first.replace('-', " ").to_lowercase()
        };
        let Some(property) = self.properties.iter().find(is_meant) else {
            let there: Vec<&str> = self.properties.iter().map(|property| property.name.as_str()).collect();
            return Err(Failure::input(format!("show '{name}': there is no such property"), there.join(", ")));
        };
        let Some(below) = below else { return Ok(self.column(property)) };
        let column = Form::of(self.contract, &property.shape).named(below)?;
        let (name, title) =
            (format!("{}/{}", property.name, column.name), format!("{} {}", words(&property.name), column.title));
        Ok(Column { name, title, is_key: false, ..column })
    }

    /// Every property.
    pub(super) fn every(&self) -> Vec<Column> {
        self.properties.iter().map(|property| self.column(property)).collect()
    }

    fn column(&self, property: &Property) -> Column {
        let members = match self.shape(property) {
            Shape::Enum { members, .. } => members.clone(),
            _ => Vec::new(),
        };
        let is_key = property.name == self.key;
        let is_whole = is_key || is_moment(self.shape(property));
        Column { name: property.name.clone(), title: words(&property.name), is_key, is_whole, members }
    }
}

impl Column {
    /// The value of a member, `null` as none.
    pub(super) fn value<'a>(&self, member: &'a Map<String, Value>) -> Option<&'a Value> {
        let mut parts = self.name.split('/');
        let first = member.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part)).filter(|value| !value.is_null())
    }

    /// What a table shows: one line, that does nothing to a terminal.
    pub(super) fn cell(&self, member: &Map<String, Value>) -> String {
        let Some(value) = self.value(member) else { return String::new() };
        let mut words = Vec::new();
        leaves(value, &mut words);
        let text = words.join(", ");
        match moment(&text) {
            Some(moment) => moment,
            None => text::on_one_line(&text).into_owned(),
        }
    }

    /// What a spreadsheet gets: everything that is known, and nothing that it would calculate.
    pub(super) fn field(&self, member: &Map<String, Value>) -> String {
        match self.value(member) {
            None => String::new(),
            Some(Value::String(text)) => harmless(text.clone()),
            Some(value) => harmless(value.to_string()),
        }
    }

    /// What comes first: members of an enumeration in its order, then what is not known of it; nothing
    /// comes last.
    pub(super) fn order(&self, one: &Map<String, Value>, other: &Map<String, Value>) -> Ordering {
        let rank = |value: &Value| match value {
            Value::String(text) => self.members.iter().position(|member| member == text).unwrap_or(self.members.len()),
            _ => 0,
        };
        match (self.value(one), self.value(other)) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(one), Some(other)) => rank(one).cmp(&rank(other)).then_with(|| plain(one, other)),
        }
    }
}

fn plain(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Number(one), Value::Number(other)) => {
            one.as_f64().unwrap_or_default().total_cmp(&other.as_f64().unwrap_or_default())
        }
        (one, other) => one.to_string().cmp(&other.to_string()),
    }
}

fn is_moment(shape: &Shape) -> bool {
    matches!(shape, Shape::Text { format: Some(format), .. } if format == "date-time")
}

/// A property in words: all of this is about risk, and a time looks like one.
fn words(property: &str) -> String {
    let kebab = property.to_kebab_case();
    if kebab.ends_with("principal-name") {
        return "upn".to_owned();
    }
    let words: Vec<&str> = kebab.strip_prefix("risk-").unwrap_or(&kebab).split('-').collect();
    let words = words.strip_suffix(&["date", "time"]).unwrap_or(&words);
    words.strip_prefix(&["last"]).unwrap_or(words).join(" ")
}

/// Every value within one, without names.
fn leaves(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::String(text) => words.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| leaves(value, words)),
        Value::Object(values) => values.values().for_each(|value| leaves(value, words)),
        other => words.push(other.to_string()),
    }
}

/// `2026-11-22T08:05:01.1234567Z` as people read it, to the second.
fn moment(text: &str) -> Option<String> {
    let (bytes, form) = (text.as_bytes(), b"0000-00-00T00:00:00");
    let fits = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    let is_moment = bytes.len() > form.len() && bytes.ends_with(b"Z") && bytes.iter().zip(form).all(fits);
    is_moment.then(|| format!("{} {}Z", &text[..10], &text[11..19]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn column(name: &str, members: &[&str]) -> Column {
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        Column { name: name.to_owned(), title: words(name), is_key: false, is_whole: false, members }
    }

    fn member(value: Value) -> Map<String, Value> {
        [("a".to_owned(), value)].into_iter().collect()
    }

    #[test]
    fn a_cell_is_one_harmless_line() {
        let a = column("a", &[]);
        for (value, expected) in [
            (json!(null), ""),
            (json!("newMember"), "newMember"),
            (json!("x\u{1b}[31m\ny"), "x\\u{1b}[31m y"),
            (json!("2026-11-22T08:05:01.1234567Z"), "2026-11-22 08:05:01Z"),
            (json!("2026-11-22T08:05:01Z"), "2026-11-22 08:05:01Z"),
            (json!("2026-11-22T08:05:é"), "2026-11-22T08:05:é"),
            (json!({"x": ["a", "b"], "y": null, "z": 7}), "a, b, 7"),
            (json!(true), "true"),
        ] {
            assert_eq!(a.cell(&member(value.clone())), expected, "{value}");
        }
        assert_eq!(a.cell(&Map::new()), "");
        assert_eq!(column("a/x", &[]).cell(&member(json!({"x": "deep"}))), "deep");
    }

    #[test]
    fn a_spreadsheet_calculates_nothing() {
        let a = column("a", &[]);
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(a.field(&member(json!(text))), format!("'{text}"));
        }
        assert_eq!(a.field(&member(json!("a=1"))), "a=1");
        assert_eq!(a.field(&member(json!({"x": 1}))), r#"{"x":1}"#);
        assert_eq!(a.field(&member(json!(null))), "");
    }

    #[test]
    fn levels_have_an_order_of_their_own_and_nothing_is_last() {
        let a = column("a", &["low", "medium", "high"]);
        let mut values = [json!(null), json!("newer"), json!("high"), json!("low"), json!("medium")].map(member);
        values.sort_by(|one, other| a.order(one, other));
        let words: Vec<String> = values.iter().map(|value| a.cell(value)).collect();
        assert_eq!(words, ["low", "medium", "high", "newer", ""]);
    }
}
