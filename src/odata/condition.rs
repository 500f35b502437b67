//! `$filter` text: conditions as the URL conventions write them.

use std::fmt;

use super::date::{Instant, format_instant};

/// The text of a condition. Whoever makes one knows that the property holds such values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition(String);

impl Condition {
    /// The property is this text, or this member of an enumeration.
    #[must_use]
    pub fn equals(property: &str, text: &str) -> Self {
        Self(format!("{property} eq '{}'", text.replace('\'', "''")))
    }

    /// The property is `true`, or `false`.
    #[must_use]
    pub fn is(property: &str, value: bool) -> Self {
        Self(format!("{property} eq {value}"))
    }

    /// The property is this moment, or a later one.
    #[must_use]
    pub fn since(property: &str, instant: Instant) -> Self {
        Self(format!("{property} ge {}", moment(instant)))
    }

    /// The property is an earlier moment.
    #[must_use]
    pub fn before(property: &str, instant: Instant) -> Self {
        Self(format!("{property} lt {}", moment(instant)))
    }

    /// A condition that somebody else wrote, whatever it says: it stands by itself.
    #[must_use]
    pub fn verbatim(text: &str) -> Self {
        Self(format!("({})", text.trim()))
    }

    /// At least one of them holds; `None` of none.
    #[must_use]
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        let texts: Vec<String> = conditions.into_iter().map(|condition| condition.0).collect();
        match texts.as_slice() {
            [] => None,
            [one] => Some(Self(one.clone())),
            several => Some(Self(format!("({})", several.join(" or ")))),
        }
    }

    /// Each of them holds; `None` of none.
    #[must_use]
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Option<Self> {
        let texts: Vec<String> = conditions.into_iter().map(|condition| condition.0).collect();
        (!texts.is_empty()).then(|| Self(texts.join(" and ")))
    }
}

/// A moment without the seconds' fraction where that is nothing.
fn moment(instant: Instant) -> String {
    format_instant(instant).replace(".0000000", "")
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Column, Datum, Filter, Kind, parse_instant};
    use super::*;

    fn columns() -> Vec<Column> {
        let column = |name: &str, kind| Column { name: name.to_owned(), kind };
        let level = Kind::Enum { name: None, members: vec!["low".to_owned(), "high".to_owned()] };
        vec![
            column("name", Kind::Text),
            column("level", level),
            column("gone", Kind::Boolean),
            column("at", Kind::Instant),
        ]
    }

    /// What a server reads out of the text, for one entity.
    fn holds(condition: &Condition, entity: [Datum<'_>; 4]) -> bool {
        let filter = Filter::parse(&condition.to_string(), &columns()).expect("a filter");
        filter.matches(|at| entity[at])
    }

    #[test]
    fn conditions_are_written_as_documented() {
        let level = Condition::any(["low", "high"].map(|level| Condition::equals("level", level)));
        let at = parse_instant("2026-11-01T00:00:00Z").expect("a moment");
        let all = [level, Some(Condition::is("gone", false)), Some(Condition::since("at", at))];
        let all = Condition::all(all.into_iter().flatten().chain([Condition::verbatim(" a eq 1 or b eq 2 ")]));
        assert_eq!(
            all.map(|all| all.to_string()).as_deref(),
            Some(
                "(level eq 'low' or level eq 'high') and gone eq false and at ge 2026-11-01T00:00:00Z and (a eq 1 or b eq 2)"
            )
        );
        assert_eq!(Condition::any([]), None);
        assert_eq!(Condition::all([]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(text in "[ -~'é]{0,20}", other in "[ -~'é]{0,20}", at in 0i64..16_000_000_000_000_000) {
            let later = format_instant(at + 1);
            let now = format_instant(at);
            let is = Condition::equals("name", &text);
            let entity = |name, at| [Datum::Text(name), Datum::Text("high"), Datum::Boolean(true), Datum::Text(at)];
            prop_assert!(holds(&is, entity(&text, &now)));
            prop_assert_eq!(holds(&is, entity(&other, &now)), text == other);
            let all = Condition::all([is, Condition::since("at", at), Condition::before("at", at + 1), Condition::is("gone", true)]);
            let all = all.expect("four");
            prop_assert!(holds(&all, entity(&text, &now)));
            prop_assert!(!holds(&all, entity(&text, &later)));
        }
    }
}
