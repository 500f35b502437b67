//! Sections that list parameters: request headers, query options, the request body.

use std::collections::HashSet;

use super::absence;
use super::inline;
use super::outline::{Block, BlockKind, Outline};
use super::page::{BodyProperty, Header, Limit, Query};
use super::permission;
use super::section::Section;
use super::table::{self, Row, Table};

/// What a section says, or that it says nothing that could be read.
pub(super) enum Listed<T> {
    Items(Vec<T>),
    Unread(usize),
}

/// The request headers that sections list.
pub(super) fn headers(outline: &Outline, sections: &[&Section<'_>]) -> Listed<Header> {
    let mut headers = Vec::new();
    let mut tables = false;
    for section in sections {
        // What a heading says of all headers below it holds where a row does not say otherwise.
        let all = (section.title.to_ascii_lowercase().contains("optional")).then_some(false);
        for block in section.tables() {
            tables = true;
            let table = table::table(outline, block);
            let columns = Columns::of(&table);
            for row in table.rows.iter().filter(|row| !is_permission(row) && !is_caption(row)) {
                let Some(name) = header_name(&inline::text(row.cell(0))) else { continue };
                headers.push(Header { name, required: columns.required(row).or(all), line: row.line });
            }
        }
    }
    if headers.is_empty() {
        for block in sections.iter().flat_map(|section| section.blocks) {
            loose_headers(outline, block, &mut headers);
        }
    }
    match (headers.is_empty(), tables) {
        (false, _) => Listed::Items(headers),
        (true, _) => none_or_unread(outline, sections),
    }
}

/// Headers in a list or a fence, where there is no table.
fn loose_headers(outline: &Outline, block: &Block, headers: &mut Vec<Header>) {
    if !matches!(block.kind, BlockKind::Text | BlockKind::Fence { .. }) {
        return;
    }
    for (line, text) in outline.lines(block.first, block.last) {
        let item = inline::text(text.trim_start_matches([' ', '-', '*', '+', '\t']));
        let Some((name, value)) = item.split_once(':') else { continue };
        let listed =
            matches!(block.kind, BlockKind::Fence { .. }) || text.trim_start().starts_with(['-', '*', '+', '`']);
        if let Some(name) = header_name(name).filter(|name| listed && !name.contains(' ')) {
            headers.push(Header { name, required: required(value), line });
        }
    }
}

/// The name of a header: what stands before a colon, if it can be one.
fn header_name(cell: &str) -> Option<String> {
    let name = cell.split([':', '(']).next().unwrap_or_default().trim().trim_end_matches(['*', '.', ',']);
    let name = emphasized(name);
    let plain =
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b' ' | b'.' | b'/'));
    let heading = ["name", "header", "headers", "request header", "property", "parameter", "type"];
    let fits = plain && name.len() < 60 && name.starts_with(|letter: char| letter.is_ascii_alphabetic());
    (fits && !heading.contains(&name.to_ascii_lowercase().as_str())).then(|| name.to_owned())
}

/// A row of one emphasized cell, which heads the rows below it: `|**Onboarding**|`.
fn is_caption(row: &Row<'_>) -> bool {
    row.cells.len() == 1 && row.cell(0).starts_with(['*', '_'])
}

fn is_permission(row: &Row<'_>) -> bool {
    !permission::kinds(&inline::text(row.cell(0))).is_empty()
        && row.rest(1).any(|cell| permission::names(cell).next().is_some() || permission::is_none(&inline::text(cell)))
}

/// The columns of a table by what their header says.
struct Columns {
    kind: Option<usize>,
    required: Option<usize>,
}

impl Columns {
    fn of(table: &Table<'_>) -> Self {
        let position = |names: &[&str]| {
            table.header.iter().position(|cell| names.contains(&inline::text(cell).to_ascii_lowercase().as_str()))
        };
        Self {
            kind: position(&["type", "data type", "datatype", "value type"]).filter(|index| *index > 0),
            required: position(&["required", "required?", "mandatory", "is required"]).filter(|index| *index > 0),
        }
    }

    fn kind(&self, row: &Row<'_>) -> Option<String> {
        let kind = inline::text(row.cell(self.kind?));
        (!kind.is_empty()).then(|| kind.into_owned())
    }

    fn required(&self, row: &Row<'_>) -> Option<bool> {
        if let Some(index) = self.required {
            match row.cell(index).to_ascii_lowercase().trim_matches(['.', ' ', '*', '`']) {
                "yes" | "true" | "required" | "y" | "x" => return Some(true),
                "no" | "false" | "optional" | "n" => return Some(false),
                _ => {}
            }
        }
        row.rest(0).find_map(|cell| required(&inline::text(cell)))
    }
}

/// Whether a description calls what it describes required or optional: by a word that stands for
/// itself ("Required.", "String (optional)", "this one is required."), and not by one inside a
/// sentence about something else, or with a condition.
fn required(text: &str) -> Option<bool> {
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some((at, word)) =
        ["required", "optional"].iter().filter_map(|word| lower[from..].find(word).map(|at| (at + from, *word))).min()
    {
        let (before, after) = (&lower[..at], &lower[at + word.len()..]);
        from = at + word.len();
        let part = before.ends_with(|letter: char| letter.is_ascii_alphanumeric())
            || after.starts_with(|letter: char| letter.is_ascii_alphanumeric());
        if part || !stands_alone(before, after, text[at..].starts_with(['R', 'O'])) {
            continue;
        }
        let denied = ["not", "n't", "no longer"].iter().any(|negation| before.trim_end().ends_with(negation));
        return Some((word == "required") != denied);
    }
    None
}

/// Whether a word between two texts is a statement and not a part of one.
fn stands_alone(before: &str, after: &str, capital: bool) -> bool {
    let condition = |text: &str| {
        let text = text.trim_start_matches([',', ' ', '-']);
        let words = text.split_whitespace().next().unwrap_or_default();
        matches!(words, "if" | "when" | "only" | "unless" | "where" | "with")
    };
    let ends = after.trim_start_matches(['*', '_', '`', '"', ' ']);
    if (ends.is_empty() || ends.starts_with(['.', ',', ';', ':', ')', ']', '!', '-', '|'])) && !condition(ends) {
        return true;
    }
    let before = before.trim_end_matches([' ', '*', '_', '`', '(', '[']);
    let begins = capital && (before.is_empty() || before.ends_with(['.', '!', ':', '>', '-', '}', ')']));
    begins && !condition(after)
}

/// The query options and URL parameters that sections list.
pub(super) fn query(outline: &Outline, sections: &[&Section<'_>]) -> Listed<Query> {
    let mut items: Vec<Query> = Vec::new();
    let mut known = HashSet::new();
    let mut add = |name: &str, kind: Option<String>, line: usize| {
        if known.insert(name.to_owned()) {
            items.push(Query { name: name.to_owned(), kind, line });
        }
    };
    // Whether a sentence says that there is no support, and whether one says that there is some.
    let (mut denied, mut granted) = (false, false);
    for section in sections {
        for block in section.blocks {
            match block.kind {
                BlockKind::Table => rows(outline, block, &mut add),
                BlockKind::Text => {
                    let text = outline.text(block.first, block.last);
                    let mut lines = LineCounter { text, at: 0, line: block.first };
                    for (sentence, offset) in sentences(text) {
                        if is_negative(sentence) {
                            denied = true;
                            continue;
                        }
                        granted |= sentence.to_ascii_lowercase().contains("support");
                        for (name, at) in options(sentence) {
                            add(&name, None, lines.line(offset + at));
                        }
                    }
                }
                _ => {}
            }
        }
    }
    match (items.is_empty(), denied && !granted) {
        (false, _) => Listed::Items(items),
        (true, true) => Listed::Items(Vec::new()),
        (true, false) => none_or_unread(outline, sections),
    }
}

/// The parameters of a table, by name and type.
fn rows(outline: &Outline, block: &Block, add: &mut impl FnMut(&str, Option<String>, usize)) {
    let table = table::table(outline, block);
    let columns = Columns::of(&table);
    for row in table.rows.iter().filter(|row| !is_caption(row)) {
        if let Some(name) = property_name(row.cell(0)) {
            add(&name, columns.kind(row), row.line);
        }
    }
}

/// Sentences with their byte offsets. A full stop inside a word does not end one.
fn sentences(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut offset = 0;
    text.split_inclusive(". ").flat_map(|sentence| sentence.split_inclusive(".\n")).map(move |sentence| {
        let at = offset;
        offset += sentence.len();
        (sentence, at)
    })
}

fn is_negative(sentence: &str) -> bool {
    let sentence = sentence.to_ascii_lowercase();
    ["not support", "n't support", "not currently support", "no support", "not yet support", "n't currently support"]
        .iter()
        .any(|words| sentence.contains(words))
}

/// The options that a sentence names: words with a dollar sign, and code that is the name of one.
fn options(sentence: &str) -> impl Iterator<Item = (String, usize)> {
    const NAMES: &[&str] =
        &["select", "expand", "filter", "orderby", "top", "skip", "count", "search", "format", "skiptoken", "apply"];
    let mut found: Vec<(String, usize)> = Vec::new();
    for (at, _) in sentence.match_indices('$') {
        let word: String = sentence[at + 1..].chars().take_while(char::is_ascii_alphabetic).collect();
        let value = sentence[at + 1 + word.len()..].starts_with('=');
        if NAMES.contains(&word.to_ascii_lowercase().as_str()) && !(value && sentence[..at].ends_with(['?', '&'])) {
            found.push((format!("${word}"), at));
        }
    }
    if found.is_empty() {
        for code in inline::code(sentence).filter(|code| NAMES.contains(&code.to_ascii_lowercase().as_str())) {
            // The slice is part of the sentence.
            let at = code.as_ptr() as usize - sentence.as_ptr() as usize;
            found.push((format!("${code}"), at));
        }
    }
    found.into_iter()
}

/// Lines of offsets that only grow, counted once over the text.
struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl LineCounter<'_> {
    fn line(&mut self, offset: usize) -> usize {
        if offset > self.at {
            self.line += self.text[self.at..offset].matches('\n').count();
            self.at = offset;
        }
        self.line
    }
}

/// The properties of the request body that sections list.
pub(super) fn body(outline: &Outline, sections: &[&Section<'_>]) -> (Listed<BodyProperty>, Vec<Query>) {
    let mut properties: Vec<BodyProperty> = Vec::new();
    let mut in_url = Vec::new();
    for section in sections {
        for (index, block) in section.blocks.iter().enumerate() {
            if block.kind != BlockKind::Table {
                continue;
            }
            // Some pages list the parameters of the URL under this heading.
            let lead = section.blocks[..index].iter().rev().find(|block| block.kind == BlockKind::Text);
            let lead = lead.map(|lead| outline.text(lead.first, lead.last).to_ascii_lowercase()).unwrap_or_default();
            let url =
                (lead.contains("request url") || lead.contains("query parameter")) && !lead.contains("request body");
            let table = table::table(outline, block);
            if !lists_properties(&table) {
                continue;
            }
            let columns = Columns::of(&table);
            for row in table.rows.iter().filter(|row| !is_caption(row)) {
                let Some(name) = property_name(row.cell(0)) else { continue };
                if url {
                    in_url.push(Query { name, kind: columns.kind(row), line: row.line });
                    continue;
                }
                let limit = columns.kind(row).filter(|kind| is_list(kind)).and_then(|_| row_limit(row));
                properties.push(BodyProperty {
                    name,
                    kind: columns.kind(row),
                    required: columns.required(row),
                    limit,
                    line: row.line,
                });
            }
        }
    }
    let listed = match (properties.is_empty(), in_url.is_empty()) {
        (false, _) => Listed::Items(properties),
        (true, false) => Listed::Items(Vec::new()),
        (true, true) => none_or_unread(outline, sections),
    };
    (listed, in_url)
}

/// Whether the first column of a table names properties, and not the values of one of them.
fn lists_properties(table: &Table<'_>) -> bool {
    let Some(first) = table.header.first() else { return true };
    let first = inline::text(first).to_ascii_lowercase();
    let named = ["property", "properties", "parameter", "name", "field", "attribute", "element", "key"];
    first.is_empty() || !first.contains("value") && named.iter().any(|name| first.contains(name))
}

pub(super) fn is_list(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.contains("collection") || kind.contains("[]") || kind.contains("array") || kind.starts_with("list")
}

/// A name without the underscores that emphasize it.
fn emphasized(name: &str) -> &str {
    name.strip_prefix('_').and_then(|name| name.strip_suffix('_')).unwrap_or(name)
}

/// The name in a first cell: one word, marks and remarks removed.
fn property_name(cell: &str) -> Option<String> {
    let text = inline::text(cell);
    let text = emphasized(&text);
    let name = text.split(['(', ',', ':']).next().unwrap_or_default().trim().trim_end_matches(['*', '.']);
    let name = name.split_whitespace().next().unwrap_or_default();
    let heading = ["property", "parameter", "name", "parameter name"];
    let named =
        name.starts_with(|letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '@' | '$' | '_' | '{'));
    (named && !heading.contains(&name.to_ascii_lowercase().as_str())).then(|| name.to_owned())
}

fn row_limit(row: &Row<'_>) -> Option<Limit> {
    let text: Vec<&str> = row.rest(1).collect();
    limit(&text.join(" ")).map(|most| Limit { most, line: row.line })
}

/// The greatest number of items that a text allows: a number close behind words of limits.
pub(super) fn limit(text: &str) -> Option<usize> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let text = inline::text(text).to_ascii_lowercase();
    const WORDS: &[&str] = &["maximum", "up to", "at most", "no more than", "limit of", "limited to", "limit is"];
    const ITEMS: &[&str] = &[
        "user",
        "item",
        " id",
        "object",
        "in one call",
        "in one request",
        "per request",
        "per call",
        "in a single",
        "count of",
        "number of",
    ];
    for (sentence, _) in sentences(&text) {
        let Some(at) = WORDS.iter().filter_map(|word| sentence.find(word)).min() else { continue };
        let behind = &sentence[at..];
        let Some(digit) = behind.find(|letter: char| letter.is_ascii_digit()).filter(|digit| *digit < 80) else {
            continue;
        };
        let number: String =
            behind[digit..].chars().take_while(|letter| letter.is_ascii_digit() || *letter == ',').collect();
        let rest = &behind[digit + number.len()..];
        if rest.starts_with(['.', '-', '%']) && rest[1..].starts_with(|letter: char| letter.is_ascii_digit()) {
            continue;
        }
        let about = ITEMS.iter().any(|item| sentence.contains(item));
        let other = ["character", "byte", " kb", " mb", "day", "hour", "minute", "second", "length"];
        if about && !other.iter().any(|word| rest.get(..16).unwrap_or(rest).contains(word)) {
            return number.trim_end_matches(',').replace(',', "").parse().ok();
        }
    }
    None
}

/// A section without a list either says that there is none, or could not be read.
fn none_or_unread<T>(outline: &Outline, sections: &[&Section<'_>]) -> Listed<T> {
    let mut texts = sections.iter().flat_map(|section| section.texts());
    let none = texts.any(|block| absence::says_none(outline.text(block.first, block.last)));
    match none {
        true => Listed::Items(Vec::new()),
        false => Listed::Unread(sections.first().map_or(1, |section| section.line)),
    }
}
