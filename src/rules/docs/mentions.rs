//! What pages mention of each other: small enough to be kept for a whole checkout.

use std::collections::{BTreeMap, HashMap};

use super::{PageContext, Rule};
use crate::contract::Origin;
use crate::docs::annotation::Annotation;
use crate::docs::outline::BlockKind;
use crate::docs::page::{BodyKind, Page, PageKind};
use crate::docs::path;
use crate::docs::section::Subject;
use crate::finding::Finding;

/// What one page mentions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mentions {
    /// The file.
    pub page: String,
    /// The API version that it documents.
    pub api: Option<String>,
    /// Whether it describes a resource.
    pub is_resource: bool,
    /// The operation: `POST /riskyUsers/dismiss`.
    pub operation: String,
    /// Names of permissions.
    pub permissions: Vec<Mention>,
    /// Types that annotations and bodies name, without their namespace.
    pub types: Vec<Mention>,
    /// Resources that it defines or links to, in lower case, each with a line that shows it.
    pub resources: Vec<(String, usize)>,
    /// Names of examples.
    pub examples: Vec<Mention>,
    /// Verbs in "… to VERB in the request body".
    pub verbs: Vec<Mention>,
}

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The name as it stands there.
    pub name: String,
    /// The place.
    pub origin: Origin,
    /// For a type: whether an annotation names it.
    pub annotated: bool,
}

pub(super) fn of(context: &PageContext<'_>) -> Mentions {
    let page = context.page;
    Mentions {
        page: page.page.clone(),
        api: page.api.clone(),
        is_resource: page.kind == PageKind::Resource,
        operation: page
            .requests
            .iter()
            .flatten()
            .next()
            .map_or_else(String::new, |request| format!("{} {}", request.method, path::canonical(&request.path))),
        permissions: permissions(context),
        types: types(context),
        resources: resources(page),
        examples: examples(page, context.annotations),
        verbs: verbs(context),
    }
}

fn mention(page: &Page, name: &str, line: usize) -> Mention {
    Mention { name: name.to_owned(), origin: Origin { file: page.page.clone(), line }, annotated: true }
}

/// Each name at the first line of its section that has it.
fn permissions(context: &PageContext<'_>) -> Vec<Mention> {
    let page = context.page;
    let Some(permissions) = &page.permissions else { return Vec::new() };
    let mut found = Vec::new();
    for (kind, names) in permissions.kinds() {
        let from = page.lines.permission(kind).unwrap_or(1);
        // Names come in the order of their lines.
        let mut cursor = from;
        for name in names.into_iter().flatten() {
            let mut mention = mention(page, name, from);
            match &page.lines.permissions_file {
                Some(file) => mention.origin.file.clone_from(file),
                None => {
                    let blocks = context.sections_about(Subject::Permissions);
                    let block = blocks
                        .flat_map(|section| section.blocks)
                        .find(|block| block.kind == BlockKind::Table && (block.first..=block.last).contains(&from));
                    let last = block.map_or(from, |block| block.last);
                    let line = page.outline.lines(cursor, last).find(|(_, text)| text.contains(name.as_str()));
                    cursor = line.map_or(cursor, |(line, _)| line);
                    mention.origin.line = cursor;
                }
            }
            found.push(mention);
        }
    }
    found
}

fn types(context: &PageContext<'_>) -> Vec<Mention> {
    let page = context.page;
    let mut found = Vec::new();
    for annotation in context.annotations {
        let named = annotation.str("@odata.type").and_then(own_type);
        if let Some(name) = named.filter(|_| annotation.block_type() != Some("ignored")) {
            let lines = page.outline.lines(annotation.line, annotation.fence.unwrap_or(annotation.line + 12));
            let line = lines.into_iter().find(|(_, text)| text.contains("@odata.type"));
            found.push(mention(page, name, line.map_or(annotation.line, |(line, _)| line)));
        }
    }
    for exchange in &context.exchanges {
        let sent = exchange.sent.as_ref().filter(|sent| sent.is.body_kind == BodyKind::Json).and_then(|it| it.json());
        let answer =
            exchange.answer.as_ref().filter(|answer| answer.is.body_kind == BodyKind::Json).and_then(|it| it.json());
        for (name, line) in sent.into_iter().chain(answer).flat_map(|json| &json.types) {
            if let Some(name) = own_type(name) {
                found.push(Mention { annotated: false, ..mention(page, name, *line) });
            }
        }
    }
    found
}

/// The last part of the name of one of the service's own types: not a primitive, nor one of
/// another service.
fn own_type(spelled: &str) -> Option<&str> {
    let name = spelled.trim().trim_start_matches('#');
    let name = match name.split_once('(') {
        Some((_, inside)) => inside.trim_end_matches(')').trim_start_matches('#'),
        None => name,
    };
    let prefix = name.get(.."microsoft.graph.".len())?;
    let last = name.rsplit('.').next()?;
    (prefix.eq_ignore_ascii_case("microsoft.graph.")
        && !last.is_empty()
        && last.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
    .then_some(last)
}

/// The stems of the resource pages that it links to, each also without what stands before its
/// last dash; and the resource that it describes.
fn resources(page: &Page) -> Vec<(String, usize)> {
    let text = page.outline.text(1, page.outline.len());
    let mut found = BTreeMap::new();
    if let Some(resource) = &page.resource {
        let title = page.lines.title.unwrap_or(1);
        let file = page.page.rsplit('/').next().unwrap_or_default();
        insert(&mut found, file.split('.').next().unwrap_or_default(), title);
        if let Some(name) = &resource.name {
            insert(&mut found, name, title);
        }
        for list in &resource.enums {
            insert(&mut found, &list.name, list.line);
        }
    }
    const MARKER: &str = "resources/";
    for at in memchr::memmem::find_iter(text.as_bytes(), MARKER) {
        let stem = &text[at + MARKER.len()..];
        let end = stem.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
        insert(&mut found, &stem[..end.unwrap_or(stem.len())], page.outline.line_at(at));
    }
    found.into_iter().collect()
}

fn insert(found: &mut BTreeMap<String, usize>, stem: &str, line: usize) {
    if found.contains_key(stem) {
        return;
    }
    let stem = stem.to_ascii_lowercase();
    if let Some((_, last)) = stem.rsplit_once('-') {
        found.entry(last.to_owned()).or_insert(line);
    }
    if !stem.is_empty() {
        found.entry(stem).or_insert(line);
    }
}

fn examples(page: &Page, annotations: &[Annotation]) -> Vec<Mention> {
    annotations
        .iter()
        .filter(|annotation| annotation.block_type() == Some("request"))
        .filter_map(|annotation| Some(mention(page, annotation.str("name")?, annotation.line)))
        .collect()
}

fn verbs(context: &PageContext<'_>) -> Vec<Mention> {
    const BEHIND: &str = " in the request body";
    let page = context.page;
    let blocks = context.sections_about(Subject::Body).flat_map(|section| section.blocks);
    let mut found = Vec::new();
    for block in blocks.filter(|block| block.kind == BlockKind::Text) {
        for (line, text) in page.outline.lines(block.first, block.last) {
            let Some((before, _)) = text.split_once(BEHIND) else { continue };
            let mut words = before.split_whitespace().rev();
            if let (Some(verb), Some("to")) = (words.next(), words.next()) {
                found.push(mention(page, verb, line));
            }
        }
    }
    found
}

/// What all pages mention, counted.
pub(super) struct Corpus<'a> {
    pub(super) rule: &'static Rule,
    pub(super) pages: &'a [Mentions],
}

/// How often a name occurs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Uses {
    pub(super) n_pages: usize,
    pub(super) n_mentions: usize,
    /// The first page that has it, by its place.
    pub(super) page: usize,
}

impl<'a> Corpus<'a> {
    pub(super) fn new(pages: &'a [Mentions], rule: &'static Rule) -> Self {
        Self { rule, pages }
    }

    /// How often each name occurs in a list of every page.
    pub(super) fn uses(&self, list: fn(&Mentions) -> &[Mention]) -> HashMap<&'a str, Uses> {
        let mut uses: HashMap<&str, Uses> = HashMap::new();
        for (index, page) in self.pages.iter().enumerate() {
            for mention in list(page) {
                let known = uses.entry(&mention.name).or_default();
                if known.n_mentions == 0 || known.page != index {
                    known.n_pages += 1;
                    known.page = index;
                }
                known.n_mentions += 1;
            }
        }
        uses
    }

    pub(super) fn finding(&self, page: &Mentions, origin: &Origin, message: String, remedy: &str) -> Finding {
        Finding {
            rule: self.rule.id.to_owned(),
            severity: self.rule.severity,
            origin: origin.clone(),
            subject: page.operation.clone(),
            message,
            remedy: remedy.to_owned(),
            other: None,
            fact: None,
        }
    }
}

/// Whether two names are one slip apart: a letter too many, too few, another one, two of them
/// exchanged, or letters of another case.
pub(super) fn one_slip(a: &str, b: &str) -> bool {
    if a == b {
        return false;
    }
    if a.eq_ignore_ascii_case(b) {
        return true;
    }
    let (short, long) = if a.len() <= b.len() { (a.as_bytes(), b.as_bytes()) } else { (b.as_bytes(), a.as_bytes()) };
    let Some(at) = short.iter().zip(long).position(|(ours, theirs)| ours != theirs) else {
        return long.len() == short.len() + 1;
    };
    match long.len() - short.len() {
        0 => {
            short[at + 1..] == long[at + 1..]
                || short.get(at + 1) == Some(&long[at])
                    && long.get(at + 1) == Some(&short[at])
                    && short[at + 2..] == long[at + 2..]
        }
        1 => short[at..] == long[at + 1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_one_letter() {
        for (a, b) in [
            ("Widget.ReadAll", "Widget.Read.All"),
            ("Widget.Raed", "Widget.Read"),
            ("Widgets.Read", "Widget.Read"),
            ("widget.read", "Widget.Read"),
            ("Wodget.Read", "Widget.Read"),
            ("a", "ab"),
        ] {
            assert!(one_slip(a, b) && one_slip(b, a), "{a} {b}");
        }
        for (a, b) in [("Widget.Read", "Widget.Read"), ("Widget.Read", "Widget.Write"), ("", "ab"), ("ab", "cd")] {
            assert!(!one_slip(a, b), "{a} {b}");
        }
    }

    #[test]
    fn only_the_services_own_types_are_named() {
        for (spelled, name) in [
            ("#microsoft.graph.widget", Some("widget")),
            ("Collection(microsoft.graph.shop.widget)", Some("widget")),
            ("Edm.String", None),
            ("string", None),
            ("microsoft.graph.", None),
            ("microsoft.graph.{type}", None),
            ("é", None),
        ] {
            assert_eq!(own_type(spelled), name, "{spelled}");
        }
    }
}
