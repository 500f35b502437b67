//! YAML with positions: every node knows its line, and a key that stands twice is an error.
//!
//! Built on the event parser of `saphyr-parser`, since trees made by YAML libraries drop
//! positions or let the last of two equal keys win. Knows nothing of OpenAPI.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, SpannedEventReceiver};
use serde_json::{Map, Number, Value};

/// Deepest nesting that is read; OpenAPI descriptions stay far below it.
const DEPTH: usize = 128;

/// A YAML node and the line on which it starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// 1-based line.
    pub line: usize,
    /// What it holds.
    pub content: Content,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A scalar, resolved by YAML's core schema.
    Scalar(Value),
    /// A list.
    List(Vec<Node>),
    /// A mapping in order: key, line of the key, value.
    Map(Vec<(String, usize, Node)>),
}

/// Why a text is not a YAML document that we can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// 1-based line.
    pub line: usize,
    /// What is wrong there.
    pub reason: String,
}

/// A key that stands twice in one mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The key.
    pub key: String,
    /// 1-based line of the later one.
    pub line: usize,
    /// 1-based line of the first one.
    pub first: usize,
}

impl Node {
    /// Reads one YAML document.
    ///
    /// # Errors
    /// A syntax error, a duplicate key, a key that is no scalar, more than one document, or
    /// nesting deeper than 128 levels.
    pub fn parse(text: &str) -> Result<Self, YamlError> {
        let (root, duplicates) = Self::parse_with_duplicates(text)?;
        match duplicates.into_iter().next() {
            None => Ok(root),
            Some(Duplicate { key, line, first }) => {
                Err(YamlError { line, reason: format!("the key '{key}' stands twice, first on line {first}") })
            }
        }
    }

    /// Reads one YAML document in which keys may stand twice: both are kept, and named.
    ///
    /// # Errors
    /// As [`Node::parse`], but for duplicate keys.
    pub fn parse_with_duplicates(text: &str) -> Result<(Self, Vec<Duplicate>), YamlError> {
        let mut builder = Builder::default();
        let mut parser = Parser::new_from_str(text);
        parser
            .load(&mut builder, true)
            .map_err(|error| YamlError { line: error.marker().line().max(1), reason: error.info().to_owned() })?;
        if let Some(error) = builder.error {
            return Err(error);
        }
        match (builder.roots.pop(), builder.roots.pop()) {
            (Some(root), None) => Ok((root, builder.duplicates)),
            (None, _) => Err(YamlError { line: 1, reason: "the file is empty".to_owned() }),
            (Some(second), Some(_)) => Err(YamlError {
                line: second.line,
                reason: "a second YAML document starts here; one file holds one description".to_owned(),
            }),
        }
    }

    /// The value of a key of a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().find(|(name, _, _)| name == key).map(|(_, _, node)| node)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> impl Iterator<Item = &(String, usize, Self)> {
        match &self.content {
            Content::Map(entries) => entries.as_slice(),
            _ => &[],
        }
        .iter()
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> impl Iterator<Item = &Self> {
        match &self.content {
            Content::List(items) => items.as_slice(),
            _ => &[],
        }
        .iter()
    }

    /// The text of a string scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The text of the string under a key.
    #[must_use]
    pub fn str(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// The whole number of a scalar.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        match &self.content {
            Content::Scalar(Value::Number(number)) => number.as_i64(),
            _ => None,
        }
    }

    /// Whether the scalar under a key is `true`.
    #[must_use]
    pub fn is_true(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Self { content: Content::Scalar(Value::Bool(true)), .. }))
    }

    /// Whether objects of this schema may have properties that it does not name, as far as it says so.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let open = self.get("additionalProperties");
        open.is_some_and(|open| !matches!(open.content, Content::Scalar(Value::Bool(false))))
    }

    /// What a schema refers to that may also be null: `{nullable: true, allOf: [{$ref: …}]}`.
    #[must_use]
    pub fn nullable_reference(&self) -> Option<&str> {
        let plain = |key: &str| matches!(key, "nullable" | "allOf" | "description") || key.starts_with("x-");
        let mut parts = self.get("allOf")?.items();
        let reference = parts.next()?.str("$ref").filter(|_| self.is_true("nullable") && parts.next().is_none());
        reference.filter(|_| self.entries().all(|(key, _, _)| plain(key)))
    }

    /// The node at a JSON pointer (`/paths/~1riskyUsers/get`).
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Self> {
        pointer.split('/').skip(1).try_fold(self, |node, token| {
            let token = unescape(token);
            match &node.content {
                Content::Map(_) => node.get(&token),
                Content::List(items) => items.get(token.parse::<usize>().ok()?),
                Content::Scalar(_) => None,
            }
        })
    }

    /// The same tree without positions.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.content {
            Content::Scalar(value) => value.clone(),
            Content::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Content::Map(entries) => {
                let pairs = entries.iter().map(|(key, _, node)| (key.clone(), node.to_json()));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
        }
    }
}

/// One token of a JSON pointer, written so that it may hold `/` and `~` (RFC 6901).
#[must_use]
pub fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// The reverse of [`escape`]; most tokens are what they stand for.
pub(super) fn unescape(token: &str) -> Cow<'_, str> {
    match token.contains('~') {
        true => token.replace("~1", "/").replace("~0", "~").into(),
        false => token.into(),
    }
}

/// A mapping or list that is not complete yet.
enum Open {
    List { line: usize, items: Vec<Node> },
    Map { line: usize, entries: Vec<(String, usize, Node)>, key: Option<(String, usize)>, seen: Seen },
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    roots: Vec<Node>,
    duplicates: Vec<Duplicate>,
    error: Option<YamlError>,
}

impl Builder {
    fn fail(&mut self, line: usize, reason: impl Into<String>) {
        // The first error is the one to show; later ones follow from it.
        if self.error.is_none() {
            self.error = Some(YamlError { line, reason: reason.into() });
        }
    }

    fn add(&mut self, node: Node) {
        let line = node.line;
        match self.open.last_mut() {
            None => self.roots.push(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key: key @ Some(_), .. }) => {
                if let Some((name, at)) = key.take() {
                    entries.push((name, at, node));
                }
            }
            Some(Open::Map { entries, key, seen, .. }) => match key_text(&node) {
                None => self.fail(line, "a key must be a plain text"),
                Some(name) => {
                    if let Some(first) = stands(entries, seen, &name) {
                        self.duplicates.push(Duplicate { key: name.clone(), line, first });
                    }
                    *key = Some((name, line));
                }
            },
        }
    }

    fn start(&mut self, open: Open, line: usize) {
        if self.open.len() >= DEPTH {
            self.fail(line, format!("nested deeper than {DEPTH} levels"));
        }
        // A mapping cannot be a key.
        if let Some(Open::Map { key: None, .. }) = self.open.last() {
            self.fail(line, "a key must be a plain text");
        }
        self.open.push(open);
    }
}

/// The keys of a long mapping.
#[derive(Default)]
struct Seen {
    lines: HashMap<String, usize>,
    /// So many entries are in the table.
    n_entries: usize,
}

/// Mappings with more entries are looked through by `seen`.
const MOST_SCANNED: usize = 16;

/// The line on which a key stands already. Nearly all mappings are short, and a look at each
/// entry is then cheaper than a table; a long one gets its table when it grows long.
fn stands(entries: &[(String, usize, Node)], seen: &mut Seen, name: &str) -> Option<usize> {
    if entries.len() < MOST_SCANNED {
        return entries.iter().find(|(key, _, _)| key == name).map(|(_, line, _)| *line);
    }
    for (key, line, _) in entries.iter().skip(seen.n_entries) {
        // Of equal keys the first one stays.
        seen.lines.entry(key.clone()).or_insert(*line);
    }
    seen.n_entries = entries.len();
    seen.lines.get(name).copied()
}

fn key_text(node: &Node) -> Option<String> {
    match &node.content {
        Content::Scalar(Value::String(text)) => Some(text.clone()),
        Content::Scalar(Value::Null) => None,
        Content::Scalar(value) => Some(value.to_string()),
        _ => None,
    }
}

impl<'input> SpannedEventReceiver<'input> for Builder {
    fn on_event(&mut self, event: Event<'input>, span: Span) {
        if self.error.is_some() {
            return;
        }
        let line = span.start.line();
        match event {
            Event::Scalar(text, style, ..) => {
                let value = match style {
                    ScalarStyle::Plain => resolve(&text),
                    _ => Value::String(text.into_owned()),
                };
                self.add(Node { line, content: Content::Scalar(value) });
            }
            Event::SequenceStart(..) => self.start(Open::List { line, items: Vec::new() }, line),
            Event::MappingStart(..) => {
                self.start(Open::Map { line, entries: Vec::new(), key: None, seen: Seen::default() }, line)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List { line, items }) => {
                    self.add(Node { line, content: Content::List(items) });
                }
                Some(Open::Map { line, entries, .. }) => {
                    self.add(Node { line, content: Content::Map(entries) });
                }
                None => {}
            },
            // Aliases are expanded in memory: a chain of them could grow without bound, and no
            // description needs them, since OpenAPI has $ref.
            Event::Alias(_) => self.fail(line, "YAML aliases are not supported; use $ref"),
            _ => {}
        }
    }
}

/// YAML 1.2, core schema, 10.3.2.
fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    if let Ok(number) = text.parse::<i64>() {
        return Value::Number(number.into());
    }
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'));
    if numeric && let Some(number) = text.parse::<f64>().ok().and_then(Number::from_f64) {
        return Value::Number(number);
    }
    Value::String(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_know_their_lines_and_plain_scalars_their_types() {
        let root = Node::parse("a: 1\nb:\n  - x: true\n  - '204'\n").expect("YAML");
        assert_eq!(root.to_json(), serde_json::json!({"a": 1, "b": [{"x": true}, "204"]}));
        assert_eq!(root.at("/b/1").map(|node| node.line), Some(4));
    }

    #[test]
    fn a_key_that_stands_twice_is_an_error_with_its_line() {
        let error = Node::parse("a: 1\nb: 2\na: 3\n").expect_err("duplicate");
        assert_eq!((error.line, error.reason.as_str()), (3, "the key 'a' stands twice, first on line 1"));
    }

    #[test]
    fn every_key_that_stands_twice_is_named_and_kept() {
        let (root, duplicates) = Node::parse_with_duplicates("a: {b: 1, b: 2}\na: 3\n'a': 4\n").expect("YAML");
        let found: Vec<_> = duplicates.iter().map(|d| (d.key.as_str(), d.line, d.first)).collect();
        assert_eq!(found, [("b", 1, 1), ("a", 2, 1), ("a", 3, 1)]);
        assert_eq!(root.entries().count(), 3);
        // Also in long mappings, where keys are looked up otherwise.
        let long: String = (0..40).map(|key| format!("k{}: 1\n", key % 30)).collect();
        let (_, duplicates) = Node::parse_with_duplicates(&long).expect("YAML");
        let found: Vec<_> = duplicates.iter().map(|d| (d.line, d.first)).collect();
        assert_eq!(found, (0..10).map(|key| (key + 31, key + 1)).collect::<Vec<_>>());
    }

    #[test]
    fn unusable_texts_are_errors() {
        for (text, part) in [
            ("", "empty"),
            ("a: 1\n---\nb: 2\n", "second"),
            ("a: &x 1\nb: *x\n", "$ref"),
            ("{[1]: 2}\n", "plain text"),
            ("a: [1\n", ""),
        ] {
            let error = Node::parse(text).expect_err(text);
            assert!(error.reason.contains(part), "{text:?}: {error:?}");
        }
        let deep = "[".repeat(500) + &"]".repeat(500);
        assert!(Node::parse(&deep).is_err());
    }
}
