//! YAML that is written anew: block style with short values on one line, comments, and quotes
//! wherever a reader of YAML 1.1 or 1.2 could take a text for something else.

use std::fmt::Write as _;

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Yaml {
    Text(String),
    Integer(i64),
    Bool(bool),
    /// One item a line.
    List(Vec<Yaml>),
    /// `[a, b]`.
    Row(Vec<Yaml>),
    /// One entry a line.
    Map(Vec<Entry>),
    /// `{a: b}`.
    Braces(Vec<Entry>),
}

/// A key with its value, and a comment on the line above.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    key: String,
    value: Yaml,
    comment: Option<String>,
}

impl Yaml {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// `[a, b]` of texts.
    pub(super) fn row<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::Row(items.into_iter().map(|item| Self::text(item.as_ref())).collect())
    }

    /// `{a: b}` of texts.
    pub(super) fn braces<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Braces(entries.into_iter().map(|(key, value)| entry(key, value)).collect())
    }

    /// One entry a line.
    pub(super) fn mapping(entries: Vec<Entry>) -> Self {
        Self::Map(entries)
    }

    /// The whole as a file.
    pub(super) fn to_file(&self) -> String {
        let mut text = String::new();
        self.lines(0, &mut text);
        text
    }

    /// On one line, whatever it is.
    pub(super) fn inline(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Integer(number) => number.to_string(),
            Self::Bool(value) => value.to_string(),
            Self::List(items) | Self::Row(items) => {
                let items: Vec<String> = items.iter().map(Self::inline).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(entries) | Self::Braces(entries) => {
                let entries: Vec<String> = entries.iter().map(Entry::inline).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// Whether it goes behind its key, on the same line.
    fn is_inline(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
            _ => true,
        }
    }

    fn lines(&self, indent: usize, text: &mut String) {
        match self {
            Self::Map(entries) if !entries.is_empty() => {
                for entry in entries {
                    entry.lines(indent, text);
                }
            }
            Self::List(items) if !items.is_empty() => {
                for item in items {
                    let _ = writeln!(text, "{:indent$}- {}", "", item.item(indent + 2));
                }
            }
            other => {
                let _ = writeln!(text, "{:indent$}{}", "", other.inline());
            }
        }
    }

    /// As the item of a list, without the dash and the last line end: later lines are indented.
    pub(super) fn item(&self, indent: usize) -> String {
        if self.is_inline() {
            return self.inline();
        }
        let mut text = String::new();
        self.lines(indent, &mut text);
        text.trim_start().trim_end_matches('\n').to_owned()
    }
}

/// An entry of a mapping.
pub(super) fn entry(key: &str, value: Yaml) -> Entry {
    Entry { key: key.to_owned(), value, comment: None }
}

impl Entry {
    /// The same with a comment above.
    pub(super) fn because(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    pub(super) fn inline(&self) -> String {
        format!("{}: {}", quoted(&self.key), self.value.inline())
    }

    /// In block style, with its line end.
    pub(super) fn lines(&self, indent: usize, text: &mut String) {
        if let Some(comment) = &self.comment {
            let plain: String = comment.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let _ = writeln!(text, "{:indent$}# {}", "", plain.trim());
        }
        let key = quoted(&self.key);
        if self.value.is_inline() {
            let _ = writeln!(text, "{:indent$}{key}: {}", "", self.value.inline());
            return;
        }
        let _ = writeln!(text, "{:indent$}{key}:", "");
        self.value.lines(indent + 2, text);
    }
}

/// A text so that every reader takes it for this text, on one line and in braces too.
pub(super) fn quoted(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let printable = |c: char| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric();
    if text.chars().all(printable) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            character if printable(character) => quoted.push(character),
            character => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(character));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a text needs no quotes anywhere.
fn is_plain(text: &str) -> bool {
    let allowed =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '.' | '/' | '(' | ')' | '+' | '-' | '$');
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '$'));
    begins && !text.ends_with(' ') && text.chars().all(allowed) && !is_word(text) && !is_number(text)
}

/// Words that YAML 1.1 or 1.2 takes for null or a truth value.
fn is_word(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(&lower.as_str())
}

/// Numbers, dates and times of YAML 1.1 and 1.2.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_hexdigit() || matches!(c, '.' | '_' | '-' | '+' | 'x' | 'o' | 'T' | 'Z' | ' '))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::spec::Node;

    fn arbitrary() -> impl Strategy<Value = Yaml> {
        let text = prop_oneof![
            any::<String>(),
            "[-:#{}\\[\\],&*!|>'\"%@`~?$ a0\\n\\t]{0,8}",
            prop::sample::select(vec![
                "null",
                "Yes",
                "0x1f",
                "2019-03-01",
                "1e3",
                "- a",
                "a: b",
                "a #b",
                "~",
                "",
                "é "
            ])
            .prop_map(str::to_owned),
        ];
        let leaf = prop_oneof![
            text.prop_map(Yaml::Text),
            any::<i64>().prop_map(Yaml::Integer),
            any::<bool>().prop_map(Yaml::Bool)
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            let entries =
                prop::collection::btree_map(any::<String>(), (inner.clone(), prop::option::of(any::<String>())), 0..5)
                    .prop_map(|map| {
                        let entries = map.into_iter().map(|(key, (value, comment))| Entry { key, value, comment });
                        entries.collect::<Vec<_>>()
                    });
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Yaml::List),
                prop::collection::vec(inner, 0..5).prop_map(Yaml::Row),
                entries.clone().prop_map(Yaml::Map),
                entries.prop_map(Yaml::Braces),
            ]
        })
    }

    fn value(yaml: &Yaml) -> Value {
        match yaml {
            Yaml::Text(text) => json!(text),
            Yaml::Integer(number) => json!(number),
            Yaml::Bool(value) => json!(value),
            Yaml::List(items) | Yaml::Row(items) => items.iter().map(value).collect(),
            Yaml::Map(entries) | Yaml::Braces(entries) => {
                Value::Object(entries.iter().map(|entry| (entry.key.clone(), value(&entry.value))).collect())
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(yaml in arbitrary()) {
            let text = yaml.to_file();
            let read = Node::parse(&text).map(|node| node.to_json());
            prop_assert_eq!(read, Ok(value(&yaml)), "{}", text);
        }
    }

    #[test]
    fn quotes_stand_only_where_they_are_needed() {
        for (text, written) in [
            ("riskyUsers", "riskyUsers"),
            ("/riskyUsers/{id}", "'/riskyUsers/{id}'"),
            ("$filter", "$filter"),
            ("204", "'204'"),
            ("3.0.3", "'3.0.3'"),
            ("no", "'no'"),
            ("it's", "'it''s'"),
            ("a\nb", "\"a\\nb\""),
            ("@odata.nextLink", "'@odata.nextLink'"),
        ] {
            assert_eq!(quoted(text), written);
        }
    }
}
