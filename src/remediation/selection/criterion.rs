//! What members of a set can be selected by, and the words for it. Follows from the form of a member
//! alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use heck::ToKebabCase as _;

use super::{Contains, Part};
use crate::contract::{Property, Shape};
use crate::odata::{Condition, Instant, format_instant, parse_instant};
use crate::remediation::Members;

/// One thing that members can be selected by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// The words for it: `level`, `updated-since`.
    pub name: String,
    /// The property that is looked at.
    pub property: String,
    /// What it is compared with.
    pub takes: Takes,
}

/// What a property is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takes {
    /// Some members of an enumeration.
    Members(Vec<String>),
    /// `true` or `false`.
    Boolean,
    /// The first moment that is meant.
    Since,
    /// The first moment that is not meant any more.
    Before,
    /// A part of a text. Decided after reading.
    Part,
    /// A whole text.
    Text,
}

/// Why a value cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CriterionError {
    /// The enumeration has no such member, as far as is known.
    #[error("'{value}' is none of {}; newer ones can be given with --filter", .members.join(", "))]
    Member {
        /// What was given.
        value: String,
        /// What there is, in the letters of a command line.
        members: Vec<String>,
    },
    /// It is neither `true` nor `false`.
    #[error("'{0}' is neither true nor false")]
    Boolean(String),
    /// It is no moment.
    #[error("'{0}' is no time: write 7d, 36h or 90m for so long ago, 2026-11-01, or 2026-11-01T08:00:00Z")]
    Moment(String),
    /// It is nothing, which every text contains.
    #[error("the text is empty")]
    Empty,
}

impl Criterion {
    /// Everything that members of a set can be selected by. What the service would decide is left out
    /// where nobody says that it does.
    #[must_use]
    pub fn all(members: &Members) -> Vec<Self> {
        let Shape::Object { properties, .. } = members.contract.resolve(members.shape) else { return Vec::new() };
        let properties: Vec<_> = properties.iter().filter(|property| property.name != members.set.key).collect();
        let is_named = |property: &&&Property| property.name.to_lowercase().ends_with(DISPLAY_NAME);
        let n_named = properties.iter().filter(is_named).count();
        let mut found: Vec<Self> = Vec::new();
        for property in properties {
            for mut criterion in Self::of(members.contract.resolve(&property.shape), &property.name, n_named == 1) {
                if criterion.takes != Takes::Part && !members.takes("$filter") {
                    continue;
                }
                if found.iter().any(|other| other.name == criterion.name) {
                    criterion.name = property.name.to_kebab_case();
                }
                // Whoever has the same words in full came first.
                if found.iter().all(|other| other.name != criterion.name) {
                    found.push(criterion);
                }
            }
        }
        found
    }

    fn of(shape: &Shape, property: &str, is_only_name: bool) -> Vec<Self> {
        let short = short(property);
        let one = |name: String, takes| vec![Self { name, property: property.to_owned(), takes }];
        match shape {
            Shape::Enum { members, .. } => one(short, Takes::Members(members.clone())),
            Shape::Boolean => one(short, Takes::Boolean),
            Shape::Text { format: Some(format), .. } if format == "date-time" => {
                let moment = moment(property);
                [one(format!("{moment}-since"), Takes::Since), one(format!("{moment}-before"), Takes::Before)].concat()
            }
            Shape::Text { .. } => {
                let name = property.to_lowercase();
                match () {
                    () if name.ends_with("principalname") => one("upn-contains".to_owned(), Takes::Part),
                    () if name.ends_with(DISPLAY_NAME) && is_only_name => {
                        one("display-name-contains".to_owned(), Takes::Part)
                    }
                    () if name.ends_with("name") => one(format!("{short}-contains"), Takes::Part),
                    // What is not one word has no use as a whole.
                    () if name.ends_with("info") => Vec::new(),
                    () => one(short, Takes::Text),
                }
            }
            _ => Vec::new(),
        }
    }

    /// The words for the members of an enumeration, as on a command line.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        match &self.takes {
            Takes::Members(members) => members.iter().map(|member| member.to_kebab_case()).collect(),
            _ => Vec::new(),
        }
    }

    /// What was given for it, as a part of a selection. Several values are alternatives.
    ///
    /// # Errors
    /// If a value cannot be used.
    pub fn read(&self, values: &[String], now: SystemTime) -> Result<Part, CriterionError> {
        let (mut alternatives, mut keep, mut said) = (Vec::new(), Vec::new(), Vec::new());
        for value in values.iter().map(|value| value.trim()) {
            if value.is_empty() {
                return Err(CriterionError::Empty);
            }
            match &self.takes {
                Takes::Members(members) => {
                    let member = self.member(members, value)?;
                    alternatives.push(Condition::equals(&self.property, member));
                    said.push(member.to_owned());
                }
                Takes::Boolean => {
                    let is = value.parse().map_err(|_| CriterionError::Boolean(value.to_owned()))?;
                    alternatives.push(Condition::is(&self.property, is));
                    said.push(value.to_owned());
                }
                Takes::Since | Takes::Before => {
                    let instant = instant(value, now).ok_or_else(|| CriterionError::Moment(value.to_owned()))?;
                    alternatives.push(match self.takes {
                        Takes::Since => Condition::since(&self.property, instant),
                        _ => Condition::before(&self.property, instant),
                    });
                    said.push(format_instant(instant).replace(".0000000", ""));
                }
                Takes::Part => {
                    keep.push(Contains { property: self.property.clone(), text: value.to_lowercase() });
                    said.push(format!("'{value}'"));
                }
                Takes::Text => {
                    alternatives.push(Condition::equals(&self.property, value));
                    said.push(format!("'{value}'"));
                }
            }
        }
        let described = format!("{} {}", self.name.replace('-', " "), said.join(" or "));
        Ok(Part { condition: Condition::any(alternatives), keep, described })
    }

    fn member<'a>(&self, members: &'a [String], value: &str) -> Result<&'a str, CriterionError> {
        let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
        let found = members.iter().find(|member| plain(member) == plain(value));
        found
            .map(String::as_str)
            .ok_or_else(|| CriterionError::Member { value: value.to_owned(), members: self.words() })
    }
}

const DISPLAY_NAME: &str = "displayname";

/// The words for a property: all of this is about risk.
fn short(property: &str) -> String {
    let name = property.to_kebab_case();
    name.strip_prefix("risk-").unwrap_or(&name).to_owned()
}

/// The words for a moment: `updated`, `detected`.
fn moment(property: &str) -> String {
    let short = short(property);
    let words: Vec<&str> = short.split('-').filter(|word| !matches!(*word, "last" | "date" | "time")).collect();
    words.join("-")
}

/// `7d`, `36h`, `90m`: so long ago; otherwise a day or a moment.
fn instant(text: &str, now: SystemTime) -> Option<Instant> {
    const DAY: u64 = 24 * 60 * 60;
    let unit = |unit: char| match unit {
        'w' => Some(7 * DAY),
        'd' => Some(DAY),
        'h' => Some(60 * 60),
        'm' => Some(60),
        _ => None,
    };
    let ago = text.chars().last().and_then(unit).and_then(|unit| {
        let n: u64 = text[..text.len() - 1].parse().ok()?;
        n.checked_mul(unit).map(Duration::from_secs)
    });
    match ago {
        Some(ago) => {
            let then = now.checked_sub(ago)?.duration_since(UNIX_EPOCH).ok()?;
            Instant::try_from(then.as_secs()).ok()?.checked_mul(10_000_000)
        }
        None => parse_instant(&text.to_uppercase()),
    }
}
