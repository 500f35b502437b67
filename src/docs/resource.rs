//! Resource and enumeration pages.

use std::collections::HashSet;

use super::annotation::{self, Annotation};
use super::inline;
use super::message;
use super::outline::{Block, BlockKind, Outline};
use super::page::{Enumeration, Representation, Resource, ResourceProperty};
use super::section::{Section, Subject};
use super::table::{self, Row, Table};

pub(super) fn read(
    outline: &Outline,
    sections: &[Section<'_>],
    annotations: &[Annotation],
    title: Option<&str>,
) -> Resource {
    let of = |subject: Subject| sections.iter().filter(move |section| section.subject == subject);
    let mut resource = Resource { namespace: namespace(outline, sections), ..Resource::default() };
    for section in of(Subject::Properties) {
        let properties = resource.properties.get_or_insert_default();
        for block in section.tables() {
            let table = table::table(outline, block);
            for row in &table.rows {
                let Some(property) = property(row) else { continue };
                resource.enums.extend(members_of(&property, row));
                properties.push(property);
            }
        }
    }
    for section in of(Subject::Relationships) {
        let relationships = resource.relationships.get_or_insert_default();
        let tables = section.tables().map(|block| table::table(outline, block));
        relationships.extend(tables.flat_map(|table| table.rows.iter().filter_map(property).collect::<Vec<_>>()));
    }
    for section in of(Subject::Members) {
        resource.enums.extend(section.tables().filter_map(|block| listed(outline, section, block)));
    }
    for section in of(Subject::Representation) {
        let found = section.fences().find_map(|fence| representation(outline, fence, annotations));
        resource.json = resource.json.or(found);
    }
    let annotation = annotations.iter().find(|annotation| annotation.block_type() == Some("resource"));
    let annotated = annotation.and_then(|annotation| annotation.str("@odata.type"));
    resource.key = annotation.and_then(|annotation| annotation.str("keyProperty")).map(str::to_owned);
    resource.base = annotation.and_then(|annotation| annotation.str("baseType")).map(str::to_owned);
    resource.name =
        annotated.map(last_name).filter(|name| !name.is_empty()).or_else(|| titled(title?)).map(str::to_owned);
    // A section that is only called "Members" lists those of what the page is about.
    for list in resource.enums.iter_mut().filter(|list| list.name.is_empty()) {
        list.name = resource.name.clone().unwrap_or_default();
    }
    resource
}

fn last_name(qualified: &str) -> &str {
    qualified.trim().trim_start_matches('#').rsplit('.').next().unwrap_or_default()
}

/// The name in a title such as "riskyUser resource type".
fn titled(title: &str) -> Option<&str> {
    let name = title.split_whitespace().next()?;
    let rest = title[name.len()..].to_ascii_lowercase();
    let names = rest.contains("resource") || rest.contains("type") || rest.contains("entity") || rest.trim().is_empty();
    names.then_some(name)
}

fn namespace(outline: &Outline, sections: &[Section<'_>]) -> Option<String> {
    let texts = sections.iter().take(2).flat_map(|section| section.texts());
    texts.flat_map(|block| outline.lines(block.first, block.last)).find_map(|(_, text)| {
        let name = text.trim().strip_prefix("Namespace:")?.trim();
        (!name.is_empty() && !name.contains(' ')).then(|| name.to_owned())
    })
}

fn property(row: &Row<'_>) -> Option<ResourceProperty> {
    let name = inline::text(row.cell(0));
    let name = name.split(['(', ' ', ',']).next().unwrap_or_default().trim_end_matches('*');
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '@' || letter == '_') {
        return None;
    }
    let mut kind = inline::text(row.cell(1));
    if kind.contains("  ") || kind.contains('\t') {
        kind = kind.split_whitespace().collect::<Vec<_>>().join(" ").into();
    }
    Some(ResourceProperty {
        name: name.to_owned(),
        kind: (!kind.is_empty()).then(|| kind.into_owned()),
        line: row.line,
    })
}

/// The members that the description of a property lists.
fn members_of(property: &ResourceProperty, row: &Row<'_>) -> Option<Enumeration> {
    let kind = property.kind.as_deref().unwrap_or_default();
    let kind = kind.strip_suffix("collection").unwrap_or(kind).trim();
    let is = |names: &[&str]| names.iter().any(|name| kind.eq_ignore_ascii_case(name));
    if is(&["boolean", "edm.boolean", "int32", "int64", "double"]) {
        return None;
    }
    let mut description = row.rest(2);
    let members = match (description.next()?, description.next()) {
        (one, None) => members(one),
        (one, Some(two)) => members(&[one, two].into_iter().chain(description).collect::<Vec<_>>().join(" ")),
    };
    if members.len() < 2 {
        return None;
    }
    let named = !kind.is_empty() && !is(&["string", "edm.string", "object"]);
    let name = if named { last_name(kind) } else { property.name.as_str() };
    Some(Enumeration { name: name.to_owned(), property: Some(property.name.clone()), members, line: row.line })
}

/// What stands in code behind "possible values", up to the end of the sentence, and behind
/// "following value".
fn members(description: &str) -> Vec<String> {
    let mut members: Vec<String> = Vec::new();
    let (mut known, mut end) = (HashSet::new(), 0);
    for at in leads(description) {
        // Several of the phrases in one sentence lead to the same list.
        if at < end {
            continue;
        }
        let list = sentence(&description[at..]);
        end = at + list.len();
        for code in inline::code(list).filter(|code| is_member(code)) {
            if known.insert(code) {
                members.push(code.to_owned());
            }
        }
    }
    members
}

/// Where phrases end that lead to a list of members: "possible value" and the like.
fn leads(description: &str) -> impl Iterator<Item = usize> {
    let bytes = description.as_bytes();
    memchr::memmem::find_iter(bytes, b"alue").filter_map(move |at| {
        let end = at + "alue".len();
        let plural = bytes.get(end).is_some_and(|byte| byte.eq_ignore_ascii_case(&b's'));
        let before = bytes[..at].strip_suffix(b"v").or_else(|| bytes[..at].strip_suffix(b"V"))?.trim_ascii_end();
        let follows = |word: &[u8]| {
            before.len().checked_sub(word.len()).is_some_and(|start| before[start..].eq_ignore_ascii_case(word))
        };
        let one = follows(b"possible") || follows(b"following");
        let several = follows(b"allowed") || follows(b"valid") || follows(b"supported");
        (one || several && plural).then_some(end)
    })
}

/// Up to the full stop that ends the sentence; one inside code does not.
fn sentence(text: &str) -> &str {
    let mut code = false;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'`' => code = !code,
            b'.' if !code && bytes.get(at + 1).is_none_or(|next| matches!(next, b' ' | b'\n' | b'<')) => {
                return &text[..at];
            }
            _ => {}
        }
    }
    text
}

fn is_member(code: &str) -> bool {
    code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && !matches!(code, "null" | "true" | "false" | "eq" | "ne" | "in" | "or" | "and")
}

/// A table of members below a heading such as "riskLevel values".
fn listed(outline: &Outline, section: &Section<'_>, block: &Block) -> Option<Enumeration> {
    let table = table::table(outline, block);
    let column = member_column(&table)?;
    let members: Vec<String> = table
        .rows
        .iter()
        .map(|row| inline::text(row.cell(column)).into_owned())
        .filter(|name| is_member(name))
        .collect();
    let title = inline::text(section.title);
    let name = title.split_whitespace().next().unwrap_or_default().to_owned();
    let name = if name.eq_ignore_ascii_case("members") { String::new() } else { name };
    (!members.is_empty()).then_some(Enumeration { name, property: None, members, line: block.first })
}

fn member_column(table: &Table<'_>) -> Option<usize> {
    let first = inline::text(table.header.first()?).to_ascii_lowercase();
    matches!(first.as_str(), "member" | "members" | "member name" | "value" | "values" | "name" | "possible values")
        .then_some(0)
}

fn representation(outline: &Outline, fence: &Block, annotations: &[Annotation]) -> Option<Representation> {
    let (first, last) = outline.inside(fence);
    let line = outline.lines(first, last).find(|(_, text)| !text.trim().is_empty())?.0;
    let lines: Vec<&str> = outline.lines(line, last).map(|(_, text)| text).collect();
    let body = lines.join("\n").trim_end().to_owned();
    let annotation = annotation::of_fence(annotations, fence.first);
    Some(Representation {
        odata_type: annotation.and_then(|annotation| annotation.str("@odata.type")).map(str::to_owned),
        body_kind: message::kind(&body, "application/json"),
        body,
        line,
    })
}

/// Whether a page has what resource pages have.
pub(super) fn is_resource(sections: &[Section<'_>]) -> bool {
    sections.iter().any(|section| matches!(section.subject, Subject::Representation | Subject::Properties))
}

/// Whether a page lists enumerations and nothing else.
pub(super) fn is_enumeration(sections: &[Section<'_>]) -> bool {
    sections.iter().any(|section| {
        section.subject == Subject::Members && section.blocks.iter().any(|block| block.kind == BlockKind::Table)
    })
}
