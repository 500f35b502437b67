//! Whether a value fits a schema of OpenAPI 3.0, as far as a description that we use can say.
//!
//! Patterns and formats other than ids, days and times are not judged: what is said here is
//! certain. Must not know where the value stands in the description.

use serde_json::Value;

use super::{Content, Document, Node};

/// A place of a value that its schema does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// 1-based line of the value.
    pub line: usize,
    /// Where it is within the example: `value/0/id`, or nothing.
    pub at: String,
    /// What is wrong with it.
    pub reason: String,
}

/// So many looks at a schema are enough for any example; alternatives that lead back to
/// themselves would never end.
const MOST_LOOKS: usize = 20_000;
/// And so many one within the other.
const DEEPEST: usize = 160;

/// Everything in `value` that `schema` does not allow.
#[must_use]
pub fn misfits(document: &Document, schema: &Node, value: &Node) -> Vec<Misfit> {
    let mut fit = Fit { document, looks: 0, depth: 0, at: Vec::new(), found: Vec::new() };
    fit.look(schema, value);
    fit.found
}

struct Fit<'a> {
    document: &'a Document,
    looks: usize,
    depth: usize,
    at: Vec<String>,
    found: Vec<Misfit>,
}

impl Fit<'_> {
    fn say(&mut self, line: usize, reason: impl Into<String>) {
        self.found.push(Misfit { line, at: self.at.join("/"), reason: reason.into() });
    }

    fn look(&mut self, schema: &Node, value: &Node) {
        self.looks += 1;
        if self.looks < MOST_LOOKS
            && self.depth < DEEPEST
            && let Some(schema) = self.document.follow(schema)
        {
            self.depth += 1;
            self.judge(schema, value);
            self.depth -= 1;
        }
    }

    fn judge(&mut self, schema: &Node, value: &Node) {
        if matches!(value.content, Content::Scalar(Value::Null)) {
            if schema.get("type").is_some() && !schema.is_true("nullable") {
                self.say(value.line, "it is null, and the schema is not nullable");
            }
            return;
        }
        if let Some(kind) = schema.str("type").filter(|kind| !is_a(kind, value)) {
            self.say(value.line, format!("it is {}, not {kind}", describe(value)));
            return;
        }
        self.members(schema, value);
        match &value.content {
            Content::Scalar(Value::String(text)) => self.text(schema, text, value.line),
            Content::Scalar(Value::Number(number)) => {
                if let Some(number) = number.as_f64() {
                    self.number(schema, number, value.line);
                }
            }
            Content::Scalar(_) => {}
            Content::List(items) => self.list(schema, items, value.line),
            Content::Map(entries) => self.object(schema, entries, value.line),
        }
        self.combined(schema, value);
    }

    fn members(&mut self, schema: &Node, value: &Node) {
        let Some(members) = schema.get("enum") else { return };
        let json = value.to_json();
        if !members.items().any(|member| member.to_json() == json) {
            self.say(value.line, format!("{json} is none of the members of its enum"));
        }
    }

    fn text(&mut self, schema: &Node, text: &str, line: usize) {
        let count = || text.chars().count();
        if bound(schema, "minLength").is_some_and(|least| count() < least) {
            self.say(line, "the text is shorter than minLength");
        }
        if bound(schema, "maxLength").is_some_and(|most| count() > most) {
            self.say(line, "the text is longer than maxLength");
        }
        let fits = match schema.str("format") {
            Some("uuid") => is_shaped(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"),
            Some("date") => is_day(text),
            Some("date-time") => is_time(text),
            _ => true,
        };
        if !fits {
            self.say(line, format!("'{text}' is no {}", schema.str("format").unwrap_or_default()));
        }
    }

    fn number(&mut self, schema: &Node, number: f64, line: usize) {
        let limit = |key: &str| match &schema.get(key)?.content {
            Content::Scalar(Value::Number(limit)) => limit.as_f64(),
            _ => None,
        };
        let below = |least: f64| number < least || schema.is_true("exclusiveMinimum") && number <= least;
        if limit("minimum").is_some_and(below) {
            self.say(line, format!("{number} is below the minimum"));
        }
        let above = |most: f64| number > most || schema.is_true("exclusiveMaximum") && number >= most;
        if limit("maximum").is_some_and(above) {
            self.say(line, format!("{number} is above the maximum"));
        }
    }

    fn list(&mut self, schema: &Node, items: &[Node], line: usize) {
        if bound(schema, "minItems").is_some_and(|least| items.len() < least) {
            self.say(line, format!("{} items are fewer than minItems", items.len()));
        }
        if bound(schema, "maxItems").is_some_and(|most| items.len() > most) {
            self.say(line, format!("{} items are more than maxItems", items.len()));
        }
        let Some(of) = schema.get("items") else { return };
        for (index, item) in items.iter().enumerate() {
            self.below(&index.to_string(), of, item);
        }
    }

    fn object(&mut self, schema: &Node, entries: &[(String, usize, Node)], line: usize) {
        let has = |name: &str| entries.iter().any(|(key, _, _)| key == name);
        let required = schema.get("required").into_iter().flat_map(Node::items).filter_map(Node::text);
        for name in required.filter(|name| !has(name)) {
            self.say(line, format!("the required property '{name}' is missing"));
        }
        let known = schema.get("properties");
        for (name, line, value) in entries {
            match (known.and_then(|known| known.get(name)), schema.get("additionalProperties")) {
                (Some(property), _) => self.below(name, property, value),
                (None, Some(Node { content: Content::Scalar(Value::Bool(false)), .. })) => {
                    self.say(*line, format!("the schema has no property '{name}'"));
                }
                (None, Some(other)) => self.below(name, other, value),
                (None, None) => {}
            }
        }
    }

    fn below(&mut self, name: &str, schema: &Node, value: &Node) {
        self.at.push(name.to_owned());
        self.look(schema, value);
        self.at.pop();
    }

    fn combined(&mut self, schema: &Node, value: &Node) {
        for part in schema.get("allOf").into_iter().flat_map(Node::items) {
            self.look(part, value);
        }
        for (key, exactly_one) in [("anyOf", false), ("oneOf", true)] {
            let Some(alternatives) = schema.get(key) else { continue };
            let n_fitting = alternatives.items().filter(|part| self.fits(part, value)).count();
            if n_fitting == 0 || exactly_one && n_fitting > 1 {
                self.say(value.line, format!("{n_fitting} alternatives of {key} fit"));
            }
        }
        if schema.get("not").is_some_and(|part| self.fits(part, value)) {
            self.say(value.line, "it is what 'not' excludes");
        }
    }

    fn fits(&mut self, schema: &Node, value: &Node) -> bool {
        let before = self.found.len();
        self.look(schema, value);
        let fits = self.found.len() == before;
        self.found.truncate(before);
        fits
    }
}

fn bound(schema: &Node, key: &str) -> Option<usize> {
    usize::try_from(schema.get(key)?.integer()?).ok()
}

fn is_a(kind: &str, value: &Node) -> bool {
    match (kind, &value.content) {
        ("object", content) => matches!(content, Content::Map(_)),
        ("array", content) => matches!(content, Content::List(_)),
        ("string", content) => matches!(content, Content::Scalar(Value::String(_))),
        ("boolean", content) => matches!(content, Content::Scalar(Value::Bool(_))),
        ("number", content) => matches!(content, Content::Scalar(Value::Number(_))),
        ("integer", Content::Scalar(Value::Number(number))) => {
            number.is_i64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        ("integer", _) => false,
        // Not a type of OpenAPI: another rule says so.
        _ => true,
    }
}

fn describe(value: &Node) -> &'static str {
    match &value.content {
        Content::Map(_) => "an object",
        Content::List(_) => "an array",
        Content::Scalar(Value::String(_)) => "a string",
        Content::Scalar(Value::Bool(_)) => "a boolean",
        Content::Scalar(Value::Number(_)) => "a number",
        Content::Scalar(_) => "null",
    }
}

/// Whether a text has the form: `x` a hexadecimal digit, `9` a decimal one, others themselves.
fn is_shaped(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(byte, form)| match form {
            b'x' => byte.is_ascii_hexdigit(),
            b'9' => byte.is_ascii_digit(),
            form => byte.eq_ignore_ascii_case(&form),
        })
}

fn is_day(text: &str) -> bool {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(99);
    is_shaped(text, "9999-99-99") && (1..=12).contains(&part(5, 7)) && (1..=31).contains(&part(8, 10))
}

/// RFC 3339; the service writes up to seven digits behind the second.
fn is_time(text: &str) -> bool {
    let (Some(day), Some(rest)) = (text.get(..10), text.get(10..)) else { return false };
    let (Some(time), Some(rest)) = (rest.get(..9), rest.get(9..)) else { return false };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    let part = |from: usize, to: usize| time.get(from..to).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(99);
    let in_day = part(1, 3) < 24 && part(4, 6) < 60 && part(7, 9) <= 60;
    let zoned = zone.eq_ignore_ascii_case("z") || is_shaped(zone, "+99:99") || is_shaped(zone, "-99:99");
    is_day(day) && is_shaped(time, "T99:99:99") && in_day && zoned
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a value, place by place.
    fn check(schema: &str, value: &str) -> Vec<String> {
        let text = format!(
            "components: {{schemas: {{Id: {{type: string, format: uuid}}, Loop: {{anyOf: [{LOOP}, {LOOP}]}}}}}}\nschema: {schema}\nvalue: {value}\n"
        );
        let document = Document::parse(&text, "x.yaml").expect("YAML");
        let (schema, value) = (document.at("/schema").expect("a schema"), document.at("/value").expect("a value"));
        misfits(&document, schema, value)
            .into_iter()
            .map(|misfit| format!("{}: {}", misfit.at, misfit.reason))
            .collect()
    }

    const LOOP: &str = "{$ref: '#/components/schemas/Loop'}";

    #[test]
    fn what_fits_is_quiet() {
        for (schema, value) in [
            ("{}", "{a: [1, x, null]}"),
            ("{type: string, nullable: true}", "null"),
            ("{type: string, minLength: 1, maxLength: 2}", "'äö'"),
            ("{type: string, format: date-time}", "2024-01-29T20:03:57.7872426Z"),
            ("{type: string, format: date-time}", "'2024-01-29t20:03:57+01:00'"),
            ("{type: string, format: date}", "2024-02-29"),
            ("{type: string, format: duration}", "PT1H"),
            ("{$ref: '#/components/schemas/Id'}", "04487ee0-f4f6-4e7f-8999-facc5a30e232"),
            ("{type: integer, minimum: 1, maximum: 3}", "3"),
            ("{type: integer}", "3.0"),
            ("{type: number}", "3"),
            ("{enum: [a, 1, null]}", "1"),
            ("{type: array, maxItems: 2, items: {type: boolean}}", "[true, false]"),
            ("{type: object, required: [a], properties: {a: {type: string}}}", "{a: x, b: 1}"),
            ("{type: object, additionalProperties: {type: string}}", "{a: x}"),
            ("{anyOf: [{type: string}, {type: integer}]}", "1"),
            ("{oneOf: [{type: string}, {type: integer}]}", "a"),
            ("{not: {type: string}}", "1"),
            (LOOP, "1"),
        ] {
            assert_eq!(check(schema, value), Vec::<String>::new(), "{schema} {value}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        for (schema, value, part) in [
            ("{type: string}", "1", ": it is a number, not string"),
            ("{type: string}", "null", "null"),
            ("{type: integer}", "1.5", "not integer"),
            ("{type: integer}", "'1'", "a string, not integer"),
            ("{type: object}", "[]", "an array, not object"),
            ("{type: array}", "{}", "an object, not array"),
            ("{type: boolean}", "'true'", "not boolean"),
            ("{type: string, minLength: 2}", "a", "shorter"),
            ("{type: string, maxLength: 2}", "abc", "longer"),
            ("{type: string, format: date-time}", "2024-01-29", "no date-time"),
            ("{type: string, format: date-time}", "'2024-01-29T20:03:57.Z'", "no date-time"),
            ("{type: string, format: date-time}", "'2024-01-29T25:03:57Z'", "no date-time"),
            ("{type: string, format: date}", "2024-13-01", "no date"),
            ("{$ref: '#/components/schemas/Id'}", "x4487ee0-f4f6-4e7f-8999-facc5a30e232", "no uuid"),
            ("{type: integer, minimum: 1}", "0", "below"),
            ("{type: integer, maximum: 1, exclusiveMaximum: true}", "1", "above"),
            ("{enum: [a, b]}", "c", "\"c\" is none of the members"),
            ("{type: array, items: {type: boolean}}", "[true, 1]", "1: it is a number"),
            ("{type: array, minItems: 1}", "[]", "fewer"),
            ("{type: array, maxItems: 1}", "[1, 2]", "more"),
            ("{type: object, required: [a]}", "{b: 1}", "'a' is missing"),
            ("{type: object, additionalProperties: false}", "{b: 1}", "no property 'b'"),
            ("{type: object, additionalProperties: {type: string}}", "{b: 1}", "b: it is a number"),
            ("{type: object, properties: {a: {$ref: '#/components/schemas/Id'}}}", "{a: b}", "a: 'b' is no uuid"),
            ("{allOf: [{type: string}, {maxLength: 1}]}", "ab", "longer"),
            ("{anyOf: [{type: string}, {type: integer}]}", "true", "0 alternatives of anyOf"),
            ("{oneOf: [{type: number}, {type: integer}]}", "1", "2 alternatives of oneOf"),
            ("{not: {type: string}}", "a", "excludes"),
        ] {
            let found = check(schema, value);
            assert!(found.len() == 1 && found[0].contains(part), "{schema} {value}: {found:?}");
        }
    }
}
