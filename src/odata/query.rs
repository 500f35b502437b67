//! The query part of a URL: its options, decoded, and the list that `$select` holds. It does
//! not know which options an operation takes.

use std::cmp::Ordering;

use super::{Column, Datum, Kind, parse_instant};

/// One query option: its decoded name and value, and the text it was decoded from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryOption<'a> {
    /// `$filter`, however it was encoded.
    pub name: String,
    /// Its value, with `+` and percent-encoding undone.
    pub value: String,
    /// `%24filter=…` as it stood in the URL.
    pub raw: &'a str,
}

/// Why the query part of a URL cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A percent sign without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("the query option '{0}' is not percent-encoded UTF-8")]
    Encoding(String),
    /// The same option more than once.
    #[error("the query option '{0}' is there more than once")]
    Twice(String),
    /// A property that the entity does not have.
    #[error("there is no property '{0}' to select")]
    UnknownProperty(String),
    /// A property that the entity does not have, or that has no order.
    #[error("there is no property '{0}' to order by")]
    UnorderedProperty(String),
    /// A direction that is neither `asc` nor `desc`.
    #[error("'{0}' is not a property, and then asc or desc")]
    Direction(String),
}

/// Splits and decodes the query part of a URL, without its question mark.
///
/// # Errors
/// If an option is wrongly encoded or given twice.
pub fn options(raw: &str) -> Result<Vec<QueryOption<'_>>, QueryError> {
    let mut options: Vec<QueryOption<'_>> = Vec::new();
    for raw in raw.split('&').filter(|raw| !raw.is_empty()) {
        let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
        let decode = |text| decode(text, true).ok_or_else(|| QueryError::Encoding(shortened(raw)));
        let (name, value) = (decode(name)?, decode(value)?);
        if options.iter().any(|option| option.name == name) {
            return Err(QueryError::Twice(shortened(&name)));
        }
        options.push(QueryOption { name, value, raw });
    }
    Ok(options)
}

/// The places, in `columns`, of the properties that a `$select` names; case does not matter,
/// and `*` is all of them.
///
/// # Errors
/// If a property does not exist.
pub fn select(list: &str, columns: &[Column]) -> Result<Vec<usize>, QueryError> {
    let mut places = Vec::new();
    for name in list.split(',').map(str::trim) {
        if name == "*" {
            return Ok((0..columns.len()).collect());
        }
        let place = columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        let place = place.ok_or_else(|| QueryError::UnknownProperty(shortened(name)))?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(places)
}

/// One property to order by, as its place in `columns`, and whether the greatest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The place of the property.
    pub column: usize,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What an `$orderby` names, the most important first: `riskLevel desc,id`.
///
/// # Errors
/// If a property does not exist, cannot be ordered by, or is followed by something else than
/// `asc` or `desc`.
pub fn order_by(list: &str, columns: &[Column]) -> Result<Vec<Order>, QueryError> {
    let parse = |item: &str| {
        let mut words = item.split_ascii_whitespace();
        let name = words.next().unwrap_or_default();
        let column = columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        let column = column.filter(|column| columns[*column].kind != Kind::Other);
        let column = column.ok_or_else(|| QueryError::UnorderedProperty(shortened(name)))?;
        let descending = match (words.next(), words.next()) {
            (None | Some("asc"), None) => false,
            (Some("desc"), None) => true,
            _ => return Err(QueryError::Direction(shortened(item))),
        };
        Ok(Order { column, descending })
    };
    list.split(',').map(parse).collect()
}

/// How two entities stand in an order; `left` and `right` look up properties. Nothing comes
/// before something.
#[must_use]
pub fn compare_by<'a, 'b>(
    order: &[Order],
    columns: &[Column],
    left: impl Fn(usize) -> Datum<'a>,
    right: impl Fn(usize) -> Datum<'b>,
) -> Ordering {
    let one = |order: &Order| {
        let found = compare(&columns[order.column].kind, left(order.column), right(order.column));
        if order.descending { found.reverse() } else { found }
    };
    order.iter().map(one).find(|found| found.is_ne()).unwrap_or(Ordering::Equal)
}

fn compare(kind: &Kind, left: Datum<'_>, right: Datum<'_>) -> Ordering {
    match (left, right, kind) {
        (Datum::Null, Datum::Null, _) => Ordering::Equal,
        (Datum::Null, _, _) => Ordering::Less,
        (_, Datum::Null, _) => Ordering::Greater,
        (Datum::Boolean(left), Datum::Boolean(right), _) => left.cmp(&right),
        (Datum::Number(left), Datum::Number(right), _) => left.total_cmp(&right),
        (Datum::Text(left), Datum::Text(right), Kind::Instant) => parse_instant(left).cmp(&parse_instant(right)),
        (Datum::Text(left), Datum::Text(right), _) => left.cmp(right),
        _ => Ordering::Equal,
    }
}

/// Undoes the percent-encoding of a segment of a path. `None` if it is not encoded UTF-8.
#[must_use]
pub fn segment(text: &str) -> Option<String> {
    decode(text, false)
}

fn decode(text: &str, plus_is_blank: bool) -> Option<String> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'+' if plus_is_blank => decoded.push(b' '),
            b'%' => {
                let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
                let value = digit(at + 1)? * 16 + digit(at + 2)?;
                decoded.push(u8::try_from(value).ok()?);
                at += 2;
            }
            byte => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8(decoded).ok()
}

/// What is quoted back of something that a caller sent.
fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_values_are_decoded_and_the_raw_text_is_kept() {
        let options = options("%24filter=a+eq%20%27b%26c%27&&$top=2").expect("well formed");
        assert_eq!((options[0].name.as_str(), options[0].value.as_str()), ("$filter", "a eq 'b&c'"));
        assert_eq!(options[0].raw, "%24filter=a+eq%20%27b%26c%27");
        assert_eq!((options[1].name.as_str(), options[1].value.as_str()), ("$top", "2"));
    }

    #[test]
    fn bad_encoding_and_repetition_are_refused() {
        for bad in ["a=%", "a=%2", "a=%zz", "a=%ff", "%=1"] {
            assert!(matches!(options(bad), Err(QueryError::Encoding(_))), "{bad}");
        }
        assert_eq!(options("$top=1&%24top=2"), Err(QueryError::Twice("$top".to_owned())));
    }

    #[test]
    fn select_ignores_case_and_names_what_is_missing() {
        let columns = ["id", "riskLevel"].map(|name| Column { name: name.to_owned(), kind: Kind::Text });
        assert_eq!(select("RiskLevel, id,id", &columns), Ok(vec![1, 0]));
        assert_eq!(select("*", &columns), Ok(vec![0, 1]));
        assert_eq!(select("id,", &columns), Err(QueryError::UnknownProperty(String::new())));
        assert_eq!(select("nope", &columns), Err(QueryError::UnknownProperty("nope".to_owned())));
    }

    #[test]
    fn an_order_has_properties_and_directions() {
        let kinds = [("id", Kind::Text), ("at", Kind::Instant), ("flag", Kind::Boolean), ("list", Kind::Other)];
        let columns = kinds.map(|(name, kind)| Column { name: name.to_owned(), kind });
        let order = order_by("At desc, id asc,flag", &columns).expect("an order");
        let seen: Vec<_> = order.iter().map(|order| (order.column, order.descending)).collect();
        assert_eq!(seen, [(1, true), (0, false), (2, false)]);
        for bad in ["", "nope", "id up", "id desc desc", "id,", "list", "id asc;"] {
            assert!(order_by(bad, &columns).is_err(), "{bad}");
        }
        let row = |id: &'static str, at: Option<&'static str>| {
            move |column: usize| match (column, at) {
                (0, _) => Datum::Text(id),
                (1, Some(at)) => Datum::Text(at),
                _ => Datum::Null,
            }
        };
        let compared = |left, right| compare_by(&order, &columns, left, right);
        let (early, late) = (Some("2020-07-01T01:00:00+02:00"), Some("2020-07-01T00:00:00Z"));
        assert_eq!(compared(row("a", early), row("a", late)), Ordering::Greater, "the latest first");
        assert_eq!(compared(row("a", late), row("b", late)), Ordering::Less);
        assert_eq!(compared(row("a", None), row("a", late)), Ordering::Greater, "nothing is least");
        assert_eq!(compared(row("a", late), row("a", late)), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic(raw in "[%&=+a-f0-9é$]{0,40}") {
            let _ = options(&raw);
        }
    }
}
