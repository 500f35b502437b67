//! The members of one set on the page, a page of them at a time. Which properties are shown is
//! decided by the contracts: the identity, names, and whatever operations change.

use std::sync::PoisonError;

use maud::{Markup, html};

use super::super::super::api::Api;
use super::super::super::state::{Cell, Key, Row, Store, Table};
use super::super::entities::{property, tables};
use super::super::{Call, Control};
use super::second;
use crate::contract::Shape;

/// How many members a page has.
const PAGE: usize = 25;
/// How many properties are shown beside names and identity.
const COLUMNS: usize = 4;

/// What is shown of a set.
struct Chosen<'a> {
    table: &'a Table,
    /// What tells members apart for people, under which the identity stands.
    names: Vec<usize>,
    columns: Vec<usize>,
    find: &'a str,
    after: Option<&'a str>,
}

pub(super) fn section(control: &Control, call: &Call) -> Markup {
    let store = control.service.store.read().unwrap_or_else(PoisonError::into_inner);
    let apis = &control.service.apis;
    let wanted = call.option("set");
    let changed = tables(apis, &store).find(|table| !altered(apis, &table.set).is_empty());
    let named = tables(apis, &store).find(|table| Some(table.set.as_str()) == wanted);
    let Some(table) = named.or(changed).or_else(|| tables(apis, &store).next()) else {
        return html! {
            section id="members-section" { h2 { "Members" } p.soft { "The contracts describe no set." } }
        };
    };
    let (names, columns) = columns(control, table);
    let chosen = Chosen {
        table,
        names,
        columns,
        find: call.option("find").unwrap_or_default().trim(),
        after: call.option("after"),
    };
    html! {
        section id="members-section" aria-labelledby="members-title" {
            div.head {
                h2 id="members-title" { "Members of " (table.set) }
                (chooser(apis, &store, &chosen))
            }
            (members(control, &chosen))
        }
    }
}

fn chooser(apis: &[Api], store: &Store, chosen: &Chosen<'_>) -> Markup {
    html! {
        form.fields method="get" action="/#members-section" {
            @if tables(apis, store).count() > 1 {
                label { "Set"
                    select name="set" {
                        @for table in tables(apis, store) {
                            option value=(table.set) selected[table.set == chosen.table.set] { (table.set) }
                        }
                    }
                }
            } @else { input type="hidden" name="set" value=(chosen.table.set); }
            label { "Containing" input type="search" name="find" value=(chosen.find) autocomplete="off"; }
            button { "Show" }
        }
    }
}

fn members(control: &Control, chosen: &Chosen<'_>) -> Markup {
    let Chosen { table, names, columns, find, after } = chosen;
    let all: Vec<_> = [table.key].iter().chain(names).chain(columns).copied().collect();
    let start = after.map(Key::of).map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
    let rows = table.rows.range((start, std::ops::Bound::Unbounded)).map(|(_, row)| row);
    let sought = find.to_lowercase();
    let mut rows = rows.filter(|row| sought.is_empty() || contains(row, &all, &sought));
    let page: Vec<_> = rows.by_ref().take(PAGE).collect();
    let next = page.last().filter(|_| rows.next().is_some()).map(|row| table.id(row));
    let kinds: Vec<_> = columns.iter().map(|column| kind(control, table, *column)).collect();
    html! {
        div.scroll {
            table {
                caption.hidden { "Members of " (table.set) }
                thead { tr { th scope="col" { "member" } @for column in columns { th scope="col" { (words(&table.columns[*column])) } } } }
                tbody id="members" data-live {
                    @for row in &page {
                        tr { (member(table, names, row)) @for (column, kind) in columns.iter().zip(&kinds) { (cell(&row[*column], *kind)) } }
                    }
                    @if page.is_empty() { tr { td colspan=(columns.len() + 1) { "There is none." } } }
                }
            }
        }
        nav.pages aria-label="Pages of members" {
            span.soft id="total" data-live { (table.rows.len()) " in all" }
            @if after.is_some() { a href=(address(chosen, None)) { "First page" } }
            @if let Some(next) = next { a href=(address(chosen, Some(next))) { "Next " (PAGE) } }
        }
    }
}

/// How a property is shown.
#[derive(Clone, Copy)]
enum Kind {
    Member,
    Time,
    Other,
}

fn kind(control: &Control, table: &Table, column: usize) -> Kind {
    let found = property(control, &table.set, &table.columns[column]);
    match found.map(|(contract, property)| contract.resolve(&property.shape)) {
        Some(Shape::Enum { .. } | Shape::Boolean) => Kind::Member,
        Some(Shape::Text { format: Some(format), .. }) if format == "date-time" => Kind::Time,
        _ => Kind::Other,
    }
}

/// Who it is: names, and the identity below.
fn member(table: &Table, names: &[usize], row: &Row) -> Markup {
    let mut names = names.iter().map(|column| &row[*column]).filter(|cell| **cell != Cell::Null).map(text);
    html! {
        th.member scope="row" {
            @if let Some(name) = names.next() { strong { (name) } }
            @for name in names { span { (name) } }
            code.plain { (table.id(row)) }
        }
    }
}

fn cell(cell: &Cell, kind: Kind) -> Markup {
    let text = text(cell);
    html! {
        @match (cell, kind) {
            (Cell::Null, _) => td.soft { "–" span.hidden { "none" } },
            (_, Kind::Member) => td { span.pill { (text) } },
            (_, Kind::Time) => td.short { (second(&text)) },
            (_, Kind::Other) => td { (text) },
        }
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.to_string(),
        other => other.to_json().to_string(),
    }
}

fn contains(row: &Row, columns: &[usize], sought: &str) -> bool {
    columns.iter().any(|column| text(&row[*column]).to_lowercase().contains(sought))
}

/// Two names (properties that are called so before other texts), and first of all what operations change.
fn columns(control: &Control, table: &Table) -> (Vec<usize>, Vec<usize>) {
    let is_name = |name: &str| {
        property(control, &table.set, name).is_some_and(|(contract, property)| {
            matches!(contract.resolve(&property.shape), Shape::Text { format: None, .. })
        })
    };
    let places = 0..table.columns.len();
    let names = places.clone().filter(|column| *column != table.key && is_name(&table.columns[*column]));
    let mut names: Vec<_> = names.collect();
    names.sort_by_key(|column| !table.columns[*column].to_ascii_lowercase().ends_with("name"));
    names.truncate(2);
    let altered = altered(&control.service.apis, &table.set);
    let mut columns = Vec::new();
    for column in altered.iter().filter_map(|name| table.column(name)).chain(places) {
        let is_new = column != table.key && !names.contains(&column) && !columns.contains(&column);
        if columns.len() < COLUMNS && is_new {
            columns.push(column);
        }
    }
    (names, columns)
}

/// The properties of a set that operations change.
fn altered<'a>(apis: &'a [Api], set: &str) -> Vec<&'a str> {
    let operations = apis.iter().flat_map(|api| &api.contract.operations);
    let effects = operations.flat_map(|operation| &operation.effects).filter(|effect| effect.set == set);
    effects
        .flat_map(|effect| {
            let becomes = effect.becomes.iter().map(|becomes| becomes.property.as_str());
            becomes.chain(effect.touches.iter().map(String::as_str))
        })
        .collect()
}

/// `riskLevel` as words.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

fn address(chosen: &Chosen<'_>, after: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("set", &chosen.table.set);
    if !chosen.find.is_empty() {
        query.append_pair("find", chosen.find);
    }
    if let Some(after) = after {
        query.append_pair("after", after);
    }
    format!("/?{}#members-section", query.finish())
}
