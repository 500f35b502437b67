//! Damage to what a page says outside of its examples.

use super::Damage;
use super::site::{Edit, Site};
use crate::selftest::mutant::Operator::{Alter, Drop, Narrow, Widen};

const PERSONAL: &str = "|Delegated (personal Microsoft account)|";
const APPLICATION: &str = "|Application|";
const WORK: &str = "|Delegated (work or school account)|";

pub(super) const DAMAGES: &[Damage] = &[
    Damage {
        name: "template",
        operator: Alter,
        breaks: "the request line has a bracket too many",
        aims: &["docs/template_unreadable"],
        apply: |site| {
            let line = site.first_line(&site.templates()?);
            site.edit(line.end..line.end, ")")
        },
    },
    Damage {
        name: "body-denied",
        operator: Narrow,
        breaks: "the text says that there is no body, the example sends one",
        aims: &["docs/body_not_expected"],
        apply: |site| {
            site.body(&site.request()?)?;
            site.edit(site.section("Request body")?, "\nDo not supply a request body for this method.\n")
        },
    },
    Damage {
        name: "required-property-not-shown",
        operator: Widen,
        breaks: "the table requires a property that the example does not send",
        aims: &["docs/required_property_not_sent", "drift/body_differs"],
        apply: |site| {
            site.body(&site.request()?)?;
            body_row(site, "|coat|Int32|Required.|")
        },
    },
    Damage {
        name: "body-type",
        operator: Alter,
        breaks: "a property of the body has another type",
        aims: &["drift/type_differs"],
        apply: |site| {
            let section = site.section("Request body")?;
            site.replace_in(section, "|String collection|", "|Boolean|")
        },
    },
    Damage {
        name: "header-of-workbooks",
        operator: Widen,
        breaks: "a header of another workload is listed",
        aims: &["docs/header_of_other_workload"],
        apply: |site| {
            let line = site.line("|Authorization|Bearer")?;
            site.edit(line.end..line.end, "\n|Workbook-Session-Id|The session. Optional.|")
        },
    },
    Damage {
        name: "header-added",
        operator: Widen,
        breaks: "a header is listed that the description lacks",
        aims: &["drift/header_differs"],
        apply: |site| {
            let line = site.line("|Authorization|Bearer")?;
            site.edit(line.end..line.end, "\n|X-Counter|Number of the counter. Optional.|")
        },
    },
    Damage {
        name: "query-added",
        operator: Widen,
        breaks: "a query option is supported that the description lacks",
        aims: &["drift/query_differs"],
        apply: |site| site.replace("The answer can be shaped with ", "The answer can be shaped with `$search`, "),
    },
    Damage {
        name: "verb-of-sister",
        operator: Alter,
        breaks: "the text about the body names another action",
        aims: &["docs/another_action_in_prose"],
        apply: |site| {
            let (method, path) = site.operation().filter(|(method, _)| *method == "POST")?;
            let (parent, own) = path.rsplit_once('/')?;
            let at = |index| Site { pages: site.pages, at: index, api: site.api };
            let action = |index: usize| {
                let sister = at(index);
                let (_, path) = sister.operation().filter(|(other, _)| *other == method)?;
                let (same, action) = path.rsplit_once('/')?;
                (same == parent && action != own && action.chars().all(char::is_lowercase)).then(|| action.to_owned())
            };
            let verb = (0..site.pages.len()).find_map(action)?;
            let section = site.section("Request body")?;
            site.edit(section.start..section.start, &format!("\nName the accounts to {verb} in the request body.\n"))
        },
    },
    Damage {
        name: "204-promises-body",
        operator: Widen,
        breaks: "the text promises a body with a 204",
        aims: &["docs/no_content_promises_body"],
        apply: |site| {
            let section = site.section("Response")?;
            site.replace_in(section, "`204 No Content`.", "`204 No Content` and an object in the response body.")
        },
    },
    Damage {
        name: "status",
        operator: Alter,
        breaks: "the text says another status",
        aims: &["docs/status_contradicts_example", "drift/success_differs"],
        apply: |site| {
            let section = site.section("Response")?;
            let start = section.start + site.text()[section.clone()].find('`')?;
            let end = start + 1 + site.text()[start + 1..section.end].find('`')?;
            site.edit(start..end + 1, "`202 Accepted`")
        },
    },
    Damage {
        name: "permission-slip",
        operator: Alter,
        breaks: "a permission is one letter from one that the page has elsewhere",
        aims: &["docs/permission_unknown"],
        apply: |site| {
            let work = cell(site, WORK)?;
            let application = cell(site, APPLICATION)?;
            (work == application).then_some(())?;
            let slip = application.replacen('.', "", 1);
            // The right one thrice, so that the slip is the odd one.
            let text =
                site.text().replacen(&format!("{APPLICATION}{application}|"), &format!("{APPLICATION}{slip}|"), 1);
            site.with(text.replacen(&format!("{PERSONAL}Not supported.|"), &format!("{PERSONAL}{work}|"), 1))
        },
    },
    Damage {
        name: "permission-row-missing",
        operator: Drop,
        breaks: "the table of permissions lacks a kind of account",
        aims: &["docs/permission_row_missing"],
        apply: |site| {
            let line = site.line(PERSONAL)?;
            site.edit(line.start..line.end + 1, "")
        },
    },
    Damage {
        name: "permission-row-malformed",
        operator: Widen,
        breaks: "a row of the table of permissions has a cell too many",
        aims: &["docs/permission_row_malformed"],
        apply: |site| {
            let line = site.line(APPLICATION)?;
            site.edit(line.end..line.end, "More.Read.All|")
        },
    },
    Damage {
        name: "permission-row-repeated",
        operator: Widen,
        breaks: "a kind of account has two rows",
        aims: &["docs/permission_row_repeated"],
        apply: |site| {
            let line = site.line(PERSONAL)?;
            site.edit(line.end..line.end, &format!("\n{PERSONAL}More.Read|"))
        },
    },
    Damage {
        name: "permission",
        operator: Alter,
        breaks: "the page asks for another permission",
        aims: &["drift/permission_differs"],
        apply: |site| {
            let line = site.line(APPLICATION)?;
            site.edit(line, &format!("{APPLICATION}More.Read.All|"))
        },
    },
    Damage {
        name: "table-delimiter",
        operator: Alter,
        breaks: "the rule below the head of a table has a cell too many",
        aims: &["docs/table_delimiter_wrong"],
        apply: |site| site.replace("\n|:---|:---|", "\n|:---|:---|:---|"),
    },
    Damage {
        name: "operation-added",
        operator: Widen,
        breaks: "a page describes an operation beside those that are described",
        aims: &["drift/operation_new"],
        apply: |site| {
            let (_, path) = site.operation()?;
            let text = site.text().replace(path, &format!("{}/added", path.trim_end_matches('/')));
            let file = site.page().path.replace(".md", "-added.md");
            Some(Edit { path: file, text: Some(text) })
        },
    },
    Damage {
        name: "page-gone",
        operator: Drop,
        breaks: "a page is not there",
        aims: &["drift/fact_unspoken"],
        apply: |site| site.without(),
    },
];

/// The second cell of a row.
fn cell(site: &Site<'_>, label: &str) -> Option<String> {
    let line = site.line(label)?;
    Some(site.text()[line].strip_prefix(label)?.strip_suffix('|')?.to_owned())
}

/// One more row in the table of the body.
fn body_row(site: &Site<'_>, row: &str) -> Option<Edit> {
    let section = site.section("Request body")?;
    let last = section.start + site.text()[section].rfind("|\n")? + 1;
    site.edit(last..last, &format!("\n{row}"))
}
